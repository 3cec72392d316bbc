"""What to say when the system gives this process no more memory."""

from __future__ import annotations

import errno

from w2vtui.display import size_text
from w2vtui.errors import OutOfMemoryError
from w2vtui.system.resources import available_memory, limited_memory

_SIGNS = ("can't start new thread", "annot allocate memory", "failed to map segment")
"""In the errors that Python, the loader of libraries and the system raise for want of memory."""


def as_shortage(error: BaseException, doing: str = "") -> OutOfMemoryError | None:
    """The error for the command line, if this one was raised for want of memory; else None.

    doing   what the program was doing, as `reading the corpus`
    """
    if isinstance(error, OutOfMemoryError):
        return None
    is_short = (
        isinstance(error, MemoryError)
        or (isinstance(error, OSError) and error.errno == errno.ENOMEM)
        or (
            isinstance(error, OSError | RuntimeError | ImportError)
            and any(sign in str(error) for sign in _SIGNS)
        )
    )
    return OutOfMemoryError(_message(doing)) if is_short else None


def check_room(needed: int) -> None:
    """Refuse to begin where a limit of the session leaves too little memory for the libraries.

    They end the process, or wait without end, when they find none.

    Raises:
        OutOfMemoryError: it leaves less than `needed` bytes.
    """
    left = limited_memory()
    if left is not None and left < needed:
        raise OutOfMemoryError(
            f"starting takes about {size_text(needed)} of memory; the limit of this session "
            f"(ulimit -v) leaves {size_text(left)}: raise it"
        )


def _message(doing: str) -> str:
    during = f" while {doing}" if doing else ""
    available = available_memory()
    there = "" if available is None else f"; {size_text(available)} is available"
    limit = "" if limited_memory() is None else "raise the limit of this session (ulimit -v), "
    return (
        f"there was not enough memory{during}{there}: {limit}close other programs, or train with "
        "a smaller text, --vector-size, --max-final-vocab or --workers"
    )
