"""Ends a run when its screen is left: the question before, and what is done after."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from w2vtui.display import safe_text
from w2vtui.errors import W2vtuiError
from w2vtui.signals import QUIET_SECONDS
from w2vtui.streams import discard
from w2vtui.tui.dialogs import Ask, Choice
from w2vtui.tui.session import Session

if TYPE_CHECKING:
    from w2vtui.training.watched_run import WatchedRun


class LeaveDialog(Ask):
    """Asks what to do with a run before it is left; answers `keep`, `save`, `discard` or empty."""

    def __init__(self, session: Session, title: str, verb: str) -> None:
        """verb: what then happens, such as `Quit`"""
        choices = _choices(session, verb)
        super().__init__(title, _state_of(session), choices)
        self.is_repeatable = choices[0].name != "save" or session.output is not None
        """Whether a second ctrl+q may take the first answer: not where that asks for a path."""


def _state_of(session: Session) -> str:
    """How far the run is, and what is saved of it."""
    shot, name = session.snapshot(), safe_text(session.run_name)
    if shot.ended:
        text = "The vectors of this run have not been saved to a file."
    elif shot.progress.tokens_planned:
        text = f"{100 * shot.progress.fraction:.1f} % of the training is done."
    else:
        text = "The text is still being prepared; nothing has been trained."
    if session.is_resumable and shot.state == "done":
        return f"{text}\nThe last checkpoint holds them:\nw2vtui export {name}"
    if session.is_resumable:
        return f"{text}\nA checkpoint holds what has been learned:\nw2vtui resume {name}"
    if session.recorder is not None and shot.progress.tokens:
        return f"{text}\nNo checkpoint can be written: vectors that are not saved are lost."
    return text


def _choices(session: Session, verb: str) -> list[Choice]:
    """The answers; enter takes the first."""
    and_then = f"and {verb.lower()}"
    place = f"to {safe_text(session.output, 26)}" if session.output else "asks where"
    keep = Choice("keep", "k", f"Keep {and_then}")
    save = Choice("save", "s", f"Save vectors {and_then}", place)
    stay = Choice("", "escape", "Stay")
    if session.can_leave_training:
        return _choices_at_work(session, save, keep, stay)
    if not session.snapshot().progress.tokens:
        return [keep if session.is_resumable else Choice("discard", "d", verb), stay]
    if not session.is_resumable:
        return [save, Choice("discard", "d", f"{verb} without saving"), stay]
    return [save, keep, stay] if session.output else [keep, save, stay]


def _choices_at_work(session: Session, save: Choice, keep: Choice, stay: Choice) -> list[Choice]:
    """The answers where another process trains the run, which can go on."""
    state = "paused" if session.snapshot().state == "paused" else "training"
    leave = Choice("leave", "l", f"Leave it {state}", "attach returns to it")
    if session.is_attached:
        return [leave, keep, stay]
    if not session.snapshot().progress.tokens:
        return [keep, leave, stay]
    return [save, keep, leave, stay] if session.output else [keep, leave, save, stay]


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
        from w2vtui.runs.targets import temporary_target  # loads NumPy

        place = session.output or str(temporary_target("vectors.bin"))
        session.save(place, rescue=True)
        report(f"w2vtui: vectors saved to {place}")
    except (W2vtuiError, OSError) as error:
        report(f"w2vtui: {error}")


def print_line(text: str) -> None:
    """Print a line on stderr, which may be gone."""
    try:
        print(safe_text(text), file=sys.stderr, flush=True)
    except OSError:  # the terminal is gone
        discard(2)
