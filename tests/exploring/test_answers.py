"""Answers to questions: by small vectors whose cosines are known, and by slow, obvious sums."""

from __future__ import annotations

import json
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from tests.support.five_words import FIVE
from tests.support.wait import DEADLINE
from w2vtui.errors import ChildError, QuestionError, UnknownWordError, VectorsError
from w2vtui.exploring import asking, searching
from w2vtui.exploring.answers import (
    AnalogyWords,
    Answer,
    AxisWords,
    Matches,
    Near,
    NearestWords,
    OddWord,
    TwoWords,
    as_json,
)
from w2vtui.exploring.asking import Asking, LastAnswer, ask
from w2vtui.exploring.questions import Question, parse_question
from w2vtui.exploring.sides import with_side
from w2vtui.vectors import WordVectors


def answered(line: str, vectors: WordVectors = FIVE, **how) -> Answer:
    return ask(vectors, parse_question(line, vectors), Asking(**how))


@pytest.fixture(scope="module")
def many() -> WordVectors:
    """300 words in 8 dimensions, one of zeros and one that is not of numbers."""
    rng = np.random.default_rng(7)
    matrix = rng.normal(size=(300, 8)).astype(np.float32)
    matrix[11], matrix[12, 3] = 0, np.nan
    return WordVectors([f"w{i}" for i in range(300)], matrix, np.arange(300, 0, -1))


def units(vectors: WordVectors) -> np.ndarray:
    """The vectors in float64 at length 1; zeros stay."""
    exact = vectors.vectors.astype(np.float64)
    lengths = np.linalg.norm(exact, axis=1, keepdims=True)
    return np.divide(exact, lengths, out=exact, where=lengths > 0)


# ---- nearest words, analogies


def test_nearest_words_have_cosines_and_counts():
    answer = answered("king", n=2)
    assert isinstance(answer, NearestWords)
    assert answer.words[0] == Near("queen", pytest.approx(0.8), 40, 1)
    assert answer.words[1].score == 0
    assert answered("king", n=9, restrict=2).words == answer.words[:1]


def test_the_last_answer_serves_who_wants_fewer_words(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Asking] = []

    def counted(vectors: WordVectors, question: Question, how: Asking) -> Answer:
        asked.append(how)
        return ask(vectors, question, how)

    monkeypatch.setattr(asking, "ask", counted)
    last, other = LastAnswer(), FIVE.with_vectors(FIVE.vectors)
    king, man = (parse_question(line, FIVE) for line in ("king", "man:king::woman:?"))
    assert last.ask(FIVE, king, Asking(3)) == ask(FIVE, king, Asking(3))
    assert last.ask(FIVE, king, Asking(2)) == ask(FIVE, king, Asking(2))
    assert len(asked) == 1
    for vectors, question, how in (
        (FIVE, king, Asking(4)), (other, king, Asking(4)), (other, man, Asking(4)),
        (other, man, Asking(2, "3cosmul")), (other, man, Asking(2)),
    ):  # fmt: skip
        assert last.ask(vectors, question, how) == ask(vectors, question, how)
    assert len(asked) == 6


def test_a_sum_without_a_direction_has_no_nearest_words():
    with pytest.raises(QuestionError, match=r"the sum of 'man \+ woman' is zero"):
        answered("man + woman")


def test_an_analogy_gives_the_place_of_the_expected_word():
    asked = answered("man:king::woman:?", n=2)
    assert isinstance(asked, AnalogyWords)
    # (0, 1) - (-1, 0) + (1, 0) = (2, 1)
    assert asked.words[0] == Near("queen", pytest.approx(2 / 5**0.5), 40, 1)
    assert (asked.rank, asked.score, asked.is_right) == (None, None, None)
    right, wrong = answered("man:king::woman:queen"), answered("man:king::woman:zu")
    assert (right.rank, right.is_right) == (1, True)
    assert (wrong.rank, wrong.is_right) == (2, False)
    assert wrong.score == pytest.approx(-1 / 5**0.5)


def test_an_expected_word_that_is_asked_about_has_no_place():
    answer = answered("man:king::woman:king")
    assert (answer.rank, answer.is_right) == (None, False)


