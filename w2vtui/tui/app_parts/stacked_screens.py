"""The stack of screens: those of the number keys lie on the train screen, and are kept."""

from __future__ import annotations

from typing import Any

from textual.screen import ModalScreen, Screen
from textual.widget import AwaitMount

from w2vtui.tui.app_base import BaseApp


class StackedScreens(BaseApp):
    """The part of the app that shows, keeps and forgets screens."""

    def _show_place(self, name: str) -> AwaitMount | None:
        """Show a screen; what is returned waits until it is there."""
        screen = self.get_screen(name)
        if self.screen is screen:
            return None
        self.uncover()
        return self.push_screen(screen)

    def uncover(self) -> None:
        """Close dialogs, and leave the screens that lie on the train screen."""
        while isinstance(self.screen, ModalScreen) or self.is_screen_installed(self.screen):
            self.pop_screen()

    def _kept(self, name: str) -> Screen[Any] | None:
        """A screen that was kept; None if it was not there yet."""
        return self.get_screen(name) if self.is_screen_installed(name) else None

    def forget(self, name: str) -> None:
        """Remove a screen that was kept, as that of a run that is over."""
        if self.is_screen_installed(name):
            screen = self.get_screen(name)
            self.uncover()
            self.uninstall_screen(name)
            if screen.is_attached:
                screen.remove()
