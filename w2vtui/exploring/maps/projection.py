"""Words on a plane: by principal components, or along two axes that pairs of words give.

Symbols: n words of D numbers each, every vector at length 1, so that a map shows directions, as
cosines do, and not how long a vector has grown.

A map of a training that runs is drawn again every second. Principal components are known but for
their signs, and two of about the same share turn freely: so each map is turned onto the last one
(orthogonal Procrustes), and what moves on the screen has moved in the vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2vtui.display import safe_text
from w2vtui.errors import SettingsError, VectorsError
from w2vtui.exploring.maps.components import plane_of, principal_components
from w2vtui.vectors import WordVectors
from w2vtui.vectors.similarity import Floats, norms_of, unit

MAPPED_WORDS = 5000
"""How many of the most frequent words a map shows, if nothing else is said."""
Method = Literal["pca", "axes"]
Pair: TypeAlias = tuple[str, str]
"""The words that an axis leads from and to."""

_SAME_DIRECTION = 0.99
"""Axes of a higher cosine span no plane: what is left of the second is noise."""
_RIGHT_ANGLE = 1.0
"""Degrees within which two axes are said to be at right angles."""
_WORD_LIMIT = 40
"""Characters of a word in a message."""
_SHORTEST, _LONGEST = 1e-15, 1e15
"""Vectors of these lengths have squares that float32 holds."""


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class WordMap:
    """Where words lie on a plane, the most frequent first."""

    method: Method
    words: tuple[str, ...]
    """n words."""
    rows: NDArray[np.intp]
    """(n,): their rows in the vectors."""
    points: Floats
    """(n, 2): x to the right, y up."""
    plane: Floats
    """(D, 2): what x and y are along, each of length 1; a column of zeros if there is only one."""
    center: Floats
    """(D,): the vector at the origin."""
    shares: tuple[float, float] | None = None
    """Of the variance, that x and y show together; (along x, along y) before it was turned."""
    basis: Floats | None = None
    """(D, k): the k largest principal components, from which those of the next map are found."""
    axes: tuple[Pair, Pair] | None = None
    """The pairs of words that x and y lead along."""
    remark: str = ""
    """What a reader of the axes should know."""

    def place(self, vector: NDArray[np.floating]) -> tuple[float, float] | None:
        """Where a vector (D,) of any length lies; None if it has no direction."""
        direction = unit(vector)
        if not np.isfinite(direction).all() or not direction.any():
            return None
        x, y = ((direction - self.center) @ self.plane).tolist()
        return x, y

    @property
    def share(self) -> float | None:
        """Of the variance, what the plane shows."""
        return None if self.shares is None else sum(self.shares)


def pca_map(
    vectors: WordVectors,
    n_words: int = MAPPED_WORDS,
    also: Sequence[int] = (),
    last: WordMap | None = None,
) -> WordMap:
    """The most frequent words along the two directions in which their vectors differ most.

    n_words   how many words the components are of; those without a direction are left out
    also      rows of further words, placed on the same plane
    last      the map before it, onto which this one is turned

    Pearson 1901, "On lines and planes of closest fit", from the eigenvectors of the covariance
    matrix (D, D).

    Raises:
        VectorsError: no word has a direction.
    """
    n_frequent, rows, units = _directed(vectors, n_words, also)
    center = units[:n_frequent].mean(axis=0)
    units -= center
    near = None if last is None or last.basis is None else last.basis
    shares, basis = principal_components(units[:n_frequent], near)
    plane = plane_of(basis)
    made = WordMap(
        method="pca",
        words=tuple(map(vectors.index_to_key.__getitem__, rows.tolist())),
        rows=rows,
        points=units @ plane,
        plane=plane,
        center=center,
        shares=shares,
        basis=basis,
    )
    return made if last is None else turned_onto(made, last)


def axes_map(
    vectors: WordVectors,
    axes: tuple[Pair, Pair],
    n_words: int = MAPPED_WORDS,
    also: Sequence[int] = (),
) -> WordMap:
    """Words along two axes: x from a word a to a word b, y from c to d, at right angles.

    x is the product of a word's vector with that of `b - a`, both at length 1: a word in the middle
    between a and b is at 0. y is made orthogonal to x; the remark says at which angle they met.

    n_words, also   as `pca_map` has them; the words of the axes are always on the map

    Raises:
        UnknownWordError: a word of an axis has no vector.
        VectorsError: an axis has no direction, or both have the same; or no word has one.
    """
    x, y = (_axis(vectors, pair) for pair in axes)
    cosine = float(x @ y)
    if abs(cosine) > _SAME_DIRECTION:
        first, second = (_shown(pair) for pair in axes)
        raise VectorsError(
            f"the axes {first} and {second} point the same way (cosine {cosine:.2f}): "
            "choose other words for one of them"
        )
    y = unit(y - cosine * x)
    angle = float(np.degrees(np.arccos(cosine)))
    is_right = abs(angle - 90) < _RIGHT_ANGLE
    of_axes = [vectors.get_index(word) for pair in axes for word in pair]
    _, rows, units = _directed(vectors, n_words, (*of_axes, *also))
    plane = np.stack((x, y), axis=1)
    return WordMap(
        method="axes",
        words=tuple(map(vectors.index_to_key.__getitem__, rows.tolist())),
        rows=rows,
        points=units @ plane,
        plane=plane,
        center=np.zeros(vectors.vector_size, dtype=np.float32),
        axes=axes,
        remark="" if is_right else f"the axes met at {angle:.0f} deg; y was made orthogonal to x",
    )


def turned_onto(made: WordMap, last: WordMap) -> WordMap:
    """A map turned, and mirrored where that fits better, onto the last one, by the words that are
    on both.

    The orthogonal matrix R (2, 2) that brings points R nearest to those of the last map, in the sum
    of squares: U V' of the singular vectors of points' last. Schönemann 1966, "A generalized
    solution of the orthogonal Procrustes problem".
    """
    mine, theirs = made.points, last.points
    if made.words != last.words:
        at = {word: place for place, word in enumerate(last.words)}
        common = [(i, at[word]) for i, word in enumerate(made.words) if word in at]
        if not common:
            return made
        here, there = np.array(common, dtype=np.intp).T
        mine, theirs = mine[here], theirs[there]
    left, _, right = np.linalg.svd(mine.T @ theirs)
    turn: Floats = left @ right
    return replace(made, points=made.points @ turn, plane=made.plane @ turn)


def labels_on(made: WordMap, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of the labels of the first words, such as their clusters, those of a map's words; -1 for
    words that have none.
    """
    found = np.full(len(made.rows), -1, dtype=np.int64)
    has_label = made.rows < len(labels)
    found[has_label] = labels[made.rows[has_label]]
    return found


