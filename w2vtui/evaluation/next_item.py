"""The next item of sessions: how often vectors guess the item that was held out.

A session is a list of items, such as what somebody bought, in order. Its last item is held out, and
every item of the vocabulary is ranked by one of two scores, from the mean of the items before it:

    cosine   of the item's input vector with the mean of theirs at length 1
    output   product of the item's output vector with the mean of theirs, which is what skip-gram
             and CBOW are trained to make large (in gensim predict_output_word)

Beside them stands the rank of the item by its count alone, which needs no vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import SettingsError
from w2vtui.evaluation.held_out import HeldOut, Lists, Ranks
from w2vtui.evaluation.question_files import CONTEXT
from w2vtui.vectors import WordVectors
from w2vtui.vectors.similarity import Floats, Lengths, norms_of, products_with_units

HITS_AT = 10
"""A held-out item among this many guesses is a hit."""


class NextItem(NamedTuple):
    """How well one score guesses held-out items; NaN where there is no question."""

    hit_rate: float
    """Share of the items that are among the first HITS_AT."""
    mrr: float
    """Mean of 1 / rank, over all ranks."""
    ndcg: float
    """Mean of 1 / log2(1 + rank) where that is a hit, else 0."""

    @classmethod
    def of(cls, ranks: Ranks) -> NextItem:
        """Of ranks (n,), from 1."""
        if not len(ranks):
            return cls(np.nan, np.nan, np.nan)
        hits = ranks <= HITS_AT
        gains = np.where(hits, 1 / np.log2(1 + ranks), 0)
        return cls(float(hits.mean()), float((1 / ranks).mean()), float(gains.mean()))


@dataclass(frozen=True, slots=True)
class SessionsResult:
    """How well held-out items are guessed."""

    name: str
    cosine: NextItem
    output: NextItem | None
    """None where there are no output vectors."""
    popular: NextItem
    """By the counts of the items alone."""
    covered: int
    """Sessions that ask something of this vocabulary; the next three say why others do not."""
    unknown: int
    """Their last item is not known."""
    nothing_before: int
    """No item before the last is known."""
    repeated: int
    """Their last item occurs in them before, and such an item is not to be guessed."""

    @property
    def total(self) -> int:
        """All sessions."""
        return self.covered + self.unknown + self.nothing_before + self.repeated


class KnownSessions:
    """Sessions as rows of vectors: looked up once, scored as often as the vectors change.

    words     the vocabulary, most frequent first; an item that is not there is looked for in small
              letters
    sessions  two items or more each
    counts    (V,), how often each word occurs; None takes their order for that of their counts
    context   how many items before the held-out one its score is computed from
    repeats   whether an item that occurs before may be the next one as well, as in logs; else
              such sessions are left out, and the items of a session are not guessed
    """

    def __init__(
        self,
        words: Sequence[str],
        sessions: Sequence[Sequence[str]],
        counts: NDArray[np.integer] | None = None,
        *,
        context: int = CONTEXT,
        repeats: bool = False,
        name: str = "",
    ) -> None:
        if context < 1:
            raise SettingsError(f"context must be 1 item or more, got {context}")
        row_of = {word: row for row, word in enumerate(words)}
        self._name = name
        self._unknown = self._nothing_before = self._repeated = 0
        held_out, contexts, seen = [], [], []
        for session in sessions:
            rows = [row_of.get(item, row_of.get(item.lower(), -1)) for item in session]
            before = [row for row in rows[:-1] if row >= 0]
            if rows[-1] < 0:
                self._unknown += 1
            elif not before:
                self._nothing_before += 1
            elif rows[-1] in before and not repeats:
                self._repeated += 1
            else:
                held_out.append(rows[-1])
                contexts.append(before[-context:])
                seen.append(() if repeats else tuple(set(before)))
        self._held_out = HeldOut(held_out, Lists.of(contexts), Lists.of(seen), len(words))
        self._counts = np.arange(len(words), 0, -1) if counts is None else np.asarray(counts)
        self._popular = NextItem.of(self.ranks_by_count())

    def __len__(self) -> int:
        """Sessions that ask something of this vocabulary."""
        return len(self._held_out)

    def score(
        self, vectors: Floats, output_vectors: Floats | None = None, norms: Lengths | None = None
    ) -> SessionsResult:
        """How well rows of these vectors, float32 (V, D), guess the items.

        norms   float64 (V,), the lengths of the rows of `vectors`; computed when not given
        """
        output = None
        if output_vectors is not None:
            output = NextItem.of(self.ranks_by_output(vectors, output_vectors))
        return SessionsResult(
            self._name,
            NextItem.of(self.ranks_by_cosine(vectors, norms)),
            output,
            self._popular,
            len(self),
            self._unknown,
            self._nothing_before,
            self._repeated,
        )

    def ranks_by_cosine(self, vectors: Floats, norms: Lengths | None = None) -> Ranks:
        """The rank of each held-out item, from 1, by its cosine; last if it is not a number."""
        norms = norms_of(vectors) if norms is None else norms
        inverse = np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0)

        def query(rows: NDArray[np.intp]) -> Floats:
            units: Floats = (vectors[rows] * inverse[rows, None]).astype(np.float32)
            return units

        def scores(queries: Floats, rows: slice | NDArray[np.intp]) -> Floats:
            return products_with_units(vectors[rows], queries, norms[rows])

        return self._held_out.ranks(query, scores)

    def ranks_by_output(self, vectors: Floats, output_vectors: Floats) -> Ranks:
        """The same by the product of its output vector with the mean of the others' vectors."""

        def query(rows: NDArray[np.intp]) -> Floats:
            return vectors[rows]

        def scores(queries: Floats, rows: slice | NDArray[np.intp]) -> Floats:
            products: Floats = queries @ output_vectors[rows].T
            return products

        return self._held_out.ranks(query, scores)

    def ranks_by_count(self) -> Ranks:
        """The same by its count."""
        return self._held_out.ranks_by_count(self._counts)


def evaluate_next_item(
    vectors: WordVectors,
    sessions: Sequence[Sequence[str]],
    *,
    context: int = CONTEXT,
    repeats: bool = False,
    name: str = "",
) -> SessionsResult:
    """How well vectors guess the last item of each session from those before it.

    The arguments are those of `KnownSessions`.
    """
    known = KnownSessions(
        vectors.index_to_key,
        sessions,
        vectors.counts,
        context=context,
        repeats=repeats,
        name=name,
    )
    return known.score(vectors.vectors, vectors.output_vectors, vectors.norms)
