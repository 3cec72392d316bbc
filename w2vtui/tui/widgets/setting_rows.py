"""A list of settings: select one, step its value or type one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click, Key, MouseEvent, MouseScrollDown, MouseScrollUp
from textual.message import Message
from textual.widget import Widget

from w2vtui.display import pad, wrapped
from w2vtui.tui.looks.glyphs import BRAILLE, Glyphs
from w2vtui.tui.widgets.setting_row import Drawn, Layout, Row, detail_line, layout_of, row_line


class SettingRows(Widget, can_focus=True):
    """Settings below one another, in two columns when the height is too small for one."""

    HELP_TITLE = "Settings"
    OTHER_KEYS = (("0-9 . -", "the value; before a run a digit begins it"),)
    HELP = "Settings: select one, step or type its value; during a run enter applies changes."

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "rows--picked", "rows--value", "rows--staged", "rows--label", "rows--help",
    }  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "pick(-1)", "setting above", show=False, id="rows.up"),
        Binding("down,j", "pick(1)", "setting below", show=False, id="rows.down"),
        Binding("left,h", "step(-1)", "lower value", show=False, id="rows.left"),
        Binding("right,l", "step(1)", "higher value", show=False, id="rows.right"),
        Binding("shift+left", "step(-3)", "3 steps lower", show=False, id="rows.shift_left"),
        Binding("shift+right", "step(3)", "3 steps higher", show=False, id="rows.shift_right"),
        # With priority, so that the next digit belongs to the value.
        Binding("equals_sign", "type", "type a value", show=False, id="rows.type", priority=True,
                tooltip="type a value"),
        Binding("enter", "apply", "apply what is staged", show=False, id="rows.apply"),
        Binding("escape", "drop", "drop what is staged", show=False, id="rows.drop"),
        Binding("delete", "reset", "default value", show=False, id="rows.reset",
                tooltip="reset the value: to its default, during a run to the current one"),
    ]  # fmt: skip

    @dataclass
    class Stepped(Message):
        """A setting was stepped, up or with a negative number down."""

        name: str
        by: int

    @dataclass
    class Typed(Message):
        """A value was typed for a setting."""

        name: str
        text: str

    @dataclass
    class Reset(Message):
        """Asks for a setting to be reset."""

        name: str

    class Applied(Message):
        """Asks for what is staged to be applied."""

    class Dropped(Message):
        """Asks for what is staged to be dropped."""

    def __init__(
        self,
        *,
        id: str,
        classes: str = "",
        n_help_lines: int = 2,
        glyphs: Glyphs = BRAILLE,
        digits_begin: bool = True,
    ) -> None:
        """digits_begin: whether a digit begins a value; otherwise only `=` does"""
        super().__init__(id=id, classes=classes)
        self._beginnings = "-0123456789" if digits_begin else "-"
        self._arrow = glyphs.spelled("→")
        self._rows: tuple[Row, ...] = ()
        self._picked = 0
        self._typing: str | None = None
        """What has been typed of a value; None where none was begun."""
        self._n_help_lines = n_help_lines

    def show(self, rows: tuple[Row, ...]) -> None:
        """Show these settings."""
        if rows != self._rows:
            self._rows = rows
            self.refresh()

    @property
    def picked(self) -> str:
        """The name of the selected setting; empty when there are none."""
        return self._rows[self._picked].name if self._rows else ""

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows shown."""
        return self._rows

    def pick(self, name: str) -> None:
        """Select a setting by name."""
        self._picked = next(at for at, row in enumerate(self._rows) if row.name == name)
        self.refresh()

    # ---- keys

    def action_pick(self, by: int) -> None:
        """Select the row `by` rows down; what was typed is staged."""
        self._finish_typing()
        if self._rows:
            self._picked = (self._picked + by) % len(self._rows)
        self.refresh()

    def action_step(self, by: int) -> None:
        """Step the selected setting."""
        self._finish_typing()
        self.post_message(self.Stepped(self.picked, by))

    def action_apply(self) -> None:
        """Ask for what is staged to be applied, including what is being typed."""
        self._finish_typing()
        self.post_message(self.Applied())

    def action_drop(self) -> None:
        """Drop what is being typed, else ask for what is staged to be dropped."""
        if self._typing is not None:
            self._typing = None
            self.refresh()
        else:
            self.post_message(self.Dropped())

    def action_reset(self) -> None:
        """Reset the selected setting."""
        self._typing = None
        self.post_message(self.Reset(self.picked))
        self.refresh()

    def action_type(self) -> None:
        """Begin to type a value: the next digits belong to it."""
        if self._typing is None and self._rows:
            self._typing = ""
            self.refresh()

    def on_key(self, event: Key) -> None:
        """Type a value, once it was begun."""
        character = event.character or ""
        taken = self._beginnings if self._typing is None else "0123456789eE+-."
        if character and character in taken:
            self._typing = (self._typing or "") + character
        elif event.key == "backspace" and self._typing:
            self._typing = self._typing[:-1]
        else:
            return
        event.stop()
        event.prevent_default()
        self.refresh()

    def on_blur(self) -> None:
        """Stage what was being typed."""
        self._finish_typing()

    # ---- mouse

    def on_click(self, event: Click) -> None:
        """Select a row; on an arrow step it; on a double click elsewhere apply."""
        by = event.style.meta.get("step")
        if not self._pick_under(event):
            return
        if by is not None:
            self.action_step(by)
        elif event.chain == 2:
            self.action_apply()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Step the setting under the pointer up."""
        self._wheel(event, 1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Step the setting under the pointer down."""
        self._wheel(event, -1)

    def _wheel(self, event: MouseEvent, by: int) -> None:
        if self._pick_under(event):
            event.stop()
            self.action_step(3 * by if event.shift else by)

    def _pick_under(self, event: MouseEvent) -> bool:
        """Select the row under the pointer; return whether there is one."""
        layout, place = self._layout(), event.get_content_offset(self)
        if place is None or place.y >= layout.n_lines * layout.lines_each:
            return False
        width = max(self.size.width // layout.n_columns, 1)
        column = min(place.x // width, layout.n_columns - 1)
        at = layout.row_at(column, place.y // layout.lines_each)
        if at >= len(self._rows):
            return False
        self._finish_typing()
        if at != self._picked:
            self._picked = at
            self.refresh()
        return True

    def _finish_typing(self) -> None:
        if self._typing:
            self.post_message(self.Typed(self.picked, self._typing))
        if self._typing is not None:
            self._typing = None
            self.refresh()

    # ---- drawing

    def _layout(self) -> Layout:
        return layout_of(self._rows, self._picked, self.size, self._n_help_lines)

    def render(self) -> Text:
        """Render the rows, and the help of the selected one."""
        layout = self._layout()
        width = self.size.width // layout.n_columns
        has_details = layout.lines_each == 2
        text = Text(no_wrap=True)
        for line in range(layout.n_lines):
            for column in range(layout.n_columns):
                text.append_text(self._row(layout.row_at(column, line), width, has_details))
            text.append("\n")
            if has_details:
                text.append_text(detail_line(self._rows[line], width, self._part_style))
                text.append("\n")
        for help_line in self._help(self.size.height - layout.n_lines * layout.lines_each):
            text.append_text(help_line)
            text.append("\n")
        text.right_crop(1)
        return text

    def _row(self, at: int, width: int, has_room: bool) -> Text:
        if at >= len(self._rows):
            return Text(" " * width)
        is_picked = at == self._picked
        how = Drawn(
            is_picked=is_picked,
            lit=is_picked and self.has_focus,
            typing=self._typing,
            arrow=self._arrow,
            has_room=has_room,
        )
        return row_line(self._rows[at], how, width, self._part_style)

    def _part_style(self, name: str) -> Style:
        return self.get_component_rich_style(name)

    def _help(self, n_lines: int) -> list[Text]:
        if not self._rows or n_lines < 1:
            return []
        n_shown = min(n_lines, max(self._n_help_lines, 1))
        lines = wrapped(self._rows[self._picked].help, self.size.width - 3, n_shown)
        style = self.get_component_rich_style("rows--help")
        above = [Text()] * max(n_lines - n_shown - (n_lines > n_shown), 0)
        gap = [Text()] if n_lines > n_shown else []
        shown = [Text("  " + pad(line, self.size.width - 2), style=style) for line in lines]
        return [*gap, *shown, *above][:n_lines]
