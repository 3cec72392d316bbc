"""A damaged cache: reported, built again from the text, never other vectors, never a crash."""

from __future__ import annotations

import errno
import os
import random
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from tests.support.inner_loop import outside
from tests.support.texts import keep_all, posix_only, sentences_of, written
from w2vtui.corpus import ReadingProgress, ReadingStopped, encoding, open_corpus
from w2vtui.corpus.stored import storage
from w2vtui.corpus.stored.draft import Draft
from w2vtui.errors import DiskError

FILES = ("ids.npy", "starts.npy", "counts.npy", "vocab.json", "seal.json")
FLIPS = 25
"""Of each file."""
TEXT = "The ship and the harbor.\nA cow, a barn\nin the town the baker\n" * 9


@pytest.fixture
def text(tmp_path) -> Path:
    return written(tmp_path, TEXT)


@pytest.fixture
def entry(text, folders) -> Path:
    """The folder of the text in the cache."""
    open_corpus([text], keep_all())
    (folder,) = folders.cached.iterdir()
    return folder


@pytest.fixture
def built_again(text, entry, folders):
    """Check that the next reading reports damage and gives the text; the one after it nothing."""
    read = open_corpus([text], keep_all(), cache=False)

    def check(*words: str) -> None:
        corpus = open_corpus([text], keep_all())
        assert not corpus.from_cache
        damage, *others = corpus.hints
        assert "the cached copy of this text was damaged" in damage
        assert all(word in damage for word in words)
        assert tuple(others) == read.hints
        assert sentences_of(corpus) == sentences_of(read)
        assert corpus.vocab.counts.tolist() == read.vocab.counts.tolist()
        again = open_corpus([text], keep_all())
        assert (again.from_cache, again.hints) == (True, read.hints)
        assert list(folders.cached.iterdir()) == [entry]

    return check


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_any_bit_that_flips_is_found(name, entry, built_again):
    draw = random.Random(name)
    size = (entry / name).stat().st_size
    for at in [0, size - 1, *(draw.randrange(size) for _ in range(FLIPS))]:
        content = bytearray((entry / name).read_bytes())
        content[at] ^= 1 << draw.randrange(8)
        (entry / name).write_bytes(content)
        built_again()


def replaced(path: Path) -> None:
    path.unlink()


def folder_instead(path: Path) -> None:
    replaced(path)
    path.mkdir()


def pipe_instead(path: Path) -> None:
    replaced(path)
    os.mkfifo(path)


def link_to_device(path: Path) -> None:
    replaced(path)
    path.symlink_to("/dev/zero")


def link_to_nothing(path: Path) -> None:
    replaced(path)
    path.symlink_to("nothing")


def larger_than_memory(path: Path) -> None:
    os.truncate(path, 1 << 42)


DAMAGES = {
    "cut": lambda path: os.truncate(path, path.stat().st_size - 1),
    "cut by a number": lambda path: os.truncate(path, path.stat().st_size - 8),
    "half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "emptied": lambda path: os.truncate(path, 0),
    "extended": lambda path: os.truncate(path, path.stat().st_size + 8),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "brackets": lambda path: path.write_bytes(b"[" * path.stat().st_size),
    "ones": lambda path: path.write_bytes(b"\xff" * path.stat().st_size),
    "removed": replaced,
    "a folder": folder_instead,
    "a pipe": pipe_instead,
    "a device": link_to_device,
    "a dangling link": link_to_nothing,
    "larger than memory": larger_than_memory,
}


@posix_only
@pytest.mark.parametrize("name", [FILES[0], *outside(FILES[1:])])
@pytest.mark.parametrize("damage", DAMAGES)
def test_any_other_file_is_found(name, damage, entry, built_again):
    try:
        DAMAGES[damage](entry / name)
    except OSError as error:  # a file system without holes
        pytest.skip(str(error))
    built_again()


def other_entry(folders, entry: Path, tmp_path: Path, content: str, **changed: object) -> Path:
    """The folder of another corpus in the cache."""
    open_corpus([written(tmp_path, content, "other.txt")], keep_all(**changed))
    (other,) = set(folders.cached.iterdir()) - {entry}
    return other


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_corpus_is_found(name, entry, folders, tmp_path, built_again):
    """One with as many words, tokens and sentences."""
    alike = TEXT.replace("and the harbor.\n", "and and\nharbor. ")
    other = other_entry(folders, entry, tmp_path, alike)
    assert (other / name).stat().st_size == (entry / name).stat().st_size
    assert (other / name).read_bytes() != (entry / name).read_bytes()
    shutil.copyfile(other / name, entry / name)
    shutil.rmtree(other)
    built_again(name if name == "seal.json" else "checksum")


@pytest.mark.parametrize("content", [TEXT, TEXT.upper()])
def test_the_whole_entry_of_another_key_is_found(content, entry, folders, tmp_path, built_again):
    other = other_entry(folders, entry, tmp_path, content, min_count=2)
    shutil.rmtree(entry)
    other.rename(entry)
    built_again("seal.json is damaged, or that of another corpus")


def test_renamed_words_are_found(entry, built_again):
    path = entry / "vocab.json"
    content = path.read_bytes()
    assert b'"ship"' in content
    path.write_bytes(content.replace(b'"ship"', b'"sink"'))
    built_again("vocab.json: checksum mismatch")


