"""Where the program keeps what it makes: corpora, runs, what it knows this user by."""

from __future__ import annotations

from pathlib import Path

import pytest

_FOLDERS = {"W2VTUI_CACHE_DIR": "cache", "W2VTUI_RUNS_DIR": "runs", "XDG_DATA_HOME": "data"}


def keep_in(place: Path, patch: pytest.MonkeyPatch) -> None:
    """Have everything kept in folders of this one, for as long as the patch lasts."""
    for variable, folder in _FOLDERS.items():
        patch.setenv(variable, str(place / folder))
