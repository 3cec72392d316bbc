"""Words compared: two words, an axis between two, the odd one out of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vtui.display import safe_text
from w2vtui.errors import QuestionError
from w2vtui.exploring.answers import AxisWords, OddWord, Shared, TwoWords
from w2vtui.exploring.forms import Axis, Comparison, OddOneOut
from w2vtui.exploring.limits import AXIS_WORDS
from w2vtui.exploring.scores import count_of, near
from w2vtui.vectors import WordVectors, clipped
from w2vtui.vectors.similarity import Floats, cosines_with, highest

AMONG = 100
"""Nearest words of each of two words, among which those are that they share."""


def two_words(vectors: WordVectors, question: Comparison, n: int) -> TwoWords:
    """The cosine of two words, the rank of each among the neighbors of the other, and the words
    near to both, n of them.

    Raises:
        UnknownWordError: a word has no vector.
        VectorsError: a vector is not of numbers.
    """
    rows = [vectors.get_index(word) for word in question.words]
    cosines = [_cosines(vectors, word) for word in question.words]
    ranks = [
        1 + int(np.count_nonzero(_without(cosines[side] > cosines[side][rows[1 - side]], rows)))
        for side in (0, 1)
    ]
    cosine = clipped(float(cosines[0][rows[1]]))
    among = max(min(AMONG, len(vectors) - len(set(rows))), 0)
    near_a, near_b = (highest(of_all.copy(), among, rows) for of_all in cosines)
    both = np.intersect1d(near_a, near_b)
    least = np.minimum(cosines[0][both], cosines[1][both])
    best = both[np.argsort(-least, kind="stable")][:n]
    shared = tuple(
        Shared(
            vectors.index_to_key[row],
            clipped(float(cosines[0][row])),
            clipped(float(cosines[1][row])),
            count_of(vectors, row),
            row,
        )
        for row in best.tolist()
    )
    counts = count_of(vectors, rows[0]), count_of(vectors, rows[1])
    at = (rows[0], rows[1])
    return TwoWords(question, cosine, ranks[0], ranks[1], shared, len(both), among, counts, at)


def along_axis(
    vectors: WordVectors, question: Axis, n: int, placed: Sequence[str], restrict: int | None
) -> AxisWords:
    """The n words at each end of the direction from a to b, each word taken at length 1.

    placed     words to place on the axis besides
    restrict   how many words, the most frequent ones, may be at its ends

    Raises:
        UnknownWordError: a word has no vector.
        VectorsError: a vector is not of numbers.
        QuestionError: the two words point the same way.
    """
    for word in (*question.words, *placed):
        vectors.sum_of(word)  # it is known, and of numbers
    direction, ends = vectors.sum_of(question.b, question.a)
    if not np.linalg.norm(direction) > 1e-6:
        a, b = (safe_text(word, 40) for word in question.words)
        raise QuestionError(f"no axis from '{a}' to '{b}': their vectors point the same way: "
                            "choose words that differ")  # fmt: skip
    b_row, a_row = ends
    searched = min(AXIS_WORDS if restrict is None else restrict, len(vectors))
    at = cosines_with(vectors.vectors[:searched], direction, vectors.norms[:searched])
    n_others = int(np.count_nonzero(np.isfinite(_without(at.copy(), ends, np.nan))))
    to_b = highest(at.copy(), min(n, (n_others + 1) // 2), ends)
    to_a = highest(-at, min(n, n_others // 2), [*ends, *to_b.tolist()])
    rows = [vectors.get_index(word) for word in dict.fromkeys(placed)]
    named = _at_rows(vectors, [a_row, b_row, *rows], direction)
    first, second = near(vectors, [a_row, b_row], named[:2])
    between = sorted(near(vectors, rows, named[2:]), key=lambda one: one.score)
    return AxisWords(
        question,
        near(vectors, to_a, at[to_a]),
        near(vectors, to_b, at[to_b]),
        (first, second),
        tuple(between),
        searched,
    )


def odd_one_out(vectors: WordVectors, question: OddOneOut) -> OddWord:
    """The words by their mean cosine with the others, highest first; the odd one is the last.

    It is also the word farthest from the mean of all, each at length 1, which gensim's
    `doesnt_match` gives.

    Raises:
        UnknownWordError: a word has no vector.
        VectorsError: a vector is not of numbers.
    """
    units = np.stack([vectors.sum_of(word)[0] for word in question.words])  # each at length 1
    cosines = units @ units.T
    np.fill_diagonal(cosines, 0)
    means = np.clip(cosines.sum(axis=1) / max(len(units) - 1, 1), -1, 1)
    order = np.argsort(-means, kind="stable")
    rows = [vectors.get_index(question.words[place]) for place in order]
    return OddWord(question, near(vectors, rows, means[order]))


def _cosines(vectors: WordVectors, word: str) -> Floats:
    """The cosine of each word with one, float32 (V,)."""
    query, _ = vectors.sum_of(word)
    return cosines_with(vectors.vectors, query, vectors.norms)


def _at_rows(vectors: WordVectors, rows: Sequence[int], direction: NDArray[np.float64]) -> Floats:
    """The cosine of the words of rows with a direction, float32 (n,)."""
    return np.clip(cosines_with(vectors.vectors[rows], direction, vectors.norms[rows]), -1, 1)


def _without(values: NDArray[Any], rows: Sequence[int], value: float = 0) -> NDArray[Any]:
    """Values (n,), changed in place: those of rows are set to `value`."""
    values[[row for row in rows if row < len(values)]] = value
    return values
