"""The rows of the events pane: a change and what became of it are one, pauses are folded."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from w2vtui.display import cell_width, clock_text, loss_text, pad, safe_text, short
from w2vtui.training.state.events import Event
from w2vtui.training.state.snapshot import Snapshot
from w2vtui.tui.looks.glyphs import BRAILLE, Glyphs
from w2vtui.tui.looks.inks import PLAIN_INKS, InkName, Inks
from w2vtui.tui.train_screen.readouts import SCORE_LABELS, score_text

_SHORT_NAMES = (
    ("negative-sampling", "NS"),
    ("hierarchical-softmax", "HS"),
    (" → ", "→"),
)
_SIGNS: tuple[tuple[str, str, InkName], ...] = (
    ("paused", "‖", "warning"),
    ("stopped", "■", "calm"),
    ("suspended", "‖", "warning"),
    ("resumed", "●", "good"),
    ("done", "✓", "calm"),
    ("vectors saved", "✓", "good"),
    ("change rejected", "✗", "bad"),
)
"""How a note begins, and its sign and ink."""

Outcomes = Mapping[int, tuple[float, float]]
"""The probe loss before each change and the last one under it, by the number of the change."""


class EventRow(NamedTuple):
    """One row: an event, and what belongs to it."""

    event: Event
    text: str
    parts: tuple[str, ...] = ()
    """Facts in the order of the row, the dullest of which are left out first."""
    ranks: tuple[int, ...] = ()
    """Of the parts: those of the highest rank are the dullest."""


def shortened(text: str, *, tight: bool = False) -> str:
    """A text with the long names of settings in short; `tight` joins what an arrow joins."""
    for long, brief in _SHORT_NAMES if tight else _SHORT_NAMES[:2]:
        text = text.replace(long, brief)
    return text


def outcomes(
    changes: Sequence[Event], probe: NDArray[np.float64]
) -> dict[int, tuple[float, float]]:
    """What the probe loss was at each change, and the last one before the next change.

    probe   rows (n, 5): tokens, seconds, loss, weight, standard error
    """
    found = {}
    for n, change in enumerate(changes):
        end = changes[n + 1].tokens if n + 1 < len(changes) else math.inf
        at = int(np.searchsorted(probe[:, 0], change.tokens, side="right"))
        stop = int(np.searchsorted(probe[:, 0], end, side="right"))
        if 0 < at < stop and change.number is not None:
            found[change.number] = float(probe[at - 1, 2]), float(probe[stop - 1, 2])
    return found


def event_rows(
    events: Sequence[Event], probed: Outcomes | None = None, *, all_details: bool = False
) -> list[EventRow]:
    """One row for each event, oldest first.

    all_details   nothing is folded, and what the row of a change leaves out is in it
    """
    checks = {event.checks: event for event in events if event.checks is not None}
    rows: list[EventRow] = []
    n_pauses = 0
    """Pauses that the last row stands for."""
    for event in events:
        if event.checks is not None:
            continue
        if event.kind == "change":
            row = _change_row(event, checks.get(event.number or 0), probed or {}, all_details)
            rows.append(row)
        elif all_details or event.text != "resumed" or not rows:
            rows.append(EventRow(event, event.text))
        elif rows[-1].event.text == "paused":
            n_pauses += 1
            rows[-1] = EventRow(event, _pauses_text(n_pauses))
            if len(rows) > 1 and rows[-2].text.startswith("paused and resumed"):
                del rows[-2]
            continue
        elif rows[-1].text.startswith("paused: "):
            rows[-1] = rows[-1]._replace(parts=("resumed",), ranks=(1,))
        else:
            rows.append(EventRow(event, event.text))
        if event.text != "paused":
            n_pauses = 0
    return rows


def ending_text(shot: Snapshot) -> str:
    """How a run ended: time, speed, losses and scores."""
    done, probe, losses = shot.progress, shot.probe, shot.losses
    where = "done" if shot.state == "done" else f"stopped at {100 * done.fraction:.1f} %"
    facts = []
    if probe is not None:
        facts.append(f"probe loss {loss_text(probe.loss)} ± {loss_text(probe.standard_error)}")
    if losses.now is not None:
        facts.append(f"objective loss {loss_text(losses.now)}")
    scores = shot.quality.scores if shot.quality is not None else ()
    facts += [
        f"{SCORE_LABELS[one.kind]} {score_text(one)}"
        for one in scores
        if one.is_telling and one.kind.partition("-")[0] not in ("ndcg", "mrr")
    ]
    facts.append(f"{short(shot.speed.mean)} words/s")
    return f"{where} after {clock_text(done.seconds)}: {', '.join(facts)}"


def _pauses_text(n_pauses: int) -> str:
    return "paused and resumed" + (f" {n_pauses} times" if n_pauses > 1 else "")


def _change_row(event: Event, check: Event | None, probed: Outcomes, all_details: bool) -> EventRow:
    """A change, where it was made, and what became of speed and probe."""
    parts = [(3, f"at {short(event.tokens)}")]
    if check is not None and check.measured is not None and check.predicted is not None:
        parts.append((2, f"{short(check.measured)} words/s"))
        parts.append((4, f"(predicted {short(check.predicted)})"))
    before, after = probed.get(event.number or 0, (math.nan, math.nan))
    if math.isfinite(before) and math.isfinite(after):
        parts.append((1, f"probe {loss_text(before)} → {loss_text(after)}"))
    if all_details and event.acknowledged_ms is not None:
        parts.append((5, f"applied after {event.acknowledged_ms:.0f} ms"))
    ranks, texts = zip(*parts, strict=True)
    return EventRow(event, shortened(event.text), texts, ranks)


def row_line(row: EventRow, width: int, glyphs: Glyphs = BRAILLE, inks: Inks = PLAIN_INKS) -> Text:
    """A row in `width` cells: time, sign, what happened, and as many facts as fit."""
    event = row.event
    sign, ink = _sign_of(event, glyphs)
    line = Text(no_wrap=True)
    line.append(f"{clock_text(event.seconds)} ", "dim")
    line.append(f"{sign:<{cell_width(glyphs.numeral(1)) + 1}}", getattr(inks, ink))
    text = glyphs.spelled(safe_text(row.text))
    parts = _fitting(row, width - line.cell_len - cell_width(text), glyphs)
    style = inks.bad if event.kind == "error" else "bold" if event.kind == "change" else ""
    room = max(width - line.cell_len, 1)
    line.append(pad(text, min(cell_width(text), room)), style)
    for part in parts:
        line.append((" " if part.startswith("(") else "  ") + part, "dim" * part.startswith("("))
    line.truncate(width, pad=True)
    return line


def _fitting(row: EventRow, room: int, glyphs: Glyphs) -> list[str]:
    """The facts of a row that fit, without the dullest."""
    parts = [(rank, glyphs.spelled(part)) for rank, part in zip(row.ranks, row.parts, strict=True)]
    while parts and sum(cell_width(part) + 2 for _, part in parts) > room:
        parts.remove(max(parts))
    return [part for _, part in parts]


def _sign_of(event: Event, glyphs: Glyphs) -> tuple[str, InkName]:
    if event.number is not None:
        return glyphs.numeral(event.number), "calm"
    if event.kind == "error":
        return "✗", "bad"
    for begins, sign, ink in _SIGNS:
        if event.text.startswith(begins):
            return sign, ink
    return "", "calm"
