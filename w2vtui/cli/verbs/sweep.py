"""`w2vtui sweep`: many short runs with other settings each, to find those that fit a text."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any

from w2vtui.cli.options.file_options import (
    add_question_columns,
    add_session_options,
    add_skip_bad_rows,
    question_options,
)
from w2vtui.cli.options.readers import whole_number
from w2vtui.cli.options.setting_options import add_setting, add_settings, option_of, setting_reader
from w2vtui.cli.options.verb_options import add_result_json
from w2vtui.cli.screens import has_screen
from w2vtui.config import TABLES
from w2vtui.errors import MissingLibraryError, SettingsError
from w2vtui.extras import is_installed, missing
from w2vtui.settings import (
    CorpusSettings,
    LiveSettings,
    RunSettings,
    ScreenSettings,
    TrainingSettings,
    field_types,
    spec_of,
)
from w2vtui.sweeping.values import FIXED, Between, Listed, Values, read_values

USAGE = "w2vtui sweep TEXT ... --SETTING VALUES [--SETTING VALUES ...] [options]"
HELP = """Find the settings that fit a text: train many short runs, each with others, and compare.

  w2vtui sweep notes.txt --window 3,10 --negative 5,15 --sample 1e-3,1e-5
  w2vtui sweep notes.txt --window 2..12 --alpha 0.01..0.1 --trials 40 --minutes 10
  w2vtui sweep notes.txt --model skip-gram,cbow --epochs 5,20 --by pairs.txt --by questions.txt
  w2vtui sweep visits.txt --window 3,all --ns-exponent -0.5..1 --by next-item --sessions test.txt
  w2vtui sweep --resume last --trials 40

