"""Keys and commands: all can be changed, and the bar, the help and the palette show them."""

from __future__ import annotations

import importlib
import os
import pkgutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from textual.binding import Binding
from textual.dom import DOMNode
from textual.widgets import Input, OptionList

import w2vtui.tui
from tests.support.screens import (
    TRAINING,
    AtOnce,
    ScriptedRun,
    press,
    resize,
    screen_lines,
    send_keys,
    text_of,
    until,
)
from w2vtui.config import Config, Given, Source
from w2vtui.errors import SettingsError
from w2vtui.settings import ScreenSettings
from w2vtui.tui.app import W2vApp
from w2vtui.tui.app_base import BaseApp, PaletteCommand
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.first_screen.screen import NewRunScreen
from w2vtui.tui.help.entries import help_of
from w2vtui.tui.help.screen import Help
from w2vtui.tui.keys import all_keys, check_keys, own_bindings
from w2vtui.tui.scopes import SCOPES
from w2vtui.tui.train_screen.screen import TrainScreen
from w2vtui.tui.widgets.setting_rows import SettingRows

PLACE = Source("file", "/home/me/config.toml", 7)


def config(keys: dict[str, str]) -> Config:
    return Config(keys={name: Given(value, PLACE) for name, value in keys.items()})


@asynccontextmanager
async def train_screen(
    keys: dict[str, str] | None = None, size: tuple[int, int] = (120, 40), **look: Any
) -> AsyncIterator[tuple[W2vApp, ScriptedRun]]:
    run = ScriptedRun(TRAINING)
    options: dict[str, Any] = {"look": ScreenSettings(**look), "config": config(keys or {})}
    app = AtOnce(Form(), build=lambda session: run, interval=0.05, **options)
    async with app.run_test(size=size):
        await until(app, lambda: isinstance(app.screen, TrainScreen))
        await until(app, lambda: app.screen.shot == run.shot and app.focused is not None)
        await until(app, lambda: "Help" in text_of(app))
        yield app, run


def program_classes() -> list[type[DOMNode]]:
    """Every class of the screens, wherever it is."""
    for module in pkgutil.walk_packages(w2vtui.tui.__path__, "w2vtui.tui."):
        importlib.import_module(module.name)
    found, left = set(), [DOMNode]
    while left:
        for owner in left.pop().__subclasses__():
            left.append(owner)
            if owner.__module__.startswith("w2vtui."):
                found.add(owner)
    return sorted(found, key=lambda owner: owner.__name__)


# ---- ids


def test_every_binding_has_an_id_of_its_own():
    ids = []
    for owner in program_classes():
        for binding in owner.__dict__.get("BINDINGS", ()):
            assert isinstance(binding, Binding), f"{owner.__name__}: {binding!r} can have no id"
            assert binding.id, f"{owner.__name__}: {binding.key} has no id"
            ids.append(binding.id)
    assert len(ids) == len(set(ids))
    assert len(ids) > 30


def test_every_class_with_keys_is_one_that_the_checks_know():
    known = {owner for scope in SCOPES for owner in scope.owners}
    for owner in program_classes():
        if owner.__dict__.get("BINDINGS"):
            assert owner in known, f"{owner.__name__} is missing from tui/scopes.py"


def test_the_keys_by_default_are_fit_to_be_given():
    check_keys(config({key.id: key.keys for key in all_keys(SCOPES)}).keys, SCOPES)


