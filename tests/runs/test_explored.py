"""A saved run as what is explored: which text it has trained, and what it drew for that."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.runs import applied
from tests.support.wait import until
from w2vtui.errors import CorpusError
from w2vtui.method.noise import record_of
from w2vtui.runs.explored import explored_run
from w2vtui.tui.method_screen.noise.drawing import facts
from w2vtui.tui.method_screen.noise.pane import NoisePane


@pytest.fixture
def trained(train_run, topical_corpus):
    """The folder of a run whose noise was changed as it trained, and the run."""
    runs = []

    def steer(run):
        runs.append(run)
        until(lambda: run.snapshot().progress.tokens > 0)
        run.change(ns_exponent=0.25)
        applied(run)
        tokens = run.snapshot().progress.tokens
        until(lambda: run.snapshot().progress.tokens > tokens)
        run.stop()

    return train_run(topical_corpus, epochs=100_000, steer=steer), runs[0]


def test_the_noise_of_a_saved_run_is_drawn_again_as_the_run_itself_does(trained):
    folder, run = trained
    subject = explored_run(folder)
    subject.view()
    text = subject.trained_text()
    assert subject.trained_text() is text  # not read again
    saved, own = record_of(text), record_of(run.trained.text())
    assert saved.exponents == (0.75, 0.25)
    assert saved.stints == own.stints
    assert np.array_equal(saved.drawn, own.drawn)
    at_once, complete = NoisePane().compute(subject, (None, ()))
    assert at_once.record is None
    assert "with a = 0.75, then 0.25" in dict(facts(complete))["drawn"]


def test_where_the_text_is_not_in_the_cache_the_noise_tab_says_so(trained, tmp_path, monkeypatch):
    folder, _ = trained
    monkeypatch.setenv("W2VTUI_CACHE_DIR", str(tmp_path / "empty"))
    subject = explored_run(folder)
    subject.view()
    with pytest.raises(CorpusError, match="not in the cache"):
        subject.trained_text()
    *_, shown = NoisePane().compute(subject, (None, ()))
    assert "not known: the encoded text of run" in dict(facts(shown))["drawn"]
