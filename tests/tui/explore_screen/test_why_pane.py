"""The why near pane: which words it explains, from which text, in how many cells."""

from __future__ import annotations

import json
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from tests.support.corpora import encoded
from tests.support.runs import run_on, trained
from tests.support.wait import DEADLINE, until
from w2vtui.display import cell_width
from w2vtui.errors import CorpusError, VectorsError
from w2vtui.exploring.questions import parse_question
from w2vtui.exploring.run_subject import RunSubject
from w2vtui.exploring.subject import FileSubject, SavedRunSubject
from w2vtui.exploring.why_near import reasons
from w2vtui.exploring.why_near.reasons import Finding, Reasoner, TaughtBy
from w2vtui.settings import LiveSettings, TrainingSettings
from w2vtui.tui.explore_screen.panels.why import WhyPane
from w2vtui.tui.widgets.result_panel import Shape
from w2vtui.vectors import WordVectors

LINES = [
    "we drink hot coffee with sugar",
    "we drink hot 茶 with sugar",
    "ships sail \x1b[2J wide sea",
]


@pytest.fixture(scope="module")
def run():
    corpus = encoded([line.split() for line in LINES * 30])
    settings = LiveSettings(window=2, sample=0.0, epochs=1, workers=1)
    return trained(run_on(corpus, TrainingSettings(vector_size=4, probe=False), settings))


@pytest.fixture
def pane(run, monkeypatch):
    """The pane of a run, on a screen that is not there."""
    subject = RunSubject("notes", lambda: run)
    screen = SimpleNamespace(subject=subject, view=subject.view(), question=None, picked="")
    monkeypatch.setattr(WhyPane, "explorer", screen)
    pane = WhyPane(id="why")
    monkeypatch.setattr(pane, "recompute", lambda: None)
    return pane


def asked(pane, line, width=60, height=9):
    """What the pane computes for a line of the query."""
    screen = pane.explorer
    screen.question = parse_question(line, screen.view.vectors)
    shown = pane.compute(screen.view, screen.question, Shape(width, height))
    pane.result = shown
    return shown


def words_of(shown):
    return shown.reasons.why.words


def test_a_word_is_paired_with_the_word_that_is_picked(pane):
    nearest = pane.explorer.view.vectors.most_similar("coffee", topn=3)
    pane.explorer.picked = "coffee"
    assert words_of(asked(pane, "coffee")) == ("coffee", nearest[0][0])
    pane.explorer.picked = "茶"
    shown = asked(pane, "coffee")
    assert words_of(shown) == ("coffee", "茶")
    assert shown.cosine == pytest.approx(pane.explorer.view.vectors.similarity("coffee", "茶"))
    pane.action_partner(1)
    assert words_of(asked(pane, "coffee"))[1] == nearest[0][0]
    pane.action_partner(1)
    assert words_of(asked(pane, "coffee"))[1] == nearest[1][0]
    for _ in range(3):
        pane.action_partner(-1)
        shown = asked(pane, "coffee")
    assert words_of(shown) == ("coffee",)
    assert words_of(asked(pane, "sail"))[0] == "sail"
    assert len(words_of(asked(pane, "sail"))) == 2, "another question begins again"


def test_two_words_are_compared(pane):
    assert words_of(asked(pane, "sea | wide")) == ("sea", "wide")
    assert words_of(asked(pane, "sea | sea")) == ("sea",)
    for line in ("sea - wide", "sea -> wide", "/^s/"):
        with pytest.raises(VectorsError, match=r"rome \| italy"):
            asked(pane, line)


@pytest.mark.parametrize("shape", [(36, 5), (60, 9), (76, 9), (110, 30), (10, 2), (1, 1)])
@pytest.mark.parametrize("line", ["coffee | 茶", "\x1b[2J | sail", "coffee | ships"])
def test_it_fills_its_cells(pane, line, shape):
    shown = asked(pane, line, *shape)
    rows = pane.drawn(shown, Shape(*shape)).plain.split("\n")
    assert len(rows) == shape[1]
    assert max(map(cell_width, rows)) <= shape[0]
    assert all(row.isprintable() for row in rows)


def test_it_shows_what_is_shared_and_lines(pane):
    text = pane.drawn(asked(pane, "coffee | 茶"), Shape(110, 30)).plain
    assert "share 4 contexts: 100 %" in text
    assert "drink [hot] coffee with sugar" in text
    assert "drink [hot] 茶     with sugar" in text
    assert "counted all 30 of coffee · all 30 of 茶" in text
    assert "window 2, subsample 0" in text
    heads = [row.split() for row in text.split("\n")]
    assert ["context", "weight", "coffee", "茶"] in heads


