"""The line of keys at the bottom: the active ones, as many as fit.

Textual's Footer is mounted again at every change of focus, which flashes, and cuts off keys that do
not fit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.events import Click, Resize
from textual.screen import Screen
from textual.widgets import Static

from w2vtui.display import cell_width

LAST = ("app.help", "app.palette", "app.quit")
"""Ids of the keys at the end of the line, which are left out last."""
PLACES = ("app.train", "app.explore", "app.method", "app.runs", "app.compare")
"""Ids of the keys that go to a screen, which are one entry where there is no room for each."""


class KeyBar(Static):
    """Keys of the screen, then those of the app; a click presses the key."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--key"}

    def __init__(self, name: Callable[[Binding], str] | None = None) -> None:
        """name: what a key does now, where that is not always what its binding says"""
        super().__init__("", markup=False)
        self._named = name
        self._shown: tuple[Binding, ...] = ()
        self._places: tuple[tuple[str, int], ...] = ()
        """The keys in the entry of several, with the cells of each; empty if there is none."""

    def on_mount(self) -> None:
        """Follow the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def on_resize(self, event: Resize) -> None:
        """Show as many keys as fit now."""
        self._changed(self.screen)

    def notify_style_update(self) -> None:
        """Draw in the colors of the new theme."""
        super().notify_style_update()
        if self.is_mounted:
            self._changed(self.screen)

    def _changed(self, screen: Screen[object]) -> None:
        if not self.is_mounted or screen is not self.screen:
            return
        active = [one.binding for one in screen.active_bindings.values() if one.enabled]
        shown: dict[str, Binding] = {}
        for binding in active:
            if binding.show:  # the first of several keys for an action
                named = self._named(binding) if self._named else binding.description
                shown.setdefault(binding.action, replace(binding, description=named))
        # A reconfigured key stays in its place.
        declared = [*screen.BINDINGS, *self.app.BINDINGS]
        places = {one.id: at for at, one in enumerate(declared) if isinstance(one, Binding)}
        places |= {name: len(places) + at for at, name in enumerate(LAST)}
        bindings = sorted(shown.values(), key=lambda binding: places.get(binding.id, -1))
        self._places = ()
        if self._line(bindings).cell_len > self.size.width:
            bindings = self._joined(bindings)
        n_last = len(LAST) + 1
        while bindings and self._line(bindings).cell_len > self.size.width:
            del bindings[max(len(bindings) - n_last - 1, 0)]
        self._shown = tuple(bindings)
        self.update(self._line(bindings), layout=False)

    def _joined(self, bindings: Sequence[Binding]) -> list[Binding]:
        """The bindings, those that go to a screen as one entry: `12345 Screens`."""
        places = [one for one in bindings if one.id in PLACES]
        others = [one for one in bindings if one.id not in PLACES]
        if not places:
            return others
        keys = [self.app.get_key_display(one) for one in places]
        entry = replace(places[0], key_display="".join(keys), description="Screens")
        self._places = tuple(
            (one.key, cell_width(key)) for one, key in zip(places, keys, strict=True)
        )
        at = max(len(others) - len(LAST), 0)
        return [*others[:at], entry, *others[at:]]

    def on_click(self, event: Click) -> None:
        """Press the key under the pointer."""
        key = self.key_at(event.x)
        if key:
            self.app.simulate_key(key)

    def key_at(self, column: int) -> str:
        """The key that stands in a column, or whose name does; empty if there is none."""
        end = 1
        for binding in self._shown:
            start, end = end, end + self._line([binding]).cell_len + 1
            if column < end:
                is_several = bool(self._places) and binding.id in PLACES
                return self._place_at(column - start) if is_several else binding.key
        return ""

    def _place_at(self, column: int) -> str:
        """The key in a column of the entry of several; empty in that of its name."""
        end = 0
        for key, cells in self._places:
            end += cells
            if column < end:
                return key
        return ""

    def _line(self, bindings: Sequence[Binding]) -> Text:
        line = Text(" ", no_wrap=True)
        style = self.get_component_rich_style("keys--key", partial=True)
        for at, binding in enumerate(bindings):
            line.append("  " * (at > 0))
            line.append(self.app.get_key_display(binding), style)
            line.append(f" {binding.description}")
        return line
