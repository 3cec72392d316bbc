"""The map pane on the explore screen: its keys, the mouse, and vectors without a map."""

from __future__ import annotations

import numpy as np
import pytest
from textual.pilot import Pilot

from tests.support.screens import AtOnce, notices, press, text_of, until
from w2vtui.exploring.subject import FileSubject, View
from w2vtui.tui.explore_screen.map.axes_dialog import AxesDialog
from w2vtui.tui.explore_screen.panels.map import MapPane
from w2vtui.tui.explore_screen.screen import ExploreScreen
from w2vtui.tui.widgets.field import Field
from w2vtui.vectors import WordVectors

pytestmark = pytest.mark.terminal
WORDS = ["the", "man", "woman", "small", "big", "東京", *(f"word{row}" for row in range(94))]
ROWS = np.random.default_rng(8).normal(size=(100, 6)).astype(np.float32)


class OnExplore(AtOnce):
    """The app with the explore screen in front, on vectors of a file."""

    def begin(self) -> None:
        vectors = WordVectors(WORDS, ROWS)
        self.push_screen(ExploreScreen(FileSubject("notes.bin", lambda report, read: vectors)))


async def test_keys_mouse_and_vectors_without_a_map():
    app = OnExplore()
    async with app.run_test(size=(120, 40)) as pilot:
        pane = app.screen.query_one(MapPane)
        await until(app, lambda: pane.result is not None and pane.result.asked)
        app.screen.set_focus(pane)
        await check_window(app, pilot, pane)
        await check_choices(app, pane)

        flat = WordVectors(WORDS, np.zeros((100, 6), dtype=np.float32))
        app.screen.hold(View(vectors=flat, kind="past"))
        await until(app, lambda: "none of the 100 vectors has a direction" in text_of(app))
        await press(app, "f")
        assert "nothing that is asked about is on the map" in notices(app)
        await press(app, "plus", "r")


async def check_window(app: OnExplore, pilot: Pilot, pane: MapPane) -> None:
    whole = pane.shown_window

    await press(app, "plus", "right", "up", "minus")
    assert pane.window.scale == pytest.approx(whole.scale)
    assert (pane.window.x > whole.x, pane.window.y > whole.y) == (True, True)
    await press(app, "r")
    assert (pane.window, pane.shown_window) == (None, whole)

    await press(app, "f")
    asked = pane.result.asked[0]
    assert (pane.window.x, pane.window.y) == asked.point
    assert pane.window.scale < whole.scale
    app.screen.ask("big")
    await until(app, lambda: pane.result.asked[0].word == "big")
    assert (pane.window.x, pane.window.y) == pane.result.asked[0].point
    assert "◆big" in pane.plain or "big◆" in pane.plain

    await press(app, "r")
    label = next(one for one in pane._drawing.placed if one.label.word not in (None, "big"))
    await pilot.click(MapPane, offset=(label.end + 1, label.row + 1))  # frame and padding
    await until(app, lambda: pane.result.asked[0].word == label.label.word)
    before = pane.shown_window
    await pilot.mouse_down(MapPane, offset=(20, 10))
    await pilot.hover(MapPane, offset=(26, 10))
    await pilot.mouse_up(MapPane, offset=(26, 10))
    assert pane.window.x == pytest.approx(before.x - 6 * before.scale)


async def check_choices(app: OnExplore, pane: MapPane) -> None:
    await press(app, "r", "t", "c")
    await until(app, lambda: pane.result.clusters is not None)
    assert [label.kind for label in pane.result.labels] == ["asked"]
    app.screen.pick("small")
    await until(app, lambda: len(pane.result.labels) == 2)
    assert pane.result.middle.text == "small"
    assert "▶small" in pane.plain or "small▶" in pane.plain

    await press(app, "m")
    assert isinstance(app.screen, AxesDialog)
    app.screen.query_one(Field).value = "man:womn,small:big"
    await press(app, "enter")
    assert "no vector for 'womn': did you mean" in text_of(app)
    app.screen.query_one(Field).value = "man:woman,small:big"
    await press(app, "enter")
    await until(app, lambda: pane.result.map.axes is not None)
    assert "x man → woman · y small → big" in str(pane.border_title)
    await press(app, "m")
    await until(app, lambda: pane.result.map.axes is None)
