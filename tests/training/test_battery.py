"""What every way to train must do, asked of each of them: model x objective x workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.battery import Check, Way, checks_of, compiled
from w2vtui.training import loop

pytestmark = pytest.mark.slow

MODES = [
    (model, objective)
    for model in ("skip-gram", "cbow")
    for objective in ("negative-sampling", "hierarchical-softmax", "softmax")
]
WORKERS = [(1, False), (2, False), (3, True)]
WAYS = [Way(*mode, *workers) for mode in MODES for workers in WORKERS]


@pytest.fixture(autouse=True)
def _soon_noticed(monkeypatch):
    """A run looks at what its workers did so often that no check trains only to wait for that."""
    monkeypatch.setattr(loop, "TICK_SECONDS", 0.02)


@pytest.mark.timeout(600)  # compiling on a busy machine
@pytest.mark.parametrize(
    ("way", "check"),
    [
        pytest.param(way, check, id=f"{way}-{check.__name__.removeprefix('check_')}")
        for way in WAYS
        for check in checks_of(way)
    ],
)
def test_every_way_to_train(way: Way, check: Check, tmp_path: Path) -> None:
    compiled(way)
    check(way, tmp_path)
