"""The train screen: looks at a run a few times a second, draws what changed, and steers it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid
from textual.events import Resize, ScreenResume
from textual.screen import Screen
from textual.widgets import Input

from w2vtui.display import pad, safe_text
from w2vtui.errors import SettingsError, W2vtuiError
from w2vtui.training.snapshot import Event, Neighbors
from w2vtui.tui import readouts
from w2vtui.tui.command_line import proposed_output
from w2vtui.tui.commands import Keyless
from w2vtui.tui.dialogs import Ask, Choice, SaveDialog
from w2vtui.tui.pace import Pace
from w2vtui.tui.session import Session
from w2vtui.tui.staging import Staging
from w2vtui.tui.widgets.key_bar import KeyBar
from w2vtui.tui.widgets.loss import LossPanel
from w2vtui.tui.widgets.neighbors import NeighborsPanel
from w2vtui.tui.widgets.panel import Panel, joined
from w2vtui.tui.widgets.setting_rows import SettingRows
from w2vtui.tui.widgets.speed import SpeedPanel
from w2vtui.tui.widgets.tab_bar import TabBar

if TYPE_CHECKING:
    from w2vtui.tui.app import W2vApp

PANES = ("controls", "neighbors", "run", "speed", "events")
"""The panels that share the lower half on a small terminal, in the order of their tabs."""
RUN_HELP = "The counters: what is trained, how much of the text is kept, both losses."
EVENTS_HELP = "What happened, newest first; a change has the number that it has on the curve."
BLURRED_SECONDS = 1.0
"""Between two looks while the terminal does not have the focus."""
_NO_ROWS = np.empty((0, 4))


class TrainScreen(Screen[None]):
    """A run as it goes on."""

    AUTO_FOCUS = "SettingRows"
    app: W2vApp

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "Pause", id="train.pause", tooltip="pause training, or go on"),
        # With priority, so that the focus has moved before the next key is looked at.
        Binding("slash", "query", "Query", id="train.query", priority=True,
                tooltip="the nearest words of a word, or of king - man + woman"),
        Binding("s", "save", "Save", id="train.save", tooltip="save the vectors as they are now"),
        Binding("x", "stop", "Stop", id="train.stop", tooltip="end the training; asks"),
        Binding("n", "new", "New run", id="train.new", tooltip="a new run, after the end"),
        Binding("y", "log", "Log", id="train.log", tooltip="logarithmic loss scale, or linear"),
        Binding("f", "freeze", "Freeze", id="train.freeze",
                tooltip="let the display stand still; training goes on"),
        Binding("left_square_bracket", "pane(-1)", "previous pane", show=False,
                id="train.previous"),
        Binding("right_square_bracket", "pane(1)", "next pane", show=False, id="train.next"),
        Binding("escape", "leave_query", "Back", id="train.back",
                tooltip="from the query back to the controls"),
        Binding("i", "hints", "Hints", show=False, id="train.hints",
                tooltip="show the line of hints, or give its place to the panes"),
    ]  # fmt: skip
    KEYLESS: ClassVar[tuple[Keyless, ...]] = tuple(
        Keyless(f"Go to {pane}", f"show_pane({pane!r})", f"show the pane of {pane}")
        for pane in PANES
    )

    def __init__(self, session: Session, *, interval: float | None = None) -> None:
        super().__init__()
        self.session = session
        self.shot = session.snapshot()
        """What the run looked like at the last look."""
        self.staging = Staging()
        self.pace = Pace(interval)
        self.frozen = False
        self._busy = readouts.BusyMeter()
        self._began = time.monotonic()
        self._due = 0.0
        self._log = False
        self._pane = PANES[0]
        self._query = ""
        self._asked: tuple[str, ...] = ()
        self._late_answer: Neighbors | None = None
        self._drawn: dict[str, object] = {}
        self._saving = False

    def compose(self) -> ComposeResult:
        """Header, panels, keys; app.tcss lays them out."""
        yield Panel(id="header")
        yield Panel(id="progress")
        yield Panel(id="banner")
        with Grid(id="panels"):
            yield LossPanel(id="loss", classes="framed")
            switch = f"{self._key('train.previous')} {self._key('train.next')}"
            yield TabBar(PANES, id="tabs", keys=switch)
            yield SettingRows(id="controls", classes="framed pane")
            yield SpeedPanel(id="speed", classes="framed pane")
            yield Panel("Run", id="run", classes="framed pane", help=RUN_HELP)
            yield NeighborsPanel(id="neighbors", classes="framed pane")
            yield Panel("Events", id="events", classes="framed pane", help=EVENTS_HELP)
        yield Panel(id="hint")
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin to look."""
        controls = self.query_one("#controls")
        controls.border_title = "Live controls"
        apply, drop = self._key("rows.apply"), self._key("rows.drop")
        turn = self._key("rows.left") + self._key("rows.right")
        controls.border_subtitle = f"{turn} change  {apply} apply  {drop} drop"
        ask, back = self._key("train.query"), self._key("train.back")
        self.query_one("#neighbors").border_subtitle = f"{ask} ask  {back} back"
        self.set_class(not self.app.look.hints, "no-hints")
        self._show_pane()
        self.tick()

    def on_resize(self, event: Resize) -> None:
        """Choose the layout that fits."""
        width, height = event.size
        tiny = width < 60 or height < 16
        self.set_class(tiny, "tiny")
        self.set_class(not tiny and (width < 100 or height < 34), "tabbed")
        self.set_class(height < 30, "short")
        self.set_class(height < 22, "low")
        self.call_after_refresh(self._draw_all)

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Draw what a dialog kept from being drawn."""
        self._draw_all()

    def _key(self, name: str) -> str:
        return self.app.key_of(name, TrainScreen, SettingRows)

    # ---- looking

    def tick(self) -> None:
        """Look at the run, draw what changed, and set the time of the next look."""
        began = time.monotonic()
        late = began - self._due if self._due else 0.0
        self._look()
        interval = self.pace.next_interval(time.monotonic() - began, late)
        if not self.app.app_focus:
            interval = max(interval, BLURRED_SECONDS)
        self._due = time.monotonic() + interval
        self.set_timer(interval, self.tick)

    def _look(self) -> None:
        before, self.shot = self.shot, self.session.snapshot()
        if self.shot.state != before.state:
            self._state_changed()
        self._watch()
        if self.is_current:
            self._draw()

    def _state_changed(self) -> None:
        self.refresh_bindings()
        if not self.shot.ended:
            return
        self.staging.staged.clear()
        output = self.app.output
        if output is not None and self.session.unsaved and not self._saving:
            self._save(output)

    def _watch(self) -> None:
        """Tell the run whose neighbors to follow; after the end, look them up."""
        run = self.session.run
        wanted = (self._query,) if self._query else self.session.starting_words
        if run is None or wanted == self._asked:
            return
        self._asked, self._late_answer = wanted, None
        if not self.shot.ended:
            run.watch(wanted)
        elif self._query:
            self._look_up(self._query)

    @work(exclusive=True, group="answer")
    async def _look_up(self, query: str) -> None:
        answer = await asyncio.to_thread(self.session.answer, query)
        if query == self._query:
            self._late_answer = answer
            self._draw()

    # ---- drawing

    def _draw_all(self) -> None:
        """Draw also what has not changed, for a new size."""
        self._drawn.clear()
        self._draw()

    def _draw(self) -> None:
        if self not in self.app.screen_stack:  # a late call for a screen that was left
            return
        with self.app.batch_update():
            self._draw_head()
            if not self.frozen and not self.has_class("tiny"):
                self._draw_panels()

    def _draw_head(self) -> None:
        shot, width, tiny = self.shot, self.size.width, self.has_class("tiny")
        line = readouts.header(shot, width, frozen=self.frozen, tiny=tiny, busy=self._busy.share())
        self._lines("#header", [line])
        if tiny:
            return
        waited = time.monotonic() - self._began
        self._lines("#progress", [readouts.progress(shot, width - 2, waited)])
        banner, failed = self.query_one("#banner", Panel), shot.state == "failed"
        if banner.display != failed:
            banner.display = failed
        if failed:
            message = str(shot.error) or type(shot.error).__name__
            banner.show(Text(f"✗ {safe_text(message)}"))
        if self.app.look.hints:
            staged = bool(self.staging.staged)
            hint = readouts.hint(shot, self.session.saved_to, staged, self._key)
            self._lines("#hint", [Text(pad(hint, width - 2))])

    def _draw_panels(self) -> None:
        shot = self.shot
        self._draw_loss()
        self.query_one("#controls", SettingRows).show(self.staging.rows(shot))
        if self._shows("run"):
            self._lines("#run", readouts.run_lines(shot, self.query_one("#run").size.width))
        if self._shows("speed"):
            self._draw_speed()
        if self._shows("neighbors"):
            answers = shot.neighbors if self._late_answer is None else (self._late_answer,)
            asked = [answer for answer in answers if answer.query in self._asked]
            self.query_one(NeighborsPanel).show(asked, self._query)
        if self._shows("events"):
            size = self.query_one("#events").size
            self._lines("#events", readouts.event_lines(self.events(), *size))

    def _draw_loss(self) -> None:
        run, shot, panel = self.session.run, self.shot, self.query_one(LossPanel)
        curves = () if run is None else (run.probe_curve, run.loss_curve)
        changes = [event for event in self.events() if event.number is not None]
        x_high, message = readouts.x_range(shot), readouts.waiting_text(shot)
        versions = tuple(curve.version for curve in curves)
        if not self._is_new("loss", versions, len(changes), x_high, self._log, panel.size, message):
            return
        panel.show(
            [curve.rows() for curve in curves] or [_NO_ROWS, _NO_ROWS],
            readouts.loss_labels(shot),
            changes,
            x_high=x_high,
            log=self._log,
            has_probe=not shot.probe_reason,
            message=message,
        )

    def _draw_speed(self) -> None:
        run, shot, panel = self.session.run, self.shot, self.query_one(SpeedPanel)
        panel.show_numbers(
            shot.words_per_second, shot.mean_words_per_second, shot.peak_words_per_second
        )
        if run is not None and self._is_new("speed", run.speed_curve.version, panel.size):
            panel.show_curve(run.speed_curve.rows())

    def _is_new(self, panel: str, *values: object) -> bool:
        """Whether a panel was last drawn from other values."""
        if self._drawn.get(panel) == values:
            return False
        self._drawn[panel] = values
        return True

    def _lines(self, selector: str, lines: list[Text]) -> None:
        self.query_one(selector, Panel).show(joined(lines))

    def _shows(self, pane: str) -> bool:
        return not self.has_class("tabbed") or self._pane == pane

    def events(self) -> tuple[Event, ...]:
        """What happened, in the run and on this side, in order."""
        both = (*self.shot.events, *self.session.events)
        return tuple(sorted(both, key=lambda event: event.seconds))

    # ---- steering

    def on_setting_rows_stepped(self, message: SettingRows.Stepped) -> None:
        """Stage the next value."""
        self.staging.step(self.shot, message.name, message.by)
        self._draw()

    def on_setting_rows_typed(self, message: SettingRows.Typed) -> None:
        """Stage what was typed."""
        try:
            self.staging.type(self.shot, message.name, message.text)
        except SettingsError as error:
            self.warn(str(error))
        self._draw()

    def on_setting_rows_reset(self, message: SettingRows.Reset) -> None:
        """Drop what is staged for one setting."""
        self.staging.staged.pop(message.name, None)
        self._draw()

    def on_setting_rows_dropped(self) -> None:
        """Drop all that is staged."""
        self.staging.staged.clear()
        self._draw()

    def on_setting_rows_applied(self) -> None:
        """Ask the run for all that is staged; what it refuses stays staged, and nothing changes."""
        run, staged = self.session.run, self.staging.staged
        if not staged:
            keys = f"{self._key('rows.left')} and {self._key('rows.right')}"
            self.app.notify(f"nothing is staged: {keys} change the value picked", markup=False)
            return
        try:
            if run is None:
                raise SettingsError("settings change while a run trains; this one is starting")
            run.change(**staged)
        except SettingsError as error:
            self.warn(str(error))
        else:
            staged.clear()
        self._look()

    def warn(self, message: str) -> None:
        """Show an error as a notice; everything stays."""
        self.app.notify(safe_text(message), severity="error", markup=False, timeout=8)

    # ---- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Which keys mean something now."""
        if action == "new":
            return self.shot.ended
        if action in ("pause", "stop"):
            return not self.shot.ended
        if action in ("query", "leave_query"):
            return isinstance(self.focused, Input) == (action == "leave_query")
        return True

    def action_pause(self) -> None:
        """Pause, or go on."""
        run, state = self.session.run, self.session.snapshot().state
        if run is not None and state == "paused":
            run.resume()
        elif run is not None and state == "training":
            run.pause()
        else:
            self.app.notify(f"nothing to pause: the run is {state}", markup=False)
        self._look()

    def action_query(self) -> None:
        """Go to the query field."""
        self.action_show_pane("neighbors")
        # At once: focus() would come after the next keys, which belong to the query.
        self.set_focus(self.query_one("#query", Input))

    def action_leave_query(self) -> None:
        """Back to the controls."""
        if self.has_class("tabbed"):
            self.action_show_pane("controls")
        self.query_one("#controls").focus()

    def on_neighbors_panel_asked(self, message: NeighborsPanel.Asked) -> None:
        """Follow a query from now on."""
        self._query = message.query
        self._look()

    def action_log(self) -> None:
        """Logarithmic loss scale, or linear."""
        self._log = not self._log
        self._draw()

    def action_hints(self) -> None:
        """Show the line of hints, or give its place to the panes; for the runs to come as well."""
        self.app.look = replace(self.app.look, hints=not self.app.look.hints)
        self.set_class(not self.app.look.hints, "no-hints")
        self.call_after_refresh(self._draw_all)

    def action_freeze(self) -> None:
        """Let the display stand still while training goes on, or follow it again."""
        self.frozen = not self.frozen
        self._look()

    def action_pane(self, by: int) -> None:
        """Show the next of the panes that share the lower half."""
        self.action_show_pane(PANES[(PANES.index(self._pane) + by) % len(PANES)])

    def on_tab_bar_chosen(self, message: TabBar.Chosen) -> None:
        """Show the pane that was clicked."""
        self.action_show_pane(message.pane)

    def action_show_pane(self, pane: str) -> None:
        """Show a pane where they share the lower half."""
        self._pane = pane
        self._show_pane()
        if pane == "controls":
            self.query_one("#controls").focus()
        self.call_after_refresh(self._draw_all)

    def _show_pane(self) -> None:
        for pane in PANES:
            self.query_one(f"#{pane}").set_class(pane == self._pane, "current")
        self.query_one(TabBar).show(self._pane)

    def action_stop(self) -> None:
        """Ask whether to end the training."""
        choices = (
            Choice("stop", "s", "Stop", "the vectors stay as they are"),
            Choice("", "escape", "Go on training"),
        )

        def answered(choice: str | None) -> None:
            if choice == "stop" and self.session.run is not None:
                self.session.run.stop()
                self._look()

        text = f"{100 * self.shot.fraction:.1f} % of the training is done."
        self.app.push_screen(Ask("Stop training?", text, choices), answered)

    def action_new(self) -> None:
        """Back to the first screen, with the same choices."""
        self.app.new_run()

    # ---- saving

    def action_save(self) -> None:
        """Ask where to save the vectors, and do."""
        self.ask_where_to_save(self._save)

    def ask_where_to_save(self, then: Callable[[str], Any]) -> None:
        """Show the save dialog; `then` gets the path."""
        self._look()
        if not self.shot.tokens:
            self.warn("there are no vectors yet: nothing has been trained")
            return

        def answered(path: str | None) -> None:
            if path is not None:
                then(path)

        proposed = self.session.saved_to or self.app.output
        proposed = proposed or proposed_output(self.shot.corpus_name)
        self.app.push_screen(SaveDialog(proposed), answered)

    @work(group="save")
    async def _save(self, path: str) -> None:
        await self.save_to(path)

    async def save_to(self, path: str) -> bool:
        """Save the vectors in a thread; whether it worked."""
        self._saving = True
        try:
            await asyncio.to_thread(self.session.save, path)
        except W2vtuiError as error:
            self.warn(str(error))
            return False
        finally:
            self._saving = False
        self.app.notify(f"vectors saved to {safe_text(path)}", markup=False)
        self._draw()
        return True
