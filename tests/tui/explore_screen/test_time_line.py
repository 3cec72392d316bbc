"""The timeline and the drift pane: what they draw, and where keys and mouse lead."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.run_folders import change
from tests.support.screens import AtOnce, press, text_of, until
from w2vtui.display import cell_width
from w2vtui.exploring.drift import Drift, DriftRow
from w2vtui.exploring.subject import SavedRunSubject, View, past_view
from w2vtui.training.history.moments import PastMoment
from w2vtui.tui.explore_screen.panels.drift import DriftPane, drift_lines
from w2vtui.tui.explore_screen.panels.time_line import TimeLine, drawn_line
from w2vtui.tui.explore_screen.panels.timeline import TimelinePane, Travelled
from w2vtui.tui.explore_screen.screen import ExploreScreen
from w2vtui.tui.looks.glyphs import ASCII, BRAILLE
from w2vtui.tui.looks.inks import PLAIN_INKS
from w2vtui.tui.widgets.result_panel import Shape
from w2vtui.vectors import WordVectors


def moments(*tokens: int) -> list[PastMoment]:
    return [
        PastMoment(number=n, tokens=at, planned=1000, seconds=at / 10)
        for n, at in enumerate(tokens, 1)
    ]


def line(at: int | None = None, **other) -> TimeLine:
    fields = {
        "moments": moments(0, 100, 200, 300), "markers": [change(1, 150), change(2, 250)],
        "end": 400, "end_name": "LIVE", "at": at, "remark": "",
    }  # fmt: skip
    return TimeLine(**(fields | other))


def drawn(shown: TimeLine, width: int = 41, height: int = 8, glyphs=BRAILLE) -> list[str]:
    return [text.plain for text in drawn_line(shown, width, height, glyphs, PLAIN_INKS)]


def test_the_line_stays_where_a_moment_cannot_be_shown(monkeypatch):
    warned = []
    app = SimpleNamespace(glyphs=BRAILLE, inks=PLAIN_INKS, warn=warned.append)
    monkeypatch.setattr(TimelinePane, "app", app)
    pane, shown = TimelinePane(id="timeline"), []
    for name, stand_in in (("show", shown.append), ("recompute", lambda: None)):
        monkeypatch.setattr(pane, name, stand_in)
    monkeypatch.setattr(TimelinePane, "shape", Shape(60, 6))
    pane.take(Travelled(line(200), None, None))
    for _ in range(2):
        pane.action_step(-1)
        pane.refuse("checkpoint 2 is damaged")
        assert "checkpoint 2 is damaged" in shown[-1].plain
        assert "200 · 20.0%" in shown[-1].plain
    assert len(warned) == 2
    pane.action_step(1)
    assert pane._wanted.tokens == 300
    assert "damaged" not in shown[-1].plain


# ---- the line


def test_moments_and_changes_stand_at_their_places():
    markers, base, label, there = drawn(line())
    assert (markers.index("①"), markers.index("②")) == (15, 25)
    assert [at for at, cell in enumerate(base) if cell == "┴"] == [0, 10, 20, 30]
    assert base[40] == "●"
    assert label.endswith("LIVE 400")
    assert there == "4 moments"


def test_the_moment_that_is_shown_is_marked_and_named():
    _, base, label, _ = drawn(line(100))
    assert base[10] == "●"
    assert "100 · 10.0% · 00:10" in label
    assert label.endswith("LIVE 400")


@given(
    st.integers(1, 200), st.integers(1, 12), st.none() | st.integers(0, 500),
    st.lists(st.integers(0, 400), max_size=9).map(sorted), st.integers(0, 400),
)  # fmt: skip
def test_no_line_is_wider_or_higher_than_the_pane(width, height, at, tokens, end):
    shown = line(at, moments=moments(*tokens), end=end, remark="only some\x1b words")
    for glyphs in (BRAILLE, ASCII):
        rows = drawn(shown, width, height, glyphs)
        assert len(rows) <= height
        for row in rows[:-1] if len(rows) > 2 else ():  # the last one is cut when it is shown
            assert cell_width(row.rstrip()) <= max(width, 30)


def test_steps_lead_from_moment_to_moment_and_to_the_end():
    assert [line(at).place for at in (None, 0, 100, 150, 999)] == [4, 0, 1, 1, 3]
    assert [line().step(by) for by in (-1, 1, -9)] == [3, 4, 0]
    assert line(300).step(1) == 4


def test_markers_lead_to_the_moment_before_each_change():
    assert line().to_marker(-1) == 2
    assert line(200).to_marker(-1) == 1
    assert line(100).to_marker(-1) == 0
    assert line(0).to_marker(1) == 1
    assert line(200).to_marker(1) == 4
    assert line(markers=[]).to_marker(-1) == 0


def test_columns_lead_to_the_nearest_moment_and_the_right_edge_to_the_end():
    assert [line().nearest(column, 41) for column in (-3, 0, 9, 16, 34, 40, 99)] == [
        0, 0, 1, 2, 3, 4, 4,
    ]  # fmt: skip
    assert line(moments=[]).nearest(3, 41) == 0
    assert drawn(line(moments=[], markers=[], end=0, remark="no history"))[-1] == (
        "no moments yet · no history"
    )


# ---- drift


def test_drift_shows_ranks_new_words_and_those_that_left():
    drift = Drift(
        (5_000_000, 35_000_000),
        (
            DriftRow("paris", (2, 1)), DriftRow("東京", (None, 2)), DriftRow("\x1b[31m", (1, 3)),
            DriftRow("ancient", (3, 15)), DriftRow("empire", (4, None)),
        ),
        True,
    )  # fmt: skip
    rows = [one.plain for one in drift_lines(drift, 30, 8, BRAILLE, PLAIN_INKS)]
    assert rows[0].split() == ["paris", "2", "1"]
    assert rows[1].split() == ["東京", "─", "2", "+"]
    assert rows[3].split() == ["ancient", "3", "15", "✗"]
    assert rows[4].split() == ["empire", "4", "─", "✗"]
    assert rows[5] == "tokens 5.0M → 35.0M"
    assert "\x1b" not in "".join(rows)
    assert len({cell_width(row.rstrip(" +✗")) for row in rows[:5]}) == 1
    few = [one.plain for one in drift_lines(drift, 12, 3, ASCII, PLAIN_INKS)]
    assert len(few) == 3
    assert "->" in few[-1]


# ---- on the screen

WORDS = WordVectors(["king", "queen", "man", "x"], np.eye(4, 3, dtype=np.float32) + 0.1)


class PastOfFour:
    """A past whose vectors at `tokens` are those of the end times tokens."""

    past_remark = ""
    settings = None
    markers = (change(1, 150),)
    moments = tuple(moments(1, 100, 200, 300))

    def view_at(self, moment: PastMoment) -> View:
        matrices = {"input_vectors": moment.tokens * WORDS.vectors}
        return past_view(WORDS, moment, matrices)


class OnTimeline(AtOnce):
    """The app on the timeline of a saved run."""

    def begin(self) -> None:
        view = View(vectors=WORDS, kind="saved", tokens=400, seconds=40.0, fraction=1.0)
        self.explore(SavedRunSubject("run", lambda: (view, PastOfFour())))


@pytest.mark.terminal
async def test_keys_and_mouse_go_back_in_time_and_every_pane_with_them():
    app = OnTimeline()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = app.screen
        assert isinstance(screen, ExploreScreen)
        await until(app, lambda: screen.view is not None)
        screen.go_to("timeline")
        pane = screen.query_one(TimelinePane)
        await until(app, lambda: pane.result is not None and pane.result.line.moments)

        async def comes_to(tokens: int, kind: str = "past") -> None:
            await until(app, lambda: (screen.view.tokens, screen.view.kind) == (tokens, kind))
            await until(app, lambda: pane.result is not None)

        for key, tokens in (
            ("comma", 300), ("comma", 200), ("comma", 100), ("full_stop", 200),
            ("less_than_sign", 100), ("home", 1), ("greater_than_sign", 100),
        ):  # fmt: skip
            await press(app, key)
            await comes_to(tokens)
        assert screen.view.vectors.vectors[0, 0] == pytest.approx(110)
        await until(app, lambda: "PAST @ 100, 10.0%" in text_of(app))
        await press(app, "end")
        await comes_to(400, "saved")
        await until(app, lambda: "PAST" not in text_of(app))
        left = pane.content_region.x - pane.region.x
        middle = left + pane.result.line.column(200, pane.shape.width)
        await pilot.mouse_down(pane, offset=(middle, 2))
        await comes_to(200)
        await pilot.hover(pane, offset=(left, 2))
        await comes_to(1)
        await pilot.mouse_up(pane, offset=(left, 2))
        await press(app, "space")
        await comes_to(400, "saved")
        assert pane.border_subtitle == ""
        screen.go_to("drift")
        drift = screen.query_one(DriftPane)
        await until(app, lambda: drift.result and drift.result.tokens == (1, 100, 200, 300, 400))
        assert drift.result.is_whole
        assert "word\t1\t100\t200\t300\t400" in drift.exported(drift.result, ".tsv").decode()
