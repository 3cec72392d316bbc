"""The words of a session: those that are known, those that are watched, and what is near them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from w2vtui.errors import VectorsError
from w2vtui.notable_words import notable_words
from w2vtui.training.state.measurements import Neighbors

if TYPE_CHECKING:
    from w2vtui.vectors import WordVectors

TOP = 10
N_STARTING_WORDS = 8


class SessionWords:
    """The vocabulary of a run, and the queries whose neighbors are watched."""

    def __init__(self) -> None:
        self.known: Sequence[str] = ()
        """The vocabulary, most frequent word first; empty until the text is read."""
        self.starting: tuple[str, ...] = ()
        """Words worth watching, once the text is read."""
        self.chosen: tuple[str, ...] = ()
        """Queries that were chosen instead."""

    @property
    def watched(self) -> tuple[str, ...]:
        """The queries that are watched."""
        return self.chosen or self.starting

    def take(self, vocabulary: Sequence[str]) -> None:
        """Take the words of the text that was read, and choose those to watch."""
        self.known = vocabulary
        self.starting = notable_words(vocabulary, N_STARTING_WORDS)


def answer_to(vectors: WordVectors, query: str) -> Neighbors:
    """The nearest words of a query, or why there are none."""
    from w2vtui.vectors import parse_query  # loads NumPy

    added, taken = parse_query(query)
    try:
        words = vectors.most_similar(positive=added, negative=taken, topn=TOP)
    except VectorsError as error:
        return Neighbors(query=query, words=(), problem=str(error))
    return Neighbors(query=query, words=tuple(words))
