"""The verbs of the command line, a module each, all of one shape.

    app          w2vtui itself: the screens      train        a training without a screen
    runs         saved runs, listed or removed   resume       a run, from its last checkpoint
    attach       a run that another process trains
    replay       a run, repeated and compared    export       the vectors of a run
    branch       a run that leaves another one
    convert      vectors in another layout      explore      vectors, on the explore screen
    neighbors    nearest words                   analogy      a is to b as c is to ...
    map          a picture of where words lie    learn        a lesson on the method
    compare      runs, or two words              odd          the odd one out
    axis         words between two               clusters     groups of words
    why          the contexts that two words share, and lines of the text
    evaluate     scores of vectors               bench        how fast this machine trains
    sweep        the settings that fit a text    stability    neighbors that any seed gives
    config       settings and settings files
    phrases      words that belong together, joined in a text
    distance, word-analogy, compute-accuracy   as word2vec.c's programs

Help must appear at once, so a module imports what it works with in its `run`, and no verb loads the
modules of others.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Protocol, cast

from w2vtui.cli.verbs import app


class Verb(Protocol):
    """What a module of a verb holds."""

    @property
    def USAGE(self) -> str:
        """The line that says how it is called."""

    @property
    def HELP(self) -> str:
        """What `--help` prints above the options."""

    @property
    def SETTINGS(self) -> tuple[type[Any], ...]:
        """The settings classes that are read from flags, variables and files before it runs."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare its options."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; return the exit code."""


APP: Verb = app
"""Runs if no verb is given."""


class _Verbs(Mapping[str, Verb]):
    """Verbs by the word that calls them; the module of one is loaded when it is asked for."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = modules

    def __getitem__(self, name: str) -> Verb:
        return cast("Verb", import_module(f"{__name__}.{self._modules[name]}"))

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)

    def __contains__(self, name: object) -> bool:
        return name in self._modules


VERBS = _Verbs(
    {
        "train": "train",
        "runs": "runs",
        "resume": "resume",
        "attach": "attach",
        "branch": "branch",
        "replay": "replay",
        "export": "export",
        "convert": "convert",
        "explore": "explore",
        "learn": "learn",
        "neighbors": "neighbors",
        "analogy": "analogy",
        "map": "word_map",
        "compare": "compare",
        "odd": "odd",
        "axis": "axis",
        "clusters": "clusters",
        "why": "why",
        "evaluate": "evaluate",
        "sweep": "sweep",
        "stability": "stability",
        "bench": "bench",
        "config": "config",
        "get": "get",
        "phrases": "phrases",
        "distance": "distance",
        "word-analogy": "word_analogy",
        "compute-accuracy": "compute_accuracy",
    }
)
"""Verbs by the word that calls them, in the order of help."""