# ---- what is refused


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"train.puse": "p"}, "there is no key binding 'train.puse': did you mean train.pause?"),
        (
            {"train.pause": "spcae"},
            "train.pause cannot be 'spcae', which is not a key: did you mean",
        ),
        ({"train.pause": "p,,q"}, "train.pause cannot be '', which is not a key"),
        ({"train.pause": "crtl+p"}, "train.pause cannot be 'crtl+p', which is not a key"),
        ({"train.pause": "\x1b"}, "which is not a key"),
        (
            {"train.pause": "f"},
            "train.pause cannot be f on the train screen: that is the key of train.freeze",
        ),
        ({"train.pause": "p", "train.log": "p"}, "train.log cannot be p on the train screen"),
        ({"train.save": "ctrl+q"}, "that is the key of app.quit"),
        ({"app.quit": "z"}, "app.quit cannot be z on the train screen: that is the key of train."),
        ({"rows.apply": "space"}, "rows.apply cannot be space on the first screen"),
        ({"train.save": "tab"}, "that is the key of train.focus_next"),
        ({"train.query": "?"}, "train.query cannot be question_mark on the train screen"),
    ],
)
def test_wrong_keys_are_refused_by_place_and_both_names(keys, expected):
    with pytest.raises(SettingsError) as caught:
        check_keys(config(keys).keys, SCOPES)
    assert str(caught.value).startswith("/home/me/config.toml, line 7: ")
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    "keys",
    [
        {"train.pause": "p"},
        {"train.pause": "f", "train.freeze": "space"},
        {"train.log": "c", "new.copy": "c"},  # never on one screen
        {"app.quit": "ctrl+t", "train.save": "ctrl+q"},
        {"train.query": "ctrl+f,f5", "train.next": "+"},
    ],
)
def test_keys_that_do_not_meet_are_taken(keys):
    check_keys(config(keys).keys, SCOPES)


# ---- changed keys


async def test_a_rebound_key_works_and_the_old_one_does_not():
    async with train_screen({"train.pause": "p,f5", "train.query": "ctrl+f"}) as (app, run):
        app.simulate_key("space")
        app.simulate_key("slash")
        app.simulate_key("p")
        await until(app, lambda: run.calls.count("pause") == 1)
        assert not isinstance(app.focused, Input)
        app.simulate_key("f5")
        await until(app, lambda: run.calls.count("pause") == 2)
        app.simulate_key("ctrl+f")
        await until(app, lambda: isinstance(app.focused, Input))


async def test_two_keys_can_change_places():
    async with train_screen({"train.pause": "f", "train.freeze": "space"}) as (app, run):
        app.simulate_key("f")
        await until(app, lambda: "pause" in run.calls)
        assert not app.screen.frozen
        app.simulate_key("space")
        await until(app, lambda: app.screen.frozen)


async def test_a_key_that_two_bindings_share_stays_with_the_one_that_keeps_it():
    async with train_screen({"train.previous": "b"}) as (app, _):
        keys = app.screen.active_bindings
        assert keys["left_square_bracket"].binding.id == "train.rougher"
        assert keys["left_curly_bracket"].binding.id == "train.rougher"


async def test_bar_hints_and_frames_show_rebound_keys():
    keys = {"train.pause": "p,f5", "rows.apply": "a", "train.query": "ctrl+f", "train.new": "N"}
    keys |= {"rows.right": "l"}
    async with train_screen(keys) as (app, run):
        await until(app, lambda: " p Pause  ^f Query  s Save" in screen_lines(app)[-1])
        assert "space Pause" not in screen_lines(app)[-1]
        assert "^f ask  w edit list" in text_of(app)
        app.simulate_key("a")
        notice = "nothing is staged: ← and l change the selected value"
        await until(app, lambda: notice in {one.message for one in app._notifications})
        run.shot = replace(run.shot, state="paused")
        await until(app, lambda: "settings can be changed; p resumes" in text_of(app))
        run.shot = replace(run.shot, state="done")
        await until(app, lambda: "^f ask for neighbors · N new run" in text_of(app))


async def test_help_and_palette_show_rebound_keys():
    async with train_screen({"train.pause": "p,f5", "app.help": "ctrl+h"}) as (app, _):
        found = {one.title: one.help for one in app.get_system_commands(app.screen)}
        assert found["Pause"] == "p  f5: pause or resume training"
        app.simulate_key("ctrl+h")
        await until(app, lambda: isinstance(app.screen, Help))
        keys = {does: key for one in app.screen.sections for key, does in one.keys}
        assert keys["pause or resume training"] == "p  f5"
        assert keys["every key"] == "^h"


