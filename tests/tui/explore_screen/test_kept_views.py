"""What panes of the explore screen keep from one look to the next, and what they let go."""

from __future__ import annotations

import gc
from dataclasses import replace
from types import SimpleNamespace
from weakref import ref

import numpy as np
import pytest

from w2vtui.exploring import asking
from w2vtui.exploring.clusters import Grouping
from w2vtui.exploring.questions import parse_question
from w2vtui.exploring.subject import View
from w2vtui.training.history.moments import PastMoment
from w2vtui.tui.explore_screen.answer_table import as_tsv
from w2vtui.tui.explore_screen.panels.analogies import AnalogiesPane
from w2vtui.tui.explore_screen.panels.clusters import ClustersPane
from w2vtui.tui.explore_screen.panels.map import MapPane
from w2vtui.tui.explore_screen.panels.neighbors import NeighborsPane
from w2vtui.tui.explore_screen.panels.word_card import WordCardPane
from w2vtui.tui.widgets.result_panel import Shape
from w2vtui.vectors import WordVectors

SHAPE = Shape(60, 9)
WORDS = ["man", "king", "woman", "queen"]


def view_of(seed: int, words: WordVectors | None = None) -> View:
    """A view; of the same words as another one, as those of a run are."""
    rng = np.random.default_rng(seed)
    vectors, outputs = rng.normal(size=(2, 4, 3)).astype(np.float32)
    made = WordVectors(WORDS, vectors, output_vectors=outputs)
    if words is not None:
        made = words.with_vectors(vectors, outputs)
    return View(vectors=made, kind="live", seconds=float(seed))


@pytest.fixture
def screen(monkeypatch):
    """A screen that is not there, with nothing picked or pinned."""
    screen = SimpleNamespace(
        pins=(), picked="king", subject=None, method="3cosadd", answers=asking.LastAnswer()
    )
    for pane in (NeighborsPane, WordCardPane, AnalogiesPane, MapPane):
        monkeypatch.setattr(pane, "explorer", screen)
    return screen


def test_a_search_is_answered_once_for_all_views_of_the_same_words(screen, monkeypatch):
    asked = []
    monkeypatch.setattr(
        asking, "ask", lambda *given: asked.append(given[1].text) or real_ask(*given)
    )
    pane, first = NeighborsPane(id="neighbors"), view_of(1)
    later, other = view_of(2, first.vectors), view_of(2)
    search = parse_question("/^k.*g$/", first.vectors)
    for view in (first, later, first):
        assert [row.word for row in pane.compute(view, search, SHAPE).table.rows] == ["king"]
    assert asked == [search.text]
    pane.compute(other, search, SHAPE)  # of other words
    pane.compute(other, parse_question("/^q.*n$/", other.vectors), SHAPE)
    assert len(asked) == 3
    for view in (first, later):
        pane.compute(view, parse_question("king", view.vectors), SHAPE)
    assert len(asked) == 5, "what training changes is asked again"


real_ask = asking.ask


def test_the_board_and_the_query_line_score_an_analogy_alike(screen):
    board, line, view = AnalogiesPane(id="board"), NeighborsPane(id="neighbors"), view_of(1)
    board._lines = ("man:king::woman:queen",)
    screen.choose_method = lambda method: setattr(screen, "method", method)
    question = parse_question(board._lines[0], view.vectors)

    def answers():
        row = board.compute(view, None, SHAPE).rows[0]
        return row.answer.words[0].score, line.compute(view, question, SHAPE).table.rows[0].score

    by_sum, by_product = answers(), (board.action_method(), answers())[1]
    assert by_sum[0] == by_sum[1] != by_product[0] == by_product[1]
    table = line.compute(view, question, SHAPE).table
    assert "3CosMul" in table.title
    assert as_tsv(table).startswith(b"word\tscore\t")


def test_the_map_of_the_latest_vectors_is_not_turned_by_a_look_at_the_past(screen):
    pane, latest = MapPane(id="map"), view_of(1)

    def points(view):
        pane.take(pane.compute(view, None, SHAPE))
        return pane.result.map.points

    before = points(latest)
    for seed in range(2, 8):
        past = points(replace(view_of(seed), kind="past"))
        again = points(replace(view_of(seed), kind="past"))
        assert np.abs(again - past).max() < 1e-5
        assert np.abs(points(latest) - before).max() < 1e-5
    pane.result = None  # as where no vector has a direction
    assert np.abs(points(latest) - before).max() < 1e-5


def test_the_cluster_that_is_pointed_at_stays_when_there_are_more(screen):
    pane = ClustersPane(id="clusters")
    rows = np.eye(4, dtype=np.float32)[[0, 0, 1, 1, 1, 2, 3]] + np.float32(0.01)
    view = View(vectors=WordVectors(list("ABCDEFG"), rows), kind="saved")
    pane._how = Grouping(k=2, n=9)
    pane.take(pane.compute(view, None, SHAPE))
    pane._at = 1
    word = pane.result.clusters[1].words[0].word
    pane._how = Grouping(k=4, n=9)
    pane.take(pane.compute(view, None, SHAPE))
    assert word in [near.word for near in pane.result.clusters[pane._at].words]


@pytest.mark.parametrize("kind", [NeighborsPane, AnalogiesPane, ClustersPane])
def test_no_pane_keeps_the_vectors_of_an_earlier_view(kind, screen):
    pane, view = kind(id="pane"), view_of(1)
    pane.side = "output"
    question = parse_question("king", view.vectors)
    result = pane.compute(view, question, SHAPE)
    assert pane.compute(view, question, SHAPE) is result or kind is NeighborsPane
    gone = ref(view.vectors), ref(view.vectors.output_vectors)
    del view
    gc.collect()
    assert [one() for one in gone] == [None, None]


def test_a_word_card_that_is_not_seen_keeps_no_earlier_moment(screen):
    then = PastMoment(number=1, tokens=1, planned=9, seconds=0.5)
    screen.subject = SimpleNamespace(
        settings=None, moments=[then], view_at=lambda moment: view_of(7)
    )
    pane = WordCardPane(id="card")
    assert pane.compute(view_of(1), None, SHAPE).card.moved is not None
    gone = ref(pane._earlier[1].vectors)
    pane.forget()
    gc.collect()
    assert gone() is None
    assert pane.compute(view_of(1), None, SHAPE).card.moved is not None
