"""How sure the difference of two runs over the same questions is."""

from __future__ import annotations

import numpy as np
import pytest

from w2vtui.comparing.judging.paired import interval_of
from w2vtui.comparing.judging.yardsticks import influences
from w2vtui.evaluation.evaluate import correlation, ranks


def width(differences, units) -> float:
    found = interval_of(differences, units, confidence=0.95, samples=400)
    assert found.low + found.high == pytest.approx(2 * differences.mean())
    return found.high - found.low


def test_independent_questions_are_as_sure_as_their_number():
    differences = np.random.default_rng(1).normal(size=900)
    assert width(differences, np.arange(900)[:, None]) == pytest.approx(2 * 1.96 / 30, rel=0.1)


@pytest.mark.parametrize("column", [0, 1])
def test_words_that_move_many_questions_together_make_them_less_sure(column):
    """Each of 30 words moves 30 questions, whether as the center or around it."""
    random = np.random.default_rng(1)
    words = np.repeat(np.arange(30), 30)
    units = np.roll(np.column_stack((words, np.arange(900) + 30)), column, axis=1)
    differences = random.normal(size=30)[words] + 0.1 * random.normal(size=900)
    assert width(differences, units) == pytest.approx(2 * 1.96 / np.sqrt(30), rel=0.35)


def test_a_word_that_all_questions_share_does_not_make_them_sure():
    """Residuals sum to 0, so that the sum over all pairs that share something is 0."""
    differences = np.random.default_rng(1).normal(size=400)
    units = np.column_stack((np.arange(400) + 1, np.zeros(400, int)))
    assert width(differences, units) == pytest.approx(2 * 1.96 / 20, rel=0.2)


def test_runs_that_are_alike_do_not_differ():
    found = interval_of(np.zeros(50), np.arange(50)[:, None], confidence=0.95)
    assert (found.low, found.high) == (0, 0)


def test_the_influence_of_a_pair_is_what_the_correlation_loses_without_it():
    random = np.random.default_rng(1)
    scores = np.round(random.normal(size=400) * 2)  # with ties, as people's scores have them
    cosines = scores + 3 * random.normal(size=400)

    def rho(kept):
        return correlation(ranks(scores[kept]), ranks(cosines[kept]))

    everything = np.arange(400)
    lost = [399 * (rho(everything) - rho(everything != left)) for left in range(0, 400)]
    found = influences(scores, cosines)
    assert found.mean() == pytest.approx(0, abs=1e-12)
    assert np.corrcoef(found, lost)[0, 1] > 0.999
    assert found.std() == pytest.approx(np.std(lost), rel=0.02)


@pytest.mark.parametrize(("n", "reach"), [(2, 12.706), (3, 4.303), (6, 2.571), (13, 2.179)])
def test_few_clusters_make_the_interval_wider(n, reach):
    """As Student's distribution of n - 1 degrees of freedom says."""
    differences = np.resize([1.0, -1.0], n)
    found = interval_of(differences, np.arange(n)[:, None], confidence=0.95, samples=4000)
    assert found.high - found.low == pytest.approx(
        2 * reach * differences.std() / np.sqrt(n), rel=0.05
    )
