"""The flags: made from the fields of the settings, so that each is declared once."""

from __future__ import annotations

import argparse
import difflib
import os
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from rich_argparse import RawDescriptionRichHelpFormatter

from w2vtui import __version__
from w2vtui.bench.job import MODES
from w2vtui.cli.verbs.legacy import from_word2vec_c
from w2vtui.config import TABLES, Config, blamed, read_config
from w2vtui.errors import SettingsError
from w2vtui.resources import available_cores
from w2vtui.settings import (
    CorpusSettings,
    LiveSettings,
    RunSettings,
    ScreenSettings,
    TrainingSettings,
    choices_of,
    field_default,
    field_types,
    spec_of,
    value_from_text,
)

VERBS = (
    "train", "runs", "resume", "replay", "export",
    "neighbors", "analogy", "evaluate", "bench", "config",
)  # fmt: skip

CONFIG_ACTIONS = ("show", "path", "init")

_S = TypeVar("_S")

_APP = """Train word2vec in the terminal: watch it learn, steer it while it runs.

  w2vtui                                  the app, with the bundled sample chosen
  w2vtui notes.txt                        the app, with your text chosen
  w2vtui train notes.txt -o notes.bin     without a screen
  w2vtui runs                             what was trained, and how far
  w2vtui resume NAME                      go on with a run after whatever happened
  w2vtui neighbors notes.bin king         nearest words
  w2vtui analogy notes.bin man king woman
  w2vtui evaluate notes.bin --pairs pairs.txt --analogies questions.txt
  w2vtui bench notes.txt                  how fast this machine trains
  w2vtui config show                      settings in force, and where each comes from

  w2vtui VERB --help tells more of each. Without a terminal the app trains without a screen.

Settings: a flag goes before an environment variable (W2VTUI_WINDOW=8), that before w2vtui.toml in
the current folder, that before your config.toml (w2vtui config path names it, config init makes
it; W2VTUI_CONFIG names another), that before the default."""

_TRAIN = """Train vectors from text and save them.

  w2vtui train notes.txt -o notes.bin
  w2vtui train books/ -o books.vec --model cbow --vector-size 200 --tokenizer words --lowercase
  zcat logs.gz | w2vtui train - -o logs.bin --epochs 10 --json

Ctrl-C stops and saves what is learned. Exit codes: 0 done, 2 usage, 3 unreadable corpus,
4 diverged, 5 disk, 130 interrupted."""

_RUNS = """List the runs that are kept, newest first.

  w2vtui runs                             name, state, progress, probe loss
  w2vtui runs --json                      everything, one JSON object a run
  w2vtui runs --remove atlas-brisk-otter  remove one that is over, with its checkpoints

A run is kept in a folder of its own: what was asked, words, events, metrics, and the newest
checkpoints. --runs-dir, W2VTUI_RUNS_DIR or runs_dir in a settings file name another place."""

_RESUME = """Go on with a run where its newest checkpoint stands.

  w2vtui resume last                      the run that was written to last
  w2vtui resume brisk-otter -o notes.bin  part of a name will do
  w2vtui resume last --corpus moved.txt   its text is elsewhere now; - reads standard input
  w2vtui resume last --window 8 --force   with other settings, from here on

Weights, place in the text, learning rate, settings, events and curves are as they were; live
changes after the checkpoint are made again at their tokens. With one thread, or --deterministic,
the vectors are those of a run that never stopped, bit for bit. Another text or other settings are
refused, and the difference shown; --force goes on with them, with another text as a new run.
One that is done is saved, where it was not or -o names a place; --epochs N --force trains it
further."""

_REPLAY = """Repeat a run from its beginning, every live change at its token, up to its newest
checkpoint, and compare the vectors with those of the checkpoint.

  w2vtui replay brisk-otter -o again.bin

Exit codes: 0 the same bits, or near with several threads; 1 others where the same were to be
expected, or it ended at another token; 2 usage."""

_EXPORT = """Save the vectors of a run's newest checkpoint, without training.

  w2vtui export brisk-otter -o notes.bin"""

_BENCH = f"""Measure how fast this machine trains: every mode, beside gensim where it is installed
and beside any program that takes word2vec.c's flags.

  w2vtui bench                            with the bundled sample
  w2vtui bench text8 --threads 1,4 --vector-size 100,300 --against ./word2vec
  w2vtui bench text8 --quality pairs.txt --quality questions.txt --json here.json

Modes:
{chr(10).join("  " + name for name in MODES)}

Training alone is timed, in a process of its own; the tools take turns. Ctrl-C shows what is
measured so far. Exit codes: 0 done, 1 a tool failed, 2 usage, 3 unreadable corpus, 5 disk,
130 interrupted."""

