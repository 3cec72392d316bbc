"""What the learner's run shows of each page, a paragraph each. In the background."""

from __future__ import annotations

import numpy as np

from w2vtui.display import number, percent_text, safe_text
from w2vtui.method.lesson_figures import LessonFigures

_UNTRAINED = (
    "This run has not trained hierarchical softmax yet: press 1, then :set objective "
    "hierarchical-softmax. It may be changed back at any time."
)


def costs(figures: LessonFigures) -> list[str]:
    """What a pair costs by each objective."""
    made = figures.costs()
    lines = [
        f"Your text has {made.n_words:,} words, of {made.vector_size} numbers each. One exact "
        f"pair scores all of them: {made.n_words * made.vector_size:,} multiply-adds.",
        f"Negative sampling scores {made.n_targets['negative-sampling']:.0f} of them, "
        f"hierarchical softmax {made.n_targets['hierarchical-softmax']:.1f} nodes on average.",
    ]
    if made.exact is not None:
        lines.append(
            f"By what your run has measured on this machine, the exact softmax would take "
            f"{number(made.exact.work)} times as long."
        )
    return lines


def events(figures: LessonFigures) -> list[str]:
    """How sure the run is of a real pair, and of its noise words."""
    met = figures.meeting("negative-sampling")
    if met is None:
        return ["This run has not trained negative sampling yet: 1, then :set objective "
                "negative-sampling."]  # fmt: skip
    predicted = met.step.encounters[0].predicted[0]
    lines = [
        f"At this moment your run meets {_quoted(met.context)} next to {_quoted(met.center)}. It "
        f"gives a probability of {_percent(float(predicted[0]))} that this is real text."
    ]
    if len(predicted) > 1:
        lines.append(
            f"Of its {len(predicted) - 1} noise words it gives "
            f"{_percent(float(predicted[1:].mean()))} on average. Both began at 50%, and the "
            "training pulls them apart."
        )
    return lines


def noise(figures: LessonFigures) -> list[str]:
    """The noise words of a pair, its cost and its loss."""
    settings = figures.settings
    met = figures.meeting("negative-sampling")
    if met is None:
        return events(figures)
    lines = [f"Drawn for {_quoted(met.center)} just now: {', '.join(map(_name, met.others[:12]))}."]
    cost = figures.costs()
    lines.append(
        f"K is {settings.negative}: a pair costs {1 + settings.negative} x {cost.vector_size} "
        f"multiply-adds, whatever the vocabulary."
    )
    lines.append(
        f"Its loss is {met.step.loss / met.step.n_pairs:.3f} nats a pair, and "
        f"{met.step.loss_after / met.step.n_pairs:.3f} after one step."
    )
    return lines


def exponent(figures: LessonFigures) -> list[str]:
    """How often a frequent and a rare word are drawn, by exponent."""
    now = figures.settings.ns_exponent
    shares = figures.shares((0.0, now, 1.0))
    frequent, rare = _quoted(shares.frequent), _quoted(shares.rare)
    lines = [
        f"{frequent} is {_percent(shares.of_text[0])} of your text, {rare} "
        f"{_percent(shares.of_text[1])}."
    ]
    for a, (of_frequent, of_rare) in shares.of_noise.items():
        mark = " (your run)" if a == now else ""
        lines.append(
            f"a = {number(a)}{mark}: {_percent(of_frequent)} of the noise is {frequent}, "
            f"{_percent(of_rare)} is {rare}."
        )
    return lines


def tree(figures: LessonFigures) -> list[str]:
    """The shortest and the longest code, and the product along a path."""
    (short_word, least), (long_word, most) = figures.extreme_codes()
    bits = np.log2(max(len(figures.vocab), 1))
    lines = [
        f"Of your {len(figures.vocab):,} words {_quoted(short_word)} has the shortest code, "
        f"{least} bits, and {_quoted(long_word)} one of the longest, {most}. The mean over the "
        f"text is {figures.mean_length:.2f}; a tree without regard to counts would take {bits:.1f}."
    ]
    met = figures.meeting("hierarchical-softmax")
    if met is None:
        return [*lines, _UNTRAINED]
    encounter = met.step.encounters[0]
    right = np.where(encounter.labels == 1, encounter.predicted[0], 1 - encounter.predicted[0])
    product = " x ".join(f"{share:.2f}" for share in right[:6])
    more = f" x {len(right) - 6} more" if len(right) > 6 else ""
    return [
        *lines,
        f"P({_name(met.center)} | {_name(met.context)}) = {product}{more} = {right.prod():.2g}, by "
        f"{len(right)} nodes.",
    ]


def sum_of_leaves(figures: LessonFigures) -> list[str]:
    """The sum over all leaves, and the likeliest word."""
    leaves = figures.leaves()
    if leaves is None:
        return [_UNTRAINED]
    return [
        f"Your vectors, now: the sum of P(w | {_name(leaves.context)}) over all {leaves.n_words:,} "
        f"leaves is {leaves.total:.6f}.",
        f"The likeliest is {_quoted(leaves.likeliest)} with {_percent(leaves.probability)}.",
    ]


def cbow(figures: LessonFigures) -> list[str]:
    """The token that the run trains now, in four modes."""
    lines = ["The token that your run trains at this moment, in the chapter's four modes:"]
    for mode, step in figures.modes().items():
        if step is None:
            lines.append(f"{mode}: not trained yet (1, then :set objective {mode.objective})")
        else:
            pairs = "1 prediction" if step.n_pairs == 1 else f"{step.n_pairs} predictions"
            lines.append(
                f"{mode}: {pairs} of {step.encounters[0].n_targets} targets, loss {step.loss:.3f}, "
                f"{step.loss_after:.3f} after the step"
            )
    return lines


def probe(figures: LessonFigures) -> list[str]:
    """The loss of the objective and that of the probe."""
    shot = figures.snapshot
    lines = []
    if shot.losses.now is not None:
        terms = figures.costs().n_targets[figures.settings.objective]
        lines.append(
            f"Objective loss: {shot.losses.now:.3f} nats a pair, a sum over {terms:.3g} terms."
        )
    if shot.probe is None:
        reason = f": {shot.probe_reason}" if shot.probe_reason else " yet"
        return [*lines, f"This run has no probe loss{reason}."]
    loss, error = shot.probe.loss, shot.probe.standard_error
    lines.append(
        f"Probe loss: {loss:.3f}, give or take {2 * error:.3f}. Guessing among 64 words is log 64 "
        f"= 4.159; yours is as sure as a guess among {np.exp(loss):.0f}."
    )
    return lines


def _name(word: str) -> str:
    return safe_text(word, 24)


def _quoted(word: str) -> str:
    """A word inside of a sentence, which may be one of the sentence's own."""
    return f"'{_name(word)}'"


def _percent(share: float) -> str:
    return percent_text(share) if share >= 0.001 or share == 0 else f"{number(100 * share)}%"
