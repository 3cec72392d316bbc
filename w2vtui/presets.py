"""Settings that belong together, by name: a starting point for each kind of text.

A preset says which settings differ from the defaults and why. Choosing one sets every setting that
shapes what is learned; how the text is read, the seed and the threads are left alone.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from w2vtui.errors import SettingsError
from w2vtui.settings import (
    CorpusSettings,
    LiveSettings,
    TrainingSettings,
    field_default,
    field_types,
)

GOVERNED: Mapping[type, tuple[str, ...]] = MappingProxyType(
    {
        CorpusSettings: ("min_count",),
        TrainingSettings: ("vector_size",),
        LiveSettings: tuple(name for name in field_types(LiveSettings) if name != "workers"),
    }
)
"""The settings that a preset decides on, by the class they are fields of."""


class Settings(NamedTuple):
    """All settings of a run."""

    corpus: CorpusSettings
    training: TrainingSettings
    live: LiveSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Preset:
    """A set of settings with a name."""

    name: str
    why: str
    """One line: what it is for, and after whom."""
    corpus: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    live: Mapping[str, Any] = field(default_factory=dict)
    """The settings that differ from the defaults, in each of the three classes."""

    def applied(self, settings: Settings) -> Settings:
        """These settings, with everything that a preset decides on set to this one's values.

        Raises:
            SettingsError: the preset does not fit a setting that stays.
        """
        return Settings(
            dataclasses.replace(settings.corpus, **self.values(CorpusSettings)),
            dataclasses.replace(settings.training, **self.values(TrainingSettings)),
            dataclasses.replace(settings.live, **self.values(LiveSettings)),
        )

    def values(self, kind: type) -> dict[str, Any]:
        """The value of every setting of a class that it decides on, by name."""
        chosen: dict[type, Mapping[str, Any]] = {
            CorpusSettings: self.corpus, TrainingSettings: self.training, LiveSettings: self.live
        }  # fmt: skip
        names = GOVERNED.get(kind, ())
        return {name: chosen[kind].get(name, field_default(kind, name)) for name in names}

    def changes_in(self, settings: Settings) -> tuple[str, ...]:
        """The names of the settings that differ from the preset's."""
        return tuple(
            name
            for part in settings
            for name, value in self.values(type(part)).items()
            if getattr(part, name) != value
        )

    @property
    def summary(self) -> str:
        """The settings that matter most, in words: `skip-gram, K 5, window 5`."""
        live = LiveSettings(**self.live)
        objective = {"negative-sampling": f"K {live.negative}", "hierarchical-softmax": "tree"}
        targets = objective.get(live.objective, live.objective)
        return f"{live.model}, {targets}, window {live.window}"


PRESETS: tuple[Preset, ...] = (
    Preset(
        name="default",
        why="good neighbors from most texts; passes by the length of the text",
    ),
    Preset(
        name="quick look",
        why="short vectors and three passes: a first impression before a longer run",
        training={"vector_size": 50},
        live={"epochs": 3},
    ),
    Preset(
        name="gensim default",
        why="gensim 4's defaults: to compare with a model trained there",
        live={"model": "cbow", "alpha": 0.025, "epochs": 5},
    ),
    Preset(
        name="demo-word.sh",
        why="the demo that comes with word2vec.c, made for the 17 million words of text8",
        training={"vector_size": 200},
        live={"model": "cbow", "window": 8, "negative": 25, "sample": 1e-4, "epochs": 15},
    ),
    Preset(
        name="small corpus",
        why="below a million words: short vectors, wide windows, much noise, many passes",
        corpus={"min_count": 2},
        training={"vector_size": 50},
        live={"window": 10, "negative": 15, "epochs": 40},
    ),
    Preset(
        name="rare words",
        why="the tree moves rare words, frequent ones are downsampled (Mikolov et al. 2013)",
        corpus={"min_count": 2},
        live={"objective": "hierarchical-softmax", "sample": 1e-4, "epochs": 10},
    ),
    Preset(
        name="recommender",
        why="words are items, lines sessions; much rare noise (Caselles-Dupré et al. 2018)",
        live={
            "window": 20,
            "shrink_windows": False,
            "sample": 0.0,
            "ns_exponent": -0.5,
            "epochs": 30,
        },
    ),
    Preset(
        name="graph walks",
        why="words are nodes, lines random walks: node2vec (Grover, Leskovec 2016)",
        corpus={"min_count": 1},
        training={"vector_size": 128},
        live={"window": 10, "sample": 0.0, "epochs": 1},
    ),
    Preset(
        name="k-mers",
        why="words are pieces of a sequence, few and frequent: ProtVec (Asgari, Mofrad 2015)",
        corpus={"min_count": 2},
        live={"window": 25, "sample": 0.0},
    ),
    Preset(
        name="logs",
        why="words are events, lines what one machine did: rare ones stay, frequent ones thinned",
        corpus={"min_count": 1},
        training={"vector_size": 50},
        live={"window": 10, "sample": 1e-4, "epochs": 20},
    ),
)
"""In the order in which they are offered."""


def preset_named(name: str) -> Preset:
    """The preset of this name, or the only one that begins with it: `graph` for `graph walks`.

    Capitals, blanks and signs do not count: `kmer` is `k-mers`.

    Raises:
        SettingsError: there is no such preset.
    """
    begins = _plain(name)
    found = [preset for preset in PRESETS if begins and _plain(preset.name).startswith(begins)]
    if len(found) == 1:
        return found[0]
    near = difflib.get_close_matches(name, [one.name for one in PRESETS], n=1, cutoff=0.5)
    known = {one.name: short_name(one) for one in PRESETS}
    hint = f"did you mean {known[near[0]]}?" if near else f"known are {', '.join(known.values())}"
    raise SettingsError(f"there is no preset {name!r}: {hint}")


def short_name(preset: Preset) -> str:
    """What is typed on a command line: the first word of its name."""
    return preset.name.split()[0]


def _plain(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


def preset_in(settings: Settings) -> Preset | None:
    """The preset that these settings match, if any."""
    return next((preset for preset in PRESETS if not preset.changes_in(settings)), None)
