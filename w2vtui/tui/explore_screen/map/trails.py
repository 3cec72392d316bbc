"""Where chosen words were: a line behind each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from w2vtui.exploring.maps.projection import WordMap
from w2vtui.vectors.similarity import Floats

LENGTH = 60
"""Maps that a trail remembers: a minute at one a second."""


class _Step(NamedTuple):
    """Where a word was."""

    tokens: int
    """Of the training, at that moment."""
    x: float
    y: float


class Trails:
    """The trails of the words that are tracked."""

    def __init__(self) -> None:
        self._steps: dict[str, tuple[_Step, ...]] = {}

    @property
    def words(self) -> tuple[str, ...]:
        """The words that leave a trail."""
        return tuple(self._steps)

    def toggle(self, words: Sequence[str]) -> None:
        """Track words, or no longer if all of them are."""
        if all(word in self._steps for word in words):
            self._steps = {word: steps for word, steps in self._steps.items() if word not in words}
        else:
            self._steps = dict.fromkeys(words, ()) | self._steps

    def clear(self) -> None:
        """Forget where they were, as on a map of another kind."""
        self._steps = dict.fromkeys(self._steps, ())

    def add(self, made: WordMap, tokens: int) -> None:
        """Remember where the words are on a map; what came after it is forgotten, so that a trail
        of the past ends there.
        """
        if not self._steps:
            return
        at = {word: i for i, word in enumerate(made.words) if word in self._steps}
        added = {}
        for word, steps in self._steps.items():
            before = tuple(step for step in steps if step.tokens < tokens)
            if word in at:
                x, y = made.points[at[word]].tolist()
                before = (*before, _Step(tokens, x, y))[-LENGTH:]
            added[word] = before
        self._steps = added

    def lines(self) -> list[Floats]:
        """(m, 2) each: the points of every trail, oldest first."""
        return [
            np.array([step[1:] for step in steps], dtype=np.float32)
            for steps in self._steps.values()
            if len(steps) > 1
        ]
