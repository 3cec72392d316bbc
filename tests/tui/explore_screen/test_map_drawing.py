"""The map in the cells of a terminal: labels apart, lines of one width, words that stay named."""

from __future__ import annotations

import numpy as np
import pytest
from rich.cells import cell_len

from w2vtui.exploring.maps.projection import pca_map
from w2vtui.exploring.questions import parse_question
from w2vtui.exploring.subject import View
from w2vtui.tui.explore_screen.map.axes_dialog import axes_of
from w2vtui.tui.explore_screen.map.drawing import MapDrawing
from w2vtui.tui.explore_screen.map.result import MapChoices, computed
from w2vtui.tui.explore_screen.map.scene import Label, Looks, Scene
from w2vtui.tui.explore_screen.map.trails import LENGTH, Trails
from w2vtui.tui.explore_screen.map.window import Window, fitted
from w2vtui.tui.looks.glyphs import ASCII, BLOCK, BRAILLE
from w2vtui.tui.widgets.result_panel import Shape
from w2vtui.vectors import WordVectors

SHAPE = Shape(60, 18)
WORDS = ["the", "東京", "of", "\x1b[31mred", "naïve", *(f"word{row}" for row in range(195))]
ROWS = np.random.default_rng(5).normal(size=(200, 6)).astype(np.float32)
VECTORS = WordVectors(WORDS, ROWS)
MAP = pca_map(VECTORS)
WINDOW = fitted(MAP.points, SHAPE)
ASKED = Label(tuple(MAP.points[150].tolist()), WORDS[150], "asked", WORDS[150])

HOSTILE = Label(tuple(MAP.points[3].tolist()), WORDS[3], "tracked", WORDS[3])


def drawing(glyphs=BRAILLE, window=WINDOW, shape=SHAPE, looks=None, **scene) -> MapDrawing:
    scene = {"points": MAP.points, "words": MAP.words} | scene
    return MapDrawing(Scene(**scene), window, shape, glyphs, looks)


@pytest.mark.parametrize("glyphs", [BRAILLE, BLOCK, ASCII], ids=lambda glyphs: glyphs.name)
@pytest.mark.parametrize("clusters", [None, np.arange(200) % 3])
def test_every_line_is_as_wide_as_the_pane(glyphs, clusters):
    made = drawing(glyphs, labels=[ASKED, HOSTILE], clusters=clusters, has_axes=True,
                   trails=[MAP.points[:4]])  # fmt: skip
    lines = made.text.plain.split("\n")
    assert len(lines) == SHAPE.height
    assert {cell_len(line) for line in lines} == {SHAPE.width}
    assert "東京" in made.labeled
    assert r"\x1b[31mred" in made.text.plain
    assert "\x1b" not in made.text.plain
    if glyphs is ASCII:  # what a filter of the app does not replace
        assert not {"∙", "◆", "◉"} & set(made.text.plain)
    else:
        assert f"◆{WORDS[150]}" in made.text.plain or f"{WORDS[150]}◆" in made.text.plain


def test_labels_are_apart_and_the_asked_word_has_one():
    made = drawing(labels=[ASKED])
    assert made.placed[0].label is ASKED
    taken = set()
    for one in made.placed:
        cells = {(one.row, column) for column in range(one.start, one.end)}
        assert not cells & taken
        taken |= cells
    assert "the" in made.labeled
    assert len(made.placed) <= SHAPE.width * SHAPE.height // 60 + 1


def test_words_asked_on_one_spot_are_all_named():
    labels = [Label(ASKED.point, f"asked{i}", "asked") for i in range(3)]
    made = drawing(labels=labels)
    assert [one.label for one in made.placed[:3]] == labels
    assert {one.row - made.placed[0].row for one in made.placed[:3]} <= {-1, 0, 1}


def test_words_far_from_the_crowd_are_named_too():
    """The frequent words lie together; one word of each other part of the map has a label."""
    crowd = np.random.default_rng(1).normal(size=(180, 2)) * 0.03
    apart = np.array([[1.0, 1], [-1, 1], [1, -1], [-1, -1]])
    points = np.concatenate((crowd, apart)).astype(np.float32)
    words = [f"w{row}" for row in range(184)]
    made = drawing(points=points, words=words, window=Window(0, 0, 0.06))
    assert {"w180", "w181", "w182", "w183"} <= made.labeled


def test_words_keep_their_labels_while_they_move():
    first = drawing()
    moved = MAP.points + np.random.default_rng(2).normal(size=(200, 2)).astype("f4") * 0.01
    after = drawing(points=moved, kept=first.labeled)
    assert len(after.labeled & first.labeled) >= 0.75 * len(first.labeled)
    assert len(after.labeled & first.labeled) >= len(drawing(points=moved).labeled & first.labeled)


def test_a_click_finds_the_label_or_the_nearest_word():
    made = drawing(labels=[ASKED])
    label = made.placed[0]
    assert made.word_at(label.end - 1, label.row) == WORDS[150]
    columns, rows = WINDOW.cells(MAP.points, SHAPE)
    bare = drawing()
    for i in (40, 90):
        column, row = int(columns[i]), int(rows[i])
        found = MAP.words.index(bare.word_at(column, row))
        far = np.hypot(columns - column - 0.5, 2 * (rows - row - 0.5))
        is_label = any(p.row == row and p.start <= column < p.end for p in bare.placed)
        assert is_label or far[found] == far.min()
    empty = drawing(window=Window(50, 50, 0.01))
    assert (empty.word_at(3, 3), empty.n_shown) == (None, 0)


