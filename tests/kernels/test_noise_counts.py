"""The draws of the training, made again: which noise words, and how many."""

from __future__ import annotations

import numpy as np
import pytest

from tests.kernels import naive
from tests.kernels.setup import Setup, corpus_of
from w2v_kernels import formulas, noise_counts

WAYS = [
    {"model": "skip-gram", "shared_noise": True},
    {"model": "skip-gram", "shared_noise": False},
    {"model": "cbow", "shared_noise": False},
]


def redrawn(setup, span):
    drawn, sums = np.zeros(setup.n_words, np.int64), np.zeros(noise_counts.N_SUMS)
    shares = formulas.noise_probabilities(setup.counts, 0.75)
    corpus = corpus_of(setup)
    noise_counts.count_draws(corpus, span, setup.tables, setup.hyper, shares, drawn, sums)
    return drawn, sums


def pairs_of(setup, span, position):
    """The pairs that a kept token trains, by the book."""
    sentence = int(np.searchsorted(setup.starts, position, side="right")) - 1
    first = max(int(setup.starts[sentence]), span.visible_first)
    stop = min(int(setup.starts[sentence + 1]), span.visible_stop)
    kept = naive.kept_positions(
        setup.ids, first, stop, setup.key, setup.counts.tolist(), setup.settings["sample"]
    )
    reach = naive.window_at(position, setup.key, setup.settings["window"], True)
    at = kept.index(position)
    return len(kept[max(at - reach, 0) : at + reach + 1]) - 1


@pytest.mark.parametrize("way", WAYS, ids=["shared", "per pair", "cbow"])
def test_noise_is_drawn_again_as_the_naive_form_draws_it(way):
    setup = Setup(n_tokens=300, **way)
    span = setup.span(10, 280, visible=(5, 290))
    drawn, sums = redrawn(setup, span)
    wanted, dropped, centers, shares = np.zeros(setup.n_words, np.int64), 0, 0, []
    counts, sample = setup.counts.tolist(), setup.settings["sample"]
    for position in naive.kept_positions(setup.ids, 10, 280, setup.key, counts, sample):
        center, key = int(setup.ids[position]), naive.random_at(setup.key, position)
        n, is_shared = (
            pairs_of(setup, span, position),
            way["model"] == "cbow" or way["shared_noise"],
        )
        n = 5 * min(n, 1) if is_shared else 5 * n
        words = [naive.draw_noise(setup.tables.noise, naive.random_at(key, k)) for k in range(n)]
        np.add.at(wanted, words, 1)
        dropped += words.count(center)
        centers += n > 0
        shares += [formulas.noise_probabilities(setup.counts, 0.75)[center]] * n
    assert drawn.tolist() == wanted.tolist()
    expected = [centers, len(shares), dropped, sum(shares), sum(p * (1 - p) for p in shares)]
    np.testing.assert_allclose(sums, expected)


@pytest.mark.parametrize("way", WAYS[:2], ids=["shared", "per pair"])
def test_the_rows_that_training_moves_are_the_centers_and_the_words_drawn_again(way):
    setup = Setup(n_words=200, n_tokens=220, sample=0, **way)
    setup.weights.target_vectors[:] = 0
    span = setup.span(20, 45)
    setup.train(span)
    moved = set(np.flatnonzero(np.abs(setup.weights.target_vectors[:200]).sum(axis=1)).tolist())
    drawn, _ = redrawn(setup, span)
    assert moved == set(np.flatnonzero(drawn).tolist()) | set(setup.ids[20:45].tolist())
