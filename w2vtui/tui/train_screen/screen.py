"""The train screen: looks at a run a few times a second, draws what changed, and steers it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid
from textual.events import Resize, ScreenResume
from textual.widget import Widget
from textual.widgets import Input

from w2vtui.display import pad, safe_text, whole_parts
from w2vtui.errors import SettingsError, W2vtuiError
from w2vtui.resources import available_cores
from w2vtui.training.state.snapshot import Event, Neighbors
from w2vtui.tui.app_base import PaletteCommand
from w2vtui.tui.dialogs import Ask, Choice, SaveDialog
from w2vtui.tui.equivalent_command import proposed_output
from w2vtui.tui.messages import CannotResume, NewRun, Resume
from w2vtui.tui.session import Session
from w2vtui.tui.train_screen import readouts
from w2vtui.tui.train_screen.commands import COMMANDS, completions, execute, explained
from w2vtui.tui.train_screen.panels.events import EventsPanel
from w2vtui.tui.train_screen.panels.loss import NO_ROWS, Losses, LossPanel
from w2vtui.tui.train_screen.panels.prompt import Prompt
from w2vtui.tui.train_screen.panels.quality import quality_lines, subtitle
from w2vtui.tui.train_screen.panels.speed import SpeedPanel
from w2vtui.tui.train_screen.panels.watch import WatchPanel
from w2vtui.tui.train_screen.panes import PanedScreen
from w2vtui.tui.train_screen.refresh_rate import Pace
from w2vtui.tui.train_screen.staging import MARKS_TEXT, REFUSED, Staging
from w2vtui.tui.train_screen.watch_dialog import WatchDialog
from w2vtui.tui.widgets.key_bar import KeyBar
from w2vtui.tui.widgets.panel import Panel, joined
from w2vtui.tui.widgets.setting_rows import SettingRows
from w2vtui.tui.widgets.tab_bar import TabBar

if TYPE_CHECKING:
    from w2vtui.training.state.curves import Curve

RUN_HELP = (
    "The counters: what is trained, how much of the text is kept, both losses. On the frame: what "
    "the run is kept as, and how old its last checkpoint is."
)
QUALITY_HELP = "Scores of the vectors on the word pairs and analogies that were given."
CHART_SECONDS = 0.5
"""A chart costs most of a drawing, and a curve grows by a dot in seconds."""
BLURRED_SECONDS = 1.0
"""Between two looks while the terminal does not have the focus."""


class TrainScreen(PanedScreen):
    """A run as it goes on."""

    PANES = ("controls", "watch", "run", "speed", "events", "quality")
    FIRST_PANE = "loss"
    AUTO_FOCUS = "SettingRows"
    ALLOW_IN_MAXIMIZED_VIEW = "#header, #progress, #hint, KeyBar, Prompt"
    ESCAPE_TO_MINIMIZE = False  # the command line and the query leave first

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "Pause", id="train.pause", tooltip="pause training, or go on"),
        # With priority, so that the focus has moved before the next key is looked at.
        Binding("slash", "query", "Query", id="train.query", priority=True,
                tooltip="the nearest words of a word, or of king - man + woman"),
        Binding("s", "save", "Save", id="train.save", tooltip="save the vectors as they are now"),
        Binding("u", "undo", "Undo", id="train.undo",
                tooltip="take the last change back; again, the one before"),
        Binding("colon", "command", "Command", id="train.command", priority=True,
                tooltip="the command line, for example :set K 15"),
        Binding("e", "stop", "End", id="train.stop", tooltip="end the training; asks"),
        Binding("n", "new", "New run", id="train.new", tooltip="a new run, after the end"),
        Binding("g", "go_on", "Go on", id="train.go_on",
                tooltip="go on with a run whose text is another now; asks"),
        Binding("y", "loss('toggle_log')", "Log", id="train.log",
                tooltip="logarithmic loss scale, or linear"),
        Binding("z", "loss('toggle_recent')", "Zoom", id="train.zoom",
                tooltip="the recent fifth of the loss, or all of it"),
        Binding("f", "freeze", "Freeze", id="train.freeze",
                tooltip="let the display stand still; training goes on"),
        Binding("w", "watch_words", "Watch", id="train.watch", tooltip="edit the watch words"),
        Binding("q", "measure_quality", "Quality", id="train.quality",
                tooltip="score the vectors on word pairs and analogies now"),
        Binding("x", "maximize", "Max", id="train.maximize",
                tooltip="the pane in focus takes the whole screen, or gives it back"),
        Binding("ctrl+o", "jump", "Jump", id="train.jump", priority=True, key_display="^o",
                tooltip="go to a pane by a letter"),
        Binding("tab", "focus_pane(1)", "pane after", show=False, id="train.focus_next",
                tooltip="go to the next pane"),
        Binding("shift+tab", "focus_pane(-1)", "pane before", show=False,
                id="train.focus_previous", tooltip="go to the previous pane"),
        # On a small terminal brackets switch panes, which comes first here; else they smooth.
        Binding("left_square_bracket", "pane(-1)", "previous pane", show=False,
                id="train.previous", tooltip="previous pane, on a small terminal"),
        Binding("right_square_bracket", "pane(1)", "next pane", show=False, id="train.next",
                tooltip="next pane, on a small terminal"),
        Binding("left_curly_bracket,left_square_bracket", "loss('smooth', -1)", "less smoothing",
                show=False, id="train.rougher", tooltip="smooth the loss less"),
        Binding("right_curly_bracket,right_square_bracket", "loss('smooth', 1)", "more smoothing",
                show=False, id="train.smoother", tooltip="smooth the loss more"),
        Binding("comma", "loss('move_cursor', -1)", "cursor left", show=False,
                id="train.cursor_left", tooltip="read the loss at a cursor: a column to the left"),
        Binding("full_stop", "loss('move_cursor', 1)", "cursor right", show=False,
                id="train.cursor_right", tooltip="the cursor a column to the right"),
        Binding("less_than_sign", "loss('to_marker', -1)", "previous marker", show=False,
                id="train.marker_left", tooltip="the cursor to the marker before it"),
        Binding("greater_than_sign", "loss('to_marker', 1)", "next marker", show=False,
                id="train.marker_right", tooltip="the cursor to the marker after it"),
        Binding("escape", "restore", "Back", id="train.restore", priority=True,
                tooltip="out of the command line, and of a pane that takes the whole screen"),
        Binding("escape", "back", "Back", id="train.back",
                tooltip="from the query back to the watch words; else drops the cursor"),
        Binding("i", "hints", "Hints", show=False, id="train.hints",
                tooltip="show the line of hints, or give its place to the panes"),
    ]  # fmt: skip
    PALETTE_COMMANDS: ClassVar[tuple[PaletteCommand, ...]] = (
        *(
            PaletteCommand(f"Go to {pane}", f"show_pane({pane!r})", f"show the pane of {pane}")
            for pane in PANES
        ),
        *(
            PaletteCommand(
                name.capitalize(), f"execute({name!r})", f":{name}  {COMMANDS[name].help}"
            )
            for name in (
                "breaks",
                "clear",
                "doctor",
                "checkpoint",
            )  # others have keys
        ),
    )

    def __init__(self, session: Session, *, interval: float | None = None) -> None:
        super().__init__()
        self.session = session
        self.shot = session.snapshot()
        """What the run looked like at the last look."""
        self.staging = Staging(session.form)
        self.pace = Pace(interval, available_cores())
        self.frozen = False
        self._busy = readouts.BusyMeter()
        self._began = time.monotonic()
        self._due = 0.0
        self._own_seconds = time.thread_time()
        """Processor time of this thread at the last look."""
        self._query = ""
        self._asked: tuple[str, ...] = ()
        self._late_answers: tuple[Neighbors, ...] = ()
        self._drawn: dict[str, object] = {}
        self._charts_due: dict[str, float] = {}
        self._saving = False
        self._before_command: Widget | None = None
        """What had the focus when the command line was opened."""

    def compose(self) -> ComposeResult:
        """Header, panels, keys; app.tcss lays them out."""
        yield Panel(id="header")
        yield Panel(id="progress")
        yield Panel(id="banner")
        with Grid(id="panels"):
            yield LossPanel(self.app.glyphs, id="loss", classes="framed")
            switch = f"{self._key('train.previous')} {self._key('train.next')}"
            yield TabBar(self.PANES, id="tabs", keys=switch)
            yield SettingRows(id="controls", classes="framed pane", glyphs=self.app.glyphs)
            yield SpeedPanel(self.app.glyphs, id="speed", classes="framed pane")
            yield Panel("Run", id="run", classes="framed pane", help=RUN_HELP)
            yield WatchPanel(
                id="watch",
                classes="framed pane",
                when_asking=f"enter asks  {self._key('train.back')} back",
                else_=f"{self._key('train.query')} ask  {self._key('train.watch')} edit list",
                glyphs=self.app.glyphs,
            )
            yield EventsPanel(id="events", classes="framed pane", glyphs=self.app.glyphs)
            yield Panel("Quality", id="quality", classes="framed pane", help=QUALITY_HELP)
        yield Panel(id="hint")
        yield Prompt(self.app.command_history, partial(completions, self), self._carry_out)
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin to look."""
        controls = self.query_one("#controls")
        controls.border_title = "Live controls"
        controls.border_subtitle = MARKS_TEXT
        for pane in self._framed():
            pane.can_focus = True
        self.watch(self, "maximized", self.sizes_changed, init=False)
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
        if tiny:
            self.minimize()
        self.sizes_changed()

    def sizes_changed(self) -> None:
        """Draw for the new sizes once they are there."""
        self.call_after_refresh(self._draw_all)

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Draw what a dialog kept from being drawn."""
        self._draw_all()

    def _key(self, name: str) -> str:
        return self.app.key_of(name, TrainScreen, SettingRows)

    # ---- looking

    def tick(self) -> None:
        """Look at the run, draw what changed, and set the time of the next look."""
        late = time.monotonic() - self._due if self._due else 0.0
        self._look()
        own, before = time.thread_time(), self._own_seconds
        self._own_seconds = own
        interval = self.pace.next_interval(own - before, late)
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
            self._keep_focus()
            self._draw()

    def _state_changed(self) -> None:
        self.refresh_bindings()
        if not self.shot.ended:
            return
        self.staging.staged.clear()
        self._asked = ()  # what the run did not answer any more is looked up
        if self.session.changed_text is not None:
            self.call_after_refresh(self.action_go_on)
        output = self.session.output
        if output is not None and self.session.unsaved and not self._saving:
            self.save(output)

    def _watch(self) -> None:
        """Tell the run whose neighbors to follow; after the end, look them up."""
        run, query = self.session.run, (self._query,) if self._query else ()
        wanted = tuple(dict.fromkeys((*self.session.watched, *query)))
        if run is None or wanted == self._asked:
            return
        self._asked = wanted
        if not self.shot.ended:
            run.watch(wanted)
        elif self.shot.tokens_planned:  # else it ended before there were vectors
            self._look_up(tuple(one for one in wanted if one not in self._answers()))

    def _answers(self) -> dict[str, Neighbors]:
        return {one.query: one for one in (*self.shot.neighbors, *self._late_answers)}

    @work(exclusive=True, group="answer")
    async def _look_up(self, queries: tuple[str, ...]) -> None:
        for query in queries:
            answer = await asyncio.to_thread(self.session.answer, query)
            self._late_answers = (*self._late_answers, answer)
        self._draw()

    # ---- drawing

    def _draw_all(self) -> None:
        """Draw also what has not changed, for a new size."""
        self._drawn.clear()
        self._draw()

    def _draw(self) -> None:
        # A late call for a screen that was left, or is being taken apart.
        if self not in self.app.screen_stack or not self.query("#header"):
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
            message, changed = str(shot.error), self.session.changed_text
            if changed is not None:  # what it advises is for the command line
                goes_on = f"{self._key('train.go_on')} goes on with it anyway, as a new run"
                message = f"the text of this run is another now: {changed.difference}; {goes_on}"
            banner.show(Text(f"✗ {safe_text(message or type(shot.error).__name__)}"))
        if self.has_class("commanding"):
            hint = explained(self.query_one(Prompt).field.value)
        else:
            hint = self._cost_text() or readouts.hint(shot, self.session.saved_to, self._key)
        self._lines("#hint", [Text(pad(whole_parts(hint, width - 2), width - 2))])

    def _draw_panels(self) -> None:
        shot = self.shot
        if self.is_shown("loss"):
            self._draw_loss()
        if self.is_shown("controls"):
            self._draw_controls()
        if self.is_shown("run"):
            lines = readouts.run_lines(shot, self.query_one("#run").size.width, self.app.glyphs)
            self._lines("#run", lines)
            self._name_run()
        if self.is_shown("speed"):
            self._draw_speed()
        if self.is_shown("watch"):
            self._draw_watch()
        if self.is_shown("quality"):
            self._draw_quality()
        if self.is_shown("events"):
            self.query_one(EventsPanel).show(self.events())

    def _name_run(self) -> None:
        """Say on the frame of a pane what the run is kept as, and since when."""
        pane, name = self.query_one("#run", Panel), safe_text(self.session.kept_as, 34)
        titles = (f"Run  {name}".rstrip().replace("[", "("), readouts.kept_text(self.shot))
        if self._is_new("run's name", titles):
            pane.border_title, pane.border_subtitle = titles

    def _draw_controls(self) -> None:
        # Where the line below is not there, a cost stands among the controls.
        cost = "" if self.query_one("#hint").display else self._cost_text()
        fixed_too = not self.has_class("short")
        rows = self.staging.rows(self.shot, help_instead=cost, fixed_too=fixed_too)
        self.query_one("#controls", SettingRows).show(rows)

    def _cost_text(self) -> str:
        """What is staged, its cost, and the keys; empty where nothing can be applied any more."""
        if self.shot.ended or not self.staging.staged:
            return ""
        cost = self.staging.cost(self.shot, self.session.run)
        apply, drop = self._key("rows.apply"), self._key("rows.drop")
        refused = cost.startswith(REFUSED)
        return f"{cost} · {drop} drops" if refused else f"{cost} · {apply} applies, {drop} drops"

    def _draw_loss(self) -> None:
        run, shot, panel = self.session.run, self.shot, self.query_one(LossPanel)
        curves = () if run is None else (run.probe_curve, run.loss_curve)
        changes = tuple(event for event in self.events() if event.number is not None)
        full, recent = (0.0, readouts.x_range(shot)), readouts.recent_range(shot)
        message, size = readouts.waiting_text(shot), panel.size
        if not self._is_due("loss", curves, len(changes), full, recent, size, message):
            return
        probe, objective = [curve.rows() for curve in curves] or [NO_ROWS, NO_ROWS]
        panel.show(
            Losses(
                probe=probe,
                objective=objective,
                labels=readouts.loss_labels(shot),
                changes=changes,
                full=full,
                recent=recent,
                has_probe=not shot.probe_reason,
                message=message,
            )
        )

    def _draw_speed(self) -> None:
        run, shot, panel = self.session.run, self.shot, self.query_one(SpeedPanel)
        panel.show_numbers(
            shot.words_per_second,
            shot.mean_words_per_second,
            shot.peak_words_per_second,
            shot.thread_words_per_second,
            self._busy.share(),
        )
        if run is not None and self._is_due("speed", [run.speed_curve], panel.size):
            panel.show_curve(run.speed_curve.rows())

    def _draw_watch(self) -> None:
        run, shot, panel = self.session.run, self.shot, self.query_one(WatchPanel)
        if run is None:
            return
        curves, answers = (run.churn_curve, run.settled_curve), self._answers()
        watched = [answers[query] for query in self.session.watched if query in answers]
        size = panel.query_one("#nearest").size
        if not self._is_new("watch", curves[0].version, watched, self._query, answers, size):
            return
        if self._query:
            panel.show_answer(answers.get(self._query))
        else:
            panel.show_watched(watched, shot.churn, (curves[0].rows(), curves[1].rows()))

    def _draw_quality(self) -> None:
        run, shot, panel = self.session.run, self.shot, self.query_one("#quality", Panel)
        wanted, size = shot.quality_wanted, panel.size
        if run is None or not self._is_new("quality", shot.quality, wanted, size):
            return
        curves = {key: curve.rows() for key, curve in run.quality_curves.items()}
        panel.border_subtitle = subtitle(shot.quality, wanted)
        panel.show(
            joined(
                quality_lines(
                    shot.quality, curves, wanted=wanted, width=size.width, height=size.height
                )
            )
        )

    def _is_due(self, panel: str, curves: Sequence[Curve], *values: object) -> bool:
        """As `_is_new` for a chart, which is drawn less often where only its curves grew."""
        now = time.monotonic()
        if self._drawn.get(panel + " values") == values and now < self._charts_due.get(panel, 0.0):
            return False
        if not self._is_new(panel, values, [curve.version for curve in curves]):
            return False
        self._drawn[panel + " values"] = values
        self._charts_due[panel] = now + CHART_SECONDS
        return True

    def _is_new(self, panel: str, *values: object) -> bool:
        """Whether a panel was last drawn from other values."""
        if self._drawn.get(panel) == values:
            return False
        self._drawn[panel] = values
        return True

    def _lines(self, selector: str, lines: list[Text]) -> None:
        self.query_one(selector, Panel).show(joined(lines))

    def events(self) -> tuple[Event, ...]:
        """What happened, in the run and on this side, in order."""
        both = (*self.shot.events, *self.session.events)
        return tuple(sorted(both, key=lambda event: event.seconds))

    # ---- live_changes

    def on_setting_rows_stepped(self, message: SettingRows.Stepped) -> None:
        """Stage the next value."""
        try:
            self.staging.step(self.shot, message.name, message.by)
        except SettingsError as error:
            self.warn(str(error))
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
        """Drop all that is staged; when nothing is, the cursor on the curve."""
        if not self.staging.staged:
            self.query_one(LossPanel).drop_cursor()
        self.staging.staged.clear()
        self._draw()

    def on_setting_rows_applied(self) -> None:
        """Ask the run for all that is staged."""
        if not self.staging.staged:
            keys = f"{self._key('rows.left')} and {self._key('rows.right')}"
            self.report(f"nothing is staged: {keys} change the value picked")
            return
        try:
            self.change(tuple(self.staging.staged))
        except SettingsError as error:
            self.warn(str(error))

    def stage(self, texts: Mapping[str, str]) -> tuple[str, ...]:
        """Stage typed values of several settings, all or none; their names.

        Raises:
            SettingsError: a text is no value of its setting, or out of range.
        """
        for name, text in texts.items():
            self.staging.controls[name].from_text(text)
        for name, text in texts.items():
            self.staging.type(self.shot, name, text)
        self._draw()
        return tuple(texts)

    def change(self, names: Iterable[str]) -> None:
        """Ask the run for what is staged under some names, at once.

        Raises:
            SettingsError: the run refuses; nothing has changed, and all stays staged.
        """
        run, staged = self.session.run, self.staging.staged
        wanted = {name: staged[name] for name in names if name in staged}
        if not wanted:
            self.report("nothing changes: these values are in force")
            return
        if run is None:
            raise SettingsError("settings change while a run trains; this one is starting")
        try:
            run.change(**wanted)
            for name in wanted:
                del staged[name]
        finally:
            self._look()

    def drop(self, names: Iterable[str]) -> None:
        """Stage nothing for some settings."""
        for name in names:
            self.staging.staged.pop(name, None)
        self._draw()

    def report(self, message: str) -> None:
        """Show a notice."""
        lines = (safe_text(line) for line in message.split("\n"))
        self.app.notify("\n".join(lines), markup=False)

    def warn(self, message: str) -> None:
        """Show an error as a notice; everything stays."""
        self.app.notify(safe_text(message), severity="error", markup=False, timeout=8)

    # ---- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Which keys mean something now."""
        if action == "new":
            return self.shot.ended
        if action == "go_on":
            return self.session.changed_text is not None
        if action in ("pause", "stop", "undo", "measure_quality"):
            return not self.shot.ended
        if action == "loss":
            return bool(self.query(LossPanel))  # keys may come before the screen is laid out
        asking = isinstance(self.focused, Input)
        if action in ("query", "command"):
            return not asking
        if action == "restore":
            return self.has_class("commanding") or self.maximized is not None
        if action in ("jump", "maximize", "focus_pane"):
            return not self.has_class("tiny")
        if action == "back":
            return (
                asking
                or bool(self._query)
                or any(panel.view.cursor is not None for panel in self.query(LossPanel))
            )
        if action == "pane":
            return self.has_class("tabbed")
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

    def action_undo(self) -> None:
        """Take the last change back."""
        run = self.session.run
        try:
            if run is None:
                raise SettingsError("there is nothing to undo: the run is starting")
            run.undo()
        except SettingsError as error:
            self.warn(str(error))
        self._look()

    def action_query(self) -> None:
        """Go to the query field."""
        self.action_show_pane("watch")
        self.query_one(WatchPanel).ask(True)
        # At once: focus() would come after the next keys, which belong to the query.
        self.set_focus(self.query_one("#query", Input))

    def action_back(self) -> None:
        """From the query back to the watch words; from elsewhere, drop the cursor on the curve."""
        if not (isinstance(self.focused, Input) or self._query):
            self.query_one(LossPanel).drop_cursor()
            return
        self._query = ""
        # A hidden list of controls would take keys unseen.
        self.set_focus(None if self.has_class("tabbed") else self.query_one("#controls"))
        self.query_one(WatchPanel).ask(False)
        self._look()
        self.call_after_refresh(self._draw_all)

    def on_watch_panel_asked(self, message: WatchPanel.Asked) -> None:
        """Follow a query from now on."""
        self.follow(message.query)

    def follow(self, query: str) -> None:
        """Follow a query from now on; an empty one means the watched words."""
        self._query = query
        field = self.query_one("#query", Input)
        if field.value != query:
            field.value = query
        self.query_one(WatchPanel).ask(bool(query))
        self._look()

    def action_watch_words(self) -> None:
        """Edit the list of watch words."""

        def edited(queries: tuple[str, ...] | None) -> None:
            if queries is not None:
                self.session.watch_words = queries
                self._look()

        self.app.push_screen(WatchDialog(self.session.watched), edited)

    def action_measure_quality(self) -> None:
        """Score the vectors now."""
        run = self.session.run
        if run is None or not self.shot.quality_wanted:
            self.warn("there is nothing to measure with: start w2vtui with --pairs FILE")
            return
        run.measure_quality()

    def on_events_panel_chosen(self, message: EventsPanel.Chosen) -> None:
        """Show an event on the curve, all of it if it is not in sight."""
        panel = self.query_one(LossPanel)
        if not panel.shows(message.tokens):
            panel.toggle_recent()
        panel.put_cursor(message.tokens)

    def action_loss(self, what: str, *by: int) -> None:
        """Look closer at the loss: a method of its panel, and how far."""
        getattr(self.query_one(LossPanel), what)(*by)

    def action_hints(self) -> None:
        """Show the line of hints, or give its place to the panes; for the runs to come as well."""
        self.app.look = replace(self.app.look, hints=not self.app.look.hints)
        self.set_class(not self.app.look.hints, "no-hints")
        self.call_after_refresh(self._draw_all)

    def action_freeze(self) -> None:
        """Let the display stand still while training goes on, or follow it again."""
        self.frozen = not self.frozen
        self._look()

    def action_restore(self) -> None:
        """Leave the command line, else the pane that takes the whole screen."""
        if self.has_class("commanding"):
            self._leave_command()
        else:
            self.minimize()

    # ---- commands

    def action_command(self) -> None:
        """Open the command line, before the next keys come: they belong to it."""
        self._before_command = self.focused
        self.app.clear_notifications()  # they lie over the line that says how a command is used
        self.add_class("commanding")
        prompt = self.query_one(Prompt)
        prompt.begin()
        self.set_focus(prompt.field)
        self._draw()

    def _leave_command(self) -> None:
        self.remove_class("commanding")
        self.set_focus(self._before_command)
        self._draw()

    def on_prompt_edited(self, message: Prompt.Edited) -> None:
        """Say how the command is used."""
        if self.has_class("commanding"):
            self._draw_head()

    def _carry_out(self, line: str) -> None:
        self._leave_command()
        self.action_execute(line)

    def action_execute(self, line: str) -> None:
        """Carry out a command line; what cannot be done is said."""
        try:
            execute(self, line)
        except W2vtuiError as error:
            self.warn(str(error))
        self._look()

    # ---- what is kept

    def take_checkpoint(self) -> None:
        """Have a checkpoint taken now.

        Raises:
            SettingsError: the run is not kept, or does not train.
        """
        run = self.session.run
        if run is None:
            raise SettingsError("there is nothing to keep yet: the run is starting")
        run.checkpoint()
        self.report("a checkpoint is taken")

    def action_go_on(self) -> None:
        """Ask whether to go on with a run whose text is another now."""
        error = self.session.changed_text
        if error is None:
            return
        choices = (
            Choice("go on", "g", "Go on with it anyway", "as a new run"),
            Choice("", "escape", "Leave it"),
        )

        def answered(choice: str | None) -> None:
            if choice == "go on":
                self._go_on_anyway()

        text = f"The text of this run is another now: {safe_text(error.difference)}."
        self.app.push_screen(Ask("Another text", text, choices), answered)

    @work(exclusive=True, group="go on")
    async def _go_on_anyway(self) -> None:
        folder = self.session.resumed_from
        assert folder is not None
        await asyncio.to_thread(self.session.end)  # lets go of the run
        self.post_message(Resume(folder, self, force=True))

    def on_cannot_resume(self, message: CannotResume) -> None:
        """Report why the run cannot be resumed."""
        self.warn(message.reason)

    # ---- the end

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
        self.post_message(NewRun())

    # ---- saving

    def action_save(self) -> None:
        """Ask where to save the vectors, and do."""
        self.ask_where_to_save(self.save)

    def ask_where_to_save(self, then: Callable[[str], Any]) -> None:
        """Show the save dialog; `then` gets the path."""
        self._look()
        if not self.shot.tokens:
            self.warn("there are no vectors yet: nothing has been trained")
            return

        def answered(path: str | None) -> None:
            if path is not None:
                then(path)

        proposed = self.session.saved_to or self.session.output
        proposed = proposed or proposed_output(self.shot.corpus_name)
        self.app.push_screen(SaveDialog(proposed), answered)

    @work(group="save")
    async def save(self, path: str) -> None:
        """Save the vectors in a thread."""
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
