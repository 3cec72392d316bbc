"""`w2vtui attach`: a run that another process trains, watched and steered from here."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from w2vtui.cli.options.setting_options import add_settings
from w2vtui.cli.options.verb_options import add_progress_json, add_run
from w2vtui.cli.output import report
from w2vtui.cli.screens import has_screen, show_screens
from w2vtui.settings import RunSettings, ScreenSettings
from w2vtui.system.signals import interrupting

if TYPE_CHECKING:
    from w2vtui.trainer_process.remote.remote_run import RemoteRun

USAGE = "w2vtui attach RUN [options]"
HELP = """Return to a run that trains in another process: one that ctrl+q left training, one that
w2vtui train works on in another terminal, or one whose terminal is gone; to a sweep, too.

  w2vtui attach last                  in the app: watch it, change its settings, explore it
  w2vtui attach brisk-otter --json    its progress as JSON, without the app
  w2vtui attach last --pause          pause it, or --resume it
  w2vtui attach last --stop           end it with a last checkpoint

w2vtui runs lists the runs and sweeps at work. Several may watch one. Who leaves does not end it;
without the app, Ctrl-C leaves. A sweep has no pause."""
SETTINGS = (RunSettings, ScreenSettings)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui attach` takes."""
    add_run(parser)
    add_progress_json(parser)
    parser.add_argument("--no-screen", action="store_true", help="print the progress, as in a pipe")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--pause", action="store_true", help="pause the run, and leave")
    group.add_argument("--resume", action="store_true", help="resume a paused run, and leave")
    group.add_argument(
        "--stop", action="store_true", help="end the run with a last checkpoint, and wait for that"
    )
    add_settings(parser, ["screen"])


def run(arguments: argparse.Namespace) -> int:
    """Show a run or a sweep that another process trains, or steer it once; return the exit code.

    Raises:
        RunError: there is no such run or sweep, or nothing trains it.
    """
    from w2vtui.runs.listed.listing import find_run
    from w2vtui.runs.root import runs_folder
    from w2vtui.sweep_process.at_work import meant_sweep
    from w2vtui.trainer_process.attaching import attach
    from w2vtui.tui.chosen.form import Form

    root = runs_folder(arguments.run_settings.runs_dir)
    sweep = meant_sweep(root, arguments.run)
    if sweep is not None:
        from w2vtui.cli.work.showing_sweeps import attach_sweep

        return attach_sweep(sweep, arguments)
    folder = find_run(root, arguments.run)
    steers = arguments.pause or arguments.resume or arguments.stop
    in_app = not (steers or arguments.json or arguments.no_screen) and has_screen()
    remote = attach(folder, attends=in_app)
    if in_app:
        arguments.output = None
        form = Form(run_settings=arguments.run_settings)
        return show_screens(arguments, form, begins_with=remote)
    try:
        return _steer(remote, arguments) if steers else _follow(remote, arguments)
    finally:
        remote.leave()


def _steer(remote: RemoteRun, arguments: argparse.Namespace) -> int:
    """Pause, resume or stop; report what has become of the run."""
    assert remote.folder is not None, "a run that is attached to"
    name = remote.folder.name
    if arguments.pause:
        remote.pause()
    elif arguments.resume:
        remote.resume()
    else:
        remote.stop()
    remote.settle()
    if arguments.stop:
        remote.gone.wait()
    shot = remote.snapshot()
    report(f"run {name} is {shot.state}, {100 * shot.progress.fraction:.1f} % trained")
    return 0


def _follow(remote: RemoteRun, arguments: argparse.Namespace) -> int:
    """Print the progress until the run ends, or until Ctrl-C."""
    from w2vtui.cli.progress import choose_progress

    assert remote.folder is not None, "a run that is attached to"
    progress = choose_progress(remote, "json" if arguments.json else "progress")
    with interrupting():
        try:
            progress.follow()
        except KeyboardInterrupt as interrupt:
            report(f"run {remote.folder.name} trains on: w2vtui attach {remote.folder.name}")
            return int(interrupt.args[0]) if interrupt.args else 130
    shot = remote.snapshot()
    if shot.error is not None:
        report(f"w2vtui: {shot.error}")
    return 0 if shot.error is None else 1
