"""What the explore screen writes: names and content that cannot be written are refused."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from w2vtui.errors import DiskError, OutOfMemoryError, SettingsError, W2vtuiError
from w2vtui.exploring.subject import View
from w2vtui.runs.requested.targets import Reads
from w2vtui.tui.explore_screen.exporting import write_export, write_vectors
from w2vtui.vectors import WordVectors

NOTHING = Reads((), "utf-8", ())
TWO = View(vectors=WordVectors(["a", "b"], np.eye(2, dtype=np.float32)), kind="saved")


def pane_that(exported):
    return SimpleNamespace(PANE_NAME="Map", EXPORTS=(".svg",), exported=exported)


@pytest.mark.parametrize("name", ["~nobody-here/x", "x\0y", "x" * 300], ids=["home", "NUL", "long"])
def test_a_name_that_cannot_be_one_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pane = pane_that(lambda result, ending: b"")
    with pytest.raises((DiskError, SettingsError), match="cannot write"):
        write_export(pane, None, f"{name}.svg", reads=NOTHING, overwrite=False)
    with pytest.raises((DiskError, SettingsError), match="cannot write"):
        write_vectors(TWO, f"{name}.bin", reads=NOTHING, overwrite=False)


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (ValueError("SVG data parsing failed"), SettingsError),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"), SettingsError),
        (MemoryError(), OutOfMemoryError),
        (OSError(28, "No space left on device"), DiskError),
    ],
)
def test_content_that_cannot_be_made_leaves_no_file(error, refusal, tmp_path):
    def exported(result, ending):
        raise error

    with pytest.raises(refusal) as refused:
        write_export(pane_that(exported), None, f"{tmp_path}/m.svg", reads=NOTHING, overwrite=False)
    assert isinstance(refused.value, W2vtuiError)
    assert not list(tmp_path.iterdir())
