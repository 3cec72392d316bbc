"""What came of the trials of a sweep, and the one at work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from w2vtui.sweeping.space import Point
from w2vtui.sweeping.yardstick import Yardstick
from w2vtui.training.state.snapshot import State as RunState

State = Literal["started", "done", "given up", "failed"]
"""Of a trial; one that is started was stopped or killed before its end."""
N_STEPS = 5
"""A trial is compared with earlier ones after each of these equal parts of its training."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialResult:
    """One trial, as far as it came."""

    number: int
    """From 1."""
    point: Point
    state: State
    value: float | None = None
    """By the yardstick, at its end or where it was given up; None without a measurement."""
    steps: tuple[float, ...] = ()
    """The values after 1, 2 ... of N_STEPS parts of its training."""
    seconds: float = 0.0
    """From its start to its end."""
    words_per_second: float = 0.0
    run: str | None = None
    """The name of its run."""
    error: str | None = None
    """Why it failed."""
    fraction: float = 1.0
    """How much of its training was done."""
    is_whole: bool = False
    """Whether it trained the best settings again, on the whole of a text of which trials see a
    part.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialShot:
    """A trial at work, at one moment."""

    number: int
    point: Point
    is_whole: bool
    run: str | None
    """The name of its run; None until its folder is there."""
    seconds: float
    value: float | None
    """The last measurement by the yardstick; None, too, where it is not a number."""
    state: RunState
    """Of its run."""
    activity: str
    """What its run does before it trains."""
    fraction: float
    """How much of its training is done."""
    words_per_second: float


def best_of(results: Sequence[TrialResult], yardstick: Yardstick) -> TrialResult | None:
    """The best trial that was trained to its end, of those on the whole text if there are any; None
    without one.
    """
    done = ranked([one for one in results if one.state == "done"], yardstick)
    return next((one for one in done if one.is_whole), done[0] if done else None)


def ranked(results: Sequence[TrialResult], yardstick: Yardstick) -> list[TrialResult]:
    """Trials that are over: those trained to their end, best first; then those given up, the one
    that came farthest first; then those that failed.
    """
    sign = 1 if yardstick.is_loss else -1

    def place(one: TrialResult) -> tuple[int, float, float]:
        value = float("inf") if one.value is None else sign * one.value
        if one.state == "done" and one.value is not None:
            return 0, value, 0.0
        if one.state == "given up":
            return 1, -len(one.steps), value
        return 2, 0.0, one.number

    return sorted((one for one in results if one.state != "started"), key=place)
