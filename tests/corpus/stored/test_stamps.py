"""Another text is never taken for the one in the cache, whatever its size and time."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.texts import keep_all, posix_only, written
from w2vtui.corpus import ReadingProgress, ReadingStopped, open_corpus
from w2vtui.corpus.stored import cache

TICK_NS = cache._TICK_NS

BEFORE, AFTER = "ab " * 400 + "cd " * 400, "ab " * 400 + "ef " * 400


@pytest.fixture(autouse=True)
def _waiting_for_clocks(monkeypatch):
    monkeypatch.setattr(cache, "_TICK_NS", TICK_NS)


@pytest.fixture(params=["small", "large"])
def size(request, monkeypatch):
    """Whether files count as ones that are sampled; the samples are those that BEFORE and AFTER
    have in common.
    """
    if request.param == "large":
        monkeypatch.setattr(cache, "_SAMPLED_BLOCKS", 1)
        monkeypatch.setattr(cache, "_SAMPLED_BYTES", 300)
        monkeypatch.setattr(cache, "_SAMPLED_WHOLE", 300)
    return request.param


def in_place(path: Path, source: Path) -> None:
    with path.open("rb+") as file:
        file.write(source.read_bytes())


def emptied_before(path: Path, source: Path) -> None:
    path.write_bytes(source.read_bytes())


def copied_over(path: Path, source: Path) -> None:
    shutil.copy2(source, path)


def copied_over_by_cp(path: Path, source: Path) -> None:
    subprocess.run(["cp", "-p", source, path], check=True)


def renamed_over(path: Path, source: Path) -> None:
    source.replace(path)


def copied_and_renamed(path: Path, source: Path) -> None:
    copy = path.with_name("copy")
    shutil.copy2(source, copy)
    copy.replace(path)


def linked(path: Path, source: Path) -> None:
    path.unlink()
    path.hardlink_to(source)


def pointed_at(path: Path, source: Path) -> None:
    path.unlink()
    path.symlink_to(source)


CHANGES: list[Callable[[Path, Path], None]] = [
    in_place, emptied_before, copied_over, copied_over_by_cp, renamed_over, copied_and_renamed,
    linked, pointed_at,
]  # fmt: skip


@posix_only
@pytest.mark.usefixtures("size")
@pytest.mark.parametrize("change", CHANGES)
def test_another_text_of_the_same_size_and_time_is_read(change, tmp_path):
    path, source = written(tmp_path, BEFORE), written(tmp_path, AFTER, "source")
    os.utime(path, (10**9, 10**9))
    assert open_corpus([path], keep_all()).vocab.words == ["ab", "cd"]
    assert open_corpus([path], keep_all()).from_cache
    before = path.stat()
    os.utime(source, (10**9, 10**9))
    change(path, source)
    os.utime(path, (10**9, 10**9))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert open_corpus([path], keep_all()).vocab.words == ["ab", "ef"]


@pytest.mark.usefixtures("size")
def test_a_text_that_changes_while_it_is_read_is_not_cached(tmp_path):
    """It keeps its size and time, and changes in the moment after it was written."""
    path = written(tmp_path, BEFORE)
    date = path.stat().st_mtime_ns

    class Changing(ReadingProgress):
        def begin(self, phase, bytes_total=0) -> None:
            if phase == "encoding":
                path.write_text(AFTER)
                os.utime(path, ns=(date, date))
            super().begin(phase, bytes_total)

        def __setattr__(self, name, value) -> None:
            super().__setattr__(name, value)
            if name == "file":
                path.write_text(AFTER)
                os.utime(path, ns=(date, date))

    corpus = open_corpus([path], keep_all(), progress=Changing())
    assert "the text changed while it was being read" in corpus.hints[0]
    again = open_corpus([path], keep_all())
    assert (again.from_cache, again.vocab.words) == (False, ["ab", "ef"])


def test_where_no_time_of_change_is_known_all_bytes_are_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "_DATES_CHANGES", False)
    monkeypatch.setattr(cache, "_SAMPLED_BLOCKS", 1)
    monkeypatch.setattr(cache, "_SAMPLED_BYTES", 300)
    monkeypatch.setattr(cache, "_SAMPLED_WHOLE", 300)
    path = written(tmp_path, BEFORE)
    date = path.stat().st_mtime_ns
    open_corpus([path], keep_all())
    path.write_text(AFTER)
    os.utime(path, ns=(date, date))
    assert open_corpus([path], keep_all()).vocab.words == ["ab", "ef"]


class Noted(threading.Event):
    """Does not wait, and notes for how long it was asked to."""

    seconds = 0.0

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds = timeout or 0.0
        return self.is_set()


NOW = 1_700_000_000_123_456_789


@pytest.mark.parametrize(
    ("changed", "least", "most"),
    [
        (NOW, 0.04, 0.06),
        (NOW - 20_000_000, 0.02, 0.04),
        (NOW - 60_000_000, 0, 0),
        (NOW + 10**12, 0.04, 0.06),  # by the clock of a file server
        (1_700_000_000_000_000_000, 1.5, 2.1),  # times in whole seconds
        (1_699_999_996_000_000_000, 0, 0),
    ],
)
def test_a_file_is_stamped_once_a_further_change_must_show(
    tmp_path, monkeypatch, changed, least, most
):
    path = written(tmp_path, "a b")
    old = cache.stamp_of(path)._replace(changed_ns=NOW - 10**12)
    stamps = {path: old._replace(changed_ns=changed), tmp_path: old}
    monkeypatch.setattr(cache, "stamp_of", stamps.__getitem__)
    monkeypatch.setattr(time, "time_ns", lambda: NOW)
    stop = Noted()
    cache.wait_for_stamps([tmp_path, path, tmp_path], stop)
    assert least <= stop.seconds <= most


def test_the_wait_for_a_stamp_can_be_stopped(tmp_path):
    stop = threading.Event()
    stop.set()
    with pytest.raises(ReadingStopped):
        cache.wait_for_stamps([written(tmp_path, "a b")], stop)


def test_changes_further_apart_than_the_wait_have_different_times(tmp_path):
    path = written(tmp_path, "a b")
    cache.wait_for_stamps([path], None)
    before = cache.stamp_of(path)
    path.write_text("c d")
    assert cache.stamp_of(path).changed_ns > before.changed_ns
