"""The two streams of the command line, either of which may go away while there is work to do."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def report(text: str) -> None:
    """Print a line on stderr; when nobody is left to read it, the work goes on all the same."""
    if sys.stderr is None:  # closed from the start; print would take None for stdout
        return
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:  # the reader of the pipe has gone, or the terminal has
        let_go(sys.stderr)


def let_go(stream: TextIO) -> None:
    """Send what a stream still holds, and all to come, nowhere: the flush at exit must not fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def show_any_character() -> None:
    """Let stdout escape what its encoding lacks, as stderr does, where it would raise."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def flush_results() -> None:
    """Write out what stdout holds, while a failure can still be told of."""
    if sys.stdout is not None:
        sys.stdout.flush()
