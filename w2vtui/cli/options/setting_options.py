"""The options of the settings, made from their fields, and settings made from parsed options."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any

from w2vtui.config import TABLES, Config, Given, Source, blamed
from w2vtui.errors import SettingsError
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


def without_effect(arguments: argparse.Namespace) -> list[str]:
    """A remark on each option of the command line that does nothing in such a run."""
    idle = arguments.live_settings.without_effect
    given = given_settings(arguments, LiveSettings)
    return [f"{option_of(name)} has no part in {idle[name]}" for name in given if name in idle]


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
