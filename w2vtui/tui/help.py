"""What can be done at this moment: for the help, and for the palette."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from textual.app import SystemCommand
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

from w2vtui.tui.app_base import BaseApp, PaletteCommand
from w2vtui.tui.dialogs import Section
from w2vtui.tui.keys import key_texts, own_bindings, scopes
from w2vtui.tui.train_screen.commands import COMMANDS

_TITLES = {
    "BaseApp": "Everywhere",
    "NewRunScreen": "First screen",
    "TrainScreen": "While a run goes on",
    "SettingRows": "Settings",
    "SaveDialog": "Where to save",
    "Help": "This list",
    "WatchDialog": "Which words to watch",
    "EventsPanel": "Events",
    "Prompt": "Command line",
    "PathInput": "Corpus",
    "PresetList": "Presets",
    "RunList": "Saved runs",
    "FilePicker": "Choosing a text",
    "TextTree": "The tree of files",
}
_MORE_KEYS = {
    "SettingRows": (("0-9 . -", "type a value"),),
    "WatchPanel": (("enter", "ask; without a query, show the watched words"),),
    "PathInput": (("enter", "on to Start"),),
}
"""What a widget does with keys that have no binding."""


def help_sections(app: BaseApp, screen: Screen[Any]) -> list[Section]:
    """First what has the focus, then the panes of the screen and its keys, then the rest."""
    focused = screen.focused
    sections, told = [], set()

    def add(owner: type[DOMNode], title: str = "", about: str = "") -> None:
        if owner not in told:
            told.add(owner)
            title = title or _TITLES.get(owner.__name__, owner.__name__)
            sections.append(Section(title, _keys(app, owner), about))

    if focused is not None:
        pane = _pane_of(focused)
        name, about = (_name_of(pane), help_of(pane)) if pane is not None else ("", "")
        owners = [owner for node in _within(focused, screen) for owner in _classes(node)]
        for owner in owners:
            add(owner, f"In focus: {name}" if name else "In focus", about)
            about = ""
        if about:
            keys = _MORE_KEYS.get(type(pane).__name__, ())
            sections.append(Section(f"In focus: {name}", keys, about))
    add(_classes(screen)[0] if _classes(screen) else type(screen))
    panes = [pane for pane in screen.query(Widget) if help_of(pane)]
    if panes:
        lines = [(_name_of(pane), help_of(pane)) for pane in panes]
        sections.append(Section("What the panes show", lines))
    for scope in scopes():
        for owner in scope.owners:
            add(owner)
    sections.append(Section("Commands", [(one.name, one.about) for one in COMMANDS.values()]))
    return sections


def commands(app: BaseApp, screen: Screen[Any]) -> Iterator[SystemCommand]:
    """Every command of what has the focus, of the screen and of the program, once each."""
    focused = screen.focused
    nodes: list[DOMNode] = [] if focused is None else list(_within(focused, screen))
    seen = set()
    for node in (*nodes, screen, app):
        for owner in _classes(node):
            for title, action, does in _listed(app, owner):
                if title not in seen and node.check_action(action.split("(")[0], ()):
                    seen.add(title)
                    yield SystemCommand(title, does, partial(app.run_action, action, node))


def help_of(widget: Widget) -> str:
    """The sentence on what a pane shows; empty where it has none."""
    return getattr(widget, "pane_help", "") or widget.HELP or ""


def _listed(app: BaseApp, owner: type[DOMNode]) -> Iterable[PaletteCommand]:
    for binding in own_bindings(owner):
        if binding.action != "command_palette":  # it is what lists them
            keys = "  ".join(key_texts(app, app.keys, binding))
            told = f"{keys}: {binding.tooltip}" if binding.tooltip else keys
            yield PaletteCommand(_capitalized(binding.description), binding.action, told)
    yield from owner.__dict__.get("PALETTE_COMMANDS", ())


def _keys(app: BaseApp, owner: type[DOMNode]) -> Sequence[tuple[str, str]]:
    keys = [
        ("  ".join(key_texts(app, app.keys, binding)), binding.tooltip or binding.description)
        for binding in own_bindings(owner)
    ]
    return [*keys, *_MORE_KEYS.get(owner.__name__, ())]


def _within(focused: Widget, screen: Screen[Any]) -> Iterator[DOMNode]:
    """What has the focus and what that lies in, up to the screen, which is not among them."""
    for node in focused.ancestors_with_self:
        if node is screen:
            return
        yield node


def _classes(node: DOMNode) -> list[type[DOMNode]]:
    """The classes of a node that are ours and declare commands."""
    return [
        owner
        for owner in type(node).__mro__
        if owner.__module__.startswith("w2vtui.")
        and ("BINDINGS" in owner.__dict__ or "PALETTE_COMMANDS" in owner.__dict__)
    ]


def _pane_of(focused: Widget) -> Widget | None:
    nodes = (node for node in focused.ancestors_with_self if isinstance(node, Widget))
    return next((node for node in nodes if help_of(node)), None)


def _name_of(pane: Widget) -> str:
    """The first words of its title, without the numbers that may follow."""
    return str(pane.border_title or pane.id or "").split("  ")[0].strip()


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]