def pair_of(text: str, vectors: WordVectors | None = None) -> Pair:
    """The words of an axis: `man:woman`, or `man -> woman`.

    vectors   whose words decide where to split, if a word holds a colon

    Raises:
        SettingsError: it is not two words.
    """
    if " -> " in text:
        splits = [text.split(" -> ", 1)]
    else:
        splits = [[text[:at], text[at + 1 :]] for at, char in enumerate(text) if char == ":"]
    pairs = [(a.strip(), b.strip()) for a, b in splits if a.strip() and b.strip()]
    if not pairs:
        raise SettingsError(
            "an axis must be two words with a colon between them, such as man:woman, "
            f"got {safe_text(text, _WORD_LIMIT)!r}"
        )
    known = (pair for pair in pairs if vectors is not None and all(w in vectors for w in pair))
    return next(known, pairs[0])


def _directed(
    vectors: WordVectors, n_words: int, also: Sequence[int]
) -> tuple[int, NDArray[np.intp], Floats]:
    """Of the first n words and of others, those with a direction: how many of them are among the
    first n, their rows, and their vectors at length 1.

    Raises:
        VectorsError: none of the first has one.
    """
    n_words = min(max(n_words, 1), len(vectors))
    others = np.array(sorted({row for row in also if row >= n_words}), dtype=np.intp)
    rows = np.concatenate((np.arange(n_words, dtype=np.intp), others))
    taken: Floats = np.asarray(vectors.vectors[:n_words], dtype=np.float32)
    if others.size:
        taken = np.concatenate((taken, vectors.vectors[others]))
    norms = _lengths(taken)
    has_direction = np.isfinite(norms) & (norms > 0)
    n_frequent = int(np.count_nonzero(has_direction[:n_words]))
    if not n_frequent:
        raise VectorsError(
            f"no map: none of the {n_words:,} vectors has a direction, all are zeros or not "
            "numbers, as before a training begins or after one that diverged"
        )
    if n_frequent < n_words or not has_direction.all():
        rows, taken, norms = rows[has_direction], taken[has_direction], norms[has_direction]
    return n_frequent, rows, (taken / norms[:, None]).astype(np.float32, copy=False)


def _lengths(vectors: Floats) -> NDArray[np.floating]:
    """The length of each row (n, D): in float32 if that holds all of them, which takes a third."""
    with np.errstate(all="ignore"):
        lengths: Floats = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        if lengths.min() > _SHORTEST and lengths.max() < _LONGEST:
            return lengths
        return norms_of(vectors)


def _axis(vectors: WordVectors, pair: Pair) -> Floats:
    """The direction from the first word of a pair to the second.

    Raises:
        UnknownWordError: a word has no vector.
        VectorsError: there is no direction.
    """
    start, end = pair
    difference, _ = vectors.sum_of(end, start)
    if not difference.any():
        raise VectorsError(
            f"the axis {_shown(pair)} has no direction: both vectors are the same; "
            "choose two other words"
        )
    return unit(difference)


def _shown(pair: Pair) -> str:
    return ":".join(safe_text(word, _WORD_LIMIT) for word in pair)
