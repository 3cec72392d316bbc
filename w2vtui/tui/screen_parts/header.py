"""What every screen shows of the run in one line, and the first two lines of the train screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.style import Style
from rich.text import Text

from w2vtui.display import cell_width, clock_text, safe_text, short, whole_parts, wrapped
from w2vtui.training.state.snapshot import ALARM, Snapshot, State
from w2vtui.tui.looks.inks import PLAIN_INKS, InkName, Inks
from w2vtui.tui.looks.numbers import meter

STATES: dict[State, tuple[str, str]] = {
    "preparing": ("◌", "PREPARING"),
    "training": ("●", "TRAINING"),
    "paused": ("‖", "PAUSED"),
    "stopping": ("◐", "STOPPING"),
    "finishing": ("◐", "FINISHING"),
    "done": ("✓", "DONE"),
    "stopped": ("■", "STOPPED"),
    "failed": ("✗", "FAILED"),
}
"""A glyph and a word for each state, so that none is shown by color alone."""

INK_OF_STATE: dict[State, InkName] = {
    "preparing": "calm", "training": "good", "paused": "warning", "stopping": "warning",
    "finishing": "calm", "done": "calm", "stopped": "calm", "failed": "bad",
}  # fmt: skip

_DIM, _STRONG = "dim", "bold"
_PILL_CELLS = 12
"""Of the state, with most of its words."""
_LEAST_REASON = 12
"""Fewer cells of why a run is paused would say nothing."""


def alarms(shot: Snapshot) -> list[str]:
    """What spoils the run, with its sign, `!! the loss rose`: shown at every size."""
    lines = ["!! checkpoints cannot be written"] if shot.checkpoint.failed else []
    return [*lines, *(remark.line for remark in shot.remarks if remark.urgency >= ALARM)]


class Part(NamedTuple):
    """A piece of a line, which is left out when there is no room."""

    text: str
    style: str | Style
    rank: int
    """Parts of the highest rank are left out first."""
    cells: int = 0
    """The least width: what follows then stays where it is."""

    @property
    def width(self) -> int:
        """Its cells, and the gap after it."""
        return max(cell_width(self.text), self.cells) + 2


def fitted(left: Sequence[Part], right: Sequence[Part], width: int) -> Text:
    """Fit parts into one line of `width` cells, some at its left end and some at its right."""
    parts = [part for part in (*left, *right) if part.text]
    while parts and sum(part.width for part in parts) > width:
        parts.remove(max(parts, key=lambda part: part.rank))
    line = Text(" "[:width], no_wrap=True)
    tail = Text(no_wrap=True)
    for part in parts:
        if any(part is one for one in right):
            tail.append("  " * bool(tail.plain) + part.text, part.style)
        else:
            line.append(part.text, part.style)
            line.append(" " * (2 + max(part.cells - cell_width(part.text), 0)))
    line.append(" " * (width - line.cell_len - tail.cell_len - 1))
    line.append_text(tail)
    line.append(" " * (width - line.cell_len))
    line.truncate(width)
    return line


def header(
    shot: Snapshot, width: int, *, frozen: bool, tiny: bool, inks: Inks = PLAIN_INKS
) -> Text:
    """State, corpus, position, times, speed; on a tiny terminal a shorter line."""
    state = _state_part(shot, inks, tiny=tiny)
    lost = Part("✗ not saved" if shot.checkpoint.failed else "", inks.pill("bad"), 2)
    if tiny:
        return fitted([state, *_tiny_parts(shot, lost)], (), width)
    done, settings = shot.progress, shot.settings
    words = shot.speed.mean if shot.ended else shot.speed.now
    speed = f"{short(words):>5} words/s" if done.tokens else ""
    epoch = f"epoch {done.epoch}/{settings.epochs}" if done.epoch else ""
    threads = "GPU" if shot.gpu else f"{settings.workers} thread{'s' * (settings.workers != 1)}"
    left = [
        Part("w2vtui", _DIM, 9), state,
        Part("display frozen" if frozen else "", "reverse", 2), lost,
        Part(safe_text(shot.corpus_name, 24), _STRONG, 6),
        Part(epoch, "", 5), Part(_percent(shot), _STRONG, 2),
        Part(clock_text(done.seconds) if done.tokens else "", "", 7), Part(_eta(shot), "", 3),
    ]  # fmt: skip
    right = [Part(speed, "", 4), Part(threads if done.epoch else "", "", 8)]
    if shot.state == "paused" and shot.pause_reason:
        left.insert(2, _reason_part(shot.pause_reason, [*left, *right], width, inks))
    return fitted(left, right, width)


def status_line(shot: Snapshot | None, place: str, width: int, inks: Inks = PLAIN_INKS) -> Text:
    """The run in one line for the screens beside it: state, percent, time left, speed, probe.

    shot    None where nothing trains
    place   what stands at the right: the screen, and what it shows
    """
    right = [Part(safe_text(place), _STRONG, 0)]
    if shot is None:
        return fitted([Part("w2vtui", _DIM, 9)], right, width)
    lost = Part("✗ not saved" if shot.checkpoint.failed else "", inks.pill("bad"), 2)
    probe = Part(f"probe {shot.probe.loss:.2f}" if shot.probe is not None else "", "", 5)
    speed = Part(f"{short(shot.speed.now)} words/s" if shot.speed.now else "", "", 6)
    left = [
        Part("w2vtui", _DIM, 9), _state_part(shot, inks, tiny=False), lost,
        Part(safe_text(shot.corpus_name, 24), _STRONG, 8), Part(_percent(shot), _STRONG, 2),
        Part(_eta(shot), "", 4), speed, probe,
    ]  # fmt: skip
    return fitted(left, right, width)


def _state_part(shot: Snapshot, inks: Inks, *, tiny: bool) -> Part:
    """The state as a pill."""
    glyph, word = STATES[shot.state]
    if tiny:
        word = "" if shot.state == "training" else shot.activity or word.lower()
    text = f" {glyph} {word} " if word else f" {glyph}"
    return Part(text, inks.pill(INK_OF_STATE[shot.state]), 1, 0 if tiny else _PILL_CELLS)


def _reason_part(reason: str, others: Sequence[Part], width: int, inks: Inks) -> Part:
    """What a breakpoint saw, as far as there is room beside the parts that matter more."""
    kept = sum(part.width for part in others if part.text and part.rank <= 3)
    room = max(width - kept - 2, _LEAST_REASON)
    return Part(safe_text(reason, room), inks.warning, 3)


def _tiny_parts(shot: Snapshot, lost: Part) -> list[Part]:
    probe = f"probe {shot.probe.loss:.2f}" if shot.probe is not None else ""
    speed = f"{short(shot.speed.now)} w/s" if shot.progress.tokens else ""
    return [
        Part(_percent(shot).strip(), "", 2), lost, Part(speed, "", 4), Part(probe, "", 3),
        Part(_eta(shot), "", 5),
    ]  # fmt: skip


def _percent(shot: Snapshot) -> str:
    done = shot.progress
    return f"{100 * done.fraction:5.1f} %" if done.tokens_planned else ""


def _eta(shot: Snapshot) -> str:
    wanted = not shot.ended and shot.progress.tokens
    return f"ETA {clock_text(shot.progress.eta_seconds)}" if wanted else ""


def small_lines(
    shot: Snapshot, width: int, height: int, key: Callable[[str], str], inks: Inks = PLAIN_INKS
) -> list[Text]:
    """What stands below the header of a tiny terminal: alarms, and how to get on.

    key   the key of a binding, by its id
    """
    if shot.state == "paused":
        does = f"{key('train.pause')} resumes"
    else:
        does = f"{key('train.new')} new run" if shot.ended else f"{key('train.pause')} pauses"
    advice = f"enlarge to 60x16; {does}, {key('app.quit')} quits"
    lines = [Text(line, inks.bad) for alarm in alarms(shot) for line in wrapped(alarm, width, 2)]
    if shot.state == "paused" and shot.pause_reason:
        reason = f"paused: {safe_text(shot.pause_reason)}"
        lines += [Text(line, inks.warning) for line in wrapped(reason, width, 2)]
    room = max(height - 1, 0)
    return [*lines[:room], Text(whole_parts(advice, width), _DIM)][: max(height, 0)]


def progress(shot: Snapshot, width: int, waited: float) -> Text:
    """A bar with tokens done and planned; while preparing, with the current activity."""
    if shot.state == "preparing":
        fraction, text = shot.activity_fraction, shot.activity or "starting"
        if fraction is None:
            text += f" · {waited:.0f} s"
        else:
            text += f" {100 * fraction:3.0f} %"
    else:
        fraction = shot.progress.fraction
        text = f"{short(shot.progress.tokens):>5} / {short(shot.progress.tokens_planned)} tokens"
    room = max(width - cell_width(text) - 3, 4)
    done, rest = meter(fraction or 0.0, room)
    line = Text(" ", no_wrap=True)
    line.append(done, "bold")
    line.append(rest, _DIM)
    line.append("  " + text)
    return line
