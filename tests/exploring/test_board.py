"""The board of a person's own analogies: its file, and its answers."""

from __future__ import annotations

import pytest

from tests.support.five_words import FIVE
from w2vtui.errors import DiskError, QuestionError
from w2vtui.exploring.board import (
    STARTING,
    analogy_of,
    answer_board,
    edit_board,
    edited,
    read_board,
)


def test_a_board_comes_back_from_its_file(tmp_path):
    path = tmp_path / "folder" / "analogies.txt"
    assert read_board(path) == read_board(None) == STARTING
    lines = ("man:king::woman:queen", "北京 : a::b : c", "a:b::?:d")
    assert edit_board(path, dict.fromkeys(lines, True)) == lines
    assert read_board(path) == lines
    assert edit_board(path, dict.fromkeys(lines, False)) == ()
    assert read_board(path) == ()


def test_an_edit_leaves_every_other_line_as_it_is(tmp_path):
    path = tmp_path / "analogies.txt"
    many = b"".join(b"a:b::c:%d\r\n" % i for i in range(60))
    path.write_bytes(b"\xef\xbb\xbfx:y::z:? \n\n # mine\n" + many + b"last:line::without:end")
    lines = read_board(path)
    assert (len(lines), lines[0]) == (63, "x:y::z:?")
    assert len(edit_board(path, {"a:b::c:7": False, "x:y::z:?": False})) == 61
    left = many.replace(b"a:b::c:7\r\n", b"")
    assert path.read_bytes() == b"\n # mine\n" + left + b"last:line::without:end\n"
    with pytest.raises(DiskError, match="61 questions, and a board holds 50: remove one first"):
        edit_board(path, {"one:more::line:?": True})
    assert path.read_bytes() == b"\n # mine\n" + left + b"last:line::without:end\n"


def test_what_another_program_has_written_since_is_kept(tmp_path):
    path = tmp_path / "analogies.txt"
    edit_board(path, {"a:b::c:mine": True})
    edit_board(path, {"a:b::c:theirs": True, STARTING[0]: False})
    assert edit_board(path, {"a:b::c:\ud800": True}) == (
        "a:b::c:mine", "a:b::c:theirs", "a:b::c:\ud800",
    )  # fmt: skip
    assert edit_board(path, {"a:b::c:mine": False}) == read_board(path)
    assert read_board(path) == ("a:b::c:theirs", "a:b::c:\ud800")
    assert edited(["a", "b"], {"b": False, "c": True, "a": True}) == ("a", "c")


def test_a_file_that_is_not_utf8_is_shown_and_not_written(tmp_path):
    path = tmp_path / "analogies.txt"
    content = "man:king::woman:queen\ncafé:x::y:z\n".encode("latin-1")
    path.write_bytes(content)
    assert read_board(path) == ("man:king::woman:queen", "caf\ufffd:x::y:z")
    for edits in ({"man:king::woman:queen": False}, {"a:b::c:?": True}):
        with pytest.raises(DiskError, match="is not UTF-8 from byte 26 on: save it as UTF-8"):
            edit_board(path, edits)
    assert path.read_bytes() == content


def test_a_board_that_cannot_be_written_is_reported(tmp_path):
    (tmp_path / "analogies.txt").mkdir()
    with pytest.raises(DiskError):
        edit_board(tmp_path / "analogies.txt", {"a:b::c:d": True})


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
