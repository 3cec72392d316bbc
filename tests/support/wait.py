"""Waiting for another thread, process or screen: never for a time, always for a condition."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

DEADLINE = 120.0
"""Seconds after which a test gives up waiting."""

_POLL_SECONDS = 0.005
_SCREEN_POLL_SECONDS, _SLOWEST_POLL_SECONDS = 0.01, 0.04
"""A condition on a screen may draw it, which takes half as long; it is tried ever less often."""
_Found = TypeVar("_Found")


def until(condition: Callable[[], _Found], what: str | Callable[[], str] = "it") -> _Found:
    """Wait until a condition holds, and return what it found.

    what   what is waited for, or a function that describes the state at the deadline
    """
    for _ in _polls(what):
        if found := condition():
            return found
        time.sleep(_POLL_SECONDS)
    raise AssertionError


async def until_async(
    condition: Callable[[], _Found], what: str | Callable[[], str] = "it"
) -> _Found:
    """`until`, while the event loop runs."""
    pause = _SCREEN_POLL_SECONDS
    for _ in _polls(what):
        if found := condition():
            return found
        await asyncio.sleep(pause)
        pause = min(1.3 * pause, _SLOWEST_POLL_SECONDS)
    raise AssertionError


def _polls(what: str | Callable[[], str]) -> Iterator[None]:
    """Go round until the deadline, then fail."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        yield
    described = what if isinstance(what, str) else what()
    raise AssertionError(f"waited {DEADLINE:.0f} s without success for {described}")
