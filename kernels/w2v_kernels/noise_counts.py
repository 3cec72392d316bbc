"""What noise a span has drawn: the draws of the training, made again and counted.

Noise words depend on the seed, the epoch and the position alone, so they can be drawn again after
the training, for any tokens. Nothing is trained, and no vector is read.
"""

from __future__ import annotations

import numpy as np

from w2v_kernels.machine.compiling import kernel, kernel_part
from w2v_kernels.negative_sampling import draw_noise
from w2v_kernels.objectives import chooses_for_each_pair, reuses_noise
from w2v_kernels.reused_noise import noise_stride, reused_bits
from w2v_kernels.rng import random_at
from w2v_kernels.windows import bits_at, is_kept, window_of


@kernel
def draws_at(noise_table, span_key, position, hyper, words):
    """Fill in the noise words that the token at a position meets, in order.

    words   int32 (n,)   K for all pairs of the token together, or K for one pair after another;
                         those equal to the center are still among them
    """
    for k in range(words.size):
        words[k] = word_met(noise_table, span_key, position, hyper, np.int64(k))


@kernel
def count_draws(corpus, span, tables, hyper, drawn, met):
    """Draw again the noise of every token of a span, as negative sampling drew it.

    drawn   int64 (V,)   added to: how often each word was drawn, be it the center; once for a word
                         that serves several centers
    met     int64 (n,)   filled in for the n tokens of the span: how many noise words each met as a
                         center, 0 where it was not trained

    Returns how many of the words met were the center itself, and so were dropped.
    """
    dropped, position = np.int64(0), span.first
    sentence = np.searchsorted(corpus.sentence_starts, position, side="right") - 1
    while position < span.stop:
        end = corpus.sentence_starts[sentence + 1]
        first = max(corpus.sentence_starts[sentence], span.visible_first)
        stop = min(end, span.visible_stop)
        while position < min(end, span.stop):
            n = words_met(corpus.ids, position, first, stop, span.key, tables, hyper)
            met[position - span.first] = n
            if reuses_noise(hyper):
                drawn[draw_noise(tables.noise, reused_bits(span.key, position))] += 1
            for k in range(n):
                word = word_met(tables.noise, span.key, position, hyper, k)
                drawn[word] += np.int64(not reuses_noise(hyper))
                dropped += np.int64(word == corpus.ids[position])
            position += 1
        sentence += 1
    return dropped


@kernel_part
def word_met(noise_table, span_key, position, hyper, k):
    """The k-th noise word that the center at a position meets."""
    if reuses_noise(hyper):
        from_position = position - k * noise_stride(hyper.window)
        return draw_noise(noise_table, reused_bits(span_key, from_position))
    key = random_at(span_key, np.uint64(position))
    return draw_noise(noise_table, random_at(key, np.uint64(k)))


@kernel_part
def words_met(ids, position, first, stop, key, tables, hyper):
    """How many noise words the token at a position meets: K, or K for each of its pairs.

    None if it is not kept, or no token of its window is: then it trains nothing.
    """
    if not is_kept(ids[position], bits_at(position, key), tables.keep_thresholds):
        return np.int64(0)
    if hyper.skip_gram and chooses_for_each_pair(hyper):
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
