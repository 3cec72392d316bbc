"""A screen whose panes share one place on a small terminal."""

from __future__ import annotations

from typing import ClassVar

from textual.events import Resize
from textual.widget import Widget

from w2vtui.tui.screen_parts.coverable import CoverableScreen
from w2vtui.tui.widgets.tab_bar import TabBar


class TabbedScreen(CoverableScreen):
    """Shows one of its panes at a time where it has the class `tabbed`, and none where `tiny`."""

    PANES: ClassVar[tuple[str, ...]] = ()
    """Ids of the panes, in the order of their tabs."""
    ALWAYS_THERE: ClassVar[str] = ""
    """Selects the widget that gets the focus instead of a pane that cannot have it."""

    def __init__(self) -> None:
        super().__init__()
        self._pane = self.PANES[0]
        """The pane on show where they share a place."""
        self._focused: Widget | None = None
        """The widget that had the focus last."""

    def draw(self) -> None:
        """Called when another pane, size or focus asks for another look."""

    def on_resize(self, event: Resize) -> None:
        """Choose the layout that fits."""
        width, height = event.size
        tiny = width < 60 or height < 16
        self.set_class(tiny, "tiny")
        self.set_class(not tiny and (width < 110 or height < 38), "tabbed")
        self.call_after_refresh(self.draw)
        if not tiny:
            self.call_after_refresh(self._keep_focus)

    def _keep_focus(self) -> None:
        """Give the focus back to a widget that lost it while it was hidden."""
        if self.focused is None and self._focused is not None and self.app.app_focus:
            self.set_focus(self._focused)

    def on_descendant_focus(self) -> None:
        """Draw the hint of the focused widget."""
        self._focused = self.focused
        self.draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key can be used now: panes are switched only where they share a place."""
        return self.has_class("tabbed") if action == "pane" else True

    def action_pane(self, by: int) -> None:
        """Show the next pane."""
        self._choose_pane(self.PANES[(self.PANES.index(self._pane) + by) % len(self.PANES)])

    def on_tab_bar_chosen(self, message: TabBar.Chosen) -> None:
        """Show the pane that was clicked."""
        self._choose_pane(message.pane)

    def _choose_pane(self, pane: str) -> None:
        self._pane = pane
        self._show_pane()
        shown = self.query_one(f"#{pane}")
        self.set_focus(shown if shown.focusable else self.query_one(self.ALWAYS_THERE))
        self.call_after_refresh(self.draw)

    def _show_pane(self) -> None:
        for pane in self.PANES:
            self.query_one(f"#{pane}").set_class(pane == self._pane, "current")
        self.query_one(TabBar).show(self._pane)
