"""A screen that draws nothing while another one covers it."""

from __future__ import annotations

from textual.screen import Screen


class CoverableScreen(Screen[None]):
    """A screen on which others may lie.

    To Textual the screen below the one in front is always in sight. Under one that is opaque it
    would be drawn with every look at a run, and the one in front drawn whole again each time.
    """

    @property
    def is_current(self) -> bool:
        """Whether it can be seen: in front, or through the screens above it."""
        if not super().is_current:
            return False
        front = self.app.screen
        return front is self or front.styles.background.a < 1
