"""From pane to pane by keys and by mouse; a pane over the whole screen; the events to scroll."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual.events import Key, MouseDown, MouseScrollDown, MouseScrollUp, MouseUp
from textual.geometry import Offset

from tests.support.screens import TRAINING, resize, screen_lines, scripted, text_of, until
from w2vtui.training.state.events import Event
from w2vtui.training.state.snapshot import Losses
from w2vtui.tui.app import W2vApp
from w2vtui.tui.help.palette import Palette
from w2vtui.tui.screen_parts.jump import JumpScreen
from w2vtui.tui.train_screen.drawing import Drawing
from w2vtui.tui.train_screen.panels.events import EventsPanel
from w2vtui.tui.widgets.setting_rows import SettingRows

MANY = replace(
    TRAINING,
    events=tuple(
        Event(
            seconds=float(at),
            tokens=at * 1_000_000,
            kind=("note", "change", "error")[at % 3],
            text=f"event {at}",
            number=at // 3 + 1 if at % 3 == 1 else None,
        )
        for at in range(30)
    ),
)


def focused(app: W2vApp) -> str | None:
    return app.focused.id if app.focused is not None else None


def place_of(app: W2vApp, text: str, *, after: str = "") -> Offset:
    """Where a text stands on the screen; with `after`, in a line that holds that before it."""
    for y, line in enumerate(screen_lines(app)):
        start = line.find(after)
        if start >= 0 and text in line[start:]:
            return Offset(line.index(text, start), y)
    raise AssertionError(f"{text!r} is not on the screen:\n{text_of(app)}")


def mouse(app: W2vApp, kind: Any, place: Offset, *, shift: bool = False) -> None:
    """What a terminal sends."""
    x, y = place
    app.post_message(
        kind(None, x, y, 0, 0, 1, shift, False, False, screen_x=x, screen_y=y)
    )  # fmt: skip


def click(app: W2vApp, place: Offset, times: int = 1) -> None:
    for _ in range(times):
        mouse(app, MouseDown, place)
        mouse(app, MouseUp, place)


# ---- the focus


async def test_tab_goes_from_pane_to_pane_and_back():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        for pane in ("speed", "run", "watch", "events", "quality", "loss", "controls"):
            app.simulate_key("tab")
            await until(app, lambda pane=pane: focused(app) == pane)
        app.simulate_key("shift+tab")
        await until(app, lambda: focused(app) == "loss")


async def test_tab_shows_the_panes_of_a_small_terminal_in_order_of_name():
    async with scripted(TRAINING, (80, 24)) as (app, _):
        for pane, text in (("watch", "queen"), ("run", "35,412,807"), ("speed", "peak 401k")):
            app.simulate_key("tab")
            await until(app, lambda text=text: text in text_of(app))
            assert focused(app) == pane


async def test_the_frame_shows_the_focus_without_color():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        await until(app, lambda: "┏━ Live controls" in text_of(app))
        app.screen.go_to("loss")
        await until(app, lambda: "┏━ Loss" in text_of(app) and "╭─ Live" in text_of(app))


async def test_the_keys_of_the_screen_work_whatever_has_the_focus():
    async with scripted(TRAINING, (120, 40)) as (app, run):
        for pane in ("loss", "speed", "run", "watch", "events", "quality"):
            app.screen.go_to(pane)
            before = run.calls.count("pause")
            app.simulate_key("space")
            await until(app, lambda before=before: run.calls.count("pause") == before + 1)


async def test_a_pane_keeps_the_focus_when_the_terminal_becomes_small():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        app.screen.go_to("run")
        await _resized(app, 80, 24)
        await until(app, lambda: "35,412,807" in text_of(app))
        assert focused(app) == "run"
        await _resized(app, 50, 12)
        await until(app, lambda: focused(app) is None)
        await _resized(app, 120, 40)
        await until(app, lambda: focused(app) == "run")


async def _resized(app: W2vApp, width: int, height: int) -> None:
    app._driver._size = (width, height)
    await resize(app, width, height)
    await until(app, lambda: len(screen_lines(app)) == height)


# ---- jumping


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_letter_leads_to_its_pane(size):
    async with scripted(TRAINING, size) as (app, _):
        app.simulate_key("ctrl+o")
        await until(app, lambda: isinstance(app.screen, JumpScreen))
        letters = {pane: letter for letter, pane in app.screen.letters.items()}
        await until(app, lambda: f" {letters['loss']} Loss" in text_of(app))
        shown = f" {letters['events']} " if size[0] == 120 else f" {letters['events']}  Events"
        assert shown in text_of(app)
        app.simulate_key(letters["events"])
        await until(app, lambda: focused(app) == "events")
        await until(app, lambda: "┏━ Events" in text_of(app))


async def test_escape_and_other_keys_leave_the_letters():
    async with scripted(TRAINING, (120, 40)) as (app, run):
        for key in ("escape", "space", "ctrl+o", "1"):
            app.simulate_key("ctrl+o")
            await until(app, lambda: isinstance(app.screen, JumpScreen))
            app.simulate_key(key)
            await until(app, lambda: not isinstance(app.screen, JumpScreen))
        assert focused(app) == "controls"
        assert "pause" not in run.calls


async def test_two_letters_pressed_at_once_lead_to_one_pane():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        app.simulate_key("ctrl+o")
        await until(app, lambda: isinstance(app.screen, JumpScreen))
        letters, jump = app.screen.letters, app.screen
        first, second = (key for key, pane in letters.items() if pane in ("run", "events"))
        for key in (first, second):
            jump.post_message(Key(key, key))
        await until(app, lambda: focused(app) == letters[first])
        await until(app, lambda: not jump.is_attached)
        assert app.screen is app.screen_stack[1]


async def test_letters_below_the_palette_take_no_keys():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        app.simulate_key("ctrl+o")
        await until(app, lambda: isinstance(app.screen, JumpScreen))
        jump = app.screen
        app.simulate_key("ctrl+p")
        await until(app, lambda: isinstance(app.screen, Palette))
        for _ in range(2):  # pressed before the palette was there
            jump.post_message(Key("z", "z"))
        app.simulate_key("escape")
        await until(app, lambda: app.screen is jump)
        app.simulate_key("z")
        await until(app, lambda: app.screen is app.screen_stack[1])


async def test_letters_leave_when_the_terminal_changes_and_are_not_for_tiny_ones():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        app.simulate_key("ctrl+o")
        await until(app, lambda: isinstance(app.screen, JumpScreen))
        await _resized(app, 50, 12)
        await until(app, lambda: not isinstance(app.screen, JumpScreen))
        assert not app.screen.check_action("jump", ())


# ---- the whole screen


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_pane_takes_the_whole_screen_and_gives_it_back(size):
    async with scripted(MANY, size) as (app, _):
        before = screen_lines(app)[2:9]
        app.screen.go_to("events")
        app.simulate_key("x")
        await until(app, lambda: f"event {max(30 - (size[1] - 6), 0)}  " in text_of(app))
        lines = screen_lines(app)
        assert "● TRAINING" in lines[0]
        assert lines[2].startswith("┏━ Events")
        assert "^q Quit" in lines[-1]
        assert "Live controls" not in text_of(app)
        app.simulate_key("x")
        await until(app, lambda: app.screen.maximized is None)
        app.screen.go_to("controls")
        # Without the first line, which tells after a second what the screen takes.
        await until(app, lambda: screen_lines(app)[2:9] == before)


async def test_the_curve_is_drawn_for_the_whole_screen():
    async with scripted(TRAINING, (80, 24)) as (app, _):
        assert "objective loss 2.346" not in text_of(app)
        app.screen.set_focus(None)
        app.screen.action_maximize()
        await until(app, lambda: "objective loss 2.346" in text_of(app))
        assert all(len(line) == 80 for line in screen_lines(app))
        app.simulate_key("escape")
        await until(app, lambda: "Live controls" in text_of(app))


async def test_a_tiny_terminal_shows_its_line_instead_of_an_open_pane():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        app.simulate_key("x")
        await until(app, lambda: app.screen.maximized is not None)
        await _resized(app, 50, 12)
        await until(app, lambda: not any(line.strip() for line in screen_lines(app)[2:]))
        app.simulate_key("x")
        app.simulate_key("f")
        await until(app, lambda: app.screen.frozen)
        assert app.screen.maximized is None


async def test_escape_leaves_the_command_line_before_the_pane():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        app.simulate_key("x")
        await until(app, lambda: app.screen.maximized is not None)
        app.screen.staging.staged["negative"] = 7
        app.simulate_key("colon")
        await until(app, lambda: focused(app) == "command-line")
        app.simulate_key("escape")
        await until(app, lambda: focused(app) == "controls")
        assert app.screen.maximized is not None
        app.simulate_key("escape")
        await until(app, lambda: app.screen.maximized is None)
        assert app.screen.staging.staged == {"negative": 7}


async def test_what_is_not_on_show_is_not_drawn(monkeypatch):
    async with scripted(TRAINING, (120, 40)) as (app, run):
        app.simulate_key("x")
        await until(app, lambda: app.screen.maximized is not None)
        await until(app, lambda: "Speed" not in text_of(app))
        drawn = []
        monkeypatch.setattr(Drawing, "_draw_loss", lambda *_: drawn.append("loss"))
        monkeypatch.setattr(Drawing, "_draw_speed", lambda *_: drawn.append("speed"))
        run.shot = replace(run.shot, settings=replace(run.shot.settings, negative=25))
        await until(app, lambda: "25" in text_of(app))
        assert not drawn
        app.simulate_key("x")
        await until(app, lambda: {"loss", "speed"} <= set(drawn))


# ---- events


async def test_events_are_scrolled_by_keys():
    async with scripted(MANY, (120, 40)) as (app, _):
        panel = app.screen.query_one(EventsPanel)
        assert "Events  1-5 of 30" in text_of(app)
        app.screen.go_to("events")
        for key, picked in (
            ("end", 0), ("up", 1), ("pageup", 6), ("home", 29), ("down", 28), ("pagedown", 23),
        ):  # fmt: skip
            app.simulate_key(key)
            await until(
                app, lambda picked=picked: panel.picked == MANY.events[picked]
            )  # fmt: skip
        await until(app, lambda: "▸ 00:23" in text_of(app))


async def test_the_event_picked_stays_when_others_come():
    async with scripted(MANY, (120, 40)) as (app, run):
        panel = app.screen.query_one(EventsPanel)
        app.screen.go_to("events")
        await until(app, lambda: "▸ 00:29" in text_of(app))
        more = Event(seconds=31.0, tokens=31_000_000, kind="note", text="one more")
        run.shot = replace(run.shot, events=(*run.shot.events, more))
        await until(app, lambda: "▸ 00:31   one more" in text_of(app))  # the newest stays so
        app.simulate_key("down")
        await until(app, lambda: panel.picked == MANY.events[29])
        run.shot = replace(run.shot, events=(*run.shot.events, replace(more, seconds=32.0)))
        await until(app, lambda: "00:32" in text_of(app))
        assert panel.picked == MANY.events[29]


async def test_a_filter_leaves_one_kind_of_event():
    async with scripted(MANY, (120, 40)) as (app, _):
        app.screen.go_to("events")
        for title, newest in (
            ("Events: changes  1-5 of 10", "event 28"), ("Events: notes  1-5 of 10", "event 27"),
            ("Events: errors  1-5 of 10", "event 29"), ("Events  1-5 of 30", "event 29"),
        ):  # fmt: skip
            app.simulate_key("v")
            await until(app, lambda title=title: title in text_of(app))
            assert newest in text_of(app)


async def test_an_empty_list_of_events_can_be_walked():
    async with scripted(replace(TRAINING, events=()), (120, 40)) as (app, _):
        app.screen.go_to("events")
        for key in ("up", "down", "pageup", "pagedown", "home", "end", "enter", "v"):
            app.simulate_key(key)
        await until(app, lambda: "none yet" in text_of(app))


async def test_enter_or_a_double_click_asks_for_the_place_on_the_curve(monkeypatch):
    chosen = []
    monkeypatch.setattr(
        EventsPanel, "on_events_panel_chosen",
        lambda self, message: chosen.append(message.tokens), raising=False,
    )  # fmt: skip
    async with scripted(TRAINING, (120, 40)) as (app, _):
        app.screen.go_to("events")
        app.simulate_key("enter")
        await until(app, lambda: chosen == [26_100_000])
        click(app, place_of(app, "K 5 → 15  at"), times=2)
        await until(app, lambda: chosen == [26_100_000, 18_000_000])


async def test_events_are_drawn_again_only_when_they_changed(monkeypatch):
    async with scripted(TRAINING, (120, 40)) as (app, run):
        drawn = []
        render = EventsPanel.render
        monkeypatch.setattr(
            EventsPanel, "render", lambda panel: (drawn.append(1), render(panel))[1]
        )
        run.shot = replace(run.shot, losses=Losses(pairs=99_000_000))
        await until(app, lambda: "99.0M" in text_of(app))
        assert not drawn
        run.shot = replace(run.shot, events=MANY.events)
        await until(app, lambda: "event 29" in text_of(app))
        assert drawn


async def test_the_wheel_scrolls_events():
    async with scripted(MANY, (120, 40)) as (app, _):
        mouse(app, MouseScrollDown, place_of(app, "event 29"))
        panel = app.screen.query_one(EventsPanel)
        await until(app, lambda: panel.picked == MANY.events[26])
        mouse(app, MouseScrollUp, place_of(app, "event 29"))
        await until(app, lambda: panel.picked == MANY.events[29])


# ---- the mouse


async def test_a_click_focuses_a_pane():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        for text, pane in (("35,412,807", "run"), ("150k", "speed"), ("20.0M", "loss"),
                           ("kernels loaded", "events"), ("objective  ", "controls")):  # fmt: skip
            after = "tokens  " if pane == "run" else ""
            click(app, place_of(app, text, after=after))
            await until(app, lambda pane=pane: focused(app) == pane)


async def test_the_arrows_of_a_setting_are_clicked():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        click(app, place_of(app, "K               15"))
        await until(app, lambda: "◂ 15 ▸" in text_of(app))
        assert app.screen.staging.staged == {}
        click(app, place_of(app, "▸", after="◂ 15"))
        await until(app, lambda: app.screen.staging.staged == {"negative": 20})
        await until(app, lambda: "15 → 20 ▸" in text_of(app))
        click(app, place_of(app, "◂ 15 → 20"), times=2)
        await until(app, lambda: app.screen.staging.staged == {"negative": 10})


async def test_the_wheel_turns_the_setting_under_the_pointer():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        place = place_of(app, "window")
        mouse(app, MouseScrollUp, place)
        await until(app, lambda: app.screen.staging.staged == {"window": 6})
        assert app.screen.query_one(SettingRows).picked == "window"
        mouse(app, MouseScrollUp, place, shift=True)
        await until(app, lambda: app.screen.staging.staged == {"window": 9})
        mouse(app, MouseScrollDown, place)
        await until(app, lambda: app.screen.staging.staged == {"window": 8})


async def test_the_wheel_beside_the_rows_turns_nothing():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        mouse(app, MouseScrollUp, place_of(app, "skip-gram: each"))
        mouse(app, MouseScrollUp, place_of(app, "K               15"))
        await until(app, lambda: app.screen.staging.staged)
        assert app.screen.staging.staged == {"negative": 20}


async def test_a_double_click_applies_what_is_staged():
    async with scripted(TRAINING, (120, 40)) as (app, run):
        mouse(app, MouseScrollUp, place_of(app, "window"))
        await until(app, lambda: "5 → 6" in text_of(app))
        click(app, place_of(app, "epochs"), times=2)
        await until(app, lambda: {"window": 6} in run.calls)


async def test_rows_in_two_columns_are_clicked_where_they_stand():
    async with scripted(TRAINING, (80, 24)) as (app, _):
        rows = app.screen.query_one(SettingRows)
        for text, name in (("noise sharing", "noise_sharing"), ("subsample", "sample")):
            click(app, place_of(app, text))
            await until(app, lambda name=name: rows.picked == name)


async def test_the_line_of_tabs_names_the_keys_where_there_is_room():
    async with scripted(TRAINING, (80, 24)) as (app, _):
        await until(app, lambda: "Quality    [ ] switch" in text_of(app))
    async with scripted(TRAINING, (62, 24)) as (app, _):
        await until(app, lambda: "Events   Quality" in text_of(app))
        assert "[ ]" not in text_of(app)