_CONFIG = """Settings that are yours: files, environment variables and keys of the keyboard.

  w2vtui config show                every setting, its value, and where that comes from
  w2vtui config show --window 8     the same, as if the flag had been given to w2vtui
  w2vtui config path                the files looked at, and whether they are there
  w2vtui config init                write a commented file with all defaults

A flag goes before an environment variable (W2VTUI_WINDOW=8), that before w2vtui.toml in the
current folder, that before your config.toml (or the file that W2VTUI_CONFIG names), that before
the default."""

_BENCH_SETTINGS = (
    (CorpusSettings, "min_count"),
    *((LiveSettings, name) for name in ("window", "negative", "sample", "alpha", "shared_noise")),
)
"""What every trainer can be told; only ours can share noise, and be told not to."""
_BENCH_EPOCHS = 1

_ELSEWHERE = {
    "size": "--vector-size",
    "dim": "--vector-size",
    "iter": "--epochs",
    "epoch": "--epochs",
    "sg": "--model",
    "cbow": "--model",
    "hs": "--objective",
    "loss": "--objective",
    "neg": "--negative",
    "ws": "--window",
    "lr": "--alpha",
    "minCount": "--min-count",
    "thread": "--workers",
    "threads": "--workers",
}
"""What settings are called in gensim, word2vec.c and fastText, where that is no near spelling."""


