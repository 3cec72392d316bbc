"""The Compare screen: layout and keys."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid
from textual.events import Resize
from textual.theme import Theme
from textual.widgets import Input

from w2vtui.comparing.curves import curve_names, curve_rows
from w2vtui.comparing.facts import facts_of
from w2vtui.comparing.letters import LETTERS
from w2vtui.comparing.setting_rows import is_same_text, settings_that_differ
from w2vtui.comparing.sides import Side
from w2vtui.display import cell_width, pad, safe_text
from w2vtui.errors import W2vtuiError
from w2vtui.runs.present import n_changes, present_request
from w2vtui.tui.app_base import PaletteCommand
from w2vtui.tui.chosen.equivalent_command import command_line
from w2vtui.tui.compare_screen.following import Following
from w2vtui.tui.compare_screen.pane import Pair
from w2vtui.tui.compare_screen.panels.compared import Compared, ComparedPane, short_names
from w2vtui.tui.compare_screen.panels.curves import Curves, CurvesPane, Fork, rows_by_name
from w2vtui.tui.compare_screen.panels.differences import Differences, DifferencesPane
from w2vtui.tui.compare_screen.panels.moved import MovedPane
from w2vtui.tui.compare_screen.panels.neighbors import NeighborsPane
from w2vtui.tui.compare_screen.panels.verdict import VerdictPane
from w2vtui.tui.messages import AdoptSettings, ExploreSubject
from w2vtui.tui.screen_parts.panes import pane_bindings
from w2vtui.tui.screen_parts.run_line import RunLine
from w2vtui.tui.widgets.key_bar import KeyBar
from w2vtui.tui.widgets.query_field import QueryField
from w2vtui.tui.widgets.result_panel import ResultPanel
from w2vtui.tui.widgets.tab_bar import TabBar


class CompareScreen(Following):
    """Two to six sides; says how to choose some while none are chosen."""

    PANES = ("curves", "differences", "neighbors", "verdict", "moved")
    FIRST_PANE = "compared"
    AUTO_FOCUS = "#compared"
    HELP_TITLE = "Comparing"
    FIRST_KEYS = ("compare.query", "compare.axis", "compare.copy", "compare.maximize",
                  "app.runs", "app.palette", "app.quit")  # fmt: skip
    ALLOW_IN_MAXIMIZED_VIEW = "#header, KeyBar"
    ESCAPE_TO_MINIMIZE = False

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that the focus has moved before the next key is handled.
        Binding("slash", "query", "Word", id="compare.query", priority=True,
                tooltip="choose the word whose neighbors are compared"),
        Binding("t", "axis", "Tokens/Time", id="compare.axis",
                tooltip="draw the curves over tokens, or over seconds of training"),
        Binding("d", "show_pane('moved')", "Differ", id="compare.moved",
                tooltip="go to the words that differ most"),
        Binding("y", "copy", "Copy", id="compare.copy",
                tooltip="copy a command line with the settings of the chosen run"),
        Binding("x", "maximize", "Max", id="compare.maximize",
                tooltip="maximize the focused pane, or restore the layout"),
        *pane_bindings("compare", shows_jump=False),
        Binding("escape", "leave", "Back", show=False, id="compare.leave", priority=True,
                tooltip="leave the word field, or restore a maximized pane"),
    ]  # fmt: skip
    PALETTE_COMMANDS: ClassVar[tuple[PaletteCommand, ...]] = tuple(
        PaletteCommand(f"Go to {pane}", f"show_pane({pane!r})", f"show the {pane} pane")
        for pane in ("compared", *PANES)
    )

    def compose(self) -> ComposeResult:
        """Yield the run's line, the panes and the keys, which app.tcss lays out."""
        yield RunLine("Compare")
        yield QueryField(self.app.query_history, self.words, self.ask, forms="a word")
        with Grid(id="panels"):
            yield ComparedPane()
            previous, following = (
                self.app.key_of(f"compare.{name}", CompareScreen) for name in ("previous", "next")
            )
            yield TabBar(self.PANES, id="tabs", keys=f"{previous} {following}")
            yield CurvesPane()
            yield DifferencesPane()
            yield NeighborsPane()
            yield VerdictPane()
            yield MovedPane()
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the panes of the layout."""
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)
        self.watch(self, "maximized", self.sizes_changed, init=False)
        self.query_one(QueryField).display = False
        self.set_class(not self.comparison.sides, "empty")
        self.set_class(len(self.comparison.sides) > 4, "many")
        names = "  ".join(
            f"{letter} {pad(name, min(cell_width(name), 24))}"
            for letter, name in zip(LETTERS, short_names(self.comparison.sides), strict=False)
        )
        self.query_one(RunLine).say(names)
        self.show_current()
        self.call_after_refresh(self.show_facts)

    def on_resize(self, event: Resize) -> None:
        """Choose the layout that fits."""
        width, height = event.size
        tiny = width < 60 or height < 16
        self.set_class(tiny, "tiny")
        self.set_class(not tiny and (width < 100 or height < 30), "tabbed")
        self.set_class(height >= 50, "large")
        if tiny:
            self.minimize()
        self.call_after_refresh(self.show_facts)

    # ---- drawing

    def sizes_changed(self) -> None:
        """Have the panes computed that can be seen now."""
        self.call_after_refresh(self.compute_all)

    def show_facts(self) -> None:
        """Draw what needs no vectors: states, losses, curves, settings."""
        found, sides = self.comparison, self.comparison.sides
        compared = self.query_one(ComparedPane)
        if not sides:
            compared.refuse(self._how_to_choose())
            return
        facts = tuple(map(facts_of, sides))
        compared.take(Compared(found, facts, self.pair))
        self.query_one(DifferencesPane).take(
            Differences(
                settings_that_differ(sides),
                len(sides),
                n_known=sum(side.status is not None for side in sides),
            )
        )
        names = tuple(curve_names(sides))
        rows = [{name: curve_rows(side, name) for name in names} for side in sides]
        forks = tuple(
            Fork(side.status.fork.tokens, letter)
            for letter, side in zip(LETTERS, sides, strict=False)
            if side.status is not None and side.status.fork is not None
        )
        self.query_one(CurvesPane).show(
            Curves(names, rows_by_name(rows), is_same_text(sides), forks)
        )

    def _how_to_choose(self) -> str:
        runs = self.app.key_of("app.runs")
        return f"nothing to compare yet: mark two to six runs in the list ({runs}, space marks)"

    def _theme_changed(self, theme: Theme) -> None:
        for pane in self.query(ResultPanel):
            self.call_after_refresh(pane.redraw)

    # ---- the pair and the word

    def on_compared_pane_chosen(self, message: ComparedPane.Chosen) -> None:
        """Compare with another run."""
        n_sides = len(self.comparison.sides)
        if n_sides < 2:
            return
        second = (self.pair.second + message.by) % n_sides
        if second == self.pair.first:
            second = (second + message.by) % n_sides
        self._take_pair(Pair(self.pair.first, second))

    def on_compared_pane_pinned(self, message: ComparedPane.Pinned) -> None:
        """Make the chosen run the first of the pair."""
        self._take_pair(Pair(self.pair.second, self.pair.first))

    def _take_pair(self, pair: Pair) -> None:
        self.pair = pair
        self.show_facts()
        self.compute_all()

    def words(self) -> Sequence[str]:
        """The words that all have, most frequent first."""
        shared = self.comparison.shared
        return () if shared is None else shared.words

    def ask(self, text: str) -> None:
        """Compare the neighbors of a word."""
        self.query_one(QueryField).show_asked(text)
        self.action_leave()
        self._show_word(text)

    def _show_word(self, word: str) -> None:
        """Compare the neighbors of a word; go to their pane if it cannot be seen."""
        if word and word != self.word:
            self.word = word
            if not self.is_shown("neighbors"):
                self.go_to("neighbors")
            self.compute_all()

    def action_query(self) -> None:
        """Go to the field for a word."""
        if self.maximized is not None:
            self.minimize()
        field = self.query_one(QueryField)
        field.display = True
        self.set_focus(field)
        field.begin()

    def action_leave(self) -> None:
        """Leave the field, or restore a maximized pane."""
        field = self.query_one(QueryField)
        if field.display:
            field.display = False
            self.set_focus(self.query_one(f"#{self.FIRST_PANE}"))
        else:
            self.minimize()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell Textual which actions are possible now."""
        is_typing = isinstance(self.focused, Input)
        if action == "leave":
            return is_typing or self.maximized is not None
        if action == "query":
            return not is_typing and self.comparison.shared is not None
        if action in ("axis", "copy"):
            return bool(self.comparison.sides)
        if action in ("jump", "maximize", "focus_pane", "pane", "show_pane"):
            return bool(self.comparison.sides) and not self.has_class("tiny")
        return True

    # ---- what becomes of a run

    @property
    def chosen(self) -> Side:
        """The run that the arrows chose."""
        return self.comparison.sides[self.pair.second]

    def action_axis(self) -> None:
        """Draw the curves over tokens, or over seconds."""
        self.query_one(CurvesPane).toggle_seconds()

    def on_moved_pane_picked(self, message: MovedPane.Picked) -> None:
        """Show the neighbors of a word, or explore it in the chosen run."""
        if message.explores:
            self.post_message(ExploreSubject(self.chosen.lasting_subject, message.word))
        else:
            self._show_word(message.word)

    def on_compared_pane_adopted(self, message: ComparedPane.Adopted) -> None:
        """Begin a new run with the settings of the chosen one."""
        if not self.comparison.sides:
            return
        if self.chosen.folder is None:
            self.app.warn(f"{safe_text(self.chosen.name, 40)} is not a saved run: "
                          "its settings are not known")  # fmt: skip
        else:
            self.post_message(AdoptSettings(self.chosen.folder))

    @work(exclusive=True, group="copy")
    async def action_copy(self) -> None:
        """Copy a command line with the settings of the chosen run; says if it had others before."""
        side, configured = self.chosen, self.app.configured
        if side.folder is None:
            self.app.warn(f"{safe_text(side.name, 40)} is not a saved run: its command line is not "
                          "known")  # fmt: skip
            return
        try:
            request = await asyncio.to_thread(present_request, side.folder)
            n_live = await asyncio.to_thread(n_changes, side.folder)
        except W2vtuiError as error:
            self.app.warn(str(error))
            return
        line = command_line(request.sources, choices=request, configured=configured)
        self.app.copy_to_clipboard(line)
        self.app.report(f"copied: {line}")
        if n_live:
            self.app.report(f"{safe_text(side.name, 40)} had other settings before: w2vtui replay "
                            "trains it again with its changes")  # fmt: skip
