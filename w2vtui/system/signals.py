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

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
"""What asks for the end of a process."""
ECHO_SECONDS = 2.0
"""Two signals within this time count once: `timeout` sends one to the process and one to its
group, a supervisor ends a group and then each of its processes.
"""
HANG_UP_ECHO_SECONDS = 5.0
"""Two hang-ups within this time count once: one comes from the terminal, one from the shell."""
QUIET_SECONDS = 0.3
"""An end that takes longer than this is reported."""


def way_out(first: int) -> str:
    """What a report says where the next Ctrl-C counts, however soon it comes.

    first   the number of the signal that came before; 0 for none
    """
    return f"Ctrl-C{' again' * (first == signal.SIGINT)} to leave at once"


class SignalsSeen:
    """The signals that have come, as one thread sees them."""

    def __init__(self) -> None:
        self.first = 0
        """The number of the first; 0 before it."""
        self.is_announced = False
        """Whether it was announced that Ctrl-C leaves at once: then it counts, however soon."""
        self._at = 0.0

    def is_second(self, number: int) -> bool:
        """Whether this signal comes after the first, and is not an echo of it."""
        now, earlier = time.monotonic(), self.first
        self.first = earlier or number
        if number == signal.SIGINT and self.is_announced:
            return True
        both_hang_up = earlier == number == getattr(signal, "SIGHUP", None)
        echo_seconds = HANG_UP_ECHO_SECONDS if both_hang_up else ECHO_SECONDS
        if earlier and now - self._at >= echo_seconds:
            return True
        # A supervisor may repeat its signal for as long as the process lives. Ctrl-C is pressed by
        # a person, who insists.
        if not earlier or number != signal.SIGINT:
            self._at = now
        return False


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
def interrupting() -> Iterator[None]:
    """Interrupt the block as Ctrl-C does, once for a signal and its echoes.

    Only the main thread can handle signals; in any other one this does nothing.

    Raises:
        KeyboardInterrupt: there was a signal; its argument is the exit code.
    """
    seen = SignalsSeen()

    def interrupt(number: int, frame: FrameType | None) -> None:
        is_first = not seen.first
        if seen.is_second(number) or is_first:
            raise KeyboardInterrupt(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with handling(dict.fromkeys(SIGNALS, interrupt)):
        yield


def ignore_all() -> None:
    """Ignore signals from now on: the echo of one must not disturb the end of the process."""
    for name in SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


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
