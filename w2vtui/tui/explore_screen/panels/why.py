"""The why near pane."""

from __future__ import annotations

from w2vtui.tui.explore_screen.pane import ExplorePane


class WhyPane(ExplorePane):
    """The contexts that two words share, and the lines of the text that taught it."""

    PANE_NAME = "Why near?"
    HELP = "The contexts that two words share, and the lines of the text that taught it."
