"""A sweep shown in the app or without it, and what came of it printed at its end."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from w2vtui.cli.output import report, show
from w2vtui.cli.results import json_text
from w2vtui.cli.screens import has_screen, show_screens
from w2vtui.cli.work.sweep_progress import choose_progress
from w2vtui.cli.work.sweep_results import as_json, result_lines
from w2vtui.errors import RunError, SettingsError
from w2vtui.sweep_process.viewer import SweepViewer, watch_sweep
from w2vtui.sweeping.watched_sweep import WatchedSweep
from w2vtui.system.signals import SIGNALS, handling, interrupting

_HANGUP = 129
_SCREEN_FAILED = 1


def show_sweep(work: WatchedSweep, arguments: argparse.Namespace) -> int:
    """Show a sweep in the app until that is left, then its end; return the exit code.

    A sweep of another process continues without the screen if the person says so, the screen fails,
    or the terminal is gone; one of this process continues in the terminal if the person says so.
    """
    code = _shown(work, arguments)
    continues = code == 0 or (work.is_apart and code in (_HANGUP, _SCREEN_FAILED))
    if not continues:
        work.stop()
    if work.is_apart and continues and _is_at_work(work):
        _report_left(work)
        return code
    if _is_at_work(work):
        report(f"sweep {work.about.name} continues without the screen; Ctrl-C ends it")
    with stopped_by_signals(work) as interrupted:
        print_sweep(work, arguments)
    return interrupted.exit_code or code


def print_sweep(work: WatchedSweep, arguments: argparse.Namespace) -> None:
    """Follow a sweep to its end, and print what came of it.

    Raises:
        W2vtuiError: that ended it.
    """
    choose_progress(work, as_json=False).follow()
    _print_end(work, arguments)


def attach_sweep(folder: Path, arguments: argparse.Namespace) -> int:
    """Show a sweep that another process works on, or end it; return the exit code.

    Raises:
        SettingsError: a sweep cannot do what is asked.
        RunError: there is nothing to show, or to end.
    """
    if arguments.pause or arguments.resume:
        raise SettingsError(
            f"a sweep has no pause: w2vtui attach {folder.name} --stop ends it, and "
            f"w2vtui sweep --resume {folder.name} continues it"
        )
    work = watch_sweep(folder)
    try:
        if arguments.stop:
            return _end(work)
        if arguments.json or arguments.no_screen or not has_screen():
            return _follow(work, arguments)
        code = _shown(work, arguments)
        if _is_at_work(work):
            _report_left(work)
        else:
            work.is_over(None)
            _print_end(work, arguments)
        return code
    finally:
        work.leave()


def _shown(work: WatchedSweep, arguments: argparse.Namespace) -> int:
    """Show a sweep in the app until that is left; return the exit code of the app."""
    from w2vtui.tui.chosen.form import Form

    arguments.output = None
    form = Form(run_settings=arguments.run_settings)
    try:
        return show_screens(arguments, form, begins_with=work)
    except BaseException:
        if not work.is_attached:
            work.stop()
        raise


def _end(work: SweepViewer) -> int:
    """End a sweep, and report what has become of it.

    Raises:
        RunError: it is over.
    """
    if work.is_over(0) or work.shot().ended:
        raise RunError(f"sweep {work.about.name} is over: {work.shot().state}")
    work.stop()
    work.is_over(None)
    shot = work.shot()
    report(
        f"sweep {work.about.name} is {shot.state}, {shot.n_over} of {shot.n_trials} trials are over"
    )
    return 0


def _follow(work: SweepViewer, arguments: argparse.Namespace) -> int:
    """Print the progress until the sweep ends, or until Ctrl-C; then what came of it."""
    with interrupting():
        try:
            choose_progress(work, as_json=arguments.json).follow()
        except KeyboardInterrupt as interrupt:
            _report_left(work)
            return int(interrupt.args[0]) if interrupt.args else 130
    _print_end(work, arguments)
    return 0


def _print_end(work: WatchedSweep, arguments: argparse.Namespace) -> None:
    """Print what came of a sweep that is over.

    Raises:
        W2vtuiError: that ended it.
    """
    about, shot = work.about, work.shot()
    configured = {name: given.value for name, given in arguments.config.values.items()}
    if arguments.json:
        show(json_text(as_json(about, shot, configured), allow_nan=False))
    else:
        show(*result_lines(about, shot, configured))
    if shot.state == "stopped":
        report(f"Continue it: w2vtui sweep --resume {about.name}")
    work.wait()


def _is_at_work(work: WatchedSweep) -> bool:
    """Whether a sweep is at work, and has not been asked to end."""
    return work.shot().state in ("preparing", "training")


def _report_left(work: WatchedSweep) -> None:
    name = work.about.name
    report(f"sweep {name} continues: w2vtui attach {name}")


class _Interrupted:
    """Which signal stopped the sweep, if any."""

    exit_code = 0


@contextmanager
def stopped_by_signals(work: WatchedSweep) -> Iterator[_Interrupted]:
    """End the sweep in good order on the first signal, at once on the second."""
    interrupted = _Interrupted()

    def stop(number: int, frame: FrameType | None) -> None:
        if interrupted.exit_code:
            raise KeyboardInterrupt(128 + number)
        interrupted.exit_code = 128 + number
        work.stop()

    with handling(dict.fromkeys(SIGNALS, stop)):
        yield interrupted
