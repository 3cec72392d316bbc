"""Sides with their vectors read, as far as they can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from w2vtui.comparing.shared import SharedVectors, shared_vectors
from w2vtui.comparing.sides import Side
from w2vtui.errors import RunError, W2vtuiError
from w2vtui.exploring.subject import View
from w2vtui.system.shortage import as_shortage


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two to six sides; one whose vectors cannot be read is compared by its settings alone."""

    sides: tuple[Side, ...]
    views: tuple[View | None, ...] = ()
    """Of the sides, as far as they are read; None where there are no vectors."""
    problems: tuple[str, ...] = ()
    """Why there are none, for each side; empty where there are."""
    shared: SharedVectors | None = None
    """Of the sides that have vectors; None while they are read, and where nothing is shared."""
    trouble: str = ""
    """Why nothing is shared."""

    @property
    def is_read(self) -> bool:
        """Whether every side was read, or could not be."""
        return len(self.views) == len(self.sides)

    def place(self, side: int) -> int:
        """Where a side is among those that have vectors.

        Raises:
            RunError: it has none, or there is nothing to compare them with.
        """
        if side < len(self.problems) and self.problems[side]:
            raise RunError(self.problems[side])
        if self.shared is None:
            raise RunError(self.trouble or "reading the vectors …")
        return sum(view is not None for view in self.views[:side])

    def vectors(self) -> SharedVectors:
        """The vectors of the words that all have.

        Raises:
            RunError: there are none.
        """
        if self.shared is None:
            raise RunError(self.trouble or "reading the vectors …")
        return self.shared


def with_next_read(before: Comparison) -> Comparison:
    """The same with the vectors of one more side; after the last one, with what they share.

    Reads files: not for the thread that draws.
    """
    view, problem = _read(before.sides[len(before.views)])
    views, problems = (*before.views, view), (*before.problems, problem)
    if len(views) < len(before.sides):
        return Comparison(before.sides, views, problems)
    shared, trouble = None, ""
    found = [one.vectors for one in views if one is not None]
    try:
        if len(found) < 2:
            raise RunError(f"two sides with vectors are needed, there are {len(found)}")
        shared = shared_vectors(found)
    except W2vtuiError as error:
        trouble = str(error)
    return Comparison(before.sides, views, problems, shared, trouble)


def read_comparison(sides: Sequence[Side]) -> Comparison:
    """Sides with the vectors of all."""
    found = Comparison(tuple(sides))
    while not found.is_read:
        found = with_next_read(found)
    return found


def _read(side: Side) -> tuple[View | None, str]:
    """The vectors of a side, or why there are none."""
    try:
        view = side.subject.view()
    except Exception as error:
        shortage = as_shortage(error)
        if shortage is None and not isinstance(error, (W2vtuiError, OSError)):
            raise
        return None, str(shortage or error)
    return view, "" if view is not None else "no vectors yet"
