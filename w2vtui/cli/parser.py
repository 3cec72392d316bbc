"""Parses a command line: finds its verb, its options and its settings, and explains mistakes."""

from __future__ import annotations

import argparse
import difflib
import os
import re
from collections.abc import Iterable, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any, NoReturn

from rich_argparse import RawDescriptionRichHelpFormatter

from w2vtui.cli.options.setting_options import settle
from w2vtui.cli.other_programs import fasttext
from w2vtui.cli.other_programs.legacy import Translation, from_word2phrase, from_word2vec_c
from w2vtui.cli.verbs import APP, VERBS
from w2vtui.config import Config, read_config
from w2vtui.errors import SettingsError
from w2vtui.settings import field_types, label_of

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
"""What gensim, word2vec.c and fastText call our options, if the spelling is not near."""
_OTHER_VERBS = {
    **dict.fromkeys(("help", "usage", "commands"), "--help"),
    **dict.fromkeys(("nearest", "similar", "most-similar", "similarity", "query"),
                    "neighbors"),
    **dict.fromkeys(("doesnt-match", "outlier"), "odd"),
    **dict.fromkeys(("neighbours", "neighbor", "neighbour"), "neighbors"),
    **dict.fromkeys(("test", "score", "accuracy"), "evaluate"),
    **dict.fromkeys(("list", "ls", "show", "status", "log"), "runs"),
    **dict.fromkeys(("remove", "rm", "delete"), "runs --remove"),
    **dict.fromkeys(("continue", "restart"), "resume"),
    "fork": "branch",
    **dict.fromkeys(("repeat", "reproduce"), "replay"),
    **dict.fromkeys(("save", "print-vectors"), "export"),
    **dict.fromkeys(("fit", "learn", "run"), "train"),
    **dict.fromkeys(("speed", "benchmark"), "bench"),
    **dict.fromkeys(("word2phrase", "phrase", "phraser", "bigrams"), "phrases"),
    **dict.fromkeys(("settings", "configure", "init"), "config"),
    "version": "--version",
}  # fmt: skip
"""What our commands are called elsewhere."""


_LEGACY = {"train": from_word2vec_c, "phrases": from_word2phrase}
"""Verbs that take the command line of another program too."""


class PlainHelp(RawDescriptionRichHelpFormatter):
    """Help in colors whose text is not markup: to that, `man:king::woman:?` holds an emoji."""

    help_markup = False
    text_markup = False


