"""The next item of sessions: how often vectors guess the item that was held out.

A session is a list of items, such as what somebody bought, in order. Its last item is held out, and
every item of the vocabulary is ranked by one of two scores, from the mean of the items before it:

    cosine   of the item's input vector with the mean of theirs at length 1
    output   product of the item's output vector with the mean of theirs, which is what skip-gram
             and CBOW are trained to make large (in gensim predict_output_word)

Beside them stands the rank of the item by its count alone, which needs no vectors. Items of equal
score share the mean of their ranks, so that vectors which are all the same guess nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import SettingsError
from w2vtui.evaluation.question_files import CONTEXT
from w2vtui.vectors import WordVectors
from w2vtui.vectors.similarity import Floats, Lengths, norms_of, products_with_units

HITS_AT = 10
"""A held-out item among this many guesses is a hit."""
_QUESTIONS_A_BLOCK = 1 << 10
_SCORES_A_BLOCK = 1 << 22
_ROWS_OF_OWN = 64
"""Questions whose held-out items are scored with each other, for the diagonal of the result."""
_EQUAL = 1e-6
"""Scores that differ by less, at length 1, differ by rounding alone."""

Ranks = NDArray[np.float64]


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


class _Lists(NamedTuple):
    """A list of rows for each question, one after another."""

    rows: NDArray[np.intp]
    starts: NDArray[np.intp]
    """Where each list begins, then where the last one ends: (n + 1,)."""

    @classmethod
    def of(cls, lists: Sequence[Sequence[int]]) -> _Lists:
        starts = np.cumsum([0, *map(len, lists)])
        rows = np.fromiter((row for one in lists for row in one), np.intp, int(starts[-1]))
        return cls(rows, starts)

    @property
    def questions(self) -> NDArray[np.intp]:
        """The question of each row."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def of_questions(self, first: int, stop: int) -> _Lists:
        """The lists of some questions."""
        starts = self.starts[first : stop + 1]
        return _Lists(self.rows[starts[0] : starts[-1]], starts - starts[0])


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
        self._name, self._n_words = name, len(words)
        self._counts = np.arange(len(words), 0, -1) if counts is None else np.asarray(counts)
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
        self._held_out = np.array(held_out, dtype=np.intp)
        self._contexts, self._seen = _Lists.of(contexts), _Lists.of(seen)
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

        return self._ranks(query, scores)

    def ranks_by_output(self, vectors: Floats, output_vectors: Floats) -> Ranks:
        """The same by the product of its output vector with the mean of the others' vectors."""

        def query(rows: NDArray[np.intp]) -> Floats:
            return vectors[rows]

        def scores(queries: Floats, rows: slice | NDArray[np.intp]) -> Floats:
            products: Floats = queries @ output_vectors[rows].T
            return products

        return self._ranks(query, scores)

    def ranks_by_count(self) -> Ranks:
        """The same by its count."""
        in_order = np.sort(self._counts)
        own = self._counts[self._held_out]
        n_less, n_up_to = (in_order.searchsorted(own, side) for side in ("left", "right"))
        ranks = 1 + len(in_order) - n_up_to + (n_up_to - n_less - 1) / 2
        questions = self._seen.questions
        others, held_out = self._counts[self._seen.rows], own[questions]
        places = (others > held_out) + (others == held_out) / 2
        found: Ranks = ranks - np.bincount(questions, places, minlength=len(own))
        return found

    def _ranks(
        self,
        query: Callable[[NDArray[np.intp]], Floats],
        scores: Callable[[Floats, slice | NDArray[np.intp]], Floats],
    ) -> Ranks:
        """Ranks by a score, a block of questions and of words at a time.

        query    what rows add to a question (n, D)
        scores   (n, m) of questions (n, D) with m rows
        """
        ranks = np.empty(len(self), dtype=np.float64)
        with np.errstate(all="ignore"):  # vectors that diverged
            for first in range(0, len(self), _QUESTIONS_A_BLOCK):
                stop = min(first + _QUESTIONS_A_BLOCK, len(self))
                contexts = self._contexts.of_questions(first, stop)
                added = query(contexts.rows)
                added[~np.isfinite(added).all(axis=1)] = 0
                queries = _at_length_1(np.add.reduceat(added, contexts.starts[:-1]))
                ranks[first:stop] = self._ranks_of(queries, first, stop, scores)
        return ranks

    def _ranks_of(
        self,
        queries: Floats,
        first: int,
        stop: int,
        scores: Callable[[Floats, slice | NDArray[np.intp]], Floats],
    ) -> Ranks:
        """Ranks of the held-out items of some questions, which are those at length 1."""
        held_out, seen = self._held_out[first:stop], self._seen.of_questions(first, stop)
        own = np.empty(len(held_out), dtype=np.float32)
        for at in range(0, len(held_out), _ROWS_OF_OWN):
            part = slice(at, at + _ROWS_OF_OWN)
            own[part] = np.diagonal(scores(queries[part], held_out[part]))
        margin = _EQUAL * np.maximum(np.abs(own), 1)
        above, below = (own + margin)[:, None], (own - margin)[:, None]
        left_out = _Cells.of(held_out, seen)
        n_better, n_not_worse = np.zeros((2, len(held_out)), dtype=np.int64)
        n_rows = max(_SCORES_A_BLOCK // max(len(held_out), 1), 1)
        for at in range(0, self._n_words, n_rows):
            found = scores(queries, slice(at, at + n_rows))
            left_out.blank(found, at)
            n_better += np.count_nonzero(found > above, axis=1)
            n_not_worse += np.count_nonzero(found >= below, axis=1)
        last = self._n_words - np.diff(seen.starts)
        ranks: Ranks = np.where(np.isfinite(own), 1 + (n_better + n_not_worse) / 2, last)
        return ranks


class _Cells(NamedTuple):
    """Scores that do not count, by their words in ascending order."""

    questions: NDArray[np.intp]
    words: NDArray[np.intp]

    @classmethod
    def of(cls, held_out: NDArray[np.intp], seen: _Lists) -> _Cells:
        """The held-out items themselves, and those of the same session."""
        questions = np.concatenate([np.arange(len(held_out)), seen.questions])
        words = np.concatenate([held_out, seen.rows])
        order = np.argsort(words, kind="stable")
        return cls(questions[order], words[order])

    def blank(self, scores: Floats, first_word: int) -> None:
        """Make those among scores (questions, words) NaN, which is neither above nor below any."""
        first, stop = self.words.searchsorted([first_word, first_word + scores.shape[1]])
        cells = slice(first, stop)
        scores[self.questions[cells], self.words[cells] - first_word] = np.nan


def _at_length_1(queries: Floats) -> Floats:
    """Rows (n, D) at length 1, which changes no rank; zeros, and what is not a number, as 0."""
    exact = queries.astype(np.float64)
    lengths = np.sqrt(np.einsum("ij,ij->i", exact, exact))[:, None]
    are_numbers = (lengths > 0) & np.isfinite(lengths)
    units = np.divide(exact, lengths, out=np.zeros_like(exact), where=are_numbers)
    found: Floats = units.astype(np.float32)
    return found


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
