"""A map as a picture: SVG that is readable on a light page and on a dark one.

The picture has a ground of its own, which follows the viewer's preference for light or dark where
the viewer tells it. Every dot says its word when it is pointed at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from w2vtui.display import cell_width, safe_text
from w2vtui.exploring.maps.cluster_looks import DARK_CLUSTERS, LIGHT_CLUSTERS, letter_of
from w2vtui.exploring.maps.label_places import LabelPlaces
from w2vtui.exploring.maps.projection import WordMap

Ground = Literal["auto", "light", "dark"]

WIDTH, HEIGHT = 1200, 900
_LEFT, _TOP, _RIGHT, _BOTTOM = 48, 72, 24, 56
_LEGEND_WIDTH = 220
_GRID = 4
"""Pixels to a cell of the grid that labels are placed on."""
_WORD_SIZE, _ASKED_SIZE = 13, 16
_CELL = 0.66
"""Of the size of a font, the width of a terminal cell's worth of letters."""
_LABELS = 160
_CANDIDATES = 2000
_LABEL_LIMIT = 32
"""Characters of a label."""
_LEGEND_WORDS = 3

_SHAPES = (
    "m-{r} 0a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0-{d} 0",
    "m-{r}-{r}h{d}v{d}h-{d}z",
    "m0-{h}l{h} {h}l-{h} {h}l-{h}-{h}z",
    "m0-{r}l{r} {d}h-{d}z",
)
"""Of dots: what tells clusters apart without colors, together with their letters."""
_STYLE = """
.ground{{fill:{ground}}}
text{{font-family:system-ui,"Helvetica Neue",Arial,"Noto Sans","DejaVu Sans",sans-serif;fill:{ink}}}
.dot{{fill:{dot};fill-opacity:.55}}
.word,.asked,.letter{{paint-order:stroke;stroke:{ground};stroke-width:3px;stroke-linejoin:round}}
.word{{font-size:13px}}
.asked{{font-size:16px;font-weight:bold;fill:{accent}}}
.ring{{fill:none;stroke:{accent};stroke-width:2px}}
.title{{font-size:22px;font-weight:bold}}
.note{{font-size:13px;fill:{muted}}}
.axis{{stroke:{muted};stroke-width:1px;stroke-dasharray:2 4}}
.letter{{font-size:26px;font-weight:bold}}
.legend{{font-size:13px}}
{clusters}"""
_INKS: dict[str, dict[str, str]] = {
    "light": {
        "ground": "#fbfbfa", "ink": "#14181f", "dot": "#3c6ea8", "accent": "#8f4a00",
        "muted": "#4c5869",
    },
    "dark": {
        "ground": "#12151c", "ink": "#d5dae2", "dot": "#7cb7ff", "accent": "#ffb454",
        "muted": "#9aa7b8",
    },
}  # fmt: skip
_CLUSTER_INKS = {"light": LIGHT_CLUSTERS, "dark": DARK_CLUSTERS}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Picture:
    """What is drawn."""

    map: WordMap
    name: str
    """Of the vectors: a file's or a run's."""
    labels: Sequence[str] = ()
    """Words that are marked, and labeled before the others."""
    clusters: NDArray[np.integer] | None = None
    """(n,): the cluster of each word of the map, -1 for none."""
    names: Mapping[int, Sequence[str]] = field(default_factory=dict)
    """Words that name a cluster; its most frequent ones where there are none."""
    ground: Ground = "auto"
    """`auto` is light, and dark for viewers that prefer dark."""


def svg_of(picture: Picture) -> str:
    """The picture as SVG."""
    return "\n".join(_Drawing(picture).lines())


def caption_of(made: WordMap) -> str:
    """What a map shows, in a line."""
    words = f"{len(made.words):,} word{'s' * (len(made.words) != 1)}"
    if made.axes is None:
        share = "" if made.share is None else f", {made.share:.0%} of the variance"
        return f"two principal components of {words}{share}"
    (a, b), (c, d) = (tuple(safe_text(word, _LABEL_LIMIT) for word in pair) for pair in made.axes)
    remark = f"; {made.remark}" if made.remark else ""
    return f"{words}; x: {a} → {b}, y: {c} → {d}{remark}"


