"""What makes two words a phrase: scores of a pair by its count and those of its words."""

from __future__ import annotations

import math
from typing import Protocol

ENGLISH_CONNECTOR_WORDS = frozenset(
    ("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with",
     "without")
)  # fmt: skip
"""Words that may stand within a phrase but not at its ends: `bank_of_america`."""


class Scorer(Protocol):
    """Scores a pair of words; called with these names."""

    def __call__(
        self,
        *,
        worda_count: float,
        wordb_count: float,
        bigram_count: float,
        len_vocab: float,
        min_count: float,
        corpus_word_count: float,
    ) -> float:
        """The score; a pair whose score is above the threshold is a phrase.

        worda_count, wordb_count   how often the words occur
        bigram_count               how often the pair does
        len_vocab                  different words and pairs
        min_count                  as of `Phrases`
        corpus_word_count          all words of the sentences
        """


def original_scorer(
    worda_count: float,
    wordb_count: float,
    bigram_count: float,
    len_vocab: float,
    min_count: float,
    corpus_word_count: float,
) -> float:
    """(bigram_count - min_count) / worda_count / wordb_count * len_vocab; Mikolov 2013, eq. 6."""
    return (bigram_count - min_count) / worda_count / wordb_count * len_vocab


def word2phrase_scorer(
    worda_count: float,
    wordb_count: float,
    bigram_count: float,
    len_vocab: float,
    min_count: float,
    corpus_word_count: float,
) -> float:
    """The same times the words of the text, as in word2phrase; -inf for a word below min_count."""
    if min(worda_count, wordb_count) < min_count:
        return -math.inf
    return (bigram_count - min_count) / worda_count / wordb_count * corpus_word_count


def npmi_scorer(
    worda_count: float,
    wordb_count: float,
    bigram_count: float,
    len_vocab: float,
    min_count: float,
    corpus_word_count: float,
) -> float:
    """log(p(a b) / (p(a) p(b))) / -log p(a b), from -1 to 1; -inf for a pair below min_count.

    Bouma 2009, "Normalized (pointwise) mutual information in collocation extraction".
    """
    if bigram_count < min_count:
        return -math.inf
    pa, pb = worda_count / corpus_word_count, wordb_count / corpus_word_count
    pab = bigram_count / corpus_word_count
    information = -math.log(pab)
    if not information:  # there is nothing but this pair
        return 1.0
    return math.log(pab / (pa * pb)) / information


SCORERS: dict[str, Scorer] = {
    "default": original_scorer,
    "npmi": npmi_scorer,
    "word2phrase": word2phrase_scorer,
}
"""Scorers by the name that `scoring` takes."""
