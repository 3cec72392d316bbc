"""Numbers as the panels show them: few digits and constant width, so that columns do not move."""

from __future__ import annotations

import math

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def short(value: float) -> str:
    """A count in at most 5 characters: `0`, `950`, `16.2k`, `353M`, `4e36`."""
    if abs(value) >= 999.5e12:
        return f"{value:.0e}".replace("e+", "e")
    for unit in ("", "k", "M", "G", "T"):
        if abs(value) < 999.5 or unit == "T":
            break
        value /= 1000
    if not unit:
        return f"{value:.0f}"
    return f"{value:.1f}{unit}" if abs(value) < 99.95 else f"{value:.0f}{unit}"


def clock(seconds: float | None) -> str:
    """A duration: `02:35`, `1:02:35`, `3d 04h`; dashes if it is not known."""
    if seconds is None or not math.isfinite(seconds):
        return "--:--"
    whole = int(seconds)
    if whole < 3600:
        return f"{whole // 60:02d}:{whole % 60:02d}"
    if whole < 86_400:
        return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return f"{whole // 86_400}d {whole // 3600 % 24:02d}h"


def round_up(value: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below a positive value."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= value * (1 - 1e-9))


def size(n_bytes: int) -> str:
    """A file's size: `1.1 MB`."""
    text = short(n_bytes)
    return f"{text[:-1]} {text[-1]}B" if text[-1:].isalpha() else f"{text} bytes"


def numeral(index: int) -> str:
    """The number of a marker: circled up to 20, then `#21`."""
    return CIRCLED[index - 1] if 1 <= index <= len(CIRCLED) else f"#{index}"


def meter(fraction: float, width: int) -> tuple[str, str]:
    """A bar of `width` cells: the part that is done, and the rest."""
    halves = int(min(max(fraction, 0.0), 1.0) * 2 * width)
    done = "━" * (halves // 2) + "╸" * (halves % 2)
    return done, "─" * (width - len(done))
