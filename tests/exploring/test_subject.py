"""What is explored: private copies of a run that trains, and its past."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest

from tests.support.corpora import TOPICS
from tests.support.runs import make_run, take_moments_from_the_start, trained
from w2vtui.errors import OutOfMemoryError, RunError, VectorsError
from w2vtui.exploring import run_subject
from w2vtui.exploring.run_subject import RunSubject
from w2vtui.exploring.subject import FileSubject, past_view
from w2vtui.training.history.history import History
from w2vtui.training.history.moments import PastMoment
from w2vtui.vectors import WordVectors

WORD = next(iter(TOPICS.values())).split()[0]


@pytest.fixture
def run(monkeypatch):
    take_moments_from_the_start(monkeypatch)
    return trained(make_run(epochs=20, history=8))


def test_nothing_is_seen_before_a_run_begins():
    subject = RunSubject("text", lambda: None)
    assert (subject.view(), subject.moments, subject.markers) == (None, (), ())
    unread = make_run()
    subject = RunSubject("text", lambda: unread)
    assert subject.view() is None
    assert "begins with the training" in subject.past_remark


def test_a_copy_is_private_and_made_at_most_once_a_second(run, monkeypatch):
    monkeypatch.setattr(run_subject, "LEAST_SECONDS", 1000.0)
    subject = RunSubject("text", lambda: run)
    first = subject.view()
    before = first.vectors.vectors.copy()
    for matrix in run.trained.matrices().values():
        matrix[:] = 0
    np.testing.assert_array_equal(first.vectors.vectors, before)
    assert subject.view() is first  # nothing was trained since
    shot = run.snapshot()
    progress = dataclasses.replace(shot.progress, tokens=shot.progress.tokens + 1)
    later = dataclasses.replace(shot, progress=progress, state="training")
    monkeypatch.setattr(run, "snapshot", lambda: later)
    assert subject.view() is first
    ended = dataclasses.replace(later, state="done")
    monkeypatch.setattr(run, "snapshot", lambda: ended)
    second = subject.view()  # the last vectors are shown at once
    assert not second.vectors.vectors.any()
    assert second.vectors.index_to_key is first.vectors.index_to_key


def test_a_run_can_be_seen_as_of_each_of_its_moments(run):
    subject = RunSubject("text", lambda: run)
    now = subject.view()
    assert len(subject.moments) >= 2
    for moment in subject.moments:
        view = subject.view_at(moment)
        assert (view.kind, view.tokens, view.fraction) == ("past", moment.tokens, moment.fraction)
    np.testing.assert_allclose(view.vectors.vectors, now.vectors.vectors, atol=2e-3)
    np.testing.assert_allclose(view.vectors.output_vectors, now.vectors.output_vectors, atol=2e-3)
    assert view.vectors.most_similar(WORD, topn=3) == [
        (word, pytest.approx(cosine, abs=1e-2))
        for word, cosine in now.vectors.most_similar(WORD, topn=3)
    ]
    of_run = run.trained.vectors_at(moment)
    np.testing.assert_array_equal(of_run.vectors, view.vectors.vectors)
    gone = PastMoment(number=999, tokens=5, planned=10, seconds=1.0)
    with pytest.raises(RunError, match="not kept any more"):
        subject.view_at(gone)


def test_another_run_of_the_same_session_is_another_vocabulary(run):
    runs = [run]
    subject = RunSubject("text", lambda: runs[-1])
    first = subject.view()
    runs.append(trained(make_run([["one", "two"] * 50] * 10, epochs=1)))
    assert subject.view() is not first
    assert len(subject.view().vectors) == 2


@pytest.mark.parametrize("is_here", [True, False])
def test_the_dearer_a_copy_the_longer_until_the_next(run, monkeypatch, is_here):
    copied = run_subject._copied

    def dear(*args):
        until = time.thread_time() + 0.06
        while is_here and time.thread_time() < until:
            pass
        return copied(*args)

    subject = RunSubject("text", lambda: run)
    monkeypatch.setattr(run_subject, "_copied", dear)
    monkeypatch.setattr(run.trained, "seconds_of_copy", 0.06 * (not is_here))
    began = time.monotonic()
    subject.view()
    assert subject._clock.due >= began + 0.06 / run_subject.COPY_SHARE


def test_no_copy_is_made_that_does_not_fit(run, monkeypatch):
    subject = RunSubject("text", lambda: run)
    monkeypatch.setattr(run_subject, "available_memory", lambda: 10)
    with pytest.raises(OutOfMemoryError, match="10 bytes of memory is available"):
        subject.view()
    monkeypatch.setattr(run_subject, "available_memory", lambda: None)
    assert subject.view() is not None


def test_who_leaves_takes_the_copy_along(run):
    subject = RunSubject("text", lambda: run)
    first = subject.view()
    subject.release()
    second = subject.view()
    assert second is not first
    assert second.vectors.key_to_index is first.vectors.key_to_index


def test_a_moment_has_the_words_of_its_run_and_takes_no_copy_of_the_latest(run):
    runs = [run, trained(make_run([["one", "two"] * 50] * 10, epochs=1))]
    subject = RunSubject("text", lambda: runs.pop(0) if len(runs) > 1 else runs[0])
    view = subject.view_at(run.history.moments[-1])
    assert list(view.vectors.index_to_key) == list(run.corpus.vocab.words)
    assert subject._view is None


def test_a_past_view_without_rare_words_knows_all_counts():
    words = WordVectors(["a", "b", "c"], np.ones((3, 2), np.float32), np.array([5, 3, 2]))
    moment = PastMoment(number=1, tokens=1, planned=1, seconds=1)
    cut = past_view(words, moment, {"input_vectors": np.ones((2, 2), np.float32)})
    assert cut.vectors.counts.tolist() == [5, 3]
    assert cut.counts.tolist() == [5, 3, 2]
    whole = past_view(words, moment, {"input_vectors": np.ones((3, 2), np.float32)})
    assert whole.counts is words.counts


def test_what_a_history_leaves_out_is_said(run, monkeypatch):
    subject = RunSubject("text", lambda: run)
    assert subject.past_remark == ""
    run.history.sizing = run.history.sizing._replace(keeps_outputs=False)
    assert subject.past_remark == "input vectors only"
    run.history.sizing = run.history.sizing._replace(n_words=7)
    assert subject.past_remark.startswith("the 7 most frequent of")
    monkeypatch.setattr(run, "history", History(0))
    assert "--history MB" in subject.past_remark


def test_a_file_holds_one_moment():
    words = WordVectors(["a"], np.ones((1, 2), np.float32))

    def load(report, progress):
        assert subject.reading == 0.0
        report("one row was left out")
        progress(0.5)
        assert subject.reading == 0.5
        return words

    subject = FileSubject("v.bin", load)
    view = subject.view()
    assert (view.vectors, view.kind, view.tokens) == (words, "saved", None)
    assert subject.view() is view, "it is read once"
    assert (subject.reading, subject.remarks) == (None, ["one row was left out"])
    assert subject.moments == ()
    with pytest.raises(RunError, match="one moment"):
        subject.view_at(PastMoment(number=1, tokens=1, planned=1, seconds=1))
    with pytest.raises(VectorsError):
        words.with_vectors(np.ones((2, 2), np.float32))
