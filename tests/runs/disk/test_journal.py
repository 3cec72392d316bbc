"""Events and metrics, a line each: what a cut or a flipped bit costs."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.run_folders import change, counts, events, many, small_checkpoint, words
from w2vtui.errors import DiskError
from w2vtui.runs.disk.checked_json import dumped, loaded
from w2vtui.runs.disk.dataclass_json import event_as_json, event_from_json
from w2vtui.runs.disk.journal import (
    EVENTS,
    LineFile,
    changes_after,
    changes_in,
    event_line,
    metrics_rows,
    read_events,
)

pytestmark = pytest.mark.slow

# ---- events and the journal


@many
@given(event=events)
def test_an_event_comes_back_as_it_was(event, tmp_path):
    assert event_from_json(loaded(dumped(event_as_json(event)))) == event
    path = tmp_path / EVENTS
    path.unlink(missing_ok=True)
    LineFile(path).append([event_line(event)])
    assert read_events(path) == ([event], [])


@many
@given(event=events, place=st.integers(0), bit=st.integers(0, 7))
def test_a_flipped_bit_in_a_journal_costs_its_line_alone(event, place, bit, tmp_path):
    line, path = event_line(event), tmp_path / EVENTS
    place %= len(line) - 1
    spoiled = bytearray(line)
    spoiled[place] ^= 1 << bit
    path.write_bytes(line + spoiled + line)
    found, troubles = read_events(path)
    assert found[0] == found[-1] == event
    assert all(one == event for one in found)  # a space for another does no harm
    assert troubles or len(found) == 3


def test_a_truncated_journal_has_its_whole_lines_and_takes_more(tmp_path):
    path, lines = tmp_path / EVENTS, [event_line(change(n, n)) for n in (1, 2, 3)]
    content = b"".join(lines)
    for length in range(len(content)):
        path.write_bytes(content[:length])
        whole = content[:length].count(b"\n")
        assert [one.number for one in read_events(path)[0]] == list(range(1, whole + 1))
        assert read_events(path)[1] == []
        assert LineFile(path).append([event_line(change(4, 4))])
        assert [one.number for one in read_events(path)[0]] == [*range(1, whole + 1), 4]


@many
@given(content=st.binary() | st.builds(lambda v: dumped(v) + b"\n", st.dictionaries(words, counts)))
def test_any_journal_is_read(content, tmp_path):
    (tmp_path / EVENTS).write_bytes(content)
    found, troubles = read_events(tmp_path / EVENTS)
    assert not found
    assert len(troubles) == content.count(b"\n")
    metrics_rows(tmp_path / EVENTS)


def test_lines_that_were_removed_are_noticed(tmp_path):
    file = LineFile(tmp_path / EVENTS)
    assert file.append([b"one\n"])
    (tmp_path / EVENTS).unlink()
    assert not file.append([b"two\n"])
    file.rewrite([b"one\n", b"two\n"])
    assert file.append([b"three\n"])
    (tmp_path / EVENTS).write_bytes(b"one\n")
    assert not file.append([b"four\n"])


def test_a_full_disk_leaves_a_journal_as_it_was(tmp_path, monkeypatch):
    file = LineFile(tmp_path / EVENTS)
    file.append([b"one\n"])

    def fsync(descriptor):
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", fsync)
        with pytest.raises(DiskError, match="no space left"):
            file.append([b"two\n"])
    assert (tmp_path / EVENTS).read_bytes() == b"one\n"
    file.append([b"two\n"])
    assert (tmp_path / EVENTS).read_bytes() == b"one\ntwo\n"


def test_changes_that_are_made_again_count_once():
    first, second, third = change(1, 10), change(2, 20), change(3, 30)
    assert changes_in([first, second, first, second, third]) == [first, second, third]


def test_a_change_that_came_instead_takes_the_place_of_all_that_followed():
    first, second, third = change(1, 10), change(2, 20), change(3, 30)
    instead = change(2, 15, window=9)
    assert changes_in([first, second, third, first, instead]) == [first, instead]


def test_changes_after_a_checkpoint_are_those_of_its_own_time():
    first, second, instead = change(1, 10), change(2, 120), change(2, 90, window=9)
    before = small_checkpoint(100, events=(first,))
    assert changes_after(None, [first, second]) == [first, second]
    assert changes_after(before, [first, second]) == [second]
    # The journal is older than a checkpoint that went another way.
    beyond = small_checkpoint(100, events=(first, instead))
    assert changes_after(beyond, [first, second, change(3, 130)]) == []
    # A line is lost: the others stand.
    assert changes_after(before, [second]) == [second]
