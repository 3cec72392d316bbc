"""What training on a text would see: words, the share that settings leave, commonest words.

For a text read in full the figures are exact. From a sample they are estimates: the
rarer words of a text follow a power law (Heaps), and so do those of a sample of it, with the same
exponent b. With V types in a sample, D_1 of which were met once, and r times as much text,

    b = D_1 / V
    words met m times or more in the text     V r^b G(m - b) / (G(m) G(1 - b))
    tokens of words met less than m times     V r^b b G(m - b) / ((1 - b) G(m - 1) G(1 - b))

where G is the gamma function. Karlin 1967, "Central Limit Theorems for Certain Infinite Urn
Schemes"; Gnedin, Hansen, Pitman 2007, "Notes on the Occupancy Problem with Infinitely Many Boxes",
sections 7 and 8.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.formulas import keep_probabilities
from w2vtui.corpus.hints import Hint, hints_on
from w2vtui.corpus.sample import TextSample
from w2vtui.corpus.vocab import Census
from w2vtui.settings import CorpusSettings

N_SHOWN_WORDS = 12
"""Words listed from either end of the vocabulary."""

_SEEN_OFTEN = 5.0
"""Occurrences in a sample from which the sample itself says which words reach a count."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TextStatistics:
    """Figures of a text under some settings."""

    exact: bool
    """whether these are the figures of all of the text"""
    n_tokens: int
    n_types: int
    n_words: int
    """the size of the vocabulary"""
    is_extrapolated: bool = False
    """whether its size follows from the law above, not from how often words occur in the sample"""
    n_kept: int
    """tokens of words in the vocabulary"""
    subsampled_share: float
    """how much of those subsampling keeps"""
    sentence_length: float
    """mean tokens of the lines that hold anything, before any are left out"""
    most_common: tuple[str, ...]
    rarest_kept: tuple[str, ...]
    """rarest first; of a sample the rarest that it holds"""
    rarest_count: int
    """how often the first of those occurs in the text"""
    growth: float = 1.0
    """how many times as many distinct tokens the text has as the sample, by the law above"""
    counts: NDArray[np.int64]
    """(types met,) how often they occur in the text, most frequent first"""
    hints: tuple[Hint, ...] = ()
    """what would fit the text better, the gravest first"""

    @property
    def kept_share(self) -> float:
        """How much of the text `min_count` and `max_final_vocab` leave."""
        return self.n_kept / max(self.n_tokens, 1)


def statistics_of(
    sample: TextSample,
    settings: CorpusSettings,
    subsample: float,
    stop: threading.Event | None = None,
) -> TextStatistics:
    """The figures of a text under these settings.

    subsample   `sample` of the live settings; 0 keeps every word

    Raises:
        CorpusError: the text is not in the encoding.
        ReadingStopped: the event was set.
    """
    census = sample.census(settings, stop)
    n_met, larger = census.n_tokens, 1.0 / sample.share
    enough = (
        settings.min_count if sample.exact else max(1, round(settings.min_count * sample.share))
    )
    vocab, _ = census.choose(enough, settings.max_final_vocab)
    n_words, n_kept = len(vocab), float(vocab.n_tokens) * larger
    n_types = len(census.tokens)
    is_extrapolated = not sample.exact and settings.min_count * sample.share < _SEEN_OFTEN
    if not sample.exact:
        tail = _Tail(census, larger)
        n_types = round(tail.words_from(1))
        if is_extrapolated:
            n_words = round(tail.words_from(settings.min_count))
            n_kept = max(n_met * larger - tail.tokens_below(settings.min_count), 0.0)
        if settings.max_final_vocab is not None and settings.max_final_vocab < n_words:
            n_words, n_kept = settings.max_final_vocab, float(vocab.n_tokens) * larger
            is_extrapolated = False
    kept = keep_probabilities(vocab.counts, subsample, n_kept / larger)
    # Words of the sample that the text's vocabulary leaves out are too rare to be thinned out.
    n_thinned = float((vocab.counts * (1 - kept)).sum()) * larger
    counts = np.sort(census.counts)[::-1]
    return TextStatistics(
        exact=sample.exact,
        n_tokens=round(n_met * larger),
        n_types=n_types,
        n_words=n_words,
        is_extrapolated=is_extrapolated,
        growth=n_types / max(len(census.tokens), 1),
        n_kept=round(n_kept),
        subsampled_share=max(1 - n_thinned / n_kept, 0.0) if n_kept > 0 else 1.0,
        sentence_length=n_met / max(sample.n_lines, 1),
        most_common=tuple(vocab.words[:N_SHOWN_WORDS]),
        rarest_kept=tuple(vocab.words[: -N_SHOWN_WORDS - 1 : -1]),
        rarest_count=round(int(vocab.counts[-1]) * larger) if vocab.words else 0,
        counts=counts if sample.exact else np.rint(counts * larger).astype(np.int64),
        hints=sample.hints or tuple(hints_on(census, settings)),
    )


class _Tail:
    """The rare words of a text, after a sample of it."""

    def __init__(self, census: Census, larger: float) -> None:
        """larger: how many times as much text there is as was read."""
        n_types = len(census.tokens)
        n_once = int(np.count_nonzero(census.counts == 1))
        self._exponent = min(max(n_once / max(n_types, 1), 0.02), 0.98)
        self._n_types: float = n_types * larger**self._exponent

    def words_from(self, count: int) -> float:
        """Words that occur this often in the text, or more often."""
        b, count = self._exponent, max(count, 1)
        return self._n_types * math.exp(
            math.lgamma(count - b) - math.lgamma(count) - math.lgamma(1 - b)
        )

    def tokens_below(self, count: int) -> float:
        """Tokens of the words that occur less often than this."""
        if count < 2:
            return 0.0
        b = self._exponent
        return (self._n_types * b / (1 - b)) * math.exp(
            math.lgamma(count - b) - math.lgamma(count - 1) - math.lgamma(1 - b)
        )
