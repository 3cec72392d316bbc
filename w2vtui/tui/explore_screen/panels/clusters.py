"""The clusters pane."""

from __future__ import annotations

from w2vtui.tui.explore_screen.pane import ExplorePane


class ClustersPane(ExplorePane):
    """Groups of words whose vectors are near each other."""

    PANE_NAME = "Clusters"
    HELP = "Groups of words whose vectors are near each other."
