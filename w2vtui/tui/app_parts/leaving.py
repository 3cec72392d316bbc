"""Leaving a run or the app: asks what becomes of the run, and ends it before the screens go."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import work
from textual.screen import ModalScreen

from w2vtui.errors import W2vtuiError
from w2vtui.tui.app_parts.places import Places

if TYPE_CHECKING:
    from w2vtui.sweeping.watched_sweep import WatchedSweep
    from w2vtui.tui.sessions.session import Session
    from w2vtui.tui.train_screen.screen import TrainScreen

TWICE_SECONDS = 2.0
"""Longest time between the two presses of ctrl+q or ctrl+c that count as one double press."""


class Leaving(Places):
    """The part of the app that quits, and asks before a run or a sweep is left."""

    sweep: WatchedSweep | None = None
    """What to show in place of the first screen; what began it follows it to its end."""
    _train_screen: TrainScreen | None = None
    _ending = False
    """Whether the run is being ended, so that ctrl+q has nothing to ask."""
    _asked_at = _interrupted_at = -TWICE_SECONDS

    async def action_quit(self) -> None:
        """Quit; ask first what to do with a run that is training, or with unsaved vectors."""
        from w2vtui.tui.dialogs.leave_dialog import LeaveDialog, LeaveSweep

        session, dialog = self.session, self.screen
        if self._ending:
            return
        if isinstance(dialog, LeaveSweep):
            dialog.choose_first()
            return
        if isinstance(dialog, LeaveDialog):
            if dialog.is_repeatable and time.monotonic() - self._asked_at < TWICE_SECONDS:
                dialog.choose_first()
        elif session is not None and (session.active or session.unsaved):
            self._asked_at = time.monotonic()
            self._ask_before_leaving(session, "Quit", "Quit", self.leave)
        elif self.sweep is not None and not self.sweep.is_over(0):
            self._ask_before_leaving_sweep(self.sweep)
        else:
            self.leave()

    def _ask_before_leaving_sweep(self, sweep: WatchedSweep) -> None:
        from w2vtui.tui.dialogs.leave_dialog import LeaveSweep

        def answered(choice: str | None) -> None:
            if choice == "end":
                try:
                    sweep.stop()
                except W2vtuiError as error:
                    self.warn(str(error))
                    return
            if choice:
                self.leave()

        self._close_dialogs()
        self.push_screen(LeaveSweep(sweep), answered)

    def _ask_before_leaving(
        self, session: Session, title: str, verb: str, then: Callable[[], None]
    ) -> None:
        from w2vtui.tui.dialogs.leave_dialog import LeaveDialog

        def answered(choice: str | None) -> None:
            if choice == "discard":
                then()
            elif choice == "keep":
                self._checkpoint_then(session, then)
            elif choice == "leave":
                session.leave_training()
                then()
            elif choice == "save":
                self._save_then(session, then)

        self._close_dialogs()
        self.push_screen(LeaveDialog(session, title, verb), answered)

    @work(exclusive=True, group="leave")
    async def _checkpoint_then(self, session: Session, then: Callable[[], None]) -> None:
        """End the run with a last checkpoint; stay if that cannot be written."""
        from w2vtui.tui.sessions.session import LEAVING_SECONDS

        self.report("writing the last checkpoint …", seconds=LEAVING_SECONDS)
        await self._end(session)
        if session.is_resumable:
            then()
        else:
            self.warn(
                "the last checkpoint could not be written (the events say why): save the vectors, "
                "or quit without saving"
            )

    def _save_then(self, session: Session, then: Callable[[], None]) -> None:
        screen = self._train_screen
        if screen is None:
            return
        if session.output is not None:
            self._end_and_save(screen, session.output, then)
        else:
            screen.ask_where_to_save(lambda path: self._end_and_save(screen, path, then))

    @work(exclusive=True, group="leave")
    async def _end_and_save(self, screen: TrainScreen, path: str, then: Callable[[], None]) -> None:
        self.report("saving …")
        await self._end(screen.session)
        if await screen.save_to(path):
            then()

    async def _end(self, session: Session) -> None:
        self._ending = True
        try:
            await asyncio.to_thread(session.end)
        finally:
            self._ending = False

    def leave(self, code: int | None = None) -> None:
        """Leave at once, with this exit code; None takes that of the run."""
        if code is None:
            code = self.session.exit_code() if self.session is not None else 0
        self.exit(return_code=code)

    def action_interrupt(self) -> None:
        """Say how to quit; when pressed twice, leave at once."""
        now = time.monotonic()
        if now - self._interrupted_at < TWICE_SECONDS:
            self.leave(130)
            return
        self._interrupted_at = now
        interrupt, leave = self.key_of("app.interrupt"), self.key_of("app.quit")
        self.report(f"{interrupt} again leaves at once; {leave} quits", seconds=TWICE_SECONDS)

    def _close_dialogs(self) -> None:
        while isinstance(self.screen, ModalScreen):
            self.pop_screen()
