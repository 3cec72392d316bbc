"""Whether a run has learned anything: the word doctor's rules for vectors that are worth nothing.

Vectors that were not trained score every word alike. Training that works lowers both losses from
there; one above twice that level says that the vectors are sure of the wrong words. Only a run that
went wrong gets there, so these rules decide the exit code of a run without a screen.
"""

from __future__ import annotations

import math

from w2vtui.display import loss_text
from w2vtui.settings import LiveSettings, field_default
from w2vtui.training.costs.text_shape import TextShape
from w2vtui.training.measuring.doctor_case import Case

UNTRAINED_PROBE = math.log(64)
"""The probe of untrained vectors under negative sampling: one right word among 63 others."""
TOO_MUCH = 2.0
"""How many times the loss of untrained vectors a sound run never reaches."""
ABSURD = 1_000.0
"""How many times that loss the mean over a run never reaches, even if settings changed: what had
such scores once has vectors of absurd lengths.
"""
LEAST_TOKENS = 1_000
"""Of fewer, the usual subsampling may leave no two neighbors by chance."""


def untrained_loss(settings: LiveSettings, n_words: int, shape: TextShape) -> float:
    """The objective loss of vectors that were not trained, in nats a pair.

    Each target of a block, labeled 0 or 1, costs log 2 at first; the exact softmax costs log V.
    """
    if settings.objective == "softmax":
        return math.log(n_words)
    return shape.targets(settings) * math.log(2)


def nothing_learned(case: Case) -> str:
    """No word was trained with another one, by the text or the settings, not by bad luck."""
    if case.pairs is None or not case.shot.progress.tokens:
        return ""
    if case.shot.n_words == 1:
        return "nothing is learned from a single word: lower min_count, or add text"
    if case.pairs or not (_drops_much(case) or _has_no_contexts(case) or not _is_short(case)):
        return ""
    advice = f"raise sample ({case.settings.sample:g})"
    if _has_no_contexts(case):
        advice = "give lines of several words"
    return (
        f"nothing is learned: {case.shot.progress.tokens:,} tokens gave no pair of words: {advice}"
    )


def too_few_tokens(case: Case) -> str:
    """Subsampling left no two neighbors of a text of a few words, which chance can do."""
    if case.pairs != 0 or case.shot.n_words == 1 or not case.shot.progress.tokens:
        return ""
    if nothing_learned(case):
        return ""
    return (
        f"nothing was learned yet: {case.shot.progress.tokens:,} tokens gave no pair of words: "
        "more epochs, or more text"
    )


def _drops_much(case: Case) -> bool:
    usual: float = field_default(LiveSettings, "sample")
    return 0 < case.settings.sample < usual


def _has_no_contexts(case: Case) -> bool:
    """Whether each sentence is one word, kept or not."""
    mean, kept = case.mean_sentence, case.kept_share
    return mean is not None and kept is not None and mean < 1.000_001 * kept


def _is_short(case: Case) -> bool:
    return case.shot.progress.tokens < LEAST_TOKENS


def worse_than_chance(case: Case) -> str:
    """The probe says that the vectors are sure of the wrong words.

    CBOW is left out: its probe may lie above that of untrained vectors though it learns.
    """
    probe = case.shot.probe
    if probe is None or case.settings.model == "cbow" or not case.pairs:
        return ""
    if probe.loss <= TOO_MUCH * UNTRAINED_PROBE:
        return ""
    return (
        f"the vectors hold nothing: probe {loss_text(probe.loss)}, untrained "
        f"{UNTRAINED_PROBE:.2f}: lower alpha ({case.shot.rate:.3g})"
    )


def loss_exploded(case: Case) -> str:
    """Both the last loss and the mean are too high, or the mean is absurd.

    One of them alone may be high after a change of settings.
    """
    losses, untrained = case.shot.losses, case.untrained_loss
    if losses.now is None or losses.mean is None or untrained is None:
        return ""
    loss = losses.mean if losses.mean > ABSURD * untrained else min(losses.now, losses.mean)
    if loss <= TOO_MUCH * untrained:
        return ""
    return (
        f"the vectors hold nothing: loss {loss_text(loss)}, untrained {loss_text(untrained)}: "
        f"lower alpha ({case.shot.rate:.3g})"
    )
