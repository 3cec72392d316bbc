"""How many contexts and targets a center word has in a text, under any live settings.

This trains nothing and builds no table: a cost can be shown before a setting changes.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.formulas import keep_probabilities
from w2vtui.corpus import EncodedCorpus
from w2vtui.settings import MAX_WINDOW, LiveSettings
from w2vtui.training.costs.terms import mean_contexts, mean_targets

SHAPE_TOKENS = 1_000_000
"""Sentence lengths are taken from this many tokens at the start."""
_LONGEST = 16 * MAX_WINDOW
"""Longer sentences count as this long: windows cut off at their ends hardly matter there."""


class BlockShape(NamedTuple):
    """Mean size of the blocks that are trained on, one for each center word."""

    contexts: float
    """C: context words of a center that has any"""
    targets: float
    """T: target rows"""


class TextShape:
    """The lengths of a text's sentences and the counts of its words."""

    def __init__(self, corpus: EncodedCorpus) -> None:
        self._counts = corpus.vocab.counts
        n_tokens = min(SHAPE_TOKENS, len(corpus.ids))
        past = int(np.searchsorted(corpus.sentence_starts, n_tokens))
        self._ids = corpus.ids[:n_tokens]
        self._starts = corpus.sentence_starts[: max(past, 1)]
        self._thinned = cache(self._thin)

    def block(self, settings: LiveSettings) -> BlockShape:
        """Mean size of the blocks under these settings."""
        return BlockShape(self.contexts(settings), self.targets(settings))

    def kept_share(self, sample: float) -> float:
        """The share of the tokens that subsampling keeps."""
        return self._thinned(sample)[0]

    def contexts(self, settings: LiveSettings) -> float:
        """C, with sentences thinned to their expected length."""
        lengths, n_sentences = self._thinned(settings.sample)[1:3]
        n_sentences = n_sentences[lengths > 1]
        lengths = lengths[lengths > 1]
        if not lengths.size:
            return 0.0
        contexts = mean_contexts(settings, lengths.astype(np.float64))
        return float(np.average(contexts, weights=lengths * n_sentences))

    def targets(self, settings: LiveSettings) -> float:
        """T: 1 + K, V, or the mean length of a path, weighted by how often each word is trained.

        The length of a Huffman path is -log2 of its word's share, within a few percent.
        """
        return mean_targets(settings, len(self._counts), self._thinned(settings.sample)[3])

    def _thin(self, sample: float) -> tuple[float, NDArray[np.int64], NDArray[np.int64], float]:
        """The share kept, the lengths of thinned sentences and how many have each, bits a word."""
        kept = keep_probabilities(self._counts, sample)
        trained = self._counts * kept
        bits = -np.log2(self._counts / self._counts.sum())
        sums = np.add.reduceat(kept[self._ids], self._starts)
        lengths = np.minimum(np.rint(sums), _LONGEST).astype(np.int64)
        n_sentences = np.bincount(lengths)
        found = np.flatnonzero(n_sentences)
        share = float(trained.sum() / self._counts.sum())
        return share, found, n_sentences[found], float(np.average(bits, weights=trained))
