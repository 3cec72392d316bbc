"""The map in the cells of a terminal: dots of words, trails, and labels that do not overlap."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray
from rich.style import Style
from rich.text import Span, Text

from w2vtui.display import cell_width, pad, safe_text
from w2vtui.exploring.maps.cluster_looks import letter_of
from w2vtui.exploring.maps.label_places import LabelPlaces
from w2vtui.tui.explore_screen.map.scene import SIGNS, Label, Look, Looks, Placed, Scene
from w2vtui.tui.explore_screen.map.window import Window
from w2vtui.tui.looks.glyphs import BRAILLE, Glyphs
from w2vtui.tui.widgets.result_panel import Shape

TRAIL = ("∙", ".")
_CELLS_PER_LABEL = 60
"""There is at most one label for this number of cells, or dots could not be seen."""
_DENSEST = 1 / 3
"""Of the dots that fit into the pane, those that are words at most: the others, rarer ones, appear
as soon as the window is on a smaller part of the map."""
_LEAST_SHOWN = 100
_BLOCK = Shape(16, 3)
"""Cells of which one has a label first."""
_LABEL_CELLS = 24
_CANDIDATES = 1500
"""Of the words in the window, those that may get a label."""


class MapDrawing:
    """One drawing."""

    def __init__(
        self,
        scene: Scene,
        window: Window,
        shape: Shape,
        glyphs: Glyphs = BRAILLE,
        looks: Looks | None = None,
    ) -> None:
        self._scene, self._window, self._shape = scene, window, shape
        self._glyphs, self._looks = glyphs, looks or Looks()
        self._styles: list[Look] = ["", self._looks.dots, self._looks.trail]
        self._has_letters = scene.clusters is not None and not self._looks.clusters
        """Whether words are letters of their clusters."""
        self._columns, self._rows = window.cells(scene.points, shape)
        inside = np.flatnonzero(
            (self._columns >= 0) & (self._columns < shape.width)
            & (self._rows >= 0) & (self._rows < shape.height)
        )  # fmt: skip
        n_dots = shape.width * shape.height * glyphs.dots_across * glyphs.dots_down
        self._shown = inside[: max(int(n_dots * _DENSEST), _LEAST_SHOWN)]
        self.placed: list[Placed] = []
        """The labels, the first in order of their importance."""
        self.text = self._drawn() if min(shape) > 0 else Text()

    @property
    def n_shown(self) -> int:
        """How many words are in the window."""
        return len(self._shown)

    @property
    def labeled(self) -> frozenset[str]:
        """The words that have a label of their own, for they are frequent."""
        return frozenset(one.label.text for one in self.placed if one.label.kind == "word")

    def word_at(self, column: int, row: int) -> str | None:
        """The word of the label at a cell, or the one that is nearest to it; None if there is none
        in the window.
        """
        for placed in self.placed:
            if placed.row == row and placed.start <= column < placed.end and placed.label.word:
                return placed.label.word
        if not self.n_shown:
            return None
        across = self._columns[self._shown] - column - 0.5
        down = (self._rows[self._shown] - row - 0.5) * 2
        return self._scene.words[int(self._shown[np.argmin(across**2 + down**2)])]

    # ---- layers

    def _drawn(self) -> Text:
        codes = self._dots()
        glyphs = np.array(list(self._glyphs.curve))
        cells = np.where(codes > 0, glyphs[codes], " ")
        styles = np.where(codes > 0, 1, 0)
        if self._scene.has_axes:
            self._draw_axes(cells, codes > 0)
        if self._scene.clusters is not None:
            self._color(self._scene.clusters, cells, styles)
        trails = self._trails()
        cells[trails] = TRAIL[self._glyphs.is_ascii]
        styles[trails] = 2
        lines: list[list[str]] = cells.tolist()
        self._label(lines, styles)
        return self._joined(lines, styles)

    def _dots(self) -> NDArray[np.int64]:
        """(rows, columns): the number of each cell's character."""
        glyphs, (width, height) = self._glyphs, self._shape
        dots = np.zeros((height * glyphs.dots_down, width * glyphs.dots_across), dtype=np.int64)
        down = (self._rows[self._shown] * glyphs.dots_down).astype(np.intp)
        across = (self._columns[self._shown] * glyphs.dots_across).astype(np.intp)
        dots[down, across] = 1
        parts = dots.reshape(height, glyphs.dots_down, width, glyphs.dots_across)
        codes: NDArray[np.int64] = np.einsum("rdca,da->rc", parts, np.array(glyphs.bits))
        return codes

    def _draw_axes(self, cells: NDArray[np.str_], is_taken: NDArray[np.bool_]) -> None:
        """Draw x = 0 and y = 0 where there are no words."""
        width, height = self._shape
        column, row = map(int, self._window.cell((0.0, 0.0), self._shape))
        if 0 <= column < width:
            cells[~is_taken[:, column], column] = "┊"
        if 0 <= row < height:
            cells[row, ~is_taken[row]] = "┄"

    def _color(
        self, clusters: NDArray[np.integer], cells: NDArray[np.str_], styles: NDArray[np.int64]
    ) -> None:
        """Color each cell as the most frequent word in it; without colors, draw a letter."""
        order = self._shown[::-1]  # of those in one cell the first is written last
        order = order[clusters[order] >= 0]
        at = self._rows[order].astype(np.intp), self._columns[order].astype(np.intp)
        looks = self._looks.clusters
        if not self._has_letters:
            styles[at] = len(self._styles) + clusters[order] % len(looks)
            self._styles += looks
        else:
            letters = np.array(
                [letter_of(i).lower() for i in range(int(clusters.max(initial=0)) + 1)]
            )
            if order.size:
                cells[at] = letters[clusters[order]]

    def _trails(self) -> NDArray[np.bool_]:
        """(rows, columns): the cells that a word has crossed."""
        width, height = self._shape
        crossed = np.zeros((height, width), dtype=bool)
        for trail in self._scene.trails:
            columns, rows = self._window.cells(trail, self._shape)
            for start in range(len(trail) - 1):
                ends = slice(start, start + 2)
                far = max(np.ptp(columns[ends]), np.ptp(rows[ends]))
                steps = np.linspace(0, 1, int(min(far, width + height)) + 2)
                across = np.interp(steps, (0, 1), columns[ends])
                down = np.interp(steps, (0, 1), rows[ends])
                inside = (across >= 0) & (across < width) & (down >= 0) & (down < height)
                crossed[down[inside].astype(np.intp), across[inside].astype(np.intp)] = True
        return crossed

    # ---- labels

    def _label(self, lines: list[list[str]], styles: NDArray[np.int64]) -> None:
        places = LabelPlaces(*self._shape)
        given = [label for label in self._scene.labels if self._cell_of(label) is not None]
        n_placed = sum(self._place(label, places, lines, styles) for label in given)
        most = max(self._shape.width * self._shape.height // _CELLS_PER_LABEL, 1)
        for label in self._spread({label.word for label in given}):
            if n_placed >= most:
                return
            n_placed += self._place(label, places, lines, styles)

    def _spread(self, without: set[str | None]) -> Iterator[Label]:
        """Labels of words: those that had one, then one in each block of cells, then the others.

        The most frequent words often lie close together, and elsewhere no word would be named.
        """
        blocks, later = set(), []
        for label in self._word_labels(without):
            column, row = self._window.cell(label.point, self._shape)
            block = column // _BLOCK.width, row // _BLOCK.height
            if block in blocks and label.text not in self._scene.kept:
                later.append(label)
            else:
                blocks.add(block)
                yield label
        yield from later

    def _word_labels(self, without: set[str | None]) -> Iterator[Label]:
        """Labels of words in the window: those that had one, then by frequency."""
        words, kept = self._scene.words, self._scene.kept
        candidates = [i for i in self._shown[:_CANDIDATES].tolist() if words[i] not in without]
        if kept:
            candidates.sort(key=lambda i: words[i] not in kept)
        for i in candidates:
            x, y = self._scene.points[i].tolist()
            cluster = None if self._scene.clusters is None else int(self._scene.clusters[i])
            yield Label((x, y), words[i], "word", words[i], cluster)

    def _cell_of(self, label: Label) -> tuple[int, int] | None:
        """The column and row of a label; None outside of the window."""
        column, row = self._window.cell(label.point, self._shape)
        inside = 0 <= column < self._shape.width and 0 <= row < self._shape.height
        return (int(column), int(row)) if inside else None

    def _place(
        self,
        label: Label,
        places: LabelPlaces,
        lines: list[list[str]],
        styles: NDArray[np.int64],
    ) -> bool:
        """Draw a label beside its place, if it covers none; whether it does."""
        cell = self._cell_of(label)
        if cell is None:
            return False
        column, row = cell
        sign = SIGNS[label.kind][self._glyphs.is_ascii]
        shown = safe_text(label.text, _LABEL_CELLS)
        shown = pad(shown, min(cell_width(shown), _LABEL_CELLS))
        width = cell_width(sign + shown)
        sides = ((column, sign + shown), (column - width + 1, shown + sign))
        if not sign:
            sides = ((column - width // 2, shown),) * 2
        # what is asked is named even if that takes a line above or below
        rows = (row,) if label.kind == "word" else (row, row - 1, row + 1)
        for (start, text), line in product(sides, rows):
            if places.take(start, line, width, gap=1):
                self._write(text, lines[line], start, width)
                styles[line, start : start + width] = self._style_of(label)
                self.placed.append(Placed(line, start, start + width, label))
                return True
        return False

    def _write(self, text: str, cells: list[str], start: int, width: int) -> None:
        """Write a label into a line of cells, all of it into its first one."""
        if self._has_letters:  # which would seem to be a part of it
            for beside in (start - 1, start + width):
                if 0 <= beside < len(cells):
                    cells[beside] = " "
        cells[start : start + width] = [text, *[""] * (width - 1)]

    def _style_of(self, label: Label) -> int:
        """The number of a label's style."""
        look = self._looks.labels.get(label.kind, "bold")
        colors = self._looks.clusters
        if label.cluster is not None and label.cluster >= 0 and colors:
            color = colors[label.cluster % len(colors)]
            look = _style(color) + _style("bold reverse" if label.kind == "cluster" else "bold")
        elif label.kind == "cluster":
            look = "bold reverse"
        if look not in self._styles:
            self._styles.append(look)
        return self._styles.index(look)

    def _joined(self, lines: list[list[str]], styles: NDArray[np.int64]) -> Text:
        """One text of all lines, a span for each run of cells of one style."""
        parts: list[str] = []
        spans: list[Span] = []
        at = 0
        for cells, numbers in zip(lines, _without_gaps(styles), strict=True):
            starts = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(cells)]
            for start, end in pairwise(starts):
                run = "".join(cells[start:end])
                if numbers[start]:
                    spans.append(Span(at, at + len(run), self._styles[numbers[start]]))
                parts.append(run)
                at += len(run)
            parts.append("\n")
            at += 1
        return Text("".join(parts[:-1]), spans=spans, no_wrap=True, end="")


def _without_gaps(styles: NDArray[np.int64]) -> NDArray[np.int64]:
    """Styles of cells, an empty one that of the dots to its left: fewer spans are drawn sooner."""
    columns = np.broadcast_to(np.arange(styles.shape[1]), styles.shape)
    last = np.maximum.accumulate(np.where(styles > 0, columns, 0), axis=1)
    filled = np.take_along_axis(styles, last, axis=1)
    return np.where((styles == 0) & (filled == 1), 1, styles)


def _style(look: Look) -> Style:
    return look if isinstance(look, Style) else Style.parse(look)
