"""Reading the curve of a scripted run: zoom, smoothing, cursor, by keys and by mouse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from textual.events import Key, MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot
from textual.widgets import Input

from tests.support.screens import (
    TRAINING,
    ScriptedRun,
    screen_lines,
    scripted,
    send_keys,
    text_of,
    until,
)
from w2vtui.settings import ScreenSettings
from w2vtui.training.state.curves import Curve
from w2vtui.training.state.events import Event
from w2vtui.training.state.snapshot import Losses, Progress
from w2vtui.tui.app import W2vApp
from w2vtui.tui.looks.glyphs import MARKERS
from w2vtui.tui.train_screen.panels.loss import LossPanel
from w2vtui.tui.widgets.charts.plot import GUTTER

FULL, SMALL = (120, 40), (80, 24)
LATE = replace(
    TRAINING,
    events=(
        *TRAINING.events,
        Event(seconds=170.0, tokens=34_000_000, kind="change", text="window 5 → 8", number=3),
    ),
)


def panel(app: W2vApp) -> LossPanel:
    return app.screen.query_one(LossPanel)


def title(app: W2vApp) -> str:
    return str(panel(app).border_title)


def chart_lines(app: W2vApp) -> list[str]:
    """What stands in the frame of the losses."""
    region = panel(app).region
    lines = screen_lines(app)[region.y : region.bottom]
    return [line[region.x : region.right] for line in lines]


async def test_z_shows_the_recent_part_and_only_its_markers():
    async with scripted(LATE, FULL) as (app, _):
        await until(app, lambda: "③" in chart_lines(app)[1])
        assert "①" in chart_lines(app)[1]
        assert chart_lines(app)[-2].strip("│ ").startswith("0 ")
        send_keys(app, "z")
        await until(app, lambda: "recent" in chart_lines(app)[-1])
        await until(app, lambda: "③ window 5→8" in chart_lines(app)[1])
        text = "\n".join(chart_lines(app))
        assert "①" not in text
        assert "②" not in text
        assert chart_lines(app)[-2].strip("│ ").startswith("28.0M")
        send_keys(app, "z")
        await until(app, lambda: "full" in chart_lines(app)[-1])
        await until(app, lambda: "①" in chart_lines(app)[1])


async def test_brackets_smooth_where_there_are_no_panes():
    async with scripted(TRAINING, FULL) as (app, run):
        run.curves.loss = noisy = Curve()
        for tokens in np.linspace(1, TRAINING.progress.tokens, 300):
            noisy.append(tokens, tokens / 2e5, 3.0 + (int(tokens) % 7) / 7)
        await until(app, lambda: "smooth" not in chart_lines(app)[-1])
        rough = chart_lines(app)
        send_keys(app, "right_square_bracket")
        await until(app, lambda: "smooth 0.5" in chart_lines(app)[-1])
        send_keys(app, "right_square_bracket", "right_curly_bracket", "right_curly_bracket")
        send_keys(app, "right_curly_bracket")
        await until(app, lambda: "smooth 0.95" in chart_lines(app)[-1])
        await until(app, lambda: chart_lines(app)[9:] != rough[9:])
        send_keys(app, "left_curly_bracket", "left_square_bracket")
        await until(app, lambda: "smooth 0.8" in chart_lines(app)[-1])


async def test_brackets_switch_panes_on_a_small_terminal_and_braces_smooth():
    async with scripted(TRAINING, SMALL) as (app, _):
        send_keys(app, "right_square_bracket", "right_square_bracket")
        await until(app, lambda: "35,412,807" in text_of(app))
        assert panel(app).view.smoothing == 0.0
        send_keys(app, "right_curly_bracket")
        await until(app, lambda: "smooth 0.5" in text_of(app))
        assert "35,412,807" in text_of(app)
        send_keys(app, "left_curly_bracket", "left_curly_bracket")
        await until(app, lambda: "smooth" not in text_of(app))


# ---- the cursor


async def test_the_cursor_reads_what_was_measured():
    async with scripted(TRAINING, FULL) as (app, run):
        send_keys(app, "comma")
        await until(app, lambda: "after ②" in title(app))
        probe, loss = run.curves.probe.rows()[-1], run.curves.loss.rows()[-1]
        reading = f"{probe[0]:,.0f} tokens  02:57  probe {probe[2]:.3f} ± 0.012  loss {loss[2]:.3f}"
        assert title(app) == f"{reading}  after ②"
        await until(app, lambda: reading in text_of(app))
        for _ in range(5):
            send_keys(app, "comma")
        await until(app, lambda: panel(app).view.cursor < 33e6)
        at = panel(app).view.cursor
        rows = run.curves.probe.rows()
        nearest = rows[np.abs(rows[:, 0] - at).argmin()]
        assert title(app).startswith(f"{nearest[0]:,.0f} tokens")
        send_keys(app, "full_stop")
        await until(app, lambda: panel(app).view.cursor > at)
        columns = panel(app).query_one("#probe-chart").n_columns
        assert panel(app).view.cursor - at == pytest.approx(42_500_000 / columns)


async def test_the_cursor_jumps_from_marker_to_marker():
    async with scripted(TRAINING, FULL) as (app, _):
        send_keys(app, "less_than_sign")
        await until(app, lambda: panel(app).view.cursor == 26_100_000)
        assert title(app).endswith("after ②")
        send_keys(app, "less_than_sign")
        await until(app, lambda: panel(app).view.cursor == 18_000_000)
        assert title(app).endswith("after ①")
        send_keys(app, "less_than_sign", "comma")
        await until(app, lambda: panel(app).view.cursor < 18_000_000)
        assert "after" not in title(app)
        send_keys(app, "greater_than_sign", "greater_than_sign")
        await until(app, lambda: panel(app).view.cursor == 26_100_000)


async def test_the_cursor_stays_within_what_was_measured():
    async with scripted(TRAINING, FULL) as (app, run):
        send_keys(app, "less_than_sign", "less_than_sign")
        await until(app, lambda: panel(app).view.cursor == 18_000_000)
        panel(app).move_cursor(-1000)
        assert title(app).startswith("1 tokens  00:00")
        panel(app).move_cursor(1000)
        last = run.curves.probe.rows()[-1]
        assert title(app).startswith(f"{last[0]:,.0f} tokens")


async def test_escape_drops_what_is_staged_before_the_cursor():
    async with scripted(TRAINING, FULL) as (app, _):
        send_keys(app, "comma", "right")
        await until(app, lambda: app.screen.staging.staged)
        send_keys(app, "escape")
        await until(app, lambda: not app.screen.staging.staged)
        assert panel(app).view.cursor is not None
        send_keys(app, "escape")
        await until(app, lambda: panel(app).view.cursor is None)
        assert title(app) == "Loss"


async def test_escape_in_the_query_keeps_the_cursor():
    async with scripted(TRAINING, FULL) as (app, _):
        send_keys(app, "comma")
        await until(app, lambda: panel(app).view.cursor is not None)
        send_keys(app, "slash")
        await until(app, lambda: isinstance(app.focused, Input))
        send_keys(app, "escape")
        await until(app, lambda: app.focused is app.screen.query_one("#controls"))
        assert panel(app).view.cursor is not None
        app.screen.set_focus(None)
        send_keys(app, "escape")
        await until(app, lambda: panel(app).view.cursor is None)


async def test_a_point_extends_a_value_but_does_not_begin_one():
    async with scripted(TRAINING, FULL) as (app, _):
        app.screen.query_one("#controls").pick("alpha")
        for key, character in (
            ("equals_sign", "="),
            ("0", "0"),
            ("full_stop", "."),
            ("0", "0"),
            ("2", "2"),
        ):
            app.post_message(Key(key, character))
        send_keys(app, "down")
        await until(app, lambda: app.screen.staging.staged == {"alpha": 0.02})
        assert panel(app).view.cursor is None
        app.post_message(Key("full_stop", "."))
        await until(app, lambda: panel(app).view.cursor is not None)


async def test_the_mouse_sets_the_cursor_and_the_wheel_zooms():
    async with scripted(TRAINING, FULL) as (app, _):
        pilot = Pilot(app)
        await pilot.click("#probe-chart", offset=(GUTTER + 20, 3))
        columns = panel(app).query_one("#probe-chart").n_columns
        await until(app, lambda: panel(app).view.cursor is not None)
        assert panel(app).view.cursor == pytest.approx(42_500_000 * 20.5 / columns)
        await pilot.click("#loss-chart", offset=(2, 2))
        assert panel(app).view.cursor == pytest.approx(42_500_000 * 20.5 / columns)
        await pilot.click("#speed-chart", offset=(GUTTER + 3, 2))
        assert panel(app).view.cursor == pytest.approx(42_500_000 * 20.5 / columns)
        await pilot._post_mouse_events([MouseScrollUp], "#loss-chart", offset=(20, 2))
        await until(app, lambda: panel(app).view.recent)
        await pilot._post_mouse_events([MouseScrollDown], "#loss-chart", offset=(20, 2))
        await until(app, lambda: not panel(app).view.recent)


async def test_a_frozen_display_can_be_looked_at_closer():
    async with scripted(TRAINING, FULL) as (app, _):
        send_keys(app, "f")
        await until(app, lambda: "display frozen" in text_of(app))
        send_keys(app, "z", "y", "comma")
        await until(app, lambda: "tokens · log · recent" in text_of(app))
        await until(app, lambda: "probe 1.86" in title(app))


async def test_nothing_is_read_before_there_is_anything():
    nothing = {"progress": Progress(), "losses": Losses(), "probe": None, "events": ()}
    waiting = replace(TRAINING, **nothing)
    async with scripted(waiting, FULL) as (app, _):
        send_keys(app, "comma", "less_than_sign", "z", "right_curly_bracket", "y")
        await until(app, lambda: "tokens · log · smooth 0.5 · recent" in text_of(app))
        assert panel(app).view.cursor is None


async def test_without_a_probe_the_objective_is_read():
    blind = replace(TRAINING, probe=None, probe_reason="312 tokens are too few")
    async with scripted(blind, FULL) as (app, run):
        run.curves.probe = Curve()
        send_keys(app, "comma")
        await until(app, lambda: "probe" not in title(app) and "loss 2.302" in title(app))


async def test_another_theme_draws_the_curve_in_its_colors():
    async with scripted(TRAINING, FULL) as (app, _):
        chart = panel(app).query_one("#probe-chart")
        before = {segment.style for segment in chart.render_line(5)}
        app.theme = "textual-light"
        await until(app, lambda: not before & {part.style for part in chart.render_line(5)})


@pytest.mark.parametrize("marker", MARKERS)
async def test_a_loss_that_is_not_a_number_is_a_gap_in_the_line(marker):
    async with scripted(TRAINING, FULL, look=ScreenSettings(marker=marker)) as (app, run):
        run.curves.probe = holed(run)
        chart = panel(app).query_one("#probe-chart")
        lines = []
        await until(app, lambda: len(run.curves.probe) == 100)
        app.screen.draw_all()
        lines = [chart.render_line(y).text[GUTTER:] for y in range(1, chart.size.height)]
    columns = ["".join(column) for column in zip(*lines, strict=True)]
    hole = [at for at, column in enumerate(columns[:40]) if not column.strip()]
    assert hole == list(range(hole[0], hole[-1] + 1))
    assert 8 <= len(hole) <= 12


def holed(run: ScriptedRun) -> Curve:
    curve = Curve()
    for at, tokens in enumerate(np.linspace(1, TRAINING.progress.tokens, 100)):
        value = float("nan") if 30 <= at < 48 else 2.0 + 1 / (1 + at)
        curve.append(tokens, tokens / 2e5, value, standard_error=0.012)
    return curve
