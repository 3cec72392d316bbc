"""The word card pane."""

from __future__ import annotations

from w2vtui.tui.explore_screen.pane import ExplorePane


class WordCardPane(ExplorePane):
    """What is known of one word: count, rank, lengths of its vectors, code."""

    PANE_NAME = "Word card"
    HELP = "What is known of one word: count, rank, lengths of its vectors, code."
