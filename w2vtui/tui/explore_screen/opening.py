"""The frames of the explore screen, at once: NumPy and the panes are loaded behind them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from textual import work
from textual.app import ComposeResult
from textual.containers import Grid, Vertical
from textual.events import Key, Resize
from textual.geometry import Size
from textual.message import Message
from textual.screen import ModalScreen, Screen

from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.screen_parts.run_line import RunLine
from w2vtui.tui.widgets.panel import Panel
from w2vtui.tui.widgets.tab_bar import TabBar

if TYPE_CHECKING:
    from w2vtui.exploring.subject import Subject

PANES = {
    "map": "Map",
    "card": "Word card",
    "drift": "Drift",
    "analogies": "Analogies",
    "clusters": "Clusters",
    "why": "Why near?",
    "timeline": "Timeline",
}
"""The panes below and beside the neighbors, with their titles."""
LOWER = {
    "drift": ("card", "drift", "analogies"),
    "clusters": ("card", "clusters"),
    "why": ("card", "why"),
    "timeline": ("card", "timeline"),
}
"""What stands in the lower row on each of its tabs."""


class Opens(NamedTuple):
    """What is explored once the screen shows that it is opened."""

    name: str
    subject: Callable[[], Subject]
    """Loads NumPy."""


class OpeningScreen(ModalScreen[None]):
    """Stands in for the explore screen while that is loaded; keys that are typed are for it."""

    DEFAULT_CLASSES = "exploring"

    app: BaseApp

    @dataclass
    class Opened(Message):
        """The explore screen can be shown."""

        subject: Subject
        keys: list[Key]
        """What was typed in the meantime."""

    def __init__(self, name: str, load: Callable[[], Subject]) -> None:
        """load: opens what has this name, in another thread"""
        super().__init__()
        self._opened_name, self._load = name, load
        self._keys: list[Key] = []

    def compose(self) -> ComposeResult:
        """Yield what the explore screen has before there is an answer."""
        yield RunLine("Explore")
        with Grid(id="panels"):
            yield TabBar(tuple(PANES), id="tabs")
            with Vertical(id="answer"):
                yield Panel("Query", id="ask", classes="framed")
                yield Panel("Neighbors", id="neighbors", classes="framed pane")
            yield Panel(PANES["map"], id="map", classes="framed pane lower current")
            yield TabBar(tuple(LOWER), id="lower-tabs")
            for pane in LOWER["drift"]:
                yield Panel(PANES[pane], id=pane, classes="framed pane lower")

    def on_mount(self) -> None:
        """Load the rest once this is on the screen."""
        self.query_one(RunLine).say(f"reading {self._opened_name}")
        self.query_one("#tabs", TabBar).show("map")
        self.query_one("#lower-tabs", TabBar).show("drift")
        self.call_after_refresh(self._open)

    def on_resize(self, event: Resize) -> None:
        """Choose the layout that fits."""
        fit(self, event.size)

    def on_key(self, event: Key) -> None:
        """Keep a key for the explore screen."""
        self._keys.append(Key(event.key, event.character))

    @work
    async def _open(self) -> None:
        subject = await asyncio.to_thread(self._load)
        self.post_message(self.Opened(subject, self._keys))


def fit(screen: Screen[None], size: Size) -> None:
    """Let the style sheet choose the layout for a size."""
    tiny = size.width < 60 or size.height < 16
    screen.set_class(tiny, "tiny")
    screen.set_class(not tiny and (size.width < 100 or size.height < 30), "tabbed")
    screen.set_class(size.height >= 50, "large")
