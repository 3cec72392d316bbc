"""Vectors and the counts beside them belong together, whatever happens while they are saved."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from tests.support.processes import run_support
from tests.support.vector_files import EXTENSIONS, MATRIX, WORDS, written
from w2vtui.errors import DiskError
from w2vtui.formats import load_vectors, save_vectors, vocab_beside, write_vocab
from w2vtui.vectors import WordVectors

OLD, NEW = np.array([90, 7, 5]), np.array([91, 8, 6])


def saved(path: Path, counts: np.ndarray | None = OLD, scale: float = 1.0) -> WordVectors:
    vectors = WordVectors(WORDS, MATRIX * np.float32(scale), counts)
    save_vectors(vectors, path)
    return vectors


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX'")
def test_a_kill_at_any_moment_leaves_no_counts_beside_other_vectors(environment, tmp_path):
    run_support("killed_saves", "pairs", tmp_path / "work", environment=environment)


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize(("failing", "n_calls"), [("replace", 0), ("replace", 1), ("rename", 0)])
def test_a_disk_that_fails_leaves_a_pair_or_vectors_alone(
    tmp_path, monkeypatch, extension, failing, n_calls
):
    path = tmp_path / f"v{extension}"
    saved(path)
    real, calls = getattr(os, failing), []

    def fail(*names, **options):
        calls.append(names)
        if len(calls) == n_calls + 1:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(*names, **options)

    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(DiskError, match="input/output error"):
        saved(path, NEW, 0.5)
    monkeypatch.undo()
    loaded = load_vectors(path)
    if (failing, n_calls) == ("replace", 1):  # the vectors were there already
        assert np.array_equal(loaded.vectors, MATRIX * np.float32(0.5))
        assert loaded.counts is None
        assert list(tmp_path.iterdir()) == [path]
    else:
        assert np.array_equal(loaded.vectors, MATRIX)
        assert loaded.counts.tolist() == OLD.tolist()
        assert set(tmp_path.iterdir()) == {path, vocab_beside(path)}


def test_counts_that_go_elsewhere_leave_no_old_ones_beside_the_vectors(tmp_path):
    path, elsewhere = tmp_path / "v.bin", tmp_path / "counts"
    saved(path)
    vectors = WordVectors(WORDS, MATRIX, NEW)
    files = save_vectors(vectors, path, vocab_path=elsewhere)
    assert load_vectors(path).counts.tolist() == NEW.tolist()
    assert load_vectors(path, vocab_path=elsewhere).counts.tolist() == NEW.tolist()
    assert [file.path for file in files] == [str(path), str(elsewhere)]


def test_a_file_beside_the_vectors_that_is_not_about_them_stays(tmp_path):
    path, elsewhere = tmp_path / "v.bin", tmp_path / "counts"
    for text in (b"prose of somebody\n", b"other 3\nwords 2\n"):
        beside = written(tmp_path, "v.bin.vocab", text)
        save_vectors(WordVectors(WORDS, MATRIX, NEW), path, vocab_path=elsewhere)
        assert beside.read_bytes() == text


@pytest.mark.parametrize("limit", [None, 3])
def test_counts_of_another_text_with_the_same_words_are_not_taken(tmp_path, limit):
    path = tmp_path / "v.bin"
    saved(path)
    write_vocab(vocab_beside(path), ["</s>", "日本", "naïve"], np.array([70, 9, 4]))
    assert load_vectors(path, limit=limit).counts is None
    named = load_vectors(path, limit=limit, vocab_path=vocab_beside(path))
    assert named.counts.tolist() == [70, 4, 9]


def test_vectors_that_are_replaced_while_they_are_read_get_no_counts(tmp_path, monkeypatch):
    path = tmp_path / "v.bin"
    saved(path)
    from w2vtui.formats import loading

    read = loading.collected

    def read_and_be_overtaken(*arguments):
        found = read(*arguments)
        saved(path, NEW, 0.5)
        return found

    monkeypatch.setattr(loading, "collected", read_and_be_overtaken)
    loaded = load_vectors(path)
    assert np.array_equal(loaded.vectors, MATRIX)
    assert loaded.counts is None


def test_several_that_save_to_one_file_leave_the_pair_of_one(tmp_path):
    path = tmp_path / "v.bin"
    pairs = [(OLD + number, 1 / (number + 1)) for number in range(4)]
    threads = [threading.Thread(target=saved, args=(path, *pair)) for pair in pairs * 8]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loaded = load_vectors(path)
    scale = {counts[0]: scale for counts, scale in pairs}[loaded.counts[0]]
    assert np.array_equal(loaded.vectors, MATRIX * np.float32(scale))
    assert set(tmp_path.iterdir()) == {path, vocab_beside(path)}
