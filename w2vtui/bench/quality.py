"""The quality of a trainer's vectors: the scores of `w2vtui evaluate`, one number per file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from w2vtui.errors import CorpusError
from w2vtui.evaluate import (
    Analogy,
    Pair,
    evaluate_analogies,
    evaluate_pairs,
    read_analogies,
    read_pairs,
)
from w2vtui.vectors import KeyedVectors


@dataclass(frozen=True)
class Score:
    """The score of vectors on a file of questions."""

    name: str
    kind: Literal["pairs", "analogies"]
    percent: float | None
    """Spearman's correlation times 100, or correct answers in percent; None if none is covered."""
    covered: int
    total: int


@dataclass(frozen=True)
class Questions:
    """A file of word pairs or of analogies."""

    name: str
    pairs: Sequence[Pair] = ()
    analogies: Mapping[str, Sequence[Analogy]] | None = None

    @classmethod
    def read(cls, path: str) -> Questions:
        """Read a file of either kind.

        Raises:
            CorpusError: it cannot be read, or is of neither kind.
        """
        name = Path(path).name
        try:
            return cls(name, analogies=read_analogies(path))
        except CorpusError as no_analogies:
            try:
                return cls(name, pairs=read_pairs(path))
            except CorpusError as no_pairs:
                if str(no_pairs) == str(no_analogies):  # it cannot be read
                    raise
                raise CorpusError(
                    f"{path} has neither analogies nor word pairs: {no_analogies}; {no_pairs}"
                ) from None

    def score(self, vectors: KeyedVectors) -> Score:
        """Score vectors as `w2vtui evaluate` does."""
        if self.analogies is None:
            pairs = evaluate_pairs(vectors, self.pairs)
            return Score(self.name, "pairs", _percent(pairs.spearman), pairs.covered, pairs.total)
        found = evaluate_analogies(vectors, self.analogies).total
        return Score(self.name, "analogies", _percent(found.accuracy), found.covered, found.total)


def _percent(share: float) -> float | None:
    return None if math.isnan(share) else 100 * share
