"""The Compare screen: what differs between two to six runs or files of vectors."""

from __future__ import annotations

from textual.screen import Screen

from tests.support.screens import AtOnce, press, resize, shows
from w2vtui.tui.compare_screen.screen import CompareScreen


class Bare(AtOnce):
    """The app on a screen where nothing trains."""

    def begin(self) -> None:
        self.push_screen(Screen())


async def test_five_compares_and_says_how_to_choose_runs():
    app = Bare()
    async with app.run_test(size=(80, 24)):
        await press(app, "5")
        assert isinstance(app.screen, CompareScreen)
        await shows(app, "mark two to six runs in the list (4, space marks)", "5 Compare")
        await resize(app, 40, 10)
        await shows(app, "Compare; enlarge to 60x16")
        await press(app, "1")
        assert not isinstance(app.screen, CompareScreen)
