"""Settings by the names that people type.

A setting is named as on the screen; its flag, its name in settings files, and its names in gensim
and word2vec.c are taken for it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from w2vtui.errors import SettingsError
from w2vtui.settings import LiveSettings, either
from w2vtui.tui.chosen.controls import Control, controls_of

CONTROLS: dict[str, Control] = {control.name: control for control in controls_of(LiveSettings)}
GENSIM_SWITCHES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "sg": ("model", {"0": "cbow", "1": "skip-gram"}),
    "hs": ("objective", {"0": "negative-sampling", "1": "hierarchical-softmax"}),
}
"""Switches of gensim: the setting each one stands for, and the values of its numbers."""
_OTHER_NAMES = {
    "lr": "alpha",
    "iter": "epochs",
    "neg": "negative",
    "noise words": "negative",
    "ns power": "ns_exponent",
    "shrink window": "shrink_windows",
    "ws": "window",
}
"""What else settings are or were called."""
_MOST_WORDS = 2
"""Number of words in the longest label."""


def _plain(name: str) -> str:
    return name.lower().replace("_", " ").replace("-", " ").strip()


_FIELDS = {
    **{_plain(control.label): control.name for control in CONTROLS.values()},
    **{_plain(name): name for name in CONTROLS},
    **_OTHER_NAMES,
}
SETTING_NAMES = tuple(control.label for control in CONTROLS.values())
"""The names that are proposed."""


def settings_from(text: str) -> dict[str, str]:
    """Parse `K 15 window 8` or `K=15 window=8`: values as typed, by field name.

    Raises:
        SettingsError: a name or a value is wrong, or a value is missing.
    """
    words, found = text.replace("=", " ").split(), {}
    while words:
        if switch := _switch(words):
            found[switch[0]] = switch[1]
            del words[0]
            continue
        name, n_words = _leading_name(words)
        if len(words) == n_words:
            raise SettingsError(f"{' '.join(words)} needs a value: {_values_text(name)}")
        field, value = _in_our_terms(name, words[n_words])
        CONTROLS[field].from_text(value)
        found[field] = value
        del words[: n_words + 1]
    return found


def _switch(words: Sequence[str]) -> tuple[str, str] | None:
    """The setting and the value of a flag without a value, `--no-cbow-mean`, if that is next."""
    flag = words[0].removeprefix("--") if words[0].startswith("--") else ""
    field = _FIELDS.get(_plain(flag.removeprefix("no-")), "")
    if field not in CONTROLS or CONTROLS[field].kind is not bool:
        return None
    if flag.startswith("no-"):
        return field, "off"
    try:
        CONTROLS[field].from_text(" ".join(words[1:2]))
    except SettingsError:
        return field, "on"
    return None


def _leading_name(words: Sequence[str]) -> tuple[str, int]:
    """The field or gensim switch that the first words name, and how many words that takes."""
    for n_words in range(min(_MOST_WORDS, len(words)), 0, -1):
        name = _plain(" ".join(words[:n_words]))
        if name in GENSIM_SWITCHES:
            return name, n_words
        if name in _FIELDS:
            return _FIELDS[name], n_words
    near = difflib.get_close_matches(_plain(words[0]), _FIELDS, n=1, cutoff=0.6)
    meant = f"did you mean {CONTROLS[_FIELDS[near[0]]].label}?" if near else ""
    known = meant or f"known are {', '.join(SETTING_NAMES)}"
    raise SettingsError(f"there is no setting {words[0]!r}: {known}")


def setting_line(line: str) -> str:
    """The command that a line means which begins with the name of a setting, else empty:
    `set window 10` for `window 10`.
    """
    words = line.replace("=", " ").split()
    try:
        _, n_words = _leading_name(words)
    except (SettingsError, IndexError):
        return ""
    return " ".join(["set", *words[:n_words], *(words[n_words:] or ["VALUE"])])


def _in_our_terms(name: str, value: str) -> tuple[str, str]:
    if name not in GENSIM_SWITCHES:
        return name, value
    field, meanings = GENSIM_SWITCHES[name]
    if value not in meanings:
        raise SettingsError(f"{name} must be {_values_text(name)}, got {value!r}")
    return field, meanings[value]


def _values_text(name: str) -> str:
    if name in GENSIM_SWITCHES:
        return " or ".join(f"{key} ({value})" for key, value in GENSIM_SWITCHES[name][1].items())
    choices = _value_choices(name)
    return either(choices) if choices else CONTROLS[name].spec.range_text()


def _value_choices(name: str) -> tuple[str, ...]:
    if name in GENSIM_SWITCHES:
        return tuple(GENSIM_SWITCHES[name][1])
    control = CONTROLS[name]
    return ("on", "off") if control.kind is bool else tuple(map(str, control.choices))


def setting_choices(words: Sequence[str]) -> Iterable[str]:
    """Complete the name of a setting, or the value of the one named last."""
    words = [part for word in words for part in word.replace("=", " ").split()]
    while words:
        try:
            name, n_words = _leading_name(words)
        except SettingsError:
            return ()
        if len(words) == n_words:
            return _value_choices(name)
        words = words[n_words + 1 :]
    return SETTING_NAMES
