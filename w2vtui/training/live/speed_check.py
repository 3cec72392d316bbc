"""Compares the speed predicted for a change with the speed measured after it."""

from __future__ import annotations

from typing import NamedTuple

SETTLING_SECONDS = 0.5
"""Skipped after a change: at first, some spans still train under the old settings."""
JUDGING_SECONDS = 2.0
"""How long the speed is then measured."""


class _Prediction(NamedTuple):
    number: int
    words_per_second: float
    seconds: float
    """Training time when the change was applied, or when the speed began to be measured."""
    tokens: int | None = None
    """Tokens trained when the speed began to be measured; None until then."""


class Verdict(NamedTuple):
    """How the speed after a change compares with its prediction."""

    number: int
    """Of the change."""
    measured: float
    """Words per second."""
    predicted: float

    def __str__(self) -> str:
        difference = round(100 * (self.measured / self.predicted - 1))
        than = f"{abs(difference)} % {'slower' if difference < 0 else 'faster'} than"
        return (
            f"change {self.number}: {self.measured / 1e3:,.0f}k words/s, "
            f"{than if difference else 'as'} predicted"
        )


class SpeedCheck:
    """Checks the prediction for the last change."""

    def __init__(self) -> None:
        self._prediction: _Prediction | None = None

    def begin(self, number: int, words_per_second: float, seconds: float) -> None:
        """Check the speed predicted for a change.

        number   of the change
        seconds  of training so far
        """
        self._prediction = _Prediction(number, words_per_second, seconds)

    def drop(self) -> None:
        """Check nothing: the settings have changed again."""
        self._prediction = None

    def verdict(self, seconds: float, tokens: int) -> Verdict | None:
        """How the measured speed compares with the prediction: once, when known; else None.

        seconds, tokens   of training so far
        """
        prediction = self._prediction
        if prediction is None:
            return None
        if prediction.tokens is None:
            if seconds >= prediction.seconds + SETTLING_SECONDS:
                self._prediction = prediction._replace(seconds=seconds, tokens=tokens)
            return None
        if seconds < prediction.seconds + JUDGING_SECONDS:
            return None
        self._prediction = None
        measured = (tokens - prediction.tokens) / (seconds - prediction.seconds)
        return Verdict(prediction.number, measured, prediction.words_per_second)
