"""What a run of a sweep measured after some tokens."""

from __future__ import annotations

import numpy as np
import pytest

from w2vtui.evaluation.question_files import QuestionFiles
from w2vtui.sweeping.outcome.readings import Readings
from w2vtui.sweeping.yardstick import Yardstick


def test_a_value_lies_between_the_measurements_around_it_and_none_before_the_first():
    found = Readings([(600, 1.0), (700, 0.9)])

    assert found.at(650) == pytest.approx(0.95)
    assert [found.at(tokens) for tokens in (200, 599, 701)] == [None, None, None]
    assert found.at(550, late=50) == 1.0


def test_curves_tell_what_was_measured_before():
    rows = np.array([[10, 1, 0.5, 1, 0], [20, 2, np.nan, 1, 0], [30, 3, 0.7, 1, 0]])
    analogies = rows + np.array([0, 0, 0.2, 0, 0])
    curves = {"probe": rows, "pairs a b.txt": rows, "total q.txt": analogies, "loss": rows}

    assert Yardstick(kind="probe").readings(curves) == [(10, 0.5), (30, 0.7)]
    scores = Yardstick(kind="scores").readings(curves)
    assert [tokens for tokens, _ in scores] == [10, 30]
    assert [value for _, value in scores] == pytest.approx([60, 80])


def test_values_are_numbers_up_to_1_where_correlations_count_and_else_percent():
    pairs = Yardstick(kind="scores", files=QuestionFiles(("p.txt",)))
    analogies = Yardstick(kind="scores", files=QuestionFiles((), ("q.txt",)))
    both = Yardstick(kind="scores", files=QuestionFiles(("p.txt",), ("q.txt",)))
    assert [one.text(65.714) for one in (pairs, analogies, both)] == ["0.6571", "65.71", "0.6571"]
    assert [one.unit for one in (pairs, analogies, both)] == ["", "points", ""]
    assert "x 100" not in both.title
    assert analogies.title == "right answers in %; higher is better"
