"""The Method screen: one tab at a time, each a pane that fills the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import Resize
from textual.message import Message
from textual.theme import Theme
from textual.widgets import Input

from w2vtui.exploring.subject import Subject
from w2vtui.tui.app_base import PaletteCommand
from w2vtui.tui.method_screen.exact.pane import ExactPane
from w2vtui.tui.method_screen.following import Following
from w2vtui.tui.method_screen.lesson.pane import LessonPane
from w2vtui.tui.method_screen.microscope.pane import MicroscopePane
from w2vtui.tui.method_screen.noise.pane import NoisePane
from w2vtui.tui.method_screen.pane import MethodPane, seen
from w2vtui.tui.method_screen.tree.pane import TreePane
from w2vtui.tui.screen_parts.computing import (
    FOLLOW_SECONDS,
    problem_of,
    report_to,
)
from w2vtui.tui.screen_parts.run_line import RunLine
from w2vtui.tui.widgets.key_bar import KeyBar
from w2vtui.tui.widgets.panel import Panel
from w2vtui.tui.widgets.query_field import QueryField
from w2vtui.tui.widgets.tab_bar import TabBar

PANES: tuple[type[MethodPane], ...] = (NoisePane, TreePane, MicroscopePane, ExactPane, LessonPane)
_BETWEEN = ("->", "→", "+", "|")
"""Signs that may stand between the words of a query."""


class MethodScreen(Following):
    """The method, on what is trained or was trained."""

    TABS = tuple(pane.NAME for pane in PANES)
    HELP_TITLE = "The method"
    FIRST_KEYS = ("method.previous", "method.next", "method.query", "app.palette", "app.quit")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket,shift+tab", "tab(-1)", "Previous tab", show=False,
                id="method.previous", tooltip="show the previous tab"),
        Binding("right_square_bracket,tab", "tab(1)", "Next tab", id="method.next",
                tooltip="show the next tab"),
        # With priority, so that the focus has moved before the next key is handled.
        Binding("slash", "query", "Words", id="method.query", priority=True,
                tooltip="choose the words that the tab shows"),
        Binding("escape", "leave", "Back", show=False, id="method.leave", priority=True,
                tooltip="leave the query line"),
    ]  # fmt: skip
    PALETTE_COMMANDS: ClassVar[tuple[PaletteCommand, ...]] = tuple(
        PaletteCommand(f"Go to {pane.NAME}", f"show_tab({pane.NAME!r})", pane.ABOUT)
        for pane in PANES
    )

    @dataclass
    class Checked(Message):
        """The words of a query were looked up."""

        pane: MethodPane
        words: Sequence[str]
        problem: str = ""

    def __init__(self, subject: Subject | None = None, *, tab: str = "noise") -> None:
        """
        subject   what is trained or was trained; None where there is nothing
        tab       the tab to begin with
        """
        super().__init__(subject)
        self._tab = tab

    def compose(self) -> ComposeResult:
        """Yield the run's line, tabs, panes and keys, which app.tcss lays out."""
        yield RunLine("Method")
        yield TabBar(self.TABS, id="tabs", keys=self._switch_keys())
        yield QueryField(self.app.query_history, self.words, self.ask)
        with Container(id="tab"):
            for pane in PANES:
                made = pane()
                made.subject = self.subject
                yield made
        yield Panel(id="hint")
        yield KeyBar()

    def _switch_keys(self) -> str:
        previous, following = (
            self.app.key_of(f"method.{name}", MethodScreen) for name in ("previous", "next")
        )
        return f"{previous} {following}"

    def on_mount(self) -> None:
        """Show the first tab."""
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)
        self.query_one(QueryField).display = False
        self.set_class(not self.app.look.hints, "no-hints")
        self.action_show_tab(self._tab)
        self.set_interval(FOLLOW_SECONDS, self.tick)

    def on_resize(self, event: Resize) -> None:
        """Choose the layout that fits."""
        width, height = event.size
        self.set_class(width < 60 or height < 16, "tiny")
        self.set_class(height < 22, "low")

    def _theme_changed(self, theme: Theme) -> None:
        for pane in self.query(MethodPane):
            self.call_after_refresh(pane.redraw)

    # ---- from tab to tab

    @property
    def pane(self) -> MethodPane:
        """The pane of the current tab."""
        return self.query_one(f"#{self._tab}", MethodPane)

    def action_tab(self, by: int) -> None:
        """Show the tab `by` tabs on."""
        self.action_show_tab(self.TABS[(self.TABS.index(self._tab) + by) % len(self.TABS)])

    def action_focus_pane(self, by: int) -> None:
        """Leave an empty query line for the next tab, as its tab key asks."""
        self.action_tab(by)

    def on_tab_bar_chosen(self, message: TabBar.Chosen) -> None:
        """Show the tab that was clicked."""
        self.action_show_tab(message.pane)

    def action_show_tab(self, tab: str) -> None:
        """Show a tab, and focus its pane before the next key is handled."""
        self._tab = tab
        for name in self.TABS:
            self.query_one(f"#{name}").set_class(name == tab, "current")
        self.query_one(TabBar).show(tab)
        self.action_leave()
        self.refresh_bindings()
        self.tick()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell Textual which actions are possible now."""
        asking = isinstance(self.focused, Input)
        if action == "query":
            return not asking and bool(self.pane.ASKS)
        return asking if action == "leave" else True

    # ---- the words of a tab

    def action_query(self) -> None:
        """Go to the query line."""
        field = self.query_one(QueryField)
        field.show_forms(self.pane.ASKS)
        field.display = True
        self.set_focus(field)
        field.begin()

    def action_leave(self) -> None:
        """Leave the query line."""
        self.query_one(QueryField).display = False
        self.set_focus(self.pane)

    def ask(self, text: str) -> None:
        """Give the words of a query to the pane."""
        words = (
            [text] if text in self._rows else [one for one in text.split() if one not in _BETWEEN]
        )
        self.query_one(QueryField).show_asked(text)
        self.action_leave()
        if not words:
            return
        self._computing.ask("words", partial(self._check_words, self.pane, words))

    def on_method_screen_checked(self, message: Checked) -> None:
        """Give words of the query line to a pane, or say which is not known."""
        if message.problem:
            self.app.warn(message.problem)
        else:
            message.pane.asked(message.words)

    def _check_words(self, pane: MethodPane, words: Sequence[str]) -> None:
        """Look words up; finding how an unknown one is spelled takes a while."""
        try:
            vectors = seen(self.subject).vectors
            for word in words:
                vectors.get_index(word)
        except Exception as error:
            report_to(self, self.Checked(pane, words, problem_of(error)))
        else:
            report_to(self, self.Checked(pane, words))
