"""A pipe, a device or a socket in place of a file is refused at once, whatever reads it."""

from __future__ import annotations

import os
import socket
from contextlib import chdir
from pathlib import Path

import pytest

from tests.support.processes import posix
from w2vtui.runs.disk.journal import EVENTS, LineFile, metrics_rows, read_events
from w2vtui.runs.disk.lock import NAME, in_use

pytestmark = posix


@pytest.fixture(params=["pipe", "device", "socket"])
def odd(request, tmp_path):
    """What never ends, or never begins; named for what it is."""
    path = tmp_path / request.param
    if request.param == "pipe":
        os.mkfifo(path)
    elif request.param == "device":
        path.symlink_to("/dev/zero")
    else:
        with socket.socket(socket.AF_UNIX) as bound, chdir(tmp_path):
            bound.bind(path.name)  # the whole path may be too long
    return path


@pytest.mark.parametrize("option", ["--pairs", "--analogies"])
@pytest.mark.parametrize("verb", ["train", "evaluate"])
def test_questions_are_read_from_files_only(verb, option, odd, w2v, vectors, tmp_path):
    output = ["-o", tmp_path / "v.bin"] if verb == "train" else []
    result = w2v(verb, vectors, *output, option, odd)
    assert result.code == 3
    assert f"cannot read {odd}: is a {odd.name}, not a regular file" in result.err


@pytest.mark.parametrize("name", ["w2vtui.toml", "mine.toml"])
@pytest.mark.parametrize("verb", ["runs", "train", "config"])
def test_settings_are_read_from_files_only(verb, name, odd, w2v, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    odd.rename(name)
    if name != "w2vtui.toml":
        monkeypatch.setenv("W2VTUI_CONFIG", name)
    result = w2v(verb, *{"train": ["-"], "config": ["show"]}.get(verb, []))
    assert result.code == 2
    assert f"{name}: Is a {odd.name}, not a regular file" in result.err


def test_vectors_and_counts_are_read_from_files_only(odd, w2v, vectors, tmp_path):
    result = w2v("neighbors", odd, "king")
    assert result.code == 3
    assert f"{odd} is not a file but a {odd.name}" in result.err
    odd.rename(tmp_path / "known.vec.vocab")  # counts that were not asked for
    assert w2v("neighbors", vectors, "king").code == 0


def test_a_journal_and_a_lock_are_files(odd, tmp_path):
    for name in (EVENTS, NAME):
        (tmp_path / name).symlink_to(odd)
    assert read_events(tmp_path / EVENTS)[0] == []
    assert metrics_rows(tmp_path / EVENTS) == []
    assert not in_use(tmp_path)
    journal = LineFile(tmp_path / EVENTS)
    assert not journal.append([b"a line\n"])
    journal.rewrite([b"a line\n"])  # in place of the link
    assert not (tmp_path / EVENTS).is_symlink()
    assert (tmp_path / EVENTS).read_bytes() == b"a line\n"
    if not odd.is_symlink():
        odd.replace(tmp_path / EVENTS)
        with pytest.raises(Exception, match=f"is a {odd.name}, not a regular file"):
            LineFile(tmp_path / EVENTS).append([b"a line\n"])


def test_a_line_of_questions_has_a_longest_length(w2v, vectors, tmp_path):
    long = tmp_path / "long.txt"
    long.write_text("king queen 9\n" + "a" * 70_000)
    result = w2v("evaluate", vectors, "--pairs", long)
    assert result.code == 3
    assert "line 2: it has 70,000 characters" in result.err
    os.truncate(long, 1 << 40)  # sparse: it takes no room
    result = w2v("evaluate", vectors, "--analogies", long)
    assert result.code == 3
    assert "1,099,511,627,776 bytes, more than 67,108,864" in result.err


def test_a_vocabulary_without_line_ends_is_not_read_whole(w2v, vectors, tmp_path):
    beside = Path(f"{vectors}.vocab")
    beside.touch()
    os.truncate(beside, 1 << 40)
    assert w2v("neighbors", vectors, "king").code == 0