async def test_a_small_terminal_names_the_keys_that_switch_panes():
    async with train_screen({"train.previous": "b", "train.next": "m"}, size=(80, 24)) as (app, _):
        await until(app, lambda: "b m switch" in text_of(app))
        app.simulate_key("m")
        app.simulate_key("m")
        await until(app, lambda: "35,412,807" in text_of(app))


async def test_dialogs_name_the_keys_that_close_them():
    async with train_screen({"help.close": "c", "save.cancel": "ctrl+g"}) as (app, _):
        app.simulate_key("s")
        await until(app, lambda: "enter saves   ^g cancels" in text_of(app))
        app.simulate_key("ctrl+g")
        await until(app, lambda: isinstance(app.screen, TrainScreen))
        app.simulate_key("f1")
        await until(app, lambda: "c closes" in text_of(app))
        app.simulate_key("c")
        await until(app, lambda: isinstance(app.screen, TrainScreen))


async def test_the_first_screen_takes_keys_too():
    app = W2vApp(Form(), config=config({"new.copy": "c", "new.corpus": "g"}))
    async with app.run_test(size=(120, 40)):
        await until(app, lambda: isinstance(app.screen, NewRunScreen) and app.screen.survey.preview)
        await until(app, lambda: "c copies" in text_of(app))
        app.screen.query_one(SettingRows).focus()
        await until(app, lambda: isinstance(app.focused, SettingRows))
        app.simulate_key("g")
        await until(app, lambda: isinstance(app.focused, Input))


# ---- help and palette


async def test_the_help_begins_with_what_has_the_focus():
    async with train_screen() as (app, _):
        app.simulate_key("f1")
        await until(app, lambda: isinstance(app.screen, Help))
        keys, first, second = app.screen.sections[:3]
        assert keys.title == "The keys to begin with"
        assert len(keys.keys) == 10
        assert keys.keys[4] == ("space", "pause or resume training")
        assert first.title == "In focus: Live controls"
        assert first.about == SettingRows.HELP
        assert ("enter", "apply what is staged") in first.keys
        assert ("=", "type a value") in first.keys
        assert second.title == "While a run trains"
        app.simulate_key("escape")
        await until(app, lambda: isinstance(app.screen, TrainScreen))
        app.simulate_key("slash")
        await until(app, lambda: isinstance(app.focused, Input))
        app.simulate_key("f1")
        await until(app, lambda: isinstance(app.screen, Help))
        first = app.screen.sections[1]
        assert first.title == "In focus: Neighbors"
        assert "a query's answer" in first.about
        assert [key for key, _ in first.keys] == ["enter", "↑", "↓", "tab", "shift+tab"]


async def test_the_help_lists_every_key_once():
    async with train_screen() as (app, _):
        app.simulate_key("f1")
        await until(app, lambda: isinstance(app.screen, Help))
        shown = [does for one in app.screen.sections for _, does in one.keys]
        for key in all_keys(SCOPES):
            assert shown.count(key.does) >= 1
        panes = next(s for s in app.screen.sections if s.title == "What the panes show")
        assert [name for name, _ in panes.keys] == [
            "Loss", "Live controls", "Speed", "Run", "Watch words", "Events",
            "Quality",
        ]  # fmt: skip


async def test_the_help_scrolls_at_80_by_24():
    async with train_screen(size=(80, 24)) as (app, _):
        app.simulate_key("f1")
        await until(app, lambda: "In focus: Live controls" in text_of(app))
        app.simulate_key("end")
        await until(app, lambda: "quit; asks what to do with the run" in text_of(app))
        assert "In focus" not in text_of(app)


