"""The settings that vary in a sweep, and the points among them: a value for each."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from w2vtui.errors import SettingsError
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.sweeping.values import Between, Values, owner_of

Point: TypeAlias = dict[str, Any]
"""A value for each setting that varies, without those that have no part in such a run."""
Key: TypeAlias = tuple[tuple[str, Any], ...]

DECIDING = ("model", "objective", "window")
"""Settings that decide which others have a part; they come first."""
MOST_POINTS = 20_000
"""The most combinations that are looked at one by one."""


@dataclass(frozen=True)
class Space:
    """All points of a sweep."""

    varied: Mapping[str, Values]
    """What is tried of each setting."""
    corpus: CorpusSettings
    """The settings of the text that do not vary."""
    training: TrainingSettings
    live: LiveSettings

    @property
    def names(self) -> list[str]:
        """The settings that vary, those that decide on others first."""
        first = [name for name in DECIDING if name in self.varied]
        return [*first, *(name for name in self.varied if name not in first)]

    @property
    def varies_text(self) -> bool:
        """Whether the text is read in several ways."""
        return any(owner_of(name) is CorpusSettings for name in self.varied)

    def settings_at(self, point: Mapping[str, Any]) -> Settled:
        """All settings of a run at a point.

        Raises:
            SettingsError: two values contradict each other.
        """

        def of(owner: type) -> dict[str, Any]:
            return {name: value for name, value in point.items() if owner_of(name) is owner}

        return Settled(
            dataclasses.replace(self.corpus, **of(CorpusSettings)),
            dataclasses.replace(self.training, **of(TrainingSettings)),
            dataclasses.replace(self.live, **of(LiveSettings)),
        )

    def idle(self, point: Mapping[str, Any]) -> Mapping[str, str]:
        """The settings that have no part in a run at a point; only DECIDING ones are looked at."""
        deciding = {name: point[name] for name in DECIDING if name in point}
        # A rate of 0 at the end fits whatever rate the model begins with.
        return dataclasses.replace(self.live, **deciding, min_alpha=0.0).without_effect

    def canonical(self, point: Mapping[str, Any]) -> Point:
        """A point without what has no part in such a run, so that equal runs are equal points."""
        idle = self.idle(point)
        return {name: point[name] for name in self.names if name in point and name not in idle}

    @property
    def n_points(self) -> int | None:
        """How many different runs there are; None for more than can be counted."""
        lengths = [
            None if isinstance(values, Between) else len(values.ends)
            for values in self.varied.values()
        ]
        product = math.prod(n or MOST_POINTS + 1 for n in lengths)
        return None if product > MOST_POINTS else len(list(self.points()))

    def points(self) -> Iterator[Point]:
        """Every different run, where nothing is a range."""
        seen: set[Key] = set()
        for point in self._corners():
            if key_of(point) not in seen:
                seen.add(key_of(point))
                yield point

    def _corners(self) -> Iterator[Point]:
        """All combinations of listed values and of the ends of ranges."""
        names = self.names
        for values in itertools.product(*(self.varied[name].ends for name in names)):
            yield self.canonical(dict(zip(names, values, strict=True)))

    @property
    def home(self) -> Point | None:
        """The point of the settings that do not vary; None where it is not among the points."""
        parts: dict[type, Any] = {
            CorpusSettings: self.corpus,
            TrainingSettings: self.training,
            LiveSettings: self.live,
        }
        here = {name: getattr(parts[owner_of(name)], name) for name in self.names}
        for name, values in self.varied.items():
            if isinstance(values, Between):
                inside = here[name] is not None and values.low <= here[name] <= values.high
            else:
                inside = here[name] in values.ends
            if not inside:
                return None
        return self.canonical(here)

    def check(self) -> None:
        """
        Raises:
            SettingsError: values that may meet contradict each other, or nothing varies.
        """
        if not self.varied:
            raise SettingsError(
                "nothing varies: give a setting several values, --negative 5,15 or --window 3..10"
            )
        for point in itertools.islice(self._corners(), MOST_POINTS):
            try:
                self.settings_at(point)
            except SettingsError as error:
                where = ", ".join(f"{name} {value}" for name, value in point.items())
                raise SettingsError(f"{error}, with {where}") from None


@dataclass(frozen=True)
class Settled:
    """All settings of one run."""

    corpus: CorpusSettings
    training: TrainingSettings
    live: LiveSettings


def key_of(point: Mapping[str, Any]) -> Key:
    """A point as something that can be looked up."""
    return tuple(sorted(point.items()))
