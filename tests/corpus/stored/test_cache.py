"""The cache of encoded corpora: what is found again, what is built again."""

from __future__ import annotations

import gc
import gzip
import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from tests.support.inner_loop import outside
from tests.support.texts import keep_all, run_python, sentences_of, written
from w2vtui.corpus import ReadingProgress, open_corpus
from w2vtui.corpus.stored import cache
from w2vtui.corpus.stored.draft import LOCK, fcntl


@pytest.mark.process
def test_a_corpus_from_the_cache_needs_no_compiler(tmp_path):
    path = written(tmp_path, "a b")
    open_corpus([path], keep_all())
    code = f"""
import sys
from w2vtui.corpus import open_corpus
from w2vtui.settings import CorpusSettings
print(open_corpus([{str(path)!r}], CorpusSettings(min_count=1)).from_cache, "numba" in sys.modules)
"""
    assert run_python(code) == "True False"


# The cache


def entry_of(folders) -> Path:
    (entry,) = folders.cached.iterdir()
    return entry


def test_a_second_run_comes_from_the_cache_and_is_the_same(tmp_path, folders):
    path = written(tmp_path, "Some words. And some\nmore\n" * 9)
    first = open_corpus([path], keep_all())
    progress = ReadingProgress()
    second = open_corpus([path], keep_all(), progress=progress)
    assert (first.from_cache, second.from_cache) == (False, True)
    files = sorted(path.name for path in entry_of(folders).iterdir())
    assert files == ["counts.npy", "ids.npy", "seal.json", "starts.npy", "vocab.json"]
    assert (progress.phase, progress.fraction, progress.tokens) == ("cached", 1.0, 45)
    assert second.vocab.words == first.vocab.words
    for name in ("hints", "n_too_long", "n_raw_tokens", "n_raw_types", "name", "n_sentences"):
        assert getattr(second, name) == getattr(first, name)
    assert first.hints
    np.testing.assert_array_equal(second.ids, first.ids)
    np.testing.assert_array_equal(second.sentence_starts, first.sentence_starts)
    np.testing.assert_array_equal(second.vocab.counts, first.vocab.counts)


def test_the_same_bytes_under_a_name_that_says_compressed_are_another_text(tmp_path):
    plain = written(tmp_path, gzip.compress(b"a b"), "notes.txt")
    packed = written(tmp_path, plain.read_bytes(), "notes.gz")
    os.utime(packed, ns=(plain.stat().st_atime_ns, plain.stat().st_mtime_ns))
    assert cache.key_of([plain], keep_all()) != cache.key_of([packed], keep_all())


def test_a_relative_cache_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("W2VTUI_CACHE_DIR", "near")
    path = written(tmp_path, "a b")
    assert [open_corpus([path], keep_all()).from_cache for _ in range(2)] == [False, True]


def test_the_cache_can_be_left_alone(tmp_path, folders):
    path = written(tmp_path, "a b")
    assert not open_corpus([path], keep_all(), cache=False).from_cache
    assert not folders.cached.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"min_count": 2},
        {"max_final_vocab": 1},
        {"lowercase": True},
        {"tokenizer": "words"},
        {"encoding": "latin-1"},
        {"encoding_errors": "replace"},
    ],
)
def test_other_settings_are_another_entry(tmp_path, changed):
    path = written(tmp_path, "a a b")
    open_corpus([path], keep_all())
    assert not open_corpus([path], keep_all(**changed)).from_cache
    assert open_corpus([path], keep_all()).from_cache


def test_a_changed_file_is_read_again(tmp_path):
    path = written(tmp_path, "a a b")
    open_corpus([path], keep_all())
    status = path.stat()
    path.write_text("a c c")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # as a clumsy copy leaves it
    assert open_corpus([path], keep_all()).vocab.words == ["c", "a"]


def test_a_file_with_another_time_of_change_is_read_again(tmp_path):
    """The change may lie between the blocks that are looked at."""
    path = written(tmp_path, "a a b")
    open_corpus([path], keep_all())
    os.utime(path, (1000, 1000))
    assert not open_corpus([path], keep_all()).from_cache


def test_files_in_another_order_are_another_text(tmp_path):
    files = [written(tmp_path, "a b", "1.txt"), written(tmp_path, "b a", "2.txt")]
    open_corpus(files, keep_all())
    assert sentences_of(open_corpus(files[::-1], keep_all())) == [["b", "a"], ["a", "b"]]


DAMAGES = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-3]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + bytes(16)),
    "header": lambda path: path.write_bytes(b"\x93NUMPX" + path.read_bytes()[6:]),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
}


@pytest.mark.parametrize("name", ["ids.npy", "vocab.json", *outside(["starts.npy", "counts.npy"])])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_entry_is_built_again(tmp_path, folders, name, damage):
    path = written(tmp_path, "a b c\nd e f\n" * 3)
    expected = sentences_of(open_corpus([path], keep_all()))
    DAMAGES[damage](entry_of(folders) / name)
    rebuilt = open_corpus([path], keep_all())
    assert (rebuilt.from_cache, sentences_of(rebuilt)) == (False, expected)
    assert open_corpus([path], keep_all()).from_cache
    assert len(list(folders.cached.iterdir())) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"words": ["a"', '"words": ["a", "x"'),
        ('"words": ["a"', '"words": [1'),
        ('"hints": []', '"hints": 3'),
        ('"n_raw_tokens": 18', '"n_raw_tokens": "18"'),
        ('"n_raw_tokens": 18', '"n_raw_tokens": 17'),
        ('"version"', '"vision"'),
    ],
)
def test_inconsistent_words_are_built_again(tmp_path, folders, old, new):
    path = written(tmp_path, "a b c\nd e f\n" * 3)
    open_corpus([path], keep_all())
    words = entry_of(folders) / "vocab.json"
    before = words.read_text()
    assert old in before
    words.write_text(before.replace(old, new))
    assert not open_corpus([path], keep_all()).from_cache
    assert words.read_text() == before


