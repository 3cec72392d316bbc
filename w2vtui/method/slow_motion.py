"""One real training step, before and after: what errs by how much, and what moves how far.

The run's own loop makes the step, on a private copy of the rows; the formulas give the scores in
between, and how far the loop's vectors are from theirs is a part of what is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from w2vtui.method.step_formulas import Exact, Formulas, Rows, Scored
from w2vtui.settings import Model, Objective, ResolvedSettings
from w2vtui.training.engine.private_steps import Chosen, Ids, Meeting, PrivateSteps

MOST_TARGETS = 64
"""Target rows that a step names; of more, those with the largest errors."""


class Mode(NamedTuple):
    """One of the chapter's ways to train."""

    model: Model
    objective: Objective

    def __str__(self) -> str:
        return f"{self.model}, {self.objective.replace('-', ' ')}"


@dataclass(frozen=True, eq=False)
class Encounter:
    """Input rows that meet target rows at the same time, before and after the step."""

    inputs: Ids
    """int32: the context words, an input row each; or the words whose mean is the one input row"""
    is_mean: bool
    """Whether their mean (or sum) is the one input row, as in CBOW."""
    targets: Ids
    """int32 (T,): words or nodes; the center word, or the root, first"""
    labels: Ids
    """int32 (T,): 1 or 0"""
    times: Ids
    """int32 (T,): how often each counts: more than once for a noise word drawn twice"""
    scores: Exact
    """float64 (C, T): u . v when they met; one row if `is_mean`"""
    predicted: Exact
    """float64 (C, T): sigmoid of the scores; for the exact softmax their softmax over all words"""
    after: Exact
    """float64 (C, T): the scores after the whole step"""
    predicted_after: Exact
    """float64 (C, T)"""
    drawn: Ids
    """int32 (K,): noise words in the order of the draw, those equal to the center among them"""
    n_targets: int
    """Targets in all, of which T are named."""

    @property
    def errors(self) -> Exact:
        """label - predicted: float64 (C, T)."""
        errors: Exact = self.labels - self.predicted
        return errors


class Move(NamedTuple):
    """How far a vector moved."""

    row: int
    """A word, or a node of the tree."""
    kind: Literal["input", "output", "node"]
    step: float
    """Length of the step."""
    before: float
    """Length of the vector before it."""
    angle: float | None
    """Between the vector before and after, in degrees; None where one of them is 0."""


class Approach(NamedTuple):
    """A context word's cosine with the center word, of their input vectors."""

    word: int
    before: float
    after: float


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a token, before and after."""

    mode: Mode
    chosen: Chosen
    rate: float
    repeats: int
    """How often the step was made on this copy, this time included."""
    encounters: tuple[Encounter, ...]
    moves: tuple[Move, ...]
    """The context words' input vectors in the order of the text, then the named targets."""
    approaches: tuple[Approach, ...]
    """Context words, the one whose cosine with the center changed most first."""
    loss: float
    """Nats: of every pair, as the rows met."""
    loss_after: float
    """The same pairs with the same targets, after the step."""
    loss_of_loop: float
    """What the loop counted; NaN if its loss was not finite."""
    difference: float
    """The largest difference between the loop's vectors and the formulas'."""
    losses: tuple[float, ...]
    """The loss at each repeat so far, this one last."""

    @property
    def n_pairs(self) -> int:
        """Pairs that the loss is a sum over: of each context word, or of their mean."""
        return sum(1 if one.is_mean else len(one.inputs) for one in self.encounters)


