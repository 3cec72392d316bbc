"""The train screen: shows a run, and steers it.

`RunScreen` looks at the run and draws it. What keys and messages do lies in mixins on it, one a
topic, since Textual looks for `action_*` and `on_*` methods on the screen itself:

    RunActions     pause, undo, stop, score, resume      actions.py
    Changing       RunActions and staged settings        changing.py
    Branching      Changing and branches of the run      branching.py
    ViewActions    loss, query, watch words, hints       actions.py
    Saving         vectors and checkpoints               saving.py

This module lays the screen out, says which key does what, and holds the command line.
"""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import Input

from w2vtui.errors import W2vtuiError
from w2vtui.tui.app_base import PaletteCommand
from w2vtui.tui.screen_parts.panes import pane_bindings
from w2vtui.tui.sessions.session import Session
from w2vtui.tui.train_screen.actions import CURVE_ACTIONS, ViewActions
from w2vtui.tui.train_screen.branching import Branching
from w2vtui.tui.train_screen.commands.line import completions, execute
from w2vtui.tui.train_screen.commands.table import COMMANDS
from w2vtui.tui.train_screen.panels.events import EventsPanel
from w2vtui.tui.train_screen.panels.loss import LossPanel
from w2vtui.tui.train_screen.panels.prompt import Prompt
from w2vtui.tui.train_screen.panels.speed import SpeedPanel
from w2vtui.tui.train_screen.panels.watch import WatchPanel
from w2vtui.tui.train_screen.saving import Saving
from w2vtui.tui.train_screen.staging import MARKS_TEXT
from w2vtui.tui.widgets.key_bar import KeyBar
from w2vtui.tui.widgets.panel import Panel
from w2vtui.tui.widgets.query_field import QueryField
from w2vtui.tui.widgets.setting_rows import SettingRows
from w2vtui.tui.widgets.tab_bar import TabBar

RUN_HELP = (
    "The counters: progress, the share of tokens kept by subsampling, both losses. On the frame: "
    "the name the run is saved under, and the age of its last checkpoint."
)
QUALITY_HELP = "Scores of the vectors on word pairs, analogies and sessions."


