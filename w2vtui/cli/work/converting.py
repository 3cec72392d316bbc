"""The progress of a conversion: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from w2vtui.cli.console import SafeConsole
from w2vtui.cli.output import report

if TYPE_CHECKING:
    from w2vtui.formats.converting import Progress as Report

LINE_SECONDS = 2.0


@contextmanager
def shown_progress() -> Iterator[Report]:
    """Shows how many words are done, for the length of a block."""
    console = SafeConsole(stderr=True)
    is_terminal = sys.stderr is not None and sys.stderr.isatty() and not console.is_dumb_terminal
    if not is_terminal:
        yield _lines()
        return
    columns = (
        BarColumn(30),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} words"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, start=True)
        yield lambda done, most: bar.update(task, completed=done, total=most)


def _lines() -> Report:
    """Prints a line every two seconds."""
    shown = time.monotonic()

    def show(done: int, most: int) -> None:
        nonlocal shown
        if time.monotonic() - shown >= LINE_SECONDS:
            report(f"{done:,} of {most:,} words  {done / max(most, 1):.0%}")
            shown = time.monotonic()

    return show
