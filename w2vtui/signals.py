"""Handles signals for the length of a block; tells a second one from an echo of the first."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], None]

ECHO_SECONDS = 0.3
"""Two signals within this time count once: `timeout` sends one to the process and one to its
group."""
HANG_UP_ECHO_SECONDS = 5.0
"""Two hang-ups within this time count once: one comes from the terminal, one from the shell."""


class SignalsSeen:
    """The signals that have come, as one thread sees them."""

    def __init__(self) -> None:
        self.first = 0
        """The number of the first; 0 before it."""
        self._at = 0.0

    def is_second(self, number: int) -> bool:
        """Whether this signal comes after the first, and is not an echo of it."""
        now = time.monotonic()
        if not self.first:
            self.first, self._at = number, now
            return False
        both_hang_up = self.first == number == getattr(signal, "SIGHUP", None)
        return now - self._at >= (HANG_UP_ECHO_SECONDS if both_hang_up else ECHO_SECONDS)


@contextmanager
def handling(handlers: Mapping[str, Handler]) -> Iterator[None]:
    """Handle signals, by name, in the block, then restore the earlier handlers.

    Signals that the system lacks, or that this process was started to ignore, as nohup does with
    SIGHUP, are left alone.
    """
    present = {getattr(signal, name, None): handler for name, handler in handlers.items()}
    before = {
        number: signal.signal(number, handler)
        for number, handler in present.items()
        if number is not None and signal.getsignal(number) != signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def hearing(hear: Callable[[int], None]) -> Iterator[None]:
    """Pass on the number of each handled signal in the block, from a thread of its own.

    Handlers run in the main thread, and not before it has returned to Python; this thread hears of
    a signal even if the main thread never does.
    """
    listening, told = socket.socketpair()
    told.setblocking(False)
    before = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)

    def listen() -> None:
        with listening:
            while numbers := listening.recv(64):
                for number in numbers:
                    hear(number)

    threading.Thread(target=listen, name="w2vtui-signals", daemon=True).start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        told.close()  # which ends the thread
