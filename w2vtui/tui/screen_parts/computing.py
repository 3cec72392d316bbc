"""The background thread of a screen that computes much, and how often that follows a training."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from textual._context import NoActiveAppError
from textual.message import Message
from textual.message_pump import MessagePump

from w2vtui.errors import W2vtuiError
from w2vtui.system.shortage import as_shortage
from w2vtui.tui.messages import Failed

FOLLOW_SECONDS = 1.0
"""From one look for later vectors to the next."""
FOLLOW_SHARE = 0.05
"""Of one core, that following a training takes from it at most, copies included; what a person asks
for is computed at once.
"""
FOLLOW_MOST_SECONDS = 30.0
"""The longest pause of that, since what is computed for the first time may take long."""


class Computing:
    """Carries out requests one after another; of those with the same name only the latest."""

    def __init__(self, screen: MessagePump) -> None:
        """screen: gets `Failed` where a request raises; the next ones are carried out"""
        self._screen = screen
        self._requests: dict[str, Callable[[], None]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def ask(self, name: str, request: Callable[[], None]) -> None:
        """Carry out a request soon, in place of one of this name that still waits."""
        with self._changed:
            self._requests[name] = request
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._main, name="w2vtui-computing", daemon=True
                )
                self._thread.start()
            self._changed.notify()

    def go_on(self, name: str, request: Callable[[], None]) -> None:
        """Carry out a request after all others, unless one of this name already waits.

        For a request that does a part of its work at a time.
        """
        with self._changed:
            self._requests.setdefault(name, request)
            self._changed.notify()

    @property
    def has_more(self) -> bool:
        """Whether a request waits."""
        with self._changed:
            return bool(self._requests)

    def close(self) -> None:
        """End the thread after the request that it carries out now."""
        with self._changed:
            self._is_closed = True
            self._requests.clear()
            self._changed.notify()

    def _main(self) -> None:
        while (request := self._next()) is not None:
            try:
                request()
            except Exception as error:
                report_to(self._screen, Failed(error))

    def _next(self) -> Callable[[], None] | None:
        """The request that has waited longest; None once it is closed."""
        with self._changed:
            while not self._requests and not self._is_closed:
                self._changed.wait()
            if self._is_closed:
                return None
            return self._requests.pop(next(iter(self._requests)))


def problem_of(error: Exception) -> str:
    """What to show of an error that anybody may meet; an error of the program is raised again."""
    shortage = as_shortage(error)
    if shortage is None and not isinstance(error, (W2vtuiError, OSError)):
        raise error
    return str(shortage or error)


def report_to(receiver: MessagePump, message: Message) -> None:
    """Post a message from the background, unless the app has ended in the meantime."""
    with contextlib.suppress(NoActiveAppError):
        receiver.post_message(message)
