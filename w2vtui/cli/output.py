"""stdout and stderr, either of which may go away while there is work left."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def report(text: str) -> None:
    """Print a line on stderr; if nothing reads it any longer, the work continues."""
    if sys.stderr is None:  # closed from the start; print would take None for stdout
        return
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:  # the reader of the pipe has gone, or the terminal has
        silence(sys.stderr)


def silence(stream: TextIO) -> None:
    """Discard what a stream holds and all that follows, so that the flush at exit cannot fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def show_any_character() -> None:
    """Make stdout escape what its encoding lacks, as stderr does, rather than raise."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def flush_results() -> None:
    """Flush stdout while a failure can still be reported."""
    if sys.stdout is not None:
        sys.stdout.flush()
