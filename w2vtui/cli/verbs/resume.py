"""`w2vtui resume`: a saved run, resumed from its newest checkpoint."""

from __future__ import annotations

import argparse
import dataclasses
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from w2vtui.cli.options.setting_options import add_setting, add_settings, given_settings
from w2vtui.cli.options.verb_options import (
    add_moved_corpus,
    add_neighbors,
    add_output,
    add_progress_json,
    add_run,
    add_stop_when,
)
from w2vtui.cli.output import report
from w2vtui.cli.screens import has_screen, show_screens
from w2vtui.cli.verbs.export import export
from w2vtui.errors import SettingsError, W2vtuiError
from w2vtui.settings import (
    CorpusSettings,
    LiveSettings,
    RunSettings,
    ScreenSettings,
    TrainingSettings,
)

if TYPE_CHECKING:
    from w2vtui.corpus import EncodedCorpus, ReadingProgress
    from w2vtui.runs.recording.recorder import Recorder
    from w2vtui.runs.requested.request import RunRequest
    from w2vtui.runs.resuming.resuming import Resumption
    from w2vtui.training.run import Run

USAGE = "w2vtui resume RUN [options] [settings]"
HELP = """Resume a run from its newest checkpoint.

  w2vtui resume last                      the run that was written to last, in the app
  w2vtui resume last --no-screen          the same without the app, as in a pipe or with --json
  w2vtui resume brisk-otter -o notes.bin  part of a name is enough
  w2vtui resume last --corpus moved.txt   its text has moved; - reads standard input
  w2vtui resume last --epochs 40          a run that is done, trained further
  w2vtui resume last --window 8 --force   with other settings from here on
  w2vtui resume last --undo               without the change that it diverged after
  w2vtui resume last --device cpu         on the processor, after a GPU has failed

Weights, position in the text, learning rate, settings, events and curves are restored; live
changes that were made after the checkpoint are applied again at the same tokens. With one thread,
or --deterministic, the vectors are those of a run that was never interrupted, bit for bit.
Another text or other settings, but for --device, are refused, with the difference; --force resumes
with them, and with another text it starts a new run. A run that is done is saved if it was not, or
if -o names a file; more --epochs train it further, also with other settings, at the learning rate
where it ended or at that of --alpha."""
SETTINGS = (RunSettings, ScreenSettings)

_OF_THE_RUN = "the run's own"
_LATER = ("checkpoint_seconds", "history")
"""Settings of a run that may be others when it is resumed."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui resume` takes."""
    add_run(parser)
    add_output(parser)
    add_moved_corpus(parser)
    parser.add_argument(
        "--force", action="store_true", help="resume with another text or other settings"
    )
    parser.add_argument(
        "--undo",
        action="store_true",
        help="undo the last change of its settings, as u in the app does",
    )
    add_neighbors(parser)
    add_progress_json(parser)
    add_stop_when(parser)
    parser.add_argument(
        "--no-screen",
        action="store_true",
        help="train without the app, as --json, --neighbors and --stop-when also do",
    )
    group = parser.add_argument_group("Runs")
    for name in _LATER:
        add_setting(group, RunSettings, name, shown=_OF_THE_RUN)
    add_settings(parser, ["corpus", "vectors", "training"], shown=_OF_THE_RUN)
    add_settings(parser, ["screen"])


