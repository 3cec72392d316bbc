"""How the explore screen follows a training: as often as that may cost, and no longer than seen."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from w2vtui.training.measuring.budget import Budget
from w2vtui.tui.explore_screen.viewing import Viewing


@pytest.mark.parametrize("trains", [True, False])
def test_what_was_dear_is_looked_for_later_while_a_run_trains(trains: bool) -> None:
    looked: list[bool] = []
    screen: Any = SimpleNamespace(
        _clock=Budget(0.05, least=0.0),
        _is_training=lambda: trains,
        look=lambda: looked.append(True),
    )
    Viewing.tick(screen)
    screen._clock.due = time.monotonic() + 100
    Viewing.tick(screen)
    assert len(looked) == (1 if trains else 2)


@pytest.mark.parametrize("follows", [True, False])
def test_what_a_person_asks_for_delays_nothing(follows: bool) -> None:
    screen: Any = SimpleNamespace(_clock=Budget(0.05, least=0.0), Computed=Viewing.Computed)

    def report(work: Any, problem: Any) -> None:
        until = time.thread_time() + 0.01
        while time.thread_time() < until:
            pass

    screen._report = report
    began = time.monotonic()
    Viewing._compute(screen, None, None, follows)  # type: ignore[arg-type]
    assert (screen._clock.due >= began + 0.01 / 0.05) is follows


@pytest.mark.parametrize("held", [None, "frozen"])
def test_the_vectors_go_when_the_screen_is_left(held: Any) -> None:
    released: list[bool] = []
    subject = SimpleNamespace(release=lambda: released.append(True))
    screen: Any = SimpleNamespace(
        view="latest", _held=held, _is_left=False, subject=subject, query=lambda kind: ()
    )
    Viewing.on_screen_suspend(screen, None)  # type: ignore[arg-type]  # a dialog
    assert (screen.view, released) == ("latest", [])
    screen._is_left = True
    Viewing.on_screen_suspend(screen, None)  # type: ignore[arg-type]
    assert (screen.view, released) == (held, [True])
