"""Phrases that are learned from sentences."""

from __future__ import annotations

import logging
import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from w2vtui.errors import CorpusError, SettingsError
from w2vtui.files.regular_files import AnyPath
from w2vtui.phrases import stored
from w2vtui.phrases.finding import Found, PhraseFinder, Sentence, not_words, words_of
from w2vtui.phrases.frozen import FrozenPhrases
from w2vtui.phrases.scoring import SCORERS, Scorer

_LOG = logging.getLogger(__name__)
_TOKENS_AT_ONCE = 1 << 16

Scoring = Literal["default", "npmi", "word2phrase"] | Scorer


class Phrases(PhraseFinder):
    """Counts the words and pairs of sentences, and joins the pairs that score above a threshold.

    sentences        lists of words; more can be added with `add_vocab`
    min_count        pairs that occur less often are not phrases (> 0)
    threshold        a pair is a phrase if its score is above this (> 0; for npmi -1 to 1)
    max_vocab_size   words and pairs that are counted at most: beyond it the rarest are forgotten.
                     40 million take about 4 GB
    delimiter        what joins the words of a phrase
    progress_per     sentences between two messages to the log
    scoring          `default`, `npmi` or `word2phrase`: see scoring.py; or a function of the six
                     counts that those take, called with their names
    connector_words  words that may stand within a phrase but not at its ends, and are not counted

    `vocab` holds the counts of words and, joined by the delimiter, of pairs. `phrases[sentence]`
    joins the phrases of a sentence, `phrases[corpus]` those of each sentence of a corpus.

    Raises:
        SettingsError: an argument is out of range.
        CorpusError: a sentence is not a list of words.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - named as gensim's are
        self,
        sentences: Iterable[Iterable[str]] | None = None,
        min_count: float = 5,
        threshold: float = 10.0,
        max_vocab_size: int = 40_000_000,
        delimiter: str = "_",
        progress_per: int = 10_000,
        scoring: Scoring = "default",
        connector_words: Iterable[str] = frozenset(),
    ) -> None:
        check(min_count, threshold, max_vocab_size, delimiter, scoring)
        self.min_count = min_count
        self.threshold = threshold
        self.max_vocab_size = max_vocab_size
        self.delimiter = delimiter
        self.progress_per = progress_per
        self.scoring: Scorer = SCORERS[scoring] if isinstance(scoring, str) else scoring
        self.connector_words = frozenset(connector_words)
        self.vocab: Counter[str] = Counter()
        self.corpus_word_count = 0
        self.min_reduce = 1
        if sentences is not None:
            self.add_vocab(sentences)

    def __repr__(self) -> str:
        return (
            f"Phrases<{len(self.vocab):,} vocab, min_count={self.min_count}, "
            f"threshold={self.threshold}, max_vocab_size={self.max_vocab_size:,}>"
        )

    # ---- counting

    def add_vocab(self, sentences: Iterable[Iterable[str]]) -> None:
        """Count more sentences.

        Raises:
            CorpusError: a sentence is not a list of words; those before it are counted.
        """
        if isinstance(sentences, str | bytes):
            words_of(sentences)  # raises
        words: list[str] = []
        pairs: list[str] = []
        try:
            for number, sentence in enumerate(sentences, start=1):
                self._collect(words_of(sentence), words, pairs, 0)
                if len(words) >= _TOKENS_AT_ONCE or self._may_be_full(words, pairs):
                    self._count(words, pairs)
                if number % self.progress_per == 0:
                    _LOG.info("%d sentences, %d words and pairs", number, len(self.vocab))
        finally:
            self._count(words, pairs)

    def add_piece(self, words: Sentence, n_counted: int) -> None:
        """Count a piece of a sentence whose first words were counted with the piece before."""
        more: list[str] = []
        pairs: list[str] = []
        self._collect(words, more, pairs, n_counted)
        self._count(more, pairs)

    def _collect(
        self, sentence: Sentence, words: list[str], pairs: list[str], n_counted: int
    ) -> None:
        """Add what is to be counted of a sentence to words and pairs."""
        places, its_words, its_pairs = self.candidates(sentence)
        self.corpus_word_count += len(sentence) - n_counted
        pairs += its_pairs
        words += its_words[bisect_left(places, n_counted) if n_counted else 0 :]

    def _may_be_full(self, words: list[str], pairs: list[str]) -> bool:
        return len(self.vocab) + len(words) + len(pairs) > self.max_vocab_size

    def _count(self, words: list[str], pairs: list[str]) -> None:
        """Count what was collected, and forget the rarest if there is too much."""
        try:
            "".join(words)
        except TypeError as error:
            raise CorpusError(not_words(words)) from error
        self.vocab.update(words)
        self.vocab.update(pairs)
        words.clear()
        pairs.clear()
        if len(self.vocab) > self.max_vocab_size:
            least = self.min_reduce
            kept = {token: count for token, count in self.vocab.items() if count > least}
            self.vocab = Counter(kept)
            self.min_reduce += 1

    # ---- scores

    def found(self, sentence: Sentence) -> list[Found]:
        """The phrases of a sentence, from left to right; a word is part of one at most.

        Raises:
            CorpusError: a word is not text.
        """
        places, words, pairs = self.candidates(sentence)
        count_of, scoring, threshold = self.vocab.get, self.scoring, self.threshold
        n_vocab, n_words, min_count = len(self.vocab), self.corpus_word_count, self.min_count
        # Below min_count no scorer of ours gives a score above 0.
        least = min_count if threshold >= 0 and scoring in SCORERS.values() else 1
        found: list[Found] = []
        taken = -1
        for k, count in enumerate(map(count_of, pairs)):
            if k > taken and count is not None and count >= least:
                a, b = count_of(words[k]), count_of(words[k + 1])
                if a and b:
                    score = scoring(
                        worda_count=a,
                        wordb_count=b,
                        bigram_count=count,
                        len_vocab=n_vocab,
                        min_count=min_count,
                        corpus_word_count=n_words,
                    )
                    if score > threshold:
                        found.append(Found(places[k], places[k + 1] + 1, pairs[k], score))
                        taken = k + 1
        return found

    def score_candidate(
        self, word_a: str, word_b: str, in_between: Iterable[str] = ()
    ) -> tuple[str, float] | tuple[None, None]:
        """Two words as one token, and its score; (None, None) if they are not a phrase.

        in_between   the connectors between them
        """
        phrase = self.delimiter.join([word_a, *in_between, word_b])
        counts = (self.vocab.get(token, 0) for token in (word_a, word_b, phrase))
        score = self._score(*counts)
        return (None, None) if score is None else (phrase, score)

    def _score(self, a: int, b: int, pair: int) -> float | None:
        if not (a > 0 and b > 0 and pair > 0):
            return None
        score = self.scoring(
            worda_count=a,
            wordb_count=b,
            bigram_count=pair,
            len_vocab=len(self.vocab),
            min_count=self.min_count,
            corpus_word_count=self.corpus_word_count,
        )
        return score if score > self.threshold else None

    def export_phrases(self) -> dict[str, float]:
        """All phrases of the sentences that were counted, and their scores."""
        found: dict[str, float] = {}
        for token, count in self.vocab.items():
            if self.delimiter in token and count > 0:
                scores = [self._score(a, b, count) for a, b in self._counts_of_parts(token)]
                score = max((one for one in scores if one is not None), default=None)
                if score is not None:
                    found[token] = score
        return found

    def _counts_of_parts(self, token: str) -> Iterator[tuple[int, int]]:
        """The counts of the words of each pair that a token may stand for.

        Words may hold the delimiter, as phrases of an earlier pass do, and connectors may be
        between them.
        """
        parts = token.split(self.delimiter)
        for end in range(1, len(parts)):
            a = self.vocab.get(self.delimiter.join(parts[:end]), 0)
            begin = end
            while a and begin < len(parts):
                yield a, self.vocab.get(self.delimiter.join(parts[begin:]), 0)
                if parts[begin] not in self.connector_words:
                    break
                begin += 1

    def freeze(self) -> FrozenPhrases:
        """The phrases alone, which take little memory and are found faster."""
        return FrozenPhrases(self)

    # ---- files

    def save(self, path: AnyPath) -> None:
        """Write it as JSON; `load` reads it.

        Raises:
            DiskError: the file cannot be written; what was there is untouched.
        """
        settings = {name: getattr(self, name) for name in _STORED}
        settings["connector_words"] = sorted(self.connector_words)
        settings["scoring"] = next(
            (name for name, scorer in SCORERS.items() if scorer is self.scoring), None
        )
        stored.write(path, "phrases", settings | {"vocab": dict(self.vocab)})

    @classmethod
    def load(cls, path: AnyPath, scoring: Scorer | None = None) -> Phrases:
        """What `save` wrote.

        scoring   the function that it was made with, where that is not one of ours: code is not
                  stored

        Raises:
            CorpusError: the file cannot be read, or is not such a file.
            SettingsError: it was made with another function, and none is given.
        """
        body = stored.read(path, "phrases")
        vocab, counted, reduced = (
            body.pop(name) for name in ("vocab", "corpus_word_count", "min_reduce")
        )
        named: Any = body.pop("scoring")
        if named is None and scoring is None:
            raise SettingsError(
                f"{path} was made with a function of its own: give it as scoring=..."
            )
        phrases = cls(**body, scoring=scoring or named)
        phrases.vocab = Counter(vocab)
        phrases.corpus_word_count, phrases.min_reduce = counted, reduced
        return phrases


_STORED = (
    "min_count", "threshold", "max_vocab_size", "delimiter", "progress_per", "corpus_word_count",
    "min_reduce",
)  # fmt: skip


def check(
    min_count: float, threshold: float, max_vocab_size: int, delimiter: str, scoring: Scoring
) -> None:
    """Refuse arguments that are out of range.

    Raises:
        SettingsError: one is.
    """
    if isinstance(scoring, str) and scoring not in SCORERS:
        raise SettingsError(f"scoring must be {', '.join(SCORERS)} or a function, got {scoring!r}")
    if not (math.isfinite(min_count) and min_count > 0):
        raise SettingsError(f"min_count must be above 0, got {min_count}")
    if not isinstance(delimiter, str) or not delimiter:
        raise SettingsError(f"delimiter must be text of one character or more, got {delimiter!r}")
    if max_vocab_size < 1:
        raise SettingsError(f"max_vocab_size must be 1 or more, got {max_vocab_size}")
    if math.isnan(threshold):
        raise SettingsError(f"threshold must be a number, got {threshold}")
    if scoring == "npmi" and not -1 <= threshold <= 1:
        raise SettingsError(f"threshold must be -1 to 1 for npmi, got {threshold:g}")
    if scoring in ("default", "word2phrase") and threshold <= 0:
        raise SettingsError(f"threshold must be above 0 for {scoring} scoring, got {threshold:g}")
