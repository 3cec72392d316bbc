"""The probe loss: one yardstick across K, window, exponent, model and objective.

Before training, lines are held out and subsampled with sample = 1e-3. They give fixed questions: a
few words c from around a word o, at most 5 apart, the word o itself, and 63 noise words drawn from
counts ** 0.75. With s the model's score of a candidate given the mean v of the input vectors of c,
the probe is the mean of

    -log( exp s(o) / (exp s(o) + sum over the noise words of exp s(noise)) )

in nats; log 64 = 4.16 for untrained vectors under negative sampling.

At the optimum of every objective, s equals log P(o|c) - log P_noise(o) up to a constant, which
cancels, after a correction for the noise and the subsampling that it was trained with:

    negative sampling     s = u_o . v + log P_train-noise(o) - log P_probe-noise(o) + thinning(o)
    either softmax        s = log P(o|c) - log P_probe-noise(o) + thinning(o)

where thinning(o) = log P(probe's text keeps o) - log P(training text keeps o).

Skip-gram is trained with one context word at a time, CBOW with the mean of about as many as the
window holds; asked with four, both answer a question between the two. Their scores are then on
different scales. So s without thinning(o) is multiplied by the one number that makes the probe
lowest, as temperature scaling does (Guo et al. 2017, "On Calibration of Modern Neural Networks").
Each half of the questions is measured with the number fitted to the other half, so that no question
chooses its own scale.

docs/performance.md has the correlation of the probe with the quality of the vectors.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.formulas import keep_probabilities, noise_probabilities
from w2vtui.corpus import EncodedCorpus
from w2vtui.settings import LiveSettings
from w2vtui.training.engine.backend import Backend
from w2vtui.training.engine.plan import Plan
from w2vtui.training.state.measurements import PROBE_CONTEXTS, Probe

N_QUESTIONS = 4_000
N_NOISE = 63
PROBE_WINDOW = 5
PROBE_EXPONENT = 0.75
PROBE_SAMPLE = 1e-3

_MOST_STEPS = 30
_FINE_ENOUGH = 1e-4
"""A change of the scale, relative to it, that no longer changes the loss."""

Corrections: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]

MAX_SHARE = 0.01
"""The largest share of the tokens that is held out."""
MAX_TOKENS = 50_000
"""The largest number of tokens that is held out."""
MIN_TOKENS = 200
"""If fewer tokens than this could be held out, none are: the probe would say too little."""
N_BLOCKS = 64
"""The largest number of places, spread over the corpus, that held-out lines are taken from."""


def choose_held_out(sentence_starts: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Blocks of tokens to hold out: int64 (B, 2), disjoint and ascending, [first, stop).

    Blocks begin and end where sentences do, except in a sentence longer than a block.
    """
    n_tokens = int(sentence_starts[-1])
    budget = int(min(n_tokens * MAX_SHARE, MAX_TOKENS))
    if budget < MIN_TOKENS:
        return np.zeros((0, 2), dtype=np.int64)
    n_blocks = min(N_BLOCKS, budget // (MIN_TOKENS // 4))
    length = budget // n_blocks
    random = np.random.default_rng((seed, 0x70726F6265))
    region = n_tokens // n_blocks
    blocks = []
    for block in range(n_blocks):
        aim = block * region + int(random.integers(region - length))
        sentence = int(np.searchsorted(sentence_starts, aim, side="right")) - 1
        first = int(sentence_starts[sentence])
        if first < block * region:  # a sentence longer than its region: cut it
            first = aim
        past = int(np.searchsorted(sentence_starts, first + length, side="right")) - 1
        stop = int(sentence_starts[past])
        if stop <= first:
            stop = first + length
        blocks.append((first, min(stop, (block + 1) * region)))
    return np.array(blocks, dtype=np.int64)


class ProbeSet:
    """The fixed questions of one corpus and seed: contexts, centers and noise words."""

    def __init__(self, corpus: EncodedCorpus, held_out: NDArray[np.int64], seed: int) -> None:
        random = np.random.default_rng((seed, 0x7061697273))
        centers, self.contexts = _questions_within(corpus, held_out, random)
        """int32 (P, PROBE_CONTEXTS): words around each center, -1 where there are fewer."""
        counts = corpus.vocab.counts.astype(np.float64)
        noise_odds = np.cumsum(counts**PROBE_EXPONENT)
        draws = random.random((len(centers), N_NOISE)) * noise_odds[-1]
        noise = np.minimum(np.searchsorted(noise_odds, draws, side="right"), len(counts) - 1)
        self.candidates = np.column_stack((centers, noise)).astype(np.int32)
        """int32 (P, 64): the true center word, then the noise words."""
        self._kept: tuple[tuple[float | None, float], Corrections] | None = None

    def __len__(self) -> int:
        return len(self.contexts)

    def measure(self, backend: Backend, plan: Plan, tokens: int) -> Probe:
        """The probe loss of the present vectors."""
        scores, offsets = self._scores(backend, plan)
        losses = cross_fitted_losses(scores, offsets)
        return Probe(
            tokens=tokens,
            loss=float(losses.mean()),
            standard_error=float(losses.std(ddof=1) / np.sqrt(len(losses))),
            unscaled_loss=float(question_losses(scores + offsets).mean()),
            contexts=PROBE_CONTEXTS,
        )

    def losses(self, backend: Backend, plan: Plan) -> NDArray[np.float64]:
        """The loss of each question, whose mean is the probe loss: (P,)."""
        return cross_fitted_losses(*self._scores(backend, plan))

    def _scores(self, backend: Backend, plan: Plan) -> Corrections:
        """The scores of the candidates, and what is added to them on no scale: (P, 1 + N) each."""
        scores = backend.score_candidates(plan, self.contexts, self.candidates)
        noise, thinning = self._corrections(backend, plan.settings)
        scores += noise[self.candidates]
        return scores, thinning[self.candidates]

    def _corrections(self, backend: Backend, settings: LiveSettings) -> Corrections:
        """What to add to a word's score, for the noise and for the thinning: float64 (V,) each."""
        exponent = settings.ns_exponent if settings.draws_noise else None
        key = (exponent, settings.sample)
        kept = self._kept  # two threads measure
        if kept is None or kept[0] != key:
            counts = backend.corpus.vocab.counts
            noise = -np.log(noise_probabilities(counts, PROBE_EXPONENT))
            if exponent is not None:
                noise += np.log(noise_probabilities(counts, exponent))
            thinning = np.log(keep_probabilities(counts, PROBE_SAMPLE))
            thinning -= np.log(keep_probabilities(counts, settings.sample))
            self._kept = kept = (key, (noise, thinning))
        return kept[1]


def question_losses(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """-log of the true word's share among the candidates, in nats: (P,).

    scores  float64 (P, 1 + N), the true word first
    """
    highest = scores.max(axis=1, keepdims=True)
    totals = np.log(np.exp(scores - highest).sum(axis=1)) + highest[:, 0]
    losses: NDArray[np.float64] = totals - scores[:, 0]
    return losses


def cross_fitted_losses(
    scores: NDArray[np.float64], offsets: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The losses (P,) of questions, each half with the scale that is best for the other half.

    scores, offsets  float64 (P, 1 + N), P >= 2, in the order of the text, so that questions on
                     one sentence are in the same half
    """
    middle = len(scores) // 2
    halves = slice(middle), slice(middle, None)
    return np.concatenate([
        question_losses(best_scale(scores[other], offsets[other]) * scores[own] + offsets[own])
        for own, other in (halves, halves[::-1])
    ])  # fmt: skip


def best_scale(scores: NDArray[np.float64], offsets: NDArray[np.float64]) -> float:
    """The a >= 0 for which the mean loss of a * scores + offsets is lowest.

    That loss is convex in a, so Newton's steps find it; one that overshoots is halved. Scores that
    tell nothing apart, or that are not finite, keep the scale 1.
    """
    spread = float(scores.std())
    if not np.isfinite(spread) or spread == 0:
        return 1.0
    scores = scores / spread  # of whatever lengths the vectors are
    scale, (loss, slope, bend) = 1.0, _loss_at(1.0, scores, offsets)
    for _ in range(_MOST_STEPS):
        if bend <= 0:
            break
        step = max(-slope / bend, -scale)
        after = _loss_at(scale + step, scores, offsets)
        while after[0] > loss and abs(step) > _FINE_ENOUGH * scale:
            step /= 2
            after = _loss_at(scale + step, scores, offsets)
        scale, (loss, slope, bend) = scale + step, after
        if abs(step) <= _FINE_ENOUGH * scale:
            break
    return scale / spread


def _loss_at(
    scale: float, scores: NDArray[np.float64], offsets: NDArray[np.float64]
) -> tuple[float, float, float]:
    """The mean loss at a scale, with its first and second derivative by it."""
    scaled = scale * scores + offsets
    highest = scaled.max(axis=1, keepdims=True)
    shares = np.exp(scaled - highest)
    totals = shares.sum(axis=1, keepdims=True)
    shares /= totals
    losses = np.log(totals[:, 0]) + highest[:, 0] - scaled[:, 0]
    means = np.einsum("pn,pn->p", shares, scores)
    squares = np.einsum("pn,pn,pn->p", shares, scores, scores)
    slope, bend = (means - scores[:, 0]).mean(), (squares - means**2).mean()
    return float(losses.mean()), float(slope), float(bend)


def _questions_within(
    corpus: EncodedCorpus, held_out: NDArray[np.int64], random: np.random.Generator
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Up to N_QUESTIONS of the thinned held-out text, in its order: centers (P,) and contexts
    (P, PROBE_CONTEXTS).

    Drawn from as many as there are pairs of a center and a word around it, which comes first.
    """
    kept = keep_probabilities(corpus.vocab.counts, PROBE_SAMPLE)
    words, around = [np.zeros(0, np.int32)], [np.zeros((0, 2 * PROBE_WINDOW), np.int32)]
    for first, stop in held_out:
        found = np.asarray(corpus.ids[first:stop])
        places = np.flatnonzero(random.random(len(found)) < kept[found])
        sentences = np.searchsorted(corpus.sentence_starts, first + places, side="right")
        words.append(found[places])
        around.append(_shuffled(_around(found[places], sentences), random))
    every = np.concatenate(around)
    n_around = (every >= 0).sum(axis=1)
    ends = n_around.cumsum()
    n_pairs = int(n_around.sum())
    drawn = random.choice(n_pairs, min(n_pairs, N_QUESTIONS), replace=False, shuffle=False)
    drawn.sort()
    asked = np.searchsorted(ends, drawn, side="right")
    n_asked = n_around[asked, None]
    turns = (drawn - ends[asked])[:, None] + np.arange(PROBE_CONTEXTS)
    contexts = np.where(
        np.arange(PROBE_CONTEXTS) < n_asked, every[asked[:, None], turns % n_asked], -1
    )
    return np.concatenate(words)[asked], contexts.astype(np.int32)


def _around(words: NDArray[np.int32], sentences: NDArray[np.int64]) -> NDArray[np.int32]:
    """The words up to PROBE_WINDOW before and after each, -1 beyond its sentence: (n, 10)."""
    offsets = np.delete(np.arange(-PROBE_WINDOW, PROBE_WINDOW + 1), PROBE_WINDOW)
    places = np.arange(len(words))[:, None] + offsets
    inside = (places >= 0) & (places < len(words))
    places = np.where(inside, places, 0)
    if not len(words):
        return np.zeros(places.shape, np.int32)
    inside &= sentences[places] == sentences[:, None]
    return np.where(inside, words[places], -1)


def _shuffled(around: NDArray[np.int32], random: np.random.Generator) -> NDArray[np.int32]:
    """Each row in random order, -1 last."""
    order = np.argsort(random.random(around.shape) + (around < 0), axis=1)
    return np.take_along_axis(around, order, axis=1)
