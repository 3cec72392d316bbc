"""Word counts in a vocabulary file beside the vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.support.vector_files import MATRIX, TEXT, WORDS, assert_same, refusal, written
from w2vtui.errors import SettingsError, VectorsError
from w2vtui.formats import (
    load_vectors,
    read_vocab,
    save_vectors,
    vocab_beside,
    write_vocab,
)
from w2vtui.vectors import WordVectors


def test_counts_are_saved_beside_the_vectors(tmp_path: Path) -> None:
    path = tmp_path / "v.bin"
    save_vectors(WordVectors(WORDS, MATRIX, np.array([90, 7, 5])), path)
    assert vocab_beside(path).read_bytes() == "</s> 90\nnaïve 7\n日本 5\n".encode()
    assert load_vectors(path).counts.tolist() == [90, 7, 5]
    assert load_vectors(path, limit=2).counts.tolist() == [90, 7]


def test_counts_go_to_the_path_given(tmp_path: Path) -> None:
    path, vocab = tmp_path / "v.bin", tmp_path / "counts"
    save_vectors(WordVectors(WORDS, MATRIX, np.array([90, 7, 5])), path, vocab_path=vocab)
    assert not vocab_beside(path).exists()
    assert load_vectors(path).counts is None
    assert load_vectors(path, vocab_path=vocab).counts.tolist() == [90, 7, 5]


def test_counts_that_are_not_known_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no counts to write"):
        save_vectors(WordVectors(WORDS, MATRIX), tmp_path / "v.bin", vocab_path=tmp_path / "c")
    assert list(tmp_path.iterdir()) == []


def test_counts_follow_their_words_in_any_order(tmp_path: Path) -> None:
    path = written(tmp_path, "v.txt", TEXT)
    write_vocab(vocab_beside(path), ["日本", "</s>", "naïve"], np.array([5, 90, 7]))
    assert load_vectors(path).counts.tolist() == [90, 7, 5]


@pytest.mark.parametrize(
    "stray",
    [
        "</s> 90\nnaïve 7\n",
        "</s> 90\nnaïve 7\n日本 5\nmore 3\n",
        "</s> 90\nnaïve 7\nother 5\n",
        "</s> 90\nnaïve 7\n日本 5",
        "</s> 90\nnaïve 7\n日本 -5\n",
        "</s> 90\nnaïve 7\n日本\n",
        "</s> 90\nnaïve 7\n</s> 5\n",
        "\0\0",
        "",
    ],
)
def test_a_vocabulary_of_other_words_is_passed_over_unless_it_was_named(
    tmp_path: Path, stray: str
) -> None:
    path = written(tmp_path, "v.txt", TEXT)
    vocab = written(tmp_path, "v.txt.vocab", stray.encode())
    assert_same(load_vectors(path), WORDS, MATRIX)
    assert load_vectors(path).counts is None
    assert str(vocab) in refusal(path, vocab_path=vocab)


def test_a_vocabulary_file_comes_back(tmp_path: Path) -> None:
    write_vocab(tmp_path / "vocab", WORDS, np.array([2**40, 1, 0]))
    words, counts = read_vocab(tmp_path / "vocab")
    assert words == WORDS
    assert counts.tolist() == [2**40, 1, 0]
    with pytest.raises(VectorsError, match="cannot read"):
        read_vocab(tmp_path / "absent")
    with pytest.raises(VectorsError, match="line 1: a word and its count are expected"):
        read_vocab(written(tmp_path, "no-vocab", b"just some words\n"))
