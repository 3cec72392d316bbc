"""A screen that follows a run: looks at it a few times a second, and draws what has changed."""

from __future__ import annotations

import time

from textual import work
from textual.events import ScreenResume
from textual.theme import Theme

from w2vtui.system.resources import available_cores
from w2vtui.tui.screen_parts.panes import PanedScreen
from w2vtui.tui.sessions.session import Session
from w2vtui.tui.train_screen.drawing import Drawing
from w2vtui.tui.train_screen.event_rows import ending_text
from w2vtui.tui.train_screen.refresh_rate import RefreshRate
from w2vtui.tui.train_screen.staging import Staging
from w2vtui.tui.train_screen.watching import Watching
from w2vtui.tui.widgets.setting_rows import SettingRows

UNSEEN_SECONDS = 1.0
"""Least time between two looks while the terminal is not in focus, or another screen in front."""


class RunScreen(PanedScreen):
    """What the parts of the train screen share: the latest snapshot and its drawing."""

    def __init__(self, session: Session, *, interval: float | None = None) -> None:
        """interval: seconds between two looks; chosen by their cost when None"""
        super().__init__()
        self.session = session
        self.shot = session.snapshot()
        """The run as it was at the last look."""
        self._state = "preparing"
        """Its state at the last look; a run may be over before the first."""
        self.staging = Staging(session.form)
        self.watching = Watching(session)
        self.refresh_rate = RefreshRate(interval, available_cores())
        self.frozen = False
        """Whether the panes are frozen while training continues."""
        self._drawing = Drawing(self, session, self.staging, self.watching, self.key)
        self._due = 0.0
        """When the next look is planned."""
        self._own_seconds = time.thread_time()
        """Processor time of this thread at the last look."""

    def key(self, name: str) -> str:
        """The key of a binding, by its id, as a hint names it."""
        return self.app.key_of(name, type(self), SettingRows)

    # ---- looking

    def tick(self) -> None:
        """Look at the run, draw what changed, and schedule the next look."""
        late = time.monotonic() - self._due if self._due else 0.0
        self.look()
        own, before = time.thread_time(), self._own_seconds
        self._own_seconds = own
        interval = self.refresh_rate.next_interval(own - before, late)
        if not (self.app.app_focus and self.is_current):
            interval = max(interval, UNSEEN_SECONDS)
        self._due = time.monotonic() + interval
        self.set_timer(interval, self.tick)

    def look(self) -> None:
        """Look at the run now, and draw what changed."""
        self.shot = self.session.snapshot()
        if self.shot.state != self._state:
            self._state = self.shot.state
            self.refresh_bindings()
            if self.shot.state == "paused" and self.shot.pause_reason:
                self.app.bell()  # whoever waits for it may look elsewhere
            if self.shot.ended:
                self.run_ended()
        queries = self.watching.follow(self.shot)
        if queries:
            self._look_up(queries)
        if self.is_current:
            self.keep_focus()
            self.draw()

    def run_ended(self) -> None:
        """Called at the first look after the end of the run."""
        if self.shot.state in ("done", "stopped") and self.shot.progress.tokens:
            self.session.note(ending_text(self.shot))
        self.staging.staged.clear()
        self.watching.run_ended()

    @work(exclusive=True, group="answer")
    async def _look_up(self, queries: tuple[str, ...]) -> None:
        await self.watching.look_up(queries)
        self.draw()

    # ---- drawing

    def draw(self) -> None:
        """Draw what changed since the last time."""
        if self._is_there:
            self._drawing.draw(self.shot, frozen=self.frozen)

    def draw_head(self) -> None:
        """Draw only what is above and below the panes."""
        if self._is_there:
            self._drawing.draw_head(self.shot, frozen=self.frozen)

    def draw_all(self) -> None:
        """Draw everything again, for a new size."""
        self._drawing.forget()
        self.draw()

    @property
    def _is_there(self) -> bool:
        """Whether the screen can be drawn: a late call may come when it is being removed."""
        return self in self.app.screen_stack and self.query_one_optional("#header") is not None

    def theme_changed(self, theme: Theme) -> None:
        """Draw in the colors of another theme."""
        self.call_after_refresh(self.draw_all)

    def sizes_changed(self) -> None:
        """Draw for the new sizes once they are known."""
        self.call_after_refresh(self.draw_all)

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Look at once, and draw what was not drawn while another screen was in front."""
        self._drawing.forget()
        self.look()