Every setting takes several values, 5,15, or a range, 3..10; with one value it is the same in all
trials. If there are more combinations than trials, the next one is chosen by what came of the
earlier ones (Optuna's TPE), and a trial that falls behind is ended early. Runs are compared by the
probe loss, or with --by by their scores on word pairs, analogies or sessions.

Of a large text the trials see a part, and the best settings are trained again on the whole. What
all of it takes is said before it starts. Every trial is a saved run, named after its sweep.

In a terminal the app shows it; ctrl+q there ends it with the results so far, or leaves it at work,
and w2vtui attach returns to it. Without the app Ctrl-C ends it. The same command line again
continues, also after a crash or kill -9. It ends with a table, the best command line, and how much
each setting mattered. Exit codes: 0 done, 2 usage, 3 unreadable
text, 5 disk, 6 not enough memory, 130 interrupted."""
SETTINGS = (CorpusSettings, LiveSettings, TrainingSettings, RunSettings, ScreenSettings)

_TABLES = ("training", "vectors", "corpus")
_LEFT_OUT = ("probe",)
_OF_RUNS = ("runs_dir", "checkpoint_seconds")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui sweep` takes."""
    parser.add_argument("corpus", nargs="*", metavar="TEXT", help="text files, folders or patterns")
    parser.set_defaults(varied={})
    _add_limits(parser)
    parser.add_argument(
        "--by",
        metavar="FILE|probe|next-item",
        action="append",
        default=[],
        help="compare runs by their scores on these word pairs or analogies, the mean of several; "
        "probe is the probe loss, next-item guesses items of --sessions (default: probe; for the "
        "bundled sample its own files)",
    )
    parser.add_argument(
        "--sessions",
        metavar="FILE",
        action="append",
        default=[],
        help="held-out sessions for --by next-item, a line each; may be repeated",
    )
    add_question_columns(parser)
    add_session_options(parser)
    add_skip_bad_rows(parser)
    parser.add_argument(
        "--train-all",
        action="store_true",
        help="train every trial to its end, those that fall behind too",
    )
    parser.add_argument(
        "--resume",
        metavar="NAME",
        help="continue a sweep: its name, a part of it, or last; --trials and --minutes may be new",
    )
    parser.add_argument(
        "--again", action="store_true", help="start again where the same sweep exists"
    )
    add_result_json(parser)
    parser.add_argument(
        "--no-screen", action="store_true", help="show a table on stderr, not the app, as --json"
    )
    add_settings(parser, ["screen"])
    for table in _TABLES:
        group = parser.add_argument_group(table.capitalize())
        for name in field_types(TABLES[table]):
            if name in FIXED and name not in _LEFT_OUT:
                add_setting(group, TABLES[table], name)
            elif name not in _LEFT_OUT:
                _add_values(group, TABLES[table], name)
    group = parser.add_argument_group("Runs")
    for name in _OF_RUNS:
        add_setting(group, RunSettings, name)


def _add_limits(parser: argparse.ArgumentParser) -> None:
    """Declare how far a sweep goes."""
    parser.add_argument(
        "--trials", metavar="N", type=whole_number, help="how many runs to train (default: 20)"
    )
    parser.add_argument(
        "--minutes",
        metavar="X",
        type=_minutes,
        help="time for all trials together (default: as long as they take)",
    )
    parser.add_argument(
        "--tokens",
        metavar="N",
        type=_tokens,
        help="how much of the text a trial sees, as 500000 or 2M (default: what fits --minutes, "
        "else 4M of a text of more than 8M)",
    )
    parser.add_argument(
        "--whole",
        metavar="N",
        type=_count,
        help="how many of the best are trained again on the whole text, if trials see a part "
        "(default: 1)",
    )


def _add_values(group: argparse._ActionsContainer, settings: type, name: str) -> None:
    """Add the option of a setting that may vary."""
    spec, is_switch = spec_of(settings, name), field_types(settings)[name] is bool
    text = spec.help.replace("%", "%%")
    options: dict[str, Any] = {"nargs": "?", "const": "yes"} if is_switch else {}
    group.add_argument(
        option_of(name),
        dest=name,
        metavar="yes,no" if is_switch else "VALUES",
        action=_TakeValues,
        type=setting_reader(settings, name, partial(read_values, name)),
        help=text,
        **options,
    )
    if is_switch:
        group.add_argument(
            f"--no-{option_of(name)[2:]}", dest=name, action="store_const", const=False,
            help=argparse.SUPPRESS,
        )  # fmt: skip


class _TakeValues(argparse.Action):
    """Takes one value as any option does, several into `varied`."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        varied: dict[str, Values] = {
            name: one for name, one in namespace.varied.items() if name != self.dest
        }
        if isinstance(values, Listed | Between):
            varied[self.dest] = values
            values = None
        namespace.varied = varied
        setattr(namespace, self.dest, values)


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not 0 < minutes < 1e6:
        raise argparse.ArgumentTypeError(f"must be a number of minutes above 0, got {text!r}")
    return minutes


def _tokens(text: str) -> int:
    units = {"k": 1_000, "m": 1_000_000, "g": 1_000_000_000}
    unit = units.get(text[-1:].lower(), 1)
    return whole_number(text[:-1] if unit > 1 else text) * unit


def _count(text: str) -> int:
    return 0 if text == "0" else whole_number(text)


def run(arguments: argparse.Namespace) -> int:
    """Sweep, and print what came of it; return the exit code.

    Raises:
        MissingLibraryError: Optuna is not installed.
        SettingsError: there is no text, or nothing varies.
    """
    if not is_installed("optuna"):
        raise MissingLibraryError(missing("w2vtui sweep", "sweep"))
    from w2vtui.cli.work.sweeping import sweep

    if arguments.resume is None and not arguments.corpus:
        raise SettingsError("name a text to sweep, or a sweep with --resume NAME")
    if arguments.resume is not None and (
        arguments.corpus or arguments.varied or arguments.by or arguments.sessions
    ):
        raise SettingsError(
            "a sweep is resumed with the text and the values that it has: drop them, or --resume"
        )
    if "-" in arguments.corpus:
        raise SettingsError("every trial reads the text, which a pipe gives once: name a file")
    arguments.output = None
    arguments.sources = tuple(str(Path(one).absolute()) for one in arguments.corpus)
    in_app = has_screen() and not (arguments.no_screen or arguments.json)
    return sweep(arguments, question_options(arguments), in_app=in_app)