class TrainScreen(Branching, ViewActions, Saving):
    """A run while it trains, and after its end."""

    PANES = ("controls", "watch", "run", "speed", "events", "quality")
    FIRST_PANE = "loss"
    FIRST_KEYS = (
        *("rows.left", "rows.right", "rows.apply", "train.undo", "train.pause"),
        *("train.query", "train.save", "train.command", "app.palette", "app.quit"),
    )
    FIRST_KEYS_OF = (SettingRows,)
    AUTO_FOCUS = "SettingRows"
    HELP_TITLE = "While a run trains"
    ALLOW_IN_MAXIMIZED_VIEW = "#header, #progress, #hint, KeyBar, Prompt"
    ESCAPE_TO_MINIMIZE = False  # escape leaves the command line or the query first

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "Pause", id="train.pause", tooltip="pause or resume training"),
        # With priority, so that the focus has moved before the next key is handled.
        Binding("slash", "query", "Query", id="train.query", priority=True,
                tooltip="the nearest words of a word, or of king - man + woman"),
        Binding("s", "save", "Save", id="train.save", tooltip="save the vectors as they are now"),
        Binding("u", "undo", "Undo", id="train.undo",
                tooltip="undo the last change; again, the one before it"),
        Binding("colon", "command", "Command", id="train.command", priority=True,
                tooltip="the command line, for example :set K 15"),
        Binding("e", "stop", "End", id="train.stop", tooltip="end training; asks first"),
        Binding("e", "more", "More epochs", id="train.more",
                tooltip="train a run that has ended for more epochs; asks how many"),
        Binding("b", "branch", "Branch", id="train.branch",
                tooltip="branch the run: train it otherwise from here, as another run; asks how"),
        Binding("n", "new", "New run", id="train.new", tooltip="start a new run after the end"),
        Binding("g", "resume_anyway", "Resume", id="train.go_on",
                tooltip="resume a run whose text has changed; asks first"),
        Binding("y", "toggle_log", "Log", id="train.log",
                tooltip="switch the loss between a logarithmic and a linear scale"),
        Binding("z", "toggle_recent", "Zoom", id="train.zoom",
                tooltip="show the most recent fifth of the loss, or all of it"),
        Binding("f", "freeze", "Freeze", id="train.freeze",
                tooltip="freeze the display; training continues"),
        Binding("w", "watch_words", "Watch", id="train.watch", tooltip="edit the watch words"),
        Binding("q", "measure_quality", "Quality", id="train.quality",
                tooltip="score the vectors on word pairs, analogies and sessions now"),
        Binding("x", "maximize", "Max", id="train.maximize",
                tooltip="maximize the focused pane, or restore the layout"),
        # On a small terminal brackets switch panes, so those bindings come first; else they smooth.
        *pane_bindings("train"),
        Binding("left_curly_bracket,left_square_bracket", "smooth(-1)", "less smoothing",
                show=False, id="train.rougher", tooltip="smooth the loss less"),
        Binding("right_curly_bracket,right_square_bracket", "smooth(1)", "more smoothing",
                show=False, id="train.smoother", tooltip="smooth the loss more"),
        Binding("comma", "move_cursor(-1)", "cursor left", show=False,
                id="train.cursor_left", tooltip="move the cursor on the loss one column left"),
        Binding("full_stop", "move_cursor(1)", "cursor right", show=False,
                id="train.cursor_right", tooltip="move the cursor on the loss one column right"),
        Binding("less_than_sign", "to_marker(-1)", "previous marker", show=False,
                id="train.marker_left", tooltip="move the cursor to the previous marker"),
        Binding("greater_than_sign", "to_marker(1)", "next marker", show=False,
                id="train.marker_right", tooltip="move the cursor to the next marker"),
        Binding("escape", "restore", "Back", id="train.restore", priority=True,
                tooltip="leave the command line, or restore a maximized pane"),
        Binding("escape", "back", "Back", id="train.back",
                tooltip="leave the query for the watch words, or remove the cursor"),
        Binding("i", "hints", "Hints", show=False, id="train.hints",
                tooltip="show or hide the line of hints"),
    ]  # fmt: skip
    PALETTE_COMMANDS: ClassVar[tuple[PaletteCommand, ...]] = (
        *(
            PaletteCommand(f"Go to {pane}", f"show_pane({pane!r})", f"show the {pane} pane")
            for pane in PANES
        ),
        *(
            PaletteCommand(
                name.capitalize(), f"execute({name!r})", f":{name}  {COMMANDS[name].help}"
            )
            for name in ("breaks", "clear", "doctor", "checkpoint")  # others have keys
        ),
    )

    def __init__(self, session: Session, *, interval: float | None = None) -> None:
        """interval: seconds between two looks; chosen by their cost when None"""
        super().__init__(session, interval=interval)
        self._before_command: Widget | None = None
        """What had the focus when the command line was opened."""

    def compose(self) -> ComposeResult:
        """Yield header, panes and keys, which app.tcss lays out."""
        yield Panel(id="header")
        yield Panel(id="progress")
        yield Panel(id="small")
        yield Panel(id="banner")
        with Grid(id="panels"):
            yield LossPanel(self.app.glyphs, id="loss", classes="framed")
            switch = f"{self.key('train.previous')} {self.key('train.next')}"
            yield TabBar(self.PANES, id="tabs", keys=switch)
            yield SettingRows(
                id="controls", classes="framed pane", glyphs=self.app.glyphs, digits_begin=False
            )
            yield SpeedPanel(self.app.glyphs, id="speed", classes="framed pane")
            yield Panel("Run", id="run", classes="framed pane", help=RUN_HELP)
            yield WatchPanel(
                QueryField(self.app.query_history, lambda: self.session.words.known, self.follow),
                classes="framed pane",
                when_asking=self._query_keys(),
                else_=f"{self.key('train.query')} ask  {self.key('train.watch')} edit list",
                glyphs=self.app.glyphs,
            )
            yield EventsPanel(id="events", classes="framed pane", glyphs=self.app.glyphs)
            yield Panel("Quality", id="quality", classes="framed pane", help=QUALITY_HELP)
        yield Panel(id="hint")
        yield Prompt(self.app.command_history, partial(completions, self), self._carry_out)
        yield KeyBar(self._key_name)

    def _key_name(self, binding: Binding) -> str:
        """What a key does now, for the key bar."""
        resumes = binding.id == "train.pause" and self.shot.state in ("paused", "stopped")
        return "Resume" if resumes else binding.description

    def _query_keys(self) -> str:
        earlier, complete = (
            self.app.key_of(f"query.{name}", QueryField) for name in ("before", "complete")
        )
        leave = self.key("train.back")
        return f"{earlier} earlier  {complete} complete  enter ask  {leave} back"

    def on_mount(self) -> None:
        """Start looking at the run."""
        controls = self.query_one("#controls")
        controls.border_title = "Live controls"
        controls.border_subtitle = MARKS_TEXT
        for pane in self.framed():
            pane.can_focus = True
        self.app.theme_changed_signal.subscribe(self, self.theme_changed)
        self.watch(self, "maximized", self.sizes_changed, init=False)
        self.set_class(not self.app.look.hints, "no-hints")
        self.show_current()
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

    def run_ended(self) -> None:
        """Save vectors to the output path; ask about a run whose text has changed."""
        super().run_ended()
        if self.session.changed_text is not None:
            self.call_after_refresh(self.action_resume_anyway)
        self.save_to_output()

    # ---- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell Textual which actions are possible now."""
        ended = self.shot.ended
        possible = {
            "new": ended,
            "more": self.shot.state in ("done", "stopped") and self.session.folder is not None,
            "resume_anyway": self.session.changed_text is not None,
            "pause": not ended or self.shot.state == "stopped",
            "stop": not ended,
            "branch": self.shot.state not in ("preparing", "failed"),
            "measure_quality": not ended,
        }
        if action in possible:
            return possible[action]
        if action in CURVE_ACTIONS:
            return self._loss is not None  # keys may arrive before the screen is laid out
        asking = isinstance(self.focused, Input)
        if action == "query":
            return not asking or self._is_answered
        if action == "command":
            return not asking
        if action == "restore":
            return self.has_class("commanding") or self.maximized is not None
        if action in ("jump", "maximize", "focus_pane"):
            return not self.has_class("tiny")
        if action == "back":
            return (
                asking
                or bool(self.watching.query)
                or (self._loss is not None and self._loss.view.cursor is not None)
            )
        if action == "pane":
            return self.has_class("tabbed")
        return True

    @property
    def _loss(self) -> LossPanel | None:
        return self.query_one_optional(LossPanel)

    @property
    def _is_answered(self) -> bool:
        """Whether the focus is on a query that was asked, which the next one replaces."""
        return isinstance(self.focused, QueryField) and self.focused.is_asked

    # ---- the command line

    def action_restore(self) -> None:
        """Leave the command line, else restore the maximized pane."""
        if self.has_class("commanding"):
            self._leave_command()
        else:
            self.minimize()

    def action_command(self) -> None:
        """Open the command line at once, since the next keys belong to it."""
        self._before_command = self.focused
        self.app.clear_notifications()  # they would cover the line that explains a command
        self.add_class("commanding")
        prompt = self.query_one(Prompt)
        prompt.begin()
        self.set_focus(prompt.field)
        self.draw()

    def _leave_command(self) -> None:
        self.remove_class("commanding")
        self.set_focus(self._before_command)
        self.draw()

    def on_prompt_edited(self, message: Prompt.Edited) -> None:
        """Show how the command is used."""
        if self.has_class("commanding"):
            self.draw_head()

    def _carry_out(self, line: str) -> None:
        self._leave_command()
        self.action_execute(line)

    def action_execute(self, line: str) -> None:
        """Carry out a command line; an error is shown as a notice."""
        try:
            execute(self, line)
        except W2vtuiError as error:
            self.app.warn(str(error))
        self.look()
