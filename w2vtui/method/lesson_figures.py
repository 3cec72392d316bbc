"""The figures of the lesson, taken from the learner's own run as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from w2v_kernels.formulas import noise_probabilities
from w2vtui.corpus import Vocab
from w2vtui.errors import SettingsError, VectorsError
from w2vtui.method.microscope import MODES, Microscope
from w2vtui.method.slow_motion import Mode, Step
from w2vtui.method.tree import leaves_of
from w2vtui.settings import Objective, ResolvedSettings
from w2vtui.training.costs.cost_model import Cost
from w2vtui.training.engine.tree_scoring import tree_over
from w2vtui.training.state.snapshot import Snapshot
from w2vtui.training.watched_run import WatchedRun

MOST_LEAVES = 50_000
"""Words over which the leaves' probabilities are summed; more would take too long for a page."""


class Meeting(NamedTuple):
    """A context word and a center word that were just trained, and how sure the model is."""

    step: Step
    context: str
    center: str
    others: tuple[str, ...]
    """The noise words."""


@dataclass(frozen=True, eq=False)
class Costs:
    """What a pair costs under each objective."""

    n_words: int
    vector_size: int
    n_targets: dict[Objective, float]
    """Target rows that a pair is scored against."""
    exact: Cost | None
    """What the exact softmax would cost the run, by its own measurements; None until there are
    some, or if it cannot train so.
    """


@dataclass(frozen=True, eq=False)
class Shares:
    """How the noise exponent moves a frequent and a rare word."""

    frequent: str
    rare: str
    of_text: tuple[float, float]
    """Their shares of the text."""
    of_noise: dict[float, tuple[float, float]]
    """Their shares of the noise, by exponent."""


@dataclass(frozen=True, eq=False)
class Leaves:
    """The sum of P(w | c) over all words under hierarchical softmax."""

    context: str
    total: float
    n_words: int
    likeliest: str
    probability: float


class LessonFigures:
    """Reads one run; nothing is canned, nothing of the run changes. Used by one thread at a time.

    What needs vectors that the run has not trained yet is None: a page says how to train them.
    """

    def __init__(self, run: WatchedRun) -> None:
        """
        Raises:
            SettingsError: the corpus is still being read.
        """
        self._run, self._scope = run, Microscope(run.trained.private_steps())

    @property
    def snapshot(self) -> Snapshot:
        """The run as it is now."""
        return self._run.snapshot()

    @property
    def settings(self) -> ResolvedSettings:
        """What the run trains with."""
        return self._run.trained.private_steps().present().plan.settings

    @property
    def vocab(self) -> Vocab:
        """The words and their counts."""
        return self._run.trained.private_steps().backend.corpus.vocab

    @property
    def mean_length(self) -> float:
        """The mean code length of the text's words, in bits."""
        return float(np.average(tree_over(self.vocab.counts).lengths, weights=self.vocab.counts))

    def costs(self) -> Costs:
        """What a pair costs under each objective."""
        n_words, settings = len(self.vocab), self.settings
        return Costs(
            n_words=n_words,
            vector_size=self._run.training.vector_size,
            n_targets={
                "negative-sampling": 1 + settings.negative,
                "hierarchical-softmax": self.mean_length,
                "softmax": n_words,
            },
            exact=self._cost_of_softmax(),
        )

    def meeting(self, objective: Objective) -> Meeting | None:
        """The pair that is trained at this moment, one step of it made on a copy."""
        try:
            slide = self._scope.next_token(mode=Mode("skip-gram", objective))
        except (SettingsError, VectorsError):
            return None
        step, words = slide.at(1), self.vocab.words
        center, context = slide.chosen.center, int(slide.chosen.contexts[0])
        others = tuple(words[row] for row in step.encounters[0].drawn)
        return Meeting(step, words[context], words[center], others)

    def shares(self, exponents: tuple[float, ...]) -> Shares:
        """The most frequent word and one of the rarest, by noise exponent."""
        vocab = self.vocab
        frequent, rare = int(vocab.counts.argmax()), int(vocab.counts.argmin())
        of_text = vocab.counts / vocab.n_tokens
        by_exponent = {}
        for exponent in exponents:
            noise = noise_probabilities(vocab.counts, exponent)
            by_exponent[exponent] = (float(noise[frequent]), float(noise[rare]))
        return Shares(
            vocab.words[frequent],
            vocab.words[rare],
            (float(of_text[frequent]), float(of_text[rare])),
            by_exponent,
        )

    def extreme_codes(self) -> tuple[tuple[str, int], tuple[str, int]]:
        """A word with the shortest code and one with the longest: word and bits."""
        lengths, words = tree_over(self.vocab.counts).lengths, self.vocab.words
        short, long = int(lengths.argmin()), int(lengths.argmax())
        return (words[short], int(lengths[short])), (words[long], int(lengths[long]))

    def leaves(self) -> Leaves | None:
        """The sum over all leaves, for the vectors as they are now.

        None if hierarchical softmax was never trained, or there are too many words.
        """
        vocab = self.vocab
        if len(vocab) > MOST_LEAVES:
            return None
        matrices = self._run.trained.copied_matrices()
        if "node_vectors" not in matrices:
            return None
        context = int(vocab.counts.argmax())
        found = leaves_of(
            tree_over(vocab.counts),
            matrices["input_vectors"][context],
            matrices["node_vectors"],
        )
        best = int(found.probabilities.argmax())
        return Leaves(
            context=vocab.words[context],
            total=found.total,
            n_words=len(vocab),
            likeliest=vocab.words[best],
            probability=float(found.probabilities[best]),
        )

    def modes(self) -> dict[Mode, Step | None]:
        """The token that is trained at this moment in the chapter's four modes; None for a mode
        whose vectors were never trained.

        Raises:
            VectorsError: nothing is trained, since no word has another one in its window.
        """
        found: dict[Mode, Step | None] = {}
        trained = self._scope.next_token()
        for mode in MODES[:4]:
            try:
                found[mode] = self._scope.again(trained, mode).at(1)
            except (SettingsError, VectorsError):
                found[mode] = None
        return found

    def _cost_of_softmax(self) -> Cost | None:
        try:
            return self._run.cost(objective="softmax")
        except SettingsError:  # it does not train now, or there are too many words
            return None
