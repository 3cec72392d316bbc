"""How good vectors are: analogies answered, and agreement with people on how alike words are.

Both follow gensim's protocol, so that scores can be compared. Questions with words that have no
vector are left out, and a result says how many were covered: a score alone says little.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import SettingsError
from w2vtui.evaluation.questions import Analogy, Pair
from w2vtui.vectors import WordVectors
from w2vtui.vectors.similarity import Floats, Lengths, norms_of, products_with_units

_SCORES_A_BLOCK = 1 << 22


@dataclass(frozen=True, slots=True)
class PairsResult:
    """How well cosines agree with people's scores of word pairs."""

    name: str
    spearman: float
    """Rank correlation, -1 to 1; NaN below two covered pairs, or when one side is constant."""
    pearson: float
    """Linear correlation, as above."""
    covered: int
    """Pairs with a vector of numbers for both words."""
    total: int


@dataclass(frozen=True, slots=True)
class SectionResult:
    """Analogies of one kind."""

    name: str
    correct: int
    covered: int
    """Questions whose four words are all among the candidates."""
    total: int

    @property
    def accuracy(self) -> float:
        """Share of the covered questions that are answered right; NaN when none is covered."""
        return self.correct / self.covered if self.covered else math.nan


@dataclass(frozen=True, slots=True)
class AnalogyResult:
    """Analogies by section, and their sums; a syntactic section's name starts with `gram`."""

    sections: tuple[SectionResult, ...]
    semantic: SectionResult
    syntactic: SectionResult
    total: SectionResult


class KnownPairs:
    """Word pairs as rows of vectors: looked up once, scored as often as the vectors change.

    words      the vocabulary, most frequent first
    lowercase  match words whatever their case; of several the first, most frequent one counts
    """

    def __init__(
        self, words: Sequence[str], pairs: Sequence[Pair], lowercase: bool = True, name: str = ""
    ) -> None:
        row_of = rows_by_word(words, lowercase)
        folded = ((fold(a, lowercase), fold(b, lowercase), score) for a, b, score in pairs)
        covered = [(row_of[a], row_of[b], s) for a, b, s in folded if a in row_of and b in row_of]
        self._name, self._total = name, len(pairs)
        self.rows = np.array([(a, b) for a, b, _ in covered], dtype=np.intp).reshape(-1, 2).T
        """(2, n): those of the words of each pair that has both."""
        self.scores = np.array([score for _, _, score in covered], dtype=np.float64)
        """(n,): what people say of it."""

    def __len__(self) -> int:
        """Pairs with a row for both words."""
        return len(self.scores)

    def score(self, vectors: Floats) -> PairsResult:
        """Correlation of the cosines of rows of `vectors`, float32 (V, D), with people's scores."""
        if not len(self):
            return PairsResult(self._name, math.nan, math.nan, 0, self._total)
        cosines = self.cosines(vectors)
        are_numbers = np.isfinite(cosines)
        cosines, scores = cosines[are_numbers], self.scores[are_numbers]
        return PairsResult(
            self._name,
            correlation(ranks(scores), ranks(cosines)),
            correlation(scores, cosines),
            len(scores),
            self._total,
        )

    def cosines(self, vectors: Floats) -> NDArray[np.float64]:
        """The cosine of each pair: (n,); 0 for a vector of zeros, NaN where one is not numbers."""
        a, b = (vectors[rows].astype(np.float64) for rows in self.rows)
        a[~np.isfinite(a).all(axis=1)] = np.nan
        b[~np.isfinite(b).all(axis=1)] = np.nan
        products, lengths = (a * b).sum(axis=1), np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
        cosines: NDArray[np.float64] = np.divide(
            products, lengths, out=np.zeros_like(products), where=lengths != 0
        )
        return cosines


@dataclass(frozen=True, slots=True)
class KnownSection:
    """Analogy questions of one kind as rows of vectors."""

    name: str
    rows: list[list[int]]
    """Of each covered question, those of its four words."""
    covered: list[int]
    """Which of the questions these are, from 0."""
    total: int


