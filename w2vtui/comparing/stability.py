"""Which nearest words another seed gives again, by how often a word occurs.

    tally = NeighborTally(["king"])
    for seed in range(1, 6):
        tally.add(Word2Vec(corpus_file="notes.txt", seed=seed).wv)
    tally.stability().lines()

Trainings that differ by the seed alone do not give the same vectors, and of a word that occurs
seldom they hardly agree on the neighbors. overlap@10 of a word is how many of its ten nearest words
are the same in two trainings, the mean over all pairs of them. Wendlandt, Kummerfeld and Mihalcea
2018, "Factors Influencing the Surprising Instability of Word Embeddings"; Antoniak and Mimno 2018,
"Evaluating the Stability of Embedding-based Word Similarities".
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import UnknownWordError, VectorsError
from w2vtui.training.measuring.churn import TOP, nearest_rows
from w2vtui.training.measuring.known_questions import N_CANDIDATES
from w2vtui.vectors import WordVectors
from w2vtui.vectors.similarity import Floats, first_not_finite, norms_of

WORDS_A_BAND = 500
"""Words whose neighbors are compared, of those that occur about as often."""
TRUSTED_SHARE = 0.8
"""How often a neighbor must be found again to be trusted."""
_SEED = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """Words that occur about as often."""

    least: int
    """The least that a word of the band occurs."""
    most: int
    n_words: int
    n_compared: int
    """Of these, whose neighbors were compared: a sample if there are many."""
    overlap: float
    """Nearest words in common of two seeds, of `top`: the mean over words."""
    spread: float
    """The standard deviation of that between words."""
    by_rank: tuple[float, ...]
    """Of the first neighbor, the second, ...: how often it is among those of another seed, 0..1."""

    @property
    def n_trusted(self) -> int:
        """How many neighbors, from the first on, another seed gives again in 80 % of cases."""
        shares = [share >= TRUSTED_SHARE for share in self.by_rank]
        return shares.index(False) if False in shares else len(shares)

    @property
    def occurs(self) -> str:
        """How often its words occur."""
        if self.least == self.most:
            return f"{self.least:,} times"
        return f"{self.least:,} to {self.most:,} times"


@dataclass(frozen=True, kw_only=True, slots=True)
class StableWord:
    """A word with the neighbors that any seed gives it."""

    word: str
    count: int | None
    overlap: float
    """Nearest words in common of two seeds: the mean over pairs of seeds."""
    spread: float
    """The standard deviation of that between pairs."""
    neighbors: tuple[tuple[str, int], ...]
    """Those of any seed, with the number of seeds that have them; most first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stability:
    """What several trainings agree on."""

    n_seeds: int
    top: int
    """Nearest words that are compared: 10, or all others of fewer words."""
    overlap: float
    """The mean over the words of the bands, each counted as often as the text has such words."""
    bands: tuple[Band, ...]
    """The most frequent first."""
    words: tuple[StableWord, ...]
    remarks: tuple[str, ...]
    """What was left out."""

    def lines(self) -> list[str]:
        """All of it as text."""
        top, seeds = self.top, f"{self.n_seeds} seeds"
        lines = [
            f"{seeds}: on average {self.overlap:.1f} of the {top} nearest words of a word are the "
            "same with another seed",
            f"{'words that occur':>24}  {'words':>8}  {f'of {top}':>6}  {'spread':>6}  "
            f"{'first':>6}  {'last':>6}  which neighbors to trust",
        ]
        lines += [
            f"{band.occurs:>24}  {band.n_words:>8,}  {band.overlap:>6.1f}  "
            f"{band.spread:>6.1f}  {band.by_rank[0]:>6.0%}  {band.by_rank[-1]:>6.0%}  "
            f"{_trust_text(band.n_trusted, top)}"
            for band in self.bands
        ]
        for word in self.words:
            lines += _word_lines(word, self.n_seeds, top)
        return lines + list(self.remarks)

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        plain = dataclasses.asdict(self)
        for band, of_band in zip(plain["bands"], self.bands, strict=True):
            band["trusted"] = of_band.n_trusted
        return plain


