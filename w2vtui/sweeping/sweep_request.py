"""What a sweep is asked to do, and how that is stored."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from typing import Any

from w2vtui.runs.disk.checked_json import dumped
from w2vtui.runs.disk.dataclass_json import from_json
from w2vtui.settings import (
    CorpusSettings,
    LiveSettings,
    TrainingSettings,
    checked_value,
    field_types,
)
from w2vtui.sweeping.space import Space
from w2vtui.sweeping.values import OWNERS, Between, Listed, Values, owner_of
from w2vtui.sweeping.yardstick import Yardstick


@dataclass(frozen=True, kw_only=True)
class SweepRequest:
    """A sweep as it was asked for."""

    sources: tuple[str, ...]
    """Files and folders, as absolute paths."""
    space: Space
    yardstick: Yardstick
    tokens: int | None = None
    """How much of the text trials train on; None as fits the time, or what suffices."""
    gives_up: bool = True
    """Whether trials that are behind are ended early."""
    limits: Limits

    @property
    def digest(self) -> str:
        """Equal for sweeps that can share their trials: all but the limits."""
        return hashlib.sha256(dumped(self._identity())).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """As plain values, which `request_from_json` reads."""
        return self._identity() | {"limits": dataclasses.asdict(self.limits)}

    def _identity(self) -> dict[str, Any]:
        space = self.space
        return {
            "sources": list(self.sources),
            "corpus_settings": dataclasses.asdict(space.corpus),
            "training": dataclasses.asdict(space.training),
            "live": dataclasses.asdict(space.live),
            "varied": {name: _values_as_json(values) for name, values in space.varied.items()},
            "yardstick": dataclasses.asdict(self.yardstick),
            "tokens": self.tokens,
            "gives_up": self.gives_up,
        }


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How far a sweep goes; may be others when it is resumed."""

    trials: int = 20
    minutes: float | None = None
    """For all trials together; None for as long as they take."""
    whole: int = 1
    """How many of the best are trained again on the whole text, if trials see a part."""


def request_from_json(plain: dict[str, Any]) -> SweepRequest:
    """What `as_json` wrote.

    Raises:
        TypeError, ValueError, KeyError: it is not as it was written.
    """
    space = Space(
        {name: _values_from_json(name, values) for name, values in plain["varied"].items()},
        from_json(CorpusSettings, plain["corpus_settings"]),
        from_json(TrainingSettings, plain["training"]),
        from_json(LiveSettings, plain["live"]),
    )
    sources, tokens, gives_up = plain["sources"], plain["tokens"], plain["gives_up"]
    if not all(isinstance(one, str) for one in sources) or not isinstance(tokens, int | None):
        raise TypeError("sources or tokens are not what they should be")
    return SweepRequest(
        sources=tuple(sources),
        space=space,
        yardstick=from_json(Yardstick, plain["yardstick"]),
        tokens=tokens,
        gives_up=bool(gives_up),
        limits=from_json(Limits, plain["limits"]),
    )


def _values_as_json(values: Values) -> dict[str, Any]:
    kind = "listed" if isinstance(values, Listed) else "between"
    return {kind: dataclasses.asdict(values)}


def _values_from_json(name: str, plain: dict[str, Any]) -> Values:
    if not any(name in field_types(one) for one in OWNERS):
        raise ValueError(f"there is no setting {name!r:.80}")
    owner = owner_of(name)
    if "between" in plain:
        return from_json(Between, plain["between"])
    return Listed(tuple(checked_value(owner, name, value) for value in plain["listed"]["values"]))
