"""stdout and stderr, either of which may go away while there is work left.

Names of files and runs, tokens and settings come from elsewhere: each line is escaped here, so that
none can send a terminal what it would obey, or begin a line of its own. What Rich draws goes
through `console.SafeConsole`.
"""

from __future__ import annotations

import sys
import time
from typing import TextIO

from w2vtui.display import safe_text
from w2vtui.system.streams import discard


def show(*lines: str) -> None:
    """Print lines of results on stdout."""
    print("\n".join(map(safe_text, lines)))


def show_fields(*fields: str) -> None:
    """Print fields on a line, two tabs between them, as word2vec.c's programs do."""
    print("\t\t".join(map(safe_text, fields)))


def show_prompt(text: str) -> None:
    """Ask for a line of stdin."""
    print(text, end=" ", flush=True)


def report(*lines: str) -> None:
    """Print lines on stderr; if nothing reads them any longer, the work continues."""
    if sys.stderr is None:  # closed from the start; print would take None for stdout
        return
    try:
        print("\n".join(map(safe_text, lines)), file=sys.stderr, flush=True)
    except OSError:  # the reader of the pipe has gone, or the terminal has
        silence(sys.stderr)


class PassingLine:
    """In a block, a line on a terminal's stderr that says how far something is.

    It appears after a second, and is wiped at the end.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        """What is under way; may change."""
        self._width = 0
        self._due = time.monotonic() + 1.0

    def __enter__(self) -> PassingLine:
        return self

    def __exit__(self, *_: object) -> None:
        self._wipe()

    def show(self, done: float) -> None:
        """Say how much is done, 0..1."""
        if time.monotonic() >= self._due and sys.stderr is not None and sys.stderr.isatty():
            self._due = time.monotonic() + 0.2
            line = f"{self.what}  {done:4.0%}"
            self._write(f"\r{line:{self._width}}")
            self._width = len(line)

    def report(self, line: str) -> None:
        """Print a line that stays."""
        self._wipe()
        report(line)

    def _wipe(self) -> None:
        if self._width:
            self._write(f"\r{' ' * self._width}\r")
            self._width = 0

    def _write(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:  # the terminal has gone
            silence(sys.stderr)


def ask(question: str) -> str:
    """The answer to a question on a terminal; empty if it has gone."""
    print(safe_text(question), end=" ", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def silence(stream: TextIO) -> None:
    """Discard what a stream holds and all that follows, so that the flush at exit cannot fail."""
    discard(stream.fileno())


def report_unwritten(error: OSError) -> None:
    """Report that stdout took nothing."""
    report(f"w2vtui: cannot write to stdout: {(error.strerror or str(error)).lower()}")


def show_any_character() -> None:
    """Make stdout escape what its encoding lacks, as stderr does, rather than raise."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def flush_results() -> None:
    """Flush stdout while a failure can still be reported."""
    if sys.stdout is not None:
        sys.stdout.flush()
