"""What every way to train must do: checks of a model, an objective, workers and a device."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.support.corpora import (
    TOPICS,
    encoded,
    topic_margin,
    topical_baskets,
    topical_sentences,
)
from tests.support.runs import applied, matrices_of, run_on, same_bits, trained
from tests.support.stores import MemoryStore
from tests.support.threads import until_threads_end
from tests.support.wait import DEADLINE, until
from w2vtui.errors import DivergedError
from w2vtui.evaluation.evaluate import evaluate_pairs
from w2vtui.formats import load_vectors, save_vectors
from w2vtui.settings import LiveSettings, TrainingSettings
from w2vtui.training.engine.cpu_backend import CpuBackend
from w2vtui.training.run import Run
from w2vtui.training.state.script import Script

EPOCHS = 8


class Way(NamedTuple):
    """One way to train."""

    model: str
    objective: str
    workers: int
    deterministic: bool = False
    device: str = "cpu"

    def __str__(self) -> str:
        how = "-deterministic" if self.deterministic else ""
        return f"{self.model}-{self.objective}-{self.workers}{how}"

    @property
    def exact(self) -> bool:
        """Whether the same settings give the same bits."""
        return self.workers == 1 or self.deterministic

    @property
    def targets(self) -> str:
        """The setting that says how many targets there are: K, or the window where K is unused."""
        return "negative" if self.objective == "negative-sampling" else "window"

    def live(self, **settings: Any) -> LiveSettings:
        named: dict[str, Any] = {
            "model": self.model,
            "objective": self.objective,
            "workers": self.workers,
        }
        return LiveSettings(**(named | {"epochs": EPOCHS, "window": 3, "negative": 4} | settings))

    def training(self, **settings: Any) -> TrainingSettings:
        named: dict[str, Any] = {
            "vector_size": 24, "deterministic": self.deterministic, "device": self.device,
        }  # fmt: skip
        return TrainingSettings(**(named | settings))

    def run(
        self,
        live: dict[str, Any] | None = None,
        training: dict[str, Any] | None = None,
        **options: Any,
    ) -> Run:
        corpus = options.pop("corpus", None) or CORPUS
        return run_on(
            corpus, self.training(**(training or {})), self.live(**(live or {})), **options
        )


CORPUS = encoded(topical_sentences(700))


@functools.cache
def compiled(way: Way) -> None:
    """Compile what a way needs, so that no check waits for the compiler."""
    backend = CpuBackend(CORPUS, way.training())
    backend.compile(backend.plan(way.live().resolved(len(CORPUS.ids), 1)))


@functools.cache
def finished(way: Way) -> tuple[Run, MemoryStore]:
    """One run to its end and its checkpoints, for all checks that only read them."""
    store = MemoryStore()
    return trained(way.run(store=store)), store


@functools.cache
def learned(way: Way) -> Run:
    """A run long enough to learn the topics, for all checks that only read it."""
    return trained(way.run(live={"epochs": 30}))


def has_passed(run: Run, tokens: int) -> bool:
    """Whether a run has trained more tokens than these."""
    return run.snapshot().progress.tokens > tokens


def mean_loss(run: Run) -> float:
    """The mean loss of a pair so far."""
    loss = run.snapshot().losses.mean
    assert loss is not None
    return loss


def check_it_learns(way: Way, tmp_path: Path) -> None:
    """The loss falls, and words of a topic are nearer to each other than to those of others."""
    run = learned(way)
    begun = way.run(live={"epochs": 1})
    trained(begun)
    assert mean_loss(run) < mean_loss(begun)
    vectors = run.trained.vectors()
    nearer = 0
    for words in TOPICS.values():
        for word in words.split():
            nearest = vectors.most_similar(word, topn=1)[0][0]
            nearer += nearest in words.split()
    assert nearer >= 15  # of 18


def check_it_learns_with_a_window_of_the_whole_text(way: Way, tmp_path: Path) -> None:
    """A center has more contexts than a block of the kernels, as in baskets and random walks."""
    corpus = encoded(topical_baskets())
    wide = {"window": 10_000, "epochs": 4, "sample": 0.0, "shrink_windows": False}
    run = trained(way.run(live=wide, corpus=corpus))
    shot = run.snapshot()
    assert shot.progress.tokens == 4 * len(corpus.ids)
    assert math.isfinite(mean_loss(run))
    assert topic_margin(run.trained.vectors()) > 0.2
    if way.exact:
        again = trained(way.run(live=wide, corpus=corpus))
        assert same_bits(run.trained.matrices(), matrices_of(again))


def check_every_token_is_trained_once(way: Way, tmp_path: Path) -> None:
    run = way.run(live={"sample": 0.0})
    trained(run)
    shot = run.snapshot()
    assert shot.state == "done"
    assert shot.progress.tokens == shot.progress.tokens_planned
    assert shot.progress.tokens == EPOCHS * shot.progress.tokens_per_epoch
    assert shot.progress.kept_share == 1.0


def check_it_repeats(way: Way, tmp_path: Path) -> None:
    """The same settings give the same bits."""
    run, _ = finished(way)
    assert same_bits(run.trained.matrices(), matrices_of(trained(way.run())))


def check_another_seed_gives_other_vectors(way: Way, tmp_path: Path) -> None:
    run, _ = finished(way)
    assert not same_bits(
        run.trained.matrices(), matrices_of(trained(way.run(training={"seed": 2})))
    )


def check_pauses_change_nothing(way: Way, tmp_path: Path) -> None:
    run = way.run(live={"epochs": 20})
    run.start()
    for _ in range(3):
        until(lambda: run.snapshot().state in ("training", "done"))
        run.pause()
        run.resume()
    assert run.wait(DEADLINE)
    if way.exact:
        assert same_bits(run.trained.matrices(), matrices_of(trained(way.run(live={"epochs": 20}))))


def check_it_resumes_from_every_checkpoint(way: Way, tmp_path: Path) -> None:
    """From any of them the run ends as it would have; curves, events and tallies continue."""
    run, store = finished(way)
    whole = run.trained.matrices()
    assert [one.state for one in store.saved].count("done") == 1
    for checkpoint in [store.beginning, *store.saved[:-1]][-3:]:
        resumed = way.run(resume_from=checkpoint)
        ended = matrices_of(trained(resumed))
        assert same_bits(whole, ended) or not way.exact
        assert resumed.snapshot().progress.tokens == run.snapshot().progress.tokens
        assert resumed.snapshot().progress.seconds >= checkpoint.seconds
        assert resumed.snapshot().losses.mean == pytest.approx(run.snapshot().losses.mean, rel=0.1)
        assert resumed.snapshot().events[: len(checkpoint.events)] == checkpoint.events
        rows = checkpoint.curves["loss"].rows
        assert np.array_equal(resumed.curves.loss.rows()[: len(rows)], rows, equal_nan=True)


def check_changes_are_replayed_at_their_tokens(way: Way, tmp_path: Path) -> None:
    """The events of a run that was changed are enough to replay it."""
    store = MemoryStore()
    long = {"epochs": 100_000}
    run = way.run(live=long, store=store, checkpoint_seconds=60.0)
    run.start()
    for change in ({"window": 2, "alpha": 0.01}, {"sample": 0.01, "epochs": 200_000}):
        tokens = run.snapshot().progress.tokens
        until(partial(has_passed, run, tokens))
        run.change(**change)
        applied(run)
    run.undo()
    applied(run)
    run.stop()
    assert run.wait(DEADLINE)
    shot = run.snapshot()
    changes = tuple(event for event in shot.events if event.kind == "change")
    assert len(changes) == 3
    assert {one.clock for one in store.saved} >= {one.tokens for one in changes}
    again = way.run(live=long, script=Script(changes=changes, stop_at=shot.progress.tokens))
    ended = matrices_of(trained(again))
    assert again.snapshot().progress.tokens == shot.progress.tokens
    assert same_bits(run.trained.matrices(), ended) or not way.exact
    repeated = [event for event in again.snapshot().events if event.kind == "change"]
    assert [(one.number, one.tokens, one.settings) for one in repeated] == [
        (one.number, one.tokens, one.settings) for one in changes
    ]


def check_it_stops_with_a_checkpoint(way: Way, tmp_path: Path) -> None:
    store = MemoryStore()
    run = way.run(live={"epochs": 100_000}, store=store, checkpoint_seconds=60.0)
    run.start()
    until(lambda: run.snapshot().progress.tokens > 0)
    run.stop()
    assert run.wait(DEADLINE)
    assert run.snapshot().state == store.saved[-1].state == "stopped"
    assert same_bits(run.trained.matrices(), dict(store.saved[-1].vectors))
    until_threads_end()


def check_divergence_fails_and_is_never_saved(way: Way, tmp_path: Path) -> None:
    store = MemoryStore()
    run = way.run(live={"alpha": 1000.0, "min_alpha": 1000.0, "epochs": 1000}, store=store)
    run.start()
    try:
        run.wait(DEADLINE)
    except DivergedError:
        assert run.snapshot().state == "failed"
    else:  # hierarchical softmax and the exact one may saturate before they overflow
        assert way.objective != "negative-sampling" or way.model == "cbow"
    assert all(np.isfinite(m).all() for one in store.saved for m in one.vectors.values())
    until_threads_end()


def check_targets_can_be_changed_in_mid_run(way: Way, tmp_path: Path) -> None:
    """K, or the window where K is unused: checkpoints have the old value, then the new one."""
    store = MemoryStore()
    long = {"epochs": 100_000}
    run = way.run(live=long, store=store, checkpoint_seconds=60.0)
    before = getattr(way.live(), way.targets)
    run.start()
    until(lambda: run.snapshot().progress.tokens > 0)
    run.change(**{way.targets: before + 4})
    applied(run)
    changed_at = run.snapshot().progress.tokens
    until(lambda: run.snapshot().progress.tokens > changed_at)
    run.stop()
    assert run.wait(DEADLINE)
    shot = run.snapshot()
    assert getattr(shot.settings, way.targets) == before + 4
    assert math.isfinite(mean_loss(run))
    (change,) = (event for event in shot.events if event.kind == "change")
    at_change = next(one for one in store.saved if one.clock == change.tokens)
    assert getattr(at_change.settings, way.targets) == before
    assert getattr(store.saved[-1].settings, way.targets) == before + 4
    if way.exact:
        script = Script(changes=(change,), stop_at=shot.progress.tokens)
        assert same_bits(
            run.trained.matrices(), matrices_of(trained(way.run(live=long, script=script)))
        )


def check_vectors_survive_a_file(way: Way, tmp_path: Path) -> None:
    vectors = finished(way)[0].trained.vectors()
    for name in ("v.bin", "v.txt"):
        save_vectors(vectors, tmp_path / name)
        loaded = load_vectors(tmp_path / name)
        assert loaded.index_to_key == vectors.index_to_key
        assert loaded.counts is not None
        assert vectors.counts is not None
        assert np.array_equal(loaded.counts, vectors.counts)
        assert np.array_equal(loaded.vectors, vectors.vectors)


def check_pairs_of_a_topic_score_higher(way: Way, tmp_path: Path) -> None:
    topics = [line.split() for line in TOPICS.values()]
    words = [(word, topic) for topic, line in enumerate(topics) for word in line]
    pairs = [(a, b, float(one == other)) for (a, one), (b, other) in combinations(words, 2)]
    result = evaluate_pairs(learned(way).trained.vectors(), pairs)
    assert result.covered == result.total == len(pairs)
    assert result.spearman > 0.5  # 0.77 at most, with 45 of 153 pairs in a topic


Check = Callable[[Way, Path], None]


def checks_of(way: Way) -> Iterator[Check]:
    """Every check that a way must pass."""
    yield check_it_learns
    yield check_pairs_of_a_topic_score_higher
    yield check_it_learns_with_a_window_of_the_whole_text
    yield check_every_token_is_trained_once
    if way.exact:
        yield check_it_repeats
    yield check_another_seed_gives_other_vectors
    yield check_pauses_change_nothing
    yield check_it_resumes_from_every_checkpoint
    yield check_changes_are_replayed_at_their_tokens
    yield check_targets_can_be_changed_in_mid_run
    yield check_it_stops_with_a_checkpoint
    yield check_divergence_fails_and_is_never_saved
    yield check_vectors_survive_a_file