def test_numbers_beyond_the_vocabulary_are_found_behind_a_fitting_seal(entry, monkeypatch, text):
    """What matters to memory is checked by itself: a seal only says what was written."""
    path = entry / "ids.npy"
    for at, number in ((-4, 10**6), (-4, -1), (-8, 19)):
        content = bytearray(path.read_bytes())
        content[at : at + 4 or None] = np.int32(number).tobytes()
        path.write_bytes(content)
        with monkeypatch.context() as patched:
            patched.setattr(storage._SealedFiles, "_check_sum", lambda *arguments: None)
            corpus = open_corpus([text], keep_all())
        assert "ids.npy holds numbers out of range" in corpus.hints[0]
        assert 0 <= corpus.ids.min() <= corpus.ids.max() < len(corpus.vocab)


@pytest.mark.parametrize("starts", [[0, 4, 4], [0, 5, 4], [0, 9, 3], [-1, 5, 9], [1, 5, 9]])
def test_starts_that_do_not_rise_are_found_behind_a_fitting_seal(starts, entry, monkeypatch, text):
    path = entry / "starts.npy"
    content = bytearray(path.read_bytes())
    content[-8 * 28 : -8 * 25] = np.array(starts).tobytes()
    path.write_bytes(content)
    monkeypatch.setattr(storage._SealedFiles, "_check_sum", lambda *arguments: None)
    corpus = open_corpus([text], keep_all())
    assert "damaged" in corpus.hints[0]
    assert sentences_of(corpus) == [line.split() for line in TEXT.splitlines()]


ENTRIES = {
    "a file": lambda entry: (shutil.rmtree(entry), entry.touch()),
    "empty": lambda entry: (shutil.rmtree(entry), entry.mkdir()),
    "a dangling link": lambda entry: (shutil.rmtree(entry), entry.symlink_to("nothing")),
    "with a stranger's file": lambda entry: ((entry / "x").touch(), (entry / FILES[0]).unlink()),
}


@posix_only
@pytest.mark.parametrize("kind", ENTRIES)
def test_an_entry_that_is_not_a_folder_of_a_corpus_is_found(kind, entry, built_again):
    ENTRIES[kind](entry)
    built_again()


@posix_only
def test_a_link_is_removed_and_not_what_it_leads_to(entry, tmp_path, built_again):
    aside = tmp_path / "aside"
    entry.rename(aside)
    (aside / "ids.npy").write_bytes(b"mine")
    entry.symlink_to(aside)
    built_again()
    assert (aside / "ids.npy").read_bytes() == b"mine"


def test_a_disk_that_cannot_read_is_damage(entry, text, monkeypatch):
    opened = storage.opened

    def failing(path: Path, _opener):
        file = opened(path)
        if path.name != "ids.npy":
            return file

        def readinto(buffer):
            raise OSError(errno.EIO, "Input/output error")

        class Failing:
            def __getattr__(self, name: str) -> object:
                return readinto if name == "readinto" else getattr(file, name)

            def __enter__(self):
                return self

            def __exit__(self, *error: object) -> None:
                file.close()

        return Failing()

    with monkeypatch.context() as patched:
        patched.setattr(storage, "opened", failing)
        with pytest.raises(storage.DamagedError, match="Input/output error"):
            storage.load_corpus(
                entry, entry.name, name="", from_cache=True, progress=ReadingProgress()
            )
    assert open_corpus([text], keep_all()).from_cache


@posix_only
@pytest.mark.usefixtures("unprivileged")
def test_damage_that_cannot_be_removed_is_reported_every_time(entry, text, folders):
    (entry / "ids.npy").write_bytes(b"")
    folders.cached.chmod(0o500)
    try:
        for _ in range(2):
            corpus = open_corpus([text], keep_all())
            assert "damaged" in corpus.hints[0]
            assert sentences_of(corpus) == [line.split() for line in TEXT.splitlines()]
    finally:
        folders.cached.chmod(0o700)


def test_the_check_shows_its_progress_and_can_be_stopped(entry, text, monkeypatch):
    monkeypatch.setattr(storage, "_CHECKED_AT_ONCE", 64)
    seen: list[float] = []
    stop = threading.Event()

    class Watched(ReadingProgress):
        def __setattr__(self, name, value) -> None:
            super().__setattr__(name, value)
            if name == "bytes_done" and self.phase == "checking":
                seen.append(self.fraction or 0.0)
                if at_most and len(seen) > at_most:
                    stop.set()

    at_most = 5
    with pytest.raises(ReadingStopped):
        open_corpus([text], keep_all(), progress=Watched(), stop=stop)
    assert len(seen) <= at_most + 2
    seen.clear()
    at_most = 0
    assert open_corpus([text], keep_all(), progress=Watched()).from_cache
    assert seen == sorted(seen)
    assert seen[-1] > 0.5
    assert len(set(seen)) > 10


# ---- what was written a moment ago


@pytest.mark.parametrize("number", [99, -100, 2**31 - 1, -(2**31)])
def test_a_provisional_id_beyond_all_types_never_reaches_the_kernel(
    number, text, folders, monkeypatch
):
    read = encoding.ArrayReader

    def damaged(*arguments):
        (path,) = folders.cached.glob("*/provisional.npy")
        with path.open("rb+") as file:
            file.seek(-4, os.SEEK_END)
            file.write(np.int32(number).tobytes())
        return read(*arguments)

    monkeypatch.setattr(encoding, "ArrayReader", damaged)
    with pytest.raises(DiskError, match="reads back differently"):
        open_corpus([text], keep_all())
    assert not list(folders.cached.iterdir())


@pytest.mark.parametrize("name", FILES)
def test_a_disk_that_gives_back_something_else_is_a_disk_error(name, text, folders, monkeypatch):
    def lose(draft: Draft) -> None:
        os.truncate(draft.folder / name, 1)

    monkeypatch.setattr(Draft, "sync", lose)
    with pytest.raises(DiskError, match=f"reads back differently .*{name}"):
        open_corpus([text], keep_all())
    assert not list(folders.cached.iterdir())
