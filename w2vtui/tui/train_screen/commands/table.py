"""Every command, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from w2vtui.display import safe_text
from w2vtui.errors import SettingsError
from w2vtui.evaluation.question_files import QuestionKind
from w2vtui.training.state.snapshot import state_text
from w2vtui.tui.chosen.sources import sources_of
from w2vtui.tui.dialogs.save_dialog import wrong_name
from w2vtui.tui.train_screen.commands.command import Command, CommandError, CommandTarget, nearest
from w2vtui.tui.train_screen.commands.setting_names import setting_choices, settings_from
from w2vtui.tui.train_screen.watch_dialog import queries_in

if TYPE_CHECKING:
    from w2vtui.training.watched_run import WatchedRun

NONE = "none"
"""In place of files: to score on nothing of the kind."""


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
        raise CommandError(f"nothing to pause: the run {state_text(state)}")
    screen.action_pause()


def _resume(screen: CommandTarget, text: str) -> None:
    state = screen.session.snapshot().state
    if state not in ("paused", "stopped"):
        raise CommandError(f"nothing to resume: the run {state_text(state)}")
    screen.action_pause()


def _stop(screen: CommandTarget, text: str) -> None:
    if screen.shot.ended:
        raise CommandError(f"nothing to stop: the run {state_text(screen.shot.state)}")
    screen.action_stop()


def _save(screen: CommandTarget, text: str) -> None:
    if text:
        if text != screen.session.output and (wrong := wrong_name(text)):
            raise CommandError(wrong)
        screen.save(text)
    else:
        screen.action_save()


def _query(screen: CommandTarget, text: str) -> None:
    screen.follow(text)


def _watch(screen: CommandTarget, text: str) -> None:
    screen.session.words.chosen = queries_in(text)
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
        raise CommandError(f"unknown theme {text!r}{nearest(text, themes)}")
    screen.app.theme = text


def _theme_choices(screen: CommandTarget, words: Sequence[str]) -> Iterable[str]:
    return () if words else screen.app.available_themes


def _goto(screen: CommandTarget, text: str) -> None:
    panes = screen.pane_names()
    if text not in panes:
        raise CommandError(f"unknown pane {text!r}{nearest(text, panes)}")
    screen.go_to(text)


def _goto_choices(screen: CommandTarget, words: Sequence[str]) -> Iterable[str]:
    return () if words else screen.pane_names()


def _help(screen: CommandTarget, text: str) -> None:
    screen.call_later(screen.run_action, "app.help")


def _quit(screen: CommandTarget, text: str) -> None:
    screen.call_later(screen.run_action, "app.quit")


def _setting_choices(screen: CommandTarget, words: Sequence[str]) -> Iterable[str]:
    return setting_choices(words)


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
