"""The question before a run or a sweep is left: what becomes of it and of what it has learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from w2vtui.display import safe_text
from w2vtui.tui.dialogs.ask import Ask, Choice
from w2vtui.tui.sessions.session import Session

if TYPE_CHECKING:  # loads NumPy
    from w2vtui.sweeping.watched_sweep import WatchedSweep


class LeaveDialog(Ask):
    """Asks what to do with a run before it is left; answers `keep`, `save`, `discard` or empty."""

    def __init__(self, session: Session, title: str, verb: str) -> None:
        """verb: what then happens, such as `Quit`"""
        choices = _choices(session, verb)
        super().__init__(title, _state_of(session), choices)
        self.is_repeatable = choices[0].name != "save" or session.output is not None
        """Whether a second ctrl+q may take the first answer: not where that asks for a path."""


class LeaveSweep(Ask):
    """Asks what to do with a sweep at work before it is left; answers `end`, `leave` or empty."""

    def __init__(self, work: WatchedSweep) -> None:
        shot, name = work.shot(), safe_text(work.about.name)
        text = (
            f"{shot.n_over} of {shot.n_trials} trials are over. Once it has ended,\n"
            f"w2vtui sweep --resume {name}\ncontinues it."
        )
        where = "attach returns to it" if work.is_apart else "in this terminal"
        end = Choice("end", "e", "End it and quit", "with a checkpoint")
        leave = Choice("leave", "l", "Leave it at work", where)
        choices = [leave, end] if work.is_attached else [end, leave]
        super().__init__("The sweep is at work", text, [*choices, Choice("", "escape", "Stay")])


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
