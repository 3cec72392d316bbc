"""A list of lines, one of them pointed at; only the lines in view are drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

DrawLine = Callable[[int, bool], Text]
"""Draws the line at a place; the second says whether it is pointed at."""


class Rows(ScrollView, can_focus=True):
    """Lines of which some can be pointed at; thousands cost no more than a screenful.

    Textual's OptionList lays all its lines out again at each change of one.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--pointed"}
    HELP_TITLE = "Lines of a list"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "point(-1)", "line above", show=False, id="list.up"),
        Binding("down,j", "point(1)", "line below", show=False, id="list.down"),
        Binding("pageup", "page(-1)", "a screenful up", show=False, id="list.page_up"),
        Binding("pagedown", "page(1)", "a screenful down", show=False, id="list.page_down"),
        Binding("home", "end(-1)", "first line", show=False, id="list.first"),
        Binding("end", "end(1)", "last line", show=False, id="list.last"),
        Binding("enter", "choose", "choose the line", show=False, id="list.choose"),
    ]  # fmt: skip

    class Pointed(Message):
        """Another line is pointed at."""

    class Resized(Message):
        """The lines have another width."""

    @dataclass
    class Chosen(Message):
        """The line that is pointed at was chosen, by enter or a second click."""

        at: int

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._can_point: Sequence[bool] = ()
        self._draw: DrawLine = lambda at, pointed: Text("")
        self.at: int | None = None
        """The line that is pointed at; None if there is none."""

    @property
    def line_cells(self) -> int:
        """The cells of a line."""
        return self.scrollable_content_region.width

    def show(self, draw: DrawLine, can_point: Sequence[bool], at: int | None) -> None:
        """Show lines.

        can_point   whether each of them can be pointed at
        at          the one to point at, or the next below that can be
        """
        self._draw, self._can_point = draw, can_point
        self.virtual_size = Size(self.line_cells, len(can_point))
        places = [place for place, can in enumerate(can_point) if can]
        wanted = at or 0
        self.at = next((one for one in places if one >= wanted), places[-1] if places else None)
        self._scroll()
        self.refresh()

    def on_resize(self, event: Resize) -> None:
        """Keep the line that is pointed at in view."""
        self.virtual_size = Size(self.line_cells, len(self._can_point))
        self._scroll()
        self.post_message(self.Resized())

    def render_line(self, y: int) -> Strip:
        """Draw a line in view."""
        at, width = y + self.scroll_offset.y, self.line_cells
        if not 0 <= at < len(self._can_point):
            return Strip.blank(width, self.rich_style)
        style = self.rich_style
        if at == self.at:
            style += self.get_component_rich_style("rows--pointed", partial=True)
        text = self._draw(at, at == self.at)
        strip = Strip(text.render(self.app.console, end="")).adjust_cell_length(width)
        return strip.apply_style(style)

    def action_point(self, by: int) -> None:
        """Point at the next line that can be pointed at."""
        if self.at is not None:
            self._point(self.at + by, by)

    def action_page(self, by: int) -> None:
        """Point at a line a screenful away."""
        if self.at is not None:
            last = len(self._can_point) - 1
            place = min(max(self.at + by * max(self.size.height - 1, 1), 0), last)
            if not self._point(place, by):
                self._point(place, -by)

    def action_end(self, by: int) -> None:
        """Point at the first line, or the last one."""
        self._point(0 if by < 0 else len(self._can_point) - 1, -by)

    def action_choose(self) -> None:
        """Choose the line that is pointed at."""
        if self.at is not None:
            self.post_message(self.Chosen(self.at))

    def on_click(self, event: Click) -> None:
        """Point at a line; choose it if it is pointed at."""
        at = event.y + self.scroll_offset.y
        if at == self.at:
            self.action_choose()
        elif 0 <= at < len(self._can_point) and self._can_point[at]:
            self._point(at, 1)

    def _point(self, at: int, by: int) -> bool:
        """Point at the first line from `at` on, in steps of `by`, that can be pointed at; return
        whether there is one.
        """
        while 0 <= at < len(self._can_point):
            if self._can_point[at]:
                self.at = at
                self._scroll()
                self.refresh()
                self.post_message(self.Pointed())
                return True
            at += by
        return False

    def _scroll(self) -> None:
        """Scroll as little as shows the line pointed at, with what stands above the first one."""
        if self.at is None:
            return
        top, height = self.scroll_offset.y, max(self.size.height, 1)
        above = self.at if any(self._can_point[: self.at]) else 0
        wanted = min(top, above) if self.at - above < height else min(top, self.at)
        wanted = max(wanted, self.at - height + 1)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, immediate=True)