async def test_every_framed_pane_says_what_it_shows():
    async with train_screen() as (app, _):
        for pane in app.screen.query(".framed"):
            assert help_of(pane), pane
            assert "\n" not in help_of(pane)


async def test_the_palette_has_every_command_of_what_can_be_used_now():
    async with train_screen() as (app, run):
        titles = [one.title for one in app.get_system_commands(app.screen)]
        assert len(titles) == len(set(titles))
        for owner in (SettingRows, TrainScreen, BaseApp):
            for binding in own_bindings(owner):
                title = binding.description[0].upper() + binding.description[1:]
                there = (
                    "command_palette",
                    "new",
                    "more",
                    "resume_anyway",
                    "pane(-1)",
                    "pane(1)",
                )  # or elsewhere
                if binding.action not in ("back", "restore", *there):
                    assert title in titles
                assert title not in titles or binding.action not in there
        assert {"Theme", "Screenshot", "Go to speed", "Go to events"} <= set(titles)
        run.shot = replace(run.shot, state="done")
        await until(app, lambda: app.screen.shot.ended)
        titles = [one.title for one in app.get_system_commands(app.screen)]
        assert "New run" in titles
        assert "Pause" not in titles


async def test_a_command_of_the_palette_does_what_its_key_does():
    async with train_screen(size=(80, 24)) as (app, run):
        found = {one.title: one.callback for one in app.get_system_commands(app.screen)}
        await found["Pause"]()
        assert "pause" in run.calls
        await found["Setting below"]()
        assert app.screen.query_one(SettingRows).picked == "objective"
        await found["Go to run"]()
        await until(app, lambda: "35,412,807" in text_of(app))


def test_a_command_without_a_key_names_an_action_that_exists():
    for owner in program_classes():
        for one in owner.__dict__.get("PALETTE_COMMANDS", ()):
            assert isinstance(one, PaletteCommand)
            assert hasattr(owner, "action_" + one.action.split("(")[0]), one


# ---- hints


async def test_a_key_hides_the_hints_and_shows_them_again():
    hint = "compare settings by the probe loss"
    async with train_screen() as (app, _):
        await until(app, lambda: hint in text_of(app))
        app.simulate_key("i")
        await until(app, lambda: hint not in text_of(app))
        app.simulate_key("i")
        await until(app, lambda: hint in text_of(app))


async def test_without_hints_the_panes_have_their_line():
    async with train_screen(hints=False) as (app, _):
        await until(app, lambda: "space Pause" in screen_lines(app)[-1])
        assert "compare settings" not in text_of(app)
        assert screen_lines(app)[-2].startswith("╰")


# ---- looks a second


@pytest.mark.parametrize(("fps", "interval"), [(10.0, 0.1), (0.5, 2.0)])
async def test_the_screen_looks_as_often_as_is_said(fps, interval):
    run = ScriptedRun(TRAINING)
    app = W2vApp(Form(), build=lambda session: run, look=ScreenSettings(fps=fps))
    async with app.run_test(size=(120, 40)):
        app.launch(Form())
        await until(app, lambda: isinstance(app.screen, TrainScreen))
        await until(app, lambda: "TRAINING" in text_of(app))
        assert app.screen.refresh_rate.quickest == pytest.approx(interval)


# ---- suspending

unix = pytest.mark.skipif(not hasattr(signal, "SIGTSTP"), reason="only Unix suspends")


@pytest.fixture
def suspended(monkeypatch):
    """Suspend the process as far as a test can: returns at once, and notes what was done."""

    def suspend(app, run):
        driver = type(app._driver)
        monkeypatch.setattr(driver, "can_suspend", True)
        monkeypatch.setattr(
            driver, "suspend_application_mode", lambda _: run.calls.append("terminal given back")
        )
        monkeypatch.setattr(os, "killpg", lambda *_: run.calls.append("stopped"))
        app.action_suspend_process()
        return run.calls

    return suspend


