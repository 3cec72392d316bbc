"""Questions about words: as text, and as the sums of words and vectors that they stand for."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Query: TypeAlias = str | NDArray[np.floating] | tuple[str | NDArray[np.floating], float]

SIGNS = ("+", "-", "\N{MINUS SIGN}")
"""Between the words of a sum."""


def parse_query(text: str) -> tuple[list[str], list[str]]:
    """The words to add and to subtract: `king - man + woman` -> ([king, woman], [man]).

    A sign counts only between spaces, since tokens may contain one.
    """
    added: list[str] = []
    taken: list[str] = []
    side = added
    for part in text.split():
        if part in SIGNS:
            side = added if part == "+" else taken
        else:
            side.append(part)
            side = added
    return added, taken


def terms_of(side: Any, weight: float) -> list[tuple[str | NDArray[np.floating], float]]:
    """One side of a question as (word or vector, weight) pairs; `weight` where none is given."""
    one = not isinstance(side, Iterable) or isinstance(side, str) or _has_weight(side)
    one = one or getattr(side, "ndim", 0) == 1
    if isinstance(side, Mapping):
        side = side.items()
    items = [] if side is None else [side] if one else list(side)
    return [item if _has_weight(item) else (item, weight) for item in items]


def _has_weight(item: Any) -> bool:
    return isinstance(item, tuple) and len(item) == 2 and isinstance(item[1], numbers.Real)
