"""How much each setting of a sweep mattered: effects of its values, all other settings alike.

The values y of n trials are explained as a sum: their mean, and for each setting an effect of the
value that the trial had. The effects e of all values minimize

    sum over trials (y - mean - X e)^2 + RIDGE |e|^2

so that a value tried once or twice does not claim more than it shows. What a setting mattered is
the difference between the effects of its best and its worst value. Whether chance alone does as
much is tested by permutation (Freedman and Lane 1983): what the other settings leave unexplained is
shuffled among the trials.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vtui.sweeping.outcome.results import TrialResult
from w2vtui.sweeping.space import Space
from w2vtui.sweeping.values import Between, Values, value_text
from w2vtui.sweeping.yardstick import Yardstick

RIDGE = 0.5
N_SHUFFLES = 400
CHANCE = 0.05
"""A difference that chance makes more often than this is called chance."""
_N_BINS = 3
LEAST_TRIALS = 5
_LEAST_OTHERS = 3
"""Trials that a line goes through."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """How much one setting mattered."""

    name: str
    difference: float
    """Between its best and its worst value, in the yardstick's unit; 0 or more."""
    best: str
    """Its best value; of a range the third that it lies in."""
    worst: str
    n_best: int
    """Trials with that value."""
    n_worst: int
    chance: float
    """How often chance alone makes such a difference, of as many settings as there are, 0..1."""

    @property
    def is_clear(self) -> bool:
        """Whether chance seldom does as much."""
        return self.chance <= CHANCE


def effects_of(space: Space, results: Sequence[TrialResult], yardstick: Yardstick) -> list[Effect]:
    """How much each setting mattered, most first; empty where the trials are too few to tell."""
    ends = ends_of([one for one in results if not one.is_whole])
    done = [one for one, _ in ends]
    if len(done) < LEAST_TRIALS:
        return []
    sign = -1.0 if yardstick.is_loss else 1.0
    y = sign * np.array([value for _, value in ends])
    levels = {name: _levels(space.varied[name], name, done) for name in space.names}
    columns = [
        (name, level) for name, found in levels.items() for level in dict.fromkeys(found) if level
    ]
    X = np.array(
        [[float(levels[name][row] == level) for name, level in columns] for row in range(len(done))]
    ).reshape(len(done), len(columns))
    random = np.random.default_rng(0)
    effects = []
    for name in space.names:
        own = [at for at, (owner, _) in enumerate(columns) if owner == name]
        if len(own) > 1:
            effects.append(_effect(name, [columns[at][1] for at in own], X, own, y, random))
    return sorted(_corrected(effects), key=lambda one: -one.difference)


def _corrected(effects: Sequence[Effect]) -> list[Effect]:
    """With chances that hold for all settings together (Holm 1979)."""
    found, least = [], 0.0
    for at, one in enumerate(sorted(effects, key=lambda one: one.chance)):
        least = max(least, min((len(effects) - at) * one.chance, 1.0))
        found.append(replace(one, chance=least))
    return found


def ends_of(results: Sequence[TrialResult]) -> list[tuple[TrialResult, float]]:
    """Trials with their values at the end. That of a trial which was given up is predicted from the
    line through those of the others, over what they had at the step where it was left: without
    these trials the values that are behind would be missing.
    """
    done = [(one, one.value) for one in results if one.state == "done" and one.value is not None]
    ends = list(done)
    for one in results:
        n = len(one.steps)
        others = [(other.steps[n - 1], value) for other, value in done if len(other.steps) >= n > 0]
        if one.state != "given up" or len(others) < _LEAST_OTHERS:
            continue
        before, after = np.array(others).T
        spread = float(before.var())
        slope = float(np.mean((before - before.mean()) * (after - after.mean()))) / (spread or 1.0)
        predicted = after.mean() + max(slope, 0.0) * (one.steps[-1] - before.mean())
        ends.append((one, float(predicted)))
    return ends


def _effect(
    name: str,
    levels: Sequence[str],
    X: NDArray[np.float64],
    own: Sequence[int],
    y: NDArray[np.float64],
    random: np.random.Generator,
) -> Effect:
    """The effect of one setting.

    X    float64 (n, L), 1 where a trial has a value
    own  the columns of X that are values of this setting
    """
    found = _fitted(X, y)[list(own)]
    best, worst = int(found.argmax()), int(found.argmin())
    difference = float(found[best] - found[worst])
    others = np.delete(X, list(own), axis=1)
    explained = y.mean() + (others - others.mean(axis=0)) @ _fitted(others, y)
    rest = y - explained
    shuffled = random.permuted(np.tile(rest, (N_SHUFFLES, 1)), axis=1)
    by_chance = np.ptp(_fitted(X, (explained + shuffled).T)[list(own)], axis=0)
    counts = X.sum(axis=0).astype(int)
    return Effect(
        name=name,
        difference=difference,
        best=levels[best],
        worst=levels[worst],
        n_best=int(counts[own[best]]),
        n_worst=int(counts[own[worst]]),
        chance=float((1 + (by_chance >= difference).sum()) / (1 + N_SHUFFLES)),
    )


def _fitted(X: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """The effects of all values: (L,), or (L, m) for m columns of y."""
    apart = X - X.mean(axis=0)
    found: NDArray[np.float64] = np.linalg.solve(
        apart.T @ apart + RIDGE * np.eye(X.shape[1]), apart.T @ (y - y.mean(axis=0))
    )
    return found


def _levels(values: Values, name: str, done: Sequence[TrialResult]) -> list[str]:
    """What each trial has of a setting, as text; empty where the setting has no part."""
    if not isinstance(values, Between):
        return [value_text(one.point[name]) if name in one.point else "" for one in done]
    scale: Callable[[float], float] = math.log if values.is_wide else float
    low, high = scale(values.low), scale(values.high)
    bounds = np.linspace(low, high, _N_BINS + 1)
    ends = [math.exp(bound) if values.is_wide else bound for bound in bounds.tolist()]
    shown = [value_text(round(end) if values.is_whole else end) for end in ends]
    found = []
    for one in done:
        at: Any = one.point.get(name)
        third = -1 if at is None else int(np.searchsorted(bounds, scale(at), side="right")) - 1
        third = min(third, _N_BINS - 1)
        found.append(f"{shown[third]}..{shown[third + 1]}" if at is not None else "")
    return found
