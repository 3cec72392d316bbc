"""What a run of a sweep measured after some tokens."""

from __future__ import annotations

import numpy as np
import pytest

from w2vtui.sweeping.readings import Readings
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
