"""`w2vtui get`: well-known texts, vectors and questions."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from w2vtui.cli.output import report, show
from w2vtui.downloads import CATALOG, Bar, Download, fetch, own
from w2vtui.errors import SettingsError

USAGE = "w2vtui get [NAME ...] [-o FOLDER]"
HELP = """Fetch well-known texts, vectors and questions, and check them.

  w2vtui get                      lists them
  w2vtui get text8
  w2vtui get simlex999 questions-words -o sets
  w2vtui get --url https://example.org/notes.txt --sha256 0123...

A file that is there already is not fetched again. Of one that did not arrive whole, nothing is
left."""
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui get` takes."""
    parser.add_argument("names", metavar="NAME", nargs="*", help="what to fetch; none lists them")
    parser.add_argument(
        "-o", "--output", metavar="FOLDER", default=".", help="where to put it (default: here)"
    )
    parser.add_argument("--url", metavar="URL", help="fetch this file, whose --sha256 is known")
    parser.add_argument("--sha256", metavar="HEX", help="the checksum of the file at --url")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace other files of the same names"
    )


def run(arguments: argparse.Namespace) -> int:
    """Fetch what is named, or list what there is; print the files.

    Raises:
        W2vtuiError: there is nothing of the name, or it cannot be fetched.
    """
    wanted = [_named(name) for name in arguments.names] + _own(arguments)
    if not wanted:
        width = max(map(len, CATALOG))
        show(*(f"{name:{width}}  {one.what}" for name, one in CATALOG.items()))
        return 0
    for download in wanted:
        with _bar(download) as bar:
            files = fetch(download, Path(arguments.output), bar, overwrite=arguments.overwrite)
        show(*map(str, files))
    return 0


def _named(name: str) -> Download:
    if name not in CATALOG:
        near = difflib.get_close_matches(name, CATALOG, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}? " if near else ""
        raise SettingsError(f"there is nothing called {name!r}: {hint}w2vtui get lists all")
    return CATALOG[name]


def _own(arguments: argparse.Namespace) -> list[Download]:
    if (arguments.url is None) != (arguments.sha256 is None):
        raise SettingsError("give --url and --sha256 together")
    return [] if arguments.url is None else [own(arguments.url, arguments.sha256)]


@contextmanager
def _bar(download: Download) -> Iterator[Bar | None]:
    """A bar on a terminal, a line elsewhere."""
    if not sys.stderr.isatty():
        report(f"fetching {download.url}")
        yield None
        return
    from rich.progress import DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

    from w2vtui.cli.console import SafeConsole

    columns = (*Progress.get_default_columns()[:2], DownloadColumn(), TransferSpeedColumn())
    console = SafeConsole(stderr=True)
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        yield _RichBar(progress, next(iter(download.targets)))


class _RichBar:
    """Rich's bar by the names that pooch calls."""

    def __init__(self, progress: object, name: str) -> None:
        from rich.progress import Progress

        assert isinstance(progress, Progress)
        self._progress = progress
        self._task = progress.add_task(name, total=None)
        self._total = 0

    @property
    def total(self) -> int:
        """Bytes that will come; 0 where that is not known."""
        return self._total

    @total.setter
    def total(self, n_bytes: int) -> None:
        self._total = n_bytes
        self._progress.update(self._task, total=n_bytes or None)

    def update(self, n_bytes: int) -> None:
        """Note that this many more bytes have come."""
        self._progress.advance(self._task, n_bytes)

    def reset(self) -> None:
        """Start again from 0."""
        self._progress.update(self._task, completed=0)

    def close(self) -> None:
        """All has come."""
