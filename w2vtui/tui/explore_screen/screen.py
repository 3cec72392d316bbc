"""The explore screen: one question, which every pane answers from the same view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Vertical
from textual.events import Resize, ScreenResume
from textual.message import Message
from textual.theme import Theme
from textual.widget import Widget
from textual.widgets import Input

from w2vtui.display import safe_text, short
from w2vtui.errors import QuestionError, W2vtuiError
from w2vtui.exploring.questions import Question, parse_question
from w2vtui.exploring.subject import Subject, View
from w2vtui.notable_words import notable_words
from w2vtui.tui.app_base import PaletteCommand
from w2vtui.tui.computing import Computing
from w2vtui.tui.explore_screen.pane import ExplorePane
from w2vtui.tui.explore_screen.panels.analogies import AnalogiesPane
from w2vtui.tui.explore_screen.panels.clusters import ClustersPane
from w2vtui.tui.explore_screen.panels.drift import DriftPane
from w2vtui.tui.explore_screen.panels.map import MapPane
from w2vtui.tui.explore_screen.panels.neighbors import NeighborsPane
from w2vtui.tui.explore_screen.panels.timeline import TimelinePane
from w2vtui.tui.explore_screen.panels.why import WhyPane
from w2vtui.tui.explore_screen.panels.word_card import WordCardPane
from w2vtui.tui.panes import PanedScreen
from w2vtui.tui.run_line import RunLine
from w2vtui.tui.widgets.key_bar import KeyBar
from w2vtui.tui.widgets.query_field import QueryField
from w2vtui.tui.widgets.tab_bar import TabBar

SECONDS = 1.0
"""From one look for later vectors to the next."""
READING_SECONDS = 0.2
"""From one look how much of a file is read to the next."""
LOWER = {
    "drift": ("card", "drift", "analogies"),
    "clusters": ("card", "clusters"),
    "why": ("card", "why"),
    "timeline": ("card", "timeline"),
}
"""What stands in the lower row on each of its tabs."""


class ExploreScreen(PanedScreen):
    """The vectors of a subject, live or as of one moment."""

    PANES = ("map", "card", "drift", "analogies", "clusters", "why", "timeline")
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
        Binding("L", "freeze", "Freeze", id="explore.freeze",
                tooltip="keep the vectors as they are now, or follow the training again"),
        Binding("x", "maximize", "Max", id="explore.maximize",
                tooltip="maximize the focused pane, or restore the layout"),
        Binding("ctrl+o", "jump", "Jump", id="explore.jump", priority=True, key_display="^o",
                tooltip="go to a pane by its letter"),
        Binding("tab", "focus_pane(1)", "next pane", show=False, id="explore.focus_next",
                tooltip="go to the next pane"),
        Binding("shift+tab", "focus_pane(-1)", "previous pane", show=False,
                id="explore.focus_previous", tooltip="go to the previous pane"),
        Binding("left_square_bracket", "pane(-1)", "previous tab", show=False,
                id="explore.previous", tooltip="the previous tab"),
        Binding("right_square_bracket", "pane(1)", "next tab", show=False, id="explore.next",
                tooltip="the next tab"),
        Binding("escape", "leave", "Back", show=False, id="explore.leave", priority=True,
                tooltip="leave the query line, or restore a maximized pane"),
    ]  # fmt: skip
    PALETTE_COMMANDS: ClassVar[tuple[PaletteCommand, ...]] = tuple(
        PaletteCommand(f"Go to {pane}", f"show_pane({pane!r})", f"show the {pane} pane")
        for pane in ("neighbors", *PANES)
    )

    @dataclass
    class Viewed(Message):
        """The subject was looked at."""

        view: View | None
        problem: str = ""

    @dataclass
    class Computed(Message):
        """A pane was computed, or there is no answer."""

        pane: ExplorePane
        result: Any
        problem: str = ""

    @dataclass
    class Failed(Message):
        """The background thread met an error of the program."""

        error: BaseException

    def __init__(self, subject: Subject) -> None:
        super().__init__()
        self.subject = subject
        self.view: View | None = None
        """What every pane shows; None until there are vectors."""
        self.text = ""
        """The question, as it was typed."""
        self.question: Question | None = None
        """The same, as `parse_question` understood it."""
        self._held: View | None = None
        """What is shown in place of the latest vectors."""
        self._lower = "drift"
        self._computing = Computing()

    def compose(self) -> ComposeResult:
        """Yield the run's line, the panes and the keys, which app.tcss lays out."""
        yield RunLine("Explore")
        with Grid(id="panels"):
            with Vertical(id="ask", classes="framed"):
                yield QueryField(self.app.query_history, self.words, self.ask)
            yield MapPane(id="map")
            yield NeighborsPane(id="neighbors")
            yield TabBar(tuple(LOWER), id="lower-tabs", keys="[ ]")
            yield TabBar(self.PANES, id="tabs", keys="[ ]")
            yield WordCardPane(id="card")
            yield DriftPane(id="drift")
            yield AnalogiesPane(id="analogies")
            yield ClustersPane(id="clusters")
            yield WhyPane(id="why")
            yield TimelinePane(id="timeline")
        yield KeyBar()

    def on_mount(self) -> None:
        """Look at the subject."""
        self.query_one("#ask").border_title = "Query"
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)
        self.watch(self, "maximized", self.sizes_changed, init=False)
        self.show_current()
        self.set_interval(SECONDS, self.tick)
        self._reading = self.set_interval(READING_SECONDS, self._show_line)
        self.tick()

    def on_unmount(self) -> None:
        """End the background thread."""
        self._computing.close()

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Look at once."""
        self.tick()

    def on_resize(self, event: Resize) -> None:
        """Choose the layout that fits."""
        width, height = event.size
        tiny = width < 60 or height < 16
        self.set_class(tiny, "tiny")
        self.set_class(not tiny and (width < 100 or height < 30), "tabbed")
        if tiny:
            self.minimize()

    # ---- the view

    def tick(self) -> None:
        """Look for later vectors, if they would be shown."""
        if self.is_current and self._held is None:
            self._computing.ask("view", self._look)

    def hold(self, view: View) -> None:
        """Show a view in place of the latest vectors, until `release`."""
        self._held = view
        self._show_view(view)

    def release(self) -> None:
        """Show the latest vectors again."""
        self._held = None
        self.tick()

    def action_freeze(self) -> None:
        """Keep the vectors as they are now, or follow the training again."""
        if self._held is not None:
            self.release()
        elif self.view is not None:
            self.hold(replace(self.view, kind="frozen"))

    def on_explore_screen_viewed(self, message: Viewed) -> None:
        """Show later vectors."""
        if message.problem:
            self.query_one(NeighborsPane).refuse(message.problem)
        elif message.view is not None and self._held is None and message.view is not self.view:
            self._show_view(message.view)

    def _show_view(self, view: View) -> None:
        if self.view is None:
            self._reading.stop()
            for remark in self.subject.remarks:
                self.notify(safe_text(remark))
        self.view = view
        if not self.text:
            self.ask(next(iter(notable_words(view.vectors.index_to_key, 1)), ""))
        else:
            self.compute_all()
        self._show_line()

    def _show_line(self) -> None:
        view, reading = self.view, self.subject.reading
        if view is None:
            if reading is not None:
                self.query_one(RunLine).say(f"reading {self.subject.name} {reading:.0%}")
            return
        freeze = self.app.key_of("explore.freeze", ExploreScreen)
        keys = {"live": f" ({freeze} freeze)", "frozen": f" ({freeze} follow)"}
        at = "" if view.tokens is None else f"{view.kind.upper()} @ {short(view.tokens)}"
        self.query_one(RunLine).say(f"{at}{keys.get(view.kind, '')}" or self.subject.name)

    def words(self) -> Sequence[str]:
        """The words known, most frequent first."""
        return () if self.view is None else self.view.vectors.index_to_key

    # ---- the question

    def ask(self, text: str) -> None:
        """Ask a question; every pane answers it."""
        self.text = text
        self.query_one(QueryField).show_asked(text)
        if isinstance(self.focused, Input):
            self.set_focus(self.query_one(NeighborsPane))
        if self.view is None:
            return
        try:
            self.question = parse_question(text, self.view.vectors)
        except QuestionError as error:
            self.query_one(NeighborsPane).refuse(str(error))
        else:
            self.compute_all()

    def on_explore_pane_ask(self, message: ExplorePane.Ask) -> None:
        """Ask what a pane asks for."""
        self.ask(message.text)

    def action_query(self) -> None:
        """Go to the query line, for another question."""
        field = self.query_one(QueryField)
        if self.maximized is not None:
            self.minimize()
        self.set_focus(field)
        field.begin()

    def action_leave(self) -> None:
        """Leave the query line, or restore a maximized pane."""
        if isinstance(self.focused, Input):
            self.query_one(QueryField).show_asked(self.text)
            self.set_focus(self.query_one(NeighborsPane))
        else:
            self.minimize()

    # ---- computing

    def compute_all(self) -> None:
        """Have the panes computed that can be seen."""
        for pane in self.query(ExplorePane):
            self.compute(pane)

    def compute(self, pane: ExplorePane) -> None:
        """Have a pane computed in the background, if it can be seen."""
        view = self.view
        if view is not None and self.is_shown(str(pane.id)) and all(pane.shape):
            self._computing.ask(str(pane.id), partial(self._compute, pane, view))

    def on_explore_pane_recompute(self, message: ExplorePane.Recompute) -> None:
        """Have a pane computed whose state or size has changed."""
        self.compute(message.pane)

    def on_explore_screen_computed(self, message: Computed) -> None:
        """Show what was computed."""
        if message.problem:
            message.pane.refuse(message.problem)
        else:
            message.pane.take(message.result)

    def on_explore_screen_failed(self, message: Failed) -> None:
        """Let the app end with an error of the program."""
        raise message.error

    # ---- in the background thread

    def _look(self) -> None:
        self._report(lambda: self.Viewed(self.subject.view()), partial(self.Viewed, None))

    def _compute(self, pane: ExplorePane, view: View) -> None:
        self._report(
            lambda: self.Computed(pane, pane.compute(view, self.question, pane.shape)),
            partial(self.Computed, pane, None),
        )

    def _report(self, work: Callable[[], Message], problem: Callable[[str], Message]) -> None:
        try:
            self.post_message(work())
        except W2vtuiError as error:
            self.post_message(problem(str(error)))
        except BaseException as error:  # raised again in the thread that draws
            self.post_message(self.Failed(error))

    # ---- panes

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell Textual which actions are possible now."""
        if action == "query":
            return not isinstance(self.focused, Input)
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
        if pane not in ("map", self.FIRST_PANE, *LOWER[self._lower]):
            self._lower = next(tab for tab, panes in LOWER.items() if pane in panes)
            self.show_current()
        super()._bring_up(pane)

    def sizes_changed(self) -> None:
        """Have the panes computed that can be seen now."""
        self.call_after_refresh(self.compute_all)

    def _theme_changed(self, theme: Theme) -> None:
        for pane in self.query(ExplorePane):
            self.call_after_refresh(pane.redraw)