class KnownAnalogies:
    """Analogy questions as rows of vectors: looked up once, answered as often as the vectors
    change.

    words      the vocabulary, most frequent first
    restrict   only the first, most frequent words are candidates, and questions with other words
               are left out; None takes all words
    lowercase  match words whatever their case; of several the first, most frequent one counts
    """

    def __init__(
        self,
        words: Sequence[str],
        sections: Mapping[str, Sequence[Analogy]],
        restrict: int | None = 30_000,
        lowercase: bool = True,
    ) -> None:
        if restrict is not None and restrict < 1:
            raise SettingsError(f"restrict must be 1 word or more, got {restrict}")
        words = words[:restrict]
        row_of = rows_by_word(words, lowercase)
        self._n_words = len(words)
        self.variants: defaultdict[int, list[int]] = defaultdict(list)
        """For each row of a question, the rows of the same word in any case, its own included."""
        for row, word in enumerate(words):
            self.variants[row_of[fold(word, lowercase)]].append(row)
        self.sections: list[KnownSection] = []
        """In the order that they were given in."""
        for name, questions in sections.items():
            folded = [[fold(word, lowercase) for word in four] for four in questions]
            covered = [n for n, four in enumerate(folded) if all(word in row_of for word in four)]
            rows = [[row_of[word] for word in folded[n]] for n in covered]
            self.sections.append(KnownSection(name, rows, covered, len(questions)))

    def __len__(self) -> int:
        """Questions whose four words are all among the candidates."""
        return sum(len(section.rows) for section in self.sections)

    def score(self, vectors: Floats, norms: Lengths | None = None) -> AnalogyResult:
        """Answer each question by the row of `vectors`, float32 (V, D), nearest to b - a + c.

        norms  float64 (V,), the lengths of the rows; computed when not given
        """
        results = [
            SectionResult(section.name, int(right.sum()), len(right), section.total)
            for section, right in zip(self.sections, self.right(vectors, norms), strict=True)
        ]
        syntactic = [result for result in results if result.name.startswith("gram")]
        semantic = [result for result in results if not result.name.startswith("gram")]
        return AnalogyResult(
            tuple(results),
            _sum("semantic", semantic),
            _sum("syntactic", syntactic),
            _sum("total", results),
        )

    def right(self, vectors: Floats, norms: Lengths | None = None) -> list[NDArray[np.bool_]]:
        """For each section, whether each of its covered questions is answered right."""
        candidates = vectors[: self._n_words]
        norms = norms_of(candidates) if norms is None else norms[: self._n_words]
        return [
            _answered_right(candidates, norms, section.rows, self.variants)
            for section in self.sections
        ]


def evaluate_pairs(
    vectors: WordVectors, pairs: Sequence[Pair], lowercase: bool = True, name: str = ""
) -> PairsResult:
    """Correlation of the cosines of word pairs with people's scores of them.

    lowercase  match words whatever their case; of several the first, most frequent one counts
    """
    return KnownPairs(vectors.index_to_key, pairs, lowercase, name).score(vectors.vectors)


def evaluate_analogies(
    vectors: WordVectors,
    sections: Mapping[str, Sequence[Analogy]],
    restrict: int | None = 30_000,
    lowercase: bool = True,
) -> AnalogyResult:
    """Answer `a is to b as c is to ?` by the word nearest to b - a + c, all at length 1.

    restrict   only the first, most frequent words are candidates, and questions with other words
               are left out; None takes all words
    lowercase  match words whatever their case; of several the first, most frequent one counts

    The three words of the question, in any case, are never the answer.
    Mikolov et al. 2013, "Efficient Estimation of Word Representations", section 4.1.
    """
    known = KnownAnalogies(vectors.index_to_key, sections, restrict, lowercase)
    return known.score(vectors.vectors, vectors.norms)


def ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks of n values from 1, float64 (n,); equal values share the mean of their ranks."""
    _, group, sizes = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(sizes) - (sizes - 1) / 2)[group]


def correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Pearson's correlation of two (n,); NaN below two values, or when one side is constant."""
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return math.nan
    a, b = a - a.mean(), b - b.mean()
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def _answered_right(
    candidates: Floats, norms: Lengths, questions: list[list[int]], variants: dict[int, list[int]]
) -> NDArray[np.bool_]:
    """Which questions are answered right: rows (a, b, c, d) of candidates (n, D) with norms (n,).

    variants  for each row of a question, the rows of the same word in any case, its own included
    """
    inverse = np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0)
    block_size = max(1, _SCORES_A_BLOCK // len(candidates))
    right = np.zeros(len(questions), dtype=np.bool_)
    for start in range(0, len(questions), block_size):
        block = questions[start : start + block_size]
        a, b, c = (candidates[row] * inverse[row, None] for row in np.array(block).T[:3])
        # Cosines but for the length of b - a + c, which orders nothing.
        scores = products_with_units(candidates, (b - a + c).astype(np.float32), norms)
        scores[:, ~np.isfinite(norms)] = -np.inf
        for question, four in enumerate(block):
            for word in four[:3]:
                scores[question, variants[word]] = -np.inf
        answers, best = scores.argmax(axis=1), scores.max(axis=1)
        right[start : start + block_size] = [
            answer in variants[four[3]] and score > -np.inf  # with no candidate left, row 0 "wins"
            for four, answer, score in zip(block, answers.tolist(), best.tolist(), strict=True)
        ]
    return right


def rows_by_word(words: Sequence[str], lowercase: bool) -> dict[str, int]:
    """The first row of each word; of words that differ in case alone, of all of them together."""
    rows: dict[str, int] = {}
    for row, word in enumerate(words):
        rows.setdefault(fold(word, lowercase), row)
    return rows


def fold(word: str, lowercase: bool) -> str:
    """A word as it is compared: in upper case, as in gensim and word2vec.c, or as it is."""
    return word.upper() if lowercase else word


def _sum(name: str, results: Sequence[SectionResult]) -> SectionResult:
    return SectionResult(
        name,
        sum(result.correct for result in results),
        sum(result.covered for result in results),
        sum(result.total for result in results),
    )
