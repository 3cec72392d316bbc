"""What two runs are compared by: the same questions, answered by the vectors of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2vtui.comparing.shared import SharedVectors
from w2vtui.evaluation.evaluate import KnownAnalogies, KnownPairs, correlation, ranks
from w2vtui.evaluation.questions import Analogy, Pair
from w2vtui.training.measuring.known_questions import N_CANDIDATES
from w2vtui.vectors.similarity import first_not_finite

Kind: TypeAlias = Literal["probe", "pairs", "semantic", "syntactic"]

LEAST_QUESTIONS = 30
"""Of fewer, the differences say too little."""
ROOM: dict[Kind, float] = {"probe": 1.0, "pairs": 1.5, "semantic": 1.3, "syntactic": 1.3}
"""How much wider an interval is than resampled questions make it: a training may move all questions
of a kind at once, which they cannot show. Measured by tools/seed_verdicts.py: among runs that
differ by the seed, correlations deviate up to 1.4 times as much as resampling says, and shares of
analogies 1.2 times.
"""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Answers:
    """What two runs make of the same questions."""

    name: str
    """`probe`, or the name of a file of questions."""
    kind: Kind
    values: tuple[float, float]
    """Of each run: nats of the probe, where lower is better; a correlation; a share of right ones.
    """
    differences: NDArray[np.float64]
    """(n,): of each question, the second run's less the first's; their mean is that of the values.
    """
    units: NDArray[np.integer]
    """(n, k): the words, or pairs of words, of each question; -1 for none."""
    cost: Literal["tokens", "seconds"] | None = None
    """What both runs had as much of; None for their ends."""
    place: float | None = None
    """How much of it."""
    alternatives: tuple[NDArray[np.float64], ...] = ()
    """Differences that may be meant as well: what is said must hold for each."""

    @property
    def lower_is_better(self) -> bool:
        """Whether it is a loss."""
        return self.kind == "probe"


def probe_answers(
    losses: tuple[NDArray[np.float64], NDArray[np.float64]],
    contexts: NDArray[np.int32],
    centers: NDArray[np.int32],
) -> Answers:
    """The probe.

    losses     of each run, by question (P,)
    contexts   (P, C), the words around the center, -1 for none; centers (P,)
    """
    return Answers(
        name="probe",
        kind="probe",
        values=(float(losses[0].mean()), float(losses[1].mean())),
        differences=losses[1] - losses[0],
        units=np.column_stack((centers, contexts)),
    )


def pairs_answers(name: str, pairs: Sequence[Pair], shared: SharedVectors) -> Answers | None:
    """The rank correlation of cosines with people's scores, of two runs; None for too few pairs."""
    known = KnownPairs(shared.words, pairs, name=name)
    a, b = (known.cosines(of_run.vectors) for of_run in shared.vectors)
    are_numbers = np.isfinite(a) & np.isfinite(b)
    a, b, scores = a[are_numbers], b[are_numbers], known.scores[are_numbers]
    if len(scores) < LEAST_QUESTIONS:
        return None
    values = [correlation(ranks(scores), ranks(one)) for one in (a, b)]
    if not np.isfinite(values).all():
        return None
    return Answers(
        name=name,
        kind="pairs",
        values=(values[0], values[1]),
        differences=values[1] - values[0] + influences(scores, b) - influences(scores, a),
        units=known.rows.T[are_numbers],
    )


def influences(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each of n pairs of numbers moves their rank correlation, times n: (n,), mean 0.

    Spearman's correlation is 12 times the covariance of the shares F(a) and G(b) of smaller
    numbers, which a pair enters by its own product and by moving the shares of the others. Croux
    and Dehon 2010, "Influence functions of the Spearman and Kendall correlation measures".
    """
    n = len(a)
    shares = [(ranks(one) - 0.5) / n - 0.5 for one in (a, b)]
    moved = _means_above(shares[0], shares[1]) + _means_above(shares[1], shares[0])
    found = (shares[0] * shares[1] + moved) / (shares[0].std() * shares[1].std())
    centered: NDArray[np.float64] = found - found.mean()
    return centered


def _means_above(places: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each place, the sum of the values at higher ones, and half of those at its own, by n."""
    _, group = np.unique(places, return_inverse=True)
    sums = np.bincount(group, weights=values)
    above = sums.sum() - np.cumsum(sums)
    found: NDArray[np.float64] = ((above + sums / 2) / len(places))[group]
    return found


def analogy_answers(
    name: str, sections: Mapping[str, Sequence[Analogy]], shared: SharedVectors
) -> list[Answers]:
    """The shares of right answers, semantic and syntactic, without what has too few questions.

    None of vectors that are not numbers.
    """
    known = KnownAnalogies(shared.words, sections, N_CANDIDATES)
    candidates = [np.asarray(of_run.vectors[:N_CANDIDATES]) for of_run in shared.vectors]
    if any(first_not_finite(of_run) is not None for of_run in candidates):
        return []
    right = [known.right(of_run) for of_run in candidates]
    found = []
    kinds: tuple[Kind, Kind] = ("semantic", "syntactic")
    for kind in kinds:
        of_kind = [
            at
            for at, section in enumerate(known.sections)
            if section.name.startswith("gram") is (kind == "syntactic") and section.rows
        ]
        n_questions = sum(len(known.sections[at].rows) for at in of_kind)
        if n_questions < LEAST_QUESTIONS:
            continue
        a, b = (np.concatenate([one[at] for at in of_kind]).astype(np.float64) for one in right)
        rows = np.concatenate([np.array(known.sections[at].rows) for at in of_kind])
        found.append(
            Answers(
                name=name,
                kind=kind,
                values=(float(a.mean()), float(b.mean())),
                differences=b - a,
                units=_pairs_in(rows),
            )
        )
    return found


def _pairs_in(questions: NDArray[np.integer]) -> NDArray[np.integer]:
    """A number for each of the two pairs of words in analogies (n, 4): (n, 2)."""
    pairs = questions.reshape(-1, 2)
    numbers: NDArray[np.integer] = np.unique(pairs, axis=0, return_inverse=True)[1]
    return numbers.reshape(-1, 2)