class SlowMotion:
    """One token of a text, and a private copy of what it trains: the same step as often as asked.

    Used by one thread at a time.
    """

    def __init__(self, steps: PrivateSteps, chosen: Chosen, settings: ResolvedSettings) -> None:
        """Copy the rows as they are now.

        Raises:
            OutOfMemoryError: the address space has no room.
        """
        self.mode, self.chosen = Mode(settings.model, settings.objective), chosen
        self.rate = steps.rate(chosen)
        self._copy = steps.copy(steps.plan(settings), chosen)
        self._settings = settings
        locks = steps.backend.locks
        if not locks.size:
            locks = np.ones(steps.backend.n_words, np.float32)
        self._formulas = Formulas(settings, self.rate, locks)
        self._losses: list[float] = []
        self.last: Step | None = None
        """The last step made."""

    def at(self, repeats: int) -> Step:
        """The step after it was made `repeats` times, at least as often as so far."""
        with np.errstate(all="ignore"):  # vectors of a run that has diverged
            while len(self._losses) < repeats - 1:
                self._formulas_before()
                self._copy.train()
            if self.last is None or self.last.repeats < repeats:
                self.last = self._made()
        return self.last

    def _formulas_before(self) -> tuple[Rows, list[Scored], Rows]:
        """The rows before a step, what the formulas score, and the rows that they give; notes the
        loss.
        """
        before, formulas = Rows.of(self._copy), self._formulas
        rows, met = before, []
        for meeting in self.chosen.meetings:
            met.append(formulas.scored(rows, meeting))
            rows = formulas.moved(rows, meeting, met[-1])
        self._losses.append(sum(one.loss for one in met))
        return before, met, rows

    def _made(self) -> Step:
        """Train on the token once more, and show it."""
        before, met, rows = self._formulas_before()
        meetings = self.chosen.meetings
        loss_of_loop = self._copy.train()
        after = Rows.of(self._copy)
        left = [self._formulas.scored(after, meeting) for meeting in meetings]
        encounters = tuple(map(self._encounter, meetings, met, left))
        return Step(
            mode=self.mode,
            chosen=self.chosen,
            rate=self.rate,
            repeats=len(self._losses),
            encounters=encounters,
            moves=self._moves(before, after, encounters),
            approaches=_approaches(before, after, self.chosen),
            loss=self._losses[-1],
            loss_after=sum(one.loss for one in left),
            loss_of_loop=loss_of_loop,
            difference=rows.distance(after),
            losses=tuple(self._losses),
        )

    def _encounter(self, meeting: Meeting, met: Scored, left: Scored) -> Encounter:
        shown = np.arange(len(meeting.rows))
        if self.mode.objective == "softmax" or len(shown) > MOST_TARGETS:
            errors = np.abs(met.labels - met.predicted).max(axis=0)
            if not self._settings.walks_tree:
                errors[meeting.rows == self.chosen.center] = np.inf
            shown = np.argsort(-errors, kind="stable")[:MOST_TARGETS]
        return Encounter(
            inputs=meeting.contexts,
            is_mean=self.mode.model == "cbow",
            targets=meeting.rows[shown],
            labels=met.labels[shown].astype(np.int32),
            times=np.abs(meeting.weights[shown]).astype(np.int32),
            scores=met.scores[:, shown],
            predicted=met.predicted[:, shown],
            after=left.scores[:, shown],
            predicted_after=left.predicted[:, shown],
            drawn=meeting.drawn,
            n_targets=len(meeting.rows),
        )

    def _moves(
        self, before: Rows, after: Rows, encounters: tuple[Encounter, ...]
    ) -> tuple[Move, ...]:
        words = dict.fromkeys(int(word) for word in self.chosen.contexts)
        kind: Literal["node", "output"] = "node" if self._settings.walks_tree else "output"
        named = dict.fromkeys(int(row) for one in encounters for row in one.targets)
        inputs = [_move(word, "input", before.v(word), after.v(word)) for word in words]
        return (*inputs, *(_move(row, kind, before.u(row), after.u(row)) for row in named))


def _move(row: int, kind: Literal["input", "output", "node"], before: Exact, after: Exact) -> Move:
    cosine = _cosine(before, after)
    angle = None if cosine is None else float(np.degrees(np.arccos(cosine)))
    step, length = np.linalg.norm(after - before), np.linalg.norm(before)
    return Move(row, kind, float(step), float(length), angle)


def _approaches(before: Rows, after: Rows, chosen: Chosen) -> tuple[Approach, ...]:
    """Cosines of the context words with the center, the largest change first."""
    found = []
    for word in dict.fromkeys(int(word) for word in chosen.contexts):
        if word == chosen.center:
            continue
        old = _cosine(before.v(word), before.v(chosen.center))
        new = _cosine(after.v(word), after.v(chosen.center))
        if old is not None and new is not None:
            found.append(Approach(word, old, new))
    return tuple(sorted(found, key=lambda one: -abs(one.after - one.before)))


def _cosine(a: Exact, b: Exact) -> float | None:
    """Cosine of two vectors; None where one of them is 0 or not finite."""
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    if lengths == 0 or not np.isfinite(lengths):
        return None
    return float(np.clip(a @ b / lengths, -1.0, 1.0))
