"""The Noise tab: the keys that turn its exponent, and what it computes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType

from w2vtui.display import number
from w2vtui.errors import SettingsError, W2vtuiError
from w2vtui.exploring.subject import Subject
from w2vtui.method.noise import NoiseRecord, record_of
from w2vtui.tui.method_screen.lines import Pens
from w2vtui.tui.method_screen.noise.drawing import EXPONENTS, draw_noise
from w2vtui.tui.method_screen.noise.result import DEFAULT_EXPONENT, Noise, noise_of, with_record
from w2vtui.tui.method_screen.pane import MethodPane, seen
from w2vtui.tui.widgets.result_panel import Shape

STEP = 0.05
"""Of the exponent, a press; five times as much with shift."""


class NoisePane(MethodPane):
    """The noise distribution."""

    NAME = "noise"
    TITLE = "Noise  P(w) = count(w)^a / sum of counts^a"
    ABOUT = "The noise distribution, and the noise words that this run has drawn."
    ASKS = "words to compare · as the rome"
    HELP_TITLE = "The noise"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "Lower a", id="noise.lower", tooltip="lower the exponent"),
        Binding("right", "turn(1)", "Raise a", id="noise.raise", tooltip="raise the exponent"),
        Binding("shift+left", "turn(-5)", "lower a by 0.25", show=False, id="noise.lower_much"),
        Binding("shift+right", "turn(5)", "raise a by 0.25", show=False, id="noise.raise_much"),
        Binding("backspace", "reset", "The run's", id="noise.reset",
                tooltip="back to the exponent that the run uses"),
        Binding("enter", "apply", "Apply", id="noise.apply",
                tooltip="let the run draw its noise with this exponent from now on"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._exponent: float | None = None
        """What it was turned to; None for that of the run."""
        self._words: tuple[str, ...] = ()
        self._record: tuple[int, NoiseRecord | None] = -1, None
        """The record of the run, and its tokens at that time."""

    # ---- keys

    def action_turn(self, by: int) -> None:
        """Turn the exponent by a number of steps; the run does not notice."""
        now = self._exponent
        if now is None:
            now = self.result.exponent if isinstance(self.result, Noise) else DEFAULT_EXPONENT
        turned = round(round(now / STEP) * STEP + by * STEP, 2)
        assert EXPONENTS.low is not None
        assert EXPONENTS.high is not None
        self._exponent = min(max(turned, float(EXPONENTS.low)), float(EXPONENTS.high))
        self.recompute()

    def action_reset(self) -> None:
        """Follow the run again."""
        self._exponent = None
        self.recompute()

    def action_apply(self) -> None:
        """Let the run draw with this exponent."""
        run = self.subject.run if self.subject is not None else None
        if self._exponent is None or not isinstance(self.result, Noise):
            lower, higher = self._key("lower"), self._key("raise")
            self.app.report(f"the run draws so already: {lower} and {higher} turn the exponent")
        elif run is None:
            self.app.warn("there is no run to change: the exponent was only looked at")
        else:
            try:
                run.change(ns_exponent=self._exponent)
            except SettingsError as error:
                self.app.warn(str(error))
            else:
                self.app.report(f"noise exponent {number(self._exponent)} from the next span on")

    def _key(self, name: str) -> str:
        return self.app.key_of(f"noise.{name}", NoisePane)

    def asked(self, words: Sequence[str]) -> None:
        """Show these words in the table as well."""
        self._words = tuple(words)
        self.recompute()

    def question(self) -> Any:
        """The exponent and the words."""
        return self._exponent, self._words

    # ---- what a pane is

    def compute(self, subject: Subject | None, question: Any) -> Iterator[Noise]:
        """The distribution at once, then with what was drawn."""
        vectors = seen(subject).vectors
        run = None if subject is None else subject.run
        settings = None if subject is None else subject.settings
        shot = None if run is None else run.snapshot()
        exponent, words = question
        made = noise_of(vectors, words, exponent, settings, shot)
        yield with_record(made, self._record[1])
        try:
            text = None if subject is None else subject.trained_text()
        except W2vtuiError as error:  # the distribution does not need the text
            yield replace(with_record(made, self._record[1]), problem=str(error))
            return
        if text is not None:
            if text.tokens != self._record[0]:
                self._record = text.tokens, record_of(text)
            yield with_record(made, self._record[1])

    def drawn(self, result: Noise, shape: Shape) -> Text:
        """The formula, the curve, the table, and what was drawn."""
        keys = f"{self._key('apply')} applies  {self._key('reset')} returns"
        return draw_noise(result, shape, Pens(self.app.glyphs, self.app.inks), keys)
