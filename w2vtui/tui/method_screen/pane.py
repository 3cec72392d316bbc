"""What a tab of the Method screen is.

    class NormsPane(MethodPane):
        NAME, TITLE, ABOUT = "norms", "Norms", "How long the vectors are."

        def question(self):                     # in the thread that draws: what its keys have set
            return self._word

        def compute(self, subject, question):   # in the background: yields results, better and
            view = seen(subject)                # better ones; None stands for nothing new
            yield view.vectors.norms

        def drawn(self, result, shape):         # in the thread that draws
            return joined([Text(f"{norm:.3f}") for norm in result])

The screen asks the pane of the current tab again about once a second while a run trains, and when
the pane calls `recompute`. What `compute` remembers between two calls is its own: only the thread
in the background reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.text import Text
from textual.events import Resize
from textual.message import Message

from w2vtui.display import cell_width
from w2vtui.errors import SettingsError
from w2vtui.exploring.subject import Subject, View
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.widgets.result_panel import ResultPanel


class MethodPane(ResultPanel):
    """One tab: a framed text that fills the screen."""

    app: BaseApp
    NAME: ClassVar[str]
    """The id of the pane, and its tab in lower case."""
    TITLE: ClassVar[str]
    ABOUT: ClassVar[str]
    """A sentence on what it shows, for the help."""
    ASKS: ClassVar[str] = ""
    """What the query line is to hold, `a word · a context word and a word`; empty if nothing."""

    @dataclass
    class Recompute(Message):
        """The state of the pane has changed: asks for another `compute`."""

        pane: MethodPane

    def __init__(self) -> None:
        super().__init__(self.TITLE, id=self.NAME, help=self.ABOUT)
        self.subject: Subject | None = None
        """What is trained or was trained; set by the screen."""

    # ---- what a pane is

    def question(self) -> Any:
        """What is to be computed, as keys and the query line have set it; never changes itself."""
        return None

    def compute(self, subject: Subject | None, question: Any) -> Iterator[Any]:
        """Yield what is drawn, again when it has become better. In the background.

        subject   what is trained or was trained; None where there is nothing

        Raises:
            W2vtuiError: there is nothing to show; the message is shown in its place.
        """
        yield from ()

    def asked(self, words: Sequence[str]) -> None:
        """Take words of the vocabulary from the query line. In the thread that draws."""

    # ---- what it asks for

    def recompute(self) -> None:
        """Have it computed again: what `question` returns has changed."""
        self.post_message(self.Recompute(self))

    # ---- for the screen

    def wait(self) -> None:
        """Say that the first result is on its way, unless something is shown."""
        if self.result is None and not self.plain:
            self.show(Text("computing … the first time, kernels are compiled for it"))

    def on_resize(self, event: Resize) -> None:
        """Fill the new size."""
        name = self.TITLE.partition("  ")[0]
        self.border_title = self.TITLE if cell_width(self.TITLE) <= self.size.width - 2 else name
        if self.result is None:
            self.recompute()
        else:
            self.redraw()


def seen(subject: Subject | None) -> View:
    """The latest vectors of a subject.

    Raises:
        SettingsError: there are none; the message says what to do.
        W2vtuiError: they cannot be read.
    """
    if subject is None:
        raise SettingsError(
            "nothing is trained yet: start a training (1), or run w2vtui learn, which trains the "
            "sample that comes with the program"
        )
    view = subject.view()
    if view is None:
        raise SettingsError("the text is still being read: there are no vectors yet")
    return view
