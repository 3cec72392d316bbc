"""The draws of the training, made again: which noise words, and how many."""

from __future__ import annotations

import numpy as np
import pytest

from tests.kernels import naive
from tests.kernels.setup import Setup, corpus_of
from w2v_kernels import noise_counts

WAYS = [
    {"model": "skip-gram"},
    {"model": "skip-gram", "noise_sharing": "pairs"},
    {"model": "skip-gram", "noise_sharing": "none"},
    {"model": "cbow"},
    {"model": "cbow", "noise_sharing": "pairs"},
    {"model": "cbow", "noise_sharing": "none"},
]


def redrawn(setup, span):
    drawn, met = np.zeros(setup.n_words, np.int64), np.zeros(span.stop - span.first, np.int64)
    dropped = noise_counts.count_draws(
        corpus_of(setup), span, setup.tables, setup.hyper, drawn, met
    )
    return drawn, met, dropped


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


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_noise_is_drawn_again_as_the_naive_form_draws_it(way):
    setup = Setup(n_tokens=300, **way)
    span = setup.span(10, 280, visible=(5, 290))
    drawn, met, dropped = redrawn(setup, span)
    wanted, wanted_met = np.zeros(setup.n_words, np.int64), np.zeros(270, np.int64)
    wanted_dropped, table, s = 0, setup.tables.noise, setup.settings
    for position in naive.kept_positions(
        setup.ids, 10, 280, setup.key, setup.counts.tolist(), s["sample"]
    ):
        n_pairs = pairs_of(setup, span, position)
        words = naive.words_met(table, setup.key, position, n_pairs, s) if n_pairs else []
        wanted_met[position - 10] = len(words)
        wanted_dropped += words.count(int(setup.ids[position]))
        if s["noise_sharing"] != "centers":
            np.add.at(wanted, words, 1)
    if s["noise_sharing"] == "centers":
        own = [naive.reused_noise_words(table, setup.key, p, 1, 0)[0] for p in range(10, 280)]
        np.add.at(wanted, own, 1)
    assert drawn.tolist() == wanted.tolist()
    assert met.tolist() == wanted_met.tolist()
    assert dropped == wanted_dropped > 0


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_the_rows_that_training_moves_are_the_centers_and_the_words_drawn_again(way):
    setup = Setup(n_words=200, n_tokens=220, sample=0, **way)
    setup.weights.target_vectors[:] = 0
    span = setup.span(20, 45)
    setup.train(span)
    moved = set(np.flatnonzero(np.abs(setup.weights.target_vectors[:200]).sum(axis=1)).tolist())
    met = set()
    for position, n in enumerate(redrawn(setup, span)[1], 20):
        words = np.zeros(n, np.int32)
        noise_counts.draws_at(setup.tables.noise, setup.key, position, setup.hyper, words)
        met |= {*words.tolist(), *([setup.ids[position]] if n else [])}
    assert moved == met
