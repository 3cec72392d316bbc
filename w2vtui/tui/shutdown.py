"""What becomes of a run when its screen is left."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from w2vtui.display import safe_text
from w2vtui.errors import W2vtuiError
from w2vtui.tui.dialogs import Choice
from w2vtui.tui.session import Session

if TYPE_CHECKING:
    from w2vtui.training.run import Run

QUIET_SECONDS = 0.3
"""A last checkpoint that takes longer is told of."""


def leaving(session: Session, verb: str) -> tuple[str, list[Choice]]:
    """The question before a run is left, and its answers, that of enter first.

    verb    what is then done: `Quit`

    The answers are named `keep`, `save`, `discard`, and empty to stay.
    """
    shot, kept = session.snapshot(), session.is_kept
    if shot.ended:
        text = "The vectors of this run are in no file yet."
    elif shot.progress.tokens_planned:
        text = f"{100 * shot.progress.fraction:.1f} % of the training is done."
    else:
        text = "The text is still being prepared; nothing has been trained."
    if kept and shot.state == "done":
        text += f"\nIts last checkpoint has them:\nw2vtui export {session.kept_as}"
    elif kept:
        text += f"\nWhat is learned stays in its checkpoint:\nw2vtui resume {session.kept_as}"
    elif session.recorder is not None and shot.progress.tokens:
        text += "\nNo checkpoint can be written: what is not saved is lost."
    and_then = f"and {verb.lower()}"
    place = f"to {safe_text(session.output, 26)}" if session.output else "asks where"
    keep = Choice("keep", "k", f"Keep {and_then}")
    save = Choice("save", "s", f"Save vectors {and_then}", place)
    stay = Choice("", "escape", "Stay")
    if not shot.progress.tokens:
        return text, [keep if kept else Choice("discard", "d", verb), stay]
    if not kept:
        return text, [save, Choice("discard", "d", f"{verb} without saving"), stay]
    return text, [save, keep, stay] if session.output else [keep, save, stay]


def go_on_without_screen(session: Session | None, go_on: Callable[[Run], int]) -> int:
    """A defect of a screen ends no training: let what trains go on to its end.

    go_on   follows a run that has started to its end; returns the exit code

    Raises:
        KeyboardInterrupt: a second signal came, that asks not to wait.
    """
    if session is None or session.run is None:
        return 0
    if session.snapshot().state not in ("preparing", "training"):
        return 0
    _tell("w2vtui: the screen has failed; the training goes on without it, Ctrl-C stops it")
    return go_on(session.run)


def end(session: Session | None, *, save: bool, rescue: bool) -> None:
    """Stop what still runs, wait for its last checkpoint, and say how to go on.

    save     whether to write the vectors as well, where a place is named and they are not yet
    rescue   save those of a run that is not kept among the temporary files where no place is
             named: nobody was asked; also done where it was to be kept and the disk failed

    Raises:
        KeyboardInterrupt: a signal came meanwhile that asks not to wait.
    """
    if session is None:
        return
    if not session.end(QUIET_SECONDS):
        doing = "writing the last checkpoint" if session.is_kept else "ending the training"
        _tell(f"w2vtui: {doing} ...; Ctrl-C does not wait for it")
        while not session.end():
            pass
    failing = session.recorder is not None and session.recorder.failed
    rescue = (rescue and not session.is_kept) or (save and failing)
    if session.unsaved and (rescue or (save and session.output is not None)):
        try:
            place = session.output or _temporary_place()
            session.save(place, rescue=True)
            _tell(f"w2vtui: vectors saved to {safe_text(place)}")
        except (W2vtuiError, OSError) as error:
            _tell(f"w2vtui: {safe_text(str(error))}")
    if failing:
        _tell("w2vtui: the last checkpoint could not be written")
    if how_to_resume := session.how_to_resume():
        _tell(how_to_resume)


def _temporary_place() -> str:
    return str(Path(tempfile.mkdtemp(prefix="w2vtui-rescued-"), "vectors.bin"))


def _tell(text: str) -> None:
    with suppress(OSError):  # the terminal may be gone
        print(text, file=sys.stderr, flush=True)
