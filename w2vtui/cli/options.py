"""Options that verbs share: added to a parser, and made into settings objects once parsed.

The options of the settings are made from the fields of the settings classes.
"""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any

from w2vtui.config import TABLES, Config, Given, Source, blamed
from w2vtui.errors import SettingsError
from w2vtui.presets import PRESETS, Preset, preset_named
from w2vtui.settings import (
    CorpusSettings,
    LiveSettings,
    RunSettings,
    ScreenSettings,
    TrainingSettings,
    choices_of,
    field_default,
    field_types,
    label_of,
    spec_of,
    value_from_text,
)
from w2vtui.vector_layouts import OTHER_ENDINGS, SAVED, layout_named

AUTO = object()
"""The value of an option given as `auto`; None is that of an option that was not given."""

_NAMES: dict[type, str] = {
    CorpusSettings: "corpus_settings",
    TrainingSettings: "training_settings",
    LiveSettings: "live_settings",
    RunSettings: "run_settings",
    ScreenSettings: "screen_settings",
}
"""What the parsed arguments call each settings object."""

_WHOLE_NUMBER = re.compile(r"0*[1-9][0-9]{0,17}")

# ---- options made from the fields of the settings


def add_settings(parser: argparse.ArgumentParser, tables: Iterable[str], shown: str = "") -> None:
    """Add the options of whole tables of settings, each as a group; shown: see `add_setting`."""
    for table in tables:
        group = parser.add_argument_group(table.capitalize())
        for name in field_types(TABLES[table]):
            add_setting(group, TABLES[table], name, shown=shown)


def add_setting(
    group: argparse._ActionsContainer,
    settings: type,
    name: str,
    *,
    default: Any = None,
    shown: str = "",
) -> None:
    """Add the option of one field: --name X for a value, --name/--no-name for a switch.

    default   replaces the default of the field
    shown     the default as the help prints it, if it is not a value
    """
    spec, kind = spec_of(settings, name), field_types(settings)[name]
    value = field_default(settings, name) if default is None else default
    if kind is bool:
        value = "yes" if value else "no"
    shown = shown or (spec.auto if value is None else value)
    flag = option_of(name)
    text = f"{spec.help} (default: {shown})".replace("%", "%%")
    if kind is bool:
        group.add_argument(flag, action=argparse.BooleanOptionalAction, default=default, help=text)
        return
    metavar = "|".join(choices_of(kind)) or ("X" if "float" in str(kind) else "N")
    group.add_argument(
        flag,
        dest=name,
        metavar="NAME" if "str" in str(kind) and not choices_of(kind) else metavar,
        type=setting_reader(settings, name),
        default=default,
        help=text,
    )


def option_of(name: str) -> str:
    """The option of a setting: `--min-count` for `min_count`."""
    return "--" + name.replace("_", "-")


# ---- settings objects


def given_settings(arguments: argparse.Namespace, settings: type) -> dict[str, Any]:
    """The fields of a settings class that were given on the command line, by name."""
    named = {name: getattr(arguments, name, None) for name in field_types(settings)}
    return {
        name: None if value is AUTO else value for name, value in named.items() if value is not None
    }


def settle(
    arguments: argparse.Namespace, config: Config, settings_classes: Collection[type[Any]]
) -> None:
    """Make settings objects from flags, variables and files, and add them to the arguments.

    A preset goes before variables and files, and flags go before a preset.

    Only settings that the verb has options for are looked at; the others keep their defaults.

    Raises:
        SettingsError: values contradict each other; the message says where they come from.
    """
    arguments.settled = {}
    preset = getattr(arguments, "preset", None)
    for settings in settings_classes:
        flags, known = given_settings(arguments, settings), config
        if preset is not None:
            known = config.under(preset.values(settings), Source("flag", f"--preset {preset.name}"))
        settled = {
            name: given
            for name, given in known.settle(settings, flags).items()
            if hasattr(arguments, name)
        }
        setattr(arguments, _NAMES[settings], _made(settings, settled))
        arguments.settled |= settled
    with_keys = ScreenSettings in settings_classes
    arguments.config = config.noted(arguments.settled, with_keys=with_keys)


def _made(settings: type[Any], settled: dict[str, Given]) -> Any:
    try:
        return settings(**{name: given.value for name, given in settled.items()})
    except SettingsError as error:
        raise blamed(error, settled) from None


# ---- groups of options


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
        metavar="|".join(preset.name.split()[0] for preset in PRESETS),
        type=_known_preset,
        help="begin with settings that belong together, as the app offers them; the options of "
        "single settings go before it",
    )


def _known_preset(text: str) -> Preset:
    """A preset, from an option."""
    try:
        return preset_named(text)
    except SettingsError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


# ---- readers of values


def setting_reader(
    settings: type, name: str, value_of: Callable[[str], Any] | None = None
) -> Callable[[str], Any]:
    """A reader of one setting for argparse.

    value_of   reads its text, None for `auto`; it reads one value unless another is given
    """
    value_of = value_of or partial(value_from_text, settings, name)

    def read(text: str) -> Any:
        try:
            value = value_of(text)
        except SettingsError as error:
            # argparse would hide the message of a ValueError, which a SettingsError is.
            message = str(error).replace(name, label_of(settings, name), 1)
            raise argparse.ArgumentTypeError(message) from error
        return AUTO if value is None else value

    return read


def whole_number(text: str) -> int:
    """Read a whole number of 1 or more."""
    if not _WHOLE_NUMBER.fullmatch(text):
        raise argparse.ArgumentTypeError(f"must be a whole number of 1 or more, got {text!r}")
    return int(text)


def list_of(read: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    """A reader of values between commas; a repeated value counts once."""

    def read_all(text: str) -> list[Any]:
        return list(dict.fromkeys(read(part.strip()) for part in text.split(",")))

    return read_all


def one_of(*names: str) -> Callable[[str], str]:
    """A reader of one of these names, which suggests the nearest one for any other."""

    def read(text: str) -> str:
        if text not in names:
            near = difflib.get_close_matches(text, names, n=1, cutoff=0.5)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise argparse.ArgumentTypeError(
                f"must be one of {', '.join(names)}, got {text!r}{hint}"
            )
        return text

    return read
