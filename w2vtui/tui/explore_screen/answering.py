"""Answers the question of the query line as the neighbors pane shows it, in the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from w2vtui.display import safe_text
from w2vtui.exploring.answers import AnalogyWords, Answer, Matches, NearestWords
from w2vtui.exploring.asking import Ask, Asking
from w2vtui.exploring.questions import Nearest, Question, Search
from w2vtui.exploring.sides import Side, with_side
from w2vtui.exploring.subject import View
from w2vtui.tui.explore_screen.answer_table import Row, Table, table_of
from w2vtui.vectors import WordVectors

COMPARED = 100
"""Nearest words whose ranks are compared with those a minute ago."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What is shown, and of which moment it is."""

    table: Table
    asked: str
    """The question, as a line."""
    side: Side
    nearest: tuple[str, ...] = ()
    """The first hundred nearest words, of answers that are such."""
    seconds: float | None = None
    """Training time."""
    unknown: str = ""
    """The word of the question that has no vector; the rows are those spelled like it."""
    pinned: tuple[Row, ...] = ()
    """The pinned words, with their cosines."""


class Answering:
    """Answers questions, and keeps what takes a while to compute."""

    def __init__(self, ask: Ask) -> None:
        """ask: answers a question with vectors"""
        self._ask = ask
        self._with_side: WeakKeyDictionary[WordVectors, tuple[Side, WordVectors]] = (
            WeakKeyDictionary()
        )
        """The vectors of the side that was asked last, which take a while to compute, as long as
        those are there that they are made of.
        """
        self._found: tuple[Sequence[str], Search, int, Matches] | None = None
        """The words, pattern and number of the last search: training changes no word."""

    def answer(
        self, view: View, question: Question, asking: Asking, side: Side, pins: Sequence[str]
    ) -> Answered:
        """The answer to a question; for an unknown word, words spelled like it.

        asking   its number is that of the rows
        pins     words whose cosines are always shown
        """
        unknown = next((word for word in question.words if word not in view.vectors), None)
        if unknown is not None:
            return _suggested(view.vectors, question, unknown, side)
        vectors = self._vectors(view.vectors, side)
        answer = self._answer(vectors, question, replace(asking, n=max(asking.n, COMPARED)))
        nearest: tuple[str, ...] = ()
        if isinstance(answer, (NearestWords, AnalogyWords)):
            nearest = tuple(one.word for one in answer.words[:COMPARED])
        return Answered(
            table_of(answer, asking.n),
            question.text,
            side,
            nearest,
            view.seconds if view.kind in ("live", "frozen") else None,
            pinned=_pinned(vectors, question, pins),
        )

    def _vectors(self, vectors: WordVectors, side: Side) -> WordVectors:
        if side == "input":
            return vectors
        kept = self._with_side.get(vectors)
        if kept is None or kept[0] != side:
            kept = self._with_side[vectors] = side, with_side(vectors, side)
        return kept[1]

    def _answer(self, vectors: WordVectors, question: Question, asking: Asking) -> Answer:
        """The answer to a question; of a search that was answered over these words, the same."""
        words, kept = vectors.index_to_key, self._found
        if kept is not None and kept[0] is words and kept[1:3] == (question, asking.n):
            return kept[3]
        answer = self._ask(vectors, question, asking)
        if isinstance(question, Search) and isinstance(answer, Matches):
            self._found = words, question, asking.n, answer
        return answer


def _suggested(vectors: WordVectors, question: Question, unknown: str, side: Side) -> Answered:
    rows = [Row(word, count) for word, count in vectors.suggestions(unknown, 10)]
    head = [f"✗ no vector for '{safe_text(unknown, 40)}'"]
    if rows:
        head.append("did you mean (enter takes it):")
    else:
        head.append(f"it is not among the {len(vectors):,} words")
    table = Table(question.text, tuple(head), tuple(rows))
    return Answered(table, question.text, side, unknown=unknown)


def _pinned(vectors: WordVectors, question: Question, pins: Sequence[str]) -> tuple[Row, ...]:
    known = [word for word in pins if word in vectors]
    if not isinstance(question, Nearest) or not known:
        return ()
    query, _ = vectors.sum_of(list(question.added), list(question.taken))
    cosines = dict(WordVectors(known, vectors[known]).most_similar(query, topn=len(known)))
    counts = vectors.counts
    return tuple(
        Row(
            word,
            None if counts is None else int(counts[vectors.get_index(word)]),
            cosines[word],
        )
        for word in known
        if word in cosines
    )
