"""What a sweep will take: seconds, memory and disk, by the cost model, before it starts."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.formulas import keep_probabilities
from w2vtui.corpus import EncodedCorpus
from w2vtui.sweeping.space import Settled, Space
from w2vtui.training.costs.estimate import estimate_seconds
from w2vtui.training.costs.memory_check import check_fits

PART_TOKENS = 4_000_000
"""Tokens that trials are trained on where nothing else says how many."""
LEAST_PART = 200_000
"""A part has no fewer tokens than this, however short the time."""
OVERHEAD_SECONDS = 0.5
"""What a trial takes besides its training: tables, checkpoint, scores."""
START_SECONDS = 3.0
"""What comes before the first trial: loading the kernels, and a store."""
_MOST_CORNERS = 64
"""The most points that a cost is the mean of."""


@dataclass(frozen=True, kw_only=True)
class SweepCost:
    """What a sweep will take."""

    trial_seconds: float
    """Of a trial, on average over all points."""
    whole_seconds: float
    """Of one run over the whole text; 0 where trials train on all of it."""
    disk_bytes: int
    """Of the vectors that are kept, at most."""


class Forecast:
    """The cost model, for a text and the points of a sweep."""

    def __init__(self, corpus: EncodedCorpus, space: Space) -> None:
        self._counts = corpus.vocab.counts
        self._n_tokens = len(corpus.ids)
        self._sentence = self._n_tokens / max(corpus.n_sentences, 1)
        self._settings = [space.settings_at(point) for point in _spread(space)]
        self._shares: dict[float, float] = {}

    def trial_seconds(self, n_tokens: int) -> float:
        """Of a trial on this much of the text, the mean over points."""
        seconds = [self._seconds(one, n_tokens) for one in self._settings]
        return float(np.mean(seconds)) + OVERHEAD_SECONDS

    def check_memory(self) -> None:
        """
        Raises:
            OutOfMemoryError: a run over the whole text would not fit.
        """
        kinds = {(one.training, one.live.objective): one for one in self._settings}
        for one in kinds.values():
            check_fits(self._counts, one.training, one.live, checkpoints=True)

    def cost(self, n_tokens: int, n_runs: int, n_whole: int) -> SweepCost:
        """Of `n_runs` trials on this much of the text, and `n_whole` runs over all of it."""
        is_part = n_tokens < self._n_tokens
        size = max(one.training.vector_size for one in self._settings)
        vectors = 2 * 4 * size * len(self._counts)
        return SweepCost(
            trial_seconds=self.trial_seconds(n_tokens),
            whole_seconds=self.trial_seconds(self._n_tokens) if is_part and n_whole else 0.0,
            disk_bytes=vectors * (n_runs + 2 * n_whole * is_part),
        )

    def tokens_for(self, seconds: float, n_trials: int) -> int:
        """As many tokens as `n_trials` can train on in this time, all at most."""
        least, most = min(LEAST_PART, self._n_tokens), self._n_tokens
        if n_trials * self.trial_seconds(most) <= seconds:
            return most
        while most - least > 1 + least // 50:
            middle = (least + most) // 2
            fits = n_trials * self.trial_seconds(middle) <= seconds
            least, most = (middle, most) if fits else (least, middle)
        return least

    def _seconds(self, one: Settled, n_tokens: int) -> float:
        return estimate_seconds(
            len(self._counts),
            n_tokens,
            one.training,
            one.live,
            subsampled_share=self._share(one.live.sample),
            sentence_length=self._sentence,
        )

    def _share(self, sample: float) -> float:
        """How much of the text subsampling keeps."""
        if sample not in self._shares:
            self._shares[sample] = kept_share(self._counts, sample)
        return self._shares[sample]


def kept_share(counts: NDArray[np.int64], sample: float) -> float:
    """The share of a text with these counts of words (V,) that subsampling keeps."""
    return float(keep_probabilities(counts, sample) @ counts / max(counts.sum(), 1))


def _spread(space: Space) -> Sequence[dict[str, object]]:
    """At most _MOST_CORNERS corners of a space, spread over all of them."""
    corners = list(itertools.islice(space.points(), 4_096))
    step = max(len(corners) // _MOST_CORNERS, 1)
    return corners[::step][:_MOST_CORNERS]
