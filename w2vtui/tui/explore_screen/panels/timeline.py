"""The timeline pane."""

from __future__ import annotations

from w2vtui.tui.explore_screen.pane import ExplorePane


class TimelinePane(ExplorePane):
    """The moments that can be gone back to."""

    PANE_NAME = "Timeline"
    HELP = "The moments that can be gone back to."
