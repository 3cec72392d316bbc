"""Words, numbers and names that cannot be saved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.support.vector_files import EXTENSIONS, MATRIX, WORDS, assert_same, written
from w2vtui.errors import SettingsError, VectorsError
from w2vtui.formats import (
    check_words,
    check_writable,
    load_vectors,
    save_vectors,
)
from w2vtui.vectors import WordVectors


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("new york", "word 2, 'new york', contains white space"),
        ("tab\t", r"word 2, 'tab\t', contains white space"),
        ("line\n", r"word 2, 'line\n', contains white space"),
        ("a\rb", "contains white space"),
        ("a\vb\f", "contains white space"),
        ("", "word 2 is empty"),
        ("\ud800", r"word 2, '\ud800', cannot be written as UTF-8"),
    ],
)
def test_a_word_that_would_not_come_back_is_refused_and_nothing_written(
    tmp_path: Path, extension: str, word: str, message: str
) -> None:
    path = written(tmp_path, f"v{extension}", b"old")
    with pytest.raises(VectorsError) as caught:
        save_vectors(WordVectors(["a", word], MATRIX[:2]), path)
    assert message in str(caught.value)
    with pytest.raises(VectorsError):
        check_words(["a", word])
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_ordinary_words_pass_the_check() -> None:
    check_words(["a", "no\xa0break", "\u3000", "\x00", "日本"])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_not_saved(tmp_path: Path, value: float) -> None:
    matrix = MATRIX.copy()
    matrix[1, 0] = value
    with pytest.raises(VectorsError, match=f"the vector of 'naïve' holds {value}"):
        save_vectors(WordVectors(WORDS, matrix), tmp_path / "v.bin")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["v", "v.model", "v.txt.bz2", "v.safetensors", ".txt"])
def test_an_unknown_extension_is_refused_with_the_known_ones(tmp_path: Path, name: str) -> None:
    for attempt in (
        lambda: save_vectors(WordVectors(WORDS, MATRIX), tmp_path / name),
        lambda: check_writable(tmp_path / name),
    ):
        with pytest.raises(SettingsError, match=r"must end in \.txt, \.vec, \.bin"):
            attempt()
    assert list(tmp_path.iterdir()) == []


def test_extensions_may_be_upper_case(tmp_path: Path) -> None:
    save_vectors(WordVectors(WORDS, MATRIX), tmp_path / "V.BIN")
    assert_same(load_vectors(tmp_path / "V.BIN"), WORDS, MATRIX)
