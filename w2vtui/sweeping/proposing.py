"""Which point a sweep tries next, and whether a trial is given up: Optuna's sampler and pruner.

Each proposal depends on the seed, the number of the trial and what came of the earlier ones alone,
so that a sweep that was interrupted proposes what it would have proposed.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import TrialState

from w2vtui.sweeping.outcome.results import N_STEPS, TrialResult
from w2vtui.sweeping.space import Point, Space, key_of
from w2vtui.sweeping.values import Between, Listed, Values

N_RANDOM = 8
"""Trials before the sampler has anything to go by."""
N_COMPLETE = 4
"""Trials that must be trained to their end before another is given up."""
_TRIES = 20
"""Proposals that were tried already, before a point is drawn from those that were not."""
_STATES = {"done": TrialState.COMPLETE, "given up": TrialState.PRUNED}

optuna.logging.set_verbosity(optuna.logging.WARNING)


class Proposal:
    """A point to try, and what decides whether its trial is worth its time."""

    def __init__(self, point: Point, study: optuna.Study, trial: optuna.trial.Trial) -> None:
        self.point = point
        self._study, self._trial = study, trial

    def should_end(self, step: int, value: float) -> bool:
        """Whether a trial with this value after `step` parts of its training should be given up."""
        self._trial.report(value, step)
        return step < N_STEPS and bool(self._trial.should_prune())


class Proposer:
    """Proposes the points of one sweep."""

    def __init__(self, space: Space, *, is_loss: bool, seed: int, gives_up: bool = True) -> None:
        """
        is_loss    whether less is better
        gives_up   whether trials that are behind are ended early
        """
        self._space, self._seed = space, seed
        self._direction: Literal["minimize", "maximize"] = "minimize" if is_loss else "maximize"
        self._n_points = space.n_points
        self._pruner: optuna.pruners.BasePruner = optuna.pruners.NopPruner()
        if gives_up:
            self._pruner = optuna.pruners.MedianPruner(N_COMPLETE, n_warmup_steps=2)

    def next(self, results: Sequence[TrialResult], number: int, n_trials: int) -> Proposal | None:
        """What to try as trial `number`, from 1, of `n_trials`; None if every point was tried.

        results   of earlier trials
        """
        study = self._study_of(results, number)
        tried = {key_of(one.point) for one in results}
        home = self._space.home
        if home is not None and key_of(home) not in tried:
            return self._given(study, home)
        if self._n_points is not None and self._n_points <= max(n_trials, len(tried) + 1):
            return self._untried(study, tried, number)
        for _ in range(_TRIES):
            trial = study.ask()
            point = self._suggested(trial)
            if key_of(point) not in tried:
                return Proposal(point, study, trial)
            study.tell(trial, state=TrialState.FAIL)
        if self._n_points is None:  # a range whose few numbers come again
            return Proposal(point, study, trial)
        return self._untried(study, tried, number)

    def again(self, results: Sequence[TrialResult], number: int, point: Point) -> Proposal:
        """The proposal of a trial that was interrupted."""
        return self._given(self._study_of(results, number), point)

    def _study_of(self, results: Sequence[TrialResult], number: int) -> optuna.Study:
        """A study that knows what came of earlier trials."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            sampler = optuna.samplers.TPESampler(
                n_startup_trials=N_RANDOM, multivariate=True, group=True,
                seed=int(np.random.SeedSequence((self._seed, number)).generate_state(1)[0]),
            )  # fmt: skip
        study = optuna.create_study(sampler=sampler, pruner=self._pruner, direction=self._direction)
        for one in results:
            state = _STATES.get(one.state)
            if state is not None and one.value is not None:
                study.add_trial(self._frozen(one, state))
        return study

    def _frozen(self, one: TrialResult, state: TrialState) -> optuna.trial.FrozenTrial:
        distributions = {name: self._distribution(name) for name in one.point}
        return optuna.trial.create_trial(
            state=state,
            value=one.value,
            params={name: self._plain(name, value) for name, value in one.point.items()},
            distributions=distributions,
            intermediate_values=dict(enumerate(one.steps, start=1)),
        )

    def _given(self, study: optuna.Study, point: Point) -> Proposal:
        """The proposal of a certain point."""
        study.enqueue_trial({name: self._plain(name, value) for name, value in point.items()})
        trial = study.ask()
        self._suggested(trial)
        return Proposal(point, study, trial)

    def _untried(self, study: optuna.Study, tried: set[Any], number: int) -> Proposal | None:
        """One of the points that were not tried."""
        left = [point for point in self._space.points() if key_of(point) not in tried]
        if not left:
            return None
        random = np.random.default_rng((self._seed, number))
        return self._given(study, left[int(random.integers(len(left)))])

    def _suggested(self, trial: optuna.trial.Trial) -> Point:
        """What the sampler suggests, setting by setting, without those that have no part."""
        point: Point = {}
        for name in self._space.names:
            if name in self._space.idle(point):
                continue
            point[name] = _value(self._space.varied[name], self._drawn(trial, name))
        return point

    def _drawn(self, trial: optuna.trial.Trial, name: str) -> Any:
        """What the sampler draws for a setting."""
        seen = self._distribution(name)
        if isinstance(seen, IntDistribution):
            return trial.suggest_int(name, seen.low, seen.high, log=seen.log)
        if isinstance(seen, FloatDistribution):
            return trial.suggest_float(name, seen.low, seen.high, log=seen.log)
        assert isinstance(seen, CategoricalDistribution)
        return trial.suggest_categorical(name, seen.choices)

    def _distribution(self, name: str) -> BaseDistribution:
        """How Optuna sees a setting: the places of listed numbers, which have an order."""
        values = self._space.varied[name]
        if isinstance(values, Between):
            if values.is_whole:
                return IntDistribution(int(values.low), int(values.high), log=values.is_wide)
            return FloatDistribution(values.low, values.high, log=values.is_wide)
        if _has_order(values):
            return IntDistribution(0, len(values.values) - 1)
        return CategoricalDistribution(range(len(values.values)))

    def _plain(self, name: str, value: Any) -> Any:
        values = self._space.varied[name]
        return value if isinstance(values, Between) else values.values.index(value)


def _value(values: Values, plain: Any) -> Any:
    """What a number of Optuna's stands for."""
    if isinstance(values, Listed):
        return values.values[int(plain)]
    if values.is_whole:
        return int(plain)
    largest = max(abs(values.low), abs(values.high))
    narrow = max(int(math.log10(largest / (values.high - values.low))), 0)
    return min(max(float(f"{plain:.{3 + narrow}g}"), values.low), values.high)


def _has_order(values: Listed) -> bool:
    """Whether listed values are numbers that rise or fall."""
    found = values.values
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in found)
    return numbers and list(found) in (sorted(found), sorted(found, reverse=True))
