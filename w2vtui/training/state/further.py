"""What more epochs of a run that has ended train, how long that takes, and at which rate."""

from __future__ import annotations

from dataclasses import dataclass

from w2vtui.display import clock_text, short
from w2vtui.settings import LiveSettings
from w2vtui.training.engine.learning_rate import Schedule


@dataclass(frozen=True, kw_only=True, slots=True)
class FurtherTraining:
    """The training of a run from where it has ended to a later end."""

    tokens: int
    """To be trained."""
    seconds: float | None
    """That it takes at the speed so far; None where that is unknown."""
    line: Schedule
    """Of the rate."""
    epochs: int
    """In all."""
    whole_rate: float | None
    """The rate that a run of all these epochs has there; None where that is unknown."""

    @property
    def restarts(self) -> bool:
        """Whether a run of all these epochs would be at a rate that is much higher."""
        return self.whole_rate is not None and self.line.rate < self.whole_rate / 2

    def advice(self, option: str) -> str:
        """How to train at the rate that a run of all these epochs has there; empty if it is so.

        option   sets the rate, as `--alpha`
        """
        if not self.restarts:
            return ""
        return f"{option} {self.whole_rate:.3g} is the rate of a run of {self.epochs} epochs there"

    def lines(self, option: str) -> str:
        """It in a few words, and below that the advice."""
        return "\n".join(filter(None, [self.text, self.advice(option)]))

    @property
    def rates_text(self) -> str:
        """The rate, at its beginning and at its end: `0.012 to 0.0001`."""
        first, last = f"{self.line.rate:.3g}", f"{self.line.floor:.3g}"
        return first if first == last else f"{first} to {last}"

    @property
    def text(self) -> str:
        """In a few words: `1.2M tokens more, about 00:12, rate 0.0001`."""
        parts = [f"{short(self.tokens)} tokens more"]
        if self.seconds is not None:
            parts.append(f"about {clock_text(self.seconds)}")
        return ", ".join([*parts, f"rate {self.rates_text}"])


def further_training(
    wanted: LiveSettings,
    rate: float,
    clock: int,
    tokens_per_epoch: float,
    words_per_second: float = 0.0,
) -> FurtherTraining:
    """What is trained from a clock to the end of the epochs that are wanted.

    rate              with which it begins
    words_per_second  of the run so far; 0 where that is unknown
    """
    epochs, low = wanted.epochs or 0, wanted.min_alpha
    planned = round(epochs * tokens_per_epoch)
    tokens = max(planned - clock, 0)
    whole = None
    if wanted.alpha is not None:
        whole = Schedule(clock=0, rate=wanted.alpha, min_rate=low, planned=planned).at(clock)
    return FurtherTraining(
        tokens=tokens,
        seconds=tokens / words_per_second if words_per_second else None,
        line=Schedule(clock=clock, rate=rate, min_rate=low, planned=planned),
        epochs=epochs,
        whole_rate=whole,
    )
