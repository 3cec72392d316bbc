"""Both approximations against the exact softmax: probabilities, and gradients as K grows.

Negative sampling stands for probabilities too (design: its optimum is u_o . v_c = log P(o|c) -
log P_noise(o) + a constant), hierarchical softmax for the products along its paths:

    exact softmax          P(o|c) = exp(u_o . v_c) / sum_i exp(u_i . v_c)
    negative sampling      P(o|c) = exp(u_o . v_c) P_noise(o) / sum_i exp(u_i . v_c) P_noise(i)
    hierarchical softmax   P(o|c) = prod_j sigmoid(turn_j u_n(o,j) . v_c)

A gradient is that of -log P(o|c) with respect to v_c. That of negative sampling depends on the
words drawn; here it is the mean of many real steps. Two comparisons of it:

    same scores            the exact softmax of the same u . v: another model, at any K
    same probabilities     the softmax of what the scores stand for, u . v + log P_noise; for each K
                           the scores are lowered by log K and the log of the sum, so that they
                           stand for the same probabilities. With more noise words the gradients
                           meet, up to what dropping the center among them leaves (Gutmann &
                           Hyvarinen 2010; Mnih & Teh 2012)

D2L 15.1, eq_skip-gram-grad; 15.2.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.formulas import noise_probabilities
from w2vtui.settings import LiveSettings, Objective, ResolvedSettings
from w2vtui.training.engine.step_moves import StepMoves
from w2vtui.vectors.similarity import Floats

MOST_WORDS = 2_000
"""Words of a vocabulary that is taken whole; of a larger one the most frequent ones are."""
NOISE_WORDS = (1, 2, 5, 10, 20, 50, 200)
"""The values of K that are compared."""
N_STEPS = 4_000
"""Steps for each K."""
N_BATCHES = 20
"""Parts of these steps, from which the standard errors are estimated."""

Real = NDArray[np.float64]


def words_of(counts: NDArray[np.int64], chosen: Sequence[int]) -> NDArray[np.int64]:
    """Rows of the words that are compared: all, or the most frequent ones and those chosen.

    counts   (V,), of words in order of frequency
    chosen   rows that are among them in any case
    """
    first = np.arange(min(len(counts), MOST_WORDS))
    return np.unique(np.concatenate((first, np.asarray(chosen, dtype=np.int64))))


def softmax(scores: Real) -> Real:
    """exp(scores) in shares of their sum."""
    weights: Real = np.exp(scores - scores.max())
    return weights / float(weights.sum())


def log_sum(scores: Real) -> float:
    """The logarithm of the sum of exp(scores)."""
    highest = float(scores.max())
    return highest + float(np.log(np.exp(scores - highest).sum()))


def scores_of(input_vector: Floats, output_vectors: Floats) -> Real:
    """u_i . v_c of every word in float64: (V,)."""
    outputs, v = output_vectors.astype(np.float64), input_vector.astype(np.float64)
    scores: Real = np.einsum("nd,d->n", outputs, v)  # on this thread alone, unlike a product
    return scores


def divergence(of: Real, to: Real) -> float:
    """Kullback-Leibler divergence of one distribution from another, in nats."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(of > 0, of * (np.log(of) - np.log(to)), 0.0)
    return float(terms.sum())


class Estimate(NamedTuple):
    """A figure of random steps."""

    value: float
    error: float
    """Its standard error."""


class Nearness(NamedTuple):
    """How near a gradient is to another."""

    cosine: Estimate
    distance: Estimate
    """|a - b| / |b|"""


class AtK(NamedTuple):
    """The gradient of negative sampling with K noise words against the exact one."""

    negative: int
    one_step: float
    """The mean cosine of a single step with the exact gradient, for the same probabilities."""
    same_probabilities: Nearness
    same_scores: Nearness


class Pair(NamedTuple):
    """A context word that predicts a word, among the words that are compared."""

    input_vector: Floats
    """(D,)"""
    output_vectors: Floats
    """(V, D)"""
    counts: NDArray[np.int64]
    """(V,)"""
    word: int
    """The row of the word that is predicted."""
    exponent: float
    """Of the noise."""

    @property
    def scores(self) -> Real:
        """u_i . v_c: (V,)"""
        return scores_of(self.input_vector, self.output_vectors)

    @property
    def log_noise(self) -> Real:
        """log P_noise: (V,)"""
        return np.log(noise_probabilities(self.counts, self.exponent))


