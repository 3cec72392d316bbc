"""The sweep screen: trials in a table, the best command line, how much each setting mattered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize

from w2vtui.comparing.letters import N_SIDES
from w2vtui.display import clock_text, safe_text, wrapped
from w2vtui.errors import W2vtuiError
from w2vtui.sweeping.outcome.effects import effects_of
from w2vtui.sweeping.outcome.results import TrialResult, best_of
from w2vtui.sweeping.outcome.table import aligned, effect_rows
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.chosen.equivalent_command import command_line, proposed_output
from w2vtui.tui.messages import CompareRuns, ExploreRun
from w2vtui.tui.screen_parts.coverable import CoverableScreen
from w2vtui.tui.screen_parts.header import Part, fitted
from w2vtui.tui.sweep_screen.trial_rows import TrialRows
from w2vtui.tui.widgets.key_bar import KeyBar
from w2vtui.tui.widgets.panel import Panel, joined
from w2vtui.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from w2vtui.sweeping.watched_sweep import SweepShot, SweepState, WatchedSweep

SECONDS = 0.3
"""From one look at the sweep to the next."""
_GLYPHS: dict[SweepState, str] = {
    "preparing": "◌", "training": "●", "stopping": "◐", "done": "✓", "stopped": "■", "failed": "✗",
}  # fmt: skip


class SweepScreen(CoverableScreen):
    """Follows a sweep, of this process or another."""

    HELP_TITLE = "A sweep"
    app: BaseApp

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "explore", "Explore", id="sweep.explore",
                tooltip="explore the vectors of the trial"),
        Binding("space", "mark", "Mark", id="sweep.mark",
                tooltip="mark the trial, or take its mark away"),
        Binding("c", "compare", "Compare", id="sweep.compare",
                tooltip="compare the marked trials, two to six"),
        Binding("o", "order", "Order", id="sweep.order",
                tooltip="order by number, or the best first"),
        Binding("g", "give_up", "Give up", id="sweep.give_up",
                tooltip="give up the trial at work, and begin the next one"),
        Binding("s", "stop", "Stop", id="sweep.stop",
                tooltip="end the sweep with these results; it can be continued"),
        Binding("y", "copy", "Copy", id="sweep.copy", tooltip="copy the best command line"),
    ]  # fmt: skip

    def __init__(self, work: WatchedSweep) -> None:
        """work: started already"""
        super().__init__()
        self.work = work
        self.shot: SweepShot = work.shot()
        self._seen: tuple[TrialResult, ...] | None = None
        """The trials of which effects and the best are shown."""

    def compose(self) -> ComposeResult:
        """Yield the line of the sweep, its trials, what mattered, the best, the keys."""
        space = self.work.about.request.space
        yield Panel(id="header")
        yield TrialRows(space, self.work.about.request.yardstick)
        about = "Of each setting the difference between its best and its worst value."
        yield Panel("What mattered", id="mattered", classes="framed pane", help=about)
        about = "The command line that trains the best settings on the whole text."
        yield Panel("Best so far", id="best", classes="framed pane", help=about)
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin to look."""
        self.set_interval(SECONDS, self.look)
        self.query_one(Rows).focus()
        self.look()

    def on_resize(self, event: Resize) -> None:
        """Choose the layout that fits."""
        width, height = event.size
        self.set_class(width < 60 or height < 16, "tiny")
        self.set_class(height < 30, "low")
        self.set_class(height < 20, "flat")
        self._seen = None
        self.call_after_refresh(self.look)

    def look(self) -> None:
        """Look at the sweep now, and draw what has changed."""
        if not self.is_active:
            return
        self.shot = shot = self.work.shot()
        self.query_one("#header", Panel).show(self._line(shot))
        rows = self.query_one(TrialRows)
        rows.show_trials(shot)
        if shot.results != self._seen:
            self._seen = shot.results
            self._show_best(shot)

    # ---- drawing

    def _line(self, shot: SweepShot) -> Text:
        width, left = self.query_one("#header", Panel).size.width, shot.eta_seconds
        parts = [
            Part(f" {_GLYPHS[shot.state]} SWEEP {shot.state}", "bold", 0),
            Part(f"{shot.n_over} of {shot.n_trials} trials", "", 1),
            Part(safe_text(self.work.about.name, 40), "", 3),
            Part(clock_text(shot.seconds), "", 4),
            Part("" if left is None else f"about {clock_text(left)} left", "", 2),
        ]
        note = str(shot.error) if shot.error is not None else "".join(shot.messages[-1:])
        if shot.current is not None and shot.current.state == "preparing":
            note = shot.current.activity
        return fitted(parts, [Part(safe_text(note, max(width // 2, 1)), "bold", 5)], width)

    def _show_best(self, shot: SweepShot) -> None:
        about = self.work.about
        mattered, best = self.query_one("#mattered", Panel), self.query_one("#best", Panel)
        effects = effects_of(about.request.space, shot.results, about.request.yardstick)
        lines = aligned(effect_rows(effects, about.request.yardstick), [1]) if effects else []
        few = "too few trials to tell yet which settings matter"
        mattered.show(joined([Text(line) for line in lines or [few]]))
        command = self.command()
        room = max(best.size.width, 20), max(best.size.height, 1)
        text = command or "no trial was trained to its end yet"
        best.show(joined([Text(line) for line in wrapped(text, *room)]))

    def command(self) -> str:
        """The command line of the best trial; empty without one."""
        about = self.work.about
        best = best_of(self.shot.results, about.request.yardstick)
        if best is None:
            return ""
        settled = about.request.space.settings_at(best.point)
        return command_line(
            about.sources_from_here,
            settled.corpus,
            settled.training,
            settled.live,
            output=proposed_output(about.corpus_name),
            configured=self.app.configured,
        )

    # ---- keys

    def _folder_of(self, one: TrialResult) -> Path | None:
        folder = None if one.run is None else self.work.about.root / one.run
        return folder if folder is not None and folder.is_dir() else None

    def action_explore(self) -> None:
        """Explore the vectors of the highlighted trial."""
        pointed = self.query_one(TrialRows).pointed
        folder = None if pointed is None else self._folder_of(pointed)
        if folder is None:
            self.app.warn("only a trial that is over can be explored")
        else:
            self.post_message(ExploreRun(folder))

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Explore the trial that enter or a second click chose."""
        self.action_explore()

    def action_mark(self) -> None:
        """Mark the highlighted trial, or take its mark away."""
        self.query_one(TrialRows).mark()

    def action_compare(self) -> None:
        """Compare the marked trials."""
        marked = self.query_one(TrialRows).marked
        folders = [self._folder_of(one) for one in self.shot.results if one.number in marked]
        there = tuple(folder for folder in folders if folder is not None)
        if len(there) in N_SIDES:
            self.post_message(CompareRuns(there))
        else:
            key = self.app.key_of("sweep.mark", SweepScreen)
            self.app.report(f"{len(there)} marked: mark two to six trials with {key}")

    def action_order(self) -> None:
        """Show the best first, or the trials in the order in which they were trained."""
        rows = self.query_one(TrialRows)
        rows.is_ranked = not rows.is_ranked
        rows.show_trials(self.shot)

    def action_give_up(self) -> None:
        """Give up the trial at work."""
        current = self.shot.current
        if current is None:
            self.app.report("no trial is at work")
        elif self._is_done(self.work.give_up):
            self.app.report(f"giving up trial {current.number}")

    def action_stop(self) -> None:
        """End the sweep; its results stay on the screen."""
        if self.shot.ended:
            self.app.report(f"the sweep is {self.shot.state}")
        elif self._is_done(self.work.stop):
            name = self.work.about.name
            self.app.report(f"stopping; w2vtui sweep --resume {name} continues it")

    def _is_done(self, wish: Callable[[], None]) -> bool:
        """Ask something of the sweep; whether it could be asked."""
        try:
            wish()
        except W2vtuiError as error:
            self.app.warn(str(error))
            return False
        return True

    def action_copy(self) -> None:
        """Copy the best command line."""
        command = self.command()
        if command:
            self.app.copy_to_clipboard(command)
            self.app.report("copied the best command line")
        else:
            self.app.report("no trial was trained to its end yet")
