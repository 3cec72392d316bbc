"""The commands of the command line: name, arguments, what each does.

    set K 15 window 8        stage and apply           query king - man + woman
    stage lr 0.01            stage only                watch king paris

A setting is named as on the screen; its flag, its name in settings files, and its names in gensim
and word2vec.c are taken for it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from w2vtui.display import safe_text
from w2vtui.errors import SettingsError, W2vtuiError
from w2vtui.question_files import QuestionKind
from w2vtui.settings import LiveSettings
from w2vtui.tui.controls import Control, controls_of
from w2vtui.tui.sources import paths_beginning, sources_of
from w2vtui.tui.train_screen.watch_dialog import queries_in

if TYPE_CHECKING:
    from w2vtui.training.state.snapshot import Snapshot
    from w2vtui.training.watched_run import WatchedRun
    from w2vtui.tui.app_base import BaseApp
    from w2vtui.tui.session import Session


NONE = "none"
"""In place of files: to score on nothing of the kind."""
_OF_PATHS = ("save", "pairs", "analogies", "sessions")
"""Commands whose words are paths."""


class CommandError(W2vtuiError):
    """A command cannot be carried out as typed."""


class CommandTarget(Protocol):
    """What commands need of the screen they are entered on."""

    app: BaseApp
    session: Session
    shot: Snapshot

    def stage(self, texts: Mapping[str, str]) -> tuple[str, ...]: ...
    def change(self, names: Iterable[str]) -> None: ...
    def undo(self) -> None: ...
    def branch_with(self, texts: Mapping[str, str]) -> None: ...
    def drop(self, names: Iterable[str]) -> None: ...
    def follow(self, query: str) -> None: ...
    def save(self, path: str) -> object: ...
    def score_on(self, kind: QuestionKind, paths: Sequence[str]) -> object: ...
    def take_checkpoint(self) -> None: ...
    def pane_names(self) -> list[str]: ...
    def go_to(self, pane: str) -> None: ...
    def call_later(self, callback: Callable[..., object], *args: object) -> bool: ...
    async def run_action(self, action: str) -> object: ...
    def action_pause(self) -> None: ...
    def action_stop(self) -> None: ...
    def action_save(self) -> None: ...
    def action_measure_quality(self) -> None: ...


def _no_choices(screen: CommandTarget, words: Sequence[str]) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Command:
    """A command and what it does."""

    name: str
    usage: str
    """Its arguments, optional ones in brackets; empty when it takes none."""
    help: str
    run: Callable[[CommandTarget, str], None]
    """Carries the command out; gets what was typed after the name."""
    choices: Callable[[CommandTarget, Sequence[str]], Iterable[str]] = _no_choices
    """Completions of the next word; gets the words already typed after the name."""

    @property
    def needs_argument(self) -> bool:
        """Whether the name alone is not enough."""
        return bool(self.usage) and not self.usage.startswith("[")

    @property
    def about(self) -> str:
        """Its arguments and what it does, in one line."""
        return f"{self.usage}: {self.help}" if self.usage else self.help

    @property
    def line(self) -> str:
        """Its name and arguments."""
        return f"{self.name} {self.usage}".rstrip()


def execute(screen: CommandTarget, line: str) -> None:
    """Carry out a line; an empty one does nothing.

    Raises:
        W2vtuiError: the command is unknown or cannot be carried out; nothing has changed.
    """
    name, _, rest = line.strip().removeprefix(":").lstrip().partition(" ")
    if not name:
        return
    if name not in COMMANDS and (setting := _setting_line(f"{name} {rest}")):
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
        raise CommandError(f"unknown command {name!r}{_nearest(name, COMMANDS)}")
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
    setting = "" if near else _setting_line(line)
    return near or (f"{setting} changes a setting" if setting else "unknown command")


def _nearest(name: str, known: Iterable[str]) -> str:
    known = tuple(known)
    near = [one for one in known if one.startswith(name)]
    near = near or difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f": did you mean {near[0]}?" if near else f": known are {', '.join(known)}"


# ---- settings by name

CONTROLS: dict[str, Control] = {control.name: control for control in controls_of(LiveSettings)}
GENSIM_SWITCHES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "sg": ("model", {"0": "cbow", "1": "skip-gram"}),
    "hs": ("objective", {"0": "negative-sampling", "1": "hierarchical-softmax"}),
}
"""Switches of gensim: the setting each one stands for, and the values of its numbers."""
_OTHER_NAMES = {
    "lr": "alpha",
    "iter": "epochs",
    "neg": "negative",
    "noise words": "negative",
    "ns power": "ns_exponent",
    "shrink window": "shrink_windows",
    "ws": "window",
}
"""What else settings are or were called."""
_MOST_WORDS = 2
"""Number of words in the longest label."""


def _plain(name: str) -> str:
    return name.lower().replace("_", " ").replace("-", " ").strip()


_FIELDS = {
    **{_plain(control.label): control.name for control in CONTROLS.values()},
    **{_plain(name): name for name in CONTROLS},
    **_OTHER_NAMES,
}
SETTING_NAMES = tuple(control.label for control in CONTROLS.values())
"""The names that are proposed."""


def settings_from(text: str) -> dict[str, str]:
    """Parse `K 15 window 8` or `K=15 window=8`: values as typed, by field name.

    Raises:
        SettingsError: a name or a value is wrong, or a value is missing.
    """
    words, found = text.replace("=", " ").split(), {}
    while words:
        if switch := _switch(words):
            found[switch[0]] = switch[1]
            del words[0]
            continue
        name, n_words = _leading_name(words)
        if len(words) == n_words:
            raise SettingsError(f"{' '.join(words)} needs a value: {_values_text(name)}")
        field, value = _in_our_terms(name, words[n_words])
        CONTROLS[field].from_text(value)
        found[field] = value
        del words[: n_words + 1]
    return found


def _switch(words: Sequence[str]) -> tuple[str, str] | None:
    """The setting and the value of a flag without a value, `--no-shared-noise`, if that is next."""
    flag = words[0].removeprefix("--") if words[0].startswith("--") else ""
    field = _FIELDS.get(_plain(flag.removeprefix("no-")), "")
    if field not in CONTROLS or CONTROLS[field].kind is not bool:
        return None
    if flag.startswith("no-"):
        return field, "off"
    try:
        CONTROLS[field].from_text(" ".join(words[1:2]))
    except SettingsError:
        return field, "on"
    return None


def _leading_name(words: Sequence[str]) -> tuple[str, int]:
    """The field or gensim switch that the first words name, and how many words that takes."""
    for n_words in range(min(_MOST_WORDS, len(words)), 0, -1):
        name = _plain(" ".join(words[:n_words]))
        if name in GENSIM_SWITCHES:
            return name, n_words
        if name in _FIELDS:
            return _FIELDS[name], n_words
    near = difflib.get_close_matches(_plain(words[0]), _FIELDS, n=1, cutoff=0.6)
    meant = f"did you mean {CONTROLS[_FIELDS[near[0]]].label}?" if near else ""
    known = meant or f"known are {', '.join(SETTING_NAMES)}"
    raise SettingsError(f"there is no setting {words[0]!r}: {known}")


def _setting_line(line: str) -> str:
    """The command that a line means which begins with the name of a setting, else empty:
    `set window 10` for `window 10`.
    """
    words = line.replace("=", " ").split()
    try:
        _, n_words = _leading_name(words)
    except (SettingsError, IndexError):
        return ""
    return " ".join(["set", *words[:n_words], *(words[n_words:] or ["VALUE"])])


def _in_our_terms(name: str, value: str) -> tuple[str, str]:
    if name not in GENSIM_SWITCHES:
        return name, value
    field, meanings = GENSIM_SWITCHES[name]
    if value not in meanings:
        raise SettingsError(f"{name} must be {_values_text(name)}, got {value!r}")
    return field, meanings[value]


def _values_text(name: str) -> str:
    if name in GENSIM_SWITCHES:
        return " or ".join(f"{key} ({value})" for key, value in GENSIM_SWITCHES[name][1].items())
    return " or ".join(_value_choices(name)) or CONTROLS[name].spec.range_text()


def _value_choices(name: str) -> tuple[str, ...]:
    if name in GENSIM_SWITCHES:
        return tuple(GENSIM_SWITCHES[name][1])
    control = CONTROLS[name]
    return ("on", "off") if control.kind is bool else tuple(map(str, control.choices))


def _setting_choices(screen: CommandTarget, words: Sequence[str]) -> Iterable[str]:
    """Complete the name of a setting, or the value of the one named last."""
    words = [part for word in words for part in word.replace("=", " ").split()]
    while words:
        try:
            name, n_words = _leading_name(words)
        except SettingsError:
            return ()
        if len(words) == n_words:
            return _value_choices(name)
        words = words[n_words + 1 :]
    return SETTING_NAMES


# ---- what they do


def _run(screen: CommandTarget) -> WatchedRun:
    if screen.session.run is None:
        raise CommandError("the run is still starting")
    return screen.session.run


def _set(screen: CommandTarget, text: str) -> None:
    names = screen.stage(settings_from(text))
    try:
        screen.change(names)
    except SettingsError:
        screen.drop(names)
        raise


def _stage(screen: CommandTarget, text: str) -> None:
    screen.stage(settings_from(text))


def _branch(screen: CommandTarget, text: str) -> None:
    screen.branch_with(settings_from(text))


def _undo(screen: CommandTarget, text: str) -> None:
    screen.undo()


def _pause(screen: CommandTarget, text: str) -> None:
    state = screen.session.snapshot().state
    if state != "training":
        raise CommandError(f"nothing to pause: the run is {state}")
    screen.action_pause()


def _resume(screen: CommandTarget, text: str) -> None:
    state = screen.session.snapshot().state
    if state not in ("paused", "stopped"):
        raise CommandError(f"nothing to resume: the run is {state}")
    screen.action_pause()


def _stop(screen: CommandTarget, text: str) -> None:
    if screen.shot.ended:
        raise CommandError(f"nothing to stop: the run is {screen.shot.state}")
    screen.action_stop()


def _save(screen: CommandTarget, text: str) -> None:
    if text:
        screen.save(text)
    else:
        screen.action_save()


def _query(screen: CommandTarget, text: str) -> None:
    screen.follow(text)


def _watch(screen: CommandTarget, text: str) -> None:
    screen.session.watch_words = queries_in(text)
    screen.follow("")


def _break(screen: CommandTarget, text: str) -> None:
    _run(screen).break_when(text)


def _breaks(screen: CommandTarget, text: str) -> None:
    breaks = [str(one) for one in _run(screen).breakpoints]
    screen.app.report(*(breaks or ["no breakpoints: break CONDITION sets one"]))


def _clear(screen: CommandTarget, text: str) -> None:
    _run(screen).clear_breakpoints()


def _doctor(screen: CommandTarget, text: str) -> None:
    remarks = [remark.text for remark in screen.shot.remarks]
    screen.app.report(*(remarks or ["no problems found"]))


def _checkpoint(screen: CommandTarget, text: str) -> None:
    screen.take_checkpoint()


def _quality(screen: CommandTarget, text: str) -> None:
    screen.action_measure_quality()


def _scores_on(kind: QuestionKind) -> Callable[[CommandTarget, str], None]:
    def score_on(screen: CommandTarget, text: str) -> None:
        _run(screen)
        paths = [] if text == NONE else sources_of(text)
        for path in paths:
            if not Path(path).is_file():
                raise CommandError(f"there is no file {safe_text(path, 80)}")
        screen.score_on(kind, paths)

    return score_on


def _note(screen: CommandTarget, text: str) -> None:
    screen.session.note(text)


def _theme(screen: CommandTarget, text: str) -> None:
    themes = screen.app.available_themes
    if text not in themes:
        raise CommandError(f"unknown theme {text!r}{_nearest(text, themes)}")
    screen.app.theme = text


def _theme_choices(screen: CommandTarget, words: Sequence[str]) -> Iterable[str]:
    return () if words else screen.app.available_themes


def _goto(screen: CommandTarget, text: str) -> None:
    panes = screen.pane_names()
    if text not in panes:
        raise CommandError(f"unknown pane {text!r}{_nearest(text, panes)}")
    screen.go_to(text)


def _goto_choices(screen: CommandTarget, words: Sequence[str]) -> Iterable[str]:
    return () if words else screen.pane_names()


def _help(screen: CommandTarget, text: str) -> None:
    screen.call_later(screen.run_action, "app.help")


def _quit(screen: CommandTarget, text: str) -> None:
    screen.call_later(screen.run_action, "app.quit")


COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        Command("set", "NAME VALUE …", "change settings now", _set, _setting_choices),
        Command("stage", "NAME VALUE …", "stage settings; enter in the controls applies them",
                _stage, _setting_choices),
        Command("branch", "[NAME VALUE …]", "branch the run, with these settings; asks how",
                _branch, _setting_choices),
        Command("undo", "", "undo the last change", _undo),
        Command("pause", "", "pause training", _pause),
        Command("resume", "", "resume training", _resume),
        Command("stop", "", "end training; asks first", _stop),
        Command("save", "[PATH]", "save the vectors as they are now", _save),
        Command("query", "WORD …", "follow the nearest words of a word, or of king - man + woman",
                _query),
        Command("watch", "WORD …", "watch the nearest words of these words only", _watch),
        Command("break", "CONDITION", "pause when a condition is met", _break),
        Command("breaks", "", "show the breakpoints", _breaks),
        Command("clear", "", "remove all breakpoints", _clear),
        Command("doctor", "", "list all problems and surprises", _doctor),
        Command("checkpoint", "", "write a checkpoint now, to resume from", _checkpoint),
        Command("quality", "", "score the vectors now", _quality),
        Command("pairs", "FILE …", "score the vectors on these word pairs from now on; none: on no "
                "pairs", _scores_on("pairs")),
        Command("analogies", "FILE …", "score the vectors on these analogies from now on; none: "
                "on no analogies", _scores_on("analogies")),
        Command("sessions", "FILE …", "score the vectors on the last items of these sessions from "
                "now on; none: on no sessions", _scores_on("sessions")),
        Command("note", "TEXT", "add a note to the events", _note),
        Command("theme", "NAME", "change the colors", _theme, _theme_choices),
        Command("goto", "PANE", "go to a pane", _goto, _goto_choices),
        Command("help", "", "list every key and command", _help),
        Command("quit", "", "quit; asks what to do with the run", _quit),
    )
}  # fmt: skip