def test_starts_that_do_not_rise_are_built_again(tmp_path, folders):
    path = written(tmp_path, "a b\nc d\ne f\n")
    open_corpus([path], keep_all())
    np.save(entry_of(folders) / "starts.npy", np.array([0, 4, 2, 6]))
    rebuilt = open_corpus([path], keep_all())
    assert (rebuilt.from_cache, rebuilt.sentence_starts.tolist()) == (False, [0, 2, 4, 6])


def test_the_entries_used_longest_ago_go_first(tmp_path, folders):
    files = [written(tmp_path, f"a word{n}", f"{n}.txt") for n in range(cache.KEPT_CORPORA + 2)]
    for age, path in enumerate(files[: cache.KEPT_CORPORA]):
        open_corpus([path], keep_all())
        newest = max(folders.cached.iterdir(), key=lambda entry: entry.stat().st_mtime_ns)
        os.utime(newest, (1000 + age, 1000 + age))
    assert open_corpus([files[0]], keep_all()).from_cache  # used again: now the newest
    for path in files[cache.KEPT_CORPORA :]:
        open_corpus([path], keep_all())
    assert len(list(folders.cached.iterdir())) == cache.KEPT_CORPORA
    keys = [cache.key_of([path], keep_all()) for path in files]
    assert [cache.find(key, "", ReadingProgress()) is None for key in keys] == [
        n in (1, 2) for n in range(len(files))
    ]


def test_drafts_of_killed_processes_are_removed_after_a_day(tmp_path, folders):
    folders.cached.mkdir(parents=True)
    old, new = folders.cached / ".draft-old", folders.cached / ".draft-new"
    old.mkdir()
    new.mkdir()
    os.utime(old, (time.time() - 90_000,) * 2)
    open_corpus([written(tmp_path, "a b")], keep_all())
    assert (old.exists(), new.exists()) == (False, True)


@pytest.mark.skipif(fcntl is None, reason="this system has no locks")
def test_drafts_of_killed_processes_are_removed_at_the_next_reading(tmp_path, folders):
    """Whoever is killed no longer holds the lock."""
    dead, busy = folders.cached / ".draft-dead", folders.cached / ".draft-busy"
    for draft in (dead, busy):
        draft.mkdir(parents=True)
        (draft / LOCK).touch()
        (draft / "provisional.npy").touch()
    with (busy / LOCK).open() as locked:
        fcntl.flock(locked, fcntl.LOCK_EX)
        open_corpus([written(tmp_path, "a b")], keep_all(), cache=False)
        assert (dead.exists(), busy.exists()) == (False, True)


def test_a_cached_corpus_has_no_lock(tmp_path, folders):
    open_corpus([written(tmp_path, "a b")], keep_all())
    (saved,) = folders.cached.iterdir()
    assert not (saved / LOCK).exists()


def test_what_is_not_of_the_cache_stays_there(tmp_path, folders, monkeypatch):
    """W2VTUI_CACHE_DIR may be a folder that has a folder `corpora` of somebody's own."""
    monkeypatch.setattr(cache, "KEPT_CORPORA", 1)
    digits = "0123456789abcdef" * 2
    own = ["novels/one.txt", "plain.txt", ".draft-novel/chapter.txt", f"{digits}/one.txt"]
    for name in own:
        path = folders.cached / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
        for one in (path, path.parent):
            os.utime(one, (1000, 1000))
    for n in range(3):
        open_corpus([written(tmp_path, f"a word{n}", f"{n}.txt")], keep_all())
    assert all((folders.cached / name).read_text() == "mine" for name in own)
    assert len(list(folders.cached.iterdir())) == len(own) + 1


def test_a_draft_that_is_written_to_is_not_removed(tmp_path, folders):
    """A folder's time is that of its last file's birth: a text may be read for days."""
    busy = folders.cached / ".draft-busy"
    busy.mkdir(parents=True)
    (busy / "provisional.npy").touch()
    os.utime(busy, (1000, 1000))
    open_corpus([written(tmp_path, "a b")], keep_all())
    assert busy.exists()


def test_readers_at_the_same_time_agree(tmp_path, folders):
    text = " ".join(f"w{n % 999}" for n in range(20_000))
    path = written(tmp_path, text)
    barrier, corpora = threading.Barrier(4), []

    def read() -> None:
        barrier.wait()
        corpora.append(open_corpus([path], keep_all()))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [sentences_of(corpus) for corpus in corpora] == [[text.split()]] * 4
    corpora.clear()
    gc.collect()
    assert not entry_of(folders).name.startswith(".")


def test_who_finishes_second_keeps_a_copy_only_while_it_is_used(tmp_path, folders, monkeypatch):
    path = written(tmp_path, "a b")
    open_corpus([path], keep_all())
    monkeypatch.setattr(cache, "find", lambda *arguments: None)
    second = open_corpus([path], keep_all())
    assert sentences_of(second) == [["a", "b"]]
    del second
    gc.collect()
    assert not entry_of(folders).name.startswith(".")


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, folders, monkeypatch):
    monkeypatch.setenv("W2VTUI_CACHE_DIR", str(written(tmp_path, "no folder", "file")))
    path = written(tmp_path, "a b")
    for _ in range(2):
        corpus = open_corpus([path], keep_all())
        assert (sentences_of(corpus), corpus.from_cache) == ([["a", "b"]], False)
    del corpus
    gc.collect()
    assert not list(folders.temporary.iterdir())
