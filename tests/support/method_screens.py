"""The Method screen on a terminal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.screens import AtOnce, until
from w2vtui.exploring.subject import Subject
from w2vtui.settings import ScreenSettings
from w2vtui.tui.method_screen.screen import MethodScreen


class OnMethod(AtOnce):
    """The app with the Method screen in front."""

    def __init__(self, subject: Subject | None, tab: str, look: ScreenSettings) -> None:
        super().__init__(look=look)
        self.shown = subject, tab

    def begin(self) -> None:
        """Show it."""
        subject, tab = self.shown
        self.push_screen(MethodScreen(subject, tab=tab))


@asynccontextmanager
async def method(
    subject: Subject | None = None,
    tab: str = "noise",
    size: tuple[int, int] = (120, 40),
    look: ScreenSettings | None = None,
) -> AsyncIterator[OnMethod]:
    """The app on a terminal of a size, on a tab of the Method screen."""
    app = OnMethod(subject, tab, look or ScreenSettings())
    async with app.run_test(size=size):
        await until(app, lambda: isinstance(app.screen, MethodScreen))
        yield app
