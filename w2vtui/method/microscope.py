"""Chooses a token of a run's text for slow motion: the next one, a word's next, or a pair's.

Which context words subsampling and the window leave, and which noise words are drawn, is what the
run's loop chooses for that token: it depends on seed, epoch and position alone.
"""

from __future__ import annotations

from w2vtui.display import safe_text
from w2vtui.errors import VectorsError
from w2vtui.method.slow_motion import Mode, SlowMotion
from w2vtui.settings import ResolvedSettings
from w2vtui.training.engine.private_steps import PrivateSteps

MOST_TRIED = 5_000
"""Windows of a word that are looked into for another word."""

MODES = (
    Mode("skip-gram", "negative-sampling"),
    Mode("cbow", "negative-sampling"),
    Mode("skip-gram", "hierarchical-softmax"),
    Mode("cbow", "hierarchical-softmax"),
    Mode("skip-gram", "softmax"),
    Mode("cbow", "softmax"),
)
"""The chapter's four ways to train, and the two that they approximate."""


class Microscope:
    """Slow motion of the steps of one run, which does not notice. Used by one thread at a time."""

    def __init__(self, steps: PrivateSteps) -> None:
        """steps: `run.trained.private_steps()`"""
        self._steps = steps

    @property
    def mode(self) -> Mode:
        """How the run trains now."""
        settings = self._settings(None)
        return Mode(settings.model, settings.objective)

    @property
    def has_ended(self) -> bool:
        """Whether all the planned text is trained, so that steps are of the last epoch again."""
        present = self._steps.present()
        return present.clock >= present.schedule.planned

    def is_trained(self, mode: Mode) -> bool:
        """Whether the run has vectors for this mode."""
        return self._steps.has_vectors(self._settings(mode))

    def next_token(self, clock: int | None = None, mode: Mode | None = None) -> SlowMotion:
        """The first token from a clock on that is trained; None begins where the run is.

        mode   other than the run's

        Raises:
            SettingsError: the run has no vectors for this mode.
            VectorsError: no token of the text is trained.
        """
        settings = self._settings(mode)
        plan = self._steps.plan(settings)
        start = self._steps.present().clock if clock is None else clock
        for span in self._steps.following(start):
            if (chosen := self._steps.choose(plan, span)) is not None:
                return SlowMotion(self._steps, chosen, settings)
        raise VectorsError(
            "no word of this text has another one in its window: raise window or sample"
        )

    def next_pair(
        self,
        center: int,
        context: int | None = None,
        clock: int | None = None,
        mode: Mode | None = None,
    ) -> SlowMotion:
        """The next time that a word is trained as the center, with another one in its window if
        that is given. Words by their rows; clock and mode as in `next_token`.

        Raises:
            SettingsError: the run has no vectors for this mode.
            VectorsError: that does not occur.
        """
        settings = self._settings(mode)
        plan = self._steps.plan(settings)
        start = self._steps.present().clock if clock is None else clock
        tried = 0
        for span in self._steps.occurrences(center, start):
            if tried == MOST_TRIED:
                break
            tried += 1
            chosen = self._steps.choose(plan, span)
            if chosen is not None and (context is None or context in chosen.contexts):
                return SlowMotion(self._steps, chosen, settings)
        raise VectorsError(self._not_met(center, context, tried))

    def again(self, shown: SlowMotion, mode: Mode) -> SlowMotion:
        """The same token in a mode, on a new copy of the run's vectors.

        Raises:
            SettingsError: the run has no vectors for this mode.
            VectorsError: the token is not trained any more, after a change of settings.
        """
        settings = self._settings(mode)
        plan = self._steps.plan(settings)
        if (chosen := self._steps.choose(plan, shown.chosen.span)) is None:
            raise VectorsError(
                "under the present settings nothing is trained at this token: go to the next one"
            )
        return SlowMotion(self._steps, chosen, settings)

    def _settings(self, mode: Mode | None) -> ResolvedSettings:
        """The run's settings, with another model and objective if a mode is given."""
        settings = self._steps.present().plan.settings
        if mode is None:
            return settings
        return settings.changed(model=mode.model, objective=mode.objective)

    def _not_met(self, center: int, context: int | None, tried: int) -> str:
        words = self._steps.backend.corpus.vocab.words
        word = safe_text(words[center])
        if tried == 0:
            return f"{word} occurs in the held-out text only: choose another word"
        tries = f"{tried:,} {'time' if tried == 1 else 'times'}"
        if context is None:
            return (
                f"{word} occurs {tries}, and subsampling drops it each time, or all its neighbors: "
                "raise sample, or choose another word"
            )
        return (
            f"{safe_text(words[context])} is in none of {tries} that {word} was looked at: choose "
            "words that occur together, or raise window"
        )
