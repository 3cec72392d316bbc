"""The folder of vectors: what it holds, that it appears whole, and what it replaces."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.inner_loop import examples
from w2vtui.errors import DiskError, SettingsError, VectorsError
from w2vtui.formats import read_vector_folder, write_vector_folder
from w2vtui.formats.drafts import folder_drafts

MATRIX = np.arange(15, dtype=np.float32).reshape(5, 3)
WORDS = ["new york", "", "\ud800", "line\nend", "日本"]


def write(path: Path, factor: float = 1) -> Path:
    write_vector_folder(path, WORDS, {"vectors": MATRIX * np.float32(factor)})
    return path


@pytest.mark.parametrize("mmap", [False, True])
def test_words_tensors_and_metadata_come_back(tmp_path: Path, mmap: bool) -> None:
    tensors = {
        "flags": np.array([True, False, True]),
        "counts": np.arange(5) + 7,
        "vectors": MATRIX,
        "nothing": np.empty((0, 4), np.float64),
        "rate": np.array(0.025),
        "halves": np.ones(3, np.float16),
    }
    write_vector_folder(tmp_path / "v", WORDS, tensors, {"epochs": 5, "sg": [1, None]})
    found = read_vector_folder(tmp_path / "v", mmap=mmap)
    assert found.words == WORDS
    assert found.metadata == {"epochs": 5, "sg": [1, None]}
    assert found.tensors.keys() == tensors.keys()
    for name, array in tensors.items():
        assert found.tensors[name].dtype == array.dtype
        assert np.array_equal(found.tensors[name], array)
    assert isinstance(found.tensors["vectors"], np.memmap) == mmap


def test_the_library_reads_the_tensors(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    write_vector_folder(tmp_path / "v", WORDS, {"a": np.ones(3, np.int8), "vectors": MATRIX})
    assert np.array_equal(load_file(tmp_path / "v" / "model.safetensors")["vectors"], MATRIX)


@given(words=st.lists(st.text(st.characters(exclude_categories=())), min_size=1, max_size=6))
@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_a_word(tmp_path: Path, words: list[str]) -> None:
    write_vector_folder(tmp_path / "v", words, {"vectors": np.zeros((len(words), 1), np.float32)})
    assert read_vector_folder(tmp_path / "v").words == words


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_folder_is_replaced_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanges: bool
) -> None:
    if not exchanges:
        monkeypatch.setattr(folder_drafts, "_exchange", lambda one, other: False)
    write(tmp_path / "v")
    write(tmp_path / "v", 2)
    assert np.array_equal(read_vector_folder(tmp_path / "v").tensors["vectors"], MATRIX * 2)
    assert list(tmp_path.iterdir()) == [tmp_path / "v"]


def test_an_old_folder_stays_when_the_new_one_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "v")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskError, match="free some space"):
        write(path, 2)
    assert np.array_equal(read_vector_folder(path).tensors["vectors"], MATRIX)
    assert list(tmp_path.iterdir()) == [tmp_path / "v"]


def test_a_folder_that_was_set_aside_by_a_killed_process_is_put_back(tmp_path: Path) -> None:
    write(tmp_path / "v").rename(tmp_path / f".v.w2vtui-{'0' * 16}.old")
    assert read_vector_folder(tmp_path / "v").words == WORDS
    (tmp_path / f".v.w2vtui-{'1' * 16}.tmp").mkdir()
    write(tmp_path / "v")
    assert list(tmp_path.iterdir()) == [tmp_path / "v"]


@pytest.mark.parametrize("name", ["notes.txt", "config.json", "model.safetensors"])
def test_a_folder_of_others_is_never_replaced(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "v"
    folder.mkdir()
    (folder / name).write_text("{}")
    with pytest.raises(SettingsError, match="not of vectors that w2vtui saved"):
        write(folder)
    assert (folder / name).read_text() == "{}"


def test_a_folder_to_which_a_file_was_added_is_not_replaced(tmp_path: Path) -> None:
    path = write(tmp_path / "v")
    (path / "notes.txt").write_text("mine")
    with pytest.raises(SettingsError, match=r"notes\.txt"):
        write(path)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(SettingsError, match="is a file"):
        write(tmp_path / "file")


def test_an_empty_folder_and_a_link_to_one_are_filled(tmp_path: Path) -> None:
    (tmp_path / "v").mkdir()
    (tmp_path / "link").symlink_to("v")
    write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert read_vector_folder(tmp_path / "v").words == WORDS


HEADER = {"vectors": {"dtype": "F32", "shape": [5, 3], "data_offsets": [0, 60]}}


def header(**changes: object) -> bytes:
    text = json.dumps({"vectors": HEADER["vectors"] | changes}).encode()
    return struct.pack("<Q", len(text)) + text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff" * 8,
        header() + b"\0" * 59,
        header() + b"\0" * 61,
        header(shape=[10**9, 10**9], data_offsets=[0, 4 * 10**18]) + b"\0" * 60,
        header(shape=[5, -3]) + b"\0" * 60,
        header(shape=[5, 2]) + b"\0" * 60,
        header(dtype="F8") + b"\0" * 60,
        header(data_offsets=[0]) + b"\0" * 60,
        header(shape=[60], dtype="U8") + b"\0" * 60,
        struct.pack("<Q", 100_000) + b"[" * 100_000,
    ],
)
def test_damaged_tensors_are_refused(tmp_path: Path, content: bytes) -> None:
    (write(tmp_path / "v") / "model.safetensors").write_bytes(content)
    for mmap in (False, True):
        with pytest.raises(VectorsError, match=r"model\.safetensors"):
            read_vector_folder(tmp_path / "v", mmap=mmap)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("words.jsonl", b'"a"\n"b"\n', "2 words"),
        ("words.jsonl", b'"a"\n5\n', "line 2: a word is expected"),
        ("words.jsonl", b'"a","b"\n\n', "line 1: a word is expected"),
        ("words.jsonl", b"[" * 10_000, "line 1: a word is expected"),
        ("config.json", b"{", "is not JSON"),
        ("config.json", b"[" * 100_000, "is not JSON"),
        ("config.json", b'{"model_type": "bert"}', "found bert"),
        ("config.json", b'{"format": "w2vtui vectors", "version": 2}', "update w2vtui"),
    ],
)
def test_damaged_words_and_descriptions_are_refused(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (write(tmp_path / "v") / name).write_bytes(content)
    with pytest.raises(VectorsError, match=said):
        read_vector_folder(tmp_path / "v")


def test_metadata_that_are_not_json_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    for value in (object(), float("nan")):
        with pytest.raises((TypeError, ValueError)):
            write_vector_folder(tmp_path / "v", ["a"], {"vectors": MATRIX[:1]}, {"x": value})
    assert list(tmp_path.iterdir()) == []
