"""The question of the explore screen, and the words that are picked, pinned and watched."""

from __future__ import annotations

from dataclasses import dataclass

from textual.widgets import Input

from w2vtui.errors import QuestionError
from w2vtui.exploring.answers import Method
from w2vtui.exploring.asking import LastAnswer
from w2vtui.exploring.questions import Question, parse_question
from w2vtui.exploring.subject import Subject, View
from w2vtui.notable_words import notable_words
from w2vtui.tui.explore_screen.pane import ExplorePane
from w2vtui.tui.explore_screen.panels.neighbors import NeighborsPane
from w2vtui.tui.explore_screen.viewing import Viewing
from w2vtui.tui.widgets.query_field import QueryField


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person has asked, which the screen of other vectors begins with."""

    text: str = ""
    """The question; empty for a word that is worth a look."""
    earlier: tuple[str, ...] = ()
    """The questions before it, oldest first."""
    pins: tuple[str, ...] = ()
    method: Method = "3cosadd"


class Questioning(Viewing):
    """The part of the explore screen that asks."""

    def __init__(self, subject: Subject, begins: Asked | None = None) -> None:
        """begins: what was asked of the vectors that these follow"""
        super().__init__(subject)
        begins = begins or Asked()
        self.text = begins.text
        """The question, as it was typed."""
        self.asked: Question | None = None
        """The same, as it is understood."""
        self.question: Question | None = None
        """The last one whose words are all known."""
        self.picked = ""
        """The word that is pointed at among the answers, or asked."""
        self.pins = begins.pins
        """The words that are pinned."""
        self.method = begins.method
        """How the words that complete an analogy are scored, on the board and on the query line."""
        self.answers = LastAnswer()
        """Answers questions in the background thread, for more than one pane."""
        self._earlier = list(begins.earlier)
        """The questions that `backspace` returns to."""

    @property
    def all_asked(self) -> Asked:
        """What the screen of vectors that follow these is to begin with."""
        return Asked(self.text, tuple(self._earlier), self.pins, self.method)

    def show_view(self, view: View) -> None:
        """Show other vectors; the first ones begin with a question."""
        is_first = not self._has_begun
        super().show_view(view)
        if is_first:
            self.text = self.text or next(iter(notable_words(view.vectors.index_to_key, 1)), "")
            if isinstance(self.focused, Input):  # another question is being typed
                self._understand()
            else:
                self._show_question()

    # ---- the question

    def ask(self, text: str) -> None:
        """Ask a question; every pane answers it. An empty one asks the last one again."""
        if text and text != self.text:
            if self.text:
                self._earlier.append(self.text)
            self.text = text
        self._show_question()

    def _show_question(self) -> None:
        """Show the question on its line, leave that, and have it answered."""
        self.query_one(QueryField).show_asked(self.text)
        if isinstance(self.focused, Input):
            self.set_focus(self.query_one(NeighborsPane))
        self.refresh_bindings()
        self._understand()

    def _understand(self) -> None:
        if self.view is None or not self.text:
            return
        vectors = self.view.vectors
        try:
            self.asked = parse_question(self.text, vectors)
        except QuestionError as error:
            self.query_one(NeighborsPane).refuse(str(error))
            return
        if all(word in vectors for word in self.asked.words):
            self.question = self.asked
            self.compute_all()
        else:
            self.compute(self.query_one(NeighborsPane))

    def question_of(self, pane: ExplorePane) -> Question | None:
        """An unknown word is the matter of the neighbors pane; the others stay as they were."""
        return self.asked if isinstance(pane, NeighborsPane) else self.question

    def on_explore_pane_ask(self, message: ExplorePane.Ask) -> None:
        """Ask what a pane asks for."""
        self.ask(message.text)

    def action_query(self) -> None:
        """Go to the query line, for another question."""
        field = self.query_one(QueryField)
        if self.maximized is not None:
            self.minimize()
        self.set_focus(field)
        field.begin()

    def action_back(self) -> None:
        """Return to the question before."""
        if self._earlier:
            self.text = self._earlier.pop()
            self._show_question()

    def action_leave(self) -> None:
        """Leave the query line, or restore a maximized pane."""
        if isinstance(self.focused, Input):
            self._show_question()
        else:
            self.minimize()

    # ---- words

    def pick(self, word: str) -> None:
        """Make a word the picked one, which some panes are about."""
        if word != self.picked:
            self.picked = word
            for pane in self.query(ExplorePane):
                if not isinstance(pane, NeighborsPane):
                    self.compute(pane)

    def pin(self, word: str) -> None:
        """Pin a word, or take it off."""
        pins = dict.fromkeys(self.pins)
        if word in pins:
            del pins[word]
        else:
            pins[word] = None
        self.pins = tuple(pins)
        self.compute_all()

    def choose_method(self, method: Method) -> None:
        """Score the words that complete an analogy otherwise."""
        self.method = method
        self.compute_all()

    def watch_word(self, query: str) -> None:
        """Add a word or a sum to the watch words of the run that trains."""
        self.app.watch_word(query)
