"""The Method screen: its tabs and their keys."""

from __future__ import annotations

import pytest

from tests.support.screens import AtOnce, press, text_of
from w2vtui.tui.method_screen.screen import MethodScreen

pytestmark = pytest.mark.terminal


class OnMethod(AtOnce):
    """The app with the Method screen in front, and nothing trained."""

    def begin(self) -> None:
        self.push_screen(MethodScreen())


async def test_brackets_and_tab_go_from_tab_to_tab():
    app = OnMethod()
    async with app.run_test(size=(80, 24)):
        screen = app.screen
        assert isinstance(screen, MethodScreen)
        seen = []
        for key in ("right_square_bracket", "tab", "left_square_bracket", "shift+tab", "shift+tab"):
            await press(app, key)
            seen.append(screen.pane.NAME)
            assert app.focused is screen.pane
        assert seen == ["tree", "microscope", "tree", "noise", "lesson"]
        assert "Lesson" in text_of(app)
