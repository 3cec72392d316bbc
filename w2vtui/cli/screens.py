"""Shows the app, if there is a screen for it; loads Textual only then."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from w2vtui.runs.resuming.resuming import Resumption
    from w2vtui.training.watched_run import WatchedRun
    from w2vtui.tui.chosen.form import Form
    from w2vtui.tui.launch import BeginsWith


def has_screen() -> bool:
    """Whether both streams are a terminal whose cursor can be moved."""
    if os.environ.get("TERM", "") in ("", "dumb"):
        return False
    # A stream that was closed before Python started is None.
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def show_screens(
    arguments: argparse.Namespace,
    form: Form,
    take_run: Callable[[], Resumption] | None = None,
    begins_with: BeginsWith | None = None,
) -> int:
    """Show the screens until they are left; return the exit code.

    take_run      gives the saved run to begin with; None begins with the first screen
    begins_with   what to show in its place

    Raises:
        W2vtuiError: the theme, the keys, the output or a file of questions cannot be used.
    """
    from w2vtui.tui.keys import check_keys
    from w2vtui.tui.launch import run_app
    from w2vtui.tui.looks.themes import check_theme

    check_theme(arguments.settled["theme"])
    if arguments.config.keys:  # seldom, and this loads all screens and NumPy
        from w2vtui.tui.scopes import SCOPES

        check_keys(arguments.config.keys, SCOPES)
    return run_app(
        form,
        arguments.output,
        look=arguments.screen_settings,
        config=arguments.config,
        follow=_follow,
        take_run=take_run,
        begins_with=begins_with,
    )


def _follow(run: WatchedRun) -> int:
    from w2vtui.cli.headless import follow  # loads Numba, for which a screen need not wait

    return follow(run)
