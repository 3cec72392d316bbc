"""The sweep screen: trials as they end, what mattered, and keys that act on them."""

from __future__ import annotations

import argparse
import dataclasses
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.screens import notices, press, shows, text_of, until
from tests.support.sweeps import all_over, space_of
from w2vtui.cli.work import showing_sweeps
from w2vtui.errors import DiskError
from w2vtui.sweeping.yardstick import Yardstick
from w2vtui.tui.app import W2vApp
from w2vtui.tui.app_parts.places import Places
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.dialogs.ask import Ask
from w2vtui.tui.sweep_screen.screen import SweepScreen
from w2vtui.tui.sweep_screen.trial_rows import TrialRows
from w2vtui.tui.widgets.rows import Rows

SPACE = space_of(window="3,5,10", negative="5,15")


class ScriptedSweep:
    """A sweep of six points, as the screen sees it; the best is window 10, K 15."""

    def __init__(self, root: Path, *, is_apart: bool = False, is_attached: bool = False) -> None:
        self.is_apart, self.is_attached = is_apart, is_attached
        self.about = SimpleNamespace(
            request=SimpleNamespace(space=SPACE, yardstick=Yardstick(kind="scores")),
            name="atlas-calm-heron",
            root=root,
            sources_from_here=["notes.txt"],
            corpus_name="notes.txt",
        )
        results = all_over(SPACE, lambda point: 60.0 + point["window"] + point["negative"] / 10)
        self.results = [dataclasses.replace(one, run=f"run-{one.number}") for one in results]
        self.n_over, self.stopped, self.given_up = 2, threading.Event(), threading.Event()
        self.is_left = False

    def shot(self) -> Any:
        return SimpleNamespace(
            state="stopped" if self.stopped.is_set() else "training",
            results=tuple(self.results[: self.n_over]),
            current=None,
            n_trials=6,
            n_over=self.n_over,
            seconds=95.0,
            eta_seconds=62.0,
            messages=(),
            error=None,
            ended=self.stopped.is_set(),
        )

    def stop(self) -> None:
        self.stopped.set()

    def give_up(self) -> None:
        self.given_up.set()

    def is_over(self, timeout: float | None) -> bool:
        return self.stopped.is_set()


def app_with(work: Any) -> W2vApp:
    app = W2vApp(Form())
    app.sweep = work
    return app


async def test_trials_are_shown_as_they_end_with_what_mattered(tmp_path):
    work = ScriptedSweep(tmp_path)
    app = app_with(work)
    async with app.run_test(size=(100, 34)):
        await shows(app, "2 of 6 trials", "01:35", "about 01:02 left", "too few trials")
        assert "--window 3 --negative 15" in text_of(app) or "--window 3" in text_of(app)

        work.n_over = 6
        await shows(app, "6 of 6 trials", "mattered", "window")
        await until(app, lambda: "--window 10" in text_of(app))

        rows = app.screen.query_one(TrialRows)
        assert rows.pointed is not None
        assert rows.pointed.number == 6  # the last one, until somebody moves
        await press(app, "o", "home")  # the best first
        app.screen.look()
        assert rows.pointed.point == {"window": 10, "negative": 15}
        line = next(line for line in text_of(app).splitlines() if " best " in line)
        assert line.startswith("┃ ▸")


async def test_most_of_a_small_screen_is_for_the_trials(tmp_path):
    work = ScriptedSweep(tmp_path)
    work.n_over = 6
    app = app_with(work)
    async with app.run_test(size=(60, 16)):
        await shows(app, "6 of 6 trials", "What mattered", "Best so far", "w2vtui train")
        await until(app, lambda: app.screen.query_one(Rows).size.height == 4)


