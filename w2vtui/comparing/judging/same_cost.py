"""The probe of two runs after the same tokens, and after the same seconds of training.

The run that had more is asked as it was when it had as much as the other one, by the moments of its
history; where no moment had just as many tokens, by those before and after. Clocks are noisy: the
same settings take a tenth more time when something else is at work. So the longer run is asked at a
tenth less and at a tenth more seconds, too. Only what holds at all of them is called a difference.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2vtui.comparing.judging.probing import SharedProbe
from w2vtui.comparing.judging.yardsticks import Answers
from w2vtui.comparing.sides import Side
from w2vtui.display import clock_text, short
from w2vtui.errors import RunError, W2vtuiError
from w2vtui.exploring.subject import View
from w2vtui.files.reports import Report
from w2vtui.runs.record import RunRecord
from w2vtui.settings import LiveSettings
from w2vtui.training.history.moments import PastMoment

Cost: TypeAlias = Literal["tokens", "seconds"]

CLOCK_NOISE = 0.1
"""Shares of time that speeds differ by without another reason."""
SAME_TOKENS = 0.01
"""Shares of tokens by which two runs still had as many."""
_FAR = 0.05
"""A moment further from a place than this share of it does not stand for it."""

Losses: TypeAlias = NDArray[np.float64]


def answers_at_same_cost(
    probe: SharedProbe,
    sides: tuple[Side, Side],
    views: tuple[View, View],
    losses: tuple[Losses, Losses],
    report: Report,
) -> Iterator[Answers]:
    """What the runs make of the probe at the same tokens and seconds, where their ends differ.

    losses   of each run at its end
    report   gets why one of these is missing
    """
    costs: tuple[tuple[Cost, float], ...] = (("tokens", SAME_TOKENS), ("seconds", CLOCK_NOISE))
    for cost, tolerance in costs:
        spent = [getattr(view, cost) for view in views]
        if None in spent or not all(spent) or min(spent) >= (1 - tolerance) * max(spent):
            continue
        longer = int(np.argmax(spent))
        place = min(spent)
        try:
            moments = _moments_at(sides[longer], cost, place)
            found = [_losses_at(probe, sides[longer], one) for one in moments]
        except W2vtuiError as error:
            where = f"{short(place)} tokens" if cost == "tokens" else clock_text(place)
            report(f"after {where} of each they cannot be compared: {error}")
            continue
        pairs = [(losses[0], one) if longer else (one, losses[1]) for one in found]
        first, *others = (probe.answers(*pair) for pair in pairs)
        yield dataclasses.replace(
            first,
            cost=cost,
            place=float(place),
            alternatives=tuple(one.differences for one in others),
        )


def _moments_at(side: Side, cost: Cost, place: float) -> list[PastMoment]:
    """The moment at a place in the training of a run, then those around it that may be meant.

    Raises:
        RunError: none is kept near it, or near the places around it.
    """
    moments: list[PastMoment] = list(side.subject.moments)
    if not moments:
        raise RunError(f"no past moments of {side.name} are kept")

    def near(place: float, there: list[PastMoment]) -> PastMoment:
        moment = min(there, key=lambda one: abs(getattr(one, cost) - place), default=None)
        if moment is None or abs(getattr(moment, cost) - place) > _FAR * place:
            raise RunError(f"no moment of {side.name} near it is kept")
        return moment

    closest = min(moments, key=lambda one: abs(getattr(one, cost) - place))
    if cost == "seconds":
        around = [near(share * place, moments) for share in (1 - CLOCK_NOISE, 1 + CLOCK_NOISE)]
    elif abs(closest.tokens - place) <= SAME_TOKENS * place:
        around = []
    else:
        around = [
            near(place, [one for one in moments if one.tokens < place]),
            near(place, [one for one in moments if one.tokens > place]),
        ]
    return [closest, *(one for one in around if one is not closest)]


def _losses_at(probe: SharedProbe, side: Side, moment: PastMoment) -> Losses:
    """The losses of a run as it was at a past moment.

    Raises:
        RunError: not enough of it was kept.
    """
    subject = side.subject
    view = subject.view_at(moment)
    latest = subject.view()
    if latest is not None and len(view.vectors) < len(latest.vectors):
        raise RunError(f"the history of {side.name} has its most frequent words alone")
    return probe.losses(view, _settings_at(side, moment.tokens))


def _settings_at(side: Side, tokens: int) -> LiveSettings:
    """The settings that a run trained with after some tokens.

    Raises:
        RunError: they are not known.
    """
    changes = side.subject.markers
    before = [one.settings for one in changes if one.tokens <= tokens and one.settings is not None]
    if before:
        return before[-1]
    if changes and side.folder is not None:
        return RunRecord.read(side.folder).settings
    settings = side.subject.settings
    if changes or settings is None:
        raise RunError(f"the settings of {side.name} at that time are not known")
    return settings