def compared(pair: Pair, n_steps: int = N_STEPS) -> Iterator[AtK]:
    """The gradients for each K, one after the other, by that many real steps each."""
    shifted = pair.scores + pair.log_noise
    same_scores = exact_move(pair, np.zeros(len(pair.counts)))
    same_probabilities = exact_move(pair, pair.log_noise)
    for negative in NOISE_WORDS:
        lowered = -log_sum(shifted) - np.log(negative)
        fair = noise_moves(pair, negative, lowered, n_steps)
        raw = noise_moves(pair, negative, 0.0, n_steps)
        cosines = [cosine(move, same_probabilities) for move in fair]
        yield AtK(
            negative,
            float(np.mean(cosines)),
            nearness(fair, same_probabilities),
            nearness(raw, same_scores),
        )


def exact_move(pair: Pair, bias: Real) -> Real:
    """Minus the gradient of the exact softmax with a bias added to each score: (D,)."""
    move: Real = _moves(pair, bias, _settings("softmax", 1, pair.exponent), 1)[0]
    return move


def noise_moves(pair: Pair, negative: int, bias: float, n_steps: int) -> Real:
    """Minus the gradient of each of n steps of negative sampling: (n, D).

    bias   added to each score
    """
    every = np.full(len(pair.counts), bias)
    settings = _settings("negative-sampling", negative, pair.exponent)
    return _moves(pair, every, settings, n_steps)


def tree_move(
    input_vector: Floats, node_vectors: Floats, counts: NDArray[np.int64], word: int
) -> Real:
    """Minus the gradient of hierarchical softmax: (D,).

    node_vectors   (V - 1, D)
    counts         (V,), of the whole vocabulary
    """
    steps = StepMoves(counts, node_vectors, _settings("hierarchical-softmax", 1, 0.75))
    move: Real = steps.of(input_vector, word)[0]
    return move


def _moves(pair: Pair, bias: Real, settings: ResolvedSettings, n_steps: int) -> Real:
    # A number more in each vector, 1 times the bias, adds it to the score; the kernel stays as is.
    targets = np.column_stack((pair.output_vectors, bias.astype(np.float32)))
    steps = StepMoves(pair.counts, targets, settings)
    moves = steps.of(np.append(pair.input_vector, np.float32(1)), pair.word, n_steps)
    without: Real = moves[:, :-1]
    return without


def _settings(objective: Objective, negative: int, exponent: float) -> ResolvedSettings:
    plain = LiveSettings().resolved(1, 1)
    return dataclasses.replace(
        plain, objective=objective, negative=negative, ns_exponent=exponent, noise_sharing="pairs"
    )


def cosine(one: Real, other: Real) -> float:
    """The cosine of two vectors; 0 if one is zero."""
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / length if length > 0 else 0.0


def nearness(moves: Real, exact: Real) -> Nearness:
    """How near the mean of random moves (n, D) is to another, with errors by the jackknife."""
    parts = np.array([part.mean(axis=0) for part in np.array_split(moves, N_BATCHES)])
    n, total = len(parts), parts.mean(axis=0)
    without = (n * total - parts) / (n - 1)
    length = max(float(np.linalg.norm(exact)), 1e-300)

    def estimate(values: Real, value: float) -> Estimate:
        return Estimate(value, float(np.sqrt((n - 1) / n * ((values - values.mean()) ** 2).sum())))

    cosines = np.array([cosine(one, exact) for one in without])
    distances = np.linalg.norm(without - exact, axis=1) / length
    return Nearness(
        estimate(cosines, cosine(total, exact)),
        estimate(distances, float(np.linalg.norm(total - exact)) / length),
    )


def expected_move(pair: Pair, negative: int, bias: float) -> Real:
    """The mean of all steps of negative sampling in closed form: (D,).

    (1 - sigmoid(s_o)) u_o - K sum_{i != o} P_noise(i) sigmoid(s_i) u_i,     s = u . v + bias
    """
    scores = pair.scores + bias
    sigmoids = np.exp(-np.logaddexp(0, -scores))
    weights = -negative * np.exp(pair.log_noise) * sigmoids
    weights[pair.word] = 1 - sigmoids[pair.word]
    move: Real = np.einsum("n,nd->d", weights, pair.output_vectors.astype(np.float64))
    return move


def limit_distance(pair: Pair) -> float:
    """What stays between the gradients as K grows: the share of the word itself, which is dropped
    from the noise, P(o|c) |u_o| / |exact gradient|.
    """
    share = float(softmax(pair.scores + pair.log_noise)[pair.word])
    exact = max(float(np.linalg.norm(exact_move(pair, pair.log_noise))), 1e-300)
    return share * float(np.linalg.norm(pair.output_vectors[pair.word])) / exact
