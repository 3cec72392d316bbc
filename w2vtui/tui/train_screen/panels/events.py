"""The events pane: what happened, newest first, with scrolling and filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click, MouseScrollDown, MouseScrollUp, Resize
from textual.message import Message
from textual.widget import Widget

from w2vtui.training.state.events import Event
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.looks.glyphs import BRAILLE, Glyphs
from w2vtui.tui.train_screen.event_rows import EventRow, Outcomes, event_rows, row_line
from w2vtui.tui.widgets.panel import joined

FILTERS = {"all": "", "changes": "change", "notes": "note", "errors": "error"}
"""Names of the filters, and the kind of event that each shows; empty shows all."""
_WHEEL_LINES = 3


class EventsPanel(Widget, can_focus=True):
    """One line per event; the selected one stays selected when others arrive."""

    HELP_TITLE = PANE_NAME = "Events"
    app: BaseApp
    HELP = "What happened, newest first: changes with their numbers, notes, errors."

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "newer event", show=False, id="events.up"),
        Binding("down,j", "move(1)", "older event", show=False, id="events.down"),
        Binding("pageup", "page(-1)", "a page of newer events", show=False, id="events.page_up"),
        Binding("pagedown", "page(1)", "a page of older events", show=False,
                id="events.page_down"),
        Binding("home", "edge(0)", "newest event", show=False, id="events.home"),
        Binding("end", "edge(-1)", "oldest event", show=False, id="events.end"),
        Binding("v", "filter", "Filter", id="events.filter",
                tooltip="show all events, only changes, only notes, or only errors"),
        Binding("enter", "choose", "show the event on the curve", show=False,
                id="events.choose"),
    ]  # fmt: skip

    @dataclass
    class Chosen(Message):
        """Asks for an event to be shown on the curve."""

        tokens: int

    def __init__(self, *, id: str, classes: str = "", glyphs: Glyphs = BRAILLE) -> None:
        super().__init__(id=id, classes=classes)
        self._glyphs = glyphs
        self._events: tuple[Event, ...] = ()
        self._probed: Outcomes = {}
        self._listed: list[EventRow] = []
        self._filter = "all"
        self._picked = 0
        self._top = 0

    def on_mount(self) -> None:
        """Name the pane."""
        self.border_subtitle = "v filter  enter show on curve"
        self._changed()

    def show(self, events: Sequence[Event], probed: Outcomes | None = None) -> None:
        """Show these events, oldest first, and what the probe loss did at the changes."""
        events, probed = tuple(events), probed or {}
        if (events, probed) != (self._events, self._probed):
            self._events, self._probed = events, probed
            self._list()

    @property
    def picked(self) -> Event | None:
        """The selected event; None when the list is empty."""
        return self._listed[self._picked].event if self._listed else None

    # ---- keys

    def action_move(self, by: int) -> None:
        """Select an older event, or with a negative number a newer one."""
        self._pick(self._picked + by)

    def action_page(self, by: int) -> None:
        """Select an event a page older, or with -1 newer."""
        self._pick(self._picked + by * max(self.size.height, 1))

    def action_edge(self, at: int) -> None:
        """Select the newest event (0) or the oldest one (-1)."""
        self._pick(at % len(self._listed) if self._listed else 0)

    def action_filter(self) -> None:
        """Switch to the next filter."""
        names = list(FILTERS)
        self._filter = names[(names.index(self._filter) + 1) % len(names)]
        self._list()

    def action_choose(self) -> None:
        """Ask for the selected event to be shown on the curve."""
        if self.picked is not None:
            self.post_message(self.Chosen(self.picked.tokens))

    # ---- mouse

    def on_click(self, event: Click) -> None:
        """Select an event; on a double click show it on the curve."""
        place = event.get_content_offset(self)
        if place is None or place.y + self._top >= len(self._listed):
            return
        self._pick(place.y + self._top)
        if event.chain == 2:
            self.action_choose()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Select a newer event."""
        event.stop()
        self._pick(self._picked - _WHEEL_LINES)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Select an older event."""
        event.stop()
        self._pick(self._picked + _WHEEL_LINES)

    def on_resize(self, event: Resize) -> None:
        """Keep the selected line in sight; a large pane shows every detail."""
        self._list()

    # ---- drawing

    def _list(self) -> None:
        """List what the filter shows; the selection stays, or follows the newest event."""
        before, kind = self.picked if self._picked else None, FILTERS[self._filter]
        rows = event_rows(self._events, self._probed, all_details=self.is_maximized)
        self._listed = [one for one in reversed(rows) if not kind or one.event.kind == kind]
        places = (at for at, one in enumerate(self._listed) if before and _same(one.event, before))
        self._picked = next(places, 0)
        self._changed()

    def _pick(self, at: int) -> None:
        self._picked = min(max(at, 0), max(len(self._listed) - 1, 0))
        self._changed()

    def _changed(self) -> None:
        height, n_listed = max(self.size.height, 1), len(self._listed)
        self._top = min(max(self._top, self._picked - height + 1), self._picked)
        self._top = min(self._top, max(n_listed - height, 0))
        title = "Events" if self._filter == "all" else f"Events: {self._filter}"
        if n_listed > height:
            title += f"  {self._top + 1}-{self._top + height} of {n_listed}"
        self.border_title = title
        self.refresh()

    def render(self) -> Text:
        """Render the lines in sight."""
        width, height = self.size
        shown = self._listed[self._top : self._top + height]
        if not shown:
            return Text("" if self._filter == "all" else "none yet", "dim")
        lines = [row_line(row, width - 2, self._glyphs, self.app.inks) for row in shown]
        lit = self._picked - self._top if self.has_focus else -1
        return joined([_pointed(line, at == lit) for at, line in enumerate(lines)])


def _pointed(line: Text, is_lit: bool) -> Text:
    pointer = Text(no_wrap=True)
    pointer.append("▸ " if is_lit else "  ", "bold")
    return pointer.append_text(line)


def _same(one: Event, other: Event) -> bool:
    """Whether two events are one, which may have been acknowledged in between."""
    return (one.seconds, one.text) == (other.seconds, other.text)
