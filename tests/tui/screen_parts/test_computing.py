"""The background thread of a screen."""

from __future__ import annotations

from queue import Queue
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.wait import DEADLINE
from w2vtui.errors import RunError
from w2vtui.tui.screen_parts.computing import Computing, problem_of


def test_a_request_that_fails_is_reported_and_the_next_one_is_carried_out():
    reported: Queue[Any] = Queue()
    computing = Computing(SimpleNamespace(post_message=reported.put))
    error = KeyError("a mistake")

    def fail():
        raise error

    computing.ask("first", fail)
    assert reported.get(timeout=DEADLINE).error is error
    computing.ask("second", lambda: reported.put("done"))
    assert reported.get(timeout=DEADLINE) == "done"
    computing.close()


def test_only_mistakes_of_the_program_are_raised_again():
    assert problem_of(RunError("no such run")) == "no such run"
    assert "not enough memory" in problem_of(MemoryError())
    assert "gone" in problem_of(FileNotFoundError(2, "it is gone"))
    with pytest.raises(KeyError):
        problem_of(KeyError("a mistake"))
