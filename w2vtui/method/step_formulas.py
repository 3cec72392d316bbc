"""One training step by the book, in float64: what the training loop does in float32.

    score[c,t] = u_t . v_c        error[c,t] = label[t] - sigmoid(score[c,t])
    u_t += lr * sum_c error[c,t] * v_c          v_c += lr * sum_t error[c,t] * u_t

Under the exact softmax error[c,t] = [t = center] - softmax(score)[c,t]. CBOW has one input row, the
mean of its context words, and its move goes to each of them (divided by their number if the run
divides it).

D2L 15.1, 15.2.1 and 15.2.2.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vtui.settings import ResolvedSettings
from w2vtui.training.engine.private_steps import Chosen, Ids, Meeting, PrivateCopy

Exact = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Rows:
    """The vectors that one token's step reads or moves."""

    words: Ids
    """int32, ascending: the context words and the center"""
    inputs: Exact
    """float64 (n, D): their input vectors"""
    targets: Ids
    """int32, ascending: words, or nodes of the tree"""
    outputs: Exact
    """float64 (T, D): their vectors"""

    @classmethod
    def of(cls, copy: PrivateCopy) -> Rows:
        """The rows of a private copy as they are now."""
        chosen: Chosen = copy.chosen
        words = np.unique(np.append(chosen.contexts, np.int32(chosen.center)))
        targets = np.unique(np.concatenate([one.rows for one in chosen.meetings]))
        return cls(
            words,
            copy.inputs(words).astype(np.float64),
            targets,
            copy.targets(targets).astype(np.float64),
        )

    def v(self, word: int) -> Exact:
        """The input vector of one of the words: (D,)."""
        row: Exact = self.inputs[np.searchsorted(self.words, word)]
        return row

    def u(self, target: int) -> Exact:
        """The vector of one of the targets: (D,)."""
        row: Exact = self.outputs[np.searchsorted(self.targets, target)]
        return row

    def distance(self, other: Rows) -> float:
        """The largest difference of a number to the same one of other rows."""
        apart = [
            np.abs(mine - theirs).max(initial=0.0)
            for mine, theirs in ((self.inputs, other.inputs), (self.outputs, other.outputs))
        ]
        return float(np.max(apart))


@dataclass(frozen=True, eq=False)
class Scored:
    """Input rows scored against target rows."""

    scores: Exact
    """(C, T): u . v"""
    predicted: Exact
    """(C, T): sigmoid of the scores, or their softmax"""
    labels: Exact
    """(T,): 1 or 0"""
    loss: float
    """nats, of all pairs"""


class Formulas:
    """The formulas under some settings, at one rate."""

    def __init__(self, settings: ResolvedSettings, rate: float, locks: NDArray[np.float32]) -> None:
        """locks (V,): the share of its moves that each input vector makes"""
        self._settings, self._rate, self._locks = settings, rate, locks
        self._is_exact = not (settings.draws_noise or settings.walks_tree)

    def scored(self, rows: Rows, meeting: Meeting) -> Scored:
        """Scores, predictions and loss of a meeting, as the rows are."""
        inputs, outputs = self._met(rows, meeting)
        scores: Exact = inputs @ outputs.T
        labels = (meeting.weights > 0).astype(np.float64)
        if self._is_exact:
            shifted = scores - scores.max(axis=1, keepdims=True)
            predicted = np.exp(shifted)
            totals = predicted.sum(axis=1, keepdims=True)
            predicted /= totals
            losses = np.log(totals[:, 0]) - shifted[:, labels == 1][:, 0]
            return Scored(scores, predicted, labels, float(losses.sum()))
        signed = np.where(labels == 1, scores, -scores)
        # -log sigmoid(x) = log(1 + exp(-x)), without overflow
        loss = np.abs(meeting.weights) * np.logaddexp(0.0, -signed)
        return Scored(scores, np.exp(-np.logaddexp(0.0, -scores)), labels, float(loss.sum()))

    def moved(self, rows: Rows, meeting: Meeting, scored: Scored) -> Rows:
        """The rows after the meeting has moved them."""
        inputs, outputs = self._met(rows, meeting)
        times = 1.0 if self._is_exact else np.abs(meeting.weights)
        errors = times * (scored.labels - scored.predicted)
        moves = self._rate * errors @ outputs
        after_in, after_out = rows.inputs.copy(), rows.outputs.copy()
        places = np.searchsorted(rows.words, meeting.contexts)
        if self._settings.model == "cbow":
            share = 1 / len(meeting.contexts) if self._settings.cbow_divide else 1.0
            moves = np.repeat(moves * share, len(meeting.contexts), axis=0)
        locks = self._locks[meeting.contexts, None].astype(np.float64)
        np.add.at(after_in, places, locks * moves)  # a word may be in the window twice
        after_out[np.searchsorted(rows.targets, meeting.rows)] += self._rate * errors.T @ inputs
        return dataclasses.replace(rows, inputs=after_in, outputs=after_out)

    def _met(self, rows: Rows, meeting: Meeting) -> tuple[Exact, Exact]:
        """The input rows (C, D), one under CBOW, and the target rows (T, D) of a meeting."""
        inputs: Exact = rows.inputs[np.searchsorted(rows.words, meeting.contexts)]
        if self._settings.model == "cbow":
            inputs = inputs.sum(axis=0, keepdims=True)
            if self._settings.cbow_mean:
                inputs = inputs / len(meeting.contexts)
        outputs: Exact = rows.outputs[np.searchsorted(rows.targets, meeting.rows)]
        return inputs, outputs
