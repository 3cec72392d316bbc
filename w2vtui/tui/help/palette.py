"""The palette; each entry is a line: what it does beside its name, its key at the right."""

from __future__ import annotations

from typing import cast

from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.widgets import Button, Input

from w2vtui.display import cell_width, pad
from w2vtui.tui.app_base import BaseApp, PaletteCommand
from w2vtui.tui.help.entries import palette_entries

_NAME_CELLS = 26
_AROUND = 8
"""Cells beside an entry: padding, frame, scroll bar."""


class Palette(CommandPalette):
    """Textual's palette, made safe for keys that come faster than it is drawn.

    Its page keys wait until the list has a place on the screen, and a second enter or escape
    neither runs the command again nor leaves the screen below.
    """

    _has_run = False
    """Whether the command that was chosen has been run."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Leave it, once."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def _select_or_command(self, event: Input.Submitted | Button.Pressed | None = None) -> None:
        runs = not self._list_visible and self._selected_command is not None
        if not (runs and self._has_run):
            super()._select_or_command(event)
        if runs:
            # Textual's own method, which an enter in the field calls, runs what is selected.
            self._has_run, self._selected_command = True, None

    def _action_command_list(self, action: str) -> None:
        # Textual looks for the line of an entry, and without a place there are none.
        if self.query_one(CommandList).scrollable_content_region or not action.startswith("page"):
            super()._action_command_list(action)


class Entries(Provider):
    """Every command that can be used now.

    Textual gives an entry a line for its name and another one for its help; what is yielded here
    has no help, and holds all in its name.
    """

    async def discover(self) -> Hits:
        """All of them, by name."""
        entries = palette_entries(cast(BaseApp, self.app), self.screen)
        for command, run in sorted(entries, key=lambda entry: entry[0].title):
            shown = self._line(Content(command.title), command)
            yield DiscoveryHit(shown, run, text=command.title)

    async def search(self, query: str) -> Hits:
        """Those whose names match."""
        matcher = self.matcher(query)
        for command, run in palette_entries(cast(BaseApp, self.app), self.screen):
            if (match := matcher.match(command.title)) > 0:
                shown = self._line(matcher.highlight(command.title), command)
                yield Hit(match, shown, run, text=command.title)

    def _line(self, title: Content, command: PaletteCommand) -> Content:
        gap = " " * max(_NAME_CELLS - cell_width(command.title), 1)
        used = max(_NAME_CELLS, cell_width(command.title) + 1) + cell_width(command.keys)
        room = self.app.size.width - _AROUND - used - 1
        about = pad(command.help, room) + " " if room > 0 else ""
        return Content.assemble(title, gap, (about, "dim"), (command.keys, "bold"))
