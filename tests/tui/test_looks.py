"""The train screen over a scripted run: what it looks like at each size, and that it fits."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from rich.cells import cell_len

from w2vtui.errors import CorpusError, SettingsError
from w2vtui.settings import LiveSettings
from w2vtui.training.costs.cost_model import Cost
from w2vtui.training.state.curves import Curve
from w2vtui.training.state.snapshot import (
    CheckpointStatus,
    Event,
    Losses,
    Neighbors,
    Probe,
    Progress,
    Snapshot,
    Speed,
)
from w2vtui.tui.app import W2vApp
from w2vtui.tui.session import Form, Session
from w2vtui.tui.train_screen.panels.speed import parts_text
from w2vtui.tui.train_screen.screen import TrainScreen
from w2vtui.tui.widgets.chart import Chart
from w2vtui.tui.widgets.setting_rows import SettingRows

PATIENCE_SECONDS = 30.0

LIVE = LiveSettings(negative=15, epochs=5, workers=2, alpha=0.025)
TRAINING = Snapshot(
    state="training",
    corpus_name="text8",
    n_words=71_290,
    vector_size=100,
    settings=LIVE,
    rate=0.0146,
    progress=Progress(
        tokens=35_412_807, tokens_planned=85_000_000, tokens_per_epoch=17_000_000, epoch=3,
        seconds=155.0, eta_seconds=310.0, kept_share=0.314,
    ),
    speed=Speed(now=160_480.0, mean=228_000.0, peak=401_000.0),
    losses=Losses(now=2.3456, mean=2.5, pairs=66_700_000),
    probe=Probe(tokens=35_000_000, loss=1.86, standard_error=0.012),
    neighbors=(
        Neighbors(query="king", words=(("queen", 0.71), ("prince", 0.66), ("throne", 0.6))),
        Neighbors(query="東京", words=(("大阪", 0.8), ("京都", 0.7), ("\x1b[31mred", 0.6))),
    ),
    events=(
        Event(seconds=1.0, tokens=0, kind="note", text="kernels loaded in 0.4 s"),
        Event(seconds=46.0, tokens=18_000_000, kind="change", text="K 5 → 15", number=1,
              acknowledged_ms=74.0),
        Event(seconds=97.0, tokens=26_100_000, kind="change", text="alpha 0.02 → 0.0146", number=2,
              acknowledged_ms=51.0),
    ),
)  # fmt: skip


class ScriptedRun:
    """A run that shows what it is told to, and keeps what it is asked for."""

    def __init__(self, shot: Snapshot) -> None:
        self.shot = shot
        self.calls: list[Any] = []
        self.loss_curve, self.speed_curve, self.probe_curve = Curve(), Curve(), Curve()
        self.churn_curve, self.settled_curve = Curve(), Curve()
        self.quality_curves: dict[tuple[str, str], Curve] = {}
        self.hints: tuple[str, ...] = ()
        for tokens in np.linspace(
            1, max(shot.progress.tokens, 1), 400 if shot.progress.tokens else 0
        ):
            falling = np.exp(-tokens / 5e6)
            self.loss_curve.append(tokens, tokens / 2e5, 2.3 + 2 * falling)
            self.probe_curve.append(
                tokens, tokens / 2e5, 1.86 + 2.3 * falling, standard_error=0.012
            )
            self.speed_curve.append(tokens, tokens / 2e5, 160_000.0)

    def snapshot(self) -> Snapshot:
        return self.shot

    def start(self) -> None:
        self.calls.append("start")

    def pause(self, event: str = "") -> None:
        self.calls.append(f"pause: {event}" if event else "pause")

    def resume(self) -> None:
        self.calls.append("resume")

    def stop(self) -> None:
        self.shot = replace(self.shot, state="stopped")

    def change(self, **settings: Any) -> LiveSettings:
        self.calls.append(settings)
        if settings.get("objective") == "softmax":
            raise SettingsError("softmax needs a small vocabulary")
        return self.shot.settings

    def undo(self) -> LiveSettings:
        self.calls.append("undo")
        return self.shot.settings

    def cost(self, **settings: Any) -> Cost | None:
        if settings.get("objective") == "softmax":
            raise SettingsError("softmax needs a small vocabulary")
        return Cost(
            work=1.6,
            words_per_second=100_000.0,
            words_per_second_before=160_000.0,
            eta_seconds=496.0,
            eta_change=186.0,
        )

    def watch(self, queries: tuple[str, ...]) -> None:
        self.calls.append(queries)

    def measure_quality(self) -> None:
        self.calls.append("measure quality")

    def wait(self, timeout: float | None = None) -> bool:
        return self.shot.ended

    def vectors(self) -> Any:
        raise SettingsError("there are no vectors in a scripted run")


def screen_lines(app: W2vApp) -> list[str]:
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip) for strip in strips]


def text_of(app: W2vApp) -> str:
    return "\n".join(screen_lines(app))


@asynccontextmanager
async def scripted(
    shot: Snapshot, size: tuple[int, int], *, notifications: bool = False, **options: Any
) -> AsyncIterator[tuple[W2vApp, ScriptedRun]]:
    run = ScriptedRun(shot)

    def build(session: Session) -> ScriptedRun:
        session.starting_words = ("king", "東京")
        return run

    app = W2vApp(Form(), build=build, interval=0.02, **options)
    async with app.run_test(size=size, notifications=notifications) as pilot:
        app.launch(Form())
        await wait_for(app, lambda: app.session.run is run)
        await wait_for(app, lambda: isinstance(app.screen, TrainScreen))
        await wait_for(app, lambda: app.screen.shot == run.shot)
        await pilot.pause()
        yield app, run


async def wait_for(app: W2vApp, condition: Any) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if app._exception is not None:
            raise app._exception
        assert time.monotonic() < deadline, f"waited in vain; the screen:\n{text_of(app)}"
        await asyncio.sleep(0.005)


async def test_the_whole_screen_at_120_by_40():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        await wait_for(app, lambda: "東京" in text_of(app))
        text = text_of(app)
        lines = screen_lines(app)
    assert "● TRAINING   text8  epoch 3/5" in lines[0]
    assert "41.7 %" in lines[0]
    assert "ETA 05:10" in lines[0]
    assert "160k words/s" in lines[0]
    assert "35.4M / 85.0M tokens" in lines[1]
    assert "① K 5→15" in text
    assert "② alpha 0.02→0.0146" in text
    assert "00:46 ① K 5 → 15  at 18.0M, acknowledged in 74 ms" in text
    assert "probe loss 1.860" in text
    assert "objective loss 2.346" in text
    assert "1.860 ± 0.012" in text
    assert "35,412,807" in text
    assert "learning rate   0.0146" in text
    assert "mean 228k · peak 401k" in text
    for key in ("space Pause", "s Save", "e End", "F1 Help", "^q Quit"):
        assert key in lines[-1]
    assert "New run" not in lines[-1]


@pytest.mark.parametrize("size", [(120, 40), (200, 60), (100, 34), (80, 24), (60, 16), (50, 12)])
async def test_every_line_fits_and_no_frame_is_broken(size):
    async with scripted(TRAINING, size) as (app, _):
        lines = screen_lines(app)
    width, height = size
    assert len(lines) == height
    assert all(cell_len(line) == width for line in lines), lines
    opened = sum(line.count("╭") for line in lines)
    assert opened == sum(line.count("╮") for line in lines)
    assert opened == sum(line.count("╰") for line in lines)
    assert opened == sum(line.count("╯") for line in lines)


async def test_wide_characters_keep_the_frame_in_line():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        await wait_for(app, lambda: "東京" in text_of(app))
        for line in screen_lines(app):
            if "東京" in line or "king" in line:
                assert cell_len(line[: line.rindex("│")]) == 119
        assert "\x1b" not in text_of(app)
        assert r"\x1b[31mred" in text_of(app)


async def test_a_small_terminal_shows_one_pane_at_a_time():
    async with scripted(TRAINING, (80, 24)) as (app, _):
        assert "shared noise" in text_of(app)
        assert "35,412,807" not in text_of(app)
        assert "Controls   Watch   Run   Speed   Events   Quality" in text_of(app)
        app.simulate_key("right_square_bracket")
        app.simulate_key("right_square_bracket")
        await wait_for(app, lambda: "35,412,807" in text_of(app))
        assert "shared noise" not in text_of(app)
        app.simulate_key("left_square_bracket")
        await wait_for(app, lambda: "queen" in text_of(app))
        app.simulate_key("left_square_bracket")
        await wait_for(app, lambda: "shared noise" in text_of(app))
        assert app.focused is app.screen.query_one("#controls")


async def test_all_live_settings_are_there_at_80_by_24():
    async with scripted(TRAINING, (80, 24)) as (app, _):
        text = text_of(app)
        for row in app.screen.query_one("#controls").rows:
            assert row.label in text


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_staged_change_has_its_price_before_it_is_applied(size):
    async with scripted(TRAINING, size) as (app, run):
        for pressed in ("down", "down", "right"):
            app.simulate_key(pressed)
        cost = "about 1.6x the work a token, 160k → 100k words/s, ETA +03:06"
        await wait_for(app, lambda: cost in text_of(app))
        assert "K 15 → 20: " in text_of(app)
        assert {"negative": 20} not in run.calls  # nothing is asked for yet
        app.simulate_key("escape")
        await wait_for(app, lambda: "the work a token" not in text_of(app))


async def test_a_change_that_would_be_refused_says_so_before_it_is_applied():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        for pressed in ("down", "left"):
            app.simulate_key(pressed)
        await wait_for(app, lambda: "cannot be applied: softmax needs a" in text_of(app))


async def test_every_setting_says_what_its_change_means():
    marks = {"model": "◐", "window": "●", "vector size": "○"}
    async with scripted(TRAINING, (120, 40)) as (app, _):
        lines = screen_lines(app)
        for label, mark in marks.items():
            assert any(mark in line for line in lines if f" {label}  " in line)
        assert "● at once  ◐ side effect  ○ new run" in text_of(app)
        app.screen.query_one("#controls", SettingRows).pick("vector_size")
        app.simulate_key("right")
        await wait_for(app, lambda: app._notifications)
        assert [note.message for note in app._notifications] == [
            "this is fixed for a run: end this one, and start anew"
        ]


async def test_the_speed_of_each_thread_and_the_cost_of_the_screen_are_shown():
    speed = replace(TRAINING.speed, by_thread=(9e4, 7e4))
    async with scripted(replace(TRAINING, speed=speed), (120, 40)) as (app, _):
        await wait_for(app, lambda: re.search(r"each 90.0k 70.0k  UI \d+ %", text_of(app)))


def test_threads_too_many_for_a_line_are_told_by_the_slowest_and_the_fastest():
    speeds = [1e5, 2e5, 3e5, 1.5e5]
    assert parts_text(speeds, 0.04, 60) == "each 100k 200k 300k 150k  UI 4 %"
    assert parts_text(speeds, 0.04, 26) == "each 100k-300k  UI 4 %"
    assert parts_text((), 0.1, 27) == "UI 10 %"


async def test_u_undoes():
    async with scripted(TRAINING, (120, 40)) as (app, run):
        app.simulate_key("u")
        await wait_for(app, lambda: "undo" in run.calls)


async def test_a_tiny_terminal_shows_one_line_of_status():
    async with scripted(TRAINING, (50, 12)) as (app, _):
        lines = screen_lines(app)
    assert lines[0].strip() == "●  41.7 %  160k w/s  probe 1.86  ETA 05:10"
    assert not any(line.strip() for line in lines[1:])


async def test_a_run_that_cannot_be_kept_is_told_even_on_a_tiny_terminal():
    failed = replace(TRAINING, checkpoint=CheckpointStatus(failed=True))
    async with scripted(failed, (50, 12)) as (app, _):
        assert screen_lines(app)[0].strip() == "●  41.7 %  ✗ not kept  160k w/s  probe 1.86"


async def test_a_resize_changes_the_layout():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        pilot_sizes = [(80, 24), (50, 12), (20, 5), (1, 1), (200, 60), (120, 40)]
        for width, height in pilot_sizes:
            app._driver._size = (width, height)
            await _resize(app, width, height)
            await wait_for(app, lambda h=height: len(screen_lines(app)) == h)
        await wait_for(app, lambda: "1.860 ± 0.012" in text_of(app))


async def _resize(app: W2vApp, width: int, height: int) -> None:
    from textual.events import Resize
    from textual.geometry import Size

    size = Size(width, height)
    app.post_message(Resize(size, size))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"state": "paused", "speed": Speed()}, ["‖ PAUSED", "space goes on"]),
        ({"state": "stopping"}, ["◐ STOPPING"]),
        ({"state": "done"}, ["✓ DONE", "n New run", "s saves the vectors"]),
        ({"state": "stopped"}, ["■ STOPPED", "n New run"]),
        (
            {"state": "failed", "error": CorpusError("there is no [x].txt: did you mean y.txt?")},
            ["✗ FAILED", "✗ there is no [x].txt: did you mean y.txt?", "n goes back"],
        ),
        ({"probe": None, "probe_reason": "312 tokens are too few"}, ["none: 312 tokens"]),
        ({"losses": Losses(not_finite=7)}, ["not finite      7"]),
    ],
)
async def test_each_state_has_its_words(changes, expected):
    async with scripted(replace(TRAINING, **changes), (120, 40)) as (app, _):
        await wait_for(app, lambda: all(part in text_of(app) for part in expected))


async def test_preparing_says_what_is_done_and_how_far():
    reading = Snapshot(
        state="preparing", activity="reading the corpus", activity_fraction=0.45,
        settings=LiveSettings(),
    )  # fmt: skip
    async with scripted(reading, (120, 40)) as (app, run):
        lines = screen_lines(app)
        assert "◌ PREPARING" in lines[0]
        assert "reading the corpus  45 %" in lines[1]
        run.shot = replace(
            reading, activity="compiling the training loop: about 10 s", activity_fraction=None
        )
        await wait_for(app, lambda: "compiling the training loop" in screen_lines(app)[1])
        run.shot = TRAINING
        await wait_for(app, lambda: "● TRAINING" in text_of(app))


async def test_what_has_not_changed_is_not_drawn_again(monkeypatch):
    async with scripted(TRAINING, (120, 40)) as (app, run):
        await wait_for(app, lambda: "probe loss 1.860" in text_of(app))
        drawn = []
        monkeypatch.setattr(Chart, "show", lambda chart, plot: drawn.append(chart.id))
        run.shot = replace(run.shot, losses=replace(TRAINING.losses, pairs=67_700_000))
        await wait_for(app, lambda: "67.7M" in text_of(app))
        assert not drawn
        run.probe_curve.append(36e6, 180.0, 1.85)
        await wait_for(app, lambda: "probe-chart" in drawn)
        assert "speed-chart" not in drawn


async def test_all_that_is_staged_is_asked_for_at_once_and_kept_when_refused():
    async with scripted(TRAINING, (120, 40)) as (app, run):
        app.screen.query_one("#controls").focus()
        for key in ("down", "left", "down", "right", "enter"):  # softmax, K 15 -> 20
            app.simulate_key(key)
        staged = {"objective": "softmax", "negative": 20}
        await wait_for(app, lambda: staged in run.calls)
        notice = "softmax needs a small vocabulary"
        await wait_for(app, lambda: notice in {shown.message for shown in app._notifications})
        assert app.screen.staging.staged == staged


async def test_markup_in_names_is_drawn_as_it_stands():
    named = replace(TRAINING, corpus_name="[b]notes[/b].txt")
    async with scripted(named, (120, 40)) as (app, _):
        assert "[b]notes[/b].txt" in screen_lines(app)[0]


async def test_without_colour_no_colour_is_used(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with scripted(TRAINING, (120, 40)) as (app, _):
        assert app.native_ansi_color
        from textual.filter import NoColor

        assert any(isinstance(one, NoColor) for one in app._filters)


async def test_an_empty_no_color_asks_for_nothing(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "")
    async with scripted(TRAINING, (120, 40)) as (app, _):
        assert not app.no_color