def run(arguments: argparse.Namespace) -> int:
    """Resume a run, in the app if there is a terminal; return the exit code.

    A run that is done is saved instead, unless it is saved already.

    Raises:
        RunIsDoneError: there is nothing to train, and no file to save it to.
    """
    from w2vtui.cli.headless import carry_out
    from w2vtui.runs.listed.listing import find_run
    from w2vtui.runs.record import RunRecord
    from w2vtui.runs.resuming.wanted_changes import RunIsDoneError
    from w2vtui.runs.root import runs_folder

    folder = find_run(runs_folder(arguments.run_settings.runs_dir), arguments.run)
    in_app = wants_screen(arguments)
    try:
        opened = [_taken(folder, arguments)]
        if not in_app:
            resumed, recorder, request = _resumed(opened.pop())
    except RunIsDoneError as done:
        output = RunRecord.read(folder).output_for(folder.name, arguments.output)
        if output is None or (arguments.force and arguments.corpus):
            raise
        _save_done(
            folder, done.tokens, output, overwrite=arguments.overwrite, layout=arguments.layout
        )
        return 0
    if in_app:
        return _show(opened, arguments)
    return carry_out(
        resumed,
        recorder,
        request,
        saves_branch=arguments.output is not None or not arguments.force,
        stop_when=arguments.stop_when,
        words=arguments.neighbors,
        show="json" if arguments.json else "progress",
    )


def _save_done(
    folder: Path, tokens: int, output: str, *, overwrite: bool, layout: str | None
) -> None:
    """Save the vectors of a run that is done after `tokens`, unless they are there already."""
    from w2vtui.runs.record import RunRecord
    from w2vtui.runs.requested.saved import is_saved

    request = RunRecord.read(folder).own_request.to(output, layout=layout)
    if is_saved(folder, tokens, request.outputs):
        report(f"run {folder.name} is done, and saved already: {output}")
        return
    report(f"run {folder.name} is done")
    export(folder, output, overwrite=overwrite, layout=layout)


def wants_screen(arguments: argparse.Namespace) -> bool:
    """Whether to open the app: on a terminal, unless an option asks for what it does not do."""
    headless = arguments.no_screen or arguments.json or arguments.neighbors or arguments.stop_when
    return not headless and "-" not in arguments.corpus and has_screen()


def _taken(folder: Path, arguments: argparse.Namespace) -> Resumption:
    """The saved run with what is asked for now; its output can be written.

    Raises:
        W2vtuiError: it cannot be resumed like this.
    """
    from w2vtui.runs.requested.request import absolute
    from w2vtui.runs.resuming.resuming import resumption

    live = given_settings(arguments, LiveSettings)
    corpus_settings = given_settings(arguments, CorpusSettings)
    if arguments.undo and (live or corpus_settings):
        raise SettingsError(
            "--undo returns to the settings before the last change: give it without other settings"
        )
    taken = resumption(
        folder,
        force=arguments.force,
        sources=absolute(arguments.corpus),
        corpus_settings=corpus_settings,
        training=given_settings(arguments, TrainingSettings),
        live=live,
        undo=arguments.undo,
    )
    try:
        output = taken.record.output_for(taken.name, arguments.output)
        request = taken.request.to(output, overwrite=arguments.overwrite, layout=arguments.layout)
        request.check_outputs()
        given = given_settings(arguments, RunSettings)
        later = {name: given[name] for name in _LATER if name in given}
        run_settings = dataclasses.replace(request.run_settings, **later)
        request = dataclasses.replace(request, run_settings=run_settings)
    except BaseException:
        taken.recorder.close()
        raise
    return dataclasses.replace(taken, request=request)


def _resumed(taken: Resumption) -> tuple[Run, Recorder, RunRequest]:
    """The run, its recorder, and what it is asked for.

    Nothing else is held on to, so that the file of the checkpoint can be removed once it is old.
    """
    request, read = taken.request, taken.read

    def read_checked(progress: ReadingProgress, stop: threading.Event) -> EncodedCorpus:
        return request.checked(read(progress, stop))

    try:
        run = taken.run(read_checked)
        for note in taken.notes:
            report(note)
    except BaseException:
        taken.recorder.close()
        raise
    return run, taken.recorder, request


def _show(opened: list[Resumption], arguments: argparse.Namespace) -> int:
    """Resume the opened run in the app, which takes it; return the exit code."""
    from w2vtui.tui.chosen.form import Form

    form = Form(run_settings=arguments.run_settings, overwrite=arguments.overwrite)
    try:
        return show_screens(arguments, form, opened.pop)
    except W2vtuiError:
        for taken in opened:  # the app has not begun
            taken.recorder.close()
        raise
