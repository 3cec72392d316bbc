"""The time that a center word takes, as a sum of terms: the source of all predicted costs.

    seconds a token = kept * (center + context C D + target B T + fetch B T D + pair C T D)

with C contexts, T targets in whole tiles of the kernels, D numbers per vector, B blocks per center,
and kept the share of tokens that subsampling keeps. The coefficients of each way to train are
fitted to 216 short runs on the machine of docs/performance.md, with windows of 2 to 10, K of 2 to
20 and vectors of 50 to 300, those of reused noise to 72 spans on another machine, as multiples of
noise that is not reused; their error is 6 to 12 % (root mean square). Other machines need a scale.

Nothing here loads Numba: that takes a second, and costs are shown before.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.sizes import TILE, row_length, whole_tiles
from w2vtui.settings import LiveSettings

_OWN_NOISE = "skip-gram, noise for each pair"

_NANOSECONDS = {
    # center, context, target, fetch, pair; D counted in hundreds
    "skip-gram, reused noise": (20.4, 8.9, 5.9, 4.0, 3.4),
    "skip-gram, noise": (50.0, 0.0, 8.4, 10.0, 3.9),
    _OWN_NOISE: (93.0, 84.0, 13.0, 9.0, 0.0),
    "skip-gram, path": (164.0, 2.8, 0.0, 6.6, 3.6),
    "cbow, reused noise": (56.2, 8.3, 1.5, 9.6, 0.0),
    "cbow, noise": (72.0, 6.2, 4.2, 16.2, 0.0),
    "cbow, path": (119.0, 8.1, 0.0, 10.9, 0.0),
}


class Encounters(NamedTuple):
    """What a token is trained with, on average."""

    kept: float
    """the share of the tokens that subsampling keeps"""
    contexts: float
    """C: context words of a center that has any"""
    targets: float
    """T: target rows of a block, before the last tile is filled"""


def way_of(live: LiveSettings) -> str:
    """The way to train: settings of the same way have the same coefficients."""
    if live.walks_tree:
        return f"{live.model}, path"
    if live.draws_for_each_pair:
        return _OWN_NOISE
    is_reused = live.draws_noise and live.noise_sharing == "centers"
    return f"{live.model}, reused noise" if is_reused else f"{live.model}, noise"


def seconds_by_term(live: LiveSettings, vector_size: int, found: Encounters) -> NDArray[np.float64]:
    """A worker's seconds per token, term by term: float64 (5,)."""
    way, hundreds = way_of(live), row_length(vector_size) / 100
    n_targets = found.targets + (TILE - 1) / 2  # paths are of any length
    if not live.walks_tree:
        n_targets = float(whole_tiles(round(found.targets)))
    blocks = found.contexts if way == _OWN_NOISE else 1.0
    times = (
        1.0,
        found.contexts * hundreds,
        blocks * n_targets,
        blocks * n_targets * hundreds,
        found.contexts * n_targets * hundreds,
    )
    nanoseconds = np.array(_NANOSECONDS[way], dtype=np.float64)
    return 1e-9 * found.kept * nanoseconds * np.array(times, dtype=np.float64)


def mean_targets(live: LiveSettings, n_words: int, mean_path: float) -> float:
    """T: 1 + K, V, or the mean length of a path."""
    if live.draws_noise:
        return 1.0 + live.negative
    return float(n_words) if live.objective == "softmax" else mean_path


def mean_contexts(live: LiveSettings, lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Context words of a center, on average over a sentence of each length: float64, as lengths.

    A center nearer to an end of its sentence than its window lacks 1, 2, ... contexts on that side.
    """
    furthest, length = np.maximum(lengths - 1, 0), np.maximum(lengths, 1)

    def within(reach: NDArray[np.float64]) -> NDArray[np.float64]:
        return 2 * reach - reach * (reach + 1) / length

    window = live.reach
    if not live.shrinks:
        return within(np.minimum(window, furthest))
    # The sum over windows of 1, 2, ... words: those within the sentence, then those beyond it.
    n = np.minimum(window, np.floor(furthest))
    total = n * (n + 1) - n * (n + 1) * (n + 2) / (3 * length)
    mean: NDArray[np.float64] = (total + (window - n) * within(furthest)) / window
    return mean