class _Drawing:
    """The parts of one picture, in pixels from the top left."""

    def __init__(self, picture: Picture) -> None:
        self._picture, made = picture, picture.map
        self._legend = picture.clusters is not None
        self._right = WIDTH - _RIGHT - _LEGEND_WIDTH * self._legend
        low, high = made.points.min(axis=0), made.points.max(axis=0)
        room = np.array((self._right - _LEFT, HEIGHT - _TOP - _BOTTOM)) - 24.0
        spans = np.maximum(high - low, 1e-9)
        scales = room / spans if (high > low).any() else np.ones(2)
        # what two axes measure has two scales; turning principal components must keep distances
        self._scale = scales if made.axes is not None else np.full(2, scales.min())
        self._middle = (low + high) / 2
        self._at = self._pixels(made.points)

    def _pixels(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        center = np.array(((_LEFT + self._right) / 2, (_TOP + HEIGHT - _BOTTOM) / 2))
        pixels: NDArray[np.float64] = (points - self._middle) * self._scale * (1, -1) + center
        return pixels

    def lines(self) -> Iterator[str]:
        """The elements, those on top last."""
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
            f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        )
        yield f"<title>{_text(f'Map of {self._picture.name}')}</title>"
        yield f"<style>{self._style()}</style>"
        yield f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>'
        yield f'<text class="title" x="{_LEFT}" y="36">{_text(self._picture.name)}</text>'
        caption = _text(caption_of(self._picture.map))
        yield f'<text class="note" x="{_LEFT}" y="58">{caption}</text>'
        yield from self._axes()
        yield from self._dots()
        places = LabelPlaces(self._right // _GRID, HEIGHT // _GRID)
        yield from chain(self._asked(places), self._letters(places), self._words(places))
        yield from self._clusters()
        yield "</svg>"

    def _style(self) -> str:
        grounds = {"auto": ("light", "dark")}.get(self._picture.ground, (self._picture.ground,))
        styles = []
        for name in grounds:
            colors = _CLUSTER_INKS[name] if self._legend else ()
            clusters = "".join(f".c{i}{{fill:{color}}}\n" for i, color in enumerate(colors))
            styles.append(_STYLE.format(**_INKS[name], clusters=clusters))
        return styles[0] + "".join(
            f"@media (prefers-color-scheme:dark){{{style}}}" for style in styles[1:]
        )

    def _axes(self) -> Iterator[str]:
        """Lines where x and y are 0, and the words that they lead to."""
        axes = self._picture.map.axes
        if axes is None:
            return
        ((x, y),) = self._pixels(np.zeros((1, 2))).tolist()
        bottom, middle = HEIGHT - _BOTTOM, (_TOP + HEIGHT - _BOTTOM) / 2
        if _LEFT <= x <= self._right:
            yield f'<path class="axis" d="M{x:.1f} {_TOP}V{bottom}"/>'
        if _TOP <= y <= bottom:
            yield f'<path class="axis" d="M{_LEFT} {y:.1f}H{self._right}"/>'
        along, up = (
            _text(f"{safe_text(a, _LABEL_LIMIT)} → {safe_text(b, _LABEL_LIMIT)}") for a, b in axes
        )
        yield (
            f'<text class="note" x="{(_LEFT + self._right) / 2}" y="{HEIGHT - 22}" '
            f'text-anchor="middle">{along}</text>'
        )
        yield (
            f'<text class="note" x="28" y="{middle}" text-anchor="middle" '
            f'transform="rotate(-90 28 {middle})">{up}</text>'
        )

    def _dots(self) -> Iterator[str]:
        """A dot for each word, which says the word when it is pointed at."""
        made, clusters = self._picture.map, self._picture.clusters
        for i in range(len(made.words) - 1, -1, -1):  # the frequent ones on top
            x, y = self._at[i].tolist()
            title = f"<title>{_text(made.words[i])}</title>"
            cluster = -1 if clusters is None else int(clusters[i])
            if cluster < 0:
                yield f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="2.2">{title}</circle>'
            else:
                yield (
                    f'<path class="dot c{cluster % len(LIGHT_CLUSTERS)}" '
                    f'd="M{x:.1f} {y:.1f}{_shape(cluster)}">{title}</path>'
                )

    # ---- labels

    def _asked(self, places: LabelPlaces) -> Iterator[str]:
        """Rings around the marked words, and their labels."""
        at = {word: i for i, word in enumerate(self._picture.map.words)}
        marked = [at[word] for word in dict.fromkeys(self._picture.labels) if word in at]
        for i in marked:
            x, y = self._at[i].tolist()
            yield f'<circle class="ring" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
            places.take(int((x - 6) // _GRID), int((y - 6) // _GRID), 3, 3)
        for i in marked:
            label = list(self._label(i, places, "asked", _ASKED_SIZE, 14))
            # none is left out, even if there is no room for it
            x, y = self._at[i].tolist()
            yield from label or [self._text_at("asked", x + 14, y + 6, i)]

    def _words(self, places: LabelPlaces) -> Iterator[str]:
        """Labels of the frequent words, as many as leave the dots to be seen."""
        marked = set(self._picture.labels)
        n_placed = 0
        for i, word in enumerate(self._picture.map.words[:_CANDIDATES]):
            if word in marked:
                continue
            label = list(self._label(i, places, "word", _WORD_SIZE, 5))
            yield from label
            n_placed += len(label)
            if n_placed >= _LABELS:
                return

    def _label(self, i: int, places: LabelPlaces, kind: str, size: int, away: int) -> Iterator[str]:
        """The label of a word on the first side of it with room; none if there is no room."""
        text = safe_text(self._picture.map.words[i], _LABEL_LIMIT)
        width = max(cell_width(text), 1) * size * _CELL
        x, y = self._at[i].tolist()
        for left, base in (
            (x + away, y + size * 0.35),
            (x - away - width, y + size * 0.35),
            (x - width / 2, y - away),
            (x - width / 2, y + away + size * 0.6),
        ):
            column, row = int(left // _GRID), int((base - size * 0.85) // _GRID)
            if places.take(column, row, int(width // _GRID) + 1, size // _GRID + 1, gap=1):
                yield self._text_at(kind, left, base, i)
                return

    def _text_at(self, kind: str, left: float, base: float, i: int) -> str:
        text = _text(safe_text(self._picture.map.words[i], _LABEL_LIMIT))
        return f'<text class="{kind}" x="{left:.1f}" y="{base:.1f}">{text}</text>'

    # ---- clusters

    def _members(self) -> list[tuple[int, NDArray[np.intp]]]:
        """Each cluster, and the places of its words on the map, the most frequent first."""
        clusters = self._picture.clusters
        if clusters is None:
            return []
        found = sorted(set(clusters.tolist()) - {-1})
        return [(cluster, np.flatnonzero(clusters == cluster)) for cluster in found]

    def _letters(self, places: LabelPlaces) -> Iterator[str]:
        """The letter of each cluster, in the middle of it."""
        for cluster, members in self._members():
            x, y = np.median(self._at[members], axis=0).tolist()
            places.take(int((x - 12) // _GRID), int((y - 12) // _GRID), 6, 6)
            yield (
                f'<text class="letter c{cluster % len(LIGHT_CLUSTERS)}" x="{x:.1f}" '
                f'y="{y + 9:.1f}" text-anchor="middle">{letter_of(cluster)}</text>'
            )

    def _clusters(self) -> Iterator[str]:
        """The legend: letter, dot and some words of each cluster."""
        x = self._right + 24
        for line, (cluster, members) in enumerate(self._members()):
            y = _TOP + 20 + 24 * line
            if y > HEIGHT - _BOTTOM:
                return
            frequent = [self._picture.map.words[i] for i in members[:_LEGEND_WORDS].tolist()]
            words = self._picture.names.get(cluster, frequent)[:_LEGEND_WORDS]
            text = ", ".join(safe_text(word, 12) for word in words)
            color = f"c{cluster % len(LIGHT_CLUSTERS)}"
            yield f'<path class="{color}" d="M{x} {y - 4}{_shape(cluster, 4)}"/>'
            yield (
                f'<text class="legend" x="{x + 14}" y="{y}"><tspan font-weight="bold">'
                f"{letter_of(cluster)}</tspan> {_text(text)}</text>"
            )


def _shape(cluster: int, radius: float = 2.4) -> str:
    """The path of a dot of a cluster, from its middle."""
    shape = _SHAPES[cluster % len(_SHAPES)]
    return shape.format(r=f"{radius:g}", d=f"{2 * radius:g}", h=f"{1.3 * radius:g}")


def _text(text: str) -> str:
    """A token or a file name as the content of an element."""
    return escape(safe_text(text))
