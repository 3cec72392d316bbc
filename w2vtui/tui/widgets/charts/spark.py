"""Spark lines, trends and rank signs: a curve in one line of text, a change in one character."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rich.style import Style

from w2vtui.tui.looks.glyphs import BRAILLE, Glyphs
from w2vtui.tui.looks.inks import Inks

LEVELS = "▁▂▃▄▅▆▇█"
RISING, FALLING, STEADY = "↗", "↘", "→"

LEAST_TOP = 0.05
"""The top of a spark line is at least this share, so that noise stays low."""
LEAST_TREND = 0.01
"""Smaller differences of a share do not count as a trend."""
_TREND_ROWS = 4


def spark(rows: NDArray[np.float64], width: int) -> str:
    """Draw a curve, rows (n, 4) of tokens, seconds, value, weight, in `width` cells.

    Each cell is the mean of neighboring values; fewer values than cells take a cell each. Bars
    begin at 0, so that a bar twice as high is a value twice as large; what is below 0 has none.
    """
    values = _finite(rows)
    if not len(values) or width < 1:
        return " " * max(width, 0)
    if len(values) > width:
        values = np.array([part.mean() for part in np.array_split(values, width)])
    top = max(float(values.max()), LEAST_TOP)
    steps = np.ceil(values / top * len(LEVELS) - 1e-9).astype(int).clip(1, len(LEVELS)) - 1
    return "".join(LEVELS[step] for step in steps).ljust(width)


def trend(rows: NDArray[np.float64]) -> str:
    """The direction of a curve: its last values against those before; blank while too few."""
    values = _finite(rows)
    if len(values) < 2:
        return " "
    n = min(_TREND_ROWS, len(values) // 2)
    change = values[-n:].mean() - values[-2 * n : -n].mean()
    if abs(change) < LEAST_TREND:
        return STEADY
    return RISING if change > 0 else FALLING


def trend_ink(sign: str, inks: Inks, *, falling_is_good: bool = False) -> Style | str:
    """The ink of a trend."""
    if sign not in (RISING, FALLING):
        return "dim"
    return inks.good if (sign == RISING) != falling_is_good else inks.bad


def rank_ink(move: int | None, inks: Inks) -> Style | str:
    """The ink of the sign of a rank."""
    if move is None:
        return inks.calm
    return "dim" if move == 0 else inks.good if move > 0 else inks.bad


def rank_sign(move: int | None, glyphs: Glyphs = BRAILLE) -> str:
    """How a word moved: `▲2`, `▼1`, `·` stayed, `+` is new; in ASCII `+2`, `-1`, `=`, `*`."""
    up, down, stayed, entered = glyphs.rank_signs
    if move is None:
        return entered
    if move == 0:
        return stayed
    return f"{up if move > 0 else down}{abs(move)}"


def _finite(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    values = rows[:, 2]
    return values[np.isfinite(values)]
