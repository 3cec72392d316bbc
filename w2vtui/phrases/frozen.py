"""Phrases that are fixed: what is left of `Phrases` once it has learned."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from w2vtui.errors import CorpusError, SettingsError
from w2vtui.files.regular_files import AnyPath
from w2vtui.phrases import stored
from w2vtui.phrases.finding import Found, PhraseFinder, Sentence, not_words, starts_of

if TYPE_CHECKING:
    from w2vtui.phrases.learned import Phrases


class FrozenPhrases(PhraseFinder):
    """The phrases that `Phrases` found, and their scores, in `phrasegrams`.

    It joins the same phrases, with less memory and in less time, and learns no more.
    """

    _n_indexed = 0
    _starts: frozenset[str] | set[str] = frozenset()

    def __init__(self, phrases_model: Phrases) -> None:
        self.threshold = phrases_model.threshold
        self.min_count = phrases_model.min_count
        self.delimiter = phrases_model.delimiter
        self.connector_words = phrases_model.connector_words
        self.phrasegrams: dict[str, float] = phrases_model.export_phrases()

    def __repr__(self) -> str:
        return (
            f"FrozenPhrases<{len(self.phrasegrams):,} phrases, min_count={self.min_count}, "
            f"threshold={self.threshold}>"
        )

    def found(self, sentence: Sentence) -> list[Found]:
        """The phrases of a sentence, from left to right; a word is part of one at most.

        Raises:
            CorpusError: a word is not text.
        """
        starts, connectors = self._first_words(), self.connector_words
        score_of, between, n_words = self.phrasegrams.get, self.delimiter, len(sentence)
        found: list[Found] = []
        past = 0
        try:
            for first in [at for at, word in enumerate(sentence) if word in starts]:
                if first < past:
                    continue
                last = first + 1
                while last < n_words and sentence[last] in connectors:
                    last += 1
                if last == n_words:
                    break
                phrase = between.join(sentence[first : last + 1])
                score = score_of(phrase)
                if score is not None:
                    past = last + 1
                    found.append(Found(first, past, phrase, score))
        except TypeError as error:
            raise CorpusError(not_words(sentence)) from error
        return found

    def _first_words(self) -> Collection[str]:
        """The words that phrases begin with, and others: words may hold the delimiter."""
        if self._n_indexed != len(self.phrasegrams):
            self._starts = {
                start
                for phrase in self.phrasegrams
                for start in starts_of(phrase, self.delimiter)
                if start not in self.connector_words
            }
            self._n_indexed = len(self.phrasegrams)
        return self._starts

    def score_candidate(
        self, word_a: str, word_b: str, in_between: Iterable[str] = ()
    ) -> tuple[str, float] | tuple[None, None]:
        """Two words as one token, and its score; (None, None) if they are not a phrase.

        in_between   the connectors between them
        """
        phrase = self.delimiter.join([word_a, *in_between, word_b])
        score = self.phrasegrams.get(phrase)
        return (None, None) if score is None else (phrase, score)

    def save(self, path: AnyPath) -> None:
        """Write it as JSON; `load` reads it.

        Raises:
            DiskError: the file cannot be written; what was there is untouched.
        """
        body = {
            "threshold": self.threshold,
            "min_count": self.min_count,
            "delimiter": self.delimiter,
            "connector_words": sorted(self.connector_words),
            "phrasegrams": self.phrasegrams,
        }
        stored.write(path, "frozen phrases", body)

    @classmethod
    def load(cls, path: AnyPath) -> FrozenPhrases:
        """What `save` wrote.

        Raises:
            CorpusError: the file cannot be read, or is not such a file.
        """
        body = stored.read(path, "frozen phrases")
        if not body["delimiter"]:
            raise SettingsError(f"{path} has an empty delimiter: it is damaged")
        phrases = cls.__new__(cls)
        phrases.threshold, phrases.min_count = body["threshold"], body["min_count"]
        phrases.delimiter, phrases.phrasegrams = body["delimiter"], body["phrasegrams"]
        phrases.connector_words = frozenset(body["connector_words"])
        return phrases
