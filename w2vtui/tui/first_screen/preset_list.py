"""The list of presets: one is highlighted, one is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from w2vtui.display import pad, wrapped
from w2vtui.presets import PRESETS

NAME_CELLS = 15
N_WHY_LINES = 2
_MARKS = {"": " ", "chosen": "●", "changed": "◐"}


class PresetList(Widget, can_focus=True):
    """Presets with their settings, and what the highlighted one is for."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "presets--pointed", "presets--chosen", "presets--settings", "presets--why",
    }  # fmt: skip

    HELP_TITLE = "Presets"
    HELP = "Settings that belong together: choose one, then change what you like."

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "point(-1)", "preset above", show=False, id="presets.up"),
        Binding("down,j", "point(1)", "preset below", show=False, id="presets.down"),
        Binding("space", "choose", "set all settings to the preset", show=False,
                id="presets.choose"),
        Binding("enter", "choose_and_go", "choose the preset and go to Start", show=False,
                id="presets.enter"),
    ]  # fmt: skip

    @dataclass
    class Chosen(Message):
        """A preset was chosen."""

        name: str
        then_start: bool
        """Whether to go to Start next."""

    def __init__(self, *, id: str, classes: str = "") -> None:
        super().__init__(id=id, classes=classes)
        self._pointed = 0
        self._chosen = ""
        self._changes: tuple[str, ...] = ()

    def show(self, chosen: str, changes: tuple[str, ...]) -> None:
        """Mark the chosen preset, with the settings that were changed since."""
        if (chosen, changes) != (self._chosen, self._changes):
            self._chosen, self._changes = chosen, changes
            self.refresh()

    def point(self, name: str) -> None:
        """Highlight a preset."""
        self._point_at(next(at for at, preset in enumerate(PRESETS) if preset.name == name))

    def on_resize(self) -> None:
        """Say which presets there is room for."""
        self._point_at(self._pointed)

    def _point_at(self, at: int) -> None:
        """Highlight a preset; the title says which are shown if not all are."""
        self._pointed = at
        n_lines = self._n_lines()
        first = self._first(n_lines)
        some = f"  {first + 1}-{first + n_lines} of {len(PRESETS)}"
        self.border_title = f"Presets{some if n_lines < len(PRESETS) else ''}"
        self.refresh()

    # ---- keys

    def action_point(self, by: int) -> None:
        """Highlight the preset above or below."""
        self._point_at((self._pointed + by) % len(PRESETS))

    def action_choose(self) -> None:
        """Choose the highlighted preset."""
        self.post_message(self.Chosen(PRESETS[self._pointed].name, then_start=False))

    def action_choose_and_go(self) -> None:
        """Choose the highlighted preset and go to Start."""
        self.post_message(self.Chosen(PRESETS[self._pointed].name, then_start=True))

    def on_click(self, event: Click) -> None:
        """Choose the preset that was clicked."""
        n_lines = self._n_lines()
        at = self._first(n_lines) + event.y
        if event.y < n_lines and at < len(PRESETS):
            self._point_at(at)
            self.action_choose()

    # ---- drawing

    def _n_lines(self) -> int:
        room = self.size.height - N_WHY_LINES
        return min(len(PRESETS), room if room >= N_WHY_LINES else max(self.size.height, 1))

    def _first(self, n_lines: int) -> int:
        """The index of the first preset shown."""
        return min(max(self._pointed - n_lines // 2, 0), len(PRESETS) - n_lines)

    def render(self) -> Text:
        """The list, and what the highlighted preset is for."""
        n_lines = self._n_lines()
        first = self._first(n_lines)
        lines = [self._line(at) for at in range(first, first + n_lines)]
        width = max(self.size.width, 1)
        n_below = self.size.height - n_lines
        why = wrapped(PRESETS[self._pointed].why, width, n_below) if n_below > 0 else []
        style = self.get_component_rich_style("presets--why")
        lines += [Text(pad(line, width), style) for line in why]
        return Text("\n", no_wrap=True).join(lines)

    def _line(self, at: int) -> Text:
        preset, width = PRESETS[at], self.size.width
        is_pointed, is_chosen = at == self._pointed, preset.name == self._chosen
        state = "" if not is_chosen else "changed" if self._changes else "chosen"
        style = self.get_component_rich_style
        line = Text("▸ " if is_pointed else "  ", style("presets--pointed"))
        line.append(f"{_MARKS[state]} ", style("presets--chosen"))
        lit = is_pointed and self.has_focus
        name_style = "presets--pointed" if lit else "presets--chosen" if is_chosen else ""
        line.append(pad(preset.name, NAME_CELLS), style(name_style) if name_style else "")
        text = f"changed: {', '.join(self._changes)}" if state == "changed" else preset.summary
        line.append(text, style("presets--settings"))
        return Text(pad(line.plain, width), spans=line.spans, no_wrap=True)
