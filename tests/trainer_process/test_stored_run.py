"""A saved run, watched through the door of its folder: its words, vectors, text and past."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.runs import until_spans_are_trained
from tests.support.served_runs import served_run, viewer_of
from tests.support.wait import DEADLINE, until
from w2vtui.errors import CorpusError, RunError
from w2vtui.exploring.run_subject import RunSubject
from w2vtui.method.microscope import Microscope
from w2vtui.method.noise import record_of
from w2vtui.runs.disk.checkpoint_files import newest_intact
from w2vtui.runs.disk.door import HAS_SOCKETS
from w2vtui.runs.resuming import trained_text

pytestmark = [
    pytest.mark.skipif(not HAS_SOCKETS, reason="needs local sockets"),
    pytest.mark.usefixtures("patient_viewers"),
]


@pytest.fixture
def run_and_viewer(topical_corpus, tmp_path):
    """A run of this process that is paused, and a viewer of it."""
    with served_run(topical_corpus, tmp_path / "runs") as (run, recorder):
        run.pause()
        until_spans_are_trained(run)
        viewer = viewer_of(recorder)
        yield run, viewer
    viewer.leave()


def test_a_viewer_explores_what_the_run_has_trained(run_and_viewer):
    run, viewer = run_and_viewer
    until(lambda: viewer.snapshot().progress.tokens == run.snapshot().progress.tokens)
    assert viewer.vocabulary().words == run.corpus.vocab.words
    assert np.array_equal(viewer.trained.vectors().vectors, run.trained.vectors().vectors)
    assert viewer.n_bytes == run.n_bytes
    with pytest.raises(ValueError, match="read-only"):
        viewer.trained.copied_matrices()["input_vectors"][0] = 1
    until(lambda: viewer.corpus)
    assert np.array_equal(viewer.corpus.ids, run.corpus.ids)
    subject = RunSubject("far", lambda: viewer)
    word = run.corpus.vocab.words[0]
    assert subject.view().vectors.most_similar(word) == run.trained.vectors().most_similar(word)
    moment = until(lambda: subject.moments)[0]
    past = until(lambda: _past(subject, moment))
    assert np.array_equal(past.vectors.vectors, run.trained.vectors_at(moment).vectors)
    near, far = run.trained.text(), viewer.trained.text()
    assert (far.stints, far.tokens, far.seed) == (near.stints, near.tokens, near.seed)


def _past(subject, moment):
    try:
        return subject.view_at(moment)
    except RunError:  # it is written a moment later
        return None


def test_a_step_is_the_same_from_afar(run_and_viewer):
    run, viewer = run_and_viewer
    until(lambda: viewer.snapshot().state == "paused")
    for first in (0, 500):
        near = Microscope(run.trained.private_steps()).next_token(first)
        far = Microscope(viewer.trained.private_steps()).next_token(first)
        assert far.chosen.span == near.chosen.span
        assert np.array_equal(far.chosen.contexts, near.chosen.contexts)
        assert far.at(2).loss == near.at(2).loss


def test_after_the_end_the_vectors_are_those_of_the_last_checkpoint(run_and_viewer):
    run, viewer = run_and_viewer
    viewer.stop()
    assert viewer.is_over(DEADLINE)
    assert run.is_over(DEADLINE)
    folder = viewer.folder
    until(lambda: list((folder / "checkpoints").iterdir()))
    assert np.array_equal(viewer.trained.vectors().vectors, run.trained.vectors().vectors)


def test_after_the_end_the_text_is_that_of_the_last_checkpoint(run_and_viewer):
    run, viewer = run_and_viewer
    run.change(window=3, objective="negative-sampling")
    run.resume()
    until(lambda: len(run.trained.text().stints) == 2)
    change = run.trained.text().stints[1].clock
    until(lambda: run.snapshot().progress.tokens > change + 5_000)
    viewer.stop()
    assert viewer.is_over(DEADLINE)
    assert run.is_over(DEADLINE)
    near = run.trained.text()
    until(lambda: newest_intact(viewer.folder)[0].clock == near.tokens)
    far = viewer.trained.text()
    assert (far.stints, far.tokens, far.seed) == (near.stints, near.tokens, near.seed)
    one, other = record_of(far, 2_000), record_of(near, 2_000)
    assert one.stints == other.stints
    assert np.array_equal(one.drawn, other.drawn)


def test_a_text_that_is_not_in_the_cache_is_looked_for_again(run_and_viewer, monkeypatch):
    run, viewer = run_and_viewer
    with monkeypatch.context() as patched:
        patched.setattr(trained_text, "stored", lambda *_: iter(()))
        with pytest.raises(CorpusError, match=f"run {viewer.folder.name} is not in the cache: "):
            viewer.trained.text()
    assert viewer.trained.text().tokens == run.trained.text().tokens
