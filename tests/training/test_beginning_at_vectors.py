"""Runs that begin at given vectors."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.corpora import encoded, topical_sentences
from tests.support.runs import make_run, matrices_of, run_on, same_bits, trained
from tests.support.stores import MemoryStore
from w2vtui.errors import SettingsError
from w2vtui.settings import LiveSettings, TrainingSettings
from w2vtui.training.engine.cpu_backend import CpuBackend
from w2vtui.training.engine.plan import locks_of
from w2vtui.training.run import Run


@pytest.mark.parametrize("objective", ["negative-sampling", "hierarchical-softmax"])
def test_a_run_from_given_vectors_trains_them_with_a_rate_and_a_clock_of_its_own(objective):
    sentences = topical_sentences(200)
    backend = CpuBackend(encoded(sentences), TrainingSettings(vector_size=16))
    live = {"objective": objective, "workers": 1, "epochs": 1}
    backend.plan(LiveSettings(**live).resolved(1, 1))
    begun = {name: matrix + np.float32(0.01) for name, matrix in backend.matrices().items()}
    untouched = {name: matrix.copy() for name, matrix in begun.items()}
    still = trained(make_run(sentences, begin_at=begun, alpha=1e-30, min_alpha=0.0, **live))
    assert same_bits(matrices_of(still), untouched)
    first = trained(make_run(sentences, begin_at=begun, alpha=0.04, min_alpha=0.03, **live))
    assert same_bits(begun, untouched)
    assert not np.array_equal(first.trained.matrices()["input_vectors"], begun["input_vectors"])
    assert first.snapshot().rate == pytest.approx(0.03)
    assert first.snapshot().progress.tokens == first.snapshot().progress.tokens_planned


def test_what_a_run_begins_with_at_random_can_be_given_as_well():
    sentences = topical_sentences(200)
    backend = CpuBackend(encoded(sentences), TrainingSettings(vector_size=16))
    given = make_run(sentences, workers=1, begin_at=backend.matrices())
    drawn = make_run(sentences, workers=1)
    assert same_bits(matrices_of(trained(given)), matrices_of(trained(drawn)))


@pytest.mark.parametrize("deterministic", [False, True])
def test_locked_vectors_keep_every_bit_also_after_a_resume(deterministic):
    corpus, locks = encoded(topical_sentences(200)), np.ones(26, np.float32)
    locks[::2] = 0
    training = TrainingSettings(vector_size=16, deterministic=deterministic)
    begun = CpuBackend(corpus, training).input_vectors
    live = LiveSettings(workers=2, epochs=2)
    store = MemoryStore()
    run = Run(lambda progress, stop: corpus, training, live, store=store, locks=locks)
    moved = trained(run).trained.matrices()["input_vectors"] != begun
    assert not moved[::2].any()
    assert moved[1::2].any(axis=1).all()
    resumed = run_on(corpus, training, live, resume_from=store.beginning)
    still = trained(resumed).trained.matrices()["input_vectors"] == begun
    assert still[::2].all()
    assert not still[1::2].all()


def test_locks_of_1_are_none_and_one_share_is_that_of_all_words():
    assert locks_of(np.ones(26), 26).size == locks_of(None, 26).size == 0
    assert locks_of(np.array([0.5]), 26).tolist() == [0.5] * 26
    with pytest.raises(SettingsError, match=r"one for each of 26 words, got shape \(25,\)"):
        locks_of(np.ones(25), 26)
    with pytest.raises(SettingsError, match="locks must be finite numbers, got nan"):
        locks_of(np.array([np.nan]), 26)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, r"input_vectors to begin with must be an array of shape \(26, 16\), got \(\)"),
        (
            {"input_vectors": np.zeros((26, 16)), "node_vectors": np.zeros((26, 16))},
            r"node_vectors to begin with must be an array of shape \(25, 16\), got \(26, 16\)",
        ),
    ],
)
def test_vectors_that_do_not_fit_are_refused(given, message):
    with pytest.raises(SettingsError, match=message):
        trained(make_run(topical_sentences(200), begin_at=given))
