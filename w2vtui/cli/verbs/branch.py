"""`w2vtui branch`: a run that leaves another one at a checkpoint."""

from __future__ import annotations

import argparse
import json

from w2vtui.cli.options import (
    add_result_json,
    add_run,
    add_settings,
    given_settings,
)
from w2vtui.cli.output import report, show
from w2vtui.settings import LiveSettings, RunSettings

USAGE = "w2vtui branch RUN [options] [settings]"
HELP = """Make a branch: a run that leaves another one at a checkpoint, to be trained otherwise.

  w2vtui branch last                       at its newest checkpoint, under a new name
  w2vtui branch last --negative 25         with another setting from there on
  w2vtui branch brisk-otter --at 40% --name otter-k25 --negative 25
  w2vtui resume otter-k25                  trains it

Weights, place in the text, learning rate, curves and events are those of the run, which may be
training and stays as it is. With one thread, or deterministic training, an unchanged branch ends
with the same vectors bit for bit. The two newest checkpoints are there to leave a run at; one is
taken before each live change. The name of the branch is printed on stdout. Its vectors are saved
where -o says when it is resumed."""
SETTINGS = (RunSettings,)


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
    add_result_json(parser)
    add_settings(parser, ["training"], shown="the run's own")


def run(arguments: argparse.Namespace) -> int:
    """Make a branch of a run, and print its name."""
    from w2vtui.runs.branching import branch
    from w2vtui.runs.listing import find_run
    from w2vtui.runs.root import runs_folder
    from w2vtui.runs.status import status_of

    root = runs_folder(arguments.run_settings.runs_dir)
    folder = find_run(root, arguments.run)
    live = given_settings(arguments, LiveSettings)
    status = status_of(branch(folder, arguments.at, arguments.name, root=root, **live))
    report(
        f"{status.name} leaves {folder.name} at {status.fraction:.1%}, {status.tokens:,} tokens: "
        f"w2vtui resume {status.name} trains it"
    )
    if arguments.json:
        fork = {"run": folder.name, "tokens": status.tokens}
        show(json.dumps({"name": status.name, "folder": status.folder, "fork": fork}))
    else:
        show(status.name)
    return 0
