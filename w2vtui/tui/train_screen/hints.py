"""The line at the bottom of the train screen: one thing to know or do now; alarms come first."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text

from w2vtui.display import pad, safe_text, short, whole_parts
from w2vtui.errors import DivergedError
from w2vtui.training.state.snapshot import WORTHLESS, Snapshot
from w2vtui.tui.looks.inks import PLAIN_INKS, Inks
from w2vtui.tui.screen_parts.header import alarms


def hint_line(hint: str, width: int, inks: Inks = PLAIN_INKS) -> Text:
    """A hint in `width` cells, its sign of urgency on a ground of its own."""
    shown = Text(pad(whole_parts(hint, width), width), no_wrap=True)
    if hint.startswith("!! "):
        shown.stylize(inks.pill("bad"), 0, 2)
        shown.stylize(inks.bad, 2)
    elif hint.startswith("! "):
        shown.stylize(inks.warning, 0, 1)
    return shown


def hint(
    shot: Snapshot,
    saved_to: str | None,
    key: Callable[[str], str],
    *,
    has_checkpoint: bool = False,
) -> str:
    """One thing to know or do now.

    key              the key of a binding, by its id
    has_checkpoint   whether there is a checkpoint to train on from
    """
    saves = f"{key('train.save')} save the vectors"
    saved = f"saved to {safe_text(saved_to, 24)}" if saved_to else saves
    new, leaves = key("train.new"), f"{key('app.quit')} quit"
    if shot.state == "preparing":
        return "training starts as soon as the text is read and the kernels are compiled"
    if shot.state == "failed":
        rescue = _rescue(shot, key) if has_checkpoint else ""
        return f"{rescue}{new} return to the first screen with the same choices · {leaves}"
    if shot.checkpoint.failed:
        problem = "checkpoints cannot be written, see the events"
        return f"!! {problem} · {saved}" + (f" · {new} new run · {leaves}" if shot.ended else "")
    if shot.ended and shot.remarks and shot.remarks[0].urgency == WORTHLESS:
        return f"{shot.remarks[0].line} · {saved} · {new} new run"
    if shot.ended:
        ask = f"{key('train.query')} ask for neighbors"
        on = f"{key('train.more')} train more epochs · " if shot.state == "done" else ""
        on = on or f"{key('train.pause')} resume · "
        if shot.checkpoint.age_seconds is None:
            on = ""
        return f"{shot.state}: {saved} · {ask} · {on}{new} new run · {leaves}"
    if shot.state == "paused" and not alarms(shot):
        return _paused(shot, key)
    if shot.remarks:
        first, *others = shot.remarks
        return first.line + (f" · :doctor lists {len(others)} more" if others else "")
    if shot.probe_reason:
        return f"no probe loss: {shot.probe_reason}"
    return "compare settings by the probe loss: it stays comparable"


def _rescue(shot: Snapshot, key: Callable[[str], str]) -> str:
    """What becomes of a run that has failed and has a checkpoint; ends with ` · `."""
    tokens, last = shot.checkpoint.tokens, shot.last_change
    where = "its last checkpoint" if tokens is None else f"its checkpoint at {short(tokens)} tokens"
    on, whose = "", f"the vectors of {where}"
    if last is not None and (tokens or 0) > last.tokens:
        before = "a checkpoint before it if one is left"
        on = f"{key('train.undo')} trains on without change {last.number}, from {before} · "
    elif last is not None:
        on = f"{key('train.undo')} trains on without change {last.number}, from {where} · "
        whose = "its vectors"
    if not isinstance(shot.error, DivergedError):
        return on
    return f"{on}{key('train.save')} save {whose} · "


def _paused(shot: Snapshot, key: Callable[[str], str]) -> str:
    resumes = f"{key('train.pause')} resumes"
    if shot.pause_reason:
        return f"a breakpoint paused the run: {safe_text(shot.pause_reason, 80)} · {resumes}"
    return f"paused: settings can be changed; {resumes}"
