"""The Microscope tab: one training step in slow motion."""

from __future__ import annotations

from w2vtui.tui.method_screen.pane import MethodPane


class MicroscopePane(MethodPane):
    """One step of the training."""

    NAME = "microscope"
    TITLE = "Microscope  one step"
    ABOUT = "One training step of this run in slow motion."