class NeighborTally:
    """Takes the vectors of one training after the other, and keeps their neighbors alone."""

    def __init__(self, words: Sequence[str] = ()) -> None:
        """words: those whose neighbors are named"""
        self._wanted = tuple(dict.fromkeys(words))
        self._found: list[NDArray[np.intp]] = []
        """For each training: (W, top), the rows nearest to each compared word."""
        self._words: Sequence[str] = ()
        self._counts: NDArray[np.int64] | None = None
        self._bands: list[NDArray[np.intp]] = []
        self._rows = np.zeros(0, np.intp)
        self._n_words = self._top = 0

    def __len__(self) -> int:
        return len(self._found)

    def add(self, vectors: WordVectors) -> None:
        """Take in the vectors of another training on the same text.

        Raises:
            VectorsError: they have other words, fewer than two, or are not numbers.
            UnknownWordError: they do not have a word whose neighbors are to be named.
        """
        n = min(len(vectors), N_CANDIDATES)
        matrix = np.asarray(vectors.vectors[:n])
        if not self._found:
            self._choose(vectors, n)
        elif list(vectors.index_to_key[:n]) != self._words or len(vectors) != self._n_words:
            raise VectorsError("the words differ: stability is that of trainings on one text")
        row = first_not_finite(matrix)
        if row is not None:
            raise VectorsError(
                f"the vector of '{self._words[row]}' is not numbers: the training diverged; lower "
                "the learning rate"
            )
        self._found.append(_nearest_first(matrix, self._rows, self._top))

    def stability(self) -> Stability:
        """What those that were taken in agree on.

        Raises:
            VectorsError: there are fewer than two.
        """
        if len(self._found) < 2:
            raise VectorsError(f"stability needs two trainings, got {len(self._found)}")
        same = [
            (a[:, :, None] == b[:, None, :]).any(axis=2) for a, b in permutations(self._found, 2)
        ]
        again = np.array(same)  # (ordered pairs, W, top)
        bands, first = [], 0
        for members in self._bands:
            chosen = slice(first, first := first + min(len(members), WORDS_A_BAND))
            bands.append(self._band(members, again[:, chosen]))
        left_out = self._n_words - len(self._words)
        remarks = (f"the {left_out:,} rarest words were left out",) if left_out else ()
        weights = [band.n_words for band in bands]
        return Stability(
            n_seeds=len(self._found),
            top=self._top,
            overlap=float(np.average([band.overlap for band in bands], weights=weights)),
            bands=tuple(bands),
            words=tuple(self._word(at, again) for at in range(-len(self._wanted), 0)),
            remarks=remarks,
        )

    def _choose(self, vectors: WordVectors, n: int) -> None:
        """Choose the words whose neighbors are compared."""
        self._n_words, self._top = len(vectors), min(TOP, n - 1)
        if self._top < 1:
            raise VectorsError("stability needs two words or more: lower min_count")
        self._words = list(vectors.index_to_key[:n])
        self._counts = None if vectors.counts is None else vectors.counts[:n]
        wanted = [vectors.get_index(word) for word in self._wanted]
        if beyond := [word for word, row in zip(self._wanted, wanted, strict=True) if row >= n]:
            raise UnknownWordError(f"'{beyond[0]}' is not among the {n:,} most frequent words")
        self._bands = _bands_of(self._counts, n)
        random = np.random.default_rng(_SEED)
        samples = [
            np.sort(random.choice(rows, min(len(rows), WORDS_A_BAND), replace=False))
            for rows in self._bands
        ]
        self._rows = np.concatenate([*samples, np.array(wanted, np.intp)])

    def _band(self, members: NDArray[np.intp], again: NDArray[np.bool_]) -> Band:
        """What two trainings agree on, of the words of a band.

        again   (ordered pairs, W, top): whether a neighbor of the first is one of the second
        """
        of_words = again.sum(axis=2).mean(axis=0)
        counts = np.zeros(len(members), np.int64) if self._counts is None else self._counts[members]
        return Band(
            least=int(counts.min()),
            most=int(counts.max()),
            n_words=len(members),
            n_compared=again.shape[1],
            overlap=float(of_words.mean()),
            spread=float(of_words.std()),
            by_rank=tuple(again.mean(axis=(0, 1)).tolist()),
        )

    def _word(self, at: int, again: NDArray[np.bool_]) -> StableWord:
        """One of the words whose neighbors are to be named, by its place from the end."""
        row = int(self._rows[at])
        seen = Counter(int(near) for found in self._found for near in found[at])
        overlaps = again[:, at].sum(axis=1)
        return StableWord(
            word=self._words[row],
            count=None if self._counts is None else int(self._counts[row]),
            overlap=float(overlaps.mean()),
            spread=float(overlaps.std()),
            neighbors=tuple((self._words[near], n) for near, n in seen.most_common()),
        )


def _nearest_first(matrix: Floats, rows: NDArray[np.intp], n: int) -> NDArray[np.intp]:
    """The n rows nearest to each of `rows`, the nearest first: (W, n)."""
    found = nearest_rows(matrix, rows, n)
    norms = norms_of(matrix)[found]
    products = np.einsum("wd,wnd->wn", matrix[rows], matrix[found])
    cosines = np.divide(products, norms, out=np.zeros_like(norms), where=norms > 0)
    return np.take_along_axis(found, np.argsort(-cosines, axis=1, kind="stable"), axis=1)


def _bands_of(counts: NDArray[np.int64] | None, n: int) -> list[NDArray[np.intp]]:
    """Rows of words in bands of as many digits in their counts, the most frequent first."""
    if counts is None:
        return [np.arange(n)]
    n_digits = np.floor(np.log10(np.maximum(counts, 1))).astype(int)
    return [np.flatnonzero(n_digits == one) for one in np.unique(n_digits)[::-1]]


def _trust_text(n_trusted: int, top: int) -> str:
    if n_trusted == 0:
        return "none"
    return f"all {top}" if n_trusted == top else f"the first {n_trusted}"


def _word_lines(word: StableWord, n_seeds: int, top: int) -> list[str]:
    by_seeds = {
        n: [one for one, seeds in word.neighbors if seeds == n] for n in range(1, 1 + n_seeds)
    }
    firm = by_seeds[n_seeds]
    half = [one for n in range(n_seeds - 1, n_seeds // 2, -1) for one in by_seeds[n]]
    n_others = len(word.neighbors) - len(firm) - len(half)
    return [
        f"{word.word}: {word.overlap:.1f} of {top}",
        f"  all {n_seeds} seeds: {' '.join(firm) or 'none'}",
        f"  more than half: {' '.join(half) or 'none'}; fewer: {n_others} words",
    ]
