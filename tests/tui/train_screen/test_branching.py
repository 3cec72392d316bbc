"""Branching the run on the train screen: how it is asked for, what the branch gets, where it is."""

from __future__ import annotations

import dataclasses
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.support.compared_runs import saved_run
from tests.support.run_folders import small_checkpoint
from tests.support.screens import (
    Bare,
    form,
    notices,
    press,
    shot_of,
    shows,
    state,
    training,
    until,
)
from w2vtui.runs.disk.lock import RunLock
from w2vtui.runs.listed.listing import all_runs
from w2vtui.runs.listed.status import status_at, status_of
from w2vtui.runs.resuming.branching import branch
from w2vtui.settings import RunSettings
from w2vtui.trainer_process import attaching, branching
from w2vtui.tui.saved_runs.run_list import RunList

pytestmark = pytest.mark.terminal


async def command(app, line: str) -> None:
    await press(app, "colon")
    app.screen.query_one("#command-line").value = line
    await press(app, "enter")


def branches(app):
    """The branches that were made, oldest first."""
    found = [status_of(folder) for folder in all_runs(Path(app.session.folder).parent)]
    return sorted((one for one in found if one.fork), key=lambda one: one.created)


async def test_a_run_is_branched_and_what_is_staged_goes_to_the_branch(topical_corpus, monkeypatch):
    began = []
    monkeypatch.setattr(branching, "train_branch", lambda *folders: began.append(folders))
    monkeypatch.setattr(branching, "available_cores", lambda: 2)
    async with training(form(topical_corpus, workers=2)) as app:
        await until(app, lambda: app.session.run_name and state(app) == "training")
        await command(app, "branch K 9")
        await shows(app, "Branch this run", "It begins with K 5 → 9; this run does not.")
        await shows(app, "Train both           1 thread here, 1 there")
        await press(app, "l")
        await until(app, lambda: "waits in the list of runs" in notices(app))
        (first,) = branches(app)
        assert first.settings["negative"] == 9
        assert first.fork.run == app.session.run_name
        assert shot_of(app).settings.negative == 5
        assert not app.screen.staging.staged
        assert app.session.notes.events[-1].text == f"branch {first.name} left here"
        await press(app, "b")
        await shows(app, "Branch this run", "Train both", "One after the other", "Pause this run")
        await press(app, "b")
        await until(app, lambda: f"branch {branches(app)[-1].name} trains" in notices(app))
        await until(app, lambda: shot_of(app).settings.workers == 1)
        both = branches(app)[1]
        assert both.settings["workers"] == 1
        await press(app, "b", "o")
        await until(app, lambda: f"waits for {app.session.run_name}" in notices(app))
        await press(app, "b", "p")
        await until(app, lambda: len(began) == 3 and state(app) == "paused")
        folder = Path(app.session.folder)
        waited = [after for _, after in began]
        assert waited == [None, folder, None]
        assert branches(app)[-1].tokens == shot_of(app).progress.tokens


async def test_a_run_that_cannot_be_branched_says_why(topical_corpus):
    unsaved = dataclasses.replace(
        form(topical_corpus, epochs=2), run_settings=RunSettings(checkpoints=False)
    )
    async with training(unsaved) as app:
        await shows(app, "✓ DONE")  # a key that comes before the screen is lost
        await press(app, "b")
        await until(app, lambda: "nothing is saved of this run" in notices(app))
        await command(app, "branch widow 3")
        await until(app, lambda: "there is no setting 'widow'" in notices(app))


async def test_the_list_branches_a_run_and_steers_what_others_train(topical_corpus):
    async with training(form(topical_corpus, epochs=2)) as app:
        await until(app, lambda: state(app) == "done" and app.session.folder)
        folder = Path(app.session.folder)
        branch(folder, name="other", epochs=4)
        await press(app, "4")
        await until(app, lambda: isinstance(app.screen, RunList) and app.screen.runs)
        await press(app, "b", "l")
        await shows(app, "is done: a branch of it needs more epochs")
        await press(app, "down", "b")
        await shows(app, "Another run leaves other with its vectors and rate.")
        await press(app, "l")
        await until(app, lambda: len(app.screen.runs) == 3)
        await shows(app, "└ topics-")
        await press(app, "p")
        await shows(app, "nothing trains run")


class Elsewhere:
    """A run that another process trains, until it is asked to end."""

    def __init__(self, folder: Path) -> None:
        self._lock, self._folder = RunLock(folder), folder
        self.gone, self.n_settled, self.n_left = threading.Event(), 0, 0
        self._show("training")

    def _show(self, state: str) -> None:
        self.state = state
        shown = replace(status_at(small_checkpoint(100)), state=state)
        shown.write(self._folder)

    def snapshot(self) -> SimpleNamespace:
        return SimpleNamespace(state=self.state)

    def pause(self, event: str) -> None:
        self._show("paused")

    def resume(self, event: str) -> None:
        self._show("training")

    def stop(self) -> None:
        self._show("stopped")
        self._lock.release()
        self.gone.set()

    def settle(self) -> None:
        self.n_settled += 1

    def leave(self) -> None:
        self.n_left += 1


async def test_p_pauses_and_d_ends_and_deletes_what_another_process_trains(tmp_path, monkeypatch):
    folder = saved_run(tmp_path, "text-calm-fox")
    far, found = Elsewhere(folder), []

    def attach(folder: Path, *, attends: bool) -> Elsewhere:
        found.append((folder.name, attends))
        return far

    monkeypatch.setattr(attaching, "attach", attach)
    monkeypatch.setattr(branching, "attach", attach)
    app = Bare()
    async with app.run_test(size=(120, 40)):
        app.push_screen(RunList(str(tmp_path)))
        await shows(app, "training 1 %")
        await press(app, "p")
        await shows(app, "paused 1 %")
        await press(app, "p")
        await shows(app, "training 1 %")
        await press(app, "d")
        await shows(app, "Delete this run?", "It is at work, and ends.")
        await press(app, "escape")
        assert not far.gone.is_set()
        await press(app, "d", "d")
        await until(app, lambda: not folder.exists())
    assert set(found) == {("text-calm-fox", False)}
    assert far.n_settled == far.n_left == len(found) == 3


async def test_d_deletes_nothing_of_a_run_that_does_not_end(tmp_path, monkeypatch):
    folder = saved_run(tmp_path, "text-calm-fox")
    far = Elsewhere(folder)
    far.stop = lambda: None
    monkeypatch.setattr(branching, "attach", lambda folder, attends: far)
    monkeypatch.setattr(branching, "CHECKPOINT_SECONDS", 0.0)
    app = Bare()
    async with app.run_test(size=(120, 40)):
        app.push_screen(RunList(str(tmp_path)))
        await shows(app, "training 1 %")
        await press(app, "d", "d")
        await shows(app, "has not ended yet: wait, or try again")
    assert folder.exists()