def test_clusters_are_letters_without_colors_and_colors_with_them():
    clusters = np.zeros(200, dtype=np.int64)
    letters = drawing(clusters=clusters).text
    assert letters.plain.count("a") > 50
    colored = drawing(clusters=clusters, looks=Looks(clusters=("red",))).text
    assert colored.plain.count("a") < 20
    assert "red" in {str(span.style) for span in colored.spans}
    none = drawing(clusters=np.full(200, -1)).text
    assert none.plain.count("a") == colored.plain.count("a")


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (3, 1), (0, 9), (200, 2)])
def test_any_size_is_drawn(shape):
    made = drawing(shape=Shape(*shape), labels=[ASKED], trails=[MAP.points[:3]])
    lines = made.text.plain.split("\n")
    assert all(cell_len(line) == shape[0] for line in lines) or min(shape) == 0
    drawing(shape=Shape(*shape), window=fitted(MAP.points, Shape(*shape)))


def test_trail_is_drawn_behind_the_words():
    line = np.array([[-0.9, 0.5], [0.9, 0.5]], dtype=np.float32)
    alone = {"points": MAP.points[:1], "words": MAP.words[:1]}
    text = drawing(**alone, trails=[line], window=Window(0, 0, 0.04)).text.plain
    assert text.count("∙") >= 40
    assert text.split("\n")[0].count("∙") == 0


# ---- window


def test_window_and_cells_are_inverse():
    for column, row in ((0, 0), (59, 17), (30, 4)):
        point = np.array([WINDOW.point(column, row, SHAPE)])
        columns, rows = WINDOW.cells(point, SHAPE)
        assert (columns[0], rows[0]) == (pytest.approx(column + 0.5), pytest.approx(row + 0.5))
    about = WINDOW.point(10, 5, SHAPE)
    assert WINDOW.zoomed(3, about).cell(about, SHAPE) == pytest.approx(WINDOW.cell(about, SHAPE))
    right = WINDOW.moved(4, 2)
    assert right.cell(about, SHAPE) == pytest.approx(np.subtract(WINDOW.cell(about, SHAPE), (4, 2)))


def test_window_stays_while_words_move_a_little():
    assert fitted(MAP.points * 1.03, SHAPE, WINDOW) is WINDOW
    assert fitted(MAP.points * 0.95, SHAPE, WINDOW) is WINDOW
    assert fitted(MAP.points * 3, SHAPE, WINDOW).scale > WINDOW.scale
    assert fitted(MAP.points * 0.2, SHAPE, WINDOW).scale < WINDOW.scale
    far = np.array([[9.0, 0.0]])
    assert fitted(MAP.points, SHAPE, WINDOW, far).cell((9.0, 0.0), SHAPE)[0] <= SHAPE.width
    assert fitted(np.zeros((1, 2)), SHAPE).scale == Window.__init__.__defaults__[2]
    assert fitted(MAP.points[:0], SHAPE, WINDOW) is WINDOW


# ---- what is computed


def test_what_is_asked_is_on_the_map_however_rare():
    vectors = WordVectors(WORDS, ROWS)
    view = View(vectors=vectors, kind="live", tokens=7)
    question = parse_question("the - of + word100", vectors)
    result = computed(view, question, MapChoices(tracked=("naïve", "stranger")), None)
    assert [(one.kind, one.text) for one in result.labels] == [
        ("asked", "query"), ("asked", "the"), ("asked", "word100"), ("asked", "of"),
        ("tracked", "naïve"),
    ]  # fmt: skip
    total, _ = vectors.sum_of(["the", "word100"], ["of"])
    assert result.labels[0].point == result.map.place(total)
    again = computed(view, None, MapChoices(has_clusters=True), result)
    assert (again.labels, again.map.shares) == ((), result.map.shares)
    assert [one.text[:3] for one in again.letters()] == [f" {letter} " for letter in "ABCDEFGH"]
    assert all(one.word == again.names[one.cluster][0] for one in again.letters())
    table = again.table().decode().splitlines()
    assert table[0] == "word\tx\ty\tcluster"
    assert table[4].startswith(r"\x1b[31mred" + "\t")
    assert len(table) == 201


def test_trails_end_where_the_view_is():
    trails = Trails()
    trails.add(MAP, 1)
    assert trails.lines() == []
    trails.toggle(["the", "of"])
    for tokens in range(LENGTH + 20):
        trails.add(MAP, tokens)
    assert [len(line) for line in trails.lines()] == [LENGTH, LENGTH]
    trails.add(MAP, 30)  # the time machine went back
    assert [len(line) for line in trails.lines()] == [11, 11]
    trails.toggle(["the"])
    assert trails.words == ("of",)
    trails.toggle(["of", "word3"])
    assert set(trails.words) == {"of", "word3"}


def test_axes_of_a_text():
    assert axes_of("man:woman, small:big") == (("man", "woman"), ("small", "big"))
    assert axes_of("man:woman small:big") == (("man", "woman"), ("small", "big"))
    for text in ("", "man:woman", "a:b c:d e:f"):
        with pytest.raises(ValueError, match="must be two pairs of words"):
            axes_of(text)
