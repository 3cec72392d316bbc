"""Folders of the tests of the corpus."""

from __future__ import annotations

import tempfile
from types import SimpleNamespace

import pytest


@pytest.fixture(autouse=True)
def folders(private_place, monkeypatch):
    """Folders for cached and for temporary corpora of this test alone."""
    temporary = private_place / "temporary"
    temporary.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    return SimpleNamespace(cached=private_place / "cache" / "corpora", temporary=temporary)
