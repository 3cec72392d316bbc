"""A cache on a full disk is done without; temporary files on a full disk are an error."""

from __future__ import annotations

import errno
import gc
import os
import tempfile
from io import FileIO
from pathlib import Path

import pytest

from tests.support.texts import keep_all, sentences_of, written
from w2vtui.corpus import encode_sentences, open_corpus
from w2vtui.corpus.counting import first_pass
from w2vtui.corpus.stored import draft
from w2vtui.errors import DiskError

TEXT = "\n".join(f"word{n % 9} and word{n % 4}" for n in range(60))
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Disks:
    """Disks, by their folders, each with room for a number of bytes; only what `FileIO` writes
    counts.
    """

    def __init__(self) -> None:
        self.room: dict[Path, int] = {}
        self.written = 0

    def granted(self, path: Path, n_bytes: int) -> int:
        """How many of these bytes are written."""
        self.written += n_bytes
        for place, left in self.room.items():
            if place in path.parents:
                if left == 0:
                    raise OSError(FULL.errno, FULL.strerror)
                n_bytes = min(n_bytes, left)
                self.room[place] -= n_bytes
        return n_bytes


@pytest.fixture
def disks(monkeypatch):
    found = Disks()

    class Limited(FileIO):
        def write(self, content) -> int:
            path = Path(f"/proc/self/fd/{self.fileno()}").readlink()
            n_bytes = found.granted(path, len(content))
            return super().write(content[:n_bytes])

    if not Path("/proc/self/fd").exists():
        pytest.skip("the name of an open file is asked of Linux")
    monkeypatch.setattr(draft, "FileIO", Limited)
    return found


@pytest.fixture
def reads(monkeypatch):
    """The sources that are read."""
    found = []
    opened = first_pass.opened_texts

    def noted(path, *arguments):
        found.append(path)
        return opened(path, *arguments)

    monkeypatch.setattr(first_pass, "opened_texts", noted)
    return found


def check_done_without(corpus, folders, why: str) -> None:
    """The corpus is the text, says why it is not cached, and leaves nothing."""
    assert sentences_of(corpus) == [line.split() for line in TEXT.splitlines()]
    (remark,) = [hint for hint in corpus.hints if "the text will be read again next time" in hint]
    assert f"cannot write to the cache in {folders.cached} ({why})" in remark
    assert not list(folders.cached.glob("[!.]*"))


def test_a_cache_that_is_full_at_any_byte_is_done_without(tmp_path, folders, disks, reads):
    path = written(tmp_path, TEXT)
    open_corpus([path], keep_all(), cache=False)
    total, disks.written = disks.written, 0
    assert total > 1500
    for room in range(0, total, 103):
        disks.room = {folders.cached: room}
        reads.clear()
        corpus = open_corpus([path], keep_all())
        assert len(reads) == 1
        check_done_without(corpus, folders, FULL.strerror)
        del corpus
        assert not list(folders.cached.iterdir())
    gc.collect()
    assert not list(folders.temporary.iterdir())
    disks.room = {folders.cached: total + 100}
    assert not open_corpus([path], keep_all()).from_cache
    assert open_corpus([path], keep_all()).from_cache


@pytest.mark.parametrize("room", [0, 100, 700, 1500])
@pytest.mark.parametrize("further", [0, 100, 900])
def test_two_full_disks_are_both_named(tmp_path, folders, disks, room, further, monkeypatch):
    """The copy from one to the other fails, or what is written after it."""
    path = written(tmp_path, TEXT)
    opened = Path.open

    def limited(self, mode="r", *arguments, **named):
        if mode == "wb" and folders.temporary in self.parents:
            disks.granted(self, 1)
        return opened(self, mode, *arguments, **named)

    monkeypatch.setattr(Path, "open", limited)
    disks.room = {folders.cached: room, folders.temporary: further}
    with pytest.raises(DiskError) as caught:
        open_corpus([path], keep_all())
    message = str(caught.value)
    for place in (folders.cached, folders.temporary):
        assert f"write to {place}" in message
    assert message.count(FULL.strerror) == 2
    assert "make room there, or name another folder with W2VTUI_CACHE_DIR or TMPDIR" in message
    assert not list(folders.cached.iterdir())
    assert not list(folders.temporary.iterdir())


def test_a_full_cache_and_no_temporary_folder_are_both_named(tmp_path, folders, disks, monkeypatch):
    disks.room = {folders.cached: 500}
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(DiskError, match=r"cannot write to .*, nor make a temporary folder: .*gone"):
        open_corpus([written(tmp_path, TEXT)], keep_all())
    assert not list(folders.cached.iterdir())


def test_full_temporary_files_are_named_alone(folders, disks):
    disks.room = {folders.temporary: 100}
    with pytest.raises(DiskError, match=r"^cannot write to [^ ]*: No space left on device; make"):
        encode_sentences([["a", "b"]] * 99, keep_all())
    assert not list(folders.temporary.iterdir())


def fail(*arguments: object, **named: object) -> None:
    raise OSError(FULL.errno, FULL.strerror)


def test_no_room_for_a_folder_in_the_cache(tmp_path, folders, monkeypatch):
    make = tempfile.mkdtemp
    monkeypatch.setattr(
        tempfile, "mkdtemp", lambda prefix, dir=None: fail() if dir else make(prefix=prefix)
    )
    corpus = open_corpus([written(tmp_path, TEXT)], keep_all())
    check_done_without(corpus, folders, FULL.strerror)


@pytest.mark.parametrize("what", [(os, "fsync"), (Path, "rename")])
def test_no_room_at_the_very_end(tmp_path, folders, monkeypatch, what, reads):
    monkeypatch.setattr(*what, fail)
    corpus = open_corpus([written(tmp_path, TEXT)], keep_all())
    assert len(reads) == 1
    check_done_without(corpus, folders, FULL.strerror)
    del corpus
    gc.collect()
    assert not list(folders.cached.iterdir())
    assert not list(folders.temporary.iterdir())