def test_its_export_is_a_table_or_json(pane):
    shown = asked(pane, "coffee | 茶")
    rows = pane.exported(shown, ".tsv").decode().splitlines()
    assert rows[0] == "context\tweight\ttimes coffee\ttimes 茶"
    assert len(rows) == 5
    assert (
        json.loads(pane.exported(shown, ".json"))["contexts"][0]["word"] == rows[1].split("\t")[0]
    )
    odd = pane.exported(asked(pane, "\x1b[2J | sail"), ".tsv").decode()
    assert "\x1b" not in odd
    assert "times \\x1b[2J\t" in odd


def test_without_its_text_it_says_what_to_do(pane, tmp_path):
    vectors = WordVectors(["a", "b"], np.eye(2, dtype=np.float32))
    subject = FileSubject("notes.bin", lambda report, progress: vectors)
    pane.explorer.subject, pane.explorer.view = subject, subject.view()
    with pytest.raises(VectorsError, match=r"why notes.bin WORD WORD --corpus FILE"):
        asked(pane, "a")
    pane.explorer.subject = SimpleNamespace(run=object(), corpus=None, folder=None, name="notes")
    with pytest.raises(VectorsError, match=r"the text of this run is being read, or .* cache"):
        asked(pane, "a")
    saved = SavedRunSubject("gone", lambda: (subject.view(), subject))
    saved.folder = tmp_path
    assert saved.view() is subject.view()
    pane.explorer.subject = saved

    def refused():
        try:
            asked(pane, "a")
        except Exception as error:
            return str(error)

    until(lambda: "checking" not in refused(), "the record is looked for")
    assert "run.json" in refused()


# ---- what is remembered


def test_answers_are_remembered_until_the_settings_change(run, monkeypatch):
    reasoner = Reasoner()
    taught = TaughtBy(run.corpus, run.training, LiveSettings(window=2, sample=0.0))
    first = reasoner.reasons(taught, ("coffee", "茶"), 3).why
    assert reasoner.reasons(taught, ("coffee", "茶"), 3).why is first
    wider = TaughtBy(run.corpus, run.training, LiveSettings(window=5, sample=0.0))
    assert reasoner.reasons(wider, ("coffee", "茶"), 3).why.n_contexts == 5
    assert reasoner.reasons(taught, ("coffee", "茶"), 3).why == first


def test_a_large_text_is_indexed_while_a_scan_answers(run, monkeypatch):
    monkeypatch.setattr(reasons, "INDEXED_FROM", 1)
    reasoner = Reasoner()
    taught = TaughtBy(run.corpus, run.training, LiveSettings(window=2, sample=0.0), run)
    first = reasoner.reasons(taught, ("coffee", "茶"), 3)
    assert first.why.n_contexts == 4
    until(lambda: reasoner.reasons(taught, ("coffee",), 3).indexed is None, "the index is complete")
    assert reasoner.reasons(taught, ("coffee", "茶"), 3).why == first.why
    reasoner.close()


def test_what_taught_the_vectors_is_found_in_the_background():
    def fail():
        raise CorpusError("it is gone")

    finding = Finding(fail)

    def said():
        with pytest.raises(CorpusError) as raised:
            finding.taught()
        return str(raised.value)

    until(lambda: said() == "it is gone", "the search has ended")


def test_any_error_of_that_search_is_kept():
    def fail():
        raise MemoryError

    finding = Finding(fail)

    def is_over():
        with pytest.raises((CorpusError, MemoryError)) as raised:
            finding.taught()
        return raised.type is MemoryError

    until(is_over, "the search has ended")


def test_closing_waits_for_no_answer_and_lets_no_index_begin(run, monkeypatch):
    monkeypatch.setattr(reasons, "INDEXED_FROM", 1)
    begun, may_end, stopped = threading.Event(), threading.Event(), []
    index = SimpleNamespace(
        index=None, error=None, fraction=0.0, start=lambda: None, stop=lambda: stopped.append(1)
    )
    monkeypatch.setattr(reasons, "Indexing", lambda *of, **how: index)
    reasoner = Reasoner()
    taught = TaughtBy(run.corpus, run.training, LiveSettings(window=2, sample=0.0))
    why = reasons.Explainer.why

    def slowly(*given):
        begun.set()
        assert may_end.wait(DEADLINE)
        return why(*given)

    monkeypatch.setattr(reasons.Explainer, "why", slowly)
    thread = threading.Thread(target=reasoner.reasons, args=(taught, ("coffee",), 3))
    thread.start()
    assert begun.wait(DEADLINE)
    closing = threading.Thread(target=reasoner.close)
    closing.start()
    closing.join(DEADLINE / 2)
    is_closed = not closing.is_alive()
    may_end.set()
    thread.join()
    assert is_closed
    assert stopped == [1]
    monkeypatch.setattr(reasons, "Indexing", None)
    other = Reasoner()
    other.close()
    assert other.reasons(taught, ("coffee",), 3).indexed is None
