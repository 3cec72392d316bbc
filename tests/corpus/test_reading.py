"""Reading as a whole: files that change, progress, stopping, disks that fail."""

from __future__ import annotations

import gc
import gzip
import io
import os
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from tests.support.texts import (
    keep_all,
    posix_only,
    sentences_of,
    standard_input,
    written,
)
from w2vtui.corpus import (
    ReadingProgress,
    ReadingStopped,
    encode_sentences,
    open_corpus,
    reading,
)
from w2vtui.errors import DiskError


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the files have names until the end")
def test_temporary_files_have_no_name_that_a_killed_process_could_leave(folders):
    seen = []

    def sentences():
        for _ in range(20_000):  # several blocks
            yield ["a", "b", "c", "d"]
        seen.extend(folders.temporary.iterdir())

    corpus = encode_sentences(sentences(), keep_all())
    assert not seen
    assert not list(folders.temporary.iterdir())
    assert len(corpus.ids) == 80_000


class CallAtFirstTokens(ReadingProgress):
    """Calls once, in the middle of reading."""

    def __init__(self, call) -> None:
        super().__init__()
        self.call = call

    def __setattr__(self, name, value) -> None:
        super().__setattr__(name, value)
        if name == "tokens" and value:
            call, self.call = self.call, lambda: None
            call()


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"x y\n" * 99)


CHANGES = {
    "grown": append,
    "shrunk": lambda path: os.truncate(path, 100),
    "emptied": lambda path: os.truncate(path, 0),
    "replaced": lambda path: path.write_bytes(b"c d\n" * 999),
    "removed": Path.unlink,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changes_while_it_is_read_is_used_but_not_cached(
    tmp_path, folders, monkeypatch, change
):
    monkeypatch.setattr(reading, "BLOCK_BYTES", 64)
    path = written(tmp_path, "a b\n" * 999)
    progress = CallAtFirstTokens(lambda: CHANGES[change](path))
    corpus = open_corpus([path], keep_all(), progress=progress)
    assert set(corpus.vocab.words) <= set("abcdxy")
    assert len(corpus.ids) == corpus.vocab.counts.sum() == corpus.n_raw_tokens
    assert sentences_of(corpus)[:5] == [["a", "b"]] * 5
    assert any("changed while it was being read" in hint for hint in corpus.hints)
    del corpus
    gc.collect()
    assert not list(folders.cached.iterdir())


# Progress and stopping


def test_progress_rises_to_the_end_of_each_phase(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "BLOCK_BYTES", 100)
    monkeypatch.setattr(reading, "BLOCK_IDS", 100)
    text = "\n".join(f"word{n % 50} again" for n in range(1000))
    files = [
        written(tmp_path, text, "1.txt"),
        written(tmp_path, gzip.compress(text.encode()), "2.txt.gz"),
    ]
    seen: dict[str, list[float]] = {"reading": [], "encoding": []}

    class Watched(ReadingProgress):
        def __setattr__(self, name, value) -> None:
            super().__setattr__(name, value)
            if name == "bytes_done" and self.fraction is not None:
                seen[self.phase].append(self.fraction)

    progress = Watched()
    open_corpus(files, keep_all(), progress=progress)
    for fractions in seen.values():
        assert fractions == sorted(fractions)
        assert fractions[-1] == 1.0
        assert len(set(fractions)) > 5
    assert progress.tokens == 4000
    assert progress.file.endswith("2.txt.gz")


def test_progress_is_unknown_for_stdin(monkeypatch):
    seen: list[float | None] = []
    progress = CallAtFirstTokens(lambda: seen.append(progress.fraction))
    standard_input(monkeypatch, b"a b")
    open_corpus(["-"], keep_all(), progress=progress)
    assert seen == [None]
    assert progress.file == "stdin"


def test_the_source_is_named_while_its_first_bytes_are_awaited(monkeypatch):
    class Slow(io.BytesIO):
        def read(self, *size):
            named.append(progress.file)
            return super().read(*size)

    named: list[str] = []
    progress = ReadingProgress()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Slow(b"a b")))
    open_corpus(["-"], keep_all(), progress=progress)
    assert set(named) == {"stdin"}


class StopAfter(threading.Event):
    """Is found set at the n-th look."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def is_set(self) -> bool:
        self.looks -= 1
        return self.looks < 0


def test_stopping_anywhere_leaves_nothing_behind(tmp_path, folders, monkeypatch):
    monkeypatch.setattr(reading, "BLOCK_BYTES", 100)
    monkeypatch.setattr(reading, "BLOCK_IDS", 100)
    path = written(tmp_path, "some words " * 100)
    looks, stopped = 0, True
    while stopped:
        try:
            open_corpus([path], keep_all(), stop=StopAfter(looks))
        except ReadingStopped:
            assert not list(folders.cached.iterdir())
            looks += 1
        else:
            stopped = False
    assert looks >= 1100 // 100 + 200 // 100  # a look at every block of both passes
    with pytest.raises(ReadingStopped):
        encode_sentences([["a"]], keep_all(), stop=StopAfter(0))
    assert not list(folders.temporary.iterdir())


@posix_only
@pytest.mark.parametrize("n_bytes", [0, 100, 5000])
@pytest.mark.parametrize("keep", [True, False])
def test_a_full_disk_is_a_disk_error_and_leaves_nothing(tmp_path, folders, n_bytes, keep):
    """A limit on the size of files makes writing fail for real."""
    import resource

    path = written(tmp_path, "\n".join(f"word{n}" for n in range(2000)))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, limits[1]))
    try:
        with pytest.raises(DiskError, match=r"cannot write to .*: File too large; make room"):
            open_corpus([path], keep_all(), cache=keep)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not list(folders.temporary.iterdir())
    assert not folders.cached.exists() or not list(folders.cached.iterdir())


def test_no_place_for_temporary_files_is_a_disk_error(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(DiskError, match=r"cannot make a temporary folder: .*; set TMPDIR"):
        encode_sentences([["a"]], keep_all())
