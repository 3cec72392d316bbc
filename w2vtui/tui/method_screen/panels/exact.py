"""The Exact tab: each approximation beside the softmax."""

from __future__ import annotations

from w2vtui.tui.method_screen.pane import MethodPane


class ExactPane(MethodPane):
    """The exact softmax."""

    NAME = "exact"
    TITLE = "Exact  both approximations beside the softmax"
    ABOUT = "Probabilities and gradients of each approximation beside those of the exact softmax."
