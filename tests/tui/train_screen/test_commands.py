"""The command line: what each command does, how lines are completed, how errors are explained."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Input

from tests.support.screens import (
    TRAINING,
    ScriptedRun,
    notices,
    screen_lines,
    scripted,
    text_of,
    until,
)
from w2vtui.errors import CorpusError, SettingsError, W2vtuiError
from w2vtui.training.state.events import Event
from w2vtui.tui.app import W2vApp
from w2vtui.tui.dialogs.ask import Ask
from w2vtui.tui.dialogs.save_dialog import SaveDialog
from w2vtui.tui.help.screen import Help
from w2vtui.tui.train_screen.commands.line import command_named, completions, explained
from w2vtui.tui.train_screen.commands.setting_names import CONTROLS, SETTING_NAMES, settings_from
from w2vtui.tui.train_screen.commands.table import COMMANDS
from w2vtui.tui.train_screen.panels.prompt import Prompt


class SteeredRun(ScriptedRun):
    """A scripted run with all that a run can be asked for."""

    def score_on(self, kind: str, paths: Sequence[str]) -> tuple[str, ...]:
        if kind == "analogies":
            raise CorpusError("bad.txt, line 1: four words are expected")
        self.calls.append((kind, *paths))
        return ("one line is left out",)

    breakpoints: tuple[str, ...] = ()

    def break_when(self, text: str) -> None:
        if text == "never":
            raise SettingsError("a condition names a measure: probe < 2")
        self.breakpoints = (*self.breakpoints, text)

    def clear_breakpoints(self) -> None:
        self.breakpoints = ()


@asynccontextmanager
async def steered(
    size: tuple[int, int] = (120, 40), **changes: object
) -> AsyncIterator[tuple[W2vApp, SteeredRun]]:
    async with scripted(replace(TRAINING, **changes), size) as (app, run):
        run.__class__ = SteeredRun
        yield app, run


async def type_in(app: W2vApp, line: str, *keys: str) -> None:
    """Open the command line, put a line there, and press keys."""
    app.simulate_key("colon")
    await until(app, lambda: isinstance(app.focused, Input) and app.focused.id == "command-line")
    app.focused.value = line
    app.focused.cursor_position = len(line)
    for key in keys:
        app.simulate_key(key)


async def enter(app: W2vApp, line: str) -> None:
    """Carry out a line."""
    await type_in(app, line, "enter")
    await until(app, lambda: not app.screen_stack[1].has_class("commanding"))


def line_of(app: W2vApp) -> str:
    return app.screen.query_one(Prompt).field.value


# ---- the line itself


async def test_a_colon_opens_the_command_line_and_escape_closes_it():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        await type_in(app, "se")
        await until(app, lambda: screen_lines(app)[-1].startswith(":se"))
        assert "space Pause" not in text_of(app)
        app.simulate_key("escape")
        await until(app, lambda: "space Pause" in screen_lines(app)[-1])
        assert app.focused is app.screen.query_one("#controls")


async def test_keys_typed_in_one_go_belong_to_the_command_line():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        for key in ("colon", "s", "a", "e", "x", "f"):
            app.simulate_key(key)
        await until(app, lambda: line_of(app) == "saexf")
        assert not app.screen.frozen


async def test_a_key_after_enter_in_one_go_is_one_of_the_screen():
    async with steered() as (app, run):
        for key in ("colon", *"set K 9", "enter", "u", "f"):
            app.simulate_key(key)
        await until(app, lambda: app.screen.frozen)
        asked = [call for call in run.calls if call in ({"negative": 9}, "undo")]
        assert asked == [{"negative": 9}, "undo"]
        assert notices(app) == ""


async def test_the_hint_says_how_a_command_is_used():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        await type_in(app, "br")
        await until(app, lambda: "break  breaks" in screen_lines(app)[-2])
        app.focused.value = "set K"
        await until(app, lambda: "set NAME VALUE …: change settings now" in text_of(app))


async def test_lines_entered_come_back():
    async with steered() as (app, _):
        for line in ("note one", "note two", "note two"):
            await enter(app, line)
        await type_in(app, "draft", "up")
        await until(app, lambda: line_of(app) == "note two")
        app.simulate_key("up")
        await until(app, lambda: line_of(app) == "note one")
        app.simulate_key("up")
        app.simulate_key("down")
        app.simulate_key("down")
        await until(app, lambda: line_of(app) == "draft")
        assert app.command_history == ["note one", "note two"]


async def test_tab_completes_one_choice_after_the_other():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        await type_in(app, "set win", "tab")
        await until(app, lambda: line_of(app) == "set window ")
        app.focused.value = "brea"
        for expected in ("break", "breaks", "break"):
            app.simulate_key("tab")
            await until(app, lambda expected=expected: line_of(app) == expected)
        app.simulate_key("shift+tab")
        await until(app, lambda: line_of(app) == "breaks")
        assert app.focused.id == "command-line"
        app.focused.value = "nothing like it"
        app.simulate_key("tab")
        app.simulate_key("home")
        await until(app, lambda: app.focused.cursor_position == 0)
        assert line_of(app) == "nothing like it"


async def test_what_a_line_may_become():
    lines = {
        "qu": ["query", "quality", "quit"],
        "set th": ["set threads"],
        "set K 5 wi": ["set K 5 window"],
        "set k": ["set K"],
        "set model ": ["set model skip-gram", "set model cbow"],
        "stage shrink windows o": ["stage shrink windows on", "stage shrink windows off"],
        "stage noise sharing p": ["stage noise sharing pairs"],
        "set sg ": ["set sg 0", "set sg 1"],
        "set nonsense 5 wi": [],
        "goto ev": ["goto events"],
        "goto events ev": [],
        "query ki": [],
        "nonsense wi": [],
    }
    async with scripted(TRAINING, (120, 40)) as (app, _):
        assert {line: completions(app.screen, line) for line in lines} == lines
        assert "theme w2vtui" in completions(app.screen, "theme w")


# ---- settings


async def test_set_changes_settings_at_once_and_leaves_what_else_is_staged():
    async with steered() as (app, run):
        app.screen.staging.staged["epochs"] = 9
        await enter(app, "set K 20 window 8")
        await until(app, lambda: {"negative": 20, "window": 8} in run.calls)
        assert app.screen.staging.staged == {"epochs": 9}


async def test_stage_only_stages():
    async with steered() as (app, run):
        await enter(app, "stage lr 0.01")
        await until(app, lambda: "0.0146 → 0.01" in text_of(app))
        assert not any(isinstance(call, dict) for call in run.calls)


async def test_a_change_to_the_current_value_is_not_requested():
    async with steered() as (app, run):
        await enter(app, "set K 15")
        await until(app, lambda: "these values already apply" in notices(app))
        assert not any(isinstance(call, dict) for call in run.calls)


async def test_a_refused_change_is_said_and_not_left_staged():
    async with steered() as (app, _):
        await enter(app, "set objective softmax")
        await until(app, lambda: "softmax needs a small vocabulary" in notices(app))
        assert app.screen.staging.staged == {}


async def test_one_wrong_value_keeps_all_from_being_staged():
    async with steered() as (app, run):
        await enter(app, "set window 8 K 0")
        await until(app, lambda: "K must be 1 to 256 noise words" in notices(app))
        assert app.screen.staging.staged == {}
        assert not any(isinstance(call, dict) for call in run.calls)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("K 15", {"negative": "15"}),
        ("k=15 window=8", {"negative": "15", "window": "8"}),
        ("lr 0.01", {"alpha": "0.01"}),
        ("learning rate 0.01", {"alpha": "0.01"}),
        ("subsample 1e-5 threads 2", {"sample": "1e-5", "workers": "2"}),
        ("ns power -0.5", {"ns_exponent": "-0.5"}),
        ("ns-exponent 1 shrink windows off", {"ns_exponent": "1", "shrink_windows": "off"}),
        ("sg 1 hs 1", {"model": "skip-gram", "objective": "hierarchical-softmax"}),
        ("sg 0 hs 0", {"model": "cbow", "objective": "negative-sampling"}),
        ("iter 9", {"epochs": "9"}),
        ("--negative 15 --ns-exponent=1", {"negative": "15", "ns_exponent": "1"}),
        ("noise exponent 1 shrink windows off", {"ns_exponent": "1", "shrink_windows": "off"}),
        ("shrink window off min rate 0", {"shrink_windows": "off", "min_alpha": "0"}),
        ("--no-shrink-windows --workers 2", {"shrink_windows": "off", "workers": "2"}),
        ("--cbow-divide", {"cbow_divide": "on"}),
        ("--cbow-divide off", {"cbow_divide": "off"}),
    ],
)
def test_a_setting_has_several_names(text, expected):
    assert settings_from(text) == expected


def test_the_help_of_a_setting_says_what_else_it_is_called():
    for name, known in (
        ("negative", " (--negative, 1 to 256 noise words)"),
        ("window", " (--window, 1 to 10,000 words, or all)"),
        ("min_alpha", " (--min-alpha, 0 to 1000)"),
        ("shrink_windows", " to window (--shrink-windows)"),
    ):
        assert CONTROLS[name].help_text().endswith(known)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("windwo 8", "did you mean window"),
        (
            "foo 3",
            "there is no setting 'foo': known are model, objective, K, window, learning rate",
        ),
        ("alhpa 3", "there is no setting 'alhpa': did you mean learning rate?"),
        ("ns_exponnet 3", "did you mean noise exponent?"),
        ("K", "K needs a value: 1 to 256 noise words"),
        ("K 5 model", "model needs a value: skip-gram or cbow"),
        ("sg", "0 (cbow) or 1 (skip-gram)"),
        ("sg 2", "sg must be 0"),
        ("K many", "K must be"),
        ("alpha 0", "above 0"),
        ("threads 0", "threads must be 1 to 512"),
        ("min_alpha -1", "min rate must be 0 to 1000, got -1"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_is_right(text, complaint):
    with pytest.raises(SettingsError) as caught:
        settings_from(text)
    assert complaint in str(caught.value)


@pytest.mark.parametrize("name", SETTING_NAMES)
def test_every_name_that_is_completed_takes_the_values_of_its_setting(name):
    value = {"model": "cbow", "objective": "softmax", "noise sharing": "none"}.get(name, "1")
    assert len(settings_from(f"{name} {value}")) == 1


@given(st.text(max_size=40))
def test_any_text_is_settings_or_an_error_of_ours(text):
    try:
        found = settings_from(text)
    except W2vtuiError:
        return
    assert set(found) <= set(CONTROLS)


# ---- the run


async def test_the_run_is_paused_and_resumed():
    async with steered() as (app, run):
        await enter(app, "resume")
        await until(app, lambda: "nothing to resume: the run is training" in notices(app))
        await enter(app, "pause")
        await until(app, lambda: "pause" in run.calls)
        run.shot = replace(run.shot, state="paused")
        await enter(app, "pause")
        await until(app, lambda: "nothing to pause: the run is paused" in notices(app))
        await enter(app, "resume")
        await until(app, lambda: "resume" in run.calls)


async def test_undo_and_quality_ask_the_run():
    async with steered(quality_wanted=True) as (app, run):
        await enter(app, "undo")
        await enter(app, "quality")
        await until(app, lambda: run.calls[-2:] == ["undo", "measure quality"])


async def test_breakpoints_are_set_shown_and_cleared():
    async with steered() as (app, run):
        await enter(app, "break probe < 2")
        await until(app, lambda: run.breakpoints == ("probe < 2",))
        await enter(app, "breaks")
        await until(app, lambda: "probe < 2" in notices(app))
        await enter(app, "break never")
        await until(app, lambda: "a condition names a measure" in notices(app))
        await enter(app, "clear")
        await until(app, lambda: run.breakpoints == ())
        await enter(app, "breaks")
        await until(app, lambda: "no breakpoints" in notices(app))


async def test_watch_follows_other_words_and_query_one_question():
    async with steered() as (app, run):
        await enter(app, "query king - man + woman")
        await until(app, lambda: run.calls[-1][-1] == "king - man + woman")
        assert app.screen.query_one("#query", Input).value == "king - man + woman"
        await enter(app, "watch paris  king paris")
        await until(app, lambda: run.calls[-1] == ("paris", "king"))
        assert app.session.words.watched == ("paris", "king")
        assert app.screen.query_one("#query", Input).value == ""


async def test_after_the_end_commands_say_what_they_cannot_do():
    async with steered(state="done") as (app, run):
        for line in ("pause", "stop"):
            await enter(app, line)
            message = f"nothing to {line}: the run is done"
            await until(app, lambda message=message: message in notices(app))
        assert "pause" not in run.calls


async def test_stop_asks():
    async with steered() as (app, _):
        await enter(app, "stop")
        await until(app, lambda: isinstance(app.screen, Ask))
        assert app.session.snapshot().state == "training"
        await until(
            app, lambda: "▸ s   Stop           keep the vectors as they are now" in text_of(app)
        )


async def test_save_takes_a_path_or_asks_for_one():
    async with steered() as (app, _):
        await enter(app, "save -")
        await until(app, lambda: "cannot save to stdout" in notices(app))
        await enter(app, "save v.xyz")
        await until(app, lambda: "v.xyz must end in .txt" in notices(app))
        assert "--layout" not in notices(app)
        await enter(app, "save /no/such/folder/v.bin")
        await until(app, lambda: "no/such/folder" in notices(app))
        await enter(app, "save")
        await until(app, lambda: isinstance(app.screen, SaveDialog))


async def test_a_note_is_an_event_at_this_point():
    async with steered() as (app, _):
        await enter(app, "note [b]looks good\x1b[0m")
        await until(app, lambda: r"[b]looks good\x1b[0m" in text_of(app))
        assert app.session.notes.events[-1].tokens == TRAINING.progress.tokens


# ---- the program


async def test_themes_panes_help_and_quit():
    async with steered() as (app, _):
        await enter(app, "theme nord")
        await until(app, lambda: app.theme == "nord")
        await enter(app, "theme nrod")
        await until(app, lambda: "unknown theme 'nrod': did you mean nord?" in notices(app))
        await enter(app, "goto events")
        await until(app, lambda: app.focused is not None and app.focused.id == "events")
        await enter(app, "goto evnts")
        await until(app, lambda: "unknown pane 'evnts': did you mean events?" in notices(app))
        await enter(app, "help")
        await until(app, lambda: isinstance(app.screen, Help))
        listed = next(part.keys for part in app.screen.sections if part.title == "Commands")
        assert [name for name, _ in listed] == list(COMMANDS)
        app.simulate_key("escape")
        await until(app, lambda: not isinstance(app.screen, Help))
        await enter(app, "quit")
        await until(app, lambda: isinstance(app.screen, Ask))


async def test_a_notice_hides_neither_panes_nor_keys():
    async with scripted(TRAINING, (120, 40), notifications=True) as (app, _):
        await until(app, lambda: "space Pause" in text_of(app))
        before = screen_lines(app)
        await enter(app, "set K 0")
        complaint = "K must be 1 to 256 noise words, got 0"
        await until(app, lambda: screen_lines(app)[-2].strip() == f"▌ {complaint}")
        events = next(at for at, line in enumerate(before) if "Events" in line)
        after = screen_lines(app)
        assert after[events:-2] == before[events:-2]
        assert after[-1] == before[-1]
        await type_in(app, "set K")
        await until(app, lambda: "set NAME VALUE" in screen_lines(app)[-2])
        assert complaint not in text_of(app)


async def test_an_unknown_command_is_a_notice_with_the_nearest():
    async with steered() as (app, _):
        for line, complaint in (
            ("pasue", "unknown command 'pasue': did you mean pause?"),
            ("qui", "did you mean quit?"),
            ("%%", "known are set, stage"),
            ("foo", "unknown command 'foo': known are set, stage"),
            ("window abc", "'window' is a setting: did you mean :set window abc?"),
            ("min alpha=0.001", "'min' is a setting: did you mean :set min alpha 0.001?"),
            ("K", "did you mean :set K VALUE?"),
            ("set", "set needs arguments: set NAME VALUE"),
            ("undo everything", "undo takes no arguments, got 'everything'"),
        ):
            await enter(app, line)
            await until(app, lambda complaint=complaint: complaint in notices(app))
        history = list(app.command_history)
        await enter(app, "  ")
        assert app.command_history == history


async def test_the_palette_lists_commands_that_need_no_argument():
    async with steered() as (app, run):
        found = {command.title: command for command in app.get_system_commands(app.screen)}
        assert {"Undo", "Pause", "Breaks", "Clear", "Quality", "End", "Save"} <= set(found)
        assert not {"Set", "Stage", "Query word", "Break", "Note", "Goto"} & set(found)
        titles = [command.title for command in app.get_system_commands(app.screen)]
        assert len(titles) == len(set(titles))
        await found["Undo"].callback()
        assert run.calls[-1] == "undo"


def test_every_command_is_found_by_its_name_and_explained():
    for name, command in COMMANDS.items():
        assert command_named(name) is command
        assert explained(f"{name} x") == f"{command.line}: {command.help}"
    assert explained("qu") == "query  quality  quit"
    assert explained("zz") == "unknown command"
    assert explained("window 10") == "set window 10 changes a setting"


# ---- notices


async def test_a_key_removes_a_refusal_and_the_cost_of_a_change_is_not_hidden():
    async with scripted(TRAINING, (120, 40), notifications=True) as (app, _):
        await enter(app, "set K 0")
        await until(app, lambda: "must be 1 to 256" in screen_lines(app)[-2])
        await enter(app, "set K -1")
        await until(app, lambda: "got -1" in notices(app))
        assert len(app._notifications) == 1
        app.report("vectors saved to v.bin")
        for _ in range(3):
            app.report("vectors saved to v.bin")
            app.warn("refused")
        await until(app, lambda: "refused" in notices(app))
        assert len(app._notifications) == 2
        app.simulate_key("right")
        await until(app, lambda: "about 1.6x work per token" in screen_lines(app)[-2])
        assert not app._notifications


async def test_keys_after_the_one_that_closes_a_dialog_belong_to_what_is_below():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        for opened, dialog in (("e", Ask), ("s", SaveDialog), ("f1", Help)):
            app.simulate_key(opened)
            await until(app, lambda dialog=dialog: isinstance(app.screen, dialog) and app.focused)
            for key in ("escape", "colon", *"fx", "escape"):
                app.simulate_key(key)
            await until(app, lambda: app.screen.query(Prompt) and line_of(app) == "fx")
            await until(app, lambda: not isinstance(app.focused, Input))
            assert not app.screen.frozen
            app.screen.query_one(Prompt).field.value = ""


async def test_events_are_in_order_of_time_though_the_clock_stands():
    async with steered(state="paused") as (app, run):
        await enter(app, "note before")
        resumed = Event(seconds=155.0, tokens=35_412_807, kind="note", text="resumed")
        run.shot = replace(run.shot, events=(*run.shot.events, resumed))
        await enter(app, "note after")
        texts = [event.text for event in app.session.notes.among(run.shot)]
        assert texts[-3:] == ["before", "resumed", "after"]


# ---- what the vectors are scored on


async def test_files_of_questions_are_chosen_in_mid_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    for name in ("held out.txt", "more.txt", "folder/s"):
        (tmp_path / name).touch()
    async with steered() as (app, run):
        await enter(app, "sessions held out.txt")
        await enter(app, "pairs 'held out.txt' more.txt")
        await enter(app, "pairs none")
        both = [str(tmp_path / name) for name in ("held out.txt", "more.txt")]
        await until(app, lambda: ("pairs",) in run.calls)
        asked = [call for call in run.calls if call[0] in ("sessions", "pairs")]
        assert asked == [("sessions", both[0]), ("pairs", *both), ("pairs",)]
        form = app.session.form
        assert (form.sessions, form.pairs) == ((both[0],), ())
        assert "hint: one line is left out" in [event.text for event in app.session.notes.events]
        await enter(app, "analogies more.txt")
        await until(app, lambda: "line 1: four words" in notices(app))
        assert app.session.form.analogies == ()
        await enter(app, "sessions nowhere.txt")
        await until(app, lambda: "there is no file" in notices(app))
        assert completions(app.screen, "sessions mo") == ["sessions more.txt"]
        assert completions(app.screen, "pairs x folder/") == ["pairs x folder/s"]
        await type_in(app, "sessions fol", "tab")
        await until(app, lambda: line_of(app) == "sessions folder/")  # where it goes on
