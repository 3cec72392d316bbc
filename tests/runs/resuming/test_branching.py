"""Branches: what they take over, what stays apart, what is refused; and how they train."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import re
import threading

import numpy as np
import pytest

from tests.support.run_folders import change, content, small_checkpoint, small_record
from tests.support.wait import until
from w2v_kernels.machine import compiling
from w2vtui.cli import run_command_line
from w2vtui.corpus import ReadingProgress, ReadingStopped
from w2vtui.errors import RunError, SettingsError
from w2vtui.runs.disk.checkpoint_files import (
    MANIFEST,
    TENSORS,
    checkpoint_folders,
    newest_intact,
    write_checkpoint,
)
from w2vtui.runs.disk.door import HAS_SOCKETS
from w2vtui.runs.disk.history_files import read_index, write_index, write_moment
from w2vtui.runs.disk.journal import EVENTS, METRICS, LineFile, changes_in, read_events
from w2vtui.runs.disk.lock import RunLock
from w2vtui.runs.labels import note_name
from w2vtui.runs.listed.choosing import NEWEST, chosen
from w2vtui.runs.listed.listing import all_runs
from w2vtui.runs.listed.removing import remove_run
from w2vtui.runs.listed.status import LiveStatus, status_of
from w2vtui.runs.record import Fork, RunRecord
from w2vtui.runs.resuming.branching import branch
from w2vtui.runs.resuming.replaying import largest_difference
from w2vtui.runs.resuming.resuming import resumption
from w2vtui.runs.words import VOCAB, read_vocab
from w2vtui.trainer_process.branching import branch_here, divided, read_after, train_branch
from w2vtui.training.history.half import packed
from w2vtui.training.history.moments import PastMoment


def with_history(run, *places):
    """Give a run a history with a moment at each of these tokens."""
    stored = []
    for number, tokens in enumerate(places, start=1):
        moment = PastMoment(number=number, tokens=tokens, planned=10_000, seconds=1.0)
        vectors = {"input_vectors": packed(np.ones((3, 2), np.float32))}
        write_index(run, stored)
        stored.append(write_moment(run, moment, vectors))
    write_index(run, stored)


def test_a_branch_has_the_vectors_and_the_past_of_the_run_up_to_there(run):
    with_history(run, 50, 150, 300)
    rows = [b'{"tokens": 100, "loss": 2.5}\n', b'{"tokens": 300, "loss": 2.0}\n']
    LineFile(run / METRICS).append(rows)
    before = content(run)
    new = branch(run, name="other")
    assert new == run.with_name("other")
    one, other = newest_intact(run)[0], newest_intact(new)[0]
    assert largest_difference(one.vectors, other.vectors) == 0
    assert (one.clock, one.schedule, one.events) == (other.clock, other.schedule, other.events)
    assert read_vocab(new)[0] == read_vocab(run)[0]
    assert [stored.moment.tokens for stored in read_index(new)] == [50, 150]
    assert (new / METRICS).read_bytes() == rows[0]
    texts = [event.text for event in read_events(new / EVENTS)[0]]
    assert texts == ["", f"branched off {run.name} at 2.0%", ""]
    record, of_run = RunRecord.read(new), RunRecord.read(run)
    assert record.fork == Fork(run=run.name, created=of_run.created, tokens=200)
    assert record.settings == of_run.settings
    assert content(run) == before


def test_a_branch_shares_its_files_until_one_of_the_two_runs_changes(run):
    with_history(run, 50)
    new = branch(run)
    (generation,) = checkpoint_folders(new)
    for path in (generation / TENSORS, generation / MANIFEST, new / VOCAB):
        assert path.stat().st_nlink == 2, path
    before = content(new)
    for clock in (300, 400, 500):
        write_checkpoint(run, small_checkpoint(clock))
    assert content(new) == before
    remove_run(run)
    assert content(new) == before
    assert newest_intact(new)[0].clock == 200


def test_a_disk_without_hard_links_gets_copies(run, monkeypatch):
    def refuse(*arguments, **named):
        raise OSError(errno.EXDEV, "another disk")

    monkeypatch.setattr(os, "link", refuse)
    new = branch(run)
    (generation,) = checkpoint_folders(new)
    assert (generation / TENSORS).stat().st_nlink == 1
    assert newest_intact(new)[0].clock == 200


def test_a_branch_of_a_run_names_no_output_of_it(run):
    of_run = small_record(output="/some/v.bin", save_vocab="/some/counts.txt", sweep="s", trial=3)
    of_run.write(run)
    record = RunRecord.read(branch(run))
    request = record.request
    assert (request.output, request.save_vocab, request.sweep) == (None, None, None)
    assert record.is_made_here


def test_a_branch_is_a_stopped_run_that_shows_the_settings_it_will_have(run):
    status = status_of(branch(run, "1%", negative=9, epochs=3))
    assert (status.state, status.tokens, status.can_resume) == ("stopped", 100, True)
    assert (status.settings["negative"], status.epochs) == (9, 3)
    assert status.tokens_planned == 15_000
    assert status.fork.run == run.name


def test_changes_after_the_checkpoint_belong_to_a_branch_of_the_run_as_it_is(run):
    assert [one.number for one in changes_in(read_events(branch(run) / EVENTS)[0])] == [1, 2]
    earlier = branch(run, "1%")
    assert [one.number for one in changes_in(read_events(earlier / EVENTS)[0])] == [1]


def test_a_run_in_use_can_be_branched(run):
    lock = RunLock(run)
    new = branch(run)
    lock.release()
    RunLock(new).release()  # nobody holds the branch


def test_a_damaged_checkpoint_is_passed_over(run):
    newest = checkpoint_folders(run)[0]
    (newest / TENSORS).write_bytes(b"other")
    new = branch(run)
    assert newest_intact(new)[0].clock == 100
    assert [path.name for path in checkpoint_folders(new)] == ["000001"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"at": "50%"}, "2 newest checkpoints, now at 1.0% (100 tokens) and 2.0% (200 tokens); wi"),
        ({"at": "soon"}, "a moment is 40% of the training"),
        ({"name": "last"}, "choose another name"),
        ({"name": "../up"}, "a run's name has 1 to"),
        ({"name": ".hidden"}, "a run's name has 1 to"),
        ({"name": "text-brisk-otter"}, "there is a run 'text-brisk-otter' already"),
        ({"window": 0}, "window must be 1 to"),
        ({"widow": 1}, "widow"),
    ],
    ids=str,
)
def test_what_cannot_be_a_branch_is_refused_and_leaves_nothing(asked, message, run):
    before = sorted(run.parent.iterdir())
    with pytest.raises((RunError, SettingsError)) as refused:
        branch(run, **asked)
    assert message in str(refused.value)
    assert sorted(run.parent.iterdir()) == before


def test_a_run_without_a_checkpoint_cannot_be_branched(run):
    for generation in checkpoint_folders(run):
        (generation / MANIFEST).unlink()
    with pytest.raises(RunError, match=r"has no checkpoint that is intact, .*: there is nothing"):
        branch(run)


def test_a_branch_of_a_run_that_is_done_takes_more_epochs(run):
    write_checkpoint(run, small_checkpoint(10_000, state="done", events=(change(2, 250),)))
    with pytest.raises(RunError, match=f"needs more epochs, as in w2vtui branch {run.name} --epo"):
        branch(run)
    assert status_of(branch(run, epochs=5)).tokens_planned == 25_000


def test_a_branch_of_a_run_that_is_done_says_its_rate_and_that_of_a_whole_run(run, capsys):
    write_checkpoint(run, small_checkpoint(10_000, state="done", events=(change(1, 50),)))
    for rate, says in (
        ((), "rate 0; --alpha 0.03 is the rate of a run of 5 epochs there\n"),
        (("--alpha", "0.01"), "rate 0.01 to 0(.0001)?\n"),
    ):
        argv = ["branch", run.name, "--epochs", "5", "--runs-dir", str(run.parent), *rate]
        assert run_command_line(argv) == 0
        assert re.search(says, capsys.readouterr().err)


def test_a_branch_takes_no_name_that_another_run_had(run):
    note_name(run, "early-otter")
    with pytest.raises(RunError, match=f"'early-otter' was the name of {run.name}"):
        branch(run, name="early-otter")


def test_a_branch_of_a_branch_knows_both(run):
    first = branch(run, name="first")
    second = branch(first, "2%", name="second")
    assert RunRecord.read(second).fork.run == "first"
    alone = branch(first, name="third")
    remove_run(first)
    listed = chosen([status_of(path) for path in (second, alone, run)], "", NEWEST)
    assert [(one.name, one.lines) for one in listed] == [
        (one.name, "") for one in sorted(listed, key=lambda one: -one.changed)
    ]


def test_branches_are_listed_below_the_run_that_they_left(run, capsys, monkeypatch):
    monkeypatch.setenv("W2VTUI_RUNS_DIR", str(run.parent))
    first = branch(run, name="first")
    branch(run, "1%", name="earlier")
    branch(first, name="second")
    assert run_command_line(["runs"]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    names = [re.split(r" +(?:stopped|interrupted)", line)[0] for line in lines]
    assert names == [run.name, "├ earlier", "└ first", "  └ second"]
    assert run_command_line(["runs", "--json", "--sort", "name"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[0]["fork"] == {"run": run.name, "created": 1.0, "tokens": 100}
    assert [row["name"] for row in rows] == ["earlier", "first", "second", run.name]
    assert "lines" not in rows[0]


def test_a_line_leads_on_past_the_branches_of_a_branch(run):
    for name, at in (("early", "1%"), ("late", "2%")):
        branch(run, at, name=name)
    branch(run.parent / "early", name="twig")
    listed = chosen([status_of(path) for path in all_runs(run.parent)], "", NEWEST)
    assert [one.lines + one.name for one in listed] == [
        run.name, "├ early", "│ └ twig", "└ late",
    ]  # fmt: skip


def test_where_no_line_leads_to_a_branch_a_column_says_what_it_left(run, capsys, monkeypatch):
    monkeypatch.setenv("W2VTUI_RUNS_DIR", str(run.parent))
    branch(branch(run, name="first"), "1%", name="second")
    branch(run, name="other")
    for argv, names in (
        (["--sort", "name"], ["first", "other", "second", run.name]),
        (["!first"], [run.name, "└ other", "second"]),
    ):
        assert run_command_line(["runs", *argv]) == 0
        head, *lines = capsys.readouterr().out.splitlines()
        assert "BRANCH OF" in head
        assert [re.split(r" +(?:stopped|interrupted)", line)[0] for line in lines] == names
        (second,) = (line for line in lines if line.startswith("second"))
        assert "first at 200" in second
    assert run_command_line(["runs"]) == 0
    assert "BRANCH OF" not in capsys.readouterr().out


# ---- trained


@pytest.mark.slow
def test_an_unchanged_branch_ends_with_the_vectors_of_the_run_bit_for_bit(
    train_run, topical_corpus, capsys
):
    folder = train_run(topical_corpus, stop_at=100_000)
    assert run_command_line(["branch", "last", "--name", "same"]) == 0
    assert run_command_line(["branch", folder.name, "--name", "wide", "--window", "8"]) == 0
    out, err = capsys.readouterr()
    assert out == "same\nwide\n"
    assert f"same leaves {folder.name} at " in err
    assert ", 35." in err
    for name in (folder.name, "same", "wide"):
        assert run_command_line(["resume", name, "--neighbors", "ship"]) == 0
    assert f"a branch that left {folder.name} at 100,000 tokens" in capsys.readouterr().err
    ends = [newest_intact(folder.with_name(name))[0] for name in (folder.name, "same", "wide")]
    assert largest_difference(ends[0].vectors, ends[1].vectors) == 0
    assert largest_difference(ends[0].vectors, ends[2].vectors) > 0
    assert (ends[1].clock, ends[2].settings.window) == (ends[0].clock, 8)
    assert run_command_line(["replay", "wide"]) == 0
    assert "bit for bit" in capsys.readouterr().err
    assert len(all_runs(folder.parent)) == 3


@pytest.mark.slow
def test_a_run_that_trains_is_branched_where_it_is(train_run, topical_corpus, root):
    made = []

    def steer(run):
        until(lambda: run.snapshot().progress.tokens > 20_000 and all_runs(root))
        (folder,) = all_runs(root)
        tokens = run.snapshot().progress.tokens
        made.append((branch_here(run, folder, "one"), tokens))
        run.pause()
        until(lambda: run.snapshot().state == "paused")
        # The first is made once the workers have ended what they hold.
        made.append((branch_here(run, folder, "two"), run.snapshot().progress.tokens))
        made.append((branch_here(run, folder, "three"), run.snapshot().progress.tokens))
        run.stop()

    train_run(topical_corpus, epochs=100_000, steer=steer)
    clocks = [newest_intact(path)[0].clock for path, _ in made]
    assert clocks[0] >= made[0][1]
    assert clocks[1:] == [made[1][1], made[2][1]]


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.skipif(not HAS_SOCKETS, reason="needs local sockets")
def test_a_branch_trains_in_a_process_of_its_own_after_another_run(
    train_run, topical_corpus, monkeypatch
):
    if compiling.CACHE_FOLDER is not None:  # where its kernels are compiled already
        monkeypatch.setenv("NUMBA_CACHE_DIR", str(compiling.CACHE_FOLDER))
    folder = train_run(topical_corpus, stop_at=100_000)
    new = branch(folder, name="later")
    lock = RunLock(folder)
    dataclasses.replace(LiveStatus.read(folder), state="training").write(folder)
    train_branch(new, after=folder)
    until(lambda: status_of(new).state == "preparing")
    lock.release()
    until(lambda: status_of(new).state == "done")
    taken = resumption(folder)
    run = taken.run()
    run.start()
    run.wait()
    taken.recorder.close()
    ends = [newest_intact(one)[0].vectors for one in (folder, new)]
    assert largest_difference(*ends) == 0


@pytest.mark.parametrize(
    ("workers", "cores", "threads"),
    [(1, 1, (1, 1)), (1, 2, (1, 1)), (2, 2, (1, 1)), (3, 4, (2, 1)), (2, 8, (2, 2))],
)
def test_two_runs_share_the_threads_of_one(workers, cores, threads):
    assert divided(workers, cores) == threads


def test_a_run_that_waits_for_another_one_can_be_stopped(run):
    lock, stop, read = RunLock(run), threading.Event(), []
    reading = read_after(run, lambda progress, stop: read.append(1))
    stop.set()
    with pytest.raises(ReadingStopped):
        reading(ReadingProgress(), stop)
    lock.release()
    reading(ReadingProgress(), stop)
    assert read == [1]
