"""What every way to train must do, asked of each of them: model x objective x workers."""

from __future__ import annotations

import threading
import time
from typing import NamedTuple

import numpy as np
import pytest

from tests.support.corpora import TOPICS, encoded, topical_sentences
from tests.support.runs import left_threads, matrices_of, run_on, same_bits, trained
from tests.support.stores import MemoryStore
from tests.support.wait import until
from w2vtui.errors import DivergedError
from w2vtui.formats import load_vectors, save_vectors
from w2vtui.settings import LiveSettings, TrainingSettings
from w2vtui.training.run import Run
from w2vtui.training.state.checkpoint import Script

EPOCHS = 8


class Way(NamedTuple):
    """One way to train."""

    model: str
    objective: str
    workers: int
    deterministic: bool = False

    def __str__(self) -> str:
        how = "-deterministic" if self.deterministic else ""
        return f"{self.model}-{self.objective}-{self.workers}{how}"

    @property
    def exact(self) -> bool:
        """Whether the same bits come of the same settings."""
        return self.workers == 1 or self.deterministic

    def live(self, **settings) -> LiveSettings:
        named = {"model": self.model, "objective": self.objective, "workers": self.workers}
        return LiveSettings(**(named | {"epochs": EPOCHS, "window": 3, "negative": 4} | settings))

    def training(self, **settings) -> TrainingSettings:
        named = {"vector_size": 24, "deterministic": self.deterministic}
        return TrainingSettings(**(named | settings))

    def run(self, live: dict | None = None, training: dict | None = None, **options) -> Run:
        corpus = options.pop("corpus", None) or CORPUS
        return run_on(
            corpus, self.training(**(training or {})), self.live(**(live or {})), **options
        )


MODES = [
    (model, objective)
    for model in ("skip-gram", "cbow")
    for objective in ("negative-sampling", "hierarchical-softmax", "softmax")
]
WORKERS = [(1, False), (2, False), (3, True)]
WAYS = [Way(*mode, *workers) for mode in MODES for workers in WORKERS]
CORPUS = encoded(topical_sentences(700))


def check_it_learns(way: Way) -> None:
    """The loss falls, and words of a topic are nearer to each other than to those of others."""
    run = way.run(live={"epochs": 30})
    trained(run)
    begun = way.run(live={"epochs": 1})
    trained(begun)
    assert run.snapshot().losses.mean < begun.snapshot().losses.mean
    vectors = run.vectors()
    nearer = 0
    for words in TOPICS.values():
        for word in words.split():
            nearest = vectors.most_similar(word, topn=1)[0][0]
            nearer += nearest in words.split()
    assert nearer >= 15  # of 18


def check_every_token_is_trained_once(way: Way) -> None:
    run = way.run(live={"sample": 0.0})
    trained(run)
    shot = run.snapshot()
    assert shot.state == "done"
    assert shot.progress.tokens == shot.progress.tokens_planned
    assert shot.progress.tokens == EPOCHS * shot.progress.tokens_per_epoch
    assert shot.progress.kept_share == 1.0


def check_it_repeats(way: Way) -> None:
    """The same bits where that is promised; another seed gives others."""
    one, other = (matrices_of(trained(way.run())) for _ in range(2))
    assert same_bits(one, other) or not way.exact
    assert not same_bits(one, matrices_of(trained(way.run(training={"seed": 2}))))


def check_pauses_change_nothing(way: Way) -> None:
    run = way.run(live={"epochs": 20})
    run.start()
    for _ in range(3):
        until(lambda: run.snapshot().state in ("training", "done"))
        run.pause()
        run.resume()
    assert run.wait(60)
    if way.exact:
        assert same_bits(run.matrices(), matrices_of(trained(way.run(live={"epochs": 20}))))


