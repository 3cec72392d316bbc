"""The neighbors pane."""

from __future__ import annotations

from w2vtui.tui.explore_screen.pane import ExplorePane


class NeighborsPane(ExplorePane):
    """The nearest words of the query, by the cosine of their vectors."""

    PANE_NAME = "Neighbors"
    HELP = "The nearest words of the query, by the cosine of their vectors."
