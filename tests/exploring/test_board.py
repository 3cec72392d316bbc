"""The board of a person's own analogies: its file, and its answers."""

from __future__ import annotations

import pytest

from tests.exploring.test_answers import FIVE
from w2vtui.errors import DiskError, QuestionError
from w2vtui.exploring.board import (
    MOST_QUESTIONS,
    STARTING,
    analogy_of,
    answer_board,
    read_board,
    write_board,
)


def test_a_board_comes_back_from_its_file(tmp_path):
    path = tmp_path / "folder" / "analogies.txt"
    assert read_board(path) == read_board(None) == STARTING
    lines = ("man:king::woman:queen", "北京 : a::b : c", "a:b::?:d")
    write_board(path, lines)
    assert read_board(path) == lines
    write_board(path, ())
    assert read_board(path) == ()
    path.write_bytes(b"\n".join([b"a:b::c:%d" % i for i in range(99)]) + b"\n\n a:b::c:0 \n\xff\n")
    assert len(read_board(path)) == MOST_QUESTIONS


def test_a_board_that_cannot_be_written_is_reported(tmp_path):
    (tmp_path / "analogies.txt").mkdir()
    with pytest.raises(DiskError):
        write_board(tmp_path / "analogies.txt", ("a:b::c:d",))


def test_each_question_is_answered_or_says_why_not():
    rows = answer_board(
        FIVE,
        ["man:king::woman:queen", "man:king::woman:zu", "man:king::?:queen", "man:king::kign:?",
         "man:king::woman:kign", "king", "a:b::"],
    )  # fmt: skip
    assert [row.answer and row.answer.is_right for row in rows[:3]] == [True, False, None]
    assert rows[1].answer is not None
    assert rows[1].answer.rank == 2
    assert [row.problem for row in rows[3:5]] == ["kign unknown"] * 2
    assert "is not an analogy" in rows[5].problem
    assert "two pairs" in rows[6].problem


def test_what_is_not_an_analogy_is_refused():
    with pytest.raises(QuestionError, match=r"'king . queen' is not an analogy"):
        analogy_of("king | queen", FIVE)
