"""What part of a curve a chart shows, and on which scale."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2vtui.tui.looks.numbers import round_up
from w2vtui.tui.widgets.charts.plot import Plot

_LEAST_LOG = 1e-9
"""Smaller values are left out on a logarithmic scale."""
_EDGE_SHARE, _SHOULDER_SHARE = 0.02, 0.1
"""The scale leaves out this share of the values at either end; the rest of it is between the two
shoulders.
"""
_SHOULDERS_BEYOND = 1.0
"""It ends at the latest this many times the distance of the shoulders beyond them."""
_WORTH_CLIPPING = 0.6
"""Nothing is left out unless the scale then has at most this share of the whole range."""
_LEAST_VALUES = 20
"""Fewer values have no excursions."""
_N_PLACES = 400
"""Where a curve is looked at for its percentiles."""

Place = Callable[[NDArray[np.float64]], NDArray[np.float64]]


class Scale(NamedTuple):
    """The range of y, and its ticks."""

    low: float
    high: float
    ticks: list[float]
    decimals: int
    """Of the numbers beside the ticks."""


def visible(plot: Plot) -> tuple[NDArray[np.float64], ...]:
    """x, y and the bounds of y between the ends of a plot; NaN for what cannot be drawn.

    The bounds are empty when no error is known.
    """
    points = plot.points[np.isfinite(plot.points[:, 0])]
    first = int(np.searchsorted(points[:, 0], plot.x_low))
    stop = int(np.searchsorted(points[:, 0], plot.x_high, side="right"))
    shown = points[first:stop]
    if 0 < first < stop and np.isfinite(points[first - 1 : first + 1, 1]).all():
        entering = points[first - 1].copy()  # what was measured last, before the left end
        entering[0] = plot.x_low
        shown = np.vstack((entering, shown))
    x, y = shown[:, 0], shown[:, 1]
    y = np.where(np.isfinite(y) & ((y > _LEAST_LOG) | (not plot.log)), y, np.nan)
    if shown.shape[1] < 3:
        return x, y, np.empty(0), np.empty(0)
    lower, upper = y - shown[:, 2], y + shown[:, 2]
    return x, y, np.where((lower > _LEAST_LOG) | (not plot.log), lower, np.nan), upper


def in_sight(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """The lowest and the highest value that the scale must hold.

    One excursion would flatten the rest of a run for good: values outside the 2nd to the 98th
    percentile, or far from the middle 80 %, are left out where that leaves more for the others. The
    newest value is always in sight.
    """
    finite = np.isfinite(y)
    x, y = x[finite], y[finite]
    low, high = float(y.min()), float(y.max())
    if len(y) < _LEAST_VALUES:
        return low, high
    # Each value counts for as long as it is the last one known.
    places = np.linspace(x[0], x[-1], _N_PLACES)
    known = np.sort(y[np.searchsorted(x, places, side="right") - 1])

    def at(share: float) -> tuple[float, float]:
        last = len(known) - 1
        return float(known[int(share * last)]), float(known[math.ceil((1 - share) * last)])

    (edge_low, edge_high), (below, above) = at(_EDGE_SHARE), at(_SHOULDER_SHARE)
    beyond, newest = _SHOULDERS_BEYOND * (above - below), float(y[-1])
    lowest = min(max(edge_low, below - beyond), newest)
    highest = max(min(edge_high, above + beyond), newest)
    if highest - lowest > _WORTH_CLIPPING * (high - low):
        return low, high
    return lowest, highest


def scale_of(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    bounds: tuple[NDArray[np.float64], ...],
    plot: Plot,
    n_rows: int,
) -> Scale:
    """Range and ticks of y, on round numbers so that the scale seldom changes.

    bounds   lower and upper ends of the band; empty when no error is known
    """
    low, high = in_sight(x, y)
    inside = (y >= low) & (y <= high)
    for bound in bounds:
        known = bound[inside][np.isfinite(bound[inside])] if bound.size else bound
        if known.size:
            low, high = min(low, float(known.min())), max(high, float(known.max()))
    if plot.from_zero:
        low, high = 0.0, float(y[np.isfinite(y)].max())
    n_ticks = max(min(n_rows // 2, 5), 1)
    if plot.log:
        low, high = 0.98 * low, 1.02 * high
        ticks = [low * (high / low) ** (i / n_ticks) for i in range(n_ticks + 1)]
        return Scale(low, high, ticks, _decimals(ticks[1] - ticks[0]))
    step = round_up(max(high - low, abs(high) * 0.02, 1e-9) / n_ticks)
    half = step / 2
    first, last = math.floor(low / half + 1e-9), math.ceil(high / half - 1e-9)
    last = max(last, first + 2)
    ticks = [i * half for i in range(first, last + 1) if i % 2 == 0]
    return Scale(first * half, last * half, ticks, _decimals(step))


def _decimals(step: float) -> int:
    return min(max(0, -math.floor(math.log10(step) + 1e-9)), 3)


def placer(low: float, high: float, n_dots: int, log: bool) -> Place:
    """A function from values to dot rows, fractional, 0 at the top."""
    bottom, top = (math.log(low), math.log(high)) if log else (low, high)

    def place(values: NDArray[np.float64]) -> NDArray[np.float64]:
        share = ((np.log(values) if log else values) - bottom) / (top - bottom)
        return np.clip((1 - share) * (n_dots - 1), 0, n_dots - 1)

    return place
