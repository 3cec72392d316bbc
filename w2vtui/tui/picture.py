"""Exports a picture of the train screen in a real run: `python -m w2vtui.tui.picture FILE.svg`.

Trains the bundled sample at 120x40, changes K and then the learning rate, and exports the screen.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from w2vtui.settings import LiveSettings, RunSettings
from w2vtui.tui.app import W2vApp
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.sessions.session import Session

SIZE = (120, 40)
EPOCHS = 60
LIMIT_SECONDS = 300.0


async def export_screen(path: Path) -> None:
    """Train the sample, change two settings, and write the picture.

    Raises:
        TimeoutError: the run did not get that far within 5 minutes.
    """
    with TemporaryDirectory() as runs:
        form = Form(live=LiveSettings(epochs=EPOCHS), run_settings=RunSettings(runs_dir=runs))
        svg = await _picture(form)
    path.write_text(svg + "\n", encoding="utf-8")


async def _picture(form: Form) -> str:
    app = W2vApp(form)
    async with app.run_test(size=SIZE):
        app.launch(form)
        session = app.session
        assert session is not None
        await _until(lambda: session.snapshot().progress.fraction > 0.2)
        await _press(app, "down", "down", "right", "right", "right", "enter")
        await _until(lambda: session.snapshot().progress.fraction > 0.45)
        await _press(app, "down", "down", "left", "left", "left", "enter")
        await _until(lambda: session.snapshot().progress.fraction > 0.6)
        await _press(app, "up", "right")
        await _settled(app, session)
        svg = app.export_screenshot(title="w2vtui")
        session.end()
    return svg


async def _press(app: W2vApp, *keys: str) -> None:
    for key in keys:
        app.simulate_key(key)
        await asyncio.sleep(0.02)


async def _settled(app: W2vApp, session: Session) -> None:
    """Wait until the screen has shown two more snapshots."""
    tokens = session.snapshot().progress.tokens
    await _until(lambda: session.snapshot().progress.tokens > tokens)
    await asyncio.sleep(0.6)


async def _until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + LIMIT_SECONDS
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError("the run did not get that far in time")
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(export_screen(Path(sys.argv[1])))
