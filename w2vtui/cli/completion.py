"""Scripts that complete command lines in bash, zsh and fish, made from the options of the verbs."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from w2vtui.vector_layouts import LAYOUTS

Takes = Literal["nothing", "value", "file"]
_FILE_NAMES = ("FILE", "CORPUS", "VECTORS", "IN", "OUT", "INPUT", "OUTPUT")
_LONGEST_HELP = 70


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a verb."""

    flags: tuple[str, ...]
    takes: Takes
    choices: tuple[str, ...]
    help: str


@dataclass(frozen=True, slots=True)
class Spelled:
    """What may follow a verb."""

    summary: str
    options: tuple[Option, ...]
    choices: tuple[str, ...]
    """What its first argument may be."""
    names_runs: bool
    """Whether an argument is a saved run."""


def spelled(parser: argparse.ArgumentParser) -> Spelled:
    """What may follow the verb of a parser."""
    options: list[Option] = []
    choices: tuple[str, ...] = ()
    names_runs = False
    for action in parser._actions:
        names = _choices(action)
        if action.option_strings:
            flags = tuple(action.option_strings)
            options.append(Option(flags, _takes(action), names, _first_line(action.help or "")))
        else:
            choices = choices or names
            names_runs |= action.metavar in ("RUN", "VECTORS")
    summary = _first_line(parser.description or "")
    return Spelled(summary, tuple(options), choices, names_runs)


def script(shell: str, verbs: Mapping[str, Spelled], runs: Path | None) -> str:
    """The script for a shell.

    verbs   by name; `""` is what may follow w2vtui itself
    runs    the folder of saved runs, if none is named in the environment
    """
    lines = {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](verbs, runs)
    return "\n".join(lines)


def _takes(action: argparse.Action) -> Takes:
    if action.nargs == 0 or isinstance(action, argparse.BooleanOptionalAction):
        return "nothing"
    is_file = action.metavar in _FILE_NAMES or action.dest == "runs_dir"
    return "file" if is_file else "value"


def _choices(action: argparse.Action) -> tuple[str, ...]:
    """The values that an option names, in its choices or its metavar."""
    if action.metavar == "LAYOUT":
        return tuple(LAYOUTS)
    if action.choices is not None:
        return tuple(map(str, action.choices))
    metavar = action.metavar if isinstance(action.metavar, str) else ""
    return tuple(one for one in metavar.split("|") if one.islower()) if "|" in metavar else ()


def _first_line(text: str) -> str:
    """The beginning of a help text, of letters that no shell takes for more."""
    first = text.replace("%%", "%").split("\n", 1)[0].split(" (default:")[0].rstrip(".")
    plain = "".join(char for char in first if char not in "'\"`$\\[]:")
    return plain if len(plain) <= _LONGEST_HELP else plain[: _LONGEST_HELP - 3].rstrip() + "..."


def _flags_of(verb: Spelled) -> Iterator[str]:
    for option in verb.options:
        yield from option.flags


# ---- bash and zsh


def _bash(verbs: Mapping[str, Spelled], runs: Path | None) -> Iterator[str]:
    yield '# w2vtui in bash: eval "$(w2vtui --completion bash)" in ~/.bashrc'
    yield from _list_runs(runs)
    yield from _values(verbs, "_w2vtui_given() {", 'COMPREPLY=($(compgen -W "{}" -- "$cur"))')
    yield from (
        "_w2vtui_files() {",
        "  compopt -o filenames 2>/dev/null",
        "  local IFS=$'\\n'; COMPREPLY+=($(compgen -f -- \"$cur\"))",
        "}",
        "_w2vtui() {",
        '  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" verb=',
        "  COMPREPLY=()",
        '  if [[ $cur == "=" ]]; then cur=',
        '  elif [[ $prev == "=" ]]; then prev="${COMP_WORDS[COMP_CWORD-2]}"; fi',
        f'  case "${{COMP_WORDS[1]}}" in {"|".join(filter(None, verbs))}) '
        '[[ $COMP_CWORD -gt 1 ]] && verb="${COMP_WORDS[1]}";; esac',
        '  _w2vtui_given "$verb" "$prev" && return',
        '  case "$verb" in',
    )
    for name, verb in verbs.items():
        flags = " ".join(_flags_of(verb))
        more = " ".join((*verb.choices, *(filter(None, verbs) if not name else ())))
        words = more + ("$(_w2vtui_runs)" if verb.names_runs else "")
        first = "[[ $COMP_CWORD -eq 1 ]] && " if not name else ""
        yield f"  {name or chr(34) * 2})"
        yield f'    if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "{flags}" -- "$cur"))'
        yield "    return; fi"
        if words:
            yield f'    {first}COMPREPLY=($(compgen -W "{words}" -- "$cur"))'
        yield "    ;;"
    yield from ("  esac", "  _w2vtui_files", "}", "complete -F _w2vtui w2vtui")


