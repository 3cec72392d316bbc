"""What a pane of the Compare screen is.

A pane that computes declares `compute`, which the screen calls in the background whenever the runs,
the pair or the word are others; it yields a result, then better ones. One that draws what is known
at once declares `at_once`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from textual.events import Resize

from w2vtui.comparing.comparison import Comparison
from w2vtui.comparing.letters import LETTERS
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.widgets.result_panel import ResultPanel


class Pair(NamedTuple):
    """The two sides that are looked at closely, by their places."""

    first: int
    second: int

    @property
    def text(self) -> str:
        """`A and B`"""
        return f"{LETTERS[self.first]} and {LETTERS[self.second]}"


@dataclass(frozen=True, eq=False)
class Asked:
    """What panes answer."""

    comparison: Comparison
    pair: Pair
    word: str
    """The word whose neighbors are shown; empty until the vectors are read."""


class ComparePane(ResultPanel):
    """A framed pane of the Compare screen."""

    app: BaseApp
    NAME: ClassVar[str]
    """Its id."""
    TITLE: ClassVar[str]
    ABOUT: ClassVar[str]
    """A sentence on what it shows, for the help."""
    IS_SLOW: ClassVar[bool] = False
    """Whether it takes seconds, so that others must not wait for it."""

    def __init__(self) -> None:
        super().__init__(self.TITLE, id=self.NAME, help=self.ABOUT)

    def question(self, asked: Asked) -> Any:
        """What its result depends on besides the vectors."""
        return asked.pair

    def compute(self, asked: Asked) -> Iterator[Any]:
        """Compute what is drawn. In the background.

        Raises:
            W2vtuiError: there is no answer; the message is shown in its place.
        """
        raise NotImplementedError

    def on_resize(self, event: Resize) -> None:
        """Fill the new size."""
        self.redraw()