@unix
async def test_the_run_is_held_while_the_process_is_suspended(suspended):
    async with train_screen() as (app, run):
        calls = suspended(app, run)
    assert calls[-4:] == ["pause: suspended", "terminal given back", "stopped", "resume"]


@unix
async def test_a_paused_run_is_still_paused_after_a_suspension(suspended):
    async with train_screen() as (app, run):
        run.shot = replace(run.shot, state="paused")
        calls = suspended(app, run)
    assert calls[-2:] == ["terminal given back", "stopped"]


def test_the_help_of_a_pane_is_one_line():
    for owner in program_classes():
        text = owner.__dict__.get("HELP") or ""
        assert "\n" not in text
        assert len(text) < 120


# ---- the help beside what it explains, and the palette


async def test_the_help_stands_beside_the_pane_it_explains_and_is_filtered():
    async with train_screen() as (app, _):
        controls = app.screen.query_one("#controls").region
        app.simulate_key("f1")
        await until(app, lambda: "The keys to begin with" in text_of(app))
        dialog = app.screen.query_one("#dialog")
        await until(app, lambda: 0 < dialog.region.right <= controls.x)
        await until(app, lambda: "learning rate" in text_of(app))
        for key in ("slash", *"undo"):
            app.simulate_key(key)
        await until(app, lambda: "In focus" not in text_of(app))
        assert "undo the last change" in text_of(app)
        assert "pause or resume training" not in text_of(app)
        for key in "qq":
            app.simulate_key(key)
        await until(app, lambda: "nothing found" in text_of(app))
        app.simulate_key("escape")
        await until(app, lambda: "In focus: Live controls" in text_of(app))
        app.simulate_key("q")
        await until(app, lambda: isinstance(app.screen, TrainScreen))


@pytest.mark.parametrize("width", [120, 60])
async def test_an_entry_of_the_palette_is_one_line_with_its_key_at_the_right(width):
    async with train_screen(size=(width, 40)) as (app, _):
        app.simulate_key("ctrl+p")
        await until(app, lambda: " Freeze " in text_of(app) and "Search for" in text_of(app))
        await until(app, lambda: " Help " in text_of(app) and "every key" in text_of(app))
        (line,) = [line for line in screen_lines(app) if " freeze the display" in line]
        assert line.strip().startswith("Freeze ")
        assert line.rstrip().endswith(" f")
        assert len(line.rstrip()) > width - 10
        for key in "undo":
            app.simulate_key(key)
        await until(app, lambda: "freeze the display" not in text_of(app))
        (line,) = [line for line in screen_lines(app) if " undo the last change" in line]
        assert line.rstrip().endswith(" u")


async def test_keys_pressed_twice_in_the_palette_leave_it_once():
    async with train_screen(size=(80, 24)) as (app, _):
        below = app.screen
        await press(app, "ctrl+p", *"freeze")
        (listed,) = app.screen.query(OptionList)
        await until(app, lambda: listed.option_count == 1 and listed.highlighted == 0)
        send_keys(app, "enter", "enter")
        await until(app, lambda: app.screen is below and below.frozen)
        await press(app, "f")
        await until(app, lambda: not below.frozen)
        await press(app, "ctrl+p")
        await until(app, lambda: app.screen is not below)
        palette = app.screen
        palette.dismiss()
        palette.dismiss()
        await until(app, lambda: app.screen is below)


async def test_page_keys_wait_until_the_palette_has_a_place():
    async with train_screen(size=(80, 24)) as (app, _):
        app.simulate_key("ctrl+p")
        await until(app, lambda: len(app.screen.query(OptionList)) == 1)
        (listed,) = app.screen.query(OptionList)
        await until(app, lambda: listed.option_count and listed.highlighted == 0)
        await resize(app, 20, 5)
        await until(app, lambda: not listed.scrollable_content_region)
        await press(app, "pagedown", "pageup", "escape")
        await until(app, lambda: isinstance(app.screen, TrainScreen))
