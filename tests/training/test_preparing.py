"""What a run says of its preparation."""

from __future__ import annotations

import re
import threading

import pytest

from tests.support.corpora import topical_sentences
from tests.support.wait import DEADLINE, until
from w2vtui.corpus import ReadingStopped, encode_sentences
from w2vtui.settings import CorpusSettings
from w2vtui.training import preparing
from w2vtui.training.engine.cpu_backend import CpuBackend
from w2vtui.training.run import Run


@pytest.mark.parametrize(
    ("phase", "said"),
    [
        ("reading", "reading the corpus"),
        ("encoding", "encoding the corpus"),
        ("checking", "checking the saved corpus"),
    ],
)
def test_what_is_done_with_the_corpus_is_said(phase, said):
    def read(progress, stop):
        progress.begin(phase, 100)
        assert stop.wait(DEADLINE)
        raise ReadingStopped

    run = Run(read)
    run.start()
    until(lambda: run.snapshot().activity.startswith(said), lambda: run.snapshot().activity)
    assert run.snapshot().activity_fraction == 0
    run.stop()
    assert run.wait(DEADLINE)


def test_a_compilation_shows_its_seconds(monkeypatch):
    let_go = threading.Event()
    monkeypatch.setattr(preparing, "_SHOWN_SECONDS", 0.0)
    monkeypatch.setattr(CpuBackend, "compiled_before", staticmethod(lambda: False))
    monkeypatch.setattr(CpuBackend, "compile", lambda *_: let_go.wait(DEADLINE))
    corpus = encode_sentences(topical_sentences(100), CorpusSettings())
    run = Run(lambda progress, stop: corpus)
    run.start()
    until(lambda: run.snapshot().activity.startswith("compiling the training loop"))
    assert re.search(r"5 to 15 s \(\d+ s so far\)$", run.snapshot().activity)
    run.stop()
    let_go.set()
    assert run.wait(DEADLINE)