def _values(verbs: Mapping[str, Spelled], head: str, offer: str) -> Iterator[str]:
    """A function that completes the value of an option, and fails if it takes none."""
    yield head
    yield '  case "$1 $2" in'
    for name, verb in verbs.items():
        for option in verb.options:
            if option.takes == "nothing":
                continue
            patterns = "|".join(f'"{name} {flag}"' for flag in option.flags)
            if option.choices:
                done = offer.format(" ".join(option.choices))
            else:
                done = "_w2vtui_files" if option.takes == "file" else ":"
            yield f"  {patterns}) {done};;"
    yield "  *) return 1;;"
    yield "  esac"
    yield "}"


def _list_runs(runs: Path | None) -> Iterator[str]:
    yield "_w2vtui_runs() {"
    yield f"  local default={shlex.quote(str(runs or ''))}"
    yield '  echo last; command ls -1 -- "${W2VTUI_RUNS_DIR:-$default}" 2>/dev/null'
    yield "}"


def _zsh(verbs: Mapping[str, Spelled], runs: Path | None) -> Iterator[str]:
    yield "#compdef w2vtui"
    yield '# w2vtui in zsh: eval "$(w2vtui --completion zsh)" after compinit in ~/.zshrc'
    yield from _list_runs(runs)
    yield "_w2vtui_files() { _files }"
    yield from _values(verbs, "_w2vtui_given() {", "compadd -- {}")
    yield from (
        "_w2vtui() {",
        '  local cur="${words[CURRENT]}" prev="${words[CURRENT-1]}" verb=',
        "  local -a options",
        '  if [[ $cur == --*=* ]]; then prev="${cur%%=*}"; compset -P "*="; fi',
        f'  case "${{words[2]}}" in {"|".join(filter(None, verbs))}) '
        '[[ $CURRENT -gt 2 ]] && verb="${words[2]}";; esac',
        '  _w2vtui_given "$verb" "$prev" && return',
        '  case "$verb" in',
    )
    for name, verb in verbs.items():
        yield f"  {name or chr(34) * 2})"
        yield "    options=("
        for option in verb.options:
            yield from (f"      '{flag}:{option.help}'" for flag in option.flags)
        yield "    )"
        yield "    if [[ $cur == -* ]]; then _describe -o option options; return; fi"
        if verb.choices:
            yield f"    compadd -- {' '.join(verb.choices)}"
        if verb.names_runs:
            yield '    compadd -- ${(f)"$(_w2vtui_runs)"}'
        if not name:
            yield "    if [[ $CURRENT -eq 2 ]]; then"
            yield "      options=("
            yield from (f"        '{one}:{verbs[one].summary}'" for one in filter(None, verbs))
            yield "      )"
            yield "      _describe command options"
            yield "    fi"
        yield "    ;;"
    yield from ("  esac", "  _files", "}")
    yield 'if [[ "${funcstack[1]}" == _w2vtui ]]; then _w2vtui "$@"'
    yield "else compdef _w2vtui w2vtui; fi"


# ---- fish


def _fish(verbs: Mapping[str, Spelled], runs: Path | None) -> Iterator[str]:
    default = str(runs or "").replace("\\", "\\\\").replace("'", "\\'")
    named = " ".join(filter(None, verbs))
    yield "# w2vtui in fish: w2vtui --completion fish > ~/.config/fish/completions/w2vtui.fish"
    yield from (
        "function __w2vtui_runs",
        f"  set -l place '{default}'",
        "  set -q W2VTUI_RUNS_DIR; and set place $W2VTUI_RUNS_DIR",
        "  echo last; command ls -1 -- $place 2>/dev/null",
        "end",
    )
    for name, verb in verbs.items():
        if name:
            yield f"complete -c w2vtui -n __fish_use_subcommand -a {name} -d '{verb.summary}'"
        seen = f"__fish_seen_subcommand_from {name}"
        when = f"-n '{seen if name else 'not __fish_seen_subcommand_from ' + named}'"
        for option in verb.options:
            flags = " ".join(
                f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}"
                for flag in option.flags
            )
            if option.choices:
                takes = f" -x -a '{' '.join(option.choices)}'"
            else:
                takes = {"nothing": "", "value": " -x", "file": " -r -F"}[option.takes]
            yield f"complete -c w2vtui {when} {flags}{takes} -d '{option.help}'"
        if verb.choices:
            yield f"complete -c w2vtui {when} -a '{' '.join(verb.choices)}'"
        if verb.names_runs:
            yield f"complete -c w2vtui {when} -a '(__w2vtui_runs)' -d 'saved run'"
