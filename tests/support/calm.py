"""Trainings that leave most of the processor to what watches them.

A test of the screens takes as long as the screens take, and its training runs at full speed all
the while. What happens on the screens is the same if it does not.
"""

from __future__ import annotations

import time
from typing import Any

from w2vtui.training.engine.cpu_backend import CpuBackend

FIRST_TOKENS = 300_000
"""Trained at full speed: something is learned, and short trainings end, as soon as usual."""
_REST = 9
"""A worker rests for this many times the time that a span has taken."""

_train_span = CpuBackend.train_span


def calmly(backend: CpuBackend, plan: Any, span: Any, *rest: Any) -> None:
    """Train on a span, then rest."""
    started = time.perf_counter()
    _train_span(backend, plan, span, *rest)
    if span.clock > FIRST_TOKENS:
        time.sleep(_REST * (time.perf_counter() - started))


def train_calmly() -> None:
    """Let this process, which shows screens, train calmly from now on."""
    CpuBackend.train_span = calmly  # type: ignore[assignment, method-assign]