@pytest.mark.parametrize("method", ["3cosadd", "3cosmul"])
def test_places_are_those_of_a_plain_sort(many, method):
    exact = units(many)
    cosines = exact @ exact[[0, 1, 2]].T
    if method == "3cosadd":
        total = exact[1] + exact[2] - exact[0]
        scores = exact @ (total / np.linalg.norm(total))
    else:
        shifted = (1 + cosines) / 2
        scores = shifted[:, 1] * shifted[:, 2] / (shifted[:, 0] + 1e-6)
    order = [row for row in np.argsort(-scores) if row not in (0, 1, 2, 12)]
    for row in (3, 50, 299):
        answer = answered(f"w0:w1::w2:w{row}", many, method=method, n=5)
        assert answer.rank == order.index(row) + 1
        assert answer.score == pytest.approx(scores[row], rel=1e-4)
        assert [one.row for one in answer.words] == order[:5]


# ---- two words, an axis, the odd one out


def test_two_words_are_compared_both_ways(many):
    exact = units(many)
    answer = answered("w0 | w5", many, n=400)
    assert isinstance(answer, TwoWords)
    cosines = exact @ exact[[0, 5]].T
    places = [
        [row for row in np.argsort(-cosines[:, side]) if row not in (12, own)]
        for side, own in ((0, 0), (1, 5))
    ]
    assert answer.cosine == pytest.approx(exact[0] @ exact[5], abs=1e-6)
    assert answer.rank_of_b == places[0].index(5) + 1
    assert answer.rank_of_a == places[1].index(0) + 1
    top = [[row for row in order if row not in (0, 5)][: answer.among] for order in places]
    assert {one.row for one in answer.shared} == set(top[0]) & set(top[1])
    assert answer.n_shared == len(answer.shared) > 5
    least = [min(one.cosine_a, one.cosine_b) for one in answer.shared]
    assert least == sorted(least, reverse=True)
    assert answer.counts == (300, 295)


def test_an_axis_shows_both_ends(many):
    exact = units(many)
    direction = exact[5] - exact[0]
    at = exact @ (direction / np.linalg.norm(direction))
    order = [row for row in np.argsort(at) if row not in (0, 5, 12)]
    answer = answered("w0 -> w5", many, n=4, placed=("w7", "w9"))
    assert isinstance(answer, AxisWords)
    assert [one.row for one in answer.to_a] == order[:4]
    assert [one.row for one in answer.to_b] == order[-4:][::-1]
    assert [one.word for one in answer.ends] == ["w0", "w5"]
    assert answer.ends[1].score == pytest.approx(at[5], abs=1e-6) == -answer.ends[0].score
    placed = {one.row: one.score for one in answer.placed}
    assert placed == pytest.approx({7: at[7], 9: at[9]}, abs=1e-6)
    assert answer.searched == 300


def test_the_ends_of_an_axis_share_no_word():
    answer = answered("man -> woman", n=10)
    assert [one.word for one in answer.to_b] == ["queen", "king"]
    assert [one.word for one in answer.to_a] == ["zu"]


def test_words_of_one_direction_make_no_axis():
    with pytest.raises(QuestionError, match="no axis from 'king' to 'king'"):
        answered("king -> king")


def test_the_odd_one_out_is_gensims(many):
    from w2vtui.keyed_vectors import KeyedVectors

    words = [f"w{i}" for i in (3, 30, 90, 120, 200)]
    answer = answered("!" + " ".join(words), many)
    assert isinstance(answer, OddWord)
    table = KeyedVectors.of(many)
    assert answer.odd.word == table.doesnt_match(words)
    exact = units(many)[[one.row for one in answer.words]]
    means = [np.delete(exact @ one, place).mean() for place, one in enumerate(exact)]
    assert [one.score for one in answer.words] == pytest.approx(means, abs=1e-6)


# ---- searches


@pytest.mark.parametrize(
    ("line", "words"),
    [("/an$/", ["man", "woman"]), ("/QU|ZU/i", ["queen", "zu"]), ("/^.?.?$/", ["zu"]), ("/x/", [])],
)
def test_a_search_finds_words(line: str, words: list[str]):
    answer = answered(line, seconds=DEADLINE)
    assert isinstance(answer, Matches)
    assert [one.word for one in answer.words] == words
    assert answer.n_words == len(words)
    assert answer.n_tokens == sum(FIVE.counts[FIVE.get_index(word)] for word in words)
    assert answer.is_complete


