"""Answers questions with word vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from w2vtui.display import safe_text
from w2vtui.errors import QuestionError
from w2vtui.exploring.answers import AnalogyWords, Answer, Method, Near, NearestWords
from w2vtui.exploring.comparing import along_axis, odd_one_out, two_words
from w2vtui.exploring.forms import Analogy, Axis, Comparison, Nearest, OddOneOut, Question, Search
from w2vtui.exploring.scores import near
from w2vtui.exploring.searching import SECONDS, matches
from w2vtui.vectors import WordVectors, cosmul_scores
from w2vtui.vectors.similarity import Floats, cosines_with, highest

_ZERO = 1e-6
"""The length of a sum of unit vectors that has no direction."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How questions are answered, beyond what they ask."""

    n: int = 10
    """Words in an answer; of an axis, at each end."""
    method: Method = "3cosadd"
    """How the words that complete an analogy are scored."""
    restrict: int | None = None
    """Let only the first words be answers, the most frequent ones; None for all, of an axis 30,000.
    """
    placed: tuple[str, ...] = ()
    """Words to place on an axis."""
    seconds: float = SECONDS
    """How long a search may take."""


Ask: TypeAlias = Callable[[WordVectors, Question, Asking], Answer]
"""Answers a question, as `ask` does."""


def ask(vectors: WordVectors, question: Question, how: Asking = Asking()) -> Answer:
    """The answer to a question.

    Raises:
        UnknownWordError: a word has no vector.
        VectorsError: a vector is not of numbers, or an axis has no direction.
        QuestionError: a search is not a regular expression.
    """
    match question:
        case Nearest():
            return _nearest(vectors, question, how)
        case Analogy():
            return _analogy(vectors, question, how)
        case Comparison():
            return two_words(vectors, question, how.n)
        case Axis():
            return along_axis(vectors, question, how.n, how.placed, how.restrict)
        case OddOneOut():
            return odd_one_out(vectors, question)
        case Search():
            return matches(vectors, question, how.n, how.seconds)


class LastAnswer:
    """Answers questions, and remembers the last answer for who wants fewer words of the same."""

    def __init__(self) -> None:
        self._last: tuple[ref[WordVectors], Question, Asking, Answer] | None = None
        """Which vectors were asked, not kept for it, and how."""

    def ask(self, vectors: WordVectors, question: Question, how: Asking = Asking()) -> Answer:
        """As `ask`."""
        if self._last is not None:
            asked, asked_question, asked_how, answer = self._last
            is_same = asked() is vectors and asked_question == question
            is_enough = how.n <= asked_how.n and replace(asked_how, n=how.n) == how
            if is_same and is_enough and isinstance(answer, NearestWords | AnalogyWords):
                return replace(answer, words=answer.words[: how.n])
        answer = ask(vectors, question, how)
        self._last = ref(vectors), question, how, answer
        return answer


def _nearest(vectors: WordVectors, question: Nearest, how: Asking) -> NearestWords:
    total, _ = vectors.sum_of(list(question.added), list(question.taken))
    if len(question.words) > 1 and np.linalg.norm(total) < _ZERO:
        raise QuestionError(
            f"the sum of '{safe_text(question.text, 40)}' is zero, which no word is near to: "
            "ask about other words"
        )
    found = vectors.most_similar(
        list(question.added), list(question.taken), how.n, restrict_vocab=how.restrict
    )
    rows = [vectors.key_to_index[word] for word, _ in found]
    return NearestWords(question, near(vectors, rows, [cosine for _, cosine in found]))


def _analogy(vectors: WordVectors, question: Analogy, how: Asking) -> AnalogyWords:
    expected = None if question.expected is None else vectors.get_index(question.expected)
    scores, asked = _scores(vectors, question.sum, how)
    rank, score = None, None
    if expected is not None and expected < len(scores) and expected not in asked:
        score = float(scores[expected])
        rank = 1 + _n_better(scores, score, asked) if np.isfinite(score) else None
    rows = highest(scores, how.n, asked)
    words: tuple[Near, ...] = near(vectors, rows, scores[rows])
    return AnalogyWords(question, how.method, words, rank, score if rank else None)


def _scores(vectors: WordVectors, asked: Nearest, how: Asking) -> tuple[Floats, list[int]]:
    """The score of each word that may be an answer, float32 (n,), and the rows asked about."""
    rows = slice(how.restrict)
    if how.method == "3cosmul":
        return cosmul_scores(vectors, list(asked.added), list(asked.taken), rows)
    query, asked_rows = vectors.sum_of(list(asked.added), list(asked.taken))
    cosines = cosines_with(vectors.vectors[rows], query, vectors.norms[rows])
    return np.clip(cosines, -1, 1), asked_rows


def _n_better(scores: Floats, score: float, asked: Sequence[int]) -> int:
    """How many words score higher, those asked about left out."""
    better: NDArray[np.bool_] = scores > np.float32(score)
    better[[row for row in asked if row < len(scores)]] = False
    return int(np.count_nonzero(better))
