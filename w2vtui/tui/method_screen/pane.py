"""What a tab of the Method screen declares."""

from __future__ import annotations

from typing import ClassVar

from w2vtui.tui.widgets.panel import Panel


class MethodPane(Panel, can_focus=True):
    """One tab: a framed text that fills the screen."""

    NAME: ClassVar[str]
    """The id of the pane, and its tab in lower case."""
    TITLE: ClassVar[str]
    ABOUT: ClassVar[str]
    """A sentence on what it shows, for the help."""

    def __init__(self) -> None:
        super().__init__(self.TITLE, id=self.NAME, classes="framed pane", help=self.ABOUT)