def check_it_goes_on_from_every_checkpoint(way: Way) -> None:
    """From any of them the run ends as it would have; curves, events and tallies go on."""
    store = MemoryStore()
    run = way.run(store=store)
    whole = matrices_of(trained(run))
    assert [one.state for one in store.kept].count("done") == 1
    for checkpoint in [store.beginning, *store.kept[:-1]][-3:]:
        resumed = way.run(resume_from=checkpoint)
        ended = matrices_of(trained(resumed))
        assert same_bits(whole, ended) or not way.exact
        assert resumed.snapshot().progress.tokens == run.snapshot().progress.tokens
        assert resumed.snapshot().progress.seconds >= checkpoint.seconds
        assert resumed.snapshot().losses.mean == pytest.approx(run.snapshot().losses.mean, rel=0.1)
        assert resumed.snapshot().events[: len(checkpoint.events)] == checkpoint.events
        rows = checkpoint.curves["loss"].rows
        assert np.array_equal(resumed.curves.loss.rows()[: len(rows)], rows, equal_nan=True)


def check_changes_repeat_at_their_tokens(way: Way) -> None:
    """A run that was changed is repeated from its events, and from a checkpoint before them."""
    store = MemoryStore()
    long = {"epochs": 100_000}
    run = way.run(live=long, store=store, checkpoint_seconds=60.0)
    run.start()
    for change in ({"window": 2, "alpha": 0.01}, {"sample": 0.01, "epochs": 200_000}):
        tokens = run.snapshot().progress.tokens
        until(lambda tokens=tokens: run.snapshot().progress.tokens > tokens)
        run.change(**change)
        until(lambda: not run.snapshot().applying)
    run.undo()
    until(lambda: not run.snapshot().applying)
    run.stop()
    assert run.wait(60)
    shot = run.snapshot()
    changes = tuple(event for event in shot.events if event.kind == "change")
    assert len(changes) == 3
    assert {one.clock for one in store.kept} >= {one.tokens for one in changes}
    again = way.run(live=long, script=Script(changes=changes, stop_at=shot.progress.tokens))
    ended = matrices_of(trained(again))
    assert again.snapshot().progress.tokens == shot.progress.tokens
    assert same_bits(run.matrices(), ended) or not way.exact
    repeated = [event for event in again.snapshot().events if event.kind == "change"]
    assert [(one.number, one.tokens, one.settings) for one in repeated] == [
        (one.number, one.tokens, one.settings) for one in changes
    ]


def check_it_stops_soon_and_can_go_on(way: Way) -> None:
    store = MemoryStore()
    before = set(threading.enumerate())
    run = way.run(live={"epochs": 100_000}, store=store, checkpoint_seconds=60.0)
    run.start()
    until(lambda: run.snapshot().progress.tokens > 0)
    asked = time.monotonic()
    run.stop()
    assert run.wait(60)
    assert time.monotonic() - asked < 5
    assert run.snapshot().state == store.kept[-1].state == "stopped"
    assert same_bits(run.matrices(), dict(store.kept[-1].vectors))
    assert left_threads(before) == []


def check_divergence_is_told_and_nothing_of_it_kept(way: Way) -> None:
    store = MemoryStore()
    before = set(threading.enumerate())
    run = way.run(live={"alpha": 1000.0, "min_alpha": 1000.0, "epochs": 1000}, store=store)
    run.start()
    try:
        run.wait(60)
    except DivergedError:
        assert run.snapshot().state == "failed"
    else:  # hierarchical softmax and the exact one may saturate before they overflow
        assert way.objective != "negative-sampling" or way.model == "cbow"
    assert all(np.isfinite(m).all() for one in store.kept for m in one.vectors.values())
    assert left_threads(before) == []


def check_vectors_survive_a_file(way: Way, folder) -> None:
    run = way.run(live={"epochs": 1})
    trained(run)
    vectors = run.vectors()
    for name in ("v.bin", "v.txt"):
        save_vectors(vectors, folder / name)
        loaded = load_vectors(folder / name)
        assert loaded.index_to_key == vectors.index_to_key
        assert np.array_equal(loaded.vectors, vectors.vectors)


CHECKS = [
    check_it_learns,
    check_every_token_is_trained_once,
    check_it_repeats,
    check_pauses_change_nothing,
    check_it_goes_on_from_every_checkpoint,
    check_changes_repeat_at_their_tokens,
    check_it_stops_soon_and_can_go_on,
    check_divergence_is_told_and_nothing_of_it_kept,
    check_vectors_survive_a_file,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_every_way_to_train(way, check, tmp_path):
    check(way, tmp_path) if check is check_vectors_survive_a_file else check(way)
