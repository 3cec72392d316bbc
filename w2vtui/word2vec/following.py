"""Shows the progress of a call while it works: a bar in a terminal or a notebook, or lines."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.live import Live

from w2vtui.corpus import ReadingProgress
from w2vtui.progress_line import Line, drawn_line, line_of, line_of_reading
from w2vtui.training.state.snapshot import Snapshot

_BAR_SECONDS = 0.2
_LINE_SECONDS = 2.0


class FollowingConsole(Console):
    """A console whose end is not that of the program, nor of stdout."""

    def on_broken_pipe(self) -> None:
        """Raise the BrokenPipeError, of which the thread that draws ends."""
        raise  # noqa: PLE0704 - in its handler


@contextmanager
def following(
    look: Callable[[], Snapshot | ReadingProgress], console: Console | None = None
) -> Iterator[None]:
    """Show how far a run or a reader is, again and again until the block ends.

    console   where to; without it stderr, or the output of a notebook's cell
    """
    console = FollowingConsole(stderr=True) if console is None else console
    show = _show_bar if _draws(console) else _show_lines
    over = threading.Event()
    thread = threading.Thread(
        target=show, args=(look, console, over), name="w2vtui-progress", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _draws(console: Console) -> bool:
    """Whether a line can be drawn again in its place."""
    if console.is_jupyter:
        return importlib.util.find_spec("ipywidgets") is not None
    # With FORCE_COLOR Rich assumes a terminal, but a log with colors is still a log.
    return console.is_terminal and console.file.isatty() and not console.is_dumb_terminal


def _line(look: Callable[[], Snapshot | ReadingProgress]) -> Line:
    seen = look()
    return line_of(seen) if isinstance(seen, Snapshot) else line_of_reading(seen)


def _show_bar(
    look: Callable[[], Snapshot | ReadingProgress], console: Console, over: threading.Event
) -> None:
    ended = False
    with suppress(OSError), Live(console=console, auto_refresh=False) as live:
        while not ended:
            ended = over.wait(_BAR_SECONDS)
            line = _line(look)
            if line.where:
                live.update(drawn_line(line, console.width), refresh=True)


def _show_lines(
    look: Callable[[], Snapshot | ReadingProgress], console: Console, over: threading.Event
) -> None:
    ended, last = False, Line("", "", None)
    with suppress(OSError):  # nobody reads them any more
        while not ended:
            ended = over.wait(_LINE_SECONDS)
            line = _line(look)
            if line.where and line != last:
                console.print(str(line), markup=False, highlight=False, soft_wrap=True)
            last = line
