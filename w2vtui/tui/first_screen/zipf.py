"""Zipf's law of a text: the logarithm of each word's count over that of its rank."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from rich.text import Text
from textual.events import Resize

from w2vtui.display import pad, short
from w2vtui.tui.widgets.panel import Panel, joined

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts = Sequence[int] | NDArray[np.int64]

Marker = Literal["braille", "block", "ascii"]

GUTTER = 7
"""Cells left of the plot: a label of 5, a space, the axis."""
_DOTS: dict[Marker, tuple[int, int]] = {"braille": (2, 4), "block": (1, 2), "ascii": (1, 1)}
"""Dots across and down in a cell."""
_BITS: dict[Marker, tuple[tuple[int, ...], ...]] = {
    "braille": ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80)),
    "block": ((1,), (2,)),
    "ascii": ((1,),),
}
"""What each dot of a cell adds to the cell's code."""
_GLYPHS: dict[Marker, Callable[[int], str]] = {
    "braille": lambda code: chr(0x2800 + code),
    "block": lambda code: " ▀▄█"[code],
    "ascii": lambda code: "*",
}


class ZipfPlot(Panel):
    """A framed plot; redrawn only when the counts, the cut or the size change."""

    marker: Marker = "braille"

    def __init__(self, *, id: str, classes: str = "") -> None:
        super().__init__("Zipf  rank × count, log-log", id=id, classes=classes)
        self._counts: Counts = ()
        self._n_words = 0
        self._drawn: tuple[object, ...] = ()

    def plot(self, counts: Counts, n_words: int) -> None:
        """Draw counts, most frequent first, with a cut after the first `n_words`."""
        self._counts, self._n_words = counts, n_words
        self._draw()

    def clear(self) -> None:
        """Draw nothing, while the text is not known."""
        self.plot((), 0)

    def on_resize(self, event: Resize) -> None:
        """Draw for the new size."""
        self._draw()

    def _draw(self) -> None:
        width, height = self.size
        new = (id(self._counts), self._n_words, width, height, self.marker)
        if new == self._drawn:
            return
        self._drawn = new
        if not len(self._counts):
            self.show(Text())
            self.border_subtitle = ""
            return
        lines = zipf_lines(self._counts, self._n_words, width, height, self.marker)
        self.show(joined([Text(line) for line in lines]))
        self.border_subtitle = "┊ cut at min count" if 0 < self._n_words < len(self._counts) else ""


def zipf_lines(
    counts: Counts, n_words: int, width: int, height: int, marker: Marker = "braille"
) -> list[str]:
    """The plot as lines of `width` cells, the last of which is the axis of ranks.

    counts    at least one, descending; counts below 1 are drawn as 1
    n_words   the rank at which a vertical line is drawn
    """
    n_columns, n_rows = width - GUTTER, height - 1
    if n_columns < 8 or n_rows < 2:
        return [" " * max(width, 0)] * height
    cells = _cells(counts, n_columns, n_rows, marker)
    axis, corner, line, cut = "|+-:" if marker == "ascii" else "│└─┊"
    if 0 < n_words < len(counts):
        column = int(math.log(n_words) / math.log(len(counts)) * (n_columns - 1))
        for row in cells:
            row[column] = cut if row[column] == " " else row[column]
    labels = [""] * n_rows
    labels[0], labels[-1] = short(int(counts[0])), short(max(int(counts[-1]), 1))
    drawn = [
        f"{label:>{GUTTER - 2}} {axis}{''.join(row)}"
        for label, row in zip(labels, cells, strict=True)
    ]
    last = short(len(counts))
    foot = f"{1:>{GUTTER - 2}} {corner}{line * max(n_columns - len(last) - 1, 0)} {last}"
    return [pad(text, width) for text in (*drawn, foot)]


def _curve(counts: Counts, n_across: int, n_down: int) -> Iterator[tuple[int, int]]:
    """The dots of the line as (across, down)."""
    last = math.log(len(counts))
    ranks = (round(math.exp(last * at / (n_across - 1))) for at in range(n_across))
    logs = [math.log(max(int(counts[min(rank, len(counts)) - 1]), 1)) for rank in ranks]
    range_ = (logs[0] - logs[-1]) or 1.0
    rows = [round((logs[0] - log) / range_ * (n_down - 1)) for log in logs]
    # Neighboring columns meet half way, so that a steep line has no gaps.
    middle = [(left + right) // 2 for left, right in pairwise(rows)]
    for at, (row, top, end) in enumerate(
        zip(rows, [rows[0], *middle], [*middle, rows[-1]], strict=True)
    ):
        yield from ((at, down) for down in range(min(top, row), max(end, row) + 1))


def _cells(counts: Counts, n_columns: int, n_rows: int, marker: Marker) -> list[list[str]]:
    """A character for every cell."""
    across, down = _DOTS[marker]
    codes = [[0] * n_columns for _ in range(n_rows)]
    for x, y in _curve(counts, n_columns * across, n_rows * down):
        codes[y // down][x // across] |= _BITS[marker][y % down][x % across]
    return [[_GLYPHS[marker](code) if code else " " for code in row] for row in codes]
