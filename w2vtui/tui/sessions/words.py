"""The words of a session: those that are known, those that are watched, and what is near them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from w2vtui.errors import VectorsError, W2vtuiError
from w2vtui.notable_words import notable_words
from w2vtui.training.state.measurements import Neighbors

if TYPE_CHECKING:
    from w2vtui.training.watched_run import WatchedRun
    from w2vtui.vectors import WordVectors

TOP = 10
N_STARTING_WORDS = 8
READ_SECONDS = 0.1
"""From one look whether another process has read the text to the next."""


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

    def read_from(
        self, run: WatchedRun, is_left: Callable[[], bool], report: Callable[[str], object]
    ) -> None:
        """Wait until another process has read the words that it trains, and take them.

        is_left   whether nobody wants them any more
        report    takes why they cannot be read
        """
        is_over = False
        while not (self.known or is_over or is_left()):
            is_over = run.is_over(READ_SECONDS)
            try:
                vocab = run.vocabulary()
            except W2vtuiError as error:
                report(str(error))
                return
            if vocab is not None:
                self.take(vocab.words)


def answer_to(vectors: WordVectors, query: str) -> Neighbors:
    """The nearest words of a query, or why there are none."""
    from w2vtui.vectors import parse_query  # loads NumPy

    added, taken = parse_query(query)
    try:
        words = vectors.most_similar(positive=added, negative=taken, topn=TOP)
    except VectorsError as error:
        return Neighbors(query=query, words=(), problem=str(error))
    return Neighbors(query=query, words=tuple(words))
