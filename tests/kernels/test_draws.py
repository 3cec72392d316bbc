"""Everything that is drawn: noise, windows, the words that are kept, and the random numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels import naive
from tests.kernels.setup import called
from tests.support.inner_loop import outside
from w2v_kernels import formulas, negative_sampling, rng, windows

draw_noise = called(negative_sampling.draw_noise)
is_kept = called(windows.is_kept)
random_at = called(rng.random_at)
bits_at = called(windows.bits_at)
window_of = called(windows.window_of)


def bits_of(position, key):
    return np.uint64(bits_at(position, np.uint64(key)))


@pytest.mark.parametrize("exponent", [0.75, *outside([-1.0, 0.0, 1.0, 1.5])])
def test_drawn_noise_fits_the_distribution(exponent):
    counts = np.array([1000, 400, 250, 90, 30, 12, 5, 5, 1])
    table = negative_sampling.build_noise_table(counts, exponent)
    n = 50_000
    drawn = np.zeros(len(counts))
    for i in range(n):
        bits = np.uint64(random_at(np.uint64(5), np.uint64(i)))
        drawn[draw_noise(table, bits)] += 1
    expected = counts**exponent / (counts**exponent).sum() * n
    chi_square = ((drawn - expected) ** 2 / expected).sum()
    assert chi_square < 26.1  # 8 degrees of freedom, one in a thousand
    np.testing.assert_allclose(formulas.noise_probabilities(counts, exponent), expected / n)


@settings(deadline=None)
@given(
    counts=st.lists(st.integers(1, 10**9) | st.integers(1, 3), min_size=1, max_size=60),
    exponent=st.sampled_from([-1.0, 0.0, 0.75, 1.0, 1.5]) | st.floats(-1, 1.5),
)
def test_the_table_of_noise_holds_the_distribution_itself(counts, exponent):
    """The probability of each word, summed over all draws: exact to 32 bits."""
    table = negative_sampling.build_noise_table(np.array(counts), exponent)
    own = table[:, 0] / 2**32
    shares = own.copy()
    np.add.at(shares, table[:, 1].astype(np.int64), 1 - own)
    wanted = np.array(counts, dtype=np.float64) ** exponent
    np.testing.assert_allclose(shares / len(counts), wanted / wanted.sum(), rtol=0, atol=2**-30)


def test_noise_of_one_word_is_that_word():
    table = negative_sampling.build_noise_table(np.array([3]), 0.75)
    assert draw_noise(table, np.uint64(2**64 - 1)) == 0


def test_subsampling_keeps_words_as_often_as_it_says():
    counts = np.array([900_000, 90_000, 9_000, 900, 100])
    thresholds = formulas.keep_thresholds(counts, 1e-3)
    share = 1e-3 / (counts / counts.sum())
    for word, expected in enumerate(np.minimum(1, np.sqrt(share) + share)):
        kept = sum(is_kept(word, bits_of(position, 9), thresholds) for position in range(20_000))
        deviation = np.sqrt(expected * (1 - expected) / 20_000)
        assert kept / 20_000 == pytest.approx(expected, abs=4 * deviation)
    assert (formulas.keep_thresholds(counts, 0.0) == 2**32 - 1).all()


def test_windows_are_drawn_evenly():
    drawn = [window_of(bits_of(p, 3), 5, True) for p in range(50_000)]
    shares = np.bincount(drawn, minlength=6)[1:] / 50_000
    assert len(shares) == 5
    np.testing.assert_allclose(shares, 0.2, atol=0.01)
    assert window_of(bits_of(17, 3), 5, False) == 5


def test_random_numbers_are_those_of_the_naive_form():
    for seed, epoch in [(0, 0), (1, 0), (1, 5), (2**63 - 1, 10**6)]:
        key = rng.stream_key(seed, epoch)
        assert int(key) == naive.stream_key(seed, epoch)
        for index in (0, 1, 10**12):
            assert int(random_at(key, np.uint64(index))) == naive.random_at(key, index)
