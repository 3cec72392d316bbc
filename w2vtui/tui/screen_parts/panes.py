"""A screen of panes: which one has the focus, is the current tab, or is maximized."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding
from textual.events import DescendantFocus
from textual.geometry import Offset
from textual.widget import Widget

from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.screen_parts.coverable import CoverableScreen
from w2vtui.tui.screen_parts.jump import JumpScreen
from w2vtui.tui.widgets.tab_bar import TabBar


def pane_bindings(
    screen: str, *, tab: str = "pane, on a small terminal", shows_jump: bool = True
) -> list[Binding]:
    """The keys that go from pane to pane.

    screen       what their ids begin with, `train` for `train.jump`
    tab          what the brackets go to, for the help
    shows_jump   whether the key bar shows the letters over panes
    """
    return [
        Binding("ctrl+o", "jump", "Jump", id=f"{screen}.jump", priority=True, key_display="^o",
                show=shows_jump, tooltip="go to a pane by its letter"),
        Binding("tab", "focus_pane(1)", "next pane", show=False, id=f"{screen}.focus_next",
                tooltip="go to the next pane"),
        Binding("shift+tab", "focus_pane(-1)", "previous pane", show=False,
                id=f"{screen}.focus_previous", tooltip="go to the previous pane"),
        Binding("left_square_bracket", "pane(-1)", "previous tab", show=False,
                id=f"{screen}.previous", tooltip=f"previous {tab}"),
        Binding("right_square_bracket", "pane(1)", "next tab", show=False, id=f"{screen}.next",
                tooltip=f"next {tab}"),
    ]  # fmt: skip


class PanedScreen(CoverableScreen):
    """Panes are the framed children of #panels; on a small terminal those of PANES become tabs.

    The CSS class `tabbed` says so; `tiny` means that there is no room for any pane.
    """

    PANES: ClassVar[tuple[str, ...]] = ()
    """Ids of the panes that may become tabs, in order."""
    FIRST_PANE: ClassVar[str] = ""
    """Id of the pane above the tabs, which is maximized when no pane has the focus."""

    app: BaseApp

    def __init__(self) -> None:
        super().__init__()
        self._pane = self.PANES[0]
        """Id of the current tab."""

    def sizes_changed(self) -> None:
        """Called when panes have moved or changed their sizes."""

    def action_pane(self, by: int) -> None:
        """Show the next tab, or the one `by` tabs on."""
        self.action_show_pane(self.PANES[(self.PANES.index(self._pane) + by) % len(self.PANES)])

    def on_tab_bar_chosen(self, message: TabBar.Chosen) -> None:
        """Show the tab that was clicked."""
        self.action_show_pane(message.pane)

    def action_show_pane(self, pane: str) -> None:
        """Show a pane, as a tab where panes are tabs."""
        self.go_to(pane)

    def show_current(self) -> None:
        """Mark the current pane, and its tab, for the style sheet."""
        for pane in self.PANES:
            self.query_one(f"#{pane}").set_class(pane == self._pane, "current")
        self.query_one(TabBar).show(self._pane)

    # ---- from pane to pane

    def is_shown(self, pane: str) -> bool:
        """Whether a pane is visible."""
        if self.maximized is not None:
            return self.maximized.id == pane
        return not self.has_class("tabbed") or pane in (self._pane, self.FIRST_PANE)

    def framed(self) -> list[Widget]:
        """The panes, in the order of the screen."""
        return list(self.query("#panels > .framed"))

    def pane_names(self) -> list[str]:
        """Ids of the panes, in the order of the screen or of the tabs."""
        if self.has_class("tabbed"):
            return [self.FIRST_PANE, *self.PANES]
        return [pane.id for pane in self.framed() if pane.id is not None]

    def go_to(self, pane: str) -> None:
        """Show a pane and focus it, before the next key is handled."""
        if self.maximized is not None and self.maximized.id != pane:
            self.minimize()
        self._bring_up(pane)
        self.set_focus(self.query_one(f"#{pane}"))

    def _bring_up(self, pane: str) -> None:
        if pane in self.PANES and pane != self._pane:
            self._pane = pane
            self.show_current()
            self.sizes_changed()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Show the pane in focus, also after the terminal has become small."""
        pane = self._pane_of(self.focused)
        if pane is not None:
            self._bring_up(pane)

    def _pane_of(self, widget: Widget | None) -> str | None:
        nodes = () if widget is None else widget.ancestors_with_self
        return next((node.id for node in nodes if "framed" in node.classes), None)

    def keep_focus(self) -> None:
        """Restore the focus to a pane that lost it while hidden."""
        if self.focused is None and self.app.app_focus and not self.has_class("tiny"):
            self.set_focus(self.query_one(f"#{self._pane}"))

    def action_focus_pane(self, by: int) -> None:
        """Focus the next pane (1) or the previous one (-1)."""
        panes, here = self.pane_names(), self._pane_of(self.focused)
        self.go_to(panes[(panes.index(here) + by) % len(panes)] if here in panes else panes[0])

    def action_jump(self) -> None:
        """Show a letter over each pane, and go to the pane whose letter is pressed."""
        shown = {pane: self.query_one(f"#{pane}") for pane in self.pane_names()}
        places: dict[str, Offset | None] = {
            pane: widget.region.offset if self.is_shown(pane) else None
            for pane, widget in shown.items()
        }

        def chosen(pane: str | None) -> None:
            if pane is not None:
                self.go_to(pane)

        self.app.push_screen(JumpScreen(places, self.size), chosen)

    def action_maximize(self) -> None:
        """Maximize the focused pane, or restore the layout."""
        if self.maximized is not None:
            self.minimize()
        else:
            self.maximize(self.query_one(f"#{self._pane_of(self.focused) or self.FIRST_PANE}"))
