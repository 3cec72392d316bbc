"""What can be done at this moment, for the help and for the palette.

A class with keys may declare

    HELP_TITLE        the title of its keys in the help
    OTHER_KEYS        (key, what it does), for keys that are not bindings
    PALETTE_COMMANDS  commands without a key
    FIRST_KEYS        ids of the keys one needs first on a screen
    FIRST_KEYS_OF     classes of widgets that declare some of them
    PANE_NAME         the name of a pane whose title tells more than its name
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from textual.app import SystemCommand
from textual.dom import DOMNode
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

from w2vtui.tui.app_base import BaseApp, PaletteCommand
from w2vtui.tui.help.screen import Section
from w2vtui.tui.keys import Scope, key_texts, own_bindings
from w2vtui.tui.widgets.panel import Panel

Entries = Sequence[tuple[str, str]]
"""Keys or names, and what they do."""


def help_sections(
    app: BaseApp, screen: Screen[Any], scopes: Iterable[Scope], commands: Entries
) -> list[Section]:
    """The keys to begin with, those of the focused widget, of the screen and its panes, all others.

    scopes     every class with keys
    commands   the commands of the command line
    """
    sections = [*_first_section(app, screen), *_focused_sections(app, screen)]
    described = set(_focused_classes(screen))

    def add(owner: type[DOMNode]) -> None:
        if owner not in described:
            described.add(owner)
            sections.append(Section(_title(owner), _keys(app, owner)))

    for owner in _classes(screen) or (type(screen),):
        add(owner)
    panes = [pane for pane in screen.query(Widget) if help_of(pane)]
    if panes:
        lines = [(_name_of(pane), help_of(pane)) for pane in panes]
        sections.append(Section("What the panes show", lines))
    for scope in scopes:
        for owner in scope.owners:
            add(owner)
    sections.append(Section("Commands", commands))
    return sections


def _first_section(app: BaseApp, screen: Screen[Any]) -> list[Section]:
    """The keys that a screen declares as those one needs first."""
    owner = next(iter(_classes(screen)), type(screen))
    every = [
        one
        for cls in (*_declared(owner, "FIRST_KEYS_OF"), owner, BaseApp)
        for one in own_bindings(cls)
    ]
    by_id = {one.id: one for one in every}
    wanted = [by_id[name] for name in _declared(owner, "FIRST_KEYS")]
    keys = [("  ".join(key_texts(app, app.keys, one)), one.tooltip or one.description)
            for one in wanted]  # fmt: skip
    return [Section("The keys to begin with", keys)] if keys else []


def _declared(owner: type[DOMNode], name: str) -> Sequence[Any]:
    declared: Sequence[Any] = vars(owner).get(name, ())
    return declared


def palette_entries(
    app: BaseApp, screen: Screen[Any]
) -> Iterator[tuple[PaletteCommand, Callable[[], Any]]]:
    """Every command of the focused widget, the screen and the app that can be used now, once, and
    what carries it out.
    """
    seen = set()
    for node in (*_focused_nodes(screen), screen, app):
        for owner in _classes(node):
            for command in _commands(app, owner):
                if command.title not in seen and node.check_action(
                    command.action.split("(")[0], ()
                ):
                    seen.add(command.title)
                    yield command, partial(app.run_action, command.action, node)


def palette_commands(app: BaseApp, screen: Screen[Any]) -> Iterator[SystemCommand]:
    """The entries of the palette as Textual has them, with the keys before the help."""
    for command, run in palette_entries(app, screen):
        about = ": ".join(part for part in (command.keys, command.help) if part)
        yield SystemCommand(command.title, about, run)


def help_of(widget: Widget) -> str:
    """The sentence on what a pane shows; empty if it has none."""
    if isinstance(widget, Panel) and widget.pane_help:
        return widget.pane_help
    return widget.HELP or ""


def _focused_sections(app: BaseApp, screen: Screen[Any]) -> list[Section]:
    """The keys of the focused widget under the name of its pane, with what that shows."""
    pane = _pane_of(screen.focused)
    title = "In focus" if pane is None else f"In focus: {_name_of(pane)}"
    about = "" if pane is None else help_of(pane)
    owners = _focused_classes(screen)
    if not owners and pane is not None:
        return [Section(title, _other_keys(type(pane)), about)]
    return [
        Section(title, _keys(app, owner), "" if at else about) for at, owner in enumerate(owners)
    ]


def _focused_nodes(screen: Screen[Any]) -> list[DOMNode]:
    """The focused widget and its ancestors below the screen."""
    if screen.focused is None:
        return []
    nodes = list(screen.focused.ancestors_with_self)
    return nodes[: nodes.index(screen)]


def _focused_classes(screen: Screen[Any]) -> list[type[DOMNode]]:
    return list(dict.fromkeys(o for node in _focused_nodes(screen) for o in _classes(node)))


def _classes(node: DOMNode) -> list[type[DOMNode]]:
    """The classes of a node that are ours and declare commands."""
    return [
        owner
        for owner in type(node).__mro__
        if owner.__module__.startswith("w2vtui.")
        and not vars(owner).keys().isdisjoint(("BINDINGS", "PALETTE_COMMANDS"))
    ]


def _commands(app: BaseApp, owner: type[DOMNode]) -> Iterable[PaletteCommand]:
    for binding in own_bindings(owner):
        if binding.action != "command_palette":  # the palette does not list itself
            keys = "  ".join(key_texts(app, app.keys, binding))
            title = binding.description[:1].upper() + binding.description[1:]
            yield PaletteCommand(title, binding.action, binding.tooltip or "", keys)
    yield from vars(owner).get("PALETTE_COMMANDS", ())


def _title(owner: type[DOMNode]) -> str:
    title: str = vars(owner).get("HELP_TITLE", owner.__name__)
    return title


def _keys(app: BaseApp, owner: type[DOMNode]) -> Entries:
    keys = [
        ("  ".join(key_texts(app, app.keys, binding)), binding.tooltip or binding.description)
        for binding in own_bindings(owner)
    ]
    return [*keys, *_other_keys(owner)]


def _other_keys(owner: type[DOMNode]) -> Entries:
    entries: Entries = vars(owner).get("OTHER_KEYS", ())
    return entries


def _pane_of(focused: Widget | None) -> Widget | None:
    ancestors = () if focused is None else focused.ancestors_with_self
    return next((one for one in ancestors if isinstance(one, Widget) and help_of(one)), None)


def _name_of(pane: Widget) -> str:
    """The first words of its title, without the numbers that may follow."""
    named: str = vars(type(pane)).get("PANE_NAME", "")
    return named or str(pane.border_title or pane.id or "").split("  ")[0].strip()


def region_explained(screen: Screen[Any]) -> Region | None:
    """Where the pane in focus is; None if there is none."""
    pane = _pane_of(screen.focused)
    return None if pane is None else pane.region
