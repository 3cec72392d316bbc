"""The copies that each of several workers trains: who has them, and that nobody else sees them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.corpora import topical_sentences
from w2vtui.corpus import encode_sentences
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.training.engine import matrices
from w2vtui.training.engine.cpu_backend import CpuBackend
from w2vtui.training.engine.plan import Rates
from w2vtui.training.engine.private_turns import private_turns
from w2vtui.training.engine.tallies import empty_tallies
from w2vtui.training.engine.token_order import Span

CORPUS = encode_sentences(topical_sentences(100), CorpusSettings(min_count=1))
N_WORDS = len(CORPUS.vocab)
OBJECTIVES = {"negative-sampling": N_WORDS, "hierarchical-softmax": N_WORDS - 1, "softmax": 0}


@pytest.fixture(autouse=True)
def _three_cores(monkeypatch):
    monkeypatch.setattr(matrices, "available_cores", lambda: 3)


class Workers:
    """Workers that train one after the other, a span each."""

    def __init__(self, workers, backend=None, **live):
        self.backend = backend or CpuBackend(CORPUS, TrainingSettings(vector_size=20))
        live = LiveSettings(workers=workers, **live)
        self.plan = self.backend.plan(live.resolved(len(CORPUS.ids), 1))
        self.scratches = [self.backend.scratch(self.plan, worker) for worker in range(workers)]

    def train(self, worker, first, stop):
        span = Span(epoch=0, first=first, stop=stop, visible=(0, len(CORPUS.ids)), clock=first)
        scratch, rates = self.scratches[worker], Rates(0.05, 0.0, 0.0)
        self.backend.train_span(self.plan, span, rates, scratch, empty_tallies())


@pytest.mark.parametrize(("objective", "n_targets"), OBJECTIVES.items())
@pytest.mark.parametrize("model", ["skip-gram", "cbow"])
def test_after_a_span_all_that_was_learned_is_shared(model, objective, n_targets):
    alone = Workers(1, model=model, objective=objective)
    several = Workers(3, model=model, objective=objective)
    assert [len(one.own_targets.copied) for one in several.scratches] == [n_targets] * 3
    assert [len(one.own_inputs.copied) for one in several.scratches] == [N_WORDS] * 3
    for worker, first in enumerate([0, 200, 500]):
        alone.train(0, first, first + 200)
        several.train(worker, first, first + 200)
        for name, matrix in several.backend.matrices().items():
            np.testing.assert_array_equal(matrix, alone.backend.matrices()[name])


def test_copies_follow_vectors_that_were_replaced():
    alone, several = Workers(1), Workers(2)
    random = np.random.default_rng(1)
    others = {
        name: random.normal(0, 0.1, shape).astype(np.float32)
        for name, shape in alone.backend.shapes.items()
    }
    for workers in (alone, several):
        workers.train(0, 0, 200)
        workers.backend.replace(others)
        workers.train(0, 200, 400)
    for name, matrix in several.backend.matrices().items():
        np.testing.assert_array_equal(matrix, alone.backend.matrices()[name])


def test_a_worker_trains_copies_only_where_it_gains():
    def copies(workers, backend=None, **live):
        scratch = Workers(workers, backend, **live).scratches[0]
        return len(scratch.own_inputs.copied), len(scratch.own_targets.copied)

    training = TrainingSettings(vector_size=20)
    assert copies(2) == (N_WORDS, N_WORDS)
    assert copies(1) == (0, 0)
    assert copies(4) == (0, 0)  # more than cores
    locked = CpuBackend(CORPUS, training, locks=np.full(N_WORDS, 0.5))
    assert copies(2, locked) == (0, N_WORDS)
    deterministic = CpuBackend(CORPUS, TrainingSettings(vector_size=20, deterministic=True))
    assert copies(2, deterministic) == (0, 0)


def test_workers_change_to_another_objective_with_their_copies():
    several = Workers(2)
    several.train(1, 0, 300)
    alone = Workers(1)
    alone.train(0, 0, 300)
    for backend, workers in ((alone.backend, 1), (several.backend, 2)):
        changed = Workers(workers, backend, objective="hierarchical-softmax")
        changed.train(workers - 1, 300, 600)
    for name, matrix in several.backend.matrices().items():
        np.testing.assert_array_equal(matrix, alone.backend.matrices()[name])


@pytest.mark.parametrize(
    ("workers", "objective", "interval"),
    [
        (2, "negative-sampling", 64),
        (16, "negative-sampling", 16),
        (2, "hierarchical-softmax", 64),
        (16, "hierarchical-softmax", 8),
        (128, "hierarchical-softmax", 1),
    ],
)
def test_how_often_a_copy_moves_until_it_is_shared(workers, objective, interval):
    live = LiveSettings(workers=workers, objective=objective, sample=0.0, shrink_windows=False)
    settings = live.resolved(len(CORPUS.ids), 1)
    turns = private_turns(settings, CORPUS, 20, locked=False).targets
    first = (turns.rows == 0).mean() * turns.pace / (1 << 16)
    share = CORPUS.vocab.counts[0] / len(CORPUS.ids)
    noise = CORPUS.vocab.counts**0.75
    moves = 1.0 if "softmax" in objective else share + 5 * noise[0] / noise.sum()
    assert moves / first == pytest.approx(interval, rel=0.1)
