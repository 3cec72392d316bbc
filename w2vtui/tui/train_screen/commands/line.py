"""What a typed line means.

set K 15 window 8        stage and apply           query king - man + woman
stage lr 0.01            stage only                watch king paris
"""

from __future__ import annotations

from collections.abc import Iterable

from w2vtui.tui.chosen.sources import paths_beginning
from w2vtui.tui.train_screen.commands.command import Command, CommandError, CommandTarget, nearest
from w2vtui.tui.train_screen.commands.setting_names import setting_line
from w2vtui.tui.train_screen.commands.table import COMMANDS

_OF_PATHS = ("save", "pairs", "analogies", "sessions")
"""Commands whose words are paths."""


def execute(screen: CommandTarget, line: str) -> None:
    """Carry out a line; an empty one does nothing.

    Raises:
        W2vtuiError: the command is unknown or cannot be carried out; nothing has changed.
    """
    name, _, rest = line.strip().removeprefix(":").lstrip().partition(" ")
    if not name:
        return
    if name not in COMMANDS and (setting := setting_line(f"{name} {rest}")):
        raise CommandError(f"{name!r} is a setting: did you mean :{setting}?")
    command, rest = command_named(name), rest.strip()
    if command.needs_argument and not rest:
        raise CommandError(f"{command.name} needs arguments: {command.line}")
    if rest and not command.usage:
        raise CommandError(f"{command.name} takes no arguments, got {rest!r}")
    command.run(screen, rest)


def command_named(name: str) -> Command:
    """Look a command up by its name.

    Raises:
        CommandError: the name is unknown; the message suggests the nearest.
    """
    if name not in COMMANDS:
        raise CommandError(f"unknown command {name!r}{nearest(name, COMMANDS)}")
    return COMMANDS[name]


def completions(screen: CommandTarget, line: str) -> list[str]:
    """The lines that result from completing the last word."""
    head, space, last = line.rpartition(" ")
    words = head.split()
    if not words:
        candidates: Iterable[str] = COMMANDS
    elif words[0] in _OF_PATHS:
        return [f"{head}{space}{path}" for path in paths_beginning(last)]
    elif words[0] in COMMANDS:
        candidates = COMMANDS[words[0]].choices(screen, words[1:])
    else:
        candidates = ()
    wanted = last.lower()
    return [f"{head}{space}{one}" for one in candidates if one.lower().startswith(wanted)]


def explained(line: str) -> str:
    """Explain the command of a line; until it is complete, list the names that match."""
    name = line.strip().partition(" ")[0]
    if name in COMMANDS:
        return f"{COMMANDS[name].line}: {COMMANDS[name].help}"
    near = "  ".join(one for one in COMMANDS if one.startswith(name))
    setting = "" if near else setting_line(line)
    return near or (f"{setting} changes a setting" if setting else "unknown command")
