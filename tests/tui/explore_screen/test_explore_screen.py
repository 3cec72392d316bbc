"""The explore screen: over vectors of a file, over a run that trains, and from screen to screen."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from textual.binding import Binding
from textual.widgets import Input

from tests.support.screens import (
    TRAINING,
    form,
    notices,
    press,
    resize,
    scripted,
    shot_of,
    shows,
    state,
    text_of,
    training,
    until,
)  # fmt: skip
from w2vtui.errors import VectorsError
from w2vtui.exploring.subject import FileSubject
from w2vtui.tui.app import W2vApp
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.app_parts.places import Places
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.explore_screen.opening import PANES, Opens
from w2vtui.tui.explore_screen.pane import ExplorePane
from w2vtui.tui.explore_screen.panels.neighbors import NeighborsPane
from w2vtui.tui.explore_screen.questioning import Asked
from w2vtui.tui.explore_screen.screen import FORMS, ExploreScreen
from w2vtui.tui.first_screen.screen import NewRunScreen
from w2vtui.tui.keys import own_bindings
from w2vtui.tui.saved_runs.run_list import RunList
from w2vtui.tui.screen_parts.run_line import RunLine
from w2vtui.tui.train_screen.screen import TrainScreen
from w2vtui.tui.widgets.key_bar import PLACES, KeyBar
from w2vtui.tui.widgets.query_field import QueryField
from w2vtui.vectors import WordVectors

WORDS = ("king", "queen", "man", "woman", "paris", "france", "italy", "rome", "tea", "coffee")


def some_vectors(words: tuple[str, ...] = WORDS, **more: Any) -> WordVectors:
    rng = np.random.default_rng(3)
    counts = np.arange(len(words), 0, -1) * 100
    vectors = rng.normal(size=(len(words), 6)).astype(np.float32)
    return WordVectors(words, vectors, counts=counts, **more)


@asynccontextmanager
async def exploring(
    load: Any, size: tuple[int, int] = (120, 40), name: str = "notes.bin"
) -> AsyncIterator[W2vApp]:
    app = W2vApp(Form())
    app.subject = FileSubject(name, lambda report, read: load())
    async with app.run_test(size=size):
        await until(app, lambda: isinstance(app.screen, ExploreScreen) and app.screen.focused)
        yield app


async def test_the_frames_are_there_at_once_and_keys_are_kept_for_what_is_opened() -> None:
    opened = threading.Event()

    def subject() -> FileSubject:
        opened.wait(60)
        return FileSubject("notes.bin", lambda report, read: some_vectors())

    app = W2vApp(Form())
    app.opens = Opens("notes.bin", subject)
    async with app.run_test(size=(120, 40)):
        await shows(app, "reading notes.bin", "Neighbors", "Map", *list(PANES.values())[:4])
        for key in ("slash", "t", "e", "a", "enter"):
            app.simulate_key(key)
        await until(app, lambda: len(getattr(app.screen, "_keys", ())) == 5)
        opened.set()
        await until(app, lambda: isinstance(app.screen, ExploreScreen))
        await shows(app, "Neighbors of tea")
        titles = {pane.id: pane.PANE_NAME for pane in app.screen.query(ExplorePane)}
        assert titles == {"neighbors": "Neighbors", **PANES}
        await press(app, "1")
        assert isinstance(app.screen, NewRunScreen)


async def test_a_question_that_is_typed_before_there_are_vectors_stays() -> None:
    read = threading.Event()

    def vectors() -> WordVectors:
        assert read.wait(60)
        return some_vectors()

    async with exploring(vectors) as app:
        await press(app, "slash", "t", "e")
        read.set()
        await shows(app, "Neighbors of king")
        assert app.focused.value == "te"
        await press(app, "a", "enter")
        await shows(app, "Neighbors of tea")


async def test_the_line_of_the_run_may_look_while_the_app_closes(monkeypatch):
    async with exploring(some_vectors) as app:
        line = app.screen.query_one(RunLine)
        with monkeypatch.context() as closing:  # a screen that was not running yet is still there
            closing.setitem(app._screen_stacks, app.current_mode, [])
            line.look()


def pane(app: W2vApp) -> NeighborsPane:
    return app.screen.query_one(NeighborsPane)


async def typed(app: W2vApp, line: str) -> None:
    await press(app, "slash")
    await until(app, lambda: isinstance(app.focused, Input))
    app.focused.value = line
    await press(app, "enter")
    await until(app, lambda: app.focused is pane(app))


async def test_a_question_is_answered_followed_and_returned_from():
    async with exploring(some_vectors) as app:
        await shows(app, "Neighbors of king", "Explore: notes.bin", " queen ", " woman ")
        first = pane(app).result.table.words[0]
        assert pane(app).word == app.screen.picked == "king"
        await press(app, "down")
        assert pane(app).word == app.screen.picked == first
        await press(app, "enter")
        await shows(app, f"Neighbors of {first}")
        await typed(app, "coffee | tea")
        await shows(app, "coffee and tea", "near to both")
        await press(app, "backspace")
        await shows(app, f"Neighbors of {first}")
        await press(app, "backspace")
        await shows(app, "Neighbors of king")
        await press(app, "p")
        await shows(app, "pinned")
        await press(app, "p")
        await until(app, lambda: "pinned" not in text_of(app))
        await press(app, "w")
        assert "while a run is on the train screen" in notices(app)
        await press(app, "v")
        assert "only the input vectors are known" in notices(app)


async def test_an_unknown_word_has_proposals_of_which_enter_takes_one():
    async with exploring(some_vectors) as app:
        await typed(app, "paris - france + itlay")
        await shows(app, "no vector for 'itlay'", "did you mean", "italy")
        assert app.screen.question.text == "king"  # the other panes stay as they were
        await press(app, "enter")
        await shows(app, "Neighbors of paris + italy - france")
        await typed(app, "xylophones")
        await shows(app, "it is not among the 10 words")
        await typed(app, "!king man")
        await shows(app, "the odd one out is one of 3", "got 2")
        await press(app, "slash", "escape")
        await until(app, lambda: app.focused is pane(app))


async def test_output_vectors_are_asked_by_themselves_and_with_the_input_vectors():
    rng = np.random.default_rng(4)
    output = rng.normal(size=(len(WORDS), 6)).astype(np.float32)
    async with exploring(lambda: some_vectors(output_vectors=output)) as app:
        await shows(app, "Neighbors of king")
        before = pane(app).result.table
        await press(app, "v")
        await shows(app, "output vectors")
        assert pane(app).result.table != before
        await press(app, "v")
        await shows(app, "both vectors")
        await press(app, "v")
        await until(app, lambda: pane(app).result.table == before)


@pytest.mark.parametrize(
    ("load", "said"),
    [
        (lambda: some_vectors(("alone",)), "the vocabulary has one word"),
        (lambda: WordVectors(["a", "b"], np.full((2, 2), np.nan)), "the vectors are not numbers"),
        (lambda: WordVectors(["a", "b"], np.zeros((2, 2))), "Neighbors of a"),
    ],
)
async def test_vectors_that_hold_little_are_explored_all_the_same(load, said):
    async with exploring(load) as app:
        shown = pane(app)
        await until(app, lambda: said in " ".join(f"{shown.border_title} {shown.plain}".split()))


async def test_a_file_that_cannot_be_read_says_why():
    def refuse() -> WordVectors:
        raise VectorsError("notes.bin is not a file of vectors")

    async with exploring(refuse) as app:
        await shows(app, "notes.bin is not a file of vectors")
        for _ in range(2):  # the digit is a key of the app, not a text to train on
            await press(app, "1")
            await until(app, lambda: isinstance(app.screen, NewRunScreen) and app.focused)
            assert app.screen.query_one("#corpus", Input).value == "atlas.txt"
            await press(app, "2")
            await until(app, lambda: isinstance(app.screen, ExploreScreen))


async def test_an_answer_and_the_vectors_are_written_and_nothing_is_replaced_unasked(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "neighbors.tsv").write_text("mine")
    (tmp_path / "notes.bin").write_text("explored")
    async with exploring(some_vectors) as app:
        await shows(app, "Neighbors of king")
        await press(app, "ctrl+e")
        await shows(app, "Export", "this file exists")
        app.focused.value = "neighbors.png"
        await press(app, "enter")
        await shows(app, "must end in .tsv")
        app.focused.value = "neighbors.tsv"
        await press(app, "enter")
        await shows(app, "Replace this file?")
        await press(app, "r")
        await until(app, lambda: "saved to neighbors.tsv" in notices(app))
        assert (tmp_path / "neighbors.tsv").read_text().startswith("word\tcosine\tcount\trank\n")
        await press(app, "s")
        await shows(app, "Save vectors")
        app.focused.value = "notes.bin"
        await press(app, "enter")
        await until(app, lambda: "would be overwritten" in notices(app))
        assert (tmp_path / "notes.bin").read_text() == "explored"
        await press(app, "s")
        await shows(app, "Save vectors")
        await press(app, "enter")
        await until(app, lambda: "saved to notes.vec" in notices(app))
        assert (tmp_path / "notes.vec").read_text().startswith("10 6\nking ")


async def test_every_size_has_its_layout():
    async with exploring(some_vectors) as app:
        await shows(app, "Neighbors of king", "Map", "Word card", "Drift", "Analogies")
        query = app.screen.query_one(QueryField)
        await until(app, lambda: query.placeholder == "a word · a - b + c · a:b::c:? · a | b")
        await press(app, "right_square_bracket")
        await shows(app, "Clusters")
        assert not app.screen.query_one("#drift").display
        await resize(app, 80, 24)
        await until(app, lambda: app.screen.has_class("tabbed"))
        await press(app, "left_square_bracket")
        await shows(app, "Neighbors of king", "Analogies")
        assert not app.screen.query_one("#clusters").display
        await resize(app, 50, 12)
        await until(app, lambda: app.screen.has_class("tiny"))
        await until(app, lambda: "Neighbors" not in text_of(app))
        await resize(app, 200, 60)
        await shows(app, "Neighbors of king", "Map", "Word card")
        await until(app, lambda: query.placeholder == FORMS)
        await press(app, "x")
        await until(app, lambda: app.screen.maximized is not None)
        await press(app, "escape")
        await until(app, lambda: app.screen.maximized is None)


# ---- beside a run


async def test_a_run_is_explored_while_it_trains_and_frozen(topical_corpus):
    async with training(form(topical_corpus)) as app:
        await press(app, "2")
        await until(app, lambda: isinstance(app.screen, ExploreScreen))
        await shows(app, "TRAINING", "Neighbors of", "LIVE @ ")
        first = app.screen.view
        await until(app, lambda: app.screen.view.tokens > first.tokens)
        await until(app, lambda: "Δ in " in str(pane(app).border_subtitle))
        await press(app, "L")
        await shows(app, "FROZEN @ ")
        frozen = app.screen.view
        await press(app, "down", "w")
        assert pane(app).word in app.session.words.watched
        await until(app, lambda: shot_of(app).progress.tokens > 2 * frozen.tokens)
        assert app.screen.view is frozen
        await press(app, "L")
        await until(app, lambda: app.screen.view.tokens > frozen.tokens)
        await press(app, "1")
        await until(app, lambda: isinstance(app.screen, TrainScreen))
        app.session.run.stop()
        await until(app, lambda: state(app) == "stopped")
        await press(app, "2")
        await shows(app, "STOPPED", "END @ ")
        run_screen = app.screen
        app.explore(FileSubject("notes.bin", lambda report, read: some_vectors()))
        await shows(app, "notes.bin (2 the run)", "Neighbors of king")
        await press(app, "2")
        await until(app, lambda: app.screen is run_screen)
        await press(app, "2")
        await shows(app, "notes.bin (2 the run)")


async def test_the_run_stays_in_charge_under_every_screen(topical_corpus, tmp_path):
    output = tmp_path / "vectors.bin"
    async with training(form(topical_corpus), output=str(output)) as app:
        for key in "234":
            await press(app, key)
            await until(app, lambda: not isinstance(app.screen, TrainScreen))
            assert app.screen_stack[1] is app._train_screen
            await press(app, "ctrl+q")
            await shows(app, "of the training is done")
            await press(app, "escape")
            await until(app, lambda: "of the training is done" not in text_of(app))
        await until(app, lambda: app.session.folder is not None)
        session = app.session
        await press(app, "4")
        await until(app, lambda: isinstance(app.screen, RunList) and app.screen.runs)
        await press(app, "enter")  # it is the run that trains
        await until(app, lambda: isinstance(app.screen, TrainScreen))
        assert app.session is session
        await press(app, "4")
        await until(app, lambda: isinstance(app.screen, RunList) and app.screen.runs)
        await press(app, "x")
        await shows(app, "LIVE @ ")
        app.session.run.stop()
        await until(app, output.exists)
        await until(app, lambda: app.session.saved_to == str(output))


async def test_a_digit_goes_to_a_screen_unless_a_value_is_typed():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        app.screen.query_one("#controls").pick("window")
        await press(app, "equals_sign", "2", "enter")
        await until(app, lambda: app.session.run.calls[-1] == {"window": 2})
        await press(app, "4")
        await until(app, lambda: isinstance(app.screen, RunList))
        await press(app, "escape", "2")
        await until(app, lambda: isinstance(app.screen, ExploreScreen))
        await press(app, "3", "4")
        await until(app, lambda: isinstance(app.screen, RunList))
        await press(app, "2")  # from the list, over another screen, too
        await until(app, lambda: isinstance(app.screen, ExploreScreen))
        await press(app, "3", "4", "1", "equals_sign", "1", "2", "down")
        await until(app, lambda: isinstance(app.screen, TrainScreen))
        await until(app, lambda: app.screen.staging.staged == {"window": 12})


def named(name: str, folder: Path | None = None) -> FileSubject:
    subject = FileSubject(name, lambda report, read: some_vectors())
    subject.folder = folder
    return subject


async def test_what_was_explored_before_stays_within_reach_with_its_question(tmp_path):
    async with exploring(some_vectors) as app:
        await typed(app, "tea")
        await shows(app, "Neighbors of tea")
        await press(app, "p")
        file_screen = app.screen
        app.explore(named("a-run", tmp_path))
        await shows(app, "Explore: a-run (2 notes.bin)", "Neighbors of king")
        await press(app, "2")
        await shows(app, "Explore: notes.bin (2 a-run)", "Neighbors of tea", "pinned")
        assert app.screen is file_screen
        app.explore(named("a-run", tmp_path))  # as it is now
        await press(app, "2")
        await until(app, lambda: app.screen is file_screen)
        app.explore(named("third"))
        await shows(app, "Explore: third (2 a-run)")
        assert app._explorable() == ["other", "earlier"]
        await press(app, "backspace")
        app.run_moved(tmp_path, tmp_path / "new")
        await until(app, lambda: app._explorable() == ["other"])


def test_the_screen_of_a_run_begins_with_what_was_asked_of_the_run_before_it():
    before = ExploreScreen(named("a"), Asked("tea", ("king", "man"), ("coffee",), "3cosmul"))
    again = ExploreScreen(named("b"), before.all_asked)
    assert (again.text, again.pins, again.method) == ("tea", ("coffee",), "3cosmul")
    assert again.all_asked == before.all_asked
    assert ExploreScreen(named("c")).all_asked == Asked()


def test_with_nothing_that_trains_the_method_follows_what_is_explored():
    forgotten, shown = [], []
    app = SimpleNamespace(
        session=None,
        subject=None,
        forget=forgotten.append,
        _keep_explored=lambda subject: None,
        _show_explored=lambda: shown.append(1),
    )
    Places.explore(app, named("other.bin"))
    assert (forgotten, app._explored, shown) == (["method"], "other", [1])
    app.session = SimpleNamespace()
    Places.explore(app, named("another.bin"))
    assert forgotten == ["method"]


def test_each_digit_of_the_key_bar_is_a_key_of_its_own(monkeypatch):
    app = SimpleNamespace(get_key_display=lambda one: one.key_display or one.key)
    monkeypatch.setattr(KeyBar, "app", app)
    monkeypatch.setattr(KeyBar, "get_component_rich_style", lambda *name, partial: "")
    bar, others = KeyBar(), [Binding("x", "max", "Max"), Binding("q", "quit", "Quit")]
    places = [one for one in own_bindings(BaseApp) if one.id in PLACES]
    bar._shown = tuple(bar._joined([*others, *places]))
    line = bar._line(bar._shown).plain
    assert "12345 Screens" in line
    for key in "12345xq":
        assert bar.key_at(line.index(key)) == key
    assert bar.key_at(line.index("Quit")) == "q"
    assert bar.key_at(line.index("Screens")) == bar.key_at(len(line) + 9) == ""