def test_a_search_counts_more_words_than_it_shows(many):
    answer = answered("/[05]$/", many, n=3)
    assert [one.word for one in answer.words] == ["w0", "w5", "w10"]
    assert answer.n_words == 60


@pytest.mark.process
def test_a_pattern_that_never_ends_is_ended_and_what_was_found_is_kept(monkeypatch):
    """Its time begins here with the word that takes for ever: a process may be slow to start."""
    words = [*(f"a{i}" for i in range(searching._WORDS_A_TURN)), "a" * 60 + "!"]
    vectors = WordVectors(words, np.ones((len(words), 2), dtype=np.float32))
    send, begin = searching._send, []

    def timer(*arguments):
        made = threading.Timer(*arguments)
        begin.append(made.start)
        made.start = lambda: None
        return made

    def send_and_begin(value, pipe):
        send(value, pipe)
        if value == words[-1]:
            begin[0]()

    monkeypatch.setattr(searching, "_send", send_and_begin)
    monkeypatch.setattr(searching, "threading", SimpleNamespace(Event=threading.Event, Timer=timer))
    answer = answered("/^(a+)+[01]?$/", vectors, seconds=0.3)
    assert [one.word for one in answer.words] == ["a0", "a1"]
    assert not answer.is_complete
    assert answer.searched == searching._WORDS_A_TURN
    assert answer.n_tokens is None


def test_a_search_by_words_that_no_line_holds():
    words = ["a\nb", "a\x00b", "\udcffb", "日本b"]
    vectors = WordVectors(words, np.ones((4, 2), dtype=np.float32))
    assert answered("/.*b+/", vectors, seconds=DEADLINE).n_words == 4


def test_a_search_says_that_there_is_no_other_process(monkeypatch, tmp_path):
    monkeypatch.setattr(searching.sys, "executable", str(tmp_path / "none"))
    with pytest.raises(ChildError, match=r"no process can be started .* without any of"):
        answered("/a+/")
    assert answered("/an/").n_words == 2
    monkeypatch.undo()
    monkeypatch.setattr(searching, "_CHILD", tmp_path / "none")
    with pytest.raises(ChildError, match="has ended"):
        answered("/a+/", seconds=DEADLINE)


# ---- all of them


@pytest.mark.parametrize(
    "line",
    ["kign", "kign - man", "man:king::woman:kign", "king | kign", "kign -> man", "!king man kign"],
)
def test_an_unknown_word_is_answered_with_those_like_it(line: str):
    with pytest.raises(UnknownWordError, match=r"no vector for 'kign': did you mean king \(50\)"):
        answered(line)


@pytest.mark.parametrize("line", ["w12", "w12 | w0", "w0 -> w12", "!w0 w1 w12", "w0:w1::w12:?"])
def test_a_word_that_is_not_of_numbers_is_refused(many, line: str):
    with pytest.raises(VectorsError, match="'w12' holds NaN"):
        answered(line, many)


@pytest.mark.parametrize(
    "line",
    ["w11", "w11 | w0", "w0 -> w11", "!w0 w1 w11", "w0:w1::w11:w12", "w0:w1::w2:w11", "/1$/"],
)
def test_answers_with_zeros_are_json(many, line: str):
    answer = answered(line, many, n=3)
    shown = json.loads(json.dumps(as_json(answer), allow_nan=False))
    assert shown["question"] == answer.question.text
    assert all("row" in one for one in shown.get("words", ()))


def test_one_word_alone_can_be_asked():
    one = WordVectors(["king"], np.ones((1, 2), dtype=np.float32))
    assert answered("king", one).words == ()
    assert answered("king:king::king:?", one).words == ()
    same = answered("king | king", one)
    assert (same.cosine, same.rank_of_a, same.shared) == (pytest.approx(1), 1, ())


def test_output_vectors_can_be_asked():
    output = np.array([[1, 0], [0, 1]], dtype=np.float32)
    both = WordVectors(["a", "b"], np.array([[1, 1], [1, 1]]), None, output)
    assert answered("a", both).words[0].score == pytest.approx(1)
    assert answered("a", with_side(both, "output")).words[0].score == 0
    assert answered("a", with_side(both, "sum")).words[0].score == pytest.approx(0.8)
    with pytest.raises(VectorsError, match="output vectors are not known"):
        with_side(FIVE, "output")