async def test_marked_trials_are_compared_and_the_best_line_copied(tmp_path, monkeypatch):
    work = ScriptedSweep(tmp_path)
    work.n_over = 6
    for number in range(1, 7):
        (tmp_path / f"run-{number}").mkdir()
    app = app_with(work)
    compared: list[Any] = []
    monkeypatch.setattr(Places, "on_compare_runs", lambda _, message: compared.append(message))
    async with app.run_test(size=(100, 34)):
        await shows(app, "6 of 6 trials")
        await press(app, "home", "c")
        await until(app, lambda: "0 marked: mark two to six trials with space" in notices(app))
        await press(app, "space", "down", "space", "c")
        await until(app, lambda: compared)
        assert [folder.name for folder in compared[0].folders] == ["run-1", "run-2"]

        await press(app, "y")
        await until(app, lambda: "w2vtui train notes.txt" in app.clipboard)
        assert "--window 10" in app.clipboard


async def test_leaving_a_sweep_at_work_says_how_to_continue_it(tmp_path):
    work = ScriptedSweep(tmp_path)
    app = app_with(work)
    async with app.run_test(size=(100, 34)):
        await shows(app, "2 of 6 trials")
        await press(app, "ctrl+q")
        await until(app, lambda: isinstance(app.screen, Ask))
        await shows(app, "w2vtui sweep --resume atlas-calm-heron")
        await press(app, "escape")
        await until(app, lambda: isinstance(app.screen, SweepScreen))

        await press(app, "s")
        await until(app, work.stopped.is_set)
        await press(app, "ctrl+q")
        await until(app, lambda: not app.is_running)


@pytest.mark.parametrize(
    ("key", "attached", "stops"),
    [("e", False, True), ("l", False, False), ("ctrl+q", False, True), ("ctrl+q", True, False)],
)
async def test_a_sweep_that_is_left_ends_or_continues(tmp_path, key, attached, stops):
    work = ScriptedSweep(tmp_path, is_apart=attached, is_attached=attached)
    app = app_with(work)
    async with app.run_test(size=(100, 34)):
        await shows(app, "2 of 6 trials")
        await press(app, "ctrl+q")
        where = "attach returns to it" if attached else "in this terminal"
        await shows(app, "Leave it at work", where)
        await press(app, key)
        await until(app, lambda: not app.is_running)
    assert work.stopped.is_set() == stops


async def test_a_sweep_that_cannot_be_reached_is_reported(tmp_path):
    work = ScriptedSweep(tmp_path, is_apart=True)

    def refuse() -> None:
        raise DiskError("the disk is full")

    work.stop = refuse
    app = app_with(work)
    async with app.run_test(size=(100, 34)):
        await press(app, "s")
        await until(app, lambda: "the disk is full" in notices(app))
        await press(app, "ctrl+q", "e")
        await until(app, lambda: isinstance(app.screen, SweepScreen))
        assert app.is_running


HANGUP = 129


@pytest.mark.parametrize(
    ("apart", "code", "end"),
    [
        (False, 0, "sweep atlas-calm-heron continues without the screen; Ctrl-C ends it"),
        (False, 130, None),
        (False, 1, None),
        (False, HANGUP, None),
        (True, 0, "sweep atlas-calm-heron continues: w2vtui attach atlas-calm-heron"),
        (True, HANGUP, "sweep atlas-calm-heron continues: w2vtui attach atlas-calm-heron"),
        (True, 130, None),
    ],
)
def test_what_becomes_of_a_sweep_whose_screen_is_left(
    tmp_path, apart, code, end, monkeypatch, capsys
):
    work = ScriptedSweep(tmp_path, is_apart=apart)
    printed: list[Any] = []
    monkeypatch.setattr(showing_sweeps, "show_screens", lambda *_, begins_with: code)
    monkeypatch.setattr(showing_sweeps, "print_sweep", lambda work, _: printed.append(work))

    assert showing_sweeps.show_sweep(work, argparse.Namespace(run_settings=None)) == code

    assert work.stopped.is_set() == (end is None)
    assert bool(printed) == (not apart or end is None)
    said = capsys.readouterr().err
    assert said == ("" if end is None else f"{end}\n")


async def test_a_small_terminal_shows_the_line_alone(tmp_path):
    app = app_with(ScriptedSweep(tmp_path))
    async with app.run_test(size=(50, 10)):
        await shows(app, "SWEEP training", "2 of 6")
        assert "What mattered" not in text_of(app)
