"""A live change from its request to its report."""

from __future__ import annotations

from typing import NamedTuple

from w2vtui.settings import ResolvedSettings
from w2vtui.training.engine.learning_rate import Schedule
from w2vtui.training.state.checkpoint import PastSettings


class Staged(NamedTuple):
    """A requested change."""

    wanted: ResolvedSettings
    sets_rate: bool
    """Whether alpha was requested, and so sets the rate from there on."""
    at: float
    """When the change was requested, on the monotonic clock."""
    undoes: PastSettings | None = None
    """The change that this one undoes."""


class InHand(NamedTuple):
    """A request that is being applied, which takes long where tables are built or kernels compiled.

    What is requested in that time comes after it.
    """

    staged: Staged
    past: PastSettings | None
    """What undoes it; None once it is applied, for then that is in the history."""


class Change(NamedTuple):
    """A change that was applied."""

    before: ResolvedSettings
    after: ResolvedSettings
    text: str
    tokens: int
    """Training tokens handed out before it."""
    schedule: Schedule
    """The line of the rate from there on."""
    undoes: int | None
    """The change that it undid."""
    acknowledged_ms: float
    """From the request to the first span that may use it."""