class Parser(argparse.ArgumentParser):
    """Suggests the nearest option for an unknown one, and points to --help."""

    _argv: Sequence[str] = ()
    fixed: Sequence[type] = ()
    """Classes whose settings the verb cannot change."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=PlainHelp, allow_abbrev=False, **options)

    def parse_strictly(self, argv: Sequence[str]) -> argparse.Namespace:
        """As parse_args, with a suggestion for what is unknown.

        Raises:
            SettingsError: the arguments make no sense; the message says why.
        """
        self._argv = argv
        arguments, unknown = self.parse_known_args(argv)
        if unknown and "--" not in argv and not any(word.startswith("-") for word in unknown):
            # Words may stand on both sides of options.
            arguments, unknown = self.parse_known_intermixed_args(argv)
        for word in unknown:
            if word.startswith("-"):
                if fixed := self._fixed_setting(word):
                    self.error(
                        f"{fixed} is fixed for a run, and a branch keeps it: train a new "
                        f"run with {word}"
                    )
                meant = self._option_near(word.split("=")[0].lstrip("-").replace("_", "-"))
                hint = f": did you mean {meant}?" if meant else ""
                self.error(f"unknown option {word}{hint}")
        if unknown:
            self.error(f"unexpected argument: {unknown[0]}")
        return arguments

    def _fixed_setting(self, word: str) -> str:
        """What is called a setting that an option names and the verb cannot change, else empty."""
        name = word.split("=", maxsplit=1)[0].lstrip("-").removeprefix("no-").replace("-", "_")
        classes = (one for one in self.fixed if name in field_types(one))
        return next((label_of(one, name) for one in classes), "")

    def _option_near(self, name: str) -> str:
        """The option that a name, without its dashes, probably means; empty if none is near."""
        options = (option for action in self._actions for option in action.option_strings)
        known = {option.lstrip("-"): option for option in options}
        meant = _ELSEWHERE.get(name, "")
        if meant in known.values():
            return meant
        return known.get(_nearest(name, known, cutoff=0.65), "")

    def error(self, message: str) -> NoReturn:
        """Raise a SettingsError; also say how to give a file or word that looks like an option."""
        unlike = [
            word
            for word in takewhile("--".__ne__, self._argv)
            if word.startswith("-") and word != "-" and word not in self._option_string_actions
        ]
        files = [word for word in unlike if os.path.lexists(word)]
        for word in files:
            message += f": to name the file {word}, write ./{word}"
        if unlike and not files:
            message += self._how_to_ask(unlike[0], message)
        raise SettingsError(f"{message} (see {self.prog} --help)")

    def _how_to_ask(self, word: str, message: str) -> str:
        """How to look up a word that begins with a dash, where it may be one; else empty."""
        name = word.partition("=")[0]
        if name[:2] in self._option_string_actions or self._option_near(name.lstrip("-")):
            return ""
        if any(action.dest in ("words", "a") for action in self._actions):
            return f": to look up the word {word}, write -- before it"
        if message.startswith("argument --neighbors"):
            return f": to look up the word {word}, write --neighbors={word}"
        return ""


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Parse a command line.

    The namespace holds the options of the verb; `verb`, its name or "app"; `run_verb`, its
    function; `config`, what files and variables say; `notes`, what is to be said first; and an
    object for each settings class that the verb names. Where it names any, `settled` holds the
    value of each setting with its source.

    Raises:
        SettingsError: the arguments make no sense; the message says why.
    """
    name, rest = (argv[0], list(argv[1:])) if argv and argv[0] in VERBS else ("app", list(argv))
    if name == "app" and "-train" in rest and "-output" in rest:
        name = "train"  # word2vec.c's line behind our name
    if name == "app" and rest and _is_plain(rest[0]) and (answered := fasttext.answer(rest)):
        raise SettingsError(answered)
    other_verb = _other_verb(rest) if name == "app" else ""
    if other_verb:
        raise SettingsError(_no_verb(rest[0], other_verb))
    verb = VERBS.get(name, APP)
    parser = parser_of(name)
    translation = _LEGACY.get(name, Translation)(rest)
    arguments = parser.parse_strictly(translation.argv)
    if name == "app" and _is_neither(rest):
        raise SettingsError(_no_verb(rest[0]))
    arguments.verb, arguments.run_verb, arguments.config = name, verb.run, Config()
    arguments.notes = translation.notes
    if verb.SETTINGS:
        settle(arguments, read_config(), verb.SETTINGS)
    return arguments


def parser_of(name: str) -> Parser:
    """The parser of a verb, by its name; that of `w2vtui` itself by any other."""
    verb = VERBS.get(name, APP)
    parser = Parser(
        prog="w2vtui" if verb is APP else f"w2vtui {name}",
        description=verb.HELP,
        usage=verb.USAGE,
    )
    verb.add_arguments(parser)
    parser.fixed = getattr(verb, "FIXED_SETTINGS", ())
    return parser


def _other_verb(argv: Sequence[str]) -> str:
    """The verb that `w2vtui trian` means; empty if the first word may be a corpus."""
    word = argv[0] if argv else ""
    if not _is_plain(word):
        return ""
    return _OTHER_VERBS.get(word.lower().replace("_", "-")) or _nearest(word, VERBS, cutoff=0.75)


def _is_neither(argv: Sequence[str]) -> bool:
    """Whether the first word is neither a file nor nearly the name of one."""
    if not argv or not _is_plain(argv[0]):
        return False
    try:
        here = [path.name for path in Path().iterdir()]
    except OSError:
        here = []
    return not difflib.get_close_matches(argv[0], here, 1, 0.6)


def _is_plain(word: str) -> bool:
    """Whether a word is not a file, and does not look like the path of one."""
    return re.fullmatch(r"\w[\w-]*", word) is not None and not Path(word).exists()


def _no_verb(word: str, meant: str = "") -> str:
    hint = f"did you mean w2vtui {meant}? " if meant else ""
    return f"there is no file or command {word!r}: {hint}commands are {', '.join(VERBS)}"


def _nearest(name: str, known: Iterable[str], cutoff: float) -> str:
    """What begins with a name of three letters or more, or has its letters in another order, else
    the nearest; empty if none is near.
    """
    known = list(known)
    longer = [one for one in known if one.startswith(name)] if len(name) > 2 else []
    swapped = [one for one in known if sorted(one) == sorted(name)] if len(name) > 1 else []
    return "".join((longer + swapped)[:1] or difflib.get_close_matches(name, known, 1, cutoff))
