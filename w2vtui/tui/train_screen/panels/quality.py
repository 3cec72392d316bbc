"""The quality pane: scores on word pairs, analogies and sessions, with their trends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from w2vtui.display import cell_width, pad, safe_text, short, whole_parts
from w2vtui.training.state.measurements import Quality, Score
from w2vtui.tui.looks.inks import PLAIN_INKS, Inks
from w2vtui.tui.train_screen.readouts import SCORE_LABELS, score_text
from w2vtui.tui.widgets.charts.spark import spark, trend, trend_ink

LABEL_CELLS = 12
_VALUE_CELLS = 6
_LEAST_SPARK_CELLS = 6
_SHORT_LABELS = {
    "semantic": "sem ",
    "syntactic": "syn ",
    "hits": "cos ",
    "hits-output": "out ",
    "popular": "pop ",
    "ndcg": "N cos ",
    "ndcg-output": "N out ",
    "mrr": "M cos ",
    "mrr-output": "M out ",
}
"""What stands before the name of one of several sets."""
_MOST_SPARK_CELLS = 24

_NOTHING = (
    "nothing to score against: type",
    ":pairs, :analogies or :sessions FILE",
)

Curves = Mapping[tuple[str, str], NDArray[np.float64]]
"""The curve of each score, rows (n, 4), by its key."""


def quality_lines(
    quality: Quality | None,
    curves: Curves,
    *,
    wanted: bool,
    width: int,
    height: int,
    inks: Inks = PLAIN_INKS,
) -> list[Text]:
    """Heads, and one line per score: label, bars, value, trend, coverage.

    With more room a second line says the first and the best value of each.

    wanted: whether there are questions to score the vectors on
    """
    if not wanted:
        return [Text(pad(line, width), "dim") for line in _NOTHING[:height]]
    if quality is None:
        return [Text(pad("waiting for the first scores", width), "dim")]
    scores = quality.scores[:height]
    several = Counter(score.kind for score in quality.scores)
    coverages = [_coverage(score) for score in scores]
    coverage_cells = max((cell_width(text) for text in coverages), default=0)
    room = width - LABEL_CELLS - _VALUE_CELLS - 6 - coverage_cells
    lines = []
    if height > len(scores):
        lines.append(_heads(room, width))
    has_room = height >= 2 * len(scores) + 1
    for score, coverage in zip(scores, coverages, strict=True):
        rows = curves.get(score.key, np.empty((0, 4)))
        label = label_of(score, several[score.kind] > 1)
        lines.append(_score_line(score, label, coverage, rows, room=room, width=width, inks=inks))
        if has_room:
            lines.append(Text(pad(_course(score, rows, width), width), "dim"))
    return lines


def _heads(room: int, width: int) -> Text:
    bars = " " + pad("trend", min(room, _MOST_SPARK_CELLS)) if room >= _LEAST_SPARK_CELLS else ""
    line = Text(" " * LABEL_CELLS + bars + f" {'score':>{_VALUE_CELLS}}   covered", "dim")
    line.truncate(width, pad=True)
    return line


def _course(score: Score, rows: NDArray[np.float64], width: int) -> str:
    """`first 0.42 at 1.2M · best 0.66 at 11.0M`."""
    known = rows[np.isfinite(rows[:, 2])]
    if len(known) < 2 or not score.is_telling:
        return ""
    places = ("first", known[0]), ("best", known[int(known[:, 2].argmax())])
    texts = [
        f"{word} {score_text(replace(score, value=float(row[2])))} at {short(row[0])}"
        for word, row in places
    ]
    return whole_parts("  " + " · ".join(texts), width)


def subtitle(quality: Quality | None, wanted: bool) -> str:
    """Text for the frame: the key, and how long the last measurement took."""
    if not wanted:
        return ""
    took = "" if quality is None else f"took {quality.took_seconds:.1f} s  "
    return f"{took}q measure now"


def label_of(score: Score, several: bool) -> str:
    """What was scored; with the name of the set when several are of one kind."""
    if not several:
        return SCORE_LABELS[score.kind]
    return _SHORT_LABELS.get(score.kind, "") + safe_text(score.name, 40)


def _score_line(
    score: Score,
    label: str,
    coverage: str,
    rows: NDArray[np.float64],
    *,
    room: int,
    width: int,
    inks: Inks,
) -> Text:
    line = Text(no_wrap=True)
    line.append(pad(label, LABEL_CELLS), "dim")
    if room >= _LEAST_SPARK_CELLS:
        line.append(" " + spark(rows, min(room, _MOST_SPARK_CELLS)))
    style = "bold" if score.is_telling else "dim"
    line.append(f" {score_text(score):>{_VALUE_CELLS}}", style)
    sign = trend(rows) if score.is_telling else " "
    line.append(f" {sign} ", trend_ink(sign, inks))
    line.append(coverage, "dim")
    line.truncate(width, pad=True)
    return line


def _coverage(score: Score) -> str:
    known = f"{score.covered:,}/{score.total:,}"
    return known if score.is_telling else f"{known}: too few"
