"""The command lines of word2vec.c and word2phrase, as they are.

`-train text8 -output vectors.bin -cbow 0 -negative 5` becomes our options. With `-train`, the
defaults are those of the program whose line it is; an option of ours in it goes before them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from w2vtui.errors import SettingsError
from w2vtui.vector_layouts import layout_of

_NAME = re.compile(r"-[A-Za-z][\w-]+")
"""An option as both programs spell them."""


class Translation(NamedTuple):
    """A command line in our options."""

    argv: list[str]
    notes: tuple[str, ...] = ()
    """What is to be said of it before it is carried out."""


Translator = Callable[[str, str], list[str]]
"""Turns an option and its value into our words."""


def from_word2vec_c(argv: Sequence[str]) -> Translation:
    """The arguments of `w2vtui train` with word2vec.c's options translated; others pass unchanged.

    Raises:
        SettingsError: an option has no value, a wrong one, or is unknown to both.
    """
    translated, given = _translated(argv, _WORD2VEC)
    _check_objective(given)
    defaults = _word2vec_defaults(given) if "-train" in given else []
    objective = ["--objective", "hierarchical-softmax"] if given.get("-hs") == "1" else []
    chosen = [*defaults, *_layout(given)]
    return Translation([*chosen, *translated, *objective], tuple(_notes_on_objective(given)))


def from_word2phrase(argv: Sequence[str]) -> Translation:
    """The arguments of `w2vtui phrases` with word2phrase's options translated.

    Raises:
        SettingsError: an option has no value, a wrong one, or is unknown to both.
    """
    translated, given = _translated(argv, _WORD2PHRASE)
    defaults = ["--scoring", "word2phrase"] if "-train" in given else []
    return Translation([*defaults, *translated])


def _translated(
    argv: Sequence[str], translators: Mapping[str, Translator]
) -> tuple[list[str], dict[str, str]]:
    """The arguments in our words, and the values of the options that were not ours."""
    translated: list[str] = []
    given: dict[str, str] = {}
    is_theirs = "-train" in argv
    rest = iter(argv)
    for word in rest:
        name = word.replace("_", "-") if _NAME.fullmatch(word) else word
        translate = translators.get(name)
        if translate is None:
            if is_theirs and _NAME.fullmatch(word):
                raise SettingsError(_unknown(word, name, translators))
            translated.append(word)
            continue
        value = next(rest, None)
        if value is None:
            raise SettingsError(f"{word} needs a value after it")
        translated += translate(name, value)
        given[name] = value
    return translated, given


def _unknown(word: str, name: str, translators: Mapping[str, Translator]) -> str:
    near = difflib.get_close_matches(_OTHER_NAMES.get(name, name), translators, 1, 0.5)
    hint = f": did you mean {near[0]}?" if near else f": it has {', '.join(translators)}"
    return f"unknown option {word}{hint}"


_OTHER_NAMES = {
    **dict.fromkeys(("-dim", "-vector-size", "-vector", "-layer1-size"), "-size"),
    **dict.fromkeys(("-epochs", "-epoch"), "-iter"),
    **dict.fromkeys(("-lr", "-learning-rate"), "-alpha"),
    **dict.fromkeys(("-ws", "-context"), "-window"),
    **dict.fromkeys(("-workers", "-cores"), "-threads"),
    **dict.fromkeys(("-input", "-corpus", "-file"), "-train"),
    **dict.fromkeys(("-neg", "-noise"), "-negative"),
    **dict.fromkeys(("-sg", "-skipgram", "-model"), "-cbow"),
}
"""What other programs call the options of word2vec.c."""


# ---- translators


def _to(flag: str) -> Translator:
    return lambda word, value: [flag, value]


def _corpus(word: str, value: str) -> list[str]:
    return [value if value == "-" or not value.startswith("-") else f"./{value}"]


def _model(word: str, value: str) -> list[str]:
    return ["--model", "cbow" if _is_on(word, value) else "skip-gram"]


def _noise_words(word: str, value: str) -> list[str]:
    """No noise words means another objective."""
    return [] if value == "0" else ["--negative", value]


def _switch(word: str, value: str) -> list[str]:
    """Check a switch whose meaning depends on other options."""
    _is_on(word, value)
    return []


def _debug(word: str, value: str) -> list[str]:
    if value not in ("0", "1", "2"):
        raise SettingsError(f"{word} must be 0 (no progress), 1 or 2, got {value!r}")
    return ["--quiet"] if value == "0" else []


def _classes(word: str, value: str) -> list[str]:
    return [] if value == "0" else ["--classes", value]


def _is_on(word: str, value: str) -> bool:
    if value not in ("0", "1"):
        raise SettingsError(f"{word} must be 0 or 1, got {value!r}")
    return value == "1"


_WORD2VEC: dict[str, Translator] = {
    "-train": _corpus,
    "-output": _to("--output"),
    "-size": _to("--vector-size"),
    "-window": _to("--window"),
    "-sample": _to("--sample"),
    "-hs": _switch,
    "-negative": _noise_words,
    "-threads": _to("--workers"),
    "-iter": _to("--epochs"),
    "-min-count": _to("--min-count"),
    "-alpha": _to("--alpha"),
    "-cbow": _model,
    "-binary": _switch,
    "-save-vocab": _to("--save-vocab"),
    "-read-vocab": _to("--read-vocab"),
    "-classes": _classes,
    "-debug": _debug,
}
_WORD2PHRASE: dict[str, Translator] = {
    "-train": _corpus,
    "-output": _to("--output"),
    "-min-count": _to("--min-count"),
    "-threshold": _to("--threshold"),
    "-debug": _debug,
}


# ---- what word2vec.c does without being asked


def _word2vec_defaults(given: Mapping[str, str]) -> list[str]:
    """Our options for the defaults of word2vec.c that are not ours; `-threads` stays all cores."""
    is_cbow = given.get("-cbow", "1") == "1"
    alpha = given.get("-alpha", "0.05" if is_cbow else "0.025")
    defaults = ["--model", "cbow", "--epochs", "5", "--alpha", alpha]
    with suppress(ValueError):  # the check of --alpha says so
        defaults += ["--min-alpha", repr(float(alpha) * 1e-4)]
    return defaults


def _check_objective(given: Mapping[str, str]) -> None:
    """
    Raises:
        SettingsError: neither objective is left.
    """
    if given.get("-negative") == "0" and given.get("-hs", "0") == "0":
        raise SettingsError(
            "-hs 0 and -negative 0 leave nothing to train: give -negative 5 or -hs 1"
        )


def _layout(given: Mapping[str, str]) -> list[str]:
    """The layout that -binary names, whatever the ending of the output; without it that of the
    ending, or text.
    """
    if given.get("-classes", "0") != "0":
        return []
    if "-binary" in given:
        return ["--layout", "binary" if given["-binary"] == "1" else "text"]
    if "-train" in given and "-output" in given:
        try:
            layout_of(given["-output"])
        except SettingsError:
            return ["--layout", "text"]
    return []


def _notes_on_objective(given: Mapping[str, str]) -> list[str]:
    negative = given.get("-negative", "5")
    if given.get("-hs") != "1" or negative == "0":
        return []
    return [
        f"word2vec.c would train hierarchical softmax and negative sampling (-negative {negative}) "
        "together; w2vtui trains one: hierarchical softmax. -negative 0 says the same, -hs 0 "
        "trains negative sampling"
    ]
