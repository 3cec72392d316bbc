"""The approximations against the exact softmax, in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from w2v_kernels.formulas import noise_probabilities
from w2vtui.method import exact
from w2vtui.method.exact import Pair, compared, exact_move, noise_moves
from w2vtui.method.tree import turns_of
from w2vtui.training.engine.tree_scoring import HuffmanTree


def made_pair(n_words=60, size=12, seed=2, scale=0.6):
    random = np.random.default_rng(seed)
    v, *u = random.normal(0, scale, (n_words + 1, size)).astype(np.float32)
    return Pair(v, np.array(u), np.arange(n_words, 0, -1) ** 2, 5, 0.75)


def gradient(loss, v):
    steps = np.eye(len(v)) * 1e-6
    return np.array([(loss(v + step) - loss(v - step)) / 2e-6 for step in steps])


@pytest.mark.parametrize("with_noise", [False, True])
def test_the_exact_gradient_is_that_of_the_loss(with_noise):
    pair = made_pair()
    bias = pair.log_noise if with_noise else np.zeros(60)
    u = pair.output_vectors.astype(np.float64)

    def loss(v):
        scores = u @ v + bias
        return exact.log_sum(scores) - scores[pair.word]

    wanted = -gradient(loss, pair.input_vector.astype(np.float64))
    np.testing.assert_allclose(exact_move(pair, bias), wanted, atol=1e-5)


def test_the_gradient_of_the_tree_is_that_of_the_loss():
    pair = made_pair()
    nodes, tree = pair.output_vectors[:-1], HuffmanTree(pair.counts)

    def loss(v):
        return -np.log(turns_of(tree, 5, v, nodes.astype(np.float64))[-1].product)

    wanted = -gradient(loss, pair.input_vector.astype(np.float64))
    move = exact.tree_move(pair.input_vector, nodes, pair.counts, 5)
    np.testing.assert_allclose(move, wanted, atol=2e-4)  # the step's sigmoid is approximate


@pytest.mark.parametrize(("negative", "bias"), [(1, 0.0), (5, 0.0), (20, -1.5)])
def test_the_mean_of_many_steps_is_the_closed_form(negative, bias):
    pair = made_pair()
    moves = noise_moves(pair, negative, bias, 4_000)
    error = moves.std(axis=0) / np.sqrt(len(moves))
    apart = moves.mean(axis=0) - exact.expected_move(pair, negative, bias)
    assert (np.abs(apart) < 5 * error + 1e-3).all()
    assert len(np.unique(moves, axis=0)) > 20


def test_the_gradients_meet_as_k_grows():
    pair = made_pair(scale=0.3)
    found = list(compared(pair, n_steps=2_000))
    assert [one.negative for one in found] == [1, 2, 5, 10, 20, 50, 200]
    distances = [one.same_probabilities.distance.value for one in found]
    assert distances[0] > 3 * distances[-1]
    limit = exact.limit_distance(pair)
    far = exact.expected_move(
        pair, 10**7, -exact.log_sum(pair.scores + pair.log_noise) - np.log(1e7)
    )
    wanted = exact_move(pair, pair.log_noise)
    assert np.linalg.norm(far - wanted) / np.linalg.norm(wanted) == pytest.approx(limit, abs=1e-4)
    assert found[-1].same_probabilities.cosine.value > 0.95
    assert found[-1].one_step > found[0].one_step
    for one in found:
        for nearness in (one.same_probabilities, one.same_scores):
            assert 0 < nearness.cosine.error < 0.1
            assert nearness.distance.error > 0


def test_what_both_stand_for_are_distributions_and_their_divergence_is_that_of_the_formula():
    pair = made_pair()
    one, other = exact.softmax(pair.scores), exact.softmax(pair.scores + pair.log_noise)
    assert abs(one.sum() - 1) < 1e-12
    noise = noise_probabilities(pair.counts, 0.75)
    weights = np.exp(pair.scores) * noise
    np.testing.assert_allclose(other, weights / weights.sum())
    assert exact.divergence(one, one) == 0
    assert exact.divergence(one, other) == pytest.approx((one * np.log(one / other)).sum())
    assert exact.divergence(np.array([1.0, 0.0]), np.array([0.5, 0.5])) == pytest.approx(np.log(2))


def test_the_most_frequent_words_and_those_chosen_are_compared():
    assert exact.words_of(np.arange(50, 0, -1), [3]).tolist() == list(range(50))
    rows = exact.words_of(np.ones(10_000, np.int64), [9_999, 7])
    assert len(rows) == exact.MOST_WORDS + 1
    assert rows[-1] == 9_999
