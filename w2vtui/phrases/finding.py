"""How a sentence is searched for phrases: from left to right, each word in one phrase at most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import Any, NamedTuple, overload

from w2vtui.errors import CorpusError

Sentence = Sequence[str]


class Candidates(NamedTuple):
    """The pairs of a sentence that may be phrases."""

    places: Sequence[int]
    """Of the words that are not connectors."""
    words: Sentence
    """These words; pair k is of words k and k + 1."""
    pairs: list[str]
    """Each pair as one token, with the connectors between its words."""


class Found(NamedTuple):
    """A phrase in a sentence."""

    first: int
    past: int
    """It stands for the words [first, past)."""
    phrase: str
    score: float


def starts_of(token: str, delimiter: str) -> list[str]:
    """The words that may be the first of the pair that a token stands for."""
    parts = token.split(delimiter)
    return [delimiter.join(parts[:end]) for end in range(1, len(parts))]


class PhraseFinder:
    """Finds phrases in sentences. What a pair scores is left to the classes below."""

    delimiter: str
    connector_words: frozenset[str]

    def found(self, sentence: Sentence) -> list[Found]:
        """The phrases of a sentence, from left to right; a word is part of one at most.

        Raises:
            CorpusError: a word is not text.
        """
        raise NotImplementedError

    @overload
    def __getitem__(  # type: ignore[overload-overlap]  # text is a list of texts, too
        self, sentence: list[str] | tuple[str, ...]
    ) -> list[str]: ...
    @overload
    def __getitem__(self, sentence: Iterable[Iterable[str]]) -> Iterable[list[str]]: ...

    def __getitem__(
        self, sentence: Iterable[str] | Iterable[Iterable[str]]
    ) -> list[str] | Iterable[list[str]]:
        """The tokens of a sentence with its phrases joined; of a corpus, its sentences, one after
        another, as often as it can be iterated over.

        Raises:
            CorpusError: it is text, and not a list of words.
        """
        if isinstance(sentence, str | bytes):
            raise CorpusError(not_words(sentence))
        if isinstance(sentence, list | tuple):
            one = not sentence or isinstance(sentence[0], str)
            return self.joined(sentence) if one else PhrasedCorpus(self, sentence)
        words, first = _peeked(sentence)
        if first is None or isinstance(first, str):
            return self.joined(list(words))
        return PhrasedCorpus(self, words)

    def joined(self, sentence: Sentence) -> list[str]:
        """The tokens of a sentence with its phrases joined."""
        return _joined(sentence, self.found(sentence))

    def joined_piece(self, words: list[str]) -> tuple[list[str], list[str]]:
        """The same for a piece of a sentence, and the words at its end that may begin a phrase, to
        which the next piece is to be added.
        """
        found = self.found(words)
        past = found[-1].past if found else 0
        waiting = self.last_open(words[past:])
        return _joined(words[: len(words) - len(waiting)], found), waiting

    def last_open(self, words: list[str]) -> list[str]:
        """The words at the end of a piece that are a part of the next pair."""
        places = [at for at, word in enumerate(words) if word not in self.connector_words]
        return words[places[-1] :] if places else []

    def analyze_sentence(self, sentence: Iterable[str]) -> Iterator[tuple[str, float | None]]:
        """The tokens of a sentence with its phrases joined, each with its score, None for words."""
        words = list(sentence)
        at = 0
        for found in self.found(words):
            yield from ((word, None) for word in words[at : found.first])
            yield found.phrase, found.score
            at = found.past
        yield from ((word, None) for word in words[at:])

    def find_phrases(self, sentences: Iterable[Iterable[str]]) -> dict[str, float]:
        """The phrases that occur in sentences, and their scores."""
        found: dict[str, float] = {}
        for sentence in sentences:
            words = list(sentence)
            found |= {one.phrase: one.score for one in self.found(words)}
        return found

    def candidates(self, sentence: Sentence) -> Candidates:
        """The pairs of a sentence.

        Raises:
            CorpusError: a word is not text.
        """
        connectors = self.connector_words
        try:
            if not connectors or connectors.isdisjoint(sentence):
                pairs = list(map(self.delimiter.join, pairwise(sentence)))
                return Candidates(range(len(sentence)), sentence, pairs)
            places = [at for at, word in enumerate(sentence) if word not in connectors]
            words = [sentence[at] for at in places]
            between = self.delimiter
            pairs = [
                f"{x}{between}{y}" if b - a == 1 else between.join(sentence[a : b + 1])
                for a, b, x, y in zip(places, places[1:], words, words[1:], strict=False)
            ]
            return Candidates(places, words, pairs)
        except TypeError as error:
            raise CorpusError(not_words(sentence)) from error


class PhrasedCorpus:
    """A corpus whose sentences have their phrases joined, each time it is iterated over."""

    def __init__(self, finder: PhraseFinder, corpus: Iterable[Iterable[str]]) -> None:
        self.finder, self.corpus = finder, corpus

    def __iter__(self) -> Iterator[list[str]]:
        for sentence in self.corpus:
            yield self.finder.joined(words_of(sentence))


def words_of(sentence: Iterable[str]) -> Sentence:
    """A sentence of a corpus, once it is known that it is one.

    Raises:
        CorpusError: it is text, and not a list of words.
    """
    if isinstance(sentence, list | tuple):
        return sentence
    if isinstance(sentence, str | bytes) or not isinstance(sentence, Iterable):
        raise CorpusError(not_words(sentence))
    return list(sentence)


def _joined(sentence: Sentence, found: Sequence[Found]) -> list[str]:
    if not found:
        return list(sentence)
    tokens: list[str] = []
    at = 0
    for first, past, phrase, _ in found:
        tokens += sentence[at:first]
        tokens.append(phrase)
        at = past
    tokens += sentence[at:]
    return tokens


def _peeked(corpus: Iterable[Any]) -> tuple[Iterable[Any], object]:
    """What gives the same items, and the first of them; None if there are none."""
    items = iter(corpus)
    first = next(items, None)
    if items is not corpus:
        return corpus, first  # it can be iterated over again
    return (items if first is None else chain([first], items)), first


def not_words(sentence: object) -> str:
    """What is wrong with what should be a list of words."""
    if isinstance(sentence, str | bytes):
        return (
            f"{sentence!r:.60} is {type(sentence).__name__}, not a list of words: split it first, "
            "as in text.split()"
        )
    if isinstance(sentence, Sequence):
        odd = next((word for word in sentence if not isinstance(word, str)), None)
        return f"a sentence holds {odd!r:.80}, which is not a str: write words as text"
    return f"a sentence is {type(sentence).__name__}, not a list of words"
