"""Formulas in the cells of a terminal: fractions of two lines, sums and products with their limits.

A formula is a block of lines with an axis, the line that blocks beside it are aligned on. Each has
an ASCII form: `Signs` holds what differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from w2vtui.display import cell_width, pad


@dataclass(frozen=True)
class Signs:
    """The signs of formulas."""

    sigma: str
    """The logistic function."""
    dot: str
    """Between two vectors."""
    sum: str
    product: str
    bar: str
    """Of a fraction."""
    within: str
    approximately: str


UNICODE_SIGNS = Signs("σ", " · ", "Σ", "Π", "─", "∈", "≈")
ASCII_SIGNS = Signs("sigmoid", " . ", "sum", "prod", "-", "in", "~")


@dataclass(frozen=True)
class Block:
    """Lines of one width."""

    lines: tuple[str, ...]
    axis: int
    """The line that is aligned with others."""

    @property
    def width(self) -> int:
        """Cells across."""
        return cell_width(self.lines[0])

    def __add__(self, other: Block | str) -> Block:
        """Both side by side, on one axis."""
        right = one_line(other) if isinstance(other, str) else other
        above = max(self.axis, right.axis)
        below = max(len(self.lines) - self.axis, len(right.lines) - right.axis)
        left_lines, right_lines = _placed(self, above, below), _placed(right, above, below)
        lines = tuple(a + b for a, b in zip(left_lines, right_lines, strict=True))
        return Block(lines, above)


Formula: TypeAlias = tuple[Block, ...]
"""Its parts, side by side on one axis where there is room for all."""


def laid_out(formula: Formula, width: int) -> Formula:
    """The formula as one block, or its parts, one below another, where that is too wide."""
    first, *others = formula
    whole = sum(others, start=first)
    return (whole,) if whole.width <= width else formula


def one_line(text: str) -> Block:
    """A text as a block."""
    return Block((text,), 0)


def fraction(over: Block | str, under: Block | str, signs: Signs) -> Block:
    """One block over another."""
    above, below = (one_line(part) if isinstance(part, str) else part for part in (over, under))
    width = max(above.width, below.width) + 2
    lines = [_centered(line, above.width, width) for line in above.lines]
    lines += [signs.bar * width, *(_centered(line, below.width, width) for line in below.lines)]
    return Block(tuple(lines), len(above.lines))


def limits(sign: str, under: str, over: str = "") -> Block:
    """A sum or product with what stands below it, and above it."""
    width = max(map(cell_width, (sign, under, over)))
    lines = [_centered(line, cell_width(line), width) for line in (over, sign, under)]
    return Block(tuple(lines if over else lines[1:]), 1 if over else 0) + " "


def raised(base: str, exponent: str) -> Block:
    """A power: the exponent stands a line higher."""
    gap = " " * cell_width(base)
    return Block((gap + exponent, base + " " * cell_width(exponent)), 1)


def _placed(block: Block, above: int, below: int) -> list[str]:
    """Its lines, with blank ones until the axis has as many above it and below."""
    blank = " " * block.width
    before = [blank] * (above - block.axis)
    return [*before, *block.lines, *[blank] * (below - (len(block.lines) - block.axis))]


def _centered(text: str, taken: int, width: int) -> str:
    """A line of a block that is `taken` cells wide, in the middle of `width`."""
    return pad(" " * ((width - taken) // 2) + text, width)
