"""What the Noise tab shows: P(w) and the share of the text at every rank, and what was drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.formulas import noise_probabilities
from w2vtui.errors import SettingsError
from w2vtui.method.noise import NoiseRecord
from w2vtui.settings import LiveSettings, field_default
from w2vtui.training.state.snapshot import Snapshot
from w2vtui.tui.method_screen.lines import N_PLACES, rows_along
from w2vtui.vectors import WordVectors

N_WORDS = 9
"""Words of the table besides those that were asked for, evenly spaced on the same axis."""
N_SPOTS = 12
DEFAULT_EXPONENT: float = field_default(LiveSettings, "ns_exponent")


@dataclass(frozen=True, slots=True, eq=False)
class NoiseWord:
    """A word of the table."""

    word: str
    row: int
    """0 for the most frequent word."""
    count: int
    text: float
    """Its share of the text."""
    noise: float
    """P(w)"""
    drawn: int | None = None
    expected: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Noise:
    """What the tab shows at one moment."""

    exponent: float
    used: float | None
    """The exponent that the run draws with; None if it draws no noise."""
    shot: Snapshot | None
    """The run that trains; None for a file or a saved run."""
    settings: LiveSettings | None
    """What the vectors are trained with; None where that is not known."""
    n_words: int
    vector_size: int
    logs: NDArray[np.float64]
    """(3, N_PLACES): log10 of P(w), of the share of the text, of P(w) as the run uses it"""
    rows: tuple[NoiseWord, ...]
    spots: tuple[tuple[float, float], ...] = ()
    """Where on the axis and at which log10 share words were drawn."""
    record: NoiseRecord | None = None
    problem: str = ""
    """Why it cannot be drawn again what was drawn last; empty where it can."""


def noise_of(
    vectors: WordVectors,
    words: Sequence[str],
    exponent: float | None,
    settings: LiveSettings | None,
    shot: Snapshot | None,
) -> Noise:
    """The distribution, before it is known what was drawn.

    words      of the vocabulary, for the table
    exponent   None takes that of the settings
    settings   what the vectors are trained with; None where that is not known
    shot       the run that trains; None for a file or a saved run

    Raises:
        SettingsError: the vectors come without counts.
    """
    if vectors.counts is None:
        raise SettingsError(
            "these vectors come without the counts of their words, and P(w) is made of counts: "
            "explore a run, or vectors saved with their counts"
        )
    counts = np.maximum(vectors.counts, 1)
    used = settings.ns_exponent if settings is not None and settings.draws_noise else None
    if exponent is None:
        exponent = DEFAULT_EXPONENT if used is None else used
    noise, text = noise_probabilities(counts, exponent), counts / counts.sum()
    in_use = noise if used is None else noise_probabilities(counts, used)
    at = rows_along(len(counts), N_PLACES)
    chosen = [vectors.key_to_index[word] for word in words]
    listed = dict.fromkeys([*chosen, *rows_along(len(counts), N_WORDS).tolist()])
    return Noise(
        exponent=exponent,
        used=used,
        shot=shot,
        settings=settings,
        n_words=len(counts),
        vector_size=vectors.vector_size,
        logs=np.log10([noise[at], text[at], in_use[at]]),
        rows=tuple(
            NoiseWord(vectors.index_to_key[row], row, int(counts[row]), text[row], noise[row])
            for row in listed
        ),
    )


def with_record(made: Noise, record: NoiseRecord | None) -> Noise:
    """The same, with how often each word was drawn."""
    if record is None or len(record.drawn) != made.n_words:
        return made
    filled = (
        replace(one, drawn=int(record.drawn[one.row]), expected=float(record.expected[one.row]))
        for one in made.rows
    )
    return replace(made, record=record, rows=tuple(filled), spots=_spots(record.drawn))


def _spots(drawn: NDArray[np.int64]) -> tuple[tuple[float, float], ...]:
    """Where on the axis and at which log10 share words were drawn, of stretches of ranks.

    drawn   (V,)
    """
    n_words, total = len(drawn), drawn.sum()
    edges = np.unique(np.concatenate((rows_along(n_words, N_SPOTS + 1), [n_words]))).tolist()
    spots = []
    for first, stop in pairwise(edges):
        share = drawn[first:stop].sum() / total / (stop - first)
        if share > 0:
            middle = np.sqrt((first + 1.0) * stop)
            x = np.log(middle) / max(np.log(n_words), 1e-9)
            spots.append((float(x), float(np.log10(share))))
    return tuple(spots)
