"""Questions as rows of the vectors that train: looked up once, scored as often as they change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from w2vtui.evaluation.evaluate import AnalogyResult, KnownAnalogies, KnownPairs, SectionResult
from w2vtui.evaluation.next_item import KnownSessions, SessionsResult
from w2vtui.training.measuring.question_sets import QualitySets
from w2vtui.training.state.measurements import Score, ScoreKind
from w2vtui.vectors.similarity import Floats

MAX_QUESTIONS = 2_000
"""The most questions used from a set of analogies or sessions, evenly spread over it."""
LEAST_SESSIONS = 200
"""The least sessions used of a set, however large the vocabulary is."""
N_CANDIDATES = 30_000
"""The most frequent words, among which neighbors and answers to analogies are looked for. All items
are looked at for the next one of a session: of more items than this, fewer sessions are used.
"""


T = TypeVar("T")


class KnownQuestions:
    """All sets of questions of a run.

    words    the vocabulary, most frequent first
    counts   (V,), how often each word occurs
    """

    def __init__(
        self, sets: QualitySets, words: Sequence[str], counts: NDArray[np.integer] | None = None
    ) -> None:
        self._pairs = [KnownPairs(words, pairs, name=name) for name, pairs in sets.pairs.items()]
        self._analogies = {
            name: KnownAnalogies(words, thinned(sections, MAX_QUESTIONS), N_CANDIDATES)
            for name, sections in sets.analogies.items()
        }
        options, self._n_words = sets.files.options, len(words)
        n_sessions = max(MAX_QUESTIONS * N_CANDIDATES // max(len(words), 1), LEAST_SESSIONS)
        self._sessions = [
            KnownSessions(
                words,
                thinned({name: sessions}, min(n_sessions, MAX_QUESTIONS))[name],
                counts,
                context=options.context,
                repeats=options.repeats,
                name=name,
            )
            for name, sessions in sets.sessions.items()
        ]

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._pairs or self._analogies or self._sessions)

    @property
    def n_scores(self) -> int:
        """Products of vectors that the answers take; those of the pairs are few."""
        n_analogies = sum(len(known) for known in self._analogies.values())
        n_sessions = sum(len(known) for known in self._sessions)
        return n_analogies * min(self._n_words, N_CANDIDATES) + n_sessions * self._n_words * 2

    def scores(self, vectors: Floats, output_vectors: Floats | None) -> tuple[Score, ...]:
        """The scores of vectors, float32 (V, D)."""
        scores: list[Score] = []
        for pairs in self._pairs:
            result = pairs.score(vectors)
            scores.append(
                Score(result.name, "pairs", result.spearman, result.covered, result.total)
            )
        for name, analogies in self._analogies.items():
            scores += analogy_scores(name, analogies.score(vectors))
        for sessions in self._sessions:
            scores += session_scores(sessions.score(vectors, output_vectors))
        return tuple(scores)


def analogy_scores(name: str, result: AnalogyResult) -> list[Score]:
    """A score for each kind that has questions, and their total if there are two kinds."""
    kinds: list[tuple[ScoreKind, SectionResult]] = [
        ("semantic", result.semantic),
        ("syntactic", result.syntactic),
        ("total", result.total),
    ]
    asked = [(kind, row) for kind, row in kinds if row.total]
    return [
        Score(name, kind, row.accuracy, row.covered, row.total)
        for kind, row in (asked if len(asked) == len(kinds) else asked[:1])
    ]


def session_scores(result: SessionsResult) -> list[Score]:
    """Hit rates first, and that of the most frequent items beside them."""
    cosine, output = result.cosine, result.output
    kinds: list[tuple[ScoreKind, float | None]] = [
        ("hits", cosine.hit_rate),
        ("hits-output", None if output is None else output.hit_rate),
        ("popular", result.popular.hit_rate),
        ("ndcg", cosine.ndcg),
        ("ndcg-output", None if output is None else output.ndcg),
        ("mrr", cosine.mrr),
        ("mrr-output", None if output is None else output.mrr),
    ]
    return [
        Score(result.name, kind, value, result.covered, result.total)
        for kind, value in kinds
        if value is not None
    ]


def thinned(sections: Mapping[str, Sequence[T]], most: int) -> dict[str, list[T]]:
    """At most `most` questions, evenly spread over all sections, in their order."""
    n_questions = sum(len(questions) for questions in sections.values())
    n_kept = min(n_questions, most)
    kept: dict[str, list[T]] = {}
    at = 0
    for name, questions in sections.items():
        # Question i is kept if i * n_kept / n_questions passes a whole number there.
        chosen = [
            question
            for place, question in enumerate(questions, start=at)
            if (place + 1) * n_kept // n_questions > place * n_kept // n_questions
        ]
        at += len(questions)
        if chosen:
            kept[name] = chosen
    return kept
