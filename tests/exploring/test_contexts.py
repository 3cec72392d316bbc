"""The expected pairs of a word, and how strongly each word is a context."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from tests.support.corpora import encoded, topical_sentences
from tests.support.runs import run_on, trained
from w2vtui.exploring.why_near.contexts import Windows, pairs_of
from w2vtui.exploring.why_near.occurrences import scanned
from w2vtui.settings import ALL_WORDS, LiveSettings, TrainingSettings
from w2vtui.training.measuring.probe import choose_held_out

SENTENCE = ["a", "b", "c", "d", "e", "f", "g", "h"]


def expected_pairs(corpus, windows):
    """The expected pairs of every two positions: {(position, place): times an epoch}."""
    found = {}
    for word in range(len(corpus.vocab)):
        pairs = pairs_of(corpus, word, scanned(corpus, [word], 100_000)[0], windows)
        keys = zip(pairs.positions.tolist(), pairs.places.tolist(), strict=True)
        found |= dict(zip(keys, pairs.expected.tolist(), strict=True))
    return found


def enumerated(keep, reach, shrinks):
    """The same of one sentence, by trying every choice of kept tokens and every window."""
    found = {}
    for kept in product((False, True), repeat=len(keep)):
        chance = np.prod([p if is_kept else 1 - p for p, is_kept in zip(keep, kept, strict=True)])
        places = np.flatnonzero(kept).tolist()
        for width in range(1, reach + 1) if shrinks else [reach]:
            for i, j in product(range(len(places)), repeat=2):
                if 0 < abs(i - j) <= width:
                    pair = places[i], places[j]
                    found[pair] = found.get(pair, 0) + chance / (reach if shrinks else 1)
    return found


@pytest.mark.parametrize("shrinks", [True, False])
@pytest.mark.parametrize("reach", [1, 3])
def test_expected_pairs_are_those_of_all_draws(reach, shrinks):
    corpus = encoded([SENTENCE])
    keep = np.linspace(0.2, 1.0, len(SENTENCE))
    windows = Windows(reach, shrinks, keep, keep / keep.sum(), np.zeros((0, 2), np.int64))
    expected = enumerated(keep[corpus.ids], reach, shrinks)
    assert expected_pairs(corpus, windows) == pytest.approx(expected)


@pytest.mark.parametrize("window", [3, ALL_WORDS])
def test_a_run_trains_as_many_pairs_as_expected(window):
    """Its held-out lines are not among them, and all others are; its seed does not choose them."""
    corpus = encoded(topical_sentences(2500))
    live = LiveSettings(window=window, sample=0.02, epochs=2, workers=1)
    run = trained(run_on(corpus, TrainingSettings(vector_size=4, seed=3, probe_seed=2), live))
    held_out = choose_held_out(corpus.sentence_starts, 2)
    assert len(held_out)
    windows = Windows.of(corpus.vocab.counts, live, held_out)
    pairs = run.snapshot().losses.pairs / 2
    assert sum(expected_pairs(corpus, windows).values()) == pytest.approx(pairs, rel=0.01)


def test_a_wide_window_reaches_as_far_as_the_sentence():
    corpus = encoded([[f"w{n}" for n in range(60)]])
    windows = Windows.of(corpus.vocab.counts, LiveSettings(window=40, sample=0.0))
    found = expected_pairs(corpus, windows)
    for (position, place), times in found.items():
        assert times == pytest.approx((41 - abs(position - place)) / 40)
    assert len(found) == 2 * sum(60 - apart for apart in range(1, 41))


def test_nothing_held_out_is_paired():
    corpus = encoded([[f"w{n}" for n in range(40)]])  # one sentence, which is cut
    blocks = np.array([[10, 14], [30, 33]])
    windows = Windows.of(corpus.vocab.counts, LiveSettings(window=9, sample=0.0), blocks)
    found = np.array(list(expected_pairs(corpus, windows)))
    inside = ((found[..., None] >= blocks[:, 0]) & (found[..., None] < blocks[:, 1])).any(-1)
    assert not inside.any()
    assert (
        np.searchsorted(blocks[:, 0], found[:, 0]) == np.searchsorted(blocks[:, 0], found[:, 1])
    ).all()


def test_a_context_by_chance_has_no_strength():
    """Words in random order are contexts of each other as often as by chance: about once."""
    order = np.random.default_rng(0)
    words = [f"w{n}" for n in range(8)]
    corpus = encoded([order.choice(words, 12).tolist() for _ in range(800)])
    windows = Windows.of(corpus.vocab.counts, LiveSettings(sample=0.0))
    pairs = pairs_of(corpus, 0, scanned(corpus, [0], 100_000)[0], windows)
    strengths = pairs.strengths(windows)
    assert strengths.times == pytest.approx(np.ones(8), abs=0.1)
    assert strengths.strengths.max() < 0.05
    assert (strengths.strengths[strengths.times <= 1] == 0).all()
