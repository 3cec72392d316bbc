"""What the inner loop, `make quick`, tries of many cases that are alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import settings


def examples(number: int) -> int:
    """How many examples of a property are tried: in the inner loop no more than of any other."""
    few = settings.get_profile("quick").max_examples
    return min(number, few) if settings().max_examples == few else number


def outside(cases: Iterable[Any]) -> list[Any]:
    """Cases that the inner loop leaves out, since it tries others like them."""
    return [pytest.param(case, marks=pytest.mark.slow) for case in cases]
