"""The pages of the lesson, in the order of D2L 15.2: a formula, what it says, one thing to try.

What the learner's own run shows of each is in `findings`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from w2vtui.method.lesson_figures import LessonFigures
from w2vtui.tui.method_screen.lesson import findings
from w2vtui.tui.method_screen.lesson.formulas import (
    Formula,
    Signs,
    fraction,
    limits,
    one_line,
    raised,
)


@dataclass(frozen=True)
class Page:
    """One page."""

    title: str
    source: str
    formulas: Callable[[Signs], tuple[Formula, ...]]
    says: str
    try_this: str
    see: Callable[[LessonFigures], list[str]]
    """What the learner's run shows now, a paragraph each. In the background."""


def _softmax(signs: Signs) -> tuple[Formula, ...]:
    below = limits(signs.sum, f"i {signs.within} V") + f"exp(u_i{signs.dot}v_c)"
    return ((one_line("P(o | c) = "), fraction(f"exp(u_o{signs.dot}v_c)", below, signs)),)


def _events(signs: Signs) -> tuple[Formula, ...]:
    s, dot = signs.sigma, signs.dot
    whole = one_line(" = ") + fraction("1", f"1 + exp(-u_o{dot}v_c)", signs)
    return ((one_line(f"P(D=1 | c, o) = {s}(u_o{dot}v_c)"), whole),)


def _noise(signs: Signs) -> tuple[Formula, ...]:
    s, dot = signs.sigma, signs.dot
    real = one_line(f"-log P(o | c) {signs.approximately} -log {s}(u_o{dot}v_c)")
    noise = one_line(" - ") + limits(signs.sum, "k=1", "K") + f"log {s}(-u_k{dot}v_c)"
    return ((real, noise),)


def _exponent(signs: Signs) -> tuple[Formula, ...]:
    below = limits(signs.sum, f"i {signs.within} V") + raised("count(i)", "a")
    return ((one_line("P(w) = "), fraction(raised("count(w)", "a"), below, signs)),)


def _tree(signs: Signs) -> tuple[Formula, ...]:
    turns = f"{signs.sigma}(turn_j{signs.dot}u_n(j){signs.dot}v_c)"
    return (
        (one_line("P(o | c) = "), limits(signs.product, "j=1", "L(o)-1") + turns),
        (one_line("turn_j = 1 to the left child (code 0),"), one_line(" -1 to the right (code 1)")),
    )


def _sum_to_one(signs: Signs) -> tuple[Formula, ...]:
    s = signs.sigma
    return (
        (one_line(f"{s}(x) + {s}(-x) = 1"),),
        (limits(signs.sum, f"w {signs.within} V") + "P(w | c) = 1",),
    )


def _cbow(signs: Signs) -> tuple[Formula, ...]:
    mean = one_line("v = ") + fraction("1", "C", signs) + " "
    error = one_line(f"      error_t = label_t - {signs.sigma}(u_t{signs.dot}v)")
    return ((mean + limits(signs.sum, "c=1", "C") + "v_c", error),)


def _probe(signs: Signs) -> tuple[Formula, ...]:
    below = one_line("exp s(o) + ") + limits(signs.sum, "63 noise words") + "exp s(w)"
    return ((one_line("probe = mean of  -log "), fraction("exp s(o)", below, signs)),)


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
        findings.costs,
    ),
    Page(
        "Negative sampling: real or not?",
        "D2L 15.2.1",
        _events,
        "Instead of choosing among all words, answer yes or no: do c and o stand together in the "
        "text (D=1), or was o drawn at random (D=0)? One score and one sigmoid.",
        "open the Microscope tab: the first row is the real pair, its label 1, the others are "
        "drawn, label 0. r repeats the same step: watch the bars move apart.",
        findings.events,
    ),
    Page(
        "K noise words",
        "D2L 15.2.1",
        _noise,
        "With real pairs alone, all scores would grow without end. So each pair also answers no to "
        "K words drawn from P(w). The cost is K + 1 scores: the vocabulary does not appear in it.",
        "press 1, then :set K 15. The objective loss jumps, since it now has 16 terms; the probe "
        "loss continues as before. u undoes it.",
        findings.noise,
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
        findings.exponent,
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
        findings.tree,
    ),
    Page(
        "The leaves sum to one",
        "D2L 15.2.2, exercise 2",
        _sum_to_one,
        "At each node the two ways share 1. What goes in at the root comes out at the leaves, "
        "nothing more and nothing less, whatever the vectors are. So this is a true "
        "distribution over all words, without the sum of page 1.",
        "see the Tree tab while the run trains: all probabilities move, their sum does not.",
        findings.sum_of_leaves,
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
        findings.cbow,
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
        findings.probe,
    ),
)
