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
from w2vtui.cli import sweeping
from w2vtui.sweeping.yardstick import Yardstick
from w2vtui.tui.app import W2vApp
from w2vtui.tui.dialogs import Ask
from w2vtui.tui.form import Form
from w2vtui.tui.places import Places
from w2vtui.tui.sweep_screen.screen import SweepScreen
from w2vtui.tui.sweep_screen.trial_rows import TrialRows

SPACE = space_of(window="3,5,10", negative="5,15")


class ScriptedSweep:
    """A sweep of six points, as the screen sees it; the best is window 10, K 15."""

    def __init__(self, root: Path) -> None:
        self.plan = SimpleNamespace(
            request=SimpleNamespace(space=SPACE, yardstick=Yardstick(kind="scores")),
            store=SimpleNamespace(name="atlas-calm-heron"),
            root=root,
            sources_from_here=["notes.txt"],
            corpus_name="notes.txt",
        )
        results = all_over(SPACE, lambda point: 60.0 + point["window"] + point["negative"] / 10)
        self.results = [dataclasses.replace(one, run=f"run-{one.number}") for one in results]
        self.n_over, self.stopped, self.given_up = 2, threading.Event(), threading.Event()

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


@pytest.mark.parametrize(("key", "stops"), [("l", True), ("k", False), ("ctrl+q", True)])
async def test_a_sweep_that_is_left_stops_or_goes_on(tmp_path, key, stops):
    work = ScriptedSweep(tmp_path)
    app = app_with(work)
    async with app.run_test(size=(100, 34)):
        await shows(app, "2 of 6 trials")
        await press(app, "ctrl+q")
        await shows(app, "Keep sweeping", "without the screen, in this terminal")
        await press(app, key)
        await until(app, lambda: not app.is_running)
    assert work.stopped.is_set() == stops


@pytest.mark.parametrize(("code", "stops"), [(0, False), (130, True), (1, True)])
def test_the_command_line_follows_a_sweep_that_was_left(tmp_path, code, stops, monkeypatch, capsys):
    work = ScriptedSweep(tmp_path)
    work.plan.run_settings, work.start = None, lambda: None
    monkeypatch.setattr(sweeping, "show_screens", lambda *_, begins_with: code)
    assert sweeping._shown(work, argparse.Namespace()) == code
    assert work.stopped.is_set() == stops
    said = "sweep atlas-calm-heron continues without the screen; Ctrl-C ends it"
    assert (said in capsys.readouterr().err) != stops


async def test_a_small_terminal_shows_the_line_alone(tmp_path):
    app = app_with(ScriptedSweep(tmp_path))
    async with app.run_test(size=(50, 10)):
        await shows(app, "SWEEP training", "2 of 6")
        assert "What mattered" not in text_of(app)
