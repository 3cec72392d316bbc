"""Whether a run has learned anything: the word doctor's rules for vectors that are worth nothing.

Vectors that were not trained score every word alike. Training that works lowers both losses from
there; one above twice that level says that the vectors are sure of the wrong words. Only a run that
went wrong gets there, so these rules decide the exit code of a run without a screen.
"""

from __future__ import annotations

import math

from w2vtui.display import loss_text
from w2vtui.settings import LiveSettings
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
MUCH_DROPPED = 0.5
"""A text of which subsampling keeps less than this may well have no neighbors left."""


def untrained_loss(settings: LiveSettings, n_words: int, shape: TextShape) -> float:
    """The objective loss of vectors that were not trained, in nats a pair.

    Each target of a block, labeled 0 or 1, costs log 2 at first; the exact softmax costs log V.
    """
    if settings.objective == "softmax":
        return math.log(n_words)
    return shape.targets(settings) * math.log(2)


def nothing_learned(case: Case) -> str:
    """No word was trained with another one, so the vectors are still the random ones."""
    tokens = case.shot.progress.tokens
    if case.pairs is None or not tokens:
        return ""
    if case.shot.n_words == 1:
        return "nothing is learned from a single word: lower min_count, or add text"
    if case.pairs:
        return ""
    kept, sample = case.kept_share, case.settings.sample
    thinned = kept is not None and kept < MUCH_DROPPED
    advice = f"raise sample ({sample:g})" if thinned else "give lines of several words"
    return f"nothing is learned: {tokens:,} tokens gave no pair of words: {advice}"


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
