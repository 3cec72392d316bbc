"""Vectors in a folder: everything comes back, nothing is executed, nothing half written stays."""

from __future__ import annotations

import json

import numpy as np
import pytest

from w2vtui import KeyedVectors


def with_everything() -> KeyedVectors:
    vectors = KeyedVectors(
        ["a b", "é\n", "c"], np.float32([[1, 2], [3, 4], [np.pi, 6]]), np.array([30, 20, 10]),
        np.float32([[7, 8], [9, 0], [1, 2]]),
    )  # fmt: skip
    vectors.set_vecattr("c", "size", 2.5)
    vectors.set_vecattr("a b", "color", "red")
    vectors.vectors_lockf = np.float32([0, 1, 0.5])
    return vectors


@pytest.mark.parametrize("mmap", [None, "r"])
def test_all_that_is_held_comes_back(tmp_path, mmap) -> None:
    vectors = with_everything()
    vectors.save(tmp_path / "v.kv")
    loaded = KeyedVectors.load(tmp_path / "v.kv", mmap=mmap)
    assert loaded.index_to_key == vectors.index_to_key
    for name in ("vectors", "counts", "output_vectors", "vectors_lockf"):
        assert np.array_equal(getattr(loaded, name), getattr(vectors, name))
    assert loaded.get_vecattr("c", "size") == 2.5
    assert loaded.expandos["color"].tolist() == ["red", None, None]
    loaded["d"] = [0, 0]  # even where the arrays are mapped
    loaded["a b"] = [5, 5]
    assert KeyedVectors.load(tmp_path / "v.kv")["a b"].tolist() == [1, 2]
    vectors["a b"] = [9, 9]
    vectors.save(tmp_path / "v.kv")
    assert KeyedVectors.load(tmp_path / "v.kv")["a b"].tolist() == [9, 9]


def test_no_words_are_saved_and_loaded(tmp_path) -> None:
    KeyedVectors(5).save(tmp_path / "v")
    assert KeyedVectors.load(tmp_path / "v").vectors.shape == (0, 5)


def test_what_cannot_be_saved_leaves_what_was_there(tmp_path) -> None:
    vectors = with_everything()
    vectors.save(tmp_path / "v")
    vectors.set_vecattr("c", "color", object())
    with pytest.raises(ValueError, match="attribute 'color' cannot be saved"):
        vectors.save(tmp_path / "v")
    assert KeyedVectors.load(tmp_path / "v").get_vecattr("a b", "color") == "red"
    vectors.set_vecattr("c", "color", "blue")
    (tmp_path / "mine").write_text("my notes")
    with pytest.raises(ValueError, match="mine"):
        vectors.save(tmp_path / "mine")
    assert (tmp_path / "mine").read_text() == "my notes"


def test_load_takes_other_formats_and_says_what_is_wrong(tmp_path) -> None:
    (tmp_path / "v.txt").write_text("2 2\na 1 2\nb 3 4\n")
    assert KeyedVectors.load(tmp_path / "v.txt")["b"].tolist() == [3, 4]
    with pytest.raises(FileNotFoundError, match="is not there: check the name"):
        KeyedVectors.load(tmp_path / "none")
    (tmp_path / "model.kv").write_bytes(b"\x80\x04\x95\x10\x00")
    with pytest.raises(ValueError, match="pickle"):  # D19: nothing of it is run
        KeyedVectors.load(tmp_path / "model.kv")
    with pytest.raises(ValueError, match="mmap must be 'r' or None, got 'w'"):
        KeyedVectors.load(tmp_path / "v.txt", mmap="w")


def test_a_folder_with_attributes_of_other_lengths_is_refused(tmp_path) -> None:
    vectors = with_everything()
    vectors._attributes["size"] = np.ones(2)
    vectors.save(tmp_path / "v")
    with pytest.raises(ValueError, match="'size' of 3 words must have shape"):
        KeyedVectors.load(tmp_path / "v")
    assert json.loads((tmp_path / "v" / "config.json").read_text())["words"] == 3
