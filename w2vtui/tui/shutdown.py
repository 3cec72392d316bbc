"""Ends a run when the screens are left, and reports how to return to it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from w2vtui.display import safe_text
from w2vtui.errors import W2vtuiError
from w2vtui.system.signals import QUIET_SECONDS
from w2vtui.system.streams import discard

if TYPE_CHECKING:
    from w2vtui.training.watched_run import WatchedRun
    from w2vtui.tui.sessions.session import Session


def continue_without_screen(session: Session | None, follow: Callable[[WatchedRun], int]) -> int:
    """Let a run whose screen has failed train to its end; return the exit code.

    follow   waits for the end of a run; returns the exit code

    Raises:
        KeyboardInterrupt: a second signal asked not to wait.
    """
    if session is None or session.run is None:
        return 0
    if session.can_leave_training:
        print_line("w2vtui: the screen has failed; the process that trains goes on")
        session.leave_training()
        return 0
    if session.snapshot().state not in ("preparing", "training"):
        return 0
    print_line("w2vtui: the screen has failed; training continues without it, Ctrl-C stops it")
    return follow(session.run)


def end(
    session: Session | None,
    *,
    save: bool,
    rescue: bool,
    report: Callable[[str], object] | None = None,
    announce: Callable[[str], object] | None = None,
) -> None:
    """Stop the run, wait for its last checkpoint, and report how to resume. A run that was left
    goes on, and so does one that had begun before these screens.

    save     also write the vectors to the output, if one is named and they are not there yet
    rescue   write vectors that no checkpoint holds to a temporary file if no output is named;
             done in any case where the disk failed and `save` is set
    report   takes a line; None prints it on stderr
    announce takes what is being done, if it takes longer than a moment

    Raises:
        KeyboardInterrupt: a signal asked not to wait.
    """
    if session is None:
        return
    report = report or print_line
    if session.is_attached and session.can_leave_training:
        session.leave_training()
    if session.is_left:
        report(f"{session.run_name} trains on: w2vtui attach {session.run_name}")
        return
    failing = False
    try:
        _wait_for_end(session, announce or report)
        session.wait_for_save()
        failing = session.recorder is not None and session.recorder.failed
        rescue = (rescue and not session.is_resumable) or (save and failing)
        if session.unsaved and (rescue or (save and session.output is not None)):
            _save(session, report)
    finally:
        session.dismiss()
    if failing:
        report("w2vtui: the last checkpoint could not be written")
    if advice := session.how_to_resume():
        report(advice)


def _wait_for_end(session: Session, announce: Callable[[str], object]) -> None:
    if session.end(QUIET_SECONDS):
        return
    doing = "writing the last checkpoint" if session.is_resumable else "ending the training"
    announce(f"w2vtui: {doing} ...")
    while not session.end():
        pass


def _save(session: Session, report: Callable[[str], object]) -> None:
    try:
        from w2vtui.runs.requested.targets import temporary_target  # loads NumPy

        place = session.output or str(temporary_target("vectors.bin"))
        report(f"w2vtui: {session.save(place, rescue=True)}")
    except (W2vtuiError, OSError) as error:
        report(f"w2vtui: {error}")


def print_line(text: str) -> None:
    """Print a line on stderr, which may be gone."""
    try:
        print(safe_text(text), file=sys.stderr, flush=True)
    except OSError:  # the terminal is gone
        discard(2)
