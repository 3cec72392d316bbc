"""A pane that is a window on a plane: keys and mouse move it and zoom."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import MouseDown, MouseMove, MouseScrollDown, MouseScrollUp, MouseUp
from textual.geometry import Offset

from w2vtui.tui.explore_screen.map.window import Window
from w2vtui.tui.explore_screen.pane import ExplorePane

ZOOM = 1.5
"""Of one press, or one step of the wheel."""
_PAN = 8
"""Columns that an arrow moves the window by, and twice the rows."""


class WindowPane(ExplorePane):
    """A pane with a window, which a person may move."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus,equals_sign", "zoom(1)", "Zoom", id="explore.map_zoom_in",
                key_display="+", tooltip="zoom in"),
        Binding("minus", "zoom(-1)", "zoom out", show=False, id="explore.map_zoom_out",
                key_display="-", tooltip="zoom out"),
        Binding("r", "reset", "All", id="explore.map_reset", tooltip="the whole map"),
        Binding("left", "pan(-1, 0)", "left", show=False, id="explore.map_left",
                tooltip="move the window to the left"),
        Binding("right", "pan(1, 0)", "right", show=False, id="explore.map_right",
                tooltip="move the window to the right"),
        Binding("up", "pan(0, -1)", "up", show=False, id="explore.map_up",
                tooltip="move the window up"),
        Binding("down", "pan(0, 1)", "down", show=False, id="explore.map_down",
                tooltip="move the window down"),
    ]  # fmt: skip

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.window: Window | None = None
        """What the person looks at; None for all of it."""
        self.fitted: Window | None = None
        """The window on all of it that was shown last."""
        self._pressed: Offset | None = None
        """Where the mouse was pressed, while it is."""
        self._dragged = False

    @property
    def shown_window(self) -> Window:
        """The window that is shown."""
        return self.window or self.fitted or Window()

    def look_at(self, window: Window | None) -> None:
        """Show another window; None shows all of it."""
        self.window = window
        self.redraw()

    def pick(self, column: int, row: int) -> None:
        """Do what a click on a cell does."""

    # ---- keys

    def action_zoom(self, by: int) -> None:
        """Zoom in, or out."""
        self.look_at(self.shown_window.zoomed(ZOOM**by))

    def action_pan(self, columns: int, rows: int) -> None:
        """Move the window."""
        self.look_at(self.shown_window.moved(columns * _PAN, rows * _PAN / 2))

    def action_reset(self) -> None:
        """Show all of it."""
        self.fitted = None
        self.look_at(None)

    # ---- mouse

    def on_mouse_down(self, event: MouseDown) -> None:
        """Begin to drag, or to click."""
        if event.get_content_offset(self) is not None:
            self._pressed, self._dragged = event.screen_offset, False
            self.capture_mouse()

    def on_mouse_move(self, event: MouseMove) -> None:
        """Drag the window."""
        if self._pressed is None:
            return
        by = event.screen_offset - self._pressed
        if by:
            self._pressed, self._dragged = event.screen_offset, True
            self.look_at(self.shown_window.moved(-by.x, -by.y))

    def on_mouse_up(self, event: MouseUp) -> None:
        """End a drag, or pick the cell that was clicked."""
        if self._pressed is None:
            return
        self._pressed = None
        self.release_mouse()
        cell = event.get_content_offset(self)
        if not self._dragged and cell is not None:
            self.pick(cell.x, cell.y)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Zoom in on what is under the pointer."""
        self._wheel(event, ZOOM)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Zoom out from what is under the pointer."""
        self._wheel(event, 1 / ZOOM)

    def _wheel(self, event: MouseScrollUp | MouseScrollDown, factor: float) -> None:
        cell = event.get_content_offset(self)
        if cell is not None:
            event.stop()
            window = self.shown_window
            self.look_at(window.zoomed(factor, window.point(cell.x, cell.y, self.shape)))
