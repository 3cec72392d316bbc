"""Panes of the explore screen: the word card, the person's analogies, clusters."""

from __future__ import annotations

from contextlib import asynccontextmanager

import numpy as np
import pytest
from textual.widgets import Input

from tests.support.five_words import FIVE
from tests.support.screens import notices, press, shows, until
from w2vtui.display import cell_width
from w2vtui.exploring.board import answer_board, read_board
from w2vtui.exploring.subject import FileSubject
from w2vtui.exploring.word_card import WordCard, word_card
from w2vtui.system.resources import user_folder
from w2vtui.training.history.moments import PastMoment
from w2vtui.tui.app import W2vApp
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.explore_screen.panels.analogies import (
    FILE,
    AnalogiesPane,
    question_cells,
    row_lines,
)
from w2vtui.tui.explore_screen.panels.clusters import ClustersPane, cluster_line
from w2vtui.tui.explore_screen.panels.word_card import Shown, card_lines, moment_before
from w2vtui.tui.explore_screen.screen import ExploreScreen
from w2vtui.vectors import WordVectors

# ---- lines


def lines_of(shown: Shown, width: int = 60) -> list[str]:
    return [line.plain for line in card_lines(shown, width)]


def test_a_card_has_a_line_for_what_is_known():
    card = WordCard("rome", 1203, 71_290, 4127, 0.00024, 0.84, 3.02, 1.14, "01101", 0.031)
    assert lines_of(Shown(card, 61.0)) == [
        "count 4,127   rank 1,204 of 71,290",
        "kept 84.0 %   about 3,467 an epoch",
        "|v| 3.02   |u| 1.14",
        "moved 0.031 rad (1.8 deg)   in 01:01",
        "Huffman code 5 bits   01101",
        "share of the tokens 0.024 %",
    ]
    assert lines_of(Shown(card, 61.0), 31)[:4] == [
        *("count 4,127", "rank 1,204 of 71,290"),
        *("kept 84.0 %", "about 3,467 an epoch"),
    ]


def test_a_card_of_bare_vectors_is_short():
    bare = WordVectors(["a", "b"], np.array([[np.nan, 1], [3e30, 0]]))
    assert lines_of(Shown(word_card(bare, "a"))) == ["rank 1 of 2", "|v| nan"]
    assert lines_of(Shown(word_card(bare, "b")))[1] == "|v| 3e30"
    alone = WordCard("a", 0, 1, 3, 1.0, None, 1.0, None, "")
    assert "Huffman code 0 bits" in lines_of(Shown(alone))
    assert lines_of(Shown(None)) == ["no word is picked"]


@pytest.mark.parametrize(
    ("now", "then"), [(200, 100), (130, 10), (50, 10), (10, None), (None, None)]
)
def test_movement_is_shown_since_a_minute_ago(now, then):
    moments = [PastMoment(number=1, tokens=1, planned=9, seconds=s) for s in (10, 100, 190)]
    found = moment_before(moments, now)
    assert (None if found is None else found.seconds) == then


@pytest.mark.parametrize("width", [24, 40, 80])
def test_a_question_is_whole_beside_its_answer_or_above_it(width):
    lines = ("man:king::woman:queen", "man:king::woman:zu", "man:king::woman:kign", "北京 x:y::z:?")
    board = answer_board(FIVE, lines)
    cells = question_cells(board, width)
    drawn = [row_lines(row, cells, width, pointed=False) for row in board]
    rows = [line for lines in drawn for line in lines]
    assert all(cell_width(line.plain) <= width for line in rows)
    assert all(row.line in lines[0].plain for row, lines in zip(board, drawn, strict=True))
    assert len(rows) == len(board) * (2 if width == 24 else 1)
    if width == 24:
        assert rows[3].plain.split() == ["queen", "✗", "0.89", "#2"]
    if width == 80:
        assert rows[0].plain.split()[-3:] == ["queen", "✓", "0.89"]
        assert rows[1].plain.split()[-4:] == ["queen", "✗", "0.89", "#2"]
        assert "kign unknown" in rows[2].plain


