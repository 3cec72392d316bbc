"""Answers as rows of words: what is listed, in how many cells, and what is written to a file."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vtui.display import cell_width
from w2vtui.exploring.asking import Asking, ask
from w2vtui.exploring.questions import parse_question
from w2vtui.tui.explore_screen.answer_lines import Marked, columns_of, first_shown, table_lines
from w2vtui.tui.explore_screen.answer_table import Row, Table, as_tsv, table_of
from w2vtui.tui.explore_screen.panels.neighbors import corrected
from w2vtui.tui.looks.glyphs import ASCII, BRAILLE
from w2vtui.vectors import WordVectors

WORDS = (
    "king",
    "queen",
    "man",
    "woman",
    "東京",
    "e\u0301te\u0301",
    "bread",
    "a\x1b[31mb",
    "x" * 60,
)


@pytest.fixture(scope="module")
def vectors() -> WordVectors:
    rng = np.random.default_rng(7)
    counts = np.arange(len(WORDS), 0, -1) * 1000
    return WordVectors(WORDS, rng.normal(size=(len(WORDS), 4)).astype(np.float32), counts=counts)


def answered(vectors: WordVectors, text: str, n: int = 8) -> Table:
    return table_of(ask(vectors, parse_question(text, vectors), Asking(n=100)), n)


def shown(table: Table, width: int = 40, height: int = 12, **marked: object) -> list[str]:
    return [line.plain for line in table_lines(table, width, height, Marked(**marked))]


def test_nearest_words_have_ranks_and_leave_out_what_was_asked(vectors):
    table = answered(vectors, "king - man + woman")
    assert table.title == "Neighbors of king + woman - man"
    assert [row.rank for row in table.rows] == [1, 2, 3, 4, 5, 6]
    assert not {"king", "man", "woman"} & set(table.words)


def test_the_parts_of_an_answer_have_headings(vectors):
    odd = answered(vectors, "!king queen bread")
    assert odd.rows[0] == "the odd one out"
    assert len(odd.words) == 3
    axis = answered(vectors, "king -> queen", 6)
    assert [row for row in axis.rows if isinstance(row, str)] == ["toward king", "toward queen"]
    assert len(axis.words) == 4
    both = answered(vectors, "king | queen")
    assert both.head[0].startswith("cosine ")
    assert all(row.other is not None for row in both.rows if isinstance(row, Row))
    for width, heading in (
        (50, "near to both: cosine with king, with queen"),
        (38, "near to both"),
    ):
        assert heading in [line.rstrip() for line in shown(both, width)]
    found = answered(vectors, "/ee/")
    assert (found.words, found.head[0]) == (("queen",), "1 word, 8,000 times in the text")


def test_an_analogy_says_whether_its_fourth_word_is_right(vectors):
    first = answered(vectors, "king:man::queen:?").words[0]
    right = answered(vectors, f"king:man::queen:{first}")
    assert right.head[0].startswith(f"✓ {first} is number 1, cosine ")
    last = answered(vectors, "king:man::queen:?", 100).words[-1]
    assert answered(vectors, f"king:man::queen:{last}").head[0].startswith("✗ ")


@pytest.mark.parametrize("text", ["king", "king | queen", "man -> woman", "!king man bread", "/./"])
@pytest.mark.parametrize("width", [8, 20, 34, 40, 90])
@pytest.mark.parametrize("glyphs", [BRAILLE, ASCII])
def test_no_line_is_wider_than_its_pane(vectors, text, width, glyphs):
    table = answered(vectors, text)
    moves = {word: rank - 2 for rank, word in enumerate(table.words)} | {table.words[0]: None}
    at = next(at for at, row in enumerate(table.rows) if isinstance(row, Row))
    for line in shown(table, width, 9, at=at, moves=moves, glyphs=glyphs):
        assert cell_width(line) <= width
        assert line.isprintable()


def test_columns_are_left_out_where_there_is_no_room_the_bar_first(vectors):
    table = answered(vectors, "king")
    wide, narrow, least = (columns_of(table, width, moves=True) for width in (60, 32, 22))
    assert wide.bar
    assert wide.count
    assert wide.move
    assert (narrow.bar, bool(narrow.count)) == (0, True)
    assert (least.bar, least.count) == (0, 0)


def test_the_columns_of_double_width_words_stay_aligned(vectors):
    lines = shown(answered(vectors, "king"), 60)
    ends = {cell_width(line.rstrip()) for line in lines if line.strip()}
    assert len(ends) == 1  # the counts end in one column


@given(n_rows=st.integers(0, 300), room=st.integers(1, 60), at=st.integers(0, 299))
def test_the_row_that_is_pointed_at_is_in_sight(n_rows, room, at):
    first = first_shown(n_rows, room, at if at < n_rows else None)
    assert 0 <= first <= max(n_rows - room, 0)
    assert at >= n_rows or first <= at < first + room


def test_a_table_is_written_with_only_the_columns_it_has(vectors):
    lines = as_tsv(answered(vectors, "king")).decode().splitlines()
    assert lines[0] == "word\tcosine\tcount\trank"
    assert len(lines) == 1 + 8
    odd = as_tsv(Table("", (), (Row("a\tb\n\x1b[2J\u2028\ud800", None, 0.5),)))
    assert odd == b"word\tcosine\na\\tb\\n\\x1b[2J\\u2028\\ud800\t0.500000\n"
    both = as_tsv(answered(vectors, "king | queen"))
    assert both.startswith(b"word\tcosine\tother_cosine\tcount")


@pytest.mark.parametrize(
    ("text", "unknown", "word", "expected"),
    [
        ("itlay", "itlay", "italy", "italy"),
        ("paris - france + itlay", "itlay", "italy", "paris - france + italy"),
        ("a:b::ca:?", "ca", "c", "a:b::c:?"),
        ("!ab abc b", "ab", "x", "!x abc b"),
        ("art - ar", "ar", "or", "art - or"),
        (r"a | b\1", r"b\1", r"\g<0>", r"a | \g<0>"),
    ],
)
def test_a_proposed_word_takes_the_place_of_the_unknown_one(text, unknown, word, expected):
    assert corrected(text, unknown, word) == expected
