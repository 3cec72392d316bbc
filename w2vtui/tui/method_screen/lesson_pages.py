"""The pages of the lesson, in the order of D2L 15.2: a formula, what it says, one thing to try.

The figures are those of the learner's own run: see `lesson_figures`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from w2vtui.display import number, percent_text, safe_text
from w2vtui.method.lesson_figures import LessonFigures
from w2vtui.tui.method_screen.formulas import Block, Signs, fraction, limits, one_line, raised

_UNTRAINED = (
    "This run has not trained hierarchical softmax yet: press 1, then :set objective "
    "hierarchical-softmax. It may be changed back at any time."
)


@dataclass(frozen=True)
class Page:
    """One page."""

    title: str
    source: str
    formulas: Callable[[Signs], tuple[Block, ...]]
    says: str
    try_this: str
    see: Callable[[LessonFigures], list[str]]
    """What the learner's run shows now, a paragraph each. In the background."""


def _name(word: str) -> str:
    return safe_text(word, 24)


def _quoted(word: str) -> str:
    """A word inside of a sentence, which may be one of the sentence's own."""
    return f"'{_name(word)}'"


def _percent(share: float) -> str:
    return percent_text(share) if share >= 0.001 or share == 0 else f"{number(100 * share)}%"


# ---- 1 the softmax is expensive


def _softmax(signs: Signs) -> tuple[Block, ...]:
    below = limits(signs.sum, f"i {signs.within} V") + f"exp(u_i{signs.dot}v_c)"
    return (one_line("P(o | c) = ") + fraction(f"exp(u_o{signs.dot}v_c)", below, signs),)


def _see_costs(figures: LessonFigures) -> list[str]:
    costs = figures.costs()
    lines = [
        f"Your text has {costs.n_words:,} words, of {costs.vector_size} numbers each. One exact "
        f"pair scores all of them: {costs.n_words * costs.vector_size:,} multiply-adds.",
        f"Negative sampling scores {costs.n_targets['negative-sampling']:.0f} of them, "
        f"hierarchical softmax {costs.n_targets['hierarchical-softmax']:.1f} nodes in the mean.",
    ]
    if costs.exact is not None:
        lines.append(
            f"By what your run has measured on this machine, the exact softmax would take "
            f"{number(costs.exact.work)} times as long."
        )
    return lines


# ---- 2 negative sampling


def _events(signs: Signs) -> tuple[Block, ...]:
    s, dot = signs.sigma, signs.dot
    return (
        one_line(f"P(D=1 | c, o) = {s}(u_o{dot}v_c) = ")
        + fraction("1", f"1 + exp(-u_o{dot}v_c)", signs),
    )


def _see_events(figures: LessonFigures) -> list[str]:
    met = figures.meeting("negative-sampling")
    if met is None:
        return ["This run has not trained negative sampling yet: 1, then :set objective "
                "negative-sampling."]  # fmt: skip
    predicted = met.step.encounters[0].predicted[0]
    lines = [
        f"At this moment your run meets {_quoted(met.context)} next to {_quoted(met.center)}. It "
        f"believes with {_percent(float(predicted[0]))} that this is real text."
    ]
    if len(predicted) > 1:
        lines.append(
            f"Of its {len(predicted) - 1} noise words it believes that with "
            f"{_percent(float(predicted[1:].mean()))} in the mean. Both began at 50%, and the "
            "training pulls them apart."
        )
    return lines


# ---- 3 noise words


def _noise(signs: Signs) -> tuple[Block, ...]:
    s, dot = signs.sigma, signs.dot
    return (
        one_line(f"-log P(o | c) {signs.approximately} -log {s}(u_o{dot}v_c) - ")
        + limits(signs.sum, "k=1", "K")
        + f"log {s}(-u_k{dot}v_c)",
    )


def _see_noise(figures: LessonFigures) -> list[str]:
    settings = figures.settings
    met = figures.meeting("negative-sampling")
    if met is None:
        return _see_events(figures)
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


# ---- 4 the exponent


def _exponent(signs: Signs) -> tuple[Block, ...]:
    below = limits(signs.sum, f"i {signs.within} V") + raised("count(i)", "a")
    return (one_line("P(w) = ") + fraction(raised("count(w)", "a"), below, signs),)


def _see_exponent(figures: LessonFigures) -> list[str]:
    now = figures.settings.ns_exponent
    shares = figures.shares((0.0, now, 1.0))
    frequent, rare = _quoted(shares.frequent), _quoted(shares.rare)
    lines = [
        f"{frequent} is {_percent(shares.of_text[0])} of your text, {rare} "
        f"{_percent(shares.of_text[1])}."
    ]
    for exponent, (of_frequent, of_rare) in shares.of_noise.items():
        mark = " (your run)" if exponent == now else ""
        lines.append(
            f"a = {number(exponent)}{mark}: {_percent(of_frequent)} of the noise is {frequent}, "
            f"{_percent(of_rare)} is {rare}."
        )
    return lines


# ---- 5 the tree


def _tree(signs: Signs) -> tuple[Block, ...]:
    turns = f"{signs.sigma}(turn_j{signs.dot}u_n(j){signs.dot}v_c)"
    return (
        one_line("P(o | c) = ") + limits(signs.product, "j=1", "L(o)-1") + turns,
        one_line("turn_j = 1 to the left child (code 0), -1 to the right (code 1)"),
    )


def _see_tree(figures: LessonFigures) -> list[str]:
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


# ---- 6 sum to one


