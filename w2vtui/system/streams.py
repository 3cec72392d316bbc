"""Keeps stdout and stderr from holding up the end of the program.

A terminal may stop to read, and so may the program behind a pipe. Whoever writes there then waits,
perhaps for ever. Once a signal has asked for the end, what such a stream does not take is lost.
"""

from __future__ import annotations

import math
import os
import select
import signal
import sys
import threading
import time

PATIENCE_SECONDS = 2.0
"""How long after a signal a stream may take nothing."""
NO_PATIENCE_SECONDS = 0.2
_POLL_SECONDS = 0.05
_STREAMS = (1, 2)
_CLEAR_LINE = "\r\x1b[K"


def discard(descriptor: int) -> None:
    """Point a descriptor to nowhere, so that no write to it fails or waits any longer."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def let_writes_be_interrupted() -> None:
    """Handle SIGURG, which wakes the main thread from a write; to be called there, beforehand."""
    if hasattr(signal, "SIGURG"):
        signal.signal(signal.SIGURG, lambda number, frame: None)


def discard_what_blocks(seconds: float = PATIENCE_SECONDS) -> None:
    """From now on, discard what goes to a stream that has taken nothing for `seconds`."""
    _watch.patience = min(_watch.patience, seconds)
    _watch.start()


def wait_for_all() -> None:
    """Wait again for streams that take nothing."""
    _watch.patience = math.inf


def write_now(text: str) -> bool:
    """Write a line to stderr if it takes one at once; return whether it did.

    Any thread may call this, whatever the main thread is writing. On a terminal the line takes the
    place of one that is drawn again and again.
    """
    if sys.__stderr__ is None or not _takes_more(2):
        return False
    is_drawn = os.isatty(2) and os.environ.get("TERM", "dumb") != "dumb"
    try:
        os.write(2, f"{_CLEAR_LINE if is_drawn else ''}{text}\n".encode(errors="backslashreplace"))
    except OSError:  # it has gone
        return False
    return True


class _Watch:
    """Looks at the streams from a thread of its own while patience with them is limited."""

    def __init__(self) -> None:
        self.patience = math.inf
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look, unless that has begun, or this system cannot interrupt a write."""
        if hasattr(signal, "pthread_kill") and (
            self._thread is None or not self._thread.is_alive()
        ):
            self._thread = threading.Thread(target=self._look, name="streams", daemon=True)
            self._thread.start()

    def _look(self) -> None:
        since = dict.fromkeys(_STREAMS, time.monotonic())
        while self.patience < math.inf:
            now = time.monotonic()
            for stream in _STREAMS:
                if _takes_more(stream):
                    since[stream] = now
                elif now - since[stream] >= self.patience:
                    discard(stream)
                    _interrupt_the_write()
            time.sleep(_POLL_SECONDS)


_watch = _Watch()


def _takes_more(stream: int) -> bool:
    try:
        return bool(select.select([], [stream], [], 0)[1])
    except (OSError, ValueError):  # closed: a write fails at once
        return True


def _interrupt_the_write() -> None:
    """Wake the main thread: Python then tries its write again, which goes to nowhere now."""
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, signal.SIGURG)
