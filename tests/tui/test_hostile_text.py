"""Text from elsewhere on every screen: whatever tokens, names and typed lines hold is drawn inert.

What is looked at is each line on its way to the terminal, also those that are soon drawn over.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from textual.widgets import Input

from tests.support.screens import form, notices, press, shows, text_of, until
from w2vtui.tui import shutdown
from w2vtui.tui.app import W2vApp
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.dialogs.save_dialog import SaveDialog
from w2vtui.tui.first_screen.file_picker import FilePicker
from w2vtui.tui.first_screen.screen import NewRunScreen
from w2vtui.tui.train_screen.watch_dialog import WatchDialog
from w2vtui.tui.widgets.setting_rows import SettingRows

pytestmark = pytest.mark.skipif(os.name != "posix", reason="such names are POSIX'")

RAW = ["\x1b]0;owned\x07", "\x1b[2J", "\x9b31m", "\u202eright", "a\u200bb", "\x7f", "\U000e0041"]
MARKUP = ["[red]r[/red]", "[link=file:///etc]l[/link]", "[@click=app.quit]q[/]", "[/", "\\[b]"]
WORDS = [*RAW, *MARKUP]


class Watched(LineFilter):
    """Keeps what a terminal would obey, and passes all on."""

    def __init__(self, found: set[str]) -> None:
        super().__init__()
        self.found = found

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        for segment in segments:
            if not segment.control:
                self.found |= {c for c in segment.text if not c.isprintable()} - {"\n"}
        return segments


@pytest.fixture
def drawn_raw(monkeypatch) -> set[str]:
    found: set[str] = set()
    filters = W2vApp.get_line_filters
    monkeypatch.setattr(W2vApp, "get_line_filters", lambda app: [*filters(app), Watched(found)])
    return found


@pytest.fixture
def hostile_text(tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    path = folder / "evil\x1b[31m\u202e[b]name[b].txt"
    path.write_text("\n".join([" ".join(WORDS)] * 400), encoding="utf-8")
    return path


def test_the_watch_sees_what_a_terminal_would_obey():
    found: set[str] = set()
    Watched(found).apply([Segment("plain"), Segment(" ".join(WORDS))], Color(0, 0, 0))
    assert found == set("\x1b\x07\x9b\u202e\u200b\x7f\U000e0041")


async def test_the_first_screen_and_its_file_picker(hostile_text, drawn_raw):
    app = W2vApp(form(hostile_text))
    async with app.run_test(size=(160, 50), notifications=True):
        await until(app, lambda: isinstance(app.screen, NewRunScreen) and app.screen.survey.preview)
        await shows(app, r"\x1b]0;owned\x07", r"\u202eright", "[red]r[/red]", "[link=file:///etc]l")
        await press(app, "ctrl+o")
        await until(app, lambda: isinstance(app.screen, FilePicker))
        await shows(app, r"evil\x1b[31m\u202e[b]name[b].txt")
        await press(app, "escape")
        await until(app, lambda: isinstance(app.screen, NewRunScreen))
        app.screen.query_one("#corpus").value = str(hostile_text.with_name("\x1b[2J\u202e[red]x"))
        await shows(app, "there is no", "[red]x")
        await press(app, "ctrl+s")
        await until(app, lambda: "there is no" in notices(app))
        await until(app, lambda: text_of(app).count("there is no") > 1)
    assert not drawn_raw


@asynccontextmanager
async def running(app: W2vApp, chosen: Form) -> AsyncIterator[None]:
    """A run on its screen, which ends in any case."""
    await until(app, lambda: isinstance(app.screen, NewRunScreen) and app.screen.survey.preview)
    app.launch(chosen)
    try:
        await until(app, lambda: app.session.snapshot().progress.tokens > 0)
        await until(app, lambda: isinstance(app.focused, SettingRows) and app.focused.rows)
        yield
    finally:
        await asyncio.to_thread(app.session.end)


LINES = [
    "\x1b[2J\u202e[red]",
    "set window \x1b[2J",
    "break \x1b[2J first in \u202ex",
    "save /nowhere\x1b[31m\u202e/[red]x.bin",
]
"""Command lines that are refused, with what was wrong in them."""


async def test_the_train_screen_its_notices_and_dialogs(hostile_text, drawn_raw):
    app = W2vApp(form(hostile_text), interval=0.05)
    async with app.run_test(size=(160, 50), notifications=True), running(app, form(hostile_text)):
        app.session.words.chosen = tuple(WORDS)
        await shows(app, r"\x1b[2J", r"\u202e", r"\x7f", r"\U000e0041")
        app.session.words.chosen = tuple(MARKUP)
        await shows(app, "[red]r[", "[link=", "[@clic", "[/  ")
        for line in LINES:
            app.clear_notifications()
            app.screen.action_execute(line)
            await until(app, lambda: notices(app))
            first = notices(app).split()[0]
            await until(app, lambda first=first: first in text_of(app))
        app.screen.action_execute("note \x1b[2J[red]noted[/red]")
        await shows(app, r"\x1b[2J[red]noted[/red]")
        app.screen.action_execute("query \x1b[2K[red]")
        await shows(app, "no vector for")
        await press(app, "w")
        await until(app, lambda: isinstance(app.screen, WatchDialog) and app.focused)
        app.screen.query_one(Input).value = " ".join(WORDS)
        await press(app, "escape", "s")
        await until(app, lambda: isinstance(app.screen, SaveDialog) and app.focused)
        app.screen.query_one(Input).value = "/nowhere\x1b[31m\u202e/[red]x.bin"
        await press(app, "enter")
        await until(app, lambda: "nowhere" in text_of(app))
    assert not drawn_raw


def test_what_is_printed_after_the_screens_is_escaped(capsys):
    shutdown.print_line("w2vtui resume \x1b[31m\u202e\nforged resumes it")
    printed = capsys.readouterr().err
    assert printed == "w2vtui resume \\x1b[31m\\u202e\\nforged resumes it\n"


async def test_a_name_begins_no_line_in_a_notice(hostile_text, drawn_raw):
    app = W2vApp(form(hostile_text))
    async with app.run_test(size=(100, 30), notifications=True):
        app.report("first \x1b[2J\nforged", "second")
        app.warn("third\n\u202eforged")
        await until(app, lambda: "second" in notices(app) and "third" in notices(app))
        assert "first \\x1b[2J\\nforged\nsecond" in notices(app)
        assert "third\\n\\u202eforged" in notices(app)
    assert not drawn_raw