def _sum_to_one(signs: Signs) -> tuple[Block, ...]:
    s = signs.sigma
    return (
        one_line(f"{s}(x) + {s}(-x) = 1"),
        limits(signs.sum, f"w {signs.within} V") + "P(w | c) = 1",
    )


def _see_sum(figures: LessonFigures) -> list[str]:
    leaves = figures.leaves()
    if leaves is None:
        return [_UNTRAINED]
    return [
        f"Your vectors, now: the sum of P(w | {_name(leaves.context)}) over all {leaves.n_words:,} "
        f"leaves is {leaves.total:.6f}.",
        f"The likeliest is {_quoted(leaves.likeliest)} with {_percent(leaves.probability)}.",
    ]


# ---- 7 CBOW


def _cbow(signs: Signs) -> tuple[Block, ...]:
    mean = one_line("v = ") + fraction("1", "C", signs) + " "
    return (
        mean + limits(signs.sum, "c=1", "C") + "v_c      "
        + "error_t = label_t - " + f"{signs.sigma}(u_t{signs.dot}v)",
    )  # fmt: skip


def _see_cbow(figures: LessonFigures) -> list[str]:
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


# ---- 8 the honest loss


def _probe(signs: Signs) -> tuple[Block, ...]:
    below = one_line("exp s(o) + ") + limits(signs.sum, "63 noise words") + "exp s(w)"
    return (one_line("probe = mean of  -log ") + fraction("exp s(o)", below, signs),)


def _see_probe(figures: LessonFigures) -> list[str]:
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
    probe = shot.probe
    lines.append(
        f"Probe loss: {probe.loss:.3f}, give or take {2 * probe.standard_error:.3f}. Guessing "
        f"among 64 words is log 64 = 4.159; yours is as sure as a guess among "
        f"{np.exp(probe.loss):.0f}."
    )
    return lines


PAGES: tuple[Page, ...] = (
    Page(
        "The exact softmax is expensive",
        "D2L 15.1.3, 15.2",
        _softmax,
        "A word c predicts its neighbor o by how well u_o fits v_c, compared with every word of "
        "the vocabulary. So each of millions of pairs would touch every vector: the sum below the "
        "line is what this chapter avoids.",
        "press 1, choose the objective softmax with the arrow keys, read its cost below, and press "
        "escape. The Exact tab here compares the gradients.",
        _see_costs,
    ),
    Page(
        "Negative sampling: real or not?",
        "D2L 15.2.1",
        _events,
        "Instead of choosing among all words, answer yes or no: do c and o stand together in the "
        "text (D=1), or was o drawn at random (D=0)? One score and one sigmoid.",
        "open the Microscope tab: the first row is the real pair, its label 1, the others are "
        "drawn, label 0. r repeats the same step: watch the bars move apart.",
        _see_events,
    ),
    Page(
        "K noise words",
        "D2L 15.2.1",
        _noise,
        "With real pairs alone, all scores would grow without end. So each pair also answers no to "
        "K words drawn from P(w). The cost is K + 1 scores: the vocabulary does not appear in it.",
        "press 1, then :set K 15. The objective loss jumps, since it now has 16 terms; the probe "
        "loss continues as before. u undoes it.",
        _see_noise,
    ),
    Page(
        "Which noise? The exponent",
        "D2L 15.2.1, exercise 1",
        _exponent,
        "Drawn by their share of the text (a = 1), most noise words would be the few most frequent "
        "ones; drawn evenly (a = 0), most would be words too rare to matter. Mikolov and others "
        "found 0.75 good for text. Below 0 rare words are drawn more often.",
        "open the Noise tab and turn the exponent there; then press 1 and :set ns_exponent 0, and "
        "see on the Noise tab what is really drawn.",
        _see_exponent,
    ),
    Page(
        "Hierarchical softmax: a path through a tree",
        "D2L 15.2.2",
        _tree,
        "Words are the leaves of a tree. To predict o, decide left or right at each inner node "
        "from the root to its leaf; each node has a vector. The tree is Huffman's, so that "
        "frequent words lie near the root, and a pair costs about log V scores.",
        "press 1, then :set objective hierarchical-softmax. Then open the Tree tab and ask for a "
        "frequent word and for a rare one with /.",
        _see_tree,
    ),
    Page(
        "The leaves sum to one",
        "D2L 15.2.2, exercise 2",
        _sum_to_one,
        "At each node the two ways share 1. What goes in at the root comes out at the leaves, "
        "nothing more and nothing less, whatever the vectors are. So this is a true "
        "distribution over all words, without the sum of page 1.",
        "see the Tree tab while the run trains: all probabilities move, their sum does not.",
        _see_sum,
    ),
    Page(
        "CBOW with both",
        "D2L 15.1.4, 15.2, exercise 3",
        _cbow,
        "CBOW predicts the center from the mean of its C context words: one prediction where "
        "skip-gram makes C. The targets are the same, noise words or a path, and so is the step; "
        "it goes to each of the context words.",
        "open the Microscope tab: m shows the same token in the next mode, c shows all modes side "
        "by side. Or press 1, then :set model cbow.",
        _see_cbow,
    ),
    Page(
        "An honest loss, and what to tune",
        "w2vtui; D2L 15.2",
        _probe,
        "The objective loss is a sum over 1 + K terms: it cannot compare one K with another, or "
        "noise with a tree. The probe loss asks one question under all settings: which of 64 words "
        "stood here, in text that is never trained on?",
        "press 1 and change one setting at a time: K 5 to 20, window 2 to 10, subsample 1e-3 to "
        "1e-5. Compare the probe; within two standard errors there is no difference.",
        _see_probe,
    ),
)
