"""Numbers as the panels show them: few digits and constant width, so that columns do not move."""

from __future__ import annotations

import math

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def round_up(value: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below a positive value."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= value * (1 - 1e-9))


def numeral(index: int) -> str:
    """The number of a marker: circled up to 20, then `#21`."""
    return CIRCLED[index - 1] if 1 <= index <= len(CIRCLED) else f"#{index}"


def meter(fraction: float, width: int) -> tuple[str, str]:
    """A bar of `width` cells: the part that is done, and the rest."""
    halves = int(min(max(fraction, 0.0), 1.0) * 2 * width)
    done = "━" * (halves // 2) + "╸" * (halves % 2)
    return done, "─" * (width - len(done))
