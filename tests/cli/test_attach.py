"""`w2vtui attach`: a run that another process trains."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.processes import ENDLESS, finish, json_objects, posix, until_it_trains
from tests.support.served_runs import attached
from tests.support.wait import DEADLINE, until
from w2vtui.runs.listed.listing import all_runs
from w2vtui.runs.listed.status import status_of
from w2vtui.trainer_process.attaching import attach

pytestmark = [posix, pytest.mark.process, pytest.mark.usefixtures("patient_viewers")]


def test_a_headless_run_is_watched_steered_and_ended_from_elsewhere(
    started, w2v, topical_corpus, tmp_path
):
    output = tmp_path / "v.bin"
    process = started(
        "train", topical_corpus, "-o", output, *ENDLESS, "--json", "--checkpoint-seconds", "1000"
    )
    until_it_trains(process)
    (folder,) = all_runs(Path(os.environ["W2VTUI_RUNS_DIR"]))
    until(lambda: w2v("attach", "last", "--pause").code == 0)
    until(lambda: status_of(folder).state == "paused")
    assert w2v("attach", folder.name, "--resume").code == 0
    follower = started("attach", "last", "--json")
    until_it_trains(follower)
    follower.send_signal(signal.SIGINT)
    left = finish(follower)
    assert left.code == 130
    assert "trains on" in left.err
    remote = attach(folder)
    assert remote.change(negative=9).negative == 9
    remote.leave()
    stopped = w2v("attach", "last", "--stop")
    assert stopped.code == 0
    assert "is stopped" in stopped.err
    last = json_objects(finish(process).out)[-1]
    assert "K 5 \N{RIGHTWARDS ARROW} 9" in last["events"]
    assert last["state"] == "stopped"
    assert output.exists()
    refused = w2v("attach", "last")
    assert refused.code == 2
    assert "w2vtui resume" in refused.err


def test_a_follower_learns_that_the_trainer_was_killed(started, topical_corpus):
    process = started("train", topical_corpus, *ENDLESS, "--json")
    until_it_trains(process)
    (folder,) = all_runs(Path(os.environ["W2VTUI_RUNS_DIR"]))
    remote = until(lambda: attached(folder))
    process.kill()
    assert remote.is_over(DEADLINE)
    assert remote.snapshot().state == "failed"
    assert f"w2vtui resume {folder.name}" in str(remote.snapshot().error)
    remote.leave()
    assert status_of(folder).state == "interrupted"
