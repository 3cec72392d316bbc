"""Probabilities from word counts, in NumPy alone: importing them does not load Numba.

subsampling   P(keep w) = min(1, sqrt(t / f(w)) + t / f(w))     f relative frequency, t sample
noise         P(w) = count(w)^a / sum of counts^a               a ns_exponent
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def keep_probabilities(
    counts: ArrayLike, sample: float, n_tokens: float | None = None
) -> NDArray[np.float64]:
    """The probability that subsampling keeps a word: float64 (V,), from counts (V,).

    sample     t, the threshold; 0 keeps every word
    n_tokens   what the frequencies are relative to, if not the sum of the counts

    As word2vec.c does; Mikolov et al. 2013, "Distributed Representations", 2.3, prints sqrt(t/f).
    """
    counts = np.asarray(counts, dtype=np.float64)
    if sample == 0:
        return np.ones(counts.shape)
    odds = sample * (counts.sum() if n_tokens is None else n_tokens) / counts
    return np.minimum(1.0, np.sqrt(odds) + odds)


def keep_thresholds(counts: ArrayLike, sample: float) -> NDArray[np.uint32]:
    """The same as 32-bit odds: uint32 (V,); 2**32 - 1 keeps every occurrence."""
    return np.floor(keep_probabilities(counts, sample) * (2**32 - 1)).astype(np.uint32)


def noise_probabilities(counts: ArrayLike, exponent: float) -> NDArray[np.float64]:
    """P(w) of the noise: float64 (V,), from int64 counts (V,).

    exponent   0 draws all words alike, 1 as often as they occur in the text

    D2L 15.2.1; Mikolov et al. 2013, "Distributed Representations", eq. 4.
    """
    log_weights = exponent * np.log(np.asarray(counts, dtype=np.float64))
    weights = np.exp(log_weights - log_weights.max())
    return weights / weights.sum()
