"""What a pane of the explore screen is.

    from w2vtui.tui.explore_screen.pane import ExplorePane

    class NormsPane(ExplorePane):
        PANE_NAME = "Norms"
        HELP = "How long the vectors are."
        EXPORTS = (".tsv",)

        def compute(self, view, question, shape):     # in the background: NumPy only
            return view.vectors.norms[: shape.height]

        def drawn(self, result, shape):               # in the thread that draws
            return joined([Text(f"{norm:.3f}") for norm in result])

The screen asks a visible pane again when the view, the question or its size changes; a pane whose
own state has changed calls `recompute`, or `redraw` if the same result is drawn in another way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, cast

from textual.events import Resize
from textual.message import Message

from w2vtui.exploring.answers import Answer, Method
from w2vtui.exploring.asking import Asking, LastAnswer
from w2vtui.exploring.questions import Question
from w2vtui.exploring.subject import Subject, View
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.widgets.result_panel import Shape
from w2vtui.tui.widgets.strip_panel import StripPanel
from w2vtui.vectors import WordVectors


class Explorer(Protocol):
    """The screen, as its panes know it."""

    subject: Subject
    view: View | None
    """What every pane shows; None until there are vectors."""
    text: str
    """The question, as it was typed."""
    asked: Question | None
    """The same, as it is understood."""
    question: Question | None
    """The last one whose words are all known."""
    picked: str
    """The word that is pointed at among the answers, or asked; empty if there is none."""
    pins: tuple[str, ...]
    """The words that are pinned."""
    method: Method
    """How the words that complete an analogy are scored."""
    answers: LastAnswer
    """Answers questions in the background thread, for more than one pane."""

    def choose_method(self, method: Method) -> None:
        """Score the words that complete an analogy otherwise."""

    def pick(self, word: str) -> None:
        """Make a word the picked one."""

    def pin(self, word: str) -> None:
        """Pin a word, or take it off."""

    def watch_word(self, query: str) -> None:
        """Add a word or a sum to the watch words of the run that trains."""

    def hold(self, view: View) -> None:
        """Show a view in place of the latest vectors, until `release`."""

    def release(self) -> None:
        """Show the latest vectors again."""


class ExplorePane(StripPanel):
    """A framed pane that answers the question of the screen."""

    app: BaseApp
    PANE_NAME: ClassVar[str] = ""
    """Its title, and its name in the help."""
    EXPORTS: ClassVar[tuple[str, ...]] = ()
    """The endings of the files that ctrl+e can write, the one that is proposed first."""

    @dataclass
    class Ask(Message):
        """Asks for another question on the query line."""

        text: str

    @dataclass
    class Recompute(Message):
        """The state of the pane has changed: asks for another `compute`."""

        pane: ExplorePane

    def __init__(self, *, id: str) -> None:
        """id: what the style sheet and the palette call it"""
        super().__init__(self.PANE_NAME, id=id, help=self.HELP or "")

    # ---- what a pane is

    def compute(self, view: View, question: Question | None, shape: Shape) -> Any:
        """Compute what is drawn. In the background thread: it may read the state of the pane and
        what `explorer` knows, and changes nothing.

        question   what `parse_question` made of the query line; None before there is one

        Raises:
            W2vtuiError: there is no answer; the message is shown in its place.
        """
        return None

    def exported(self, result: Any, ending: str) -> bytes:
        """The content of the file that ctrl+e writes.

        ending   one of EXPORTS
        """
        raise NotImplementedError

    # ---- what it asks for

    @property
    def explorer(self) -> Explorer:
        """Its screen, which knows the view, the question and the picked word."""
        return cast(Explorer, self.screen)

    @property
    def subject(self) -> Subject:
        """What is explored."""
        return self.explorer.subject

    def ask(self, text: str) -> None:
        """Make a text the question of the screen."""
        self.post_message(self.Ask(text))

    def ask_vectors(self, vectors: WordVectors, question: Question, how: Asking) -> Answer:
        """The answer to a question; what another pane has just asked is not computed again. In the
        background thread.
        """
        return self.explorer.answers.ask(vectors, question, how)

    def recompute(self) -> None:
        """Have it computed again: the state that `compute` reads has changed."""
        self.post_message(self.Recompute(self))

    # ---- for the screen

    def forget(self) -> None:
        """Drop vectors that were kept for the next `compute`: the pane is not seen any more."""

    def on_resize(self, event: Resize) -> None:
        """Fill the new size: with the last result, until there is one of as many lines."""
        self.redraw()
        self.recompute()
