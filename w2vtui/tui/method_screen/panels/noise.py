"""The Noise tab: P(w) for any exponent, and what the run has drawn of it."""

from __future__ import annotations

from w2vtui.tui.method_screen.pane import MethodPane


class NoisePane(MethodPane):
    """The noise distribution."""

    NAME = "noise"
    TITLE = "Noise  P(w)"
    ABOUT = "The noise distribution, and the noise words that this run has drawn."
