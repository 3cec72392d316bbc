"""The command line that is equivalent to the choices on a screen."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from w2vtui.evaluation.question_files import CONTEXT
from w2vtui.files.tables import joined
from w2vtui.runs.names import bare_name
from w2vtui.runs.requested.choices import RunChoices
from w2vtui.tui.chosen.controls import Control, controls_of, value_text


def proposed_output(corpus_name: str) -> str:
    """A file for the vectors of a corpus, in the current folder: `notes.vec` for notes.txt."""
    return f"{Path(bare_name(corpus_name)).stem.replace(' ', '-') or 'vectors'}.vec"


def command_line(
    sources: Sequence[str],
    *settings: Any,
    choices: RunChoices | None = None,
    output: str | None = None,
    configured: Mapping[str, Any] | None = None,
) -> str:
    """`w2vtui train notes.txt --window 8`: all that differs from the defaults, quoted for a shell.

    choices      the settings of a run and its other options, in place of `settings`
    configured   values of settings files and variables, which the line must override
    """
    configured = configured or {}
    words = ["w2vtui", "train", *map(_path, sources)]
    for chosen in settings if choices is None else _settings_of(choices):
        for control in controls_of(type(chosen)):
            value = getattr(chosen, control.name)
            if value != control.default or configured.get(control.name, value) != value:
                words += _flag(control, value)
    if choices is not None:
        words += _other_options(choices)
    if output is not None:
        words += ["-o", _path(output)]
        if choices is not None and choices.layout is not None:
            words += ["--layout", choices.layout]
    return " ".join(words)


def _settings_of(choices: RunChoices) -> tuple[Any, ...]:
    return choices.corpus_settings, choices.training, choices.live, choices.run_settings


def _other_options(choices: RunChoices) -> list[str]:
    """The options that are not settings."""
    asked, files = choices.questions, choices.question_files
    words = [
        word
        for flag, paths in (
            ("--pairs", files.pairs),
            ("--analogies", files.analogies),
            ("--sessions", files.sessions),
        )
        for path in paths
        for word in (flag, _path(path))
    ]
    for flag, columns in (
        ("--pairs-columns", asked.pairs_columns),
        ("--analogies-columns", asked.analogies_columns),
    ):
        words += [f"{flag}={shlex.quote(joined(columns, ','))}"] if columns else []
    words += ["--session-context", str(asked.context)] * (asked.context != CONTEXT)
    words += ["--session-repeats"] * asked.repeats
    words += ["--skip-bad-rows"] * asked.skip_bad_rows
    return words + ["--overwrite"] * choices.overwrite


def _path(path: str) -> str:
    """A path quoted for a shell; one that begins with - gets ./, since it is not a flag."""
    return shlex.quote(f"./{path}" if path.startswith("-") else path)


def _flag(control: Control, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [control.flag if value else "--no-" + control.flag.removeprefix("--")]
    if isinstance(value, str):
        quoted = shlex.quote(value)
        return [f"{control.flag}={quoted}"] if value.startswith("-") else [control.flag, quoted]
    text = f"{value:.17g}" if isinstance(value, float) else value_text(value).replace(",", "")
    if isinstance(value, float) and float(f"{value:g}") == value:
        text = f"{value:g}"
    return [control.flag, shlex.quote(text)]
