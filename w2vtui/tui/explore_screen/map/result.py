"""What is computed for the map: where words lie, what is labeled, and the cluster of each word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import VectorsError
from w2vtui.exploring.clusters import Grouping, clusters
from w2vtui.exploring.maps.cluster_looks import letter_of
from w2vtui.exploring.maps.projection import (
    MAPPED_WORDS,
    Pair,
    WordMap,
    axes_map,
    labels_on,
    pca_map,
)
from w2vtui.exploring.questions import Analogy, Nearest, Question
from w2vtui.exploring.subject import View
from w2vtui.exploring.tsv import tsv
from w2vtui.tui.explore_screen.map.scene import Kind, Label
from w2vtui.vectors import WordVectors
from w2vtui.vectors.similarity import Floats

N_CLUSTERS = 8
"""Groups that are colored: more hues look alike."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MapChoices:
    """What is to be on the map."""

    axes: tuple[Pair, Pair] | None = None
    """None for principal components."""
    tracked: tuple[str, ...] = ()
    """Words that leave a trail."""
    picked: str = ""
    """The word that is pointed at among the answers; empty if there is none."""
    has_clusters: bool = False


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class MapResult:
    """What was computed for the map."""

    map: WordMap
    labels: tuple[Label, ...]
    """Of what is asked, pointed at and tracked."""
    tokens: int
    is_past: bool = False
    """Whether it is of an earlier moment than the latest."""
    clusters: NDArray[np.int64] | None = None
    """(n,): the cluster of each word of the map, -1 for none."""
    centers: Floats | None = None
    """(K, D): those of the clusters."""
    names: Mapping[int, Sequence[str]] = field(default_factory=dict)
    """The words that name each cluster, the best one first."""

    @property
    def asked(self) -> tuple[Label, ...]:
        """The labels of what is asked about."""
        return tuple(label for label in self.labels if label.kind == "asked")

    @property
    def middle(self) -> Label | None:
        """What `find` is about: the word that is pointed at, or else what is asked."""
        picked = (label for label in self.labels if label.kind == "picked")
        return next(picked, self.asked[0] if self.asked else None)

    def letters(self) -> list[Label]:
        """The letter of each cluster and the word that names it, in the middle of it."""
        if self.clusters is None:
            return []
        letters = []
        for cluster in sorted(set(self.clusters.tolist()) - {-1}):
            members = self.map.points[self.clusters == cluster]
            x, y = np.median(members, axis=0).tolist()
            name = next(iter(self.names.get(cluster, ())), None)
            text = f" {letter_of(cluster)} {name or ''}".rstrip() + " "
            letters.append(Label((x, y), text, "cluster", name, cluster))
        return letters

    def table(self) -> bytes:
        """Word, x, y and the letter of the cluster, a line each, between tabs."""
        grouped = [-1] * len(self.map.words) if self.clusters is None else self.clusters.tolist()
        rows = [["word", "x", "y", "cluster"]]
        for word, (x, y), cluster in zip(
            self.map.words, self.map.points.tolist(), grouped, strict=True
        ):
            letter = "" if cluster < 0 else letter_of(cluster)
            rows.append([word, f"{x:.6f}", f"{y:.6f}", letter])
        return tsv(rows)


def computed(
    view: View, question: Question | None, choices: MapChoices, last: MapResult | None
) -> MapResult:
    """The map of a view, and what is labeled on it.

    last   the result before it, onto which the map is turned

    Raises:
        VectorsError: no word has a direction, or the axes span no plane.
        UnknownWordError: a word of the axes has no vector.
    """
    vectors = view.vectors
    asked = [] if question is None else [word for word in question.words if word in vectors]
    picked = [word for word in (choices.picked,) if word in vectors and word not in asked]
    named = {*asked, *picked}
    tracked = [word for word in choices.tracked if word in vectors and word not in named]
    also = [vectors.key_to_index[word] for word in (*asked, *picked, *tracked)]
    if choices.axes is not None:
        made = axes_map(vectors, choices.axes, also=also)
    else:
        before = None if last is None or last.map.axes is not None else last.map
        made = pca_map(vectors, also=also, last=before)
    labels = [
        *_labels(made, vectors, "asked", asked),
        *_labels(made, vectors, "picked", picked),
        *_labels(made, vectors, "tracked", tracked),
    ]
    if (point := _sum_point(made, vectors, question)) is not None:
        labels.insert(0, Label(point, "query", "asked"))
    result = MapResult(
        map=made, labels=tuple(labels), tokens=view.tokens or 0, is_past=view.kind == "past"
    )
    if not choices.has_clusters:
        return result
    how = Grouping(k=N_CLUSTERS, n=3, restrict=MAPPED_WORDS)
    found = clusters(vectors, how, None if last is None else last.centers)
    grouped = labels_on(made, found.labels)
    return replace(result, clusters=grouped, centers=found.centers, names=found.names)


def _labels(
    made: WordMap, vectors: WordVectors, kind: Kind, words: Sequence[str]
) -> Iterator[Label]:
    """Labels of words that are on the map, each once."""
    for word in dict.fromkeys(words):
        for place in np.flatnonzero(made.rows == vectors.key_to_index[word]).tolist():
            yield Label(tuple(made.points[place].tolist()), word, kind, word)


def _sum_point(
    made: WordMap, vectors: WordVectors, question: Question | None
) -> tuple[float, float] | None:
    """Where the sum that is asked about lies; None if one word is asked about, or no sum."""
    asked = question.sum if isinstance(question, Analogy) else question
    if not isinstance(asked, Nearest) or len(asked.words) < 2:
        return None
    if any(word not in vectors for word in asked.words):
        return None
    try:
        total, _ = vectors.sum_of(list(asked.added), list(asked.taken))
    except VectorsError:  # a vector that is not numbers: the neighbors pane says so
        return None
    return made.place(total)
