"""The ranks of held-out items among all words, by any score; next_item.py says by which.

Items of equal score share the mean of their ranks, so that vectors which are all the same guess
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2vtui.vectors.similarity import Floats

_QUESTIONS_A_BLOCK = 1 << 10
_SCORES_A_BLOCK = 1 << 22
_ROWS_OF_OWN = 64
"""Questions whose held-out items are scored with each other, for the diagonal of the result."""
_EQUAL = 1e-6
"""Scores that differ by less, at length 1, differ by rounding alone."""

Ranks = NDArray[np.float64]
Query: TypeAlias = Callable[[NDArray[np.intp]], Floats]
"""What rows (n,) add to their questions, float32 (n, D)."""
Scores: TypeAlias = Callable[[Floats, slice | NDArray[np.intp]], Floats]
"""Scores (n, m) of questions, float32 (n, D), with m rows."""


class Lists(NamedTuple):
    """A list of rows for each question, one after another."""

    rows: NDArray[np.intp]
    starts: NDArray[np.intp]
    """Where each list begins, then where the last one ends: (n + 1,)."""

    @classmethod
    def of(cls, lists: Sequence[Sequence[int]]) -> Lists:
        """One list of rows for each question."""
        starts = np.cumsum([0, *map(len, lists)])
        rows = np.fromiter((row for one in lists for row in one), np.intp, int(starts[-1]))
        return cls(rows, starts)

    @property
    def questions(self) -> NDArray[np.intp]:
        """The question of each row."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def of_questions(self, first: int, stop: int) -> Lists:
        """The lists of some questions."""
        starts = self.starts[first : stop + 1]
        return Lists(self.rows[starts[0] : starts[-1]], starts - starts[0])


class HeldOut:
    """Questions: each has an item that is held out, and the items before it.

    rows       (n,), the row of each held-out item
    contexts   the rows that a question is made of
    seen       the rows that are not to be guessed
    n_words    rows of the vectors
    """

    def __init__(self, rows: Sequence[int], contexts: Lists, seen: Lists, n_words: int) -> None:
        self.rows = np.array(rows, dtype=np.intp)
        self.contexts, self.seen, self.n_words = contexts, seen, n_words

    def __len__(self) -> int:
        return len(self.rows)

    def ranks(self, query: Query, scores: Scores) -> Ranks:
        """The rank of each held-out item, from 1, by a score; last if that is not a number.

        A block of questions and of words at a time.
        """
        ranks = np.empty(len(self), dtype=np.float64)
        with np.errstate(all="ignore"):  # vectors that diverged
            for first in range(0, len(self), _QUESTIONS_A_BLOCK):
                stop = min(first + _QUESTIONS_A_BLOCK, len(self))
                contexts = self.contexts.of_questions(first, stop)
                added = query(contexts.rows)
                added[~np.isfinite(added).all(axis=1)] = 0
                queries = _at_length_1(np.add.reduceat(added, contexts.starts[:-1]))
                ranks[first:stop] = self._ranks_of(queries, first, stop, scores)
        return ranks

    def _ranks_of(self, queries: Floats, first: int, stop: int, scores: Scores) -> Ranks:
        """Ranks of the held-out items of some questions, which are those at length 1."""
        held_out, seen = self.rows[first:stop], self.seen.of_questions(first, stop)
        own = np.empty(len(held_out), dtype=np.float32)
        for at in range(0, len(held_out), _ROWS_OF_OWN):
            part = slice(at, at + _ROWS_OF_OWN)
            own[part] = np.diagonal(scores(queries[part], held_out[part]))
        margin = _EQUAL * np.maximum(np.abs(own), 1)
        above, below = (own + margin)[:, None], (own - margin)[:, None]
        left_out = _Cells.of(held_out, seen)
        n_better, n_not_worse = np.zeros((2, len(held_out)), dtype=np.int64)
        n_rows = max(_SCORES_A_BLOCK // max(len(held_out), 1), 1)
        for at in range(0, self.n_words, n_rows):
            found = scores(queries, slice(at, at + n_rows))
            left_out.blank(found, at)
            n_better += np.count_nonzero(found > above, axis=1)
            n_not_worse += np.count_nonzero(found >= below, axis=1)
        last = self.n_words - np.diff(seen.starts)
        ranks: Ranks = np.where(np.isfinite(own), 1 + (n_better + n_not_worse) / 2, last)
        return ranks

    def ranks_by_count(self, counts: NDArray[np.integer]) -> Ranks:
        """The same by the counts (V,) of the items."""
        in_order = np.sort(counts)
        own = counts[self.rows]
        n_less, n_up_to = (in_order.searchsorted(own, side) for side in ("left", "right"))
        ranks = 1 + len(in_order) - n_up_to + (n_up_to - n_less - 1) / 2
        questions = self.seen.questions
        others, held_out = counts[self.seen.rows], own[questions]
        places = (others > held_out) + (others == held_out) / 2
        found: Ranks = ranks - np.bincount(questions, places, minlength=len(own))
        return found


class _Cells(NamedTuple):
    """Scores that do not count, by their words in ascending order."""

    questions: NDArray[np.intp]
    words: NDArray[np.intp]

    @classmethod
    def of(cls, held_out: NDArray[np.intp], seen: Lists) -> _Cells:
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
