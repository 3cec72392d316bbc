"""A word that no file of vectors can hold is refused before the training, not after it."""

from __future__ import annotations

import pytest

from tests.support.processes import QUICK
from w2vtui.training import preparing

ODD = ("--encoding", "unicode_escape", "--min-count", "1")


@pytest.fixture
def odd_text(tmp_path):
    """A text with a word that is half of a character."""
    path = tmp_path / "odd.txt"
    path.write_bytes(rb"plain words \ud800 and more " * 30)
    return path


@pytest.fixture
def untrained(monkeypatch):
    """Fails a test in which vectors are made."""

    def fail(*arguments, **named):
        raise AssertionError("it was trained first")

    monkeypatch.setattr(preparing, "make_backend", fail)


@pytest.mark.parametrize("ending", [".bin", ".txt", ".vec"])
def test_a_word_that_cannot_be_saved_is_refused_first(ending, odd_text, untrained, w2v, tmp_path):
    result = w2v("train", odd_text, "-o", tmp_path / f"v{ending}", *ODD, *QUICK)
    assert result.code == 3
    assert r"'\ud800', cannot be written as UTF-8" in result.err
    assert "replace it in the text" in result.err


def test_so_it_is_when_a_run_is_resumed_or_replayed_to_a_file(odd_text, w2v, tmp_path, request):
    quick = ("--epochs", "2", "--vector-size", "8", "--workers", "1")
    assert w2v("train", odd_text, *ODD, *quick).code == 0
    request.getfixturevalue("untrained")
    for verb in (("replay", "last"), ("resume", "last", "--epochs", "4", "--force")):
        result = w2v(*verb, "-o", tmp_path / "v.bin")
        assert result.code == 3
        assert r"'\ud800', cannot be written as UTF-8" in result.err
