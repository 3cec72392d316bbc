"""`w2vtui branch`: a run that leaves another one at a checkpoint."""

from __future__ import annotations

import argparse
import json

from w2vtui.cli.options.setting_options import add_settings, given_settings
from w2vtui.cli.options.verb_options import add_result_json, add_run
from w2vtui.cli.output import report, show
from w2vtui.settings import CorpusSettings, LiveSettings, RunSettings, TrainingSettings

USAGE = "w2vtui branch RUN [options] [settings]"
HELP = """Make a branch: a run that leaves another one at a checkpoint, to be trained otherwise.

  w2vtui branch last                       where it is now, under a new name
  w2vtui branch last --negative 25         with another setting from there on
  w2vtui branch last --train now           trained beside it, in a process of its own
  w2vtui branch brisk-otter --at 40% --name otter-k25 --negative 25
  w2vtui branch last --epochs 40 --alpha 0.0125    of a run that is done, at another rate
  w2vtui resume otter-k25                  trains it

Weights, place in the text, learning rate, curves and events are those of the run, which may be
training and goes on. With one thread, or deterministic training, an unchanged branch ends with the
same vectors bit for bit. A branch of a run that is done takes more --epochs, at the rate where it
ended or at that of --alpha. With --at, it leaves at one of the two newest checkpoints; one is taken
before each live change. --train now divides the threads of a run that trains between the two;
--train after waits until it has ended or is paused. The name of the branch is printed on stdout.
Its vectors are saved where -o says when it is resumed or exported."""
SETTINGS = (RunSettings,)
FIXED_SETTINGS = (CorpusSettings, TrainingSettings)
"""Settings that a branch keeps."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui branch` takes."""
    add_run(parser)
    parser.add_argument(
        "--at",
        metavar="PLACE",
        help="the checkpoint where it leaves: 40%%, 1.5M tokens or '2.5 epochs' (default: the "
        "newest)",
    )
    parser.add_argument("--name", metavar="NAME", help="of the branch (default: a new one)")
    parser.add_argument(
        "--train",
        choices=("now", "after"),
        help="train the branch at once, or after the run, in a process of its own",
    )
    add_result_json(parser)
    add_settings(parser, ["training"], shown="the run's own")


def run(arguments: argparse.Namespace) -> int:
    """Make a branch of a run, train it if that is asked for, and print its name."""
    from w2vtui.runs.listed.listing import find_run
    from w2vtui.runs.root import runs_folder
    from w2vtui.trainer_process.branching import Way, make_branch

    root = runs_folder(arguments.run_settings.runs_dir)
    folder = find_run(root, arguments.run)
    way = Way(arguments.train or Way.LATER)
    live = given_settings(arguments, LiveSettings)
    made = make_branch(folder, way, arguments.at, arguments.name, root=root, **live)
    if made.problem:
        report(f"hint: {made.problem}")
    status = made.status
    where = f"{status.tokens:,} tokens, {status.fraction:.1%} of its own {status.epochs} epochs"
    verb, does = ("resume", "trains") if way == Way.LATER else ("attach", "shows")
    report(f"{status.name} leaves {folder.name} at {where}: w2vtui {verb} {status.name} {does} it")
    for line in made.added:
        report(line)
    if arguments.json:
        fork = {"run": folder.name, "tokens": status.tokens}
        show(json.dumps({"name": status.name, "folder": status.folder, "fork": fork}))
    else:
        show(status.name)
    return 0
