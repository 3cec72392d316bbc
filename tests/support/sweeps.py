"""Sweeps without trainings: spaces from text, and trials whose values are computed."""

from __future__ import annotations

from collections.abc import Callable

from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.sweeping.outcome.results import State, TrialResult
from w2vtui.sweeping.space import Point, Space
from w2vtui.sweeping.values import read_values


def space_of(**texts: str) -> Space:
    """A space as `--window 3,10` gives it; all else is as by default."""
    varied = {name: read_values(name, text) for name, text in texts.items()}
    return Space(varied, CorpusSettings(), TrainingSettings(), LiveSettings())


def over(number: int, point: Point, value: float, state: State = "done") -> TrialResult:
    """A trial that is over, with the same value all along."""
    n_steps = 5 if state == "done" else 1
    return TrialResult(
        number=number, point=point, state=state, value=value, steps=(value,) * n_steps
    )


def all_over(space: Space, score: Callable[[Point], float]) -> list[TrialResult]:
    """Every point of a space, with its score."""
    return [over(n, point, score(point)) for n, point in enumerate(space.points(), start=1)]
