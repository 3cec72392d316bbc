"""The chart: the line and its gaps, the band of its error, markers, cursor, the recent part."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vtui.settings import LiveSettings
from w2vtui.training.state.snapshot import Progress, Snapshot
from w2vtui.tui.looks.glyphs import ASCII, GLYPHS
from w2vtui.tui.train_screen.readouts import recent_range
from w2vtui.tui.train_screen.smoothing import N_STEPS, SMOOTHINGS, nearest, smoothed
from w2vtui.tui.widgets.charts.canvas import Canvas, draw_line
from w2vtui.tui.widgets.charts.plot import GUTTER, Marker, Plot
from w2vtui.tui.widgets.charts.scale import in_sight

N_COLUMNS, N_ROWS = 40, 8
NAN, INF = float("nan"), float("inf")


def drawing(points: list[tuple[float, ...]], **options: object) -> list[str]:
    width = len(points[0]) if points else 2
    plot = Plot(points=np.array(points, dtype=np.float64).reshape(-1, width), **options)
    return ["".join(cells) for cells in Canvas(plot, N_COLUMNS, N_ROWS).cells]


def columns_of(lines: list[str]) -> list[str]:
    """What stands in each column of the plot, from top to bottom."""
    return ["".join(line[at] for line in lines) for at in range(GUTTER, GUTTER + N_COLUMNS)]


# ---- the line


def test_a_line_is_drawn_without_gaps_and_one_dot_thick():
    columns, rows = np.array([0, 0, 10, 30, 79]), np.array([0.0, 12.0, 30.0, 2.0, 31.0])
    dots, spread = draw_line(columns, rows, (80, 32), step=100)
    assert dots.any(axis=0).all()
    for left in range(79):
        a, b = np.flatnonzero(dots[:, left]), np.flatnonzero(dots[:, left + 1])
        assert a.min() <= b.max() + 1
        assert b.min() <= a.max() + 1
    assert dots[6, 0]  # the mean of what lies in a column; how far it reaches is its spread
    assert not dots[0, 0]
    assert np.flatnonzero(spread[:, 0]).tolist() == list(range(13))


def test_a_noisy_line_is_one_dot_thick_in_each_column():
    noise = np.random.default_rng(0).uniform(0, 31, 4000)
    flat = np.full(4000, 16.0)
    flat[::2] += np.where(noise[::2] > 16, 8, -8)
    dots, _ = draw_line(np.repeat(np.arange(80), 50), flat, (80, 32), step=9)
    assert dots.sum(axis=0).max() <= 3


def test_where_nothing_was_measured_the_line_is_a_staircase():
    dots, _ = draw_line(np.array([0, 20, 40]), np.array([0.0, 10.0, 30.0]), (80, 32), step=9)
    heights = [int(np.flatnonzero(dots[:, at]).max()) for at in range(41)]
    assert heights[1:19] == [0] * 18
    assert heights[21:39] == [10] * 18
    near, _ = draw_line(np.array([0, 20, 40]), np.array([0.0, 10.0, 30.0]), (80, 32), step=30)
    assert int(np.flatnonzero(near[:, 10]).max()) == 5


@pytest.mark.parametrize("name", GLYPHS)
def test_a_falling_curve_falls_on_the_screen(name):
    glyphs = GLYPHS[name]
    lines = drawing([(x, 4.0 - x / 50) for x in range(100)], x_high=100.0, glyphs=glyphs)
    curve = set(glyphs.curve) - {" ", "\u2800"}
    places = [next((at for at, c in enumerate(line) if c in curve), -1) for line in lines]
    found = [at for at in places if at > 0]
    assert found == sorted(found)
    assert len(found) >= 7


@pytest.mark.parametrize("from_zero", [True, False])
def test_numbers_of_a_curve_that_shot_up_fit_beside_the_axis(from_zero):
    points = [(0.0, 2.0), (5.0, 2.0), (10.0, 3.9e36)]
    lines = drawing(points, x_high=10.0, from_zero=from_zero)
    beside = [line[: GUTTER - 1].strip() for line in lines if line[GUTTER - 1] == "┤"]
    assert len(beside) >= 2
    assert all(float(text) <= 4e36 for text in beside)


@pytest.mark.parametrize("bad", [NAN, INF, -INF])
def test_a_line_is_not_drawn_across_a_gap(bad):
    points = [(0.0, 3.0), (5.0, 3.0), (10.0, bad), (20.0, bad), (30.0, 2.0), (40.0, 2.0)]
    columns = columns_of(drawing(points, x_high=40.0))
    assert [at for at, column in enumerate(columns) if column.strip()] == [
        *range(6), *range(30, 40),
    ]  # fmt: skip


def test_one_bad_value_among_a_thousand_can_be_seen():
    points = [(float(x), NAN if x == 512 else 3.0) for x in range(1000)]
    columns = columns_of(drawing(points, x_high=1000.0))
    assert [at for at, column in enumerate(columns) if not column.strip()] == [512 * 40 // 1000]


def test_on_a_log_scale_what_has_no_logarithm_is_a_gap():
    points = [(0.0, 3.0), (5.0, 3.0), (15.0, 0.0), (30.0, 2.0), (40.0, 2.0)]
    columns = columns_of(drawing(points, x_high=40.0, log=True))
    assert not any(column.strip() for column in columns[7:29])
    assert all(column.strip() for column in [*columns[:5], *columns[31:]])


numbers = st.floats(-1e6, 1e6) | st.sampled_from([NAN, INF, -INF])


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("name", GLYPHS)
@given(
    st.lists(st.tuples(numbers, st.floats(0, 1e3) | st.just(NAN)), max_size=30),
    st.floats(0, 20),
    st.floats(1, 1e9),
)
def test_any_curve_can_be_drawn(name, log, values, x_low, width):
    points = [(float(x), y, error) for x, (y, error) in enumerate(values)]
    lines = drawing(
        points, x_low=x_low, x_high=x_low + width, log=log, has_head=True, has_foot=True,
        glyphs=GLYPHS[name], cursor=x_low, markers=(Marker(x_low + width, ("1",)),),
    )  # fmt: skip
    assert len(lines) == 11
    assert all(len(line) == 47 for line in lines)


# ---- the band


def banded(error: float, **options: object) -> list[str]:
    points = [(0.0, 0.0, 0.0), (1.0, 10.0, 0.0), *((x, 5.0, error) for x in np.linspace(2, 40, 16))]
    return drawing(points, x_high=40.0, **options)


def test_the_error_is_a_band_on_both_sides_of_the_line():
    columns = columns_of(banded(3.0, glyphs=ASCII))[4:]
    assert all(column.count("*") == 1 for column in columns)
    for column in columns:
        assert column.strip().count("*") == 1
        above, below = column.split("*")
        assert "." in above
        assert "." in below


@pytest.mark.parametrize("name", GLYPHS)
def test_the_band_leaves_the_cells_of_the_line_alone(name):
    glyphs = GLYPHS[name]
    plain, wide = banded(0.0, glyphs=glyphs), banded(3.0, glyphs=glyphs)
    curve = set(glyphs.curve) - {" ", "\u2800"}
    for before, after in zip(plain, wide, strict=True):
        for a, b in zip(before[GUTTER:], after[GUTTER:], strict=True):
            assert b == a or a not in curve


def test_a_band_that_is_thinner_than_the_line_does_not_thicken_it():
    assert banded(0.1) == banded(0.0)
    assert banded(2.0) != banded(0.0)


def test_the_scale_makes_room_for_the_band():
    flat = [(float(x), 5.0, 3.0) for x in range(40)]
    columns = columns_of(drawing(flat, x_high=40.0, glyphs=ASCII))
    assert all("." in part for column in columns[:-1] for part in column.split("*"))


# ---- the scale


def excursion(length: int, *, newest: bool = False) -> list[tuple[float, float]]:
    """A curve that falls from 2.2 to 2.0 and is at 6 for a while."""
    values = np.linspace(2.2, 2.0, 200)
    at = 200 - length if newest else 60
    values[at : at + length] = 6.0
    return list(zip(range(200), values.tolist(), strict=True))


@pytest.mark.parametrize("length", [1, 3, 15])
def test_an_excursion_does_not_flatten_the_rest_and_is_marked(length):
    lines = drawing(excursion(length), x_high=200.0)
    assert next(line.strip()[:3] for line in lines if "┤" in line) < "2.8"
    (top,) = [line for line in lines if "↑" in line]
    assert "↑6.000" in top
    assert top.index("↑") - GUTTER == pytest.approx((60 + length / 2) / 200 * 40, abs=1.1)
    rows = [at for at, line in enumerate(lines) if set(line[GUTTER:]) - set(" ↑6.0\u2800")]
    assert len(rows) >= 4


def test_of_excursions_close_together_each_has_its_sign_and_no_number_is_cut():
    points = [(x, 9.0 if x in (60.0, 72.0) else y) for x, y in excursion(0)]
    (top,) = [line for line in drawing(points, x_high=200.0) if "↑" in line]
    assert top.count("↑") == 2
    assert top.count("↑9.000") == 1
    assert top.rstrip("\u2800 ").endswith("↑9.000")


def test_a_fall_below_the_scale_is_marked_too():
    lines = drawing([(x, -y) for x, y in excursion(3)], x_high=200.0)
    assert "↓-6.000" in lines[-1]


def test_the_newest_value_is_always_in_sight():
    lines = drawing(excursion(3, newest=True), x_high=200.0)
    assert "↑" not in "".join(lines)
    assert any(line.strip().startswith("6") for line in lines)


def test_a_curve_without_excursions_is_shown_whole():
    for values in (np.exp(-np.arange(200) / 60), np.linspace(5, 3, 200), np.full(200, 2.0)):
        low, high = in_sight(np.arange(200.0), values)
        assert (low, high) == (values.min(), values.max())
    assert in_sight(np.arange(3.0), np.array([2.0, 9.0, 2.0])) == (2.0, 9.0)


def test_where_training_is_planned_to_end_is_drawn():
    points = [(float(x), 1.0 + x) for x in range(50)]
    lines = drawing(points, x_high=100.0, end=100.0, has_foot=True)
    assert all(line[-1] == "╎" for line in lines[:N_ROWS])
    assert lines[-1].rstrip().endswith("end 100")
    beyond = drawing(points, x_high=100.0, end=400.0, has_foot=True)
    assert beyond[-1].rstrip().endswith("end 400 →")
    assert "╎" not in "".join(beyond)
    assert "end" not in "".join(drawing(points, x_high=100.0, has_foot=True))


# ---- the recent part, markers and cursor


def test_a_part_of_the_curve_begins_where_it_is_cut():
    points = [(float(x), float(x < 60)) for x in range(0, 101, 20)]
    lines = drawing(points, x_low=50.0, x_high=100.0, has_foot=True)
    columns = columns_of(lines[:N_ROWS])
    assert all(column.strip() for column in columns[:39])
    assert lines[-1].split()[0] == "50"
    assert "0" not in lines[-1].split()


def test_a_single_point_before_the_cut_is_not_joined_across_a_gap():
    points = [(0.0, 1.0), (40.0, NAN), (60.0, 1.0), (100.0, 1.0)]
    columns = columns_of(drawing(points, x_low=50.0, x_high=100.0))
    assert not any(column.strip() for column in columns[:7])


def test_markers_out_of_sight_are_left_out():
    markers = tuple(Marker(x, (f"#{x:.0f}",)) for x in (10.0, 60.0, 90.0))
    points = [(float(x), 1.0) for x in range(100)]
    lines = drawing(points, x_low=50.0, x_high=100.0, markers=markers, has_head=True)
    assert lines[0].split() == ["#60", "#90"]
    assert lines[1].count("┊") == 2


def test_the_cursor_is_a_line_that_differs_from_markers():
    points = [(float(x), 1.0) for x in range(100)]
    plain, read = drawing(points, x_high=100.0), drawing(points, x_high=100.0, cursor=50.0)
    changed = {
        at for a, b in zip(plain, read, strict=True) for at in range(len(a)) if a[at] != b[at]
    }
    assert changed == {GUTTER + 20}
    assert all(line[GUTTER + 20] in "│⠉⠒⠤⣀" for line in read)
    assert drawing(points, x_high=100.0, cursor=101.0) == plain


@given(st.integers(0, 39), st.floats(0, 1e9), st.floats(1, 1e9))
def test_a_column_is_that_of_its_own_middle(column, x_low, width):
    plot = Plot(x_low=x_low, x_high=x_low + width)
    assert plot.column(plot.x_at(column, 40), 40) == column


@given(st.integers(1, 10**12))
def test_the_recent_part_is_about_a_fifth_and_holds_the_newest_point(tokens):
    progress = Progress(tokens=tokens)
    shot = Snapshot(state="training", settings=LiveSettings(), progress=progress)
    low, high = recent_range(shot)
    assert low <= 0.8 * tokens * (1 + 1e-9)
    assert high >= tokens
    assert high - low <= 0.26 * tokens
    ended = recent_range(Snapshot(state="done", settings=LiveSettings(), progress=progress))
    assert ended == (pytest.approx(0.8 * tokens), tokens)


# ---- smoothing


def rows_of(values: list[float], tokens: list[float] | None = None) -> np.ndarray:
    places = np.arange(1.0, len(values) + 1) if tokens is None else np.array(tokens)
    ones = np.ones(len(values))
    return np.column_stack((places, places, np.array(values), ones, ones))


@pytest.mark.parametrize("keep", SMOOTHINGS)
def test_smoothing_is_an_exponential_mean_over_tokens(keep):
    tokens = [10.0, 20.0, 25.0, 60.0, 200.0]
    values = [4.0, 3.0, 3.5, 1.0, 2.0]
    step = tokens[-1] / N_STEPS
    expected = []
    for n in range(1, len(values) + 1):
        weights = [keep ** ((tokens[n - 1] - at) / step) for at in tokens[:n]]
        total = sum(w * y for w, y in zip(weights, values[:n], strict=True))
        expected.append(total / sum(weights))
    found = smoothed(rows_of(values, tokens), keep)
    np.testing.assert_allclose(found[:, 2], expected)
    np.testing.assert_array_equal(found[:, [0, 1, 3, 4]], rows_of(values, tokens)[:, [0, 1, 3, 4]])


def test_smoothing_restarts_after_a_gap():
    found = smoothed(rows_of([9.0, 8.0, NAN, 2.0, 2.0, INF, 5.0]), 0.95)[:, 2]
    np.testing.assert_allclose(found[[3, 4, 6]], [2.0, 2.0, 5.0])
    assert np.isnan(found[2])
    assert np.isinf(found[5])


def test_smoothing_smooths():
    noisy = 3.0 + np.random.default_rng(0).normal(0, 0.1, 2000)
    spreads = [smoothed(rows_of(noisy.tolist()), keep)[400:, 2].std() for keep in SMOOTHINGS]
    assert spreads == sorted(spreads, reverse=True)
    assert spreads[-1] < spreads[0] / 5


def test_what_is_read_is_the_nearest_measurement():
    rows = rows_of([9.0, 8.0, 7.0], [10.0, 20.0, 30.0])
    assert nearest(rows, 24.0)[2] == 8.0
    assert nearest(rows, 1e9)[2] == 7.0
    assert nearest(rows[:0], 1.0) is None
