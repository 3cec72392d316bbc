"""The train screen over a scripted run: what it looks like at each size, and that it fits."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

from tests.support.screens import TRAINING, resize, screen_lines, scripted, shows, text_of, until
from w2vtui.errors import CorpusError
from w2vtui.settings import LiveSettings
from w2vtui.training.state.snapshot import (
    CheckpointStatus,
    Losses,
    Snapshot,
    Speed,
)
from w2vtui.tui.train_screen.panels.speed import parts_text
from w2vtui.tui.widgets.charts.chart import Chart
from w2vtui.tui.widgets.setting_rows import SettingRows


async def test_the_whole_screen_at_120_by_40():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        await until(app, lambda: "東京" in text_of(app))
        text = text_of(app)
        lines = screen_lines(app)
    assert "● TRAINING   text8  epoch 3/5" in lines[0]
    assert "41.7 %" in lines[0]
    assert "ETA 05:10" in lines[0]
    assert "160k words/s" in lines[0]
    assert "35.4M / 85.0M tokens" in lines[1]
    assert "① K 5→15" in text
    assert "② alpha 0.02→0.0146" in text
    assert "00:46 ① K 5 → 15  at 18.0M  probe 1.924 → 1.872" in text
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
        await until(app, lambda: "東京" in text_of(app))
        for line in screen_lines(app):
            if "東京" in line or "king" in line:
                assert cell_len(line[: line.rindex("│")]) == 119
        assert "\x1b" not in text_of(app)
        assert r"\x1b[31mred" in text_of(app)


async def test_a_small_terminal_shows_one_pane_at_a_time():
    async with scripted(TRAINING, (80, 24)) as (app, _):
        assert "noise sharing" in text_of(app)
        assert "35,412,807" not in text_of(app)
        assert "Controls   Watch   Run   Speed   Events   Quality" in text_of(app)
        app.simulate_key("right_square_bracket")
        app.simulate_key("right_square_bracket")
        await until(app, lambda: "35,412,807" in text_of(app))
        assert "noise sharing" not in text_of(app)
        app.simulate_key("left_square_bracket")
        await until(app, lambda: "queen" in text_of(app))
        app.simulate_key("left_square_bracket")
        await until(app, lambda: "noise sharing" in text_of(app))
        assert app.focused is app.screen.query_one("#controls")


async def test_all_live_settings_are_there_at_80_by_24():
    async with scripted(TRAINING, (80, 24)) as (app, _):
        text = text_of(app)
        for row in app.screen.query_one("#controls").rows:
            assert row.label in text


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_staged_change_shows_its_cost_before_it_is_applied(size):
    async with scripted(TRAINING, size) as (app, run):
        for pressed in ("down", "down", "right"):
            app.simulate_key(pressed)
        cost = "about 1.6x work per token, 160k → 100k words/s, ETA +03:06"
        await until(app, lambda: cost in text_of(app))
        assert "K 15 → 20: " in text_of(app)
        assert {"negative": 20} not in run.calls  # nothing is asked for yet
        app.simulate_key("escape")
        await until(app, lambda: "work per token" not in text_of(app))


async def test_a_change_that_would_be_refused_says_so_before_it_is_applied():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        for pressed in ("down", "left"):
            app.simulate_key(pressed)
        await until(app, lambda: "cannot be applied: softmax needs a" in text_of(app))


async def test_every_setting_says_what_its_change_means():
    marks = {"model": "◐", "window": "●", "vector size": "○"}
    async with scripted(TRAINING, (120, 40)) as (app, _):
        lines = screen_lines(app)
        for label, mark in marks.items():
            assert any(mark in line for line in lines if f" {label}  " in line)
        assert "● at once  ◐ side effect  ○ new run" in text_of(app)
        app.screen.query_one("#controls", SettingRows).pick("vector_size")
        app.simulate_key("right")
        await until(app, lambda: app._notifications)
        assert [note.message for note in app._notifications] == [
            "this is fixed during a run: start a new run to change it"
        ]


async def test_the_speed_of_each_thread_and_the_cost_of_the_screen_are_shown():
    speed = replace(TRAINING.speed, by_thread=(9e4, 7e4))
    async with scripted(replace(TRAINING, speed=speed), (120, 40)) as (app, _):
        await until(app, lambda: re.search(r"each 90.0k 70.0k  UI \d+ %", text_of(app)))


def test_too_many_threads_for_a_line_show_the_slowest_and_fastest():
    speeds = [1e5, 2e5, 3e5, 1.5e5]
    assert parts_text(speeds, 0.04, 60) == "each 100k 200k 300k 150k  UI 4 %"
    assert parts_text(speeds, 0.04, 26) == "each 100k-300k  UI 4 %"
    assert parts_text((), 0.1, 27) == "UI 10 %"


async def test_u_undoes():
    async with scripted(TRAINING, (120, 40)) as (app, run):
        app.simulate_key("u")
        await until(app, lambda: "undo" in run.calls)


async def test_a_tiny_terminal_shows_one_line_of_status():
    async with scripted(TRAINING, (50, 12)) as (app, _):
        lines = screen_lines(app)
    assert lines[0].strip() == "●  41.7 %  160k w/s  probe 1.86  ETA 05:10"
    assert lines[1].strip() == "enlarge to 60x16; space pauses, ^q quits"
    assert not any(line.strip() for line in lines[2:])


async def test_a_tiny_terminal_shows_that_a_run_cannot_be_saved():
    failed = replace(TRAINING, checkpoint=CheckpointStatus(failed=True))
    async with scripted(failed, (50, 12)) as (app, _):
        assert screen_lines(app)[0].strip() == "●  41.7 %  ✗ not saved  160k w/s  probe 1.86"
        assert screen_lines(app)[1].strip() == "!! checkpoints cannot be written"


async def test_a_resize_changes_the_layout():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        pilot_sizes = [(80, 24), (50, 12), (20, 5), (1, 1), (200, 60), (120, 40)]
        for width, height in pilot_sizes:
            app._driver._size = (width, height)
            await resize(app, width, height)
            await until(app, lambda h=height: len(screen_lines(app)) == h)
        await until(app, lambda: "1.860 ± 0.012" in text_of(app))


async def test_each_state_has_its_words():
    unread = CorpusError("there is no [x].txt: did you mean y.txt?")
    looks = (
        ({"state": "paused", "speed": Speed()}, ["‖ PAUSED", "space resumes", "space Resume"]),
        ({"state": "stopping"}, ["◐ STOPPING"]),
        ({"probe": None, "probe_reason": "312 tokens are too few"}, ["none: 312 tokens"]),
        ({"losses": Losses(not_finite=7)}, ["NaN/Inf losses  7"]),
        ({"state": "done"}, ["✓ DONE", "n New run", "s save the vectors"]),
        ({"state": "stopped"}, ["■ STOPPED", "n New run", "space Resume"]),
        (
            {"state": "failed", "error": unread},
            ["✗ FAILED", "✗ there is no [x].txt: did you mean y.txt?", "n return"],
        ),
    )
    async with scripted(TRAINING, (120, 40)) as (app, run):
        for changes, expected in looks:
            assert not all(part in text_of(app) for part in expected)
            run.shot = replace(TRAINING, **changes)
            await shows(app, *expected)


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
        await until(app, lambda: "compiling the training loop" in screen_lines(app)[1])
        run.shot = TRAINING
        await until(app, lambda: "● TRAINING" in text_of(app))


async def test_what_has_not_changed_is_not_drawn_again(monkeypatch):
    async with scripted(TRAINING, (120, 40)) as (app, run):
        await until(app, lambda: "probe loss 1.860" in text_of(app))
        run.shot = replace(run.shot, losses=replace(TRAINING.losses, pairs=67_600_000))
        await until(app, lambda: "67.6M" in text_of(app))  # so the charts have been drawn
        drawn = []
        monkeypatch.setattr(Chart, "show", lambda chart, plot: drawn.append(chart.id))
        run.shot = replace(run.shot, losses=replace(TRAINING.losses, pairs=67_700_000))
        await until(app, lambda: "67.7M" in text_of(app))
        assert not drawn
        run.curves.probe.append(36e6, 180.0, 1.85)
        await until(app, lambda: "probe-chart" in drawn)
        assert "speed-chart" not in drawn


async def test_staged_settings_are_requested_together_and_stay_when_refused():
    async with scripted(TRAINING, (120, 40)) as (app, run):
        app.screen.query_one("#controls").focus()
        for key in ("down", "left", "down", "down", "right", "enter"):  # softmax, window 5 -> 6
            app.simulate_key(key)
        staged = {"objective": "softmax", "window": 6}
        await until(app, lambda: staged in run.calls)
        notice = "softmax needs a small vocabulary"
        await until(app, lambda: notice in {shown.message for shown in app._notifications})
        assert app.screen.staging.staged == staged


async def test_markup_in_names_is_drawn_as_it_stands():
    named = replace(TRAINING, corpus_name="[b]notes[/b].txt")
    async with scripted(named, (120, 40)) as (app, _):
        assert "[b]notes[/b].txt" in screen_lines(app)[0]


async def test_without_color_no_color_is_used(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with scripted(TRAINING, (120, 40)) as (app, _):
        assert app.native_ansi_color
        from textual.filter import NoColor

        assert any(isinstance(one, NoColor) for one in app._filters)


async def test_an_empty_no_color_asks_for_nothing(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "")
    async with scripted(TRAINING, (120, 40)) as (app, _):
        assert not app.no_color