def test_a_cluster_has_as_many_names_as_fit():
    line = cluster_line(1234, 0.5, ["king", "北京", "queen"], 28, pointed=True)
    assert line.plain == "▸ 1,234  0.50  king 北京"


# ---- on the screen


@asynccontextmanager
async def exploring(vectors: WordVectors, pane: str, size=(120, 40)):
    app = W2vApp(Form())
    app.subject = FileSubject("notes.bin", lambda report, read: vectors)
    async with app.run_test(size=size):
        await until(app, lambda: isinstance(app.screen, ExploreScreen) and app.screen.view)
        app.screen.go_to(pane)
        await until(app, lambda: app.focused is app.screen.query_one(f"#{pane}"))
        yield app


async def test_the_board_is_added_to_asked_and_saved():
    folder = user_folder("data")
    assert folder is not None
    async with exploring(FIVE, "analogies") as app:
        board = app.screen.query_one(AnalogiesPane)
        await shows(app, "▸ man:king::woman:queen  queen ✓ 0.89 ")
        assert "1 of 1 right" in str(board.border_subtitle)
        await press(app, "A")
        await until(app, lambda: isinstance(app.focused, Input))
        app.focused.value = "king | queen"
        await press(app, "enter")
        await shows(app, "is not an analogy")
        app.focused.value = "man:king::woman:zu"
        await press(app, "enter")
        await shows(app, "man:king::woman:", "queen ✗ 0.89 #2")
        assert read_board(folder / FILE) == ("man:king::woman:queen", "man:king::woman:zu")
        await press(app, "m")
        await until(app, lambda: "3cosmul" in str(board.border_subtitle))
        await press(app, "enter")  # asks what is pointed at, which is proposed for the next one
        await until(app, lambda: app.screen.text == "man:king::woman:zu")
        app.screen.set_focus(board)
        await press(app, "A")
        await until(app, lambda: isinstance(app.focused, Input))
        assert app.focused.value == "man:king::woman:zu"
        await press(app, "escape", "up", "D", "D")
        await shows(app, "no questions yet: A adds one")
        assert read_board(folder / FILE) == ()
        (folder / FILE).unlink()
        (folder / FILE).mkdir()
        board._add("man:king::?:queen")
        await until(app, lambda: "your analogies are not saved" in notices(app))
        await shows(app, "man:king::?:queen")


async def test_a_board_that_cannot_be_read_is_not_replaced():
    folder = user_folder("data")
    assert folder is not None
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_bytes(b"a:b::c:d\n" * 200_000)
    async with exploring(FIVE, "analogies") as app:
        assert "cannot be read" in notices(app)
        app.screen.query_one(AnalogiesPane)._add("man:king::woman:queen")
        await shows(app, "man:king::woman:queen")
    assert (folder / FILE).stat().st_size > 1_000_000


async def test_clusters_and_the_card_follow_the_keys():
    rng = np.random.default_rng(1)
    words = [f"w{i}" for i in range(60)]
    vectors = WordVectors(words, rng.normal(size=(60, 5)), np.arange(60, 0, -1))
    async with exploring(vectors, "clusters") as app:
        pane = app.screen.query_one(ClustersPane)
        await until(app, lambda: pane.border_title == "20 clusters")
        await shows(app, "Word card: w0", "count 60   rank 1 of 60", "|v|")
        await press(app, "minus")
        await until(app, lambda: pane.border_title == "16 clusters")
        await press(app, "plus", "plus")
        await until(app, lambda: pane.border_title == "22 clusters")
        assert "60 of 60 words" in str(pane.border_subtitle)
        await press(app, *["up"] * 22, "down", "enter")  # the pointer follows its word
        word = pane.result.clusters[1].words[0].word
        await until(app, lambda: app.screen.text == word)
        await shows(app, f"Word card: {word}")
        assert pane.exported(pane.result, ".tsv").count(b"\n") == 23
