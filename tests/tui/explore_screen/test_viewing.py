"""How the explore screen follows a training: as often as that may cost, and no longer than seen."""

from __future__ import annotations

import time
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from w2vtui.errors import QuestionError
from w2vtui.training.measuring.budget import Budget
from w2vtui.tui.explore_screen import viewing
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


class Following:
    """What the explore screen computes in its background thread, and what it shows."""

    Computed = Viewing.Computed
    _show_finished = Viewing._show_finished

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._clock = Budget(0.05, least=0.0)
        self._finished: list[Any] = []
        self._computing = SimpleNamespace(has_more=False)
        self.shown: list[Any] = []
        monkeypatch.setattr(viewing, "report_to", lambda _, message: self.shown.append(message))

    def question_of(self, pane: object) -> None:
        """There is none."""

    def compute(self, name: str, *, follows: bool, more: bool = False, seconds: float = 0) -> None:
        self._computing.has_more = more
        pane = SimpleNamespace(compute=partial(self._answer, name, seconds), shape=None)
        Viewing._compute(self, pane, None, follows)  # type: ignore[arg-type]

    def _answer(self, name: str, seconds: float, *_: object) -> str:
        until = time.thread_time() + seconds
        while time.thread_time() < until:
            pass
        if name == "none":
            raise QuestionError("no answer")
        return name

    def results(self) -> list[list[str]]:
        """Of each time that something was shown."""
        return [[one.problem or one.result for one in each.finished] for each in self.shown]


@pytest.mark.parametrize("follows", [True, False])
def test_what_a_person_asks_for_delays_nothing(
    monkeypatch: pytest.MonkeyPatch, follows: bool
) -> None:
    screen, began = Following(monkeypatch), time.monotonic()
    screen.compute("map", follows=follows, seconds=0.01)
    assert (screen._clock.due >= began + 0.01 / 0.05) is follows


def test_panes_that_follow_are_shown_together_and_what_a_person_asks_for_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = Following(monkeypatch)
    screen.compute("neighbors", follows=True, more=True)
    screen.compute("none", follows=True, more=True)
    assert screen.results() == []
    screen.compute("map", follows=True)
    screen.compute("drift", follows=True, more=True)
    screen.compute("card", follows=False, more=True)
    assert screen.results() == [["neighbors", "no answer", "map"], ["drift", "card"]]


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
