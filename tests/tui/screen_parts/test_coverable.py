"""A screen knows whether it can be seen below others."""

from __future__ import annotations

import asyncio

from textual.app import App
from textual.screen import ModalScreen, Screen

from w2vtui.tui.screen_parts.coverable import CoverableScreen


class Cover(Screen[None]):
    CSS = "Cover { background: black; }"


class Dialog(ModalScreen[None]):
    CSS = "Dialog { background: black 60%; }"


def test_a_screen_is_in_sight_below_dialogs_but_not_below_another_screen() -> None:
    async def run() -> None:
        app, below = App[None](), CoverableScreen()
        async with app.run_test():
            await app.push_screen(below)
            assert below.is_current
            await app.push_screen(Dialog())
            assert below.is_current
            await app.push_screen(Cover())
            assert not below.is_current
            await app.push_screen(Dialog())
            assert not below.is_current

    asyncio.run(run())
