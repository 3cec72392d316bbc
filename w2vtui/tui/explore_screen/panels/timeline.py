"""The timeline pane: goes back to an earlier moment of the training, for every pane."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import MouseDown, MouseMove, MouseUp
from textual.timer import Timer

from w2vtui.exploring.questions import Question
from w2vtui.exploring.subject import View
from w2vtui.tui.explore_screen.pane import ExplorePane
from w2vtui.tui.explore_screen.panels.time_line import TimeLine, drawn_line
from w2vtui.tui.widgets.panel import joined
from w2vtui.tui.widgets.result_panel import Shape

if TYPE_CHECKING:  # its package loads Numba
    from w2vtui.training.history.moments import PastMoment

SECONDS = 1.0
"""From one look at a run that trains to the next, while the past is shown."""
PLAY_SECONDS = 0.5
"""From one moment to the next while they are played."""


class Travelled(NamedTuple):
    """The timeline, and the vectors of the moment that was asked for."""

    line: TimeLine
    moment: PastMoment | None
    view: View | None


class TimelinePane(ExplorePane):
    """The moments that can be gone back to."""

    PANE_NAME = "Timeline"
    HELP = "Moments of the training: every pane answers as of the one shown; numbers are changes."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("comma", "step(-1)", "Earlier", key_display=",", id="explore.earlier",
                tooltip="show the moment before"),
        Binding("full_stop", "step(1)", "Later", key_display=".", id="explore.later",
                tooltip="show the next moment"),
        Binding("less_than_sign", "marker(-1)", "last change", show=False,
                id="explore.last_change", tooltip="show the vectors before the last change"),
        Binding("greater_than_sign", "marker(1)", "next change", show=False,
                id="explore.next_change", tooltip="show the vectors before the next change"),
        Binding("home", "edge(0)", "first moment", show=False, id="explore.first_moment",
                tooltip="show the first moment"),
        Binding("end", "edge(1)", "latest vectors", show=False, id="explore.latest",
                tooltip="show the latest vectors"),
        Binding("space", "play", "Play", id="explore.play",
                tooltip="show one moment after another, or stop"),
    ]  # fmt: skip

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._wanted: PastMoment | None = None
        """The moment that was asked for, until its vectors are there."""
        self._problem = ""
        """Why the moment that was asked for last cannot be shown."""
        self._playing: Timer | None = None
        self._is_dragged = False

    def on_mount(self) -> None:
        """Begin to follow a run that trains on while the past is shown."""
        self.set_interval(SECONDS, self._follow)

    def _follow(self) -> None:
        view = self.explorer.view
        if view is not None and view.kind not in ("live", "saved"):
            self.recompute()

    # ---- what it shows

    def compute(self, view: View, question: Question | None, shape: Shape) -> Travelled:
        """The moments that there are, and the vectors of the one that was asked for."""
        wanted, subject = self._wanted, self.subject
        run, moments = subject.run, tuple(subject.moments)
        latest = subject.view() if run is None else None  # what was read of a file or saved run
        tokens = None if latest is None else latest.tokens
        end = (tokens or 0) if run is None else run.snapshot().progress.tokens
        is_live = run is not None and not run.is_over(0)
        line = TimeLine(
            moments=[moment for moment in moments if moment.tokens < end],
            markers=subject.markers,
            end=end,
            end_name="LIVE" if is_live else "END",
            at=view.tokens if view.kind in ("past", "frozen") else None,
            remark=subject.past_remark,
        )
        if wanted is None:
            return Travelled(line, None, None)
        return Travelled(line._replace(at=wanted.tokens), wanted, subject.view_at(wanted))

    def drawn(self, result: Travelled, shape: Shape) -> Text:
        """The line of the moments."""
        line = result.line if self._wanted is None else result.line._replace(at=self._wanted.tokens)
        if self._problem:
            line = line._replace(remark=self._problem)
        glyphs, inks = self.app.glyphs, self.app.inks
        return joined(drawn_line(line, *shape, glyphs, inks))

    def take(self, result: Travelled) -> None:
        """Show the line; the vectors that were asked for are held by the screen."""
        is_wanted = result.moment is self._wanted
        if is_wanted:
            self._wanted = None
        super().take(result)
        if result.view is not None and is_wanted:
            self.explorer.hold(result.view)

    def refuse(self, problem: str) -> None:
        """Say why a moment cannot be shown; what is shown stays."""
        self._wanted = None
        self.stop_playing()
        if self.result is None:
            super().refuse(problem)
            return
        if problem != self._problem:
            self.app.warn(problem)
        self._problem = problem
        self.redraw()

    # ---- where it goes

    @property
    def _line(self) -> TimeLine | None:
        """The line as it is shown; None before there is one."""
        if not isinstance(self.result, Travelled):
            return None
        line = self.result.line
        return line if self._wanted is None else line._replace(at=self._wanted.tokens)

    def _go(self, place: int) -> None:
        """Go to a moment, or to the end."""
        line = self._line
        if line is None or place == line.place:
            return
        self._problem = ""
        if place >= len(line.moments):
            self._wanted = None
            self.explorer.release()
            self.result = self.result._replace(line=line._replace(at=None))
            self.redraw()
            return
        self._wanted = line.moments[place]
        self.redraw()
        self.recompute()

    def action_step(self, by: int) -> None:
        """Show another moment."""
        self.stop_playing()
        if (line := self._line) is not None:
            self._go(line.step(by))

    def action_marker(self, by: int) -> None:
        """Show the vectors before the last or the next change."""
        self.stop_playing()
        if (line := self._line) is not None:
            self._go(line.to_marker(by))

    def action_edge(self, at: int) -> None:
        """Show the first moment, or the latest vectors."""
        self.stop_playing()
        if (line := self._line) is not None:
            self._go(len(line.moments) if at else 0)

    # ---- playing

    def action_play(self) -> None:
        """Show one moment after another, from the first one at the end; or stop."""
        line = self._line
        if self._playing is not None or line is None or not line.moments:
            self.stop_playing()
            return
        if line.place >= len(line.moments):
            self._go(0)
        self._playing = self.set_interval(PLAY_SECONDS, self._play_on)
        self.border_subtitle = "playing"

    def _play_on(self) -> None:
        line = self._line
        if self._wanted is not None or line is None:  # its vectors are still read
            return
        self._go(line.step(1))
        if line.step(1) >= len(line.moments):
            self.stop_playing()

    def stop_playing(self) -> None:
        """Stay at the moment that is shown."""
        if self._playing is not None:
            self._playing.stop()
            self._playing = None
            self.border_subtitle = ""

    # ---- mouse

    def on_mouse_down(self, event: MouseDown) -> None:
        """Go to the moment under the pointer, and follow it."""
        self.stop_playing()
        self._is_dragged = True
        self.capture_mouse()
        self._go_under(event)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Follow the pointer while a button is held."""
        if self._is_dragged:
            self._go_under(event)

    def on_mouse_up(self, event: MouseUp) -> None:
        """Stay where it was dragged to."""
        self._is_dragged = False
        self.release_mouse()

    def _go_under(self, event: MouseDown | MouseMove) -> None:
        line = self._line
        if line is not None:
            column = event.x - self.content_region.x + self.region.x
            self._go(line.nearest(column, self.shape.width))
