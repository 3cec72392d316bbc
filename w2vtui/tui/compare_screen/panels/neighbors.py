"""The nearest words of a word on all sides, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from rich.text import Text

from w2vtui.comparing.letters import LETTERS
from w2vtui.comparing.overlap import MeanOverlap, WordOnSides, mean_overlap, word_on_sides
from w2vtui.display import pad, safe_text
from w2vtui.errors import RunError, VectorsError
from w2vtui.tui.compare_screen.pane import Asked, ComparePane, Pair
from w2vtui.tui.looks.inks import Inks
from w2vtui.tui.widgets.panel import joined
from w2vtui.tui.widgets.result_panel import Shape

_LEAST_COLUMN = 15
_MOST_COLUMN = 30
_N_WORDS = 30
_SCORE_CELLS = 8
"""Of the cosine and the sign behind a word."""


class Near(NamedTuple):
    """What the pane shows."""

    found: WordOnSides
    pair: Pair
    places: tuple[int | None, ...]
    """Where each side is among those that have vectors; None for one without."""
    overlap: MeanOverlap | None
    """Of the pair; None while it is computed, and where there is none."""


class NeighborsPane(ComparePane):
    """A column of words for each side."""

    NAME, TITLE = "neighbors", "Neighbors"
    ABOUT = (
        "The nearest words of a word in each run; = is near in both of the pair. overlap@10 counts "
        "the ten nearest words that both have."
    )

    def __init__(self) -> None:
        super().__init__()
        self._overlaps: dict[tuple[int, Pair], MeanOverlap | None] = {}
        """Those computed of the last vectors."""

    def question(self, asked: Asked) -> Any:
        """The word counts, too."""
        return asked.pair, asked.word

    def compute(self, asked: Asked) -> Iterator[Near]:
        """The words at once, the mean over many words behind them."""
        comparison, pair = asked.comparison, asked.pair
        shared = comparison.vectors()
        places = tuple(
            None if problem else comparison.place(side)
            for side, problem in enumerate(comparison.problems)
        )
        found = word_on_sides(shared, asked.word, _N_WORDS)
        known = id(shared), pair
        yield Near(found, pair, places, self._overlaps.get(known))
        if known not in self._overlaps:
            self._overlaps = {one: of for one, of in self._overlaps.items() if one[0] == id(shared)}
            try:
                overlap = mean_overlap(shared, *(comparison.place(side) for side in pair))
            except (RunError, VectorsError):  # the words say what there is
                overlap = None
            self._overlaps[known] = overlap
            yield Near(found, pair, places, overlap)

    def drawn(self, result: Near, shape: Shape) -> Text:
        """The columns, and the overlap below."""
        self.border_subtitle = safe_text(f"/ word > {result.found.word}", 40)
        return joined(near_lines(result, shape, self.app.inks))


def near_lines(near: Near, shape: Shape, inks: Inks) -> list[Text]:
    """The columns of the pair, then of the others as far as there is room; the overlap below."""
    order = [*near.pair, *(at for at in range(len(near.places)) if at not in near.pair)]
    n_columns = max(min(len(order), shape.width // _LEAST_COLUMN), 1)
    cells = min(shape.width // n_columns, _MOST_COLUMN)
    columns = [_column(near, side, cells, inks) for side in order[:n_columns]]
    n_rows = max(shape.height - 1, 1)
    lines = []
    for row in range(min(n_rows, max(map(len, columns)))):
        line = Text(no_wrap=True)
        for column in columns:
            line.append_text(column[row] if row < len(column) else Text(" " * cells))
        lines.append(line)
    lines += [Text("")] * (n_rows - len(lines))
    return [*lines, Text(overlap_text(near), "bold", no_wrap=True)][: shape.height]


def overlap_text(near: Near) -> str:
    """The overlap of the pair for the word, and over many words."""
    found = near.found
    place_a, place_b = (near.places[side] for side in near.pair)
    if place_a is None or place_b is None or not found.top:
        return ""
    tops = [{word for word, _ in found.sides[at].words[: found.top]} for at in (place_a, place_b)]
    of_word = f"overlap@{found.top} {len(tops[0] & tops[1])}"
    if near.overlap is None:
        return of_word
    mean = f"{near.overlap.mean:.1f} ±{near.overlap.standard_error:.1f}"
    return f"{of_word} · of {near.overlap.n_words} words {mean}"


def _column(near: Near, side: int, cells: int, inks: Inks) -> list[Text]:
    """The letter of a side, and its words."""
    head = Text(pad(LETTERS[side], cells), "dim")
    place = near.places[side]
    if place is None:
        return [head, Text(pad("no vectors", cells), "dim")]
    others = [near.places[one] for one in near.pair if one != side]
    top = near.found.top
    tops = [
        {word for word, _ in near.found.sides[one].words[:top]} for one in others if one is not None
    ]
    lines = [head]
    words = near.found.sides[place].words
    for rank, (word, cosine) in enumerate(words, start=1):
        is_both = rank <= top and any(word in one for one in tops)
        line = Text(pad(safe_text(word, 40), max(cells - _SCORE_CELLS, 1)),
                    inks.good if is_both else "")  # fmt: skip
        line.append(f" {cosine:5.2f}{'=' if is_both else ' '} "[: max(cells - line.cell_len, 0)])
        lines.append(line)
    if words:
        return lines
    why = "not numbers" if top else "no neighbors"  # others have some, or nobody has
    return [head, Text(pad(why, cells), "dim")]
