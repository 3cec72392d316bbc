"""The Exact tab: the keys that choose its words, and what it computes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType

from w2vtui.display import safe_text
from w2vtui.errors import SettingsError
from w2vtui.exploring.subject import Subject
from w2vtui.method.exact import AtK, compared
from w2vtui.settings import LiveSettings, field_default
from w2vtui.tui.method_screen.exact.drawing import draw_approximations
from w2vtui.tui.method_screen.exact.result import Approximations, chosen_pair, probabilities_of
from w2vtui.tui.method_screen.lines import Pens
from w2vtui.tui.method_screen.pane import MethodPane, seen
from w2vtui.tui.widgets.result_panel import Shape


class ExactPane(MethodPane):
    """The exact softmax."""

    NAME = "exact"
    TITLE = "Exact  both approximations beside the softmax"
    ABOUT = "Probabilities and gradients of each approximation beside those of the exact softmax."
    ASKS = "a context word · also the word that it predicts · as paris rome"
    HELP_TITLE = "The exact softmax"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "swap", "Swap", id="exact.swap",
                tooltip="let the word predict the context word instead"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._given = self._word = ""
        """As they were chosen; empty for words that are worth a look."""
        self._known: Approximations | None = None
        """What was computed last, with all values of K."""

    # ---- keys

    def action_swap(self) -> None:
        """Exchange the two words."""
        if isinstance(self.result, Approximations):
            self._given, self._word = self.result.word, self.result.context
            self.recompute()

    def asked(self, words: Sequence[str]) -> None:
        """Take the context word, or both."""
        self._given, self._word = words[0], words[1] if len(words) > 1 else ""
        self.recompute()

    def question(self) -> Any:
        """Both words."""
        return self._given, self._word

    # ---- what a pane is

    def compute(self, subject: Subject | None, question: Any) -> Iterator[Approximations]:
        """The probabilities at once, then the gradients for one K after the other."""
        view = seen(subject)
        if view.vectors.output_vectors is None or view.vectors.counts is None:
            raise SettingsError(why_no_scores(subject))
        settings = None if subject is None else subject.settings
        exponent: float = (
            field_default(LiveSettings, "ns_exponent") if settings is None else settings.ns_exponent
        )
        chosen = chosen_pair(view, question, exponent)
        made, known = probabilities_of(view, chosen, is_default=settings is None), self._known
        if known is not None and (known.context, known.word) == (chosen.context, chosen.word):
            made = replace(made, at=known.at)  # until the new ones are there
        yield made
        found: list[AtK] = []
        for one in compared(chosen.pair):
            found.append(one)
            if len(made.at) <= len(found):
                yield replace(made, at=tuple(found))
        self._known = replace(made, at=tuple(found))
        yield self._known

    def drawn(self, result: Approximations, shape: Shape) -> Text:
        """The words, the gradients for each K, and what both mean."""
        return draw_approximations(result, shape, Pens(self.app.glyphs, self.app.inks))


def why_no_scores(subject: Subject | None) -> str:
    """Why there is no exact softmax, and what to do: only a run can be changed."""
    if subject is not None and subject.run is not None:
        return (
            "the exact softmax scores words by their output vectors, u . v, and there are none: a "
            "run has them once it trains with negative sampling or the exact softmax; on the train "
            "screen (1) type :set objective negative-sampling"
        )
    name = "here" if subject is None else f"in {safe_text(subject.name, 60)}"
    return (
        "the exact softmax scores words by their output vectors, u . v, with their counts, and "
        f"they are not {name}: explore a run that trained with negative sampling or the exact "
        "softmax, or what it saved as a folder (-o NAME/)"
    )
