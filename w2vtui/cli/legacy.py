"""word2vec.c's command line: `-train text8 -output vectors.bin -cbow 0 -negative 5` parses too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from w2vtui.errors import SettingsError

Translator = Callable[[str, str], list[str]]
"""Turns one of word2vec.c's options and its value into our words."""


def from_word2vec_c(argv: Sequence[str]) -> list[str]:
    """The arguments with word2vec.c's options translated into ours; others pass unchanged.

    Raises:
        SettingsError: an option has no value, a wrong one, or no counterpart here.
    """
    translated: list[str] = []
    given: dict[str, str] = {}
    rest = iter(argv)
    for word in rest:
        translate = _TRANSLATORS.get(word)
        if translate is None:
            translated.append(word)
            continue
        value = next(rest, None)
        if value is None:
            raise SettingsError(f"{word} needs a value after it")
        translated += translate(word, value)
        given[word] = value
    if "-binary" in given:
        _check_layout(given["-binary"], argv)
    return translated + _objective(given)


def _to(flag: str) -> Translator:
    return lambda word, value: [flag, value]


def _corpus(word: str, value: str) -> list[str]:
    return [value]


def _model(word: str, value: str) -> list[str]:
    return ["--model", "cbow" if _is_on(word, value) else "skip-gram"]


def _noise_words(word: str, value: str) -> list[str]:
    """No noise words means another objective, which `_objective` finds."""
    return [] if value == "0" else ["--negative", value]


def _switch(word: str, value: str) -> list[str]:
    """Check a switch whose meaning depends on other options."""
    _is_on(word, value)
    return []


def _ignore(word: str, value: str) -> list[str]:
    return []


def _refuse_vocab(word: str, value: str) -> NoReturn:
    raise SettingsError(
        f"-read-vocab {value}: the vocabulary is always built from the corpus; drop the option"
    )


_TRANSLATORS: dict[str, Translator] = {
    "-train": _corpus,
    "-output": _to("--output"),
    "-size": _to("--vector-size"),
    "-window": _to("--window"),
    "-sample": _to("--sample"),
    "-threads": _to("--workers"),
    "-iter": _to("--epochs"),
    "-min-count": _to("--min-count"),
    "-alpha": _to("--alpha"),
    "-save-vocab": _to("--save-vocab"),
    "-cbow": _model,
    "-hs": _switch,
    "-negative": _noise_words,
    "-binary": _switch,
    "-debug": _ignore,
    "-read-vocab": _refuse_vocab,
}


def _objective(given: dict[str, str]) -> list[str]:
    """The objective that -hs and -negative choose together; negative sampling is our default."""
    if given.get("-hs") == "1":
        return ["--objective", "hierarchical-softmax"]
    if given.get("-negative") == "0":
        raise SettingsError(
            "-hs 0 and -negative 0 leave nothing to train: give -negative 5 or -hs 1"
        )
    return []


def _is_on(word: str, value: str) -> bool:
    if value not in ("0", "1"):
        raise SettingsError(f"{word} must be 0 or 1, got {value!r}")
    return value == "1"


def _check_layout(binary: str, argv: Sequence[str]) -> None:
    """The extension chooses the layout; refuse a -binary that contradicts it."""
    for flag in ("-output", "--output", "-o"):
        if flag in argv[:-1]:
            name = argv[argv.index(flag) + 1]
            if (Path(name).suffix.lower() == ".bin") != (binary == "1"):
                wanted = ".bin" if binary == "1" else ".txt or .vec"
                raise SettingsError(
                    f"-binary {binary} contradicts {name}: the extension decides; name a "
                    f"{wanted} file"
                )
