"""The analogies pane."""

from __future__ import annotations

from w2vtui.tui.explore_screen.pane import ExplorePane


class AnalogiesPane(ExplorePane):
    """Your own questions: a is to b as c is to what?"""

    PANE_NAME = "Analogies"
    HELP = "Your own questions: a is to b as c is to what?"