class _Parser(argparse.ArgumentParser):
    """Names the nearest flag when one is unknown, and points to --help."""

    _argv: Sequence[str] = ()

    def __init__(self, **options: Any) -> None:
        super().__init__(
            formatter_class=RawDescriptionRichHelpFormatter, allow_abbrev=False, **options
        )

    def parse_strictly(self, argv: Sequence[str]) -> argparse.Namespace:
        """As parse_args, with a suggestion for what is unknown."""
        self._argv = argv
        arguments, unknown = self.parse_known_args(argv)
        for word in unknown:
            if word.startswith("-"):
                meant = self._option_near(word.split("=")[0].lstrip("-").replace("_", "-"))
                hint = f": did you mean {meant}?" if meant else ""
                self.error(f"there is no option {word}{hint}")
        if unknown:
            self.error(f"one argument too many: {unknown[0]}")
        return arguments

    def _option_near(self, name: str) -> str:
        """The option that a name, without its dashes, may stand for; empty where none is near."""
        options = (option for action in self._actions for option in action.option_strings)
        known = {option.lstrip("-"): option for option in options}
        meant = _ELSEWHERE.get(name, "")
        if meant in known.values():
            return meant
        return known.get(_nearest(name, known, cutoff=0.65), "")

    def error(self, message: str) -> NoReturn:
        for word in takewhile("--".__ne__, self._argv):
            is_flag = word in self._option_string_actions or not word.startswith("-")
            if not is_flag and word != "-" and os.path.lexists(word):
                message += f": for the file {word} write ./{word}"
        raise SettingsError(f"{message} ({self.prog} --help lists all)")


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The arguments as a namespace with `verb`, and settings objects where the verb trains.

    `settled` then has the value in force of each setting with its source, `config` what files say.

    Raises:
        SettingsError: the arguments make no sense; the message says why.
    """
    verb = argv[0] if argv and argv[0] in VERBS else "app"
    rest = list(argv[1:] if verb != "app" else argv)
    if verb == "app":
        _check_first_word(rest)
    if verb == "train":
        rest = from_word2vec_c(rest)
    parser = _PARSERS[verb]()
    arguments = parser.parse_strictly(rest)
    arguments.verb = verb
    if verb == "config":
        _check_config(arguments)
    if verb in ("app", "train", "bench") or arguments.verb == "config show":
        config = arguments.config = read_config()
        arguments.corpus_settings = _settle(arguments, config, CorpusSettings)
        arguments.live_settings = _settle(arguments, config, LiveSettings)
        if verb != "bench":
            arguments.training_settings = _settle(arguments, config, TrainingSettings)
            arguments.screen_settings = _settle(arguments, config, ScreenSettings)
    if arguments.verb in _OF_RUNS:
        if not hasattr(arguments, "config"):
            arguments.config = read_config()
        arguments.run_settings = _settle(arguments, arguments.config, RunSettings)
    if verb == "resume":
        arguments.wanted = {
            kind: _given(arguments, kind)
            for kind in (CorpusSettings, TrainingSettings, LiveSettings, RunSettings)
        }
    return arguments


def _check_first_word(argv: Sequence[str]) -> None:
    """`w2vtui trian` is a verb mistyped, not a corpus."""
    word = argv[0] if argv else ""
    near = "--help" if word == "help" else _nearest(word, VERBS, cutoff=0.75)
    if near and not Path(word).exists():
        raise SettingsError(f"there is no file or command {word!r}: did you mean w2vtui {near}?")


def _nearest(name: str, known: Iterable[str], cutoff: float) -> str:
    """What begins with a name of three letters or more, else the nearest; empty where none is."""
    longer = [one for one in known if one.startswith(name)] if len(name) > 2 else []
    return "".join(longer[:1] or difflib.get_close_matches(name, list(known), 1, cutoff))


def _settle(arguments: argparse.Namespace, config: Config, settings: type[_S]) -> _S:
    """A settings class from flags, variables and files, as far as the verb has flags for it.

    Raises:
        SettingsError: values do not go together; the message says where they come from.
    """
    settled = {
        name: given
        for name, given in config.settle(settings, _given(arguments, settings)).items()
        if hasattr(arguments, name)
    }
    try:
        made = settings(**{name: given.value for name, given in settled.items()})
    except SettingsError as error:
        raise blamed(error, settled) from None
    arguments.settled = getattr(arguments, "settled", {}) | settled
    return made


def _check_config(arguments: argparse.Namespace) -> None:
    """`config show` takes the flags of the settings; the others take none."""
    given = [name for table in TABLES.values() for name in _given(arguments, table)]
    given += ["json"] if arguments.json else []
    if arguments.action != "show" and given:
        flag = "--" + given[0].replace("_", "-")
        raise SettingsError(f"w2vtui config {arguments.action} takes no flags, got {flag}")
    arguments.verb = f"config {arguments.action}"


def _given(arguments: argparse.Namespace, settings: type) -> dict[str, Any]:
    """The fields of a settings class that the command line names."""
    named = {name: getattr(arguments, name, None) for name in field_types(settings)}
    return {
        name: None if value is _AUTO else value
        for name, value in named.items()
        if value is not None
    }


_OF_RUNS = ("app", "train", "runs", "resume", "replay", "export", "config show")
"""Verbs that know where runs are kept."""

_AUTO = object()
"""Stands for `auto` on the command line, where None means `not given`."""


def _app_parser() -> _Parser:
    parser = _Parser(prog="w2vtui", description=_APP, usage="w2vtui [CORPUS ...] [settings]")
    parser.add_argument("--version", action="version", version=f"w2vtui {__version__}")
    parser.add_argument(
        "corpus", nargs="*", help="text files or folders; - is standard input without a screen"
    )
    _add_output(parser)
    _add_quality(parser)
    _add_settings(parser, TABLES)
    return parser


def _train_parser() -> _Parser:
    parser = _Parser(
        prog="w2vtui train", description=_TRAIN, usage="w2vtui train CORPUS ... -o FILE [settings]"
    )
    parser.add_argument(
        "corpus", nargs="+", metavar="CORPUS", help="text files (also .gz .bz2 .xz), folders, or -"
    )
    _add_output(parser)
    parser.add_argument(
        "--save-vocab", metavar="FILE", help="where word counts go (default: FILE.vocab beside)"
    )
    _add_neighbors(parser)
    _add_json_lines(parser)
    parser.add_argument("--no-cache", action="store_true", help="do not keep the encoded text")
    _add_quality(parser)
    _add_stop_when(parser)
    _add_settings(parser, [table for table in TABLES if table != "screen"])
    return parser


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="where vectors go: .bin word2vec binary, .txt or .vec word2vec text",
    )


def _add_quality(parser: argparse.ArgumentParser) -> None:
    for flag, what in (("--pairs", "word pairs with scores"), ("--analogies", "analogies")):
        parser.add_argument(
            flag,
            metavar="FILE",
            action="append",
            default=[],
            help=f"score the vectors on these {what} as they train; may be given several times",
        )


def _add_settings(parser: argparse.ArgumentParser, tables: Iterable[str], shown: str = "") -> None:
    """The flags of whole tables; shown: as `_add_setting` takes it."""
    for table in tables:
        group = parser.add_argument_group(table.capitalize())
        for name in field_types(TABLES[table]):
            _add_setting(group, TABLES[table], name, shown=shown)


def _add_setting(
    group: argparse._ActionsContainer,
    settings: type,
    name: str,
    *,
    default: Any = None,
    shown: str = "",
) -> None:
    """A flag for a field: --name for a number or choice, --name/--no-name for a switch.

    default   what goes before the field's own
    shown     what the help says of it in place of a value
    """
    spec, kind = spec_of(settings, name), field_types(settings)[name]
    value = field_default(settings, name) if default is None else default
    if kind is bool:
        value = "yes" if value else "no"
    shown = shown or (spec.auto if value is None else value)
    flag = "--" + name.replace("_", "-")
    text = f"{spec.help} (default: {shown})".replace("%", "%%")
    if kind is bool:
        group.add_argument(flag, action=argparse.BooleanOptionalAction, default=default, help=text)
        return
    metavar = "|".join(choices_of(kind)) or ("X" if "float" in str(kind) else "N")
    group.add_argument(
        flag,
        dest=name,
        metavar="NAME" if "str" in str(kind) and not choices_of(kind) else metavar,
        type=_reader(settings, name),
        default=default,
        help=text,
    )


def _reader(settings: type, name: str) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            value = value_from_text(settings, name, text)
        except SettingsError as error:
            # argparse would hide the message of a ValueError, which a SettingsError is.
            raise argparse.ArgumentTypeError(str(error)) from error
        return _AUTO if value is None else value

    return read


def _runs_parser() -> _Parser:
    parser = _Parser(prog="w2vtui runs", description=_RUNS)
    parser.add_argument("--json", action="store_true", help="one JSON object a run on stdout")
    parser.add_argument(
        "--remove", metavar="NAME", nargs="+", default=[], help="remove these runs instead"
    )
    _add_setting(parser, RunSettings, "runs_dir")
    return parser


_OF_THE_RUN = "the run's own"


def _resume_parser() -> _Parser:
    parser = _Parser(
        prog="w2vtui resume", description=_RESUME, usage="w2vtui resume RUN [options] [settings]"
    )
    _add_run(parser)
    _add_output(parser)
    _add_place_of_text(parser)
    parser.add_argument(
        "--force", action="store_true", help="go on with another text or other settings"
    )
    _add_neighbors(parser)
    _add_json_lines(parser)
    _add_stop_when(parser)
    group = parser.add_argument_group("Runs")
    _add_setting(group, RunSettings, "checkpoint_seconds", shown=_OF_THE_RUN)
    _add_settings(parser, ["corpus", "vectors", "training"], shown=_OF_THE_RUN)
    return parser


def _replay_parser() -> _Parser:
    parser = _Parser(prog="w2vtui replay", description=_REPLAY)
    _add_run(parser)
    _add_output(parser)
    _add_place_of_text(parser)
    _add_json_lines(parser)
    return parser


def _export_parser() -> _Parser:
    parser = _Parser(prog="w2vtui export", description=_EXPORT)
    _add_run(parser)
    _add_output(parser)
    return parser


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="its name, a part of it, or last")
    _add_setting(parser, RunSettings, "runs_dir")


def _add_place_of_text(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--corpus", metavar="FILE", nargs="+", default=[], help="where its text is now"
    )


def _add_json_lines(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="one JSON object a second on stdout, nothing else"
    )


def _add_neighbors(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--neighbors",
        metavar="WORD",
        nargs="+",
        default=[],
        help="print the nearest words of these at the end",
    )


def _add_stop_when(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--stop-when",
        metavar="COND",
        action="append",
        default=[],
        help="end and save when this first holds: 'queen first in king - man + woman', "
        "'probe < 2.5', 'probe up 3 times', 'tokens 5M'; may be given several times",
    )


def _neighbors_parser() -> _Parser:
    parser = _Parser(
        prog="w2vtui neighbors",
        description="Print the nearest words of each word, or of sums: 'king - man + woman'.",
    )
    parser.add_argument("vectors", metavar="VECTORS", help="a file of vectors")
    parser.add_argument("words", metavar="WORD", nargs="+")
    _add_look(parser)
    return parser


def _analogy_parser() -> _Parser:
    parser = _Parser(
        prog="w2vtui analogy",
        description="a is to b as c is to ...:  w2vtui analogy vectors.bin man king woman",
    )
    parser.add_argument("vectors", metavar="VECTORS", help="a file of vectors")
    for name in ("a", "b", "c"):
        parser.add_argument(name)
    _add_look(parser)
    return parser


def _add_look(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-n", dest="n", metavar="N", type=_whole_number, default=10, help="how many (default: 10)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def _evaluate_parser() -> _Parser:
    parser = _Parser(
        prog="w2vtui evaluate",
        description="Score vectors on word pairs (Spearman) and analogies (accuracy).",
    )
    parser.add_argument("vectors", metavar="VECTORS", help="a file of vectors")
    parser.add_argument(
        "--pairs", metavar="FILE", nargs="+", default=[], help="word pairs with scores"
    )
    parser.add_argument(
        "--analogies", metavar="FILE", nargs="+", default=[], help="analogies, Google's format"
    )
    parser.add_argument(
        "--restrict",
        metavar="N",
        type=_whole_number,
        default=30_000,
        help="analogies: only the N most frequent words (default: 30000)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    return parser


def _bench_parser() -> _Parser:
    parser = _Parser(
        prog="w2vtui bench", description=_BENCH, usage="w2vtui bench [CORPUS ...] [options]"
    )
    parser.add_argument(
        "corpus",
        nargs="*",
        metavar="CORPUS",
        help="text files (also .gz .bz2 .xz) and folders; without any the bundled sample",
    )
    parser.add_argument(
        "--mode",
        metavar="NAME,...",
        type=_list_of(_mode),
        default=list(MODES),
        help="what to train (default: all four)",
    )
    parser.add_argument(
        "--threads",
        metavar="N,...",
        type=_list_of(_threads),
        help="numbers of training threads (default: 1, and the cores it may use)",
    )
    parser.add_argument(
        "--vector-size",
        metavar="N,...",
        type=_list_of(_reader(TrainingSettings, "vector_size")),
        default=[field_default(TrainingSettings, "vector_size")],
        help="lengths of a vector (default: 100)",
    )
    parser.add_argument(
        "--repeat",
        metavar="N",
        type=_whole_number,
        default=3,
        help="runs of each, of which the median counts (default: 3)",
    )
    parser.add_argument(
        "--against",
        metavar="PROGRAM",
        action="append",
        default=[],
        help="a program that takes word2vec.c's flags; may be given several times",
    )
    parser.add_argument(
        "--quality",
        metavar="FILE",
        action="append",
        default=[],
        help="score the vectors, too, on word pairs or analogies; may be given several times",
    )
    parser.add_argument(
        "--json", metavar="FILE", help="write every run as JSON; - for stdout, without the tables"
    )
    group = parser.add_argument_group("Training")
    _add_setting(group, LiveSettings, "epochs", default=_BENCH_EPOCHS)
    for settings, name in _BENCH_SETTINGS:
        _add_setting(group, settings, name)
    return parser


def _config_parser() -> _Parser:
    parser = _Parser(
        prog="w2vtui config", description=_CONFIG, usage="w2vtui config show|path|init [options]"
    )
    parser.add_argument("action", metavar="show|path|init", type=_config_action)
    parser.add_argument("--json", action="store_true", help="show: one JSON object on stdout")
    _add_settings(parser, TABLES)
    return parser


def _config_action(text: str) -> str:
    if text not in CONFIG_ACTIONS:
        near = difflib.get_close_matches(text, CONFIG_ACTIONS, n=1, cutoff=0.5)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise argparse.ArgumentTypeError(f"must be show, path or init, got {text!r}{hint}")
    return text


def _list_of(read: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    """Reads values between commas, each once."""

    def read_all(text: str) -> list[Any]:
        return list(dict.fromkeys(read(part.strip()) for part in text.split(",")))

    return read_all


def _mode(text: str) -> str:
    if text not in MODES:
        near = difflib.get_close_matches(text, MODES, n=1, cutoff=0.5)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise argparse.ArgumentTypeError(f"must be among {', '.join(MODES)}, got {text!r}{hint}")
    return text


def _threads(text: str) -> int:
    value = _reader(LiveSettings, "workers")(text)
    return available_cores() if value is _AUTO else value


def _whole_number(text: str) -> int:
    if not _WHOLE_NUMBER.fullmatch(text):
        raise argparse.ArgumentTypeError(f"must be a whole number from 1, got {text!r}")
    return int(text)


_WHOLE_NUMBER = re.compile(r"0*[1-9][0-9]{0,17}")


_PARSERS: dict[str, Callable[[], _Parser]] = {
    "app": _app_parser,
    "train": _train_parser,
    "runs": _runs_parser,
    "resume": _resume_parser,
    "replay": _replay_parser,
    "export": _export_parser,
    "neighbors": _neighbors_parser,
    "analogy": _analogy_parser,
    "evaluate": _evaluate_parser,
    "bench": _bench_parser,
    "config": _config_parser,
}
