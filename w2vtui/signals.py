"""Handles signals for the length of a block."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], None]


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
