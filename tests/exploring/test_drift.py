"""Drift: the ranks of the nearest words over the past."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vtui.errors import QuestionError
from w2vtui.exploring.drift import AT_ONCE, TOP, Drift, DriftFinder, picked
from w2vtui.exploring.forms import Comparison, Nearest
from w2vtui.exploring.subject import View
from w2vtui.training.history.moments import PastMoment
from w2vtui.vectors import WordVectors

N = 20
WORDS = ["asked", *(f"w{n}" for n in range(N))]


def moment(tokens: int) -> PastMoment:
    return PastMoment(number=tokens + 1, tokens=tokens, planned=1000, seconds=1.0)


def view(order: list[int], tokens: int, n_words: int = N + 1) -> View:
    """Vectors in which the words are near to the first one in this order."""
    angles = np.zeros(N + 1)
    angles[1 + np.array(order)] = np.linspace(0.1, 1.5, N)
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    words = WordVectors(WORDS[:n_words], vectors[:n_words])
    return View(vectors=words, kind="past", tokens=tokens)


FORWARD, BACKWARD = list(range(N)), list(range(N))[::-1]
ASKED = Nearest(("asked",))


def found(finder: DriftFinder, now: View, moments, n_columns: int = 8) -> Drift:
    """Ask as often as it takes."""
    for _ in range(10):
        drift = finder.find(now, ASKED, moments, n_columns)
        if drift.is_whole:
            return drift
    raise AssertionError("it is never whole")


def test_ranks_are_those_of_each_moment_and_new_and_left_words_are_known():
    finder = DriftFinder(lambda one: view(BACKWARD, one.tokens))
    drift = found(finder, view(FORWARD, 200), [moment(100), moment(200)])
    assert drift.tokens == (100, 200)
    ranks = {row.word: row.ranks for row in drift.rows}
    assert ranks == {f"w{n}": (N - n, n + 1) for n in range(N)}
    assert [row.word for row in drift.rows[:3]] == ["w0", "w1", "w2"]
    assert [row.word for row in drift.rows if row.is_new] == [f"w{n}" for n in range(TOP)]
    assert [row.word for row in drift.rows if not row.is_there] == [
        f"w{n}" for n in range(N - 1, TOP - 1, -1)
    ]


def test_the_first_moment_makes_no_word_new():
    drift = found(DriftFinder(lambda one: view(FORWARD, 0)), view(FORWARD, 5), [])
    assert len(drift.rows) == TOP
    assert not any(row.is_new for row in drift.rows)


def test_a_moment_is_read_once_and_only_a_few_in_one_call():
    read: list[int] = []

    def view_at(one: PastMoment) -> View:
        read.append(one.tokens)
        return view(BACKWARD, one.tokens)

    finder, moments = DriftFinder(view_at), [moment(tokens) for tokens in range(0, 60, 10)]
    first = finder.find(view(FORWARD, 60), ASKED, moments, 8)
    assert (len(read), first.is_whole) == (AT_ONCE, False)
    assert found(finder, view(FORWARD, 60), moments).tokens == (*range(0, 60, 10), 60)
    found(finder, view(FORWARD, 61), moments)
    assert sorted(read) == list(range(0, 60, 10))


def test_moments_after_the_view_have_no_part():
    finder = DriftFinder(lambda one: view(BACKWARD, one.tokens))
    drift = found(finder, view(FORWARD, 25), [moment(tokens) for tokens in range(0, 60, 10)])
    assert drift.tokens == (0, 10, 20, 25)


def test_a_word_that_the_history_does_not_keep_has_no_ranks_then():
    few = view(FORWARD, 10, n_words=5)
    hidden = DriftFinder(lambda one: few)
    drift = found(hidden, view(FORWARD, 20), [moment(10)])
    assert {row.word: row.ranks for row in drift.rows}["w9"] == (None, 10)
    unknown = DriftFinder(
        lambda one: View(vectors=WordVectors(["x"], np.ones((1, 2))), kind="past")
    )
    assert all(row.ranks[0] is None for row in found(unknown, view(FORWARD, 20), [moment(10)]).rows)


def test_a_question_without_nearest_words_is_refused():
    with pytest.raises(QuestionError, match="ask for one"):
        DriftFinder(lambda one: view(FORWARD, 0)).find(
            view(FORWARD, 1), Comparison("asked", "w1"), [], 8
        )


@given(st.integers(0, 200), st.integers(0, 9))
def test_moments_stay_picked_while_others_are_added(n, most):
    moments = [moment(tokens) for tokens in range(n)]
    chosen = picked(moments, most)
    assert len(chosen) <= most
    if most and n:
        assert chosen[0] == moments[0]
        assert len(chosen) >= min(n, (most + 1) // 2)
        later = picked([*moments, moment(n)], most)
        assert set(later) <= {*chosen, moment(n)} or len(later) == len(chosen) + 1
