"""Which words of a text become the vocabulary, and what that leaves of the text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.formulas import keep_probabilities
from w2vtui.corpus import by_frequency
from w2vtui.word2vec.trim_rules import RULE_DEFAULT, RULE_KEEP, TrimRule, verdicts

NULL_WORD = "\0"
"""The word that null_word=1 adds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WordChoice:
    """How words are chosen: by count, by a rule, and up to a limit."""

    min_count: int
    max_final_vocab: int | None = None
    max_vocab_size: int | None = None
    is_sorted: bool = True
    """most frequent first, ties in code-point order; else in order of first appearance"""
    rule: TrimRule | None = None

    def of(self, tokens: Sequence[str], counts: NDArray[np.int64]) -> NDArray[np.intp]:
        """The indices of the words to train, in the order of the vocabulary.

        counts   int64 (len(tokens),)

        Both limits are exact: the most frequent words stay, after those that the rule keeps.
        """
        said = verdicts(self.rule, tokens, counts, self.min_count)
        by_count = (said == RULE_DEFAULT) & (counts >= self.min_count)
        order = by_frequency(tokens, counts, np.flatnonzero(by_count | (said == RULE_KEEP)))
        if self.max_final_vocab is not None and len(order) > self.max_final_vocab:
            kept_first = order[np.argsort(said[order] != RULE_KEEP, kind="stable")]
            chosen = kept_first[: self.max_final_vocab]
            order = by_frequency(tokens, counts, np.sort(chosen))
        return order if self.is_sorted else np.sort(order)

    def most_frequent(
        self, tokens: Sequence[str], counts: NDArray[np.int64]
    ) -> NDArray[np.intp] | None:
        """The indices of the max_vocab_size most frequent tokens, in order of first appearance;
        None where all are within the limit.
        """
        if self.max_vocab_size is None or len(tokens) <= self.max_vocab_size:
            return None
        order = by_frequency(tokens, counts, np.arange(len(tokens)))
        return np.sort(order[: self.max_vocab_size])


def sample_share(sample: float, n_tokens: int) -> float:
    """`sample` as a share of a text, as the kernels take it; from 1 on it is a count.

    Words that occur more often than that many times are thinned out then. As in gensim, the golden
    ratio's square stands between the two: at the share t of n tokens, a word of t * n * 2.618
    occurrences is the first that is.
    """
    if sample < 1 or not n_tokens:
        return sample
    return min(1.0, int(sample * (3 + math.sqrt(5)) / 2) / n_tokens)


def report(counts: NDArray[np.int64], chosen: NDArray[np.intp], sample: float) -> dict[str, int]:
    """What a choice of words leaves of a text, under gensim's names.

    drop_unique          words that are dropped
    retain_total         tokens of the words that stay
    downsample_unique    words that subsampling thins out
    downsample_total     tokens that it leaves, as expected
    num_retained_words   words that stay
    """
    kept = np.maximum(counts[chosen], 1)
    total = int(counts[chosen].sum())
    stay = keep_probabilities(kept, sample_share(sample, total)) if total else np.zeros(0)
    return {
        "drop_unique": len(counts) - len(chosen),
        "retain_total": total,
        "downsample_unique": int(np.count_nonzero(stay < 1)),
        "downsample_total": int((stay * kept).sum()) if total else 0,
        "num_retained_words": len(chosen),
    }
