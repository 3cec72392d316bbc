"""3CosMul: analogies by products of cosines."""

from __future__ import annotations

from typing import Any

import numpy as np

from w2vtui.errors import VectorsError
from w2vtui.vectors.queries import terms_of
from w2vtui.vectors.similarity import Floats, cosines_with
from w2vtui.vectors.word_vectors import WordVectors

_LEAST = 1e-6
"""Keeps the quotient finite."""


def cosmul_scores(
    vectors: WordVectors, positive: Any, negative: Any, rows: slice = slice(None)
) -> tuple[Floats, list[int]]:
    """The score of each of `rows`, float32 (n,), and the rows of the words asked about.

    A score is the product of the cosines with `positive`, divided by that of the cosines with
    `negative`, each cosine shifted to 0 to 1. Each side is a word, a vector (D,), or several.
    Levy and Goldberg 2014, "Linguistic Regularities", eq. 4 (3CosMul).

    Raises:
        UnknownWordError: a word has no vector.
        VectorsError: `positive` is empty, or a weight is given.
    """
    matrix, norms = vectors.vectors[rows], vectors.norms[rows]
    products, asked = [], []
    for side in (positive, negative):
        product = np.ones(len(matrix))
        for item, weight in terms_of(side, 1.0):
            if weight != 1.0:
                raise VectorsError(f"most_similar_cosmul takes no weights, got {weight}")
            query, rows_of_item = vectors.sum_of([item])
            asked += rows_of_item
            product *= (1 + np.clip(cosines_with(matrix, query, norms), -1, 1)) / 2
        products.append(product)
    if not terms_of(positive, 1.0):
        raise VectorsError("nothing to compare with: give at least one word in positive")
    return (products[0] / (products[1] + _LEAST)).astype(np.float32), asked
