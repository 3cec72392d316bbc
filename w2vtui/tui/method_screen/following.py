"""What the Method screen computes in the background, and how it follows a training."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textual.events import ScreenResume, ScreenSuspend
from textual.message import Message

from w2vtui.errors import W2vtuiError
from w2vtui.exploring.subject import Subject
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.method_screen.pane import MethodPane, seen
from w2vtui.tui.screen_parts.computing import (
    FOLLOW_MOST_SECONDS,
    FOLLOW_SHARE,
    Computing,
    problem_of,
    report_to,
)
from w2vtui.tui.screen_parts.coverable import CoverableScreen


class Following(CoverableScreen):
    """The part of the Method screen that has the pane of the current tab computed."""

    app: BaseApp

    @dataclass
    class Computed(Message):
        """A pane was computed, or there is nothing to show."""

        pane: MethodPane
        result: Any
        problem: str = ""
        is_last: bool = False

    def __init__(self, subject: Subject | None = None) -> None:
        """subject: what is trained or was trained; None where there is nothing"""
        super().__init__()
        self.subject = subject
        self._words: Sequence[str] = ()
        self._rows: Mapping[str, int] = {}
        """The row of each word."""
        self._computing = Computing(self)
        self._at_work: dict[str, Any] = {}
        """The questions that are being computed, by pane."""
        self._looked: dict[str, tuple[object, int]] = {}
        """Where the run was when each pane was last computed."""
        self._due: dict[str, float] = {}
        """When each pane may be computed again, in monotonic time, since it took its share."""

    @property
    def pane(self) -> MethodPane:
        """The pane of the current tab."""
        raise NotImplementedError

    def words(self) -> Sequence[str]:
        """The vocabulary, most frequent word first; empty until it is known."""
        return self._words

    def on_unmount(self) -> None:
        """End the background thread."""
        self._computing.close()

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Look at once."""
        if self.is_mounted:
            self.tick()

    def on_screen_suspend(self, event: ScreenSuspend) -> None:
        """Forget the latest vectors when the screen is left, but not under a dialog."""
        if self.subject is not None and self not in self.app.screen_stack:
            self.subject.release()

    def tick(self) -> None:
        """Have the current pane computed again if the run has come further since."""
        pane, where = self.pane, self._where()
        looked = self._looked.get(pane.NAME, where)
        is_due = time.monotonic() >= self._due.get(pane.NAME, 0.0)
        is_new = pane.result is None or looked[0] != where[0] or (is_due and looked != where)
        if self.is_current and is_new and self._at_work.get(pane.NAME, self) != pane.question():
            self._looked[pane.NAME] = where
            self._request(pane)

    def _where(self) -> tuple[object, int]:
        """What changes when the run is changed, and how far it has come."""
        run = None if self.subject is None else self.subject.run
        if run is None:
            return None, 0
        shot = run.snapshot()
        return (shot.state, shot.settings), shot.progress.tokens

    def on_method_pane_recompute(self, message: MethodPane.Recompute) -> None:
        """Have a pane computed whose state has changed, if it is seen."""
        if message.pane is self.pane and self.is_current:
            self._request(message.pane)

    def on_following_computed(self, message: Computed) -> None:
        """Show what was computed."""
        if message.is_last:
            self._at_work.pop(message.pane.NAME, None)
        if message.problem:
            message.pane.refuse(message.problem)
        elif message.result is not None:
            message.pane.take(message.result)

    def _request(self, pane: MethodPane) -> None:
        pane.wait()
        question = self._at_work[pane.NAME] = pane.question()
        self._computing.ask(pane.NAME, lambda: self._begin(pane, question))

    # ---- in the background thread

    def _begin(self, pane: MethodPane, question: Any) -> None:
        if not self._words and self.subject is not None:
            self._learn_words()
        self._go_on(pane, pane.compute(self.subject, question))

    def _go_on(self, pane: MethodPane, results: Iterator[Any]) -> None:
        """Compute the next result; the ones after it when nothing newer is asked."""
        done, began = object(), time.thread_time()
        try:
            result = next(results, done)
        except Exception as error:
            report_to(self, self.Computed(pane, None, problem_of(error), is_last=True))
            return
        rest = (time.thread_time() - began) / FOLLOW_SHARE
        due = max(self._due.get(pane.NAME, 0.0), time.monotonic()) + rest
        latest = time.monotonic() + FOLLOW_MOST_SECONDS  # it may have compiled
        self._due[pane.NAME] = min(due, latest)
        is_last = result is done
        report_to(self, self.Computed(pane, None if is_last else result, is_last=is_last))
        if not is_last:
            self._computing.go_on(pane.NAME, lambda: self._go_on(pane, results))

    def _learn_words(self) -> None:
        with contextlib.suppress(W2vtuiError, OSError, MemoryError):  # the pane says why
            vectors = seen(self.subject).vectors
            self._words, self._rows = vectors.index_to_key, vectors.key_to_index
