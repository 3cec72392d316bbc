"""The drift pane."""

from __future__ import annotations

from w2vtui.tui.explore_screen.pane import ExplorePane


class DriftPane(ExplorePane):
    """How the ranks of the nearest words have changed while it trained."""

    PANE_NAME = "Drift"
    HELP = "How the ranks of the nearest words have changed while it trained."
