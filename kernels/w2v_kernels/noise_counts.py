"""What noise a span has drawn: the draws of the training, made again and counted.

Noise words depend on the seed, the epoch and the position alone, so they can be drawn again after
the training, for any tokens. Nothing is trained, and no vector is read.
"""

from __future__ import annotations

import numpy as np

from w2v_kernels.machine.compiling import kernel, kernel_part
from w2v_kernels.negative_sampling import draw_noise
from w2v_kernels.rng import random_at
from w2v_kernels.windows import bits_at, is_kept, window_of

CENTERS, DRAWS, DROPPED, EXPECTED, VARIANCE = range(5)
"""What each entry of `sums` counts; see `count_draws`."""
N_SUMS = 5


@kernel
def count_draws(corpus, span, tables, hyper, probabilities, drawn, sums):
    """Draw again the noise of every token of a span, as negative sampling drew it.

    probabilities  float64 (V,)      P(w)
    drawn          int64 (V,)        added to: how often each word was drawn, be it the center
    sums           float64 (N_SUMS,) added to: centers that were trained, draws, draws that were the
                                     center itself and so were dropped, the number expected of
                                     these, and its variance
    """
    position = span.first
    sentence = np.searchsorted(corpus.sentence_starts, position, side="right") - 1
    while position < span.stop:
        end = corpus.sentence_starts[sentence + 1]
        first = max(corpus.sentence_starts[sentence], span.visible_first)
        stop = min(end, span.visible_stop)
        while position < min(end, span.stop):
            center = np.int64(corpus.ids[position])
            if is_kept(center, bits_at(position, span.key), tables.keep_thresholds):
                n = draws_of(corpus.ids, position, first, stop, span.key, tables, hyper)
                count_center(center, n, position, span.key, tables.noise, drawn, sums)
                share = probabilities[center]
                sums[EXPECTED] += n * share
                sums[VARIANCE] += n * share * (1.0 - share)
            position += 1
        sentence += 1


@kernel_part
def count_center(center, n_draws, position, span_key, noise_table, drawn, sums):
    """Add the draws of one center."""
    key = random_at(span_key, np.uint64(position))
    for k in range(n_draws):
        word = draw_noise(noise_table, random_at(key, np.uint64(k)))
        drawn[word] += 1
        sums[DROPPED] += np.float64(word == center)
    sums[CENTERS] += np.float64(n_draws > 0)
    sums[DRAWS] += n_draws


@kernel_part
def draws_of(ids, position, first, stop, key, tables, hyper):
    """How many noise words the kept token at a position draws: K, or K for each of its pairs.

    None if no token of its window is kept: then it trains nothing.
    """
    if hyper.skip_gram and not hyper.shared_noise:
        reach = window_of(bits_at(position, key), hyper.window, hyper.shrink_windows)
        return hyper.negative * n_contexts(ids, position, first, stop, reach, key, tables)
    one = np.int64(1)  # every window reaches the nearest kept token on either side
    return hyper.negative * min(n_contexts(ids, position, first, stop, one, key, tables), one)


@kernel_part
def n_contexts(ids, position, first, stop, reach, key, tables):
    """The kept tokens of [first, stop) around a position, up to `reach` on either side."""
    n_left, at = np.int64(0), position - 1
    while at >= first and n_left < reach:
        n_left += np.int64(is_kept(ids[at], bits_at(at, key), tables.keep_thresholds))
        at -= 1
    n_right, at = np.int64(0), position + 1
    while at < stop and n_right < reach:
        n_right += np.int64(is_kept(ids[at], bits_at(at, key), tables.keep_thresholds))
        at += 1
    return n_left + n_right
