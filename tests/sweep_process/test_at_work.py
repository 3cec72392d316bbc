"""Which sweep a name means, and what the command line and the app say about sweeps at work."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import pytest

from tests.support.run_folders import small_record
from tests.support.screens import press, shows, until
from tests.support.shown_sweeps import NAME, ShownSweep
from w2vtui.errors import RunError
from w2vtui.runs.disk.lock import RunLock
from w2vtui.runs.listed.status import LiveStatus
from w2vtui.settings import RunSettings
from w2vtui.sweep_process.at_work import meant_sweep
from w2vtui.sweeping.status import STOP
from w2vtui.tui.app import W2vApp
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.sweep_screen.screen import SweepScreen

TRIAL = f"{NAME}-01"


@pytest.fixture
def root():
    return Path(os.environ["W2VTUI_RUNS_DIR"])


@pytest.fixture
def shown(root):
    """A sweep at work on its first trial, and another run."""
    sweep = ShownSweep(root)
    locks = []
    for name, asked in ((TRIAL, NAME), ("notes-slow-crab", None)):
        (root / name).mkdir()
        record = small_record()
        request = dataclasses.replace(record.request, sweep=asked, trial=1)
        dataclasses.replace(record, request=request).write(root / name)
        if asked is not None:
            locks.append(RunLock(root / name))
    sweep.trial = locks[0]
    LiveStatus(
        state="training", tokens=40, tokens_planned=100, seconds=3.0, words_per_second=13.0,
        probe_loss=None, error=None, pid=os.getpid(),
    ).write(root / TRIAL)  # fmt: skip
    yield sweep
    sweep.trial.release()
    sweep.store.release()


@pytest.mark.parametrize(
    ("name", "is_sweep"),
    [(NAME, True), ("heron", True), (TRIAL, True), ("last", True),
     ("notes-slow-crab", False), ("crab", False)],
)  # fmt: skip
def test_a_name_means_the_sweep_at_work_or_a_run(root, shown, name, is_sweep):
    os.utime(root / "notes-slow-crab" / "run.json", (1, 1))  # the older one
    assert meant_sweep(root, name) == (shown.folder if is_sweep else None)


def test_last_is_the_sweep_between_two_trials(root, shown):
    shown.trial.release()
    assert meant_sweep(root, "last") == shown.folder
    shown.store.release()
    assert meant_sweep(root, "last") is None
    assert meant_sweep(root, TRIAL) is None  # a run like any other
    assert meant_sweep(root, NAME) == shown.folder  # what came of it


@pytest.mark.parametrize("name", ["", "..", "../runs", "otter"])
def test_a_name_that_nothing_has_is_refused(root, shown, name):
    with pytest.raises(RunError):
        meant_sweep(root, name)


def test_the_list_of_runs_says_which_sweeps_are_at_work(w2v, shown):
    shown.end_trial(1, 60.0)
    said = "is at work, 1 of 4 trials are over, about 00:21 left: w2vtui attach"
    assert f"sweep {NAME} {said} {NAME}" in w2v("runs").err
    assert w2v("runs", "--json").err == ""
    shown.store.release()
    assert "at work" not in w2v("runs").err


def test_a_sweep_that_is_over_is_printed(w2v, shown):
    shown.end_trial(1, 60.0)
    shown.end(state="stopped", eta_seconds=None)
    ended = w2v("attach", NAME)
    assert ended.code == 0
    assert ended.out.splitlines()[1].split()[:5] == ["1", "3", "5", "0.6000", "best"]
    assert f"Continue it: w2vtui sweep --resume {NAME}" in ended.err
    found = json.loads(w2v("attach", NAME, "--json").out)
    assert (found["state"], found["tokens_of_trials"], len(found["trials"])) == ("stopped", 300, 1)
    over = w2v("attach", NAME, "--stop")
    assert over.code == 2
    assert f"sweep {NAME} is over: stopped" in over.err


def test_a_sweep_has_no_pause(w2v, shown):
    refused = w2v("attach", NAME, "--pause")
    assert refused.code == 2
    assert f"w2vtui attach {NAME} --stop ends it" in refused.err


async def test_the_app_shows_the_sweep_of_a_trial_at_work(root, shown):
    app = W2vApp(Form(run_settings=RunSettings(runs_dir=str(root))))
    async with app.run_test(size=(100, 34)):
        await press(app, "ctrl+r")
        app.runs_wanted = TRIAL
        await shows(app, "1 of 2", TRIAL)
        await press(app, "enter")
        await shows(app, "SWEEP training", "0 of 4 trials", "about 00:21 left")
        shown.end_trial(1, 60.0)
        await shows(app, "1 of 4 trials")
        await press(app, "s")
        await until(app, (shown.folder / STOP).exists)
        await shows(app, "SWEEP stopping")
        await press(app, "1")
        await until(app, lambda: not isinstance(app.screen, SweepScreen))
        await press(app, "ctrl+q")  # asks nothing: the sweep is not of this app
        await until(app, lambda: app._exit)
