"""Words of rows with their scores and counts."""

from __future__ import annotations

from collections.abc import Iterable

from w2vtui.exploring.answers import Near
from w2vtui.vectors import WordVectors


def near(vectors: WordVectors, rows: Iterable[int], scores: Iterable[float]) -> tuple[Near, ...]:
    """The words of rows, each with its score."""
    return tuple(
        Near(vectors.index_to_key[row], float(score), count_of(vectors, row), int(row))
        for row, score in zip(rows, scores, strict=True)
    )


def count_of(vectors: WordVectors, row: int) -> int | None:
    """How often the word of a row occurs in the corpus; None if that is not known."""
    return None if vectors.counts is None else int(vectors.counts[row])
