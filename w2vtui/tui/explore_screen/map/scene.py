"""What is drawn on the map, and in which styles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rich.style import Style

from w2vtui.vectors.similarity import Floats

Kind = Literal["asked", "picked", "tracked", "word", "cluster"]
Look: TypeAlias = str | Style

SIGNS: dict[Kind, tuple[str, str]] = {
    "asked": ("◆", "@"), "picked": ("▶", ">"), "tracked": ("◉", "o"), "word": ("●", "*"),
    "cluster": ("", ""),
}  # fmt: skip
"""What stands at the place of a labeled word; and in ASCII."""
PLAIN_LABELS: Mapping[Kind, Look] = {
    "asked": "bold reverse", "picked": "bold reverse", "tracked": "bold underline",
    "word": "bold",
}  # fmt: skip


class Label(NamedTuple):
    """A name for a place on the map."""

    point: tuple[float, float]
    text: str
    kind: Kind
    word: str | None = None
    """The word that a click on it asks for."""
    cluster: int | None = None


class Placed(NamedTuple):
    """Where a label is drawn."""

    row: int
    start: int
    end: int
    label: Label


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Scene:
    """What is drawn."""

    points: Floats
    """(n, 2), the most frequent word first."""
    words: Sequence[str]
    labels: Sequence[Label] = ()
    """Those that come before the labels of the frequent words."""
    kept: frozenset[str] = frozenset()
    """Words that had a label, and keep it if there is room: labels do not come and go."""
    trails: Sequence[Floats] = ()
    """(m, 2) each: where a word was, oldest first."""
    clusters: NDArray[np.integer] | None = None
    """(n,): the cluster of each word, -1 for none."""
    has_axes: bool = False
    """Whether x = 0 and y = 0 mean something."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Looks:
    """Styles."""

    dots: Look = "dim"
    labels: Mapping[Kind, Look] = field(default_factory=lambda: PLAIN_LABELS)
    trail: Look = "bold"
    clusters: tuple[Look, ...] = ()
    """One for each cluster, in turn; () for a terminal without colors, where letters stand for
    words."""
