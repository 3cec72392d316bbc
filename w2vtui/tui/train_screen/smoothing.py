"""Arithmetic on the rows of a curve: smoothing for the eye, and looking up a value."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SMOOTHINGS = (0.0, 0.5, 0.8, 0.9, 0.95)
"""Choices of how much of a value's weight remains after one step; 0 is no smoothing."""
N_STEPS = 200
"""Steps in the whole curve, so that curves of few and of many points look alike."""


def smoothed(rows: NDArray[np.float64], keep: float) -> NDArray[np.float64]:
    """Rows whose value is an exponential mean over tokens, restarted after a gap.

    rows  float64 (n, >= 3): tokens ascending, seconds, value
    keep  one of `SMOOTHINGS`; 0 changes nothing

    value(t) = sum over t_i <= t of keep ** ((t - t_i) / step) value_i, over the sum of the weights
    """
    if not keep or len(rows) < 2 or rows[-1, 0] <= 0:
        return rows
    result = rows.copy()
    tokens, values = rows[:, 0], rows[:, 2]
    # Weights as seen from the last row; for earlier rows they differ by a factor that cancels.
    weights = keep ** ((tokens[-1] - tokens) * (N_STEPS / tokens[-1]))
    known = np.flatnonzero(np.isfinite(values))
    for part in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
        sums = np.cumsum(weights[part] * values[part])
        result[part, 2] = sums / np.cumsum(weights[part])
    return result


def nearest(rows: NDArray[np.float64], tokens: float) -> NDArray[np.float64] | None:
    """The row measured nearest to a number of tokens; None when there are no rows."""
    if not len(rows):
        return None
    row: NDArray[np.float64] = rows[int(np.abs(rows[:, 0] - tokens).argmin())]
    return row
