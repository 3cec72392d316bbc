"""How the ranks of the nearest words changed over the past of a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from w2vtui.errors import QuestionError, UnknownWordError
from w2vtui.exploring.answers import AnalogyWords, NearestWords
from w2vtui.exploring.asking import Ask, Asking, ask
from w2vtui.exploring.forms import Analogy, Nearest, Question
from w2vtui.exploring.subject import View
from w2vtui.vectors import WordVectors

if TYPE_CHECKING:  # its package loads Numba
    from w2vtui.training.history.moments import PastMoment

TOP = 10
"""A word is followed if it was among the nearest ten at one of the moments."""
N_RANKED = 30
"""The lowest rank that is shown."""
AT_ONCE = 2
"""Moments whose vectors are read in one call."""
_MOST_REMEMBERED = 64


class DriftRow(NamedTuple):
    """A word, and its rank at each moment, from 1; None where it was beyond N_RANKED."""

    word: str
    ranks: tuple[int | None, ...]

    @property
    def is_there(self) -> bool:
        """Whether it is among the nearest at the last moment."""
        return _is_near(self.ranks[-1])

    @property
    def is_new(self) -> bool:
        """Whether it was not at the moment before."""
        return self.is_there and len(self.ranks) > 1 and not _is_near(self.ranks[-2])


class Drift(NamedTuple):
    """The nearest words over several moments."""

    tokens: tuple[int, ...]
    """Of each moment, oldest first; the last is that of the view."""
    rows: tuple[DriftRow, ...]
    """Those that are near at the last moment, nearest first; then those that were, the last to
    leave first.
    """
    is_whole: bool
    """Whether all moments that were wanted are there; otherwise ask again."""


class DriftFinder:
    """Ranks the nearest words at past moments, and remembers what it found."""

    def __init__(self, view_at: Callable[[PastMoment], View], ask_latest: Ask = ask) -> None:
        """
        view_at     the vectors as of a moment, as of `Past`
        ask_latest  asks those of a view
        """
        self._view_at, self._ask_latest = view_at, ask_latest
        self._found: dict[tuple[PastMoment, Question], tuple[str, ...]] = {}

    def find(
        self, view: View, question: Question, moments: Sequence[PastMoment], n_columns: int
    ) -> Drift:
        """The drift up to a view, over up to n_columns moments; reads a few of them.

        Raises:
            QuestionError: the question has no nearest words.
            W2vtuiError: there is no answer, or a moment cannot be read.
        """
        if not isinstance(question, Nearest | Analogy):
            raise QuestionError(
                "drift follows the nearest words of a word, a sum or an analogy: ask for one, as "
                "`king - man + woman`"
            )
        now = view.tokens or 0
        chosen = picked([one for one in moments if one.tokens < now], n_columns - 1)
        missing = [one for one in chosen if (one, question) not in self._found]
        for moment in missing[-AT_ONCE:]:
            self._remember(moment, question)
        ready = [one for one in chosen if (one, question) in self._found]
        lists = [self._found[one, question] for one in ready]
        lists.append(nearest_words(view.vectors, question, self._ask_latest))
        return Drift(
            tokens=(*(one.tokens for one in ready), now),
            rows=_rows(lists),
            is_whole=len(ready) == len(chosen),
        )

    def _remember(self, moment: PastMoment, question: Question) -> None:
        try:
            words = nearest_words(self._view_at(moment).vectors, question)
        except UnknownWordError:  # only the frequent words are kept
            words = ()
        while len(self._found) >= _MOST_REMEMBERED:
            del self._found[next(iter(self._found))]
        self._found[moment, question] = words


def nearest_words(vectors: WordVectors, question: Question, how: Ask = ask) -> tuple[str, ...]:
    """The nearest words of a question, nearest first.

    Raises:
        W2vtuiError: there is no answer.
    """
    answer = how(vectors, question, Asking(n=N_RANKED))
    assert isinstance(answer, NearestWords | AnalogyWords)
    return tuple(near.word for near in answer.words)


def picked(moments: Sequence[PastMoment], most: int) -> list[PastMoment]:
    """Up to `most` moments, evenly spread; the same ones as long as moments are only added.

    Those whose index is a multiple of the least power of two that leaves few enough.
    """
    stride = 1
    while most > 0 and (len(moments) + stride - 1) // stride > most:
        stride *= 2
    return list(moments[::stride]) if most > 0 else []


def _rows(lists: Sequence[tuple[str, ...]]) -> tuple[DriftRow, ...]:
    places = [{word: rank for rank, word in enumerate(words, 1)} for words in lists]
    words = dict.fromkeys(word for found in reversed(lists) for word in found[:TOP])
    return tuple(DriftRow(word, tuple(place.get(word) for place in places)) for word in words)


def _is_near(rank: int | None) -> bool:
    return rank is not None and rank <= TOP
