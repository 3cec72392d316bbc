"""What varies in a sweep: values from text, points, and what has no part in a run."""

from __future__ import annotations

import pytest

from tests.support.sweeps import space_of
from w2vtui.errors import SettingsError
from w2vtui.settings import ALL_WORDS
from w2vtui.sweeping.space import key_of
from w2vtui.sweeping.values import Between, Listed, read_values


@pytest.mark.parametrize(
    ("name", "text", "meant"),
    [
        ("negative", "5,15", Listed((5, 15))),
        ("negative", "5", 5),
        ("negative", "5,5", 5),
        ("window", "3..6", Listed((3, 4, 5, 6))),
        ("window", "3, all", Listed((3, ALL_WORDS))),
        ("window", "5..100", Between(5, 100, is_whole=True)),
        ("sample", "1e-5..1e-3", Between(1e-5, 1e-3, is_whole=False)),
        ("ns_exponent", "-0.5..1", Between(-0.5, 1.0, is_whole=False)),
        ("model", "skip-gram,cbow", Listed(("skip-gram", "cbow"))),
        ("shrink_windows", "yes,no", Listed((True, False))),
        ("epochs", "auto,40", Listed((None, 40))),
        ("field", "title,text", "title,text"),
    ],
)
def test_text_after_an_option(name, text, meant):
    assert read_values(name, text) == meant


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("window", "3,0", "window must be 1 to 10,000 words, or all, got 0"),
        ("window", "9..3", "window must be a range LOW..HIGH that rises, got 9..3"),
        ("model", "cbow..skip-gram", "model has no range"),
        ("epochs", "auto..9", "epochs has no range"),
        ("window", "3,", "window must be 1 to 10,000 words, or all, got ''"),
    ],
)
def test_values_that_are_refused(name, text, message):
    with pytest.raises(SettingsError, match=message):
        read_values(name, text)


def test_points_that_are_the_same_run_count_once():
    space = space_of(objective="negative-sampling,hierarchical-softmax", negative="5,15,25")

    assert space.n_points == 4  # K has no part in hierarchical softmax
    assert {"objective": "hierarchical-softmax"} in list(space.points())
    assert len({key_of(point) for point in space.points()}) == 4


def test_a_range_has_no_number_of_points():
    assert space_of(alpha="0.01..0.1", negative="5,15").n_points is None


def test_the_settings_of_the_command_line_are_a_point_where_they_are_among_the_values():
    assert space_of(window="3,5", negative="5..8").home == {"window": 5, "negative": 5}
    assert space_of(window="3,10").home is None
    assert space_of(alpha="0.01..0.1").home is None  # auto is not a number


def test_a_point_becomes_settings():
    settled = space_of(window="3,5", vector_size="50,100", min_count="1,5").settings_at(
        {"window": 3, "vector_size": 50, "min_count": 1}
    )

    assert settled.live.window == 3
    assert settled.training.vector_size == 50
    assert settled.corpus.min_count == 1


def test_values_that_contradict_each_other_are_refused_before_anything_is_read():
    with pytest.raises(SettingsError, match=r"min_alpha must not be above alpha .* with alpha"):
        space_of(alpha="0.001,0.1", min_alpha="0.01,0.0001").check()


def test_a_sweep_of_nothing_is_refused():
    with pytest.raises(SettingsError, match="nothing varies: give a setting several values"):
        space_of().check()
