"""What a viewer asks of a trainer, passed on one after the other by a thread of its own.

Nobody waits for the trainer longer than a moment: it may be stopped, or at the other end of a busy
machine. What it has not answered by then is refused here, or arrives late.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from w2vtui.errors import RunError, SettingsError, W2vtuiError
from w2vtui.trainer_process.connection import ConnectionLostError
from w2vtui.trainer_process.line import Line
from w2vtui.trainer_process.messages import Change, Message, Undo

TELL_SECONDS = 0.15
"""How long a call waits that needs no answer."""
ASK_SECONDS = 1.0
"""How long a call waits that needs one."""
_GONE = "the process that trains this run is gone"
_NOT_REACHED = "the process that trains this run is not reached"

_Answer = TypeVar("_Answer", bound=Message)


class Errand:
    """One thing that is asked."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.done = threading.Event()
        self.answer: Message | None = None
        self.error: BaseException | None = None

    def result(self, kind: type[_Answer]) -> _Answer:
        """The answer, once it is done.

        Raises:
            W2vtuiError: the answer is an error.
        """
        if isinstance(self.error, W2vtuiError):
            raise self.error
        if self.error is not None:
            raise RunError(str(self.error)) from self.error
        assert isinstance(self.answer, kind), f"an answer of {kind.__name__}"
        return self.answer


class Errands:
    """Passes on what is asked."""

    def __init__(self, line: Line, after_each: Callable[[], None]) -> None:
        """after_each: called once each is answered, before whoever waits for it learns that"""
        self._line, self._after_each = line, after_each
        self._waiting: queue.SimpleQueue[Errand | None] = queue.SimpleQueue()
        self._last: Errand | None = None
        self._lock = threading.Lock()
        self._is_over = False

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name="w2vtui-steering", daemon=True).start()

    def end(self) -> None:
        """Accept nothing any more; what was accepted is still passed on."""
        with self._lock:
            self._is_over = True
            self._waiting.put(None)

    def send(self, message: Message, timeout: float) -> Errand:
        """Pass something on; wait for the answer for as many seconds."""
        errand = Errand(message)
        with self._lock:
            is_accepted = not self._is_over
            if is_accepted:
                self._last = errand
                self._waiting.put(errand)
        if is_accepted:
            errand.done.wait(timeout)
        else:
            errand.error = SettingsError(_GONE)
            errand.done.set()
        return errand

    def settle(self, timeout: float) -> None:
        """Wait until all that was accepted is answered.

        Raises:
            RunError: that takes more seconds than `timeout`, or the last of it is not done.
        """
        last = self._last
        if last is None:
            return
        if not last.done.wait(timeout):
            silent = f"has not answered for {timeout:.0f} s"
            raise RunError(f"the process that trains {silent}: try again later")
        if last.error is not None:
            raise RunError(f"not done, try again: {last.error}") from last.error

    def _run(self) -> None:
        while (errand := self._waiting.get()) is not None:
            try:
                errand.answer = self._asked(errand.message)
            except ConnectionLostError:
                errand.error = SettingsError(_NOT_REACHED)
            except Exception as error:  # whoever asked raises it
                errand.error = error
            else:
                with suppress(Exception):  # it is done; whoever looks on reports that looks fail
                    self._after_each()
            errand.done.set()
        self._line.close()

    def _asked(self, message: Message) -> Message:
        """The answer to a message, which is sent again where the connection was an old one, unless
        the trainer may have done that then, and must not do it twice.

        Raises:
            ConnectionLostError: the trainer cannot be asked.
            W2vtuiError: the answer is an error, or it is not known whether it is done.
        """
        with suppress(ConnectionLostError):
            return self._line.ask(message).message
        if isinstance(message, Change | Undo):
            raise SettingsError(f"{_NOT_REACHED}: what was asked may be done or not")
        return self._line.ask(message).message
