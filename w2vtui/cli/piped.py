"""Whether text comes through standard input, though `-` was not named; nothing of it is read."""

from __future__ import annotations

import os
import select
import stat
import sys

if sys.platform != "win32":
    import fcntl
    import termios

from w2vtui.cli.output import report

AT_ONCE_SECONDS = 0.3
"""Text that comes within this is not waited for aloud."""
WAITING_SECONDS = 3.0
"""How long a pipe may stay silent: one that was merely inherited stays so for ever."""


def is_text_piped() -> bool:
    """Whether standard input is a file with anything left to read, or a pipe that brings anything.

    A terminal, the null device and a closed input bring nothing. A silent pipe is waited for a
    moment, with a line that says so.
    """
    try:
        number = sys.stdin.fileno()
        mode = os.fstat(number).st_mode
        if stat.S_ISREG(mode):
            return os.fstat(number).st_size > os.lseek(number, 0, os.SEEK_CUR)
    except (AttributeError, OSError, ValueError):  # closed, or a stand-in without a file behind it
        return False
    if sys.platform == "win32" or not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return False
    if _becomes_readable(number, AT_ONCE_SECONDS):
        return _holds_anything(number)
    report(
        f"stdin is a pipe: waiting {WAITING_SECONDS:g} s for text (w2vtui train - waits for it "
        "without a limit)"
    )
    if _becomes_readable(number, WAITING_SECONDS):
        return _holds_anything(number)
    report("no text came through the pipe")
    return False


def _becomes_readable(number: int, seconds: float) -> bool:
    """Whether there is something to read, or the end, within some seconds."""
    return bool(select.select([number], [], [], seconds)[0])


def _holds_anything(number: int) -> bool:
    """Whether a pipe that is readable holds bytes; if not, its writers have closed it."""
    n_bytes = fcntl.ioctl(number, termios.FIONREAD, b"\0" * 4)
    return any(n_bytes)
