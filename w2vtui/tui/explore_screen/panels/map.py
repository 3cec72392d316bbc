"""The map pane."""

from __future__ import annotations

from w2vtui.tui.explore_screen.pane import ExplorePane


class MapPane(ExplorePane):
    """The frequent words in the plane that their vectors spread over most."""

    PANE_NAME = "Map"
    HELP = "The frequent words in the plane that their vectors spread over most."
