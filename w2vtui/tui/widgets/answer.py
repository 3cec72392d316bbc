"""The answer to a query: its nearest words, one a line."""

from __future__ import annotations

from rich.text import Text

from w2vtui.display import pad, safe_text, wrapped
from w2vtui.training.state.measurements import Neighbors
from w2vtui.tui.looks.numbers import meter

_ANSWER_CELLS = 24
"""Most cells for the word in a line of an answer."""


def answer_lines(answer: Neighbors | None, width: int, height: int) -> list[Text]:
    """The nearest words of a query, or why there are none; answer is None while looked up."""
    if answer is None:
        return [Text(pad("searching …", width), "dim")]
    if answer.problem:
        return [Text(line) for line in wrapped(safe_text(answer.problem), width, height)]
    lines = []
    for rank, (word, cosine) in enumerate(answer.words[:height], start=1):
        line = Text(f"{rank:2d} ", "dim", no_wrap=True)
        name_cells = min(max(width - 24, 8), _ANSWER_CELLS)
        style = "not dim bold" if rank == 1 else "not dim"
        line.append(pad(safe_text(word, 40), name_cells), style)
        line.append(f" {cosine:6.3f} ", "not dim")
        line.append(meter(cosine, max(width - name_cells - 12, 4))[0])
        lines.append(line)
    return lines
