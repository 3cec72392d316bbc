"""Files are read through one door: regular ones, at once, bounded by their own size."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import numpy as np
import pytest

from tests.support.processes import posix
from tests.support.run_folders import small_checkpoint
from w2vtui.corpus import open_corpus
from w2vtui.files.regular_files import TooLargeError, content_of, lines_of, opened, regular_only
from w2vtui.runs.disk.checkpoint_files import newest_intact, write_checkpoint
from w2vtui.settings import CorpusSettings


def of_kind(kind, folder):
    """What is there in place of a file."""
    path = folder / "other"
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(path))
    else:
        path.symlink_to("/dev/zero")
    return path


@posix
@pytest.mark.parametrize("kind", ["directory", "pipe", "socket", "device"])
def test_what_is_not_a_regular_file_is_refused_at_once(kind, tmp_path):
    path = of_kind(kind, tmp_path)
    for read in (opened, lambda path: content_of(path, 9), lambda path: list(lines_of(path, 9))):
        with pytest.raises(OSError, match=f"Is a {kind}, not a regular file"):
            read(path)
    if kind != "directory":
        with pytest.raises(OSError, match=f"Is a {kind}, not a regular file"):
            open(path, "ab", opener=regular_only).close()


@posix
@pytest.mark.parametrize("kind", ["directory", "pipe"])
def test_what_is_not_a_file_is_closed_again(kind, tmp_path, monkeypatch):
    path = of_kind(kind, tmp_path)
    was_opened, real = [], os.open

    def open_and_note(*arguments, **named):
        was_opened.append(real(*arguments, **named))
        return was_opened[-1]

    with monkeypatch.context() as noted:
        noted.setattr(os, "open", open_and_note)
        with pytest.raises(OSError, match="not a regular file"):
            opened(path)
    (descriptor,) = was_opened
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_all_of_a_file_is_read_and_not_more_than_it_may_be(tmp_path):
    path = tmp_path / "file"
    for content in (b"", b"abc"):
        path.write_bytes(content)
        assert content_of(path, 3) == content
    with pytest.raises(TooLargeError, match="file has 3 bytes, more than 2"):
        content_of(path, 2)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="made up by Linux")
def test_a_file_that_the_system_makes_up_is_refused():
    with pytest.raises(OSError, match="content but no size"):
        content_of("/proc/self/status", 1 << 20)
    assert list(lines_of("/proc/self/status", 99)) == []


def test_only_what_a_file_needs_is_asked_for(tmp_path, monkeypatch):
    """A bound of gigabytes must not take gigabytes where memory is limited."""
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    asked = []

    class Noted:
        def __init__(self, file):
            self._file = file

        def read(self, size):
            asked.append(size)
            return self._file.read(size)

        def fileno(self):
            return self._file.fileno()

        def __enter__(self):
            return self

        def __exit__(self, *failure):
            self._file.close()

    monkeypatch.setattr("w2vtui.files.regular_files.opened", lambda *given: Noted(opened(*given)))
    assert content_of(path, 1 << 40) == b"abc"
    assert asked == [4]


def test_lines_have_a_longest_length_and_end_where_the_file_ended(tmp_path):
    path = tmp_path / "lines"
    path.write_bytes(b"ab\n\ncd\ne")
    assert list(lines_of(path, 3)) == [b"ab\n", b"\n", b"cd\n", b"e"]
    with pytest.raises(TooLargeError, match="a line is longer than 2 bytes"):
        list(lines_of(path, 2))
    lines = lines_of(path, 3)
    assert next(lines) == b"ab\n"
    with path.open("ab") as growing:
        growing.write(b"f\ng\n")
    assert list(lines) == [b"\n", b"cd\n", b"e"]


def test_a_file_that_finds_no_memory_is_not_damaged(tmp_path, monkeypatch):
    """It was removed from the cache, or an older checkpoint was taken."""

    def no_memory(*arguments, **named):
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    text = tmp_path / "notes.txt"
    text.write_text("a few words\n")
    settings = CorpusSettings(min_count=1)
    assert not open_corpus([text], settings).from_cache
    write_checkpoint(tmp_path, small_checkpoint(100))
    with monkeypatch.context() as without:
        without.setattr(np, "memmap", no_memory)
        with pytest.raises(MemoryError):
            open_corpus([text], settings)
        with pytest.raises(MemoryError):
            newest_intact(tmp_path)
    assert open_corpus([text], settings).from_cache
    assert newest_intact(tmp_path)[0].clock == 100
