"""The curves of the sides, on one pair of axes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from w2vtui.comparing.sides import Side

PROBE = "probe"
_LAST = ("loss", "speed", "alpha", "churn", "settled")
"""What is shown after the probe loss and the scores."""
_NO_ROWS = np.empty((0, 5))


def curve_names(sides: Sequence[Side]) -> list[str]:
    """The curves that at least one side has: the probe loss, scores, then the others."""
    there = _measured(sides)
    return [name for name in (PROBE, *score_names(sides), *_LAST) if name in there]


def score_names(sides: Sequence[Side]) -> list[str]:
    """The curves of scores: `pairs atlas-pairs.txt`."""
    return sorted(_measured(sides) - {PROBE, *_LAST})


def curve_rows(side: Side, name: str) -> NDArray[np.float64]:
    """A curve of a side: float64 (n, 5), columns tokens, seconds, value, weight, standard error.

    n is 0 for a file, and for what was not measured.
    """
    curve = side.subject.curves.get(name)
    return _NO_ROWS if curve is None else curve.rows


def _measured(sides: Sequence[Side]) -> set[str]:
    return {
        name for side in sides for name, curve in side.subject.curves.items() if len(curve.rows)
    }
