"""The line at the top of every screen but the train screen: how the run is, and what is shown."""

from __future__ import annotations

from textual.events import Resize
from textual.timer import Timer

from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.screen_parts.header import header, status_line
from w2vtui.tui.widgets.panel import Panel

SECONDS = 1.0
"""From one look at the run to the next."""


class RunLine(Panel):
    """State, percent, time left, speed and probe of the run that trains; at the right the screen.

    Looks at the run by itself, while its screen is in front.
    """

    app: BaseApp

    def __init__(self, place: str) -> None:
        """place: the name of the screen, `Explore`"""
        super().__init__(id="header")
        self._place = self._said = place
        self._looking: Timer | None = None

    def on_mount(self) -> None:
        """Begin to look."""
        self._looking = self.set_interval(SECONDS, self.look)
        self.look()

    def on_resize(self, event: Resize) -> None:
        """Show as much as fits now."""
        self.look()

    def say(self, text: str) -> None:
        """Show a text after the name of the screen: `LIVE @ 35.4M`."""
        said = f"{self._place}: {text}" if text else self._place
        if said != self._said:
            self._said = said
            self.look()
            if self._looking is not None:  # the next look is a whole second later
                self._looking.reset()

    def look(self) -> None:
        """Look at the run now."""
        if not self.screen.is_current:
            return
        shot, width = self.app.run_shot(), self.size.width
        if self.screen.has_class("tiny") and shot is not None:
            self.show(header(shot, width, frozen=False, tiny=True, inks=self.app.inks))
        else:
            advice = "; enlarge to 60x16" if self.screen.has_class("tiny") else ""
            self.show(status_line(shot, self._said + advice, width, self.app.inks))
