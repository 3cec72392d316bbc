"""Watch words, churn and quality: the lines they are drawn as, and the keys that steer them."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.widgets import Input

from tests.support.screens import (
    TRAINING,
    ask,
    form,
    notices,
    press,
    screen_lines,
    scripted,
    text_of,
    training,
    until,
)
from w2vtui.training.state.measurements import Churn, Neighbors, Quality, Score, VectorHealth
from w2vtui.training.state.snapshot import Remark
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.looks.glyphs import ASCII
from w2vtui.tui.train_screen.panels.quality import quality_lines, subtitle
from w2vtui.tui.train_screen.panels.watch import watch_line, watch_lines
from w2vtui.tui.train_screen.readouts import norms_text, saturated_text
from w2vtui.tui.train_screen.watch_dialog import WatchDialog, queries_in
from w2vtui.tui.train_screen.watch_dialog import text_of as text_of_queries
from w2vtui.tui.widgets.charts.spark import LEVELS, rank_sign, spark, trend

NO_ROWS = np.empty((0, 4))
CHURN = Churn(tokens=1, churn=0.11, settled=0.63, n_words=500)
KING = Neighbors(
    query="king",
    words=(("queen", 0.9), ("prince", 0.8), ("kings", 0.7), ("throne", 0.6), ("crown", 0.5)),
    moves=(2, 1, 0, None, -3),
)
TOKYO = Neighbors(
    query="東京", words=(("大阪", 0.8), ("京都府", 0.7), ("\x1b[31mred", 0.6)), moves=(0, -1, None)
)
QUALITY = Quality(
    tokens=35_000_000,
    took_seconds=0.31,
    scores=(
        Score("google.txt", "semantic", 0.241, 1800, 2000),
        Score("google.txt", "syntactic", 0.318, 1900, 2000),
        Score("ws353.txt", "pairs", 0.58, 12, 353),
    ),
)


def rows_of(*values: float) -> np.ndarray:
    return np.array([[place, place, value, 1.0] for place, value in enumerate(values)])


# ---- spark lines, trends, signs


def test_a_spark_line_rises_where_the_values_do():
    line = spark(rows_of(*np.linspace(0.125, 1, 8)), 8)
    assert line == LEVELS
    assert spark(rows_of(*np.linspace(0.99, 0.01, 80)), 8) == LEVELS[::-1]
    assert spark(rows_of(0.60, 0.66), 2) == "██"  # not from nothing to all
    assert spark(rows_of(0.2, 0.4, 0.8, -0.1), 4) == "▂▄█▁"
    assert spark(NO_ROWS, 5) == "     "
    assert spark(rows_of(math.nan, 0.2), 3).strip() in LEVELS


@given(st.lists(st.floats(0, 1) | st.just(math.nan), max_size=60), st.integers(0, 30))
def test_a_spark_line_is_as_wide_as_asked(values, width):
    rows = rows_of(*values) if values else NO_ROWS
    assert cell_len(spark(rows, width)) == width
    assert cell_len(trend(rows)) == 1


@pytest.mark.parametrize(
    ("values", "sign"),
    [((), " "), ((0.3,), " "), ((0.1, 0.3), "↗"), ((0.5, 0.3), "↘"), ((0.3, 0.302), "→"),
     ((0.9, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5), "→")],
)  # fmt: skip
def test_a_trend_is_that_of_the_last_values(values, sign):
    assert trend(rows_of(*values) if values else NO_ROWS) == sign


def test_signs_of_ranks():
    assert [rank_sign(move) for move in (2, -1, 0, None)] == ["▲2", "▼1", "·", "+"]


def test_signs_of_ranks_in_ascii_do_not_look_like_letters():
    assert [rank_sign(move, ASCII) for move in (2, -1, 0, None)] == ["+2", "-1", "=", "*"]
    lines = [line.plain for line in watch_lines([KING], None, (NO_ROWS, NO_ROWS), 60, 9, ASCII)]
    assert lines[0].rstrip() == "king      queen+2 prince+1 kings= throne* crown-3"
    assert lines[-1].rstrip() == "+- moved rank  = stayed  * entered"


# ---- lines


def test_a_watched_word_has_its_neighbors_with_signs():
    line = watch_line(KING, 60).plain
    assert line.rstrip() == "king      queen▲2 prince▲1 kings· throne+ crown▼3"
    first_look = watch_line(replace(KING, moves=()), 60).plain
    assert first_look.rstrip() == "king      queen prince kings throne crown"


def test_words_that_do_not_fit_whole_are_left_out():
    line = watch_line(KING, 30).plain
    assert line.rstrip() == "king      queen▲2 prince▲1"
    assert cell_len(line) == 30


@given(st.integers(8, 80), st.integers(1, 12))
def test_watch_lines_fit_whatever_their_words(width, height):
    unknown = Neighbors(query="shipp", words=(), problem="no vector for 'shipp': did you mean 船?")
    lines = watch_lines(
        [KING, TOKYO, unknown], CHURN, (rows_of(0.4, 0.1), rows_of(0.2, 0.6)), width, height
    )
    assert len(lines) <= height
    for line in lines[:3]:
        assert "\x1b" not in line.plain
        if height < 4 or width >= 40:
            assert cell_len(line.plain) in (0, width)


def test_neighbors_of_wide_words_begin_in_one_column():
    lines = [watch_line(answer, 50).plain for answer in (KING, TOKYO)]
    starts = [
        cell_len(line[: line.index(word)])
        for line, word in zip(lines, ("queen", "大阪"), strict=True)
    ]
    assert starts[0] == starts[1]
    assert r"\x1b[31mred+" in lines[1]


def test_churn_and_what_the_signs_mean_stand_below_the_words():
    lines = [line.plain for line in
             watch_lines([KING], CHURN, (rows_of(0.4, 0.1), rows_of(0.2, 0.6)), 44, 9)]  # fmt: skip
    assert len(lines) == 9
    assert lines[0].startswith("king ")
    assert "churn@10" in lines[6]
    assert " 11 %" in lines[6]
    assert lines[6].rstrip().endswith("↘")
    assert "63 % of 500  ↗" in lines[7]
    assert "▲▼ moved rank  · stayed  + entered" in lines[8]
    low = [line.plain for line in watch_lines([KING] * 9, CHURN, (NO_ROWS, NO_ROWS), 44, 3)]
    assert all(line.startswith("king") for line in low)


def test_quality_says_values_trends_and_coverage():
    curves = {("google.txt", "semantic"): rows_of(0.1, 0.24), ("ws353.txt", "pairs"): rows_of(0.1)}
    lines = [line.plain for line in
             quality_lines(QUALITY, curves, wanted=True, width=56, height=5)]  # fmt: skip
    assert all(cell_len(line) == 56 for line in lines)
    assert lines[0].split() == ["trend", "score", "covered"]
    assert lines[1].startswith("semantic     ▄█")
    assert "24.1 % ↗ 1,800/2,000" in lines[1]
    assert lines[1].index("1,800") == lines[0].index("covered")
    assert "31.8 %   1,900/2,000" in lines[2]
    assert "0.580   12/353: too few" in lines[3]


def test_a_large_quality_pane_says_where_each_score_came_from():
    curves = {("google.txt", "semantic"): rows_of(0.1, 0.3, 0.24)}
    lines = [line.plain for line in
             quality_lines(QUALITY, curves, wanted=True, width=56, height=20)]  # fmt: skip
    assert lines[2].strip() == "first 10.0 % at 0 · best 30.0 % at 1"


def test_a_large_watch_pane_lists_the_nearest_words_of_each_query():
    words = tuple((f"near{at}", 0.9 - at / 50) for at in range(10))
    king = replace(KING, words=words, moves=(1, -1, None, *[0] * 7))
    many = [replace(king, query=f"word{n}") for n in range(8)]
    lines = watch_lines(many, CHURN, (NO_ROWS, NO_ROWS), 118, 34)
    shown = "\n".join(line.plain for line in lines)
    assert all(f"word{n}" in shown for n in range(8))
    assert shown.count("near9") == 8
    assert re.search("near0 +0.900 ▲1", shown)
    assert "churn@10" in shown
    assert all(cell_len(line.plain) in (0, 118) for line in lines)


@given(st.integers(10, 100), st.integers(1, 6))
def test_quality_lines_fit(width, height):
    for line in quality_lines(QUALITY, {}, wanted=True, width=width, height=height):
        assert cell_len(line.plain) == width


def test_quality_names_its_sets_or_says_why_it_is_missing():
    double = replace(QUALITY, scores=(*QUALITY.scores, Score("men.txt", "pairs", math.nan, 0, 9)))
    lines = [line.plain for line in quality_lines(double, {}, wanted=True, width=50, height=5)]
    assert lines[3].startswith("ws353.txt")
    assert lines[4].startswith("men.txt")
    assert " – " in lines[4]
    none = quality_lines(None, {}, wanted=False, width=50, height=5)
    assert ":pairs" in " ".join(line.plain for line in none)
    assert (
        "waiting for the first scores"
        in quality_lines(None, {}, wanted=True, width=50, height=5)[0].plain
    )
    assert subtitle(QUALITY, True) == "took 0.3 s  q measure now"
    assert subtitle(None, False) == ""


def test_signs_of_health_as_texts():
    health = VectorHealth(tokens=1, input_norm=2.31, output_norm=0.88, saturated=0.007)
    assert norms_text(health) == "|v| 2.31   |u| 0.88"
    assert norms_text(replace(health, output_norm=None)) == "|v| 2.31"
    assert saturated_text(health) == "0.7 %"
    assert (norms_text(None), saturated_text(None)) == ("–", "–")


# ---- the list of words


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("king paris  rome", ("king", "paris", "rome")),
        ("king, paris,rome ,", ("king", "paris", "rome")),
        ("king, king - man + woman, king", ("king", "king - man + woman")),
        ("king −  man", ("king − man",)),
        ("well-known", ("well-known",)),
        (" , ", ()),
    ],
)
def test_a_text_names_words_and_sums(text, queries):
    assert queries_in(text) == queries
    assert queries_in(text_of_queries(queries)) == queries


# ---- the screen


async def test_the_panels_stand_where_they_belong_at_120_by_40():
    health = VectorHealth(tokens=1, input_norm=2.31, output_norm=0.88, saturated=0.007)
    shot = replace(TRAINING, neighbors=(KING, TOKYO), churn=CHURN, quality=QUALITY,
                   quality_wanted=True, health=health)  # fmt: skip
    async with scripted(shot, (120, 40)) as (app, _):
        await until(app, lambda: "大阪" in text_of(app))
        lines = screen_lines(app)
    titles = next(line for line in lines if "Watch words" in line)
    assert titles.index("Speed") < titles.index("Run") < titles.index("Watch words")
    titles = next(line for line in lines if "╭─ Quality" in line)
    assert titles.index("Events") < titles.index("Quality")
    text = "\n".join(lines)
    parts = (
        *("queen▲2 prince▲1 kings· throne+", "63 % of 500", "24.1 %", "12/353: too few"),
        *("w edit list", "q measure now"),
    )
    for part in parts:
        assert part in text, part
    assert all(cell_len(line) == 120 for line in lines)


async def test_quality_is_a_pane_of_its_own_on_a_small_terminal():
    shot = replace(TRAINING, quality=QUALITY, quality_wanted=True)
    async with scripted(shot, (80, 24)) as (app, _):
        assert "12/353" not in text_of(app)
        app.simulate_key("left_square_bracket")
        await until(app, lambda: "12/353: too few" in text_of(app))


async def test_q_measures_now_and_says_when_there_is_nothing_to_measure_with():
    async with scripted(replace(TRAINING, quality_wanted=True), (120, 40)) as (app, run):
        app.simulate_key("q")
        await until(app, lambda: "measure quality" in run.calls)
    async with scripted(TRAINING, (120, 40)) as (app, run):
        app.simulate_key("q")
        await until(app, lambda: ":pairs" in notices(app))
        assert "measure quality" not in run.calls


async def test_a_run_in_trouble_says_so():
    trouble = "the loss rose from 2.00 to 4.00: lower the learning rate (0.05)"
    shot = replace(TRAINING, remarks=(Remark("diverging", trouble, 3), Remark("b", "more", 1)))
    async with scripted(shot, (120, 40)) as (app, _):
        await until(app, lambda: trouble in text_of(app))
        assert ":doctor lists 1 more" in text_of(app)
        await press(app, "colon", *"doctor", "enter")
        await until(app, lambda: notices(app).endswith("\nmore"))


async def test_the_watched_words_can_be_edited_and_unknown_ones_are_explained(topical_corpus):
    async with training(form(topical_corpus)) as app:
        before = app.session.words.watched
        await press(app, "w")
        await until(app, lambda: isinstance(app.screen, WatchDialog) and app.focused)
        assert app.screen.query_one("#words", Input).value == ", ".join(before)
        await press(app, "escape")
        await until(app, lambda: not isinstance(app.screen, WatchDialog))
        assert app.session.words.watched == before
        await press(app, "w")
        await until(app, lambda: isinstance(app.screen, WatchDialog) and app.focused)
        app.screen.query_one("#words", Input).value = "ship cow, cow - barn + ship, shipp"
        await press(app, "enter")
        wanted = ("ship", "cow", "cow - barn + ship", "shipp")
        await until(app, lambda: [n.query for n in app.session.snapshot().neighbors] == [*wanted])
        nearest = app.screen.query_one("#nearest")
        await until(app, lambda: "sailor" in nearest.plain and "no vector for" in nearest.plain)
        assert app.session.words.watched == wanted


async def test_the_words_are_watched_on_while_a_query_is_shown(topical_corpus):
    async with training(form(topical_corpus)) as app:
        nearest = app.screen.query_one("#nearest")
        await until(app, lambda: "churn@10" in nearest.plain)
        await ask(app, "ship")
        await until(app, lambda: " 1 " in nearest.plain and "churn@10" not in nearest.plain)
        watched = app.session.words.watched
        assert [n.query for n in app.session.snapshot().neighbors][: len(watched)] == [*watched]
        await press(app, "escape")
        await until(app, lambda: "churn@10" in nearest.plain)
        assert app.focused is app.screen.query_one("#controls")
        assert not app.screen.query_one("#query").display


async def test_the_watched_words_can_be_edited_after_the_end(topical_corpus):
    async with training(form(topical_corpus, epochs=20)) as app:
        await until(app, lambda: app.screen.shot.state == "done")
        await press(app, "w")
        await until(app, lambda: isinstance(app.screen, WatchDialog) and app.focused)
        app.screen.query_one("#words", Input).value = "baker + , zzz, barn"
        await press(app, "enter")
        nearest = app.screen.query_one("#nearest")
        await until(app, lambda: "no vector for 'zzz'" in nearest.plain)
        await until(app, lambda: nearest.plain.splitlines()[0].startswith("baker +"))


async def test_files_of_questions_reach_the_screen(topical_corpus, tmp_path):
    pairs = tmp_path / "alike.txt"
    pairs.write_text("ship sailor 9\ncow barn 9\nship barn 1\ncow sailor 1\nnobody knows 5\n")
    chosen: Form = replace(form(topical_corpus), pairs=(str(pairs),))
    async with training(chosen) as app:
        await press(app, "q")
        await until(app, lambda: "4/5: too few" in app.screen.query_one("#quality").plain)
