"""The map pane: where the frequent words lie, and what moves there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
from rich.text import Text
from textual.binding import Binding, BindingType

from w2vtui.display import safe_text, whole_parts
from w2vtui.exploring.maps.map_files import picture_bytes
from w2vtui.exploring.maps.map_svg import Picture, svg_of
from w2vtui.exploring.maps.projection import Pair, WordMap
from w2vtui.exploring.questions import Question
from w2vtui.exploring.subject import View
from w2vtui.tui.explore_screen.map.axes_dialog import AxesDialog
from w2vtui.tui.explore_screen.map.drawing import MapDrawing
from w2vtui.tui.explore_screen.map.looks import ThemeLooks
from w2vtui.tui.explore_screen.map.moving import WindowPane
from w2vtui.tui.explore_screen.map.result import MapChoices, MapResult, computed
from w2vtui.tui.explore_screen.map.scene import Scene
from w2vtui.tui.explore_screen.map.trails import Trails
from w2vtui.tui.explore_screen.map.window import Window, fitted
from w2vtui.tui.widgets.result_panel import Shape

CLOSE = 4.0
"""How far `find` zooms in."""


class MapPane(WindowPane):
    """The frequent words in the plane that their vectors spread over most, or along two axes."""

    PANE_NAME = "Map"
    HELP = (
        "Where the frequent words lie: what moves has moved in the vectors. "
        "A click asks, the wheel zooms."
    )
    EXPORTS = (".svg", ".png", ".tsv")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "method", "Method", id="explore.map_method",
                tooltip="principal components, or the axes along two pairs of words"),
        Binding("a", "axes", "Axes", id="explore.map_axes",
                tooltip="type the two pairs of words that the axes lead along"),
        Binding("c", "clusters", "Clusters", id="explore.map_clusters",
                tooltip="color the words by cluster; without colors, letters stand for them"),
        Binding("t", "track", "Track", id="explore.map_track",
                tooltip="leave a trail of the word that is pointed at, or stop that"),
        Binding("f", "find", "Find", id="explore.map_find",
                tooltip="zoom in on the word that is pointed at"),
    ]  # fmt: skip

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.result: MapResult | None = None
        self._latest: MapResult | None = None
        """The last map that was not of the past: the next one of that kind is turned onto it, since
        a map of the first moments has little in common with it.
        """
        self._axes: tuple[Pair, Pair] | None = None
        """The last ones that were asked for."""
        self._choices = MapChoices()
        self._trails = Trails()
        self._drawing: MapDrawing | None = None
        self._asked: tuple[str, ...] = ()
        """What the window was last moved to."""
        self._looks = ThemeLooks()

    def compute(self, view: View, question: Question | None, shape: Shape) -> MapResult:
        """The map of the vectors, turned onto the last one, and what is labeled on it.

        Raises:
            VectorsError: no word has a direction, or the axes span no plane.
            UnknownWordError: a word of the axes has no vector.
        """
        choices = replace(self._choices, picked=self.explorer.picked)
        near = (self.result, self._latest) if view.kind == "past" else (self._latest, self.result)
        return computed(view, question, choices, near[0] or near[1])

    # ---- drawing

    def take(self, result: MapResult) -> None:
        """Show a map; what is asked for comes into the window."""
        if self.result is not None and self.result.map.axes != result.map.axes:
            self._trails.clear()
            self.fitted = self.window = None
        if not result.is_past:
            self._latest = result
        self._trails.add(result.map, result.tokens)
        asked = tuple(label.text for label in result.asked)
        if asked != self._asked and self.window is not None and result.asked:
            self.window = Window(*result.asked[0].point, self.window.scale)
        self._asked = asked
        super().take(result)

    def refuse(self, problem: str) -> None:
        """Show why there is no map."""
        self._drawing = None
        super().refuse(problem)

    def drawn(self, result: MapResult, shape: Shape) -> Text:
        """The map in as many cells."""
        window = self.window
        if window is None:
            must = np.array([label.point for label in result.labels]).reshape(-1, 2)
            window = self.fitted = fitted(result.map.points, shape, self.fitted, must)
        scene = Scene(
            points=result.map.points,
            words=result.map.words,
            labels=(*result.labels, *result.letters()),
            kept=frozenset() if self._drawing is None else self._drawing.labeled,
            trails=self._trails.lines(),
            clusters=result.clusters,
            has_axes=result.map.axes is not None,
        )
        looks = self._looks.of(self.app)
        self._drawing = MapDrawing(scene, window, shape, self.app.glyphs, looks)
        self._show_title(result.map)
        return self._drawing.text

    def _show_title(self, made: WordMap) -> None:
        if made.axes is None:
            share = "" if made.share is None else f" · {made.share:.0%} of the variance"
            what = f"PCA of {len(made.words):,} words{share}"
        else:
            (a, b), (c, d) = (tuple(safe_text(word, 16) for word in pair) for pair in made.axes)
            remark = f" · {made.remark}" if made.remark else ""
            what = self.app.glyphs.spelled(f"x {a} → {b} · y {c} → {d}{remark}")
        room = max(self.shape.width - 2, 1)
        title = whole_parts(f"{self.PANE_NAME} · {what}", room)
        self.write_frame(title, whole_parts(self._keys(), room))

    def _keys(self) -> str:
        """What the keys do that are not on the key bar of a small terminal."""
        method, axes, clusters, track, find = (
            self.app.key_of(f"explore.map_{name}", MapPane)
            for name in ("method", "axes", "clusters", "track", "find")
        )
        closer, farther = (
            self.app.key_of(f"explore.map_zoom_{where}", WindowPane) for where in ("in", "out")
        )
        return (
            f"{closer} {farther} zoom · {method} method · {axes} axes · {clusters} clusters · "
            f"{track} track · {find} find"
        )

    # ---- keys

    def action_method(self) -> None:
        """Change between principal components and axes."""
        if self._axes is None:
            self.action_axes()
        else:
            axes = None if self._choices.axes else self._axes
            self._choose(replace(self._choices, axes=axes))

    def action_axes(self) -> None:
        """Ask for the words of the axes."""
        view = self.explorer.view
        vectors = None if view is None else view.vectors
        self.app.push_screen(AxesDialog(self._axes, vectors), self._take_axes)

    def _take_axes(self, axes: tuple[Pair, Pair] | None) -> None:
        if axes is not None:
            self._axes = axes
            self._choose(replace(self._choices, axes=axes))

    def action_clusters(self) -> None:
        """Color the words by cluster, or no longer."""
        self._choose(replace(self._choices, has_clusters=not self._choices.has_clusters))

    def action_track(self) -> None:
        """Leave a trail of the word that is pointed at, or of those that are asked about."""
        asked = () if self.result is None else self.result.asked
        words = [label.word for label in asked if label.word is not None]
        if picked := self.explorer.picked:
            words = [picked]
        if words:
            self.track(words)
        else:
            self.app.warn("no word on the map is asked about: ask for one, then track it")

    def track(self, words: Sequence[str]) -> None:
        """Leave trails of words, or stop that if all of them have one."""
        self._trails.toggle(words)
        self._choose(replace(self._choices, tracked=self._trails.words))

    def _choose(self, choices: MapChoices) -> None:
        self._choices = choices
        self.recompute()

    def action_find(self) -> None:
        """Zoom in on the word that is pointed at, or on what is asked."""
        label = None if self.result is None else self.result.middle
        if label is None:
            self.app.warn("nothing that is asked about is on the map: ask for a word")
            return
        if self.window is None:
            self.window = self.shown_window.zoomed(CLOSE)
        self.look_at(Window(*label.point, self.shown_window.scale))

    def pick(self, column: int, row: int) -> None:
        """Ask for the word at a cell."""
        word = None if self._drawing is None else self._drawing.word_at(column, row)
        if word is not None:
            self.ask(word)

    # ---- export

    def exported(self, result: MapResult, ending: str) -> bytes:
        """The map as a picture, or as a table of where its words lie.

        Raises:
            MissingLibraryError: `.png` needs a library that is not installed.
        """
        if ending == ".tsv":
            return result.table()
        marked = [label.word for label in result.labels if label.word is not None]
        of_axes = [word for pair in result.map.axes or () for word in pair]
        picture = Picture(
            map=result.map,
            name=self.subject.name,
            labels=(*marked, *of_axes),
            clusters=result.clusters,
            names=result.names,
        )
        return picture_bytes(svg_of(picture), ending)
