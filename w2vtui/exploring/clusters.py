"""Groups of words whose vectors point the same way, by k-means.

Only the most frequent words are grouped, so that the time is bounded whatever the vocabulary; the
vectors of rare words are noisy besides. The same vectors, number and seed give the same clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import SettingsError, VectorsError
from w2vtui.exploring.answers import Near
from w2vtui.exploring.limits import CLUSTERED, N_CLUSTERS
from w2vtui.exploring.scores import near
from w2vtui.vectors import WordVectors
from w2vtui.vectors.similarity import Floats
from w2vtui.vectors.word_classes import directions_of, nearest_centers

N_ROUNDS = 50
"""At most; the words have usually settled before."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A group of words."""

    words: tuple[Near, ...]
    """Those nearest to its center, which name it; scores are their cosines with it."""
    n_words: int
    n_tokens: int | None
    """How often its words occur in the corpus, all together."""
    cohesion: float
    """The mean cosine of its words with its center."""
    place: int
    """Its number in `labels` and `centers`."""


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """All groups, that of the most words first."""

    clusters: tuple[Cluster, ...]
    searched: int
    """How many words, the most frequent ones, were grouped."""
    total: int
    """How many words there are."""
    cohesion: float
    """The mean cosine of a word with the center of its cluster."""
    labels: NDArray[np.int64]
    """int64 (searched,): the place of each word's cluster; -1 for vectors without a direction."""
    centers: Floats
    """float32 (K, D), each of length 1."""

    @property
    def names(self) -> dict[int, tuple[str, ...]]:
        """The words that name each cluster, by its place."""
        return {one.place: tuple(near.word for near in one.words) for one in self.clusters}


@dataclass(frozen=True, slots=True)
class Grouping:
    """How words are grouped."""

    k: int = N_CLUSTERS
    """Clusters; as many as there are words, if these are fewer."""
    n: int = 10
    """Words that name a cluster."""
    restrict: int = CLUSTERED
    """Words that are grouped, the most frequent ones."""
    seed: int = 1
    """Of the words that the clusters begin at."""
    n_rounds: int = N_ROUNDS

    def __post_init__(self) -> None:
        for name, what in (("k", "clusters"), ("restrict", "words")):
            value = getattr(self, name)
            if value < 1:
                raise SettingsError(f"{name} must be 1 or more {what}, got {value}")


def clusters(
    vectors: WordVectors, how: Grouping = Grouping(), start: Floats | None = None
) -> Clusters:
    """The clusters of the most frequent words: k-means of the vectors at length 1, by cosine.

    start   float32 (any, D): centers to begin at, as those of a moment ago. As many keep their
            places; of more, those of the fewest words are left out, and to fewer some are added

    Arthur and Vassilvitskii 2007, "k-means++"; Dhillon and Modha 2001, section 3.

    Raises:
        VectorsError: no vector is of numbers and longer than 0.
    """
    searched = min(how.restrict, len(vectors))
    norms = vectors.norms[:searched]
    sound = np.flatnonzero(np.isfinite(norms) & (norms > 0))
    if not len(sound):
        raise VectorsError("no clusters: no vector is of numbers and longer than 0")
    units = (vectors.vectors[:searched][sound] / norms[sound, None]).astype(np.float32)
    k = min(how.k, len(sound))
    centers, places = _k_means(units, _start(units, how, k, start), how.n_rounds)
    closeness = np.clip(np.einsum("ij,ij->i", units, centers[places]), -1, 1)
    found = [
        _cluster(vectors, place, sound[places == place], closeness[places == place], how.n)
        for place in range(k)
    ]
    labels = np.full(searched, -1, dtype=np.int64)
    labels[sound] = places
    return Clusters(
        tuple(sorted(filter(None, found), key=lambda one: -one.n_words)),
        searched,
        len(vectors),
        float(closeness.mean()),
        labels,
        centers,
    )


def _cluster(
    vectors: WordVectors, place: int, rows: NDArray[np.intp], closeness: Floats, n: int
) -> Cluster | None:
    """The cluster of the words of rows; None if there are none."""
    if not len(rows):
        return None
    best = np.argsort(-closeness, kind="stable")[:n]
    n_tokens = None if vectors.counts is None else int(vectors.counts[rows].sum())
    words = near(vectors, rows[best].tolist(), closeness[best])
    return Cluster(words, len(rows), n_tokens, float(closeness.mean()), place)


def _start(units: Floats, how: Grouping, k: int, earlier: Floats | None) -> Floats:
    """k centers to begin at, float32 (k, D): the earlier ones, without those of the fewest words
    where they are more, and with words that are far from them where they are fewer.
    """
    if earlier is None or earlier.shape[1] != units.shape[1]:
        earlier = units[:0]
    if len(earlier) > k:
        n_words = np.bincount(nearest_centers(units, earlier), minlength=len(earlier))
        earlier = earlier[np.sort(np.argsort(-n_words, kind="stable")[:k])]
    return _seeds(units, k, np.random.default_rng(how.seed), earlier)


def _seeds(units: Floats, k: int, rng: np.random.Generator, kept: Floats) -> Floats:
    """The kept centers and different words' vectors, float32 (k, D), far from each other:
    k-means++.
    """
    chosen: list[int] = []
    distances = np.full(len(units), np.inf)
    for center in kept:
        distances = np.minimum(distances, _squared_distances(units, center))
    while len(kept) + len(chosen) < k:
        distances[chosen] = 0
        total = distances.sum()
        if not (len(kept) or chosen):
            chosen.append(int(rng.integers(len(units))))
        elif not total > 0:  # all that is left points as one that was chosen
            left = np.setdiff1d(np.arange(len(units)), chosen)
            chosen += left[: k - len(kept) - len(chosen)].tolist()
        else:
            chosen.append(int(rng.choice(len(units), p=distances / total)))
        distances = np.minimum(distances, _squared_distances(units, units[chosen[-1]]))
    return np.concatenate((kept, units[chosen])).astype(np.float32, copy=False)


def _squared_distances(units: Floats, center: Floats) -> Floats:
    """Of each word (N, D) from a center (D,), both of length 1: float64 (N,)."""
    return np.maximum(2 - 2 * (units @ center).astype(np.float64), 0)


def _k_means(units: Floats, centers: Floats, n_rounds: int) -> tuple[Floats, NDArray[np.int64]]:
    """Centers (K, D) that have moved to their words (N, D), and the center of each word (N,)."""
    places = nearest_centers(units, centers)
    for _ in range(n_rounds):
        centers = directions_of(units, places, centers)
        empty = np.setdiff1d(np.arange(len(centers)), places)
        if len(empty):  # begins again at the words farthest from their centers
            closeness = np.einsum("ij,ij->i", units, centers[places])
            centers[empty] = units[np.argsort(closeness, kind="stable")[: len(empty)]]
        before, places = places, nearest_centers(units, centers)
        if not len(empty) and np.array_equal(before, places):
            break
    return centers, places
