"""Options that verbs share: added to a parser, group by group."""

from __future__ import annotations

import argparse

from w2vtui.cli.options.readers import whole_number
from w2vtui.cli.options.setting_options import add_setting
from w2vtui.errors import SettingsError
from w2vtui.presets import PRESETS, Preset, preset_named, short_name
from w2vtui.settings import RunSettings
from w2vtui.vector_layouts import OTHER_ENDINGS, SAVED, layout_named


def add_run(parser: argparse.ArgumentParser) -> None:
    """Add the positional RUN, and the folder to look for it in."""
    parser.add_argument("run", metavar="RUN", help="its name, part of its name, or last")
    add_setting(parser, RunSettings, "runs_dir")


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add -o, the file that vectors are saved to, and --overwrite."""
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="save the vectors here; the ending says how: .bin for word2vec binary, .txt or .vec "
        f"for word2vec text, / for a folder, also {', '.join(OTHER_ENDINGS)}",
    )
    parser.add_argument(
        "--layout",
        metavar="LAYOUT",
        type=known_layout,
        help="how the vectors are laid out, in place of what the ending says: "
        f"{', '.join(layout.name for layout in SAVED)}",
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="let -o replace a file that is not a vector file; never one that the run reads",
    )


def known_layout(text: str) -> str:
    """The name of a layout, from an option."""
    try:
        return layout_named(text).name
    except SettingsError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def add_neighbors(parser: argparse.ArgumentParser) -> None:
    """Add --neighbors, words to look up after training."""
    parser.add_argument(
        "--neighbors",
        metavar="WORD",
        nargs="+",
        default=[],
        help="print the nearest words of these words after training",
    )


def add_stop_when(parser: argparse.ArgumentParser) -> None:
    """Add --stop-when, conditions that end the training."""
    parser.add_argument(
        "--stop-when",
        metavar="COND",
        action="append",
        default=[],
        help="stop and save as soon as this holds: 'queen first in king - man + woman', "
        "'probe < 2.5', 'probe up 3 times', 'tokens 5M'; may be repeated; holds at the same token "
        "in each run, except for 'minutes 10'",
    )


def add_moved_corpus(parser: argparse.ArgumentParser) -> None:
    """Add --corpus, where the text of a saved run is now."""
    parser.add_argument(
        "--corpus", metavar="FILE", nargs="+", default=[], help="where the run's text is now"
    )


def add_progress_json(parser: argparse.ArgumentParser) -> None:
    """Add --json for the progress of a training."""
    parser.add_argument(
        "--json",
        action="store_true",
        help="print progress as JSON, one object per second, and nothing else on stdout",
    )


def add_lookup(parser: argparse.ArgumentParser, n: int = 10) -> None:
    """Add -n and --json of a look-up of words; n: the words that are printed by default."""
    parser.add_argument(
        "-n",
        dest="n",
        metavar="N",
        type=whole_number,
        default=n,
        help=f"number of words to print (default: {n})",
    )
    add_result_json(parser)


def add_result_json(parser: argparse.ArgumentParser) -> None:
    """Add --json for a result."""
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")


def add_preset(parser: argparse.ArgumentParser) -> None:
    """Add --preset, settings that belong together."""
    parser.add_argument(
        "--preset",
        metavar="|".join(map(short_name, PRESETS)),
        type=_known_preset,
        help="begin with settings that belong together, as the app offers them; the options of "
        "single settings take precedence over it",
    )


def _known_preset(text: str) -> Preset:
    """A preset, from an option."""
    try:
        return preset_named(text)
    except SettingsError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
