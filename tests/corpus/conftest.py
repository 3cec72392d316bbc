"""Folders of the tests of the corpus."""

from __future__ import annotations

import tempfile
from types import SimpleNamespace

import pytest


@pytest.fixture(autouse=True)
def folders(tmp_path_factory, monkeypatch):
    """Folders for cached and for temporary corpora of this test alone."""
    place = tmp_path_factory.mktemp("corpora")
    cached, temporary = place / "cached", place / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("W2VTUI_CACHE_DIR", str(cached))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    return SimpleNamespace(cached=cached / "corpora", temporary=temporary)
