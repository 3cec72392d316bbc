"""The explore screen: one question, which every pane answers from the same view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Vertical
from textual.events import Resize
from textual.theme import Theme
from textual.widget import Widget
from textual.widgets import Input

from w2vtui.tui.app_base import PaletteCommand
from w2vtui.tui.explore_screen.exporting import Exporting
from w2vtui.tui.explore_screen.opening import LOWER, PANES, fit
from w2vtui.tui.explore_screen.pane import ExplorePane
from w2vtui.tui.explore_screen.panels.analogies import AnalogiesPane
from w2vtui.tui.explore_screen.panels.clusters import ClustersPane
from w2vtui.tui.explore_screen.panels.drift import DriftPane
from w2vtui.tui.explore_screen.panels.map import MapPane
from w2vtui.tui.explore_screen.panels.neighbors import NeighborsPane
from w2vtui.tui.explore_screen.panels.timeline import TimelinePane
from w2vtui.tui.explore_screen.panels.why import WhyPane
from w2vtui.tui.explore_screen.panels.word_card import WordCardPane
from w2vtui.tui.explore_screen.questioning import Questioning
from w2vtui.tui.screen_parts.panes import pane_bindings
from w2vtui.tui.screen_parts.run_line import RunLine
from w2vtui.tui.widgets.key_bar import KeyBar
from w2vtui.tui.widgets.query_field import QueryField
from w2vtui.tui.widgets.tab_bar import TabBar

FORMS = "a word · a - b + c · a:b::c:? · a | b · a -> b · !a b c · /regex/"
"""What the query line takes, shown while it is empty."""


class ExploreScreen(Questioning, Exporting):
    """The vectors of a subject, live or as of one moment."""

    DEFAULT_CLASSES = "exploring"
    PANES = tuple(PANES)
    FIRST_PANE = "neighbors"
    AUTO_FOCUS = "#neighbors"
    FIRST_KEYS = ("explore.query", "explore.freeze", "explore.next", "explore.maximize",
                  "app.train", "app.palette", "app.quit")  # fmt: skip
    HELP_TITLE = "Exploring"
    ALLOW_IN_MAXIMIZED_VIEW = "#header, KeyBar"
    ESCAPE_TO_MINIMIZE = False

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that the focus has moved before the next key is handled.
        Binding("slash", "query", "Query", id="explore.query", priority=True,
                tooltip="ask another question"),
        Binding("backspace", "back", "Back", id="explore.back",
                tooltip="return to the question before"),
        Binding("L", "freeze", "Freeze", id="explore.freeze",
                tooltip="keep the vectors as they are now, or follow the training again"),
        Binding("x", "maximize", "Max", id="explore.maximize",
                tooltip="maximize the focused pane, or restore the layout"),
        Binding("ctrl+e", "export", "Export", id="explore.export", key_display="^e",
                tooltip="write what the focused pane shows to a file"),
        Binding("s", "save", "Save", id="explore.save",
                tooltip="save the vectors that are shown"),
        *pane_bindings("explore", tab="tab"),
        Binding("escape", "leave", "Back", show=False, id="explore.leave", priority=True,
                tooltip="leave the query line, or restore a maximized pane"),
    ]  # fmt: skip
    PALETTE_COMMANDS: ClassVar[tuple[PaletteCommand, ...]] = tuple(
        PaletteCommand(f"Go to {pane}", f"show_pane({pane!r})", f"show the {pane} pane")
        for pane in ("neighbors", *PANES)
    )

    _lower = "drift"
    """The current tab of the lower row."""

    def compose(self) -> ComposeResult:
        """Yield the run's line, the panes and the keys, which app.tcss lays out."""
        yield RunLine("Explore")
        with Grid(id="panels"):
            yield TabBar(self.PANES, id="tabs", keys=self._tab_keys())
            with Vertical(id="answer"):
                with Vertical(id="ask", classes="framed"):
                    yield QueryField(self.app.query_history, self.words, self.ask, forms=FORMS)
                yield NeighborsPane(id="neighbors")
            yield MapPane(id="map")
            yield TabBar(tuple(LOWER), id="lower-tabs", keys=self._tab_keys())
            yield WordCardPane(id="card")
            yield DriftPane(id="drift")
            yield AnalogiesPane(id="analogies")
            yield ClustersPane(id="clusters")
            yield WhyPane(id="why")
            yield TimelinePane(id="timeline")
        yield KeyBar()

    def _tab_keys(self) -> str:
        names = ("explore.previous", "explore.next")
        return " ".join(self.app.key_of(name, ExploreScreen) for name in names)

    def on_mount(self) -> None:
        """Show the panes of the layout."""
        self.query_one("#ask").border_title = "Query"
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)
        self.watch(self, "maximized", self.sizes_changed, init=False)
        self.show_current()

    def words(self) -> Sequence[str]:
        """The words known, most frequent first."""
        return () if self.view is None else self.view.vectors.index_to_key

    def on_resize(self, event: Resize) -> None:
        """Choose the layout that fits."""
        fit(self, event.size)
        if self.has_class("tiny"):
            self.minimize()

    # ---- panes

    def pane_to_export(self) -> ExplorePane | None:
        """The focused pane, if it has something to export; else the neighbors."""
        pane = self.focused
        if isinstance(pane, ExplorePane) and pane.EXPORTS and pane.result is not None:
            return pane
        return self.query_one(NeighborsPane)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell Textual which actions are possible now."""
        if action == "query":
            return not isinstance(self.focused, Input)
        if action == "back":
            return bool(self._earlier)
        if action == "leave":
            return isinstance(self.focused, Input) or self.maximized is not None
        if action in ("jump", "maximize", "focus_pane", "pane"):
            return not self.has_class("tiny")
        return True

    def framed(self) -> list[Widget]:
        """The panes, in the order of the screen."""
        return list(self.query(".pane"))

    def is_shown(self, pane: str) -> bool:
        """Whether a pane is visible."""
        if self.maximized is not None:
            return self.maximized.id == pane
        return not self.has_class("tiny") and self.query_one(f"#{pane}").display

    def pane_names(self) -> list[str]:
        """Ids of the panes that can be reached, in the order of the screen or of the tabs."""
        if self.has_class("tabbed"):
            return [self.FIRST_PANE, *self.PANES]
        lower = dict.fromkeys(pane for tab in LOWER.values() for pane in tab)
        return [self.FIRST_PANE, "map", *lower]

    def action_pane(self, by: int) -> None:
        """Show the next tab, or the one `by` tabs on."""
        if self.has_class("tabbed"):
            super().action_pane(by)
            return
        tabs = list(LOWER)
        self.go_to(tabs[(tabs.index(self._lower) + by) % len(tabs)])

    def show_current(self) -> None:
        """Mark the current panes, and their tabs, for the style sheet."""
        for pane in self.PANES:
            widget = self.query_one(f"#{pane}")
            widget.set_class(pane == self._pane, "current")
            widget.set_class(pane in ("map", *LOWER[self._lower]), "lower")
        self.query_one("#tabs", TabBar).show(self._pane)
        self.query_one("#lower-tabs", TabBar).show(self._lower)

    def _bring_up(self, pane: str) -> None:
        if pane in self.PANES and pane not in ("map", *LOWER[self._lower]):
            self._lower = next(tab for tab, panes in LOWER.items() if pane in panes)
            self.show_current()
        super()._bring_up(pane)

    def sizes_changed(self) -> None:
        """Have the panes computed that can be seen now."""
        self.call_after_refresh(self.compute_all)

    def _theme_changed(self, theme: Theme) -> None:
        for pane in self.query(ExplorePane):
            self.call_after_refresh(pane.redraw)
