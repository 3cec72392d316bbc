"""The noise of a run, drawn again and tested."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.support.runs import make_run, trained, training_run
from tests.support.wait import DEADLINE, until
from w2v_kernels.formulas import noise_probabilities
from w2vtui.method.noise import LEAST_EXPECTED, _bins, chi_square, record_of, upper_tail
from w2vtui.training.engine.trained_text import Stint, redraw


@pytest.mark.parametrize(
    ("statistic", "freedom", "p"),
    [(3.841, 1, 0.05), (11.070, 5, 0.05), (18.307, 10, 0.05), (124.342, 100, 0.05),
     (29.588, 10, 0.001), (4.865, 10, 0.9), (1074.679, 1000, 0.05)],
)  # fmt: skip
def test_the_upper_tail_is_that_of_the_tables(statistic, freedom, p):
    assert upper_tail(statistic, freedom) == pytest.approx(p, abs=0.003)


def test_chi_square_is_the_sum_over_bins_of_five_expected_draws_or_more():
    dice = np.full(6, 1 / 6)
    test = chi_square([5, 8, 9, 8, 10, 20], dice)  # the textbook's die
    assert test.statistic == pytest.approx(13.4)
    assert test.freedom == 5
    assert test.p == pytest.approx(0.01991, abs=0.001)
    rare = np.array([0.5, 0.3, 0.1, 0.04, 0.03, 0.02, 0.01])  # of 100 draws: the last four share
    pooled = chi_square([52, 27, 12, 3, 4, 1, 1], rare)
    assert pooled.freedom == 3
    assert pooled.statistic == pytest.approx(4 / 50 + 9 / 30 + 4 / 10 + 1 / 10)
    assert chi_square([1, 1], np.array([0.5, 0.5])).freedom == 0


@pytest.mark.parametrize("order", [1, -1, 0])
@pytest.mark.parametrize("most", [0.01, 1, 4.9, 30])
def test_bins_hold_five_expected_draws_or_more_and_no_more_words_than_that_takes(order, most):
    expected = np.sort(np.random.default_rng(3).pareto(1.0, 3_000) * most)[::-1]
    expected = np.random.default_rng(4).permutation(expected) if order == 0 else expected[::order]
    starts = _bins(expected)
    assert starts[0] == 0
    sums = np.add.reduceat(expected, starts)
    assert len(starts) == 1 or sums.min() >= LEAST_EXPECTED
    small = [np.sort(part)[:-1] for part in np.split(expected, starts[1:])]
    assert max(part.sum() for part in small) < 6 * LEAST_EXPECTED


def test_the_words_of_many_stints_are_counted_together():
    run = trained(make_run(epochs=1, workers=1))
    text = run.trained.text()
    settings = text.stints[0].settings
    other = dataclasses.replace(settings, ns_exponent=-0.5)
    n = text.tokens // 8
    stints = tuple(Stint(i * n, settings if i % 2 == 0 else other) for i in range(8))
    text = dataclasses.replace(text, stints=stints)
    found = list(redraw(text, 10**6))
    assert [len(words.stints) for words in found] == [4, 4]
    for words in found:
        assert words.drawn.sum() == sum(stint.draws for stint in words.stints)
    record = record_of(text, 10**6)
    assert [stint.clock for stint in record.stints] == [i * n for i in range(8)]
    assert record.exponents == (0.75, -0.5)
    assert (record.drawn == found[0].drawn + found[1].drawn).all()


def test_chi_square_refuses_another_distribution():
    counts = np.arange(1, 200)
    draws = np.random.default_rng(1).multinomial(50_000, noise_probabilities(counts, 0.75))
    assert chi_square(draws, noise_probabilities(counts, 0.75)).p > 0.001
    assert chi_square(draws, noise_probabilities(counts, 0.65)).p < 1e-6


@pytest.mark.parametrize("noise_sharing", ["centers", "pairs", "none"])
def test_what_a_run_has_drawn_fits_its_distribution(noise_sharing):
    run = trained(make_run(epochs=2, workers=1, noise_sharing=noise_sharing, sample=0.01))
    text = run.trained.text()
    found = record_of(text)
    assert found is not None
    assert found.tokens == found.of_tokens == text.tokens
    assert found.exponents == (0.75,)
    assert found.test.freedom > 20
    assert found.test.p > 1e-4
    assert abs(found.dropped - found.dropped_expected) < 5 * found.dropped_error
    wrong = chi_square(found.drawn, noise_probabilities(text.corpus.vocab.counts, -0.75))
    assert wrong.p < 1e-6
    sampled = record_of(text, most=2_000)
    assert sampled is not None
    assert 0 < sampled.tokens <= 2_000
    assert sampled.of_tokens == text.tokens


def test_each_exponent_of_a_run_is_tested_for_its_own_text():
    run = training_run(workers=1)
    until(lambda: run.trained.text().tokens > 40_000, "text under the first exponent")
    run.change(ns_exponent=-0.75, negative=2)
    until(lambda: len(run.trained.text().stints) == 2, "the change")
    change = run.trained.text().stints[1].clock
    until(lambda: run.trained.text().tokens > change + 40_000, "text under the second")
    run.stop()
    assert run.wait(DEADLINE)
    text = run.trained.text()
    found = record_of(text, most=60_000)
    assert found is not None
    assert found.exponents == (0.75, -0.75)
    assert [stint.of_tokens for stint in found.stints] == [change, text.tokens - change]
    assert found.test.p > 1e-4


def test_a_run_without_noise_has_none():
    run = trained(make_run(epochs=1, objective="hierarchical-softmax"))
    assert record_of(run.trained.text()) is None
