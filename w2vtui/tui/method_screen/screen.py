"""The Method screen: one tab at a time, each a pane that fills the screen."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import Resize
from textual.screen import Screen

from w2vtui.tui.app_base import BaseApp, PaletteCommand
from w2vtui.tui.method_screen.pane import MethodPane
from w2vtui.tui.method_screen.panels.exact import ExactPane
from w2vtui.tui.method_screen.panels.lesson import LessonPane
from w2vtui.tui.method_screen.panels.microscope import MicroscopePane
from w2vtui.tui.method_screen.panels.noise import NoisePane
from w2vtui.tui.method_screen.panels.tree import TreePane
from w2vtui.tui.widgets.key_bar import KeyBar
from w2vtui.tui.widgets.panel import Panel
from w2vtui.tui.widgets.tab_bar import TabBar

PANES: tuple[type[MethodPane], ...] = (NoisePane, TreePane, MicroscopePane, ExactPane, LessonPane)


class MethodScreen(Screen[None]):
    """The method, on what is trained or was trained."""

    TABS = tuple(pane.NAME for pane in PANES)
    HELP_TITLE = "The method"
    FIRST_KEYS = ("method.previous", "method.next")
    app: BaseApp

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket,shift+tab", "tab(-1)", "Previous tab", show=False,
                id="method.previous", tooltip="show the previous tab"),
        Binding("right_square_bracket,tab", "tab(1)", "Next tab", id="method.next",
                tooltip="show the next tab"),
    ]  # fmt: skip
    PALETTE_COMMANDS: ClassVar[tuple[PaletteCommand, ...]] = tuple(
        PaletteCommand(f"Go to {pane.NAME}", f"show_tab({pane.NAME!r})", pane.ABOUT)
        for pane in PANES
    )

    def __init__(self, subject: object | None = None, *, tab: str = "noise") -> None:
        """
        subject   what is explored; None where nothing is trained
        tab       the tab to begin with
        """
        super().__init__()
        self.subject = subject
        self._tab = tab

    def compose(self) -> ComposeResult:
        """Yield header, tabs, panes and keys, which app.tcss lays out."""
        yield Panel(id="header")
        yield TabBar(self.TABS, id="tabs", keys=self._switch_keys())
        with Container(id="tab"):
            for pane in PANES:
                yield pane()
        yield Panel(id="hint")
        yield KeyBar()

    def _switch_keys(self) -> str:
        previous, following = (self.app.key_of(f"method.{name}", MethodScreen)
                               for name in ("previous", "next"))  # fmt: skip
        return f"{previous} {following}"

    def on_mount(self) -> None:
        """Show the first tab."""
        self.set_class(not self.app.look.hints, "no-hints")
        self.action_show_tab(self._tab)

    def on_resize(self, event: Resize) -> None:
        """Choose the layout that fits."""
        width, height = event.size
        self.set_class(width < 60 or height < 16, "tiny")
        self.set_class(height < 22, "low")

    # ---- from tab to tab

    @property
    def pane(self) -> MethodPane:
        """The pane of the current tab."""
        return self.query_one(f"#{self._tab}", MethodPane)

    def action_tab(self, by: int) -> None:
        """Show the tab `by` tabs on."""
        self.action_show_tab(self.TABS[(self.TABS.index(self._tab) + by) % len(self.TABS)])

    def on_tab_bar_chosen(self, message: TabBar.Chosen) -> None:
        """Show the tab that was clicked."""
        self.action_show_tab(message.pane)

    def action_show_tab(self, tab: str) -> None:
        """Show a tab, and focus its pane before the next key is handled."""
        self._tab = tab
        for name in self.TABS:
            self.query_one(f"#{name}").set_class(name == tab, "current")
        self.query_one(TabBar).show(tab)
        self.set_focus(self.pane)
