"""Many questions at once: products of matrices in place of one product of a matrix a question."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any, overload

import numpy as np

from w2vtui.keyed_vectors.neighbors import Found, Neighbors
from w2vtui.keyed_vectors.table import several
from w2vtui.vectors.similarity import Floats, products_with_units, unit

_SCORES_A_BLOCK = 1 << 22


class Batches(Neighbors):
    """Many questions at once."""

    @overload
    def most_similar_many(
        self, queries: Iterable[Any], topn: int = 10, *, clip_start: int = 0,
        clip_end: int | None = None, restrict_vocab: int | None = None,
    ) -> list[Found]: ...  # fmt: skip

    @overload
    def most_similar_many(
        self, queries: Iterable[Any], topn: None, *, clip_start: int = 0,
        clip_end: int | None = None, restrict_vocab: int | None = None,
    ) -> Floats: ...  # fmt: skip

    def most_similar_many(
        self,
        queries: Iterable[Any],
        topn: int | None = 10,
        *,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
    ) -> list[Found] | Floats:
        """The nearest words of each of n questions, as `most_similar` gives them.

        queries   each what `most_similar` takes as `positive`: a word, a vector, or a list of
                  words, vectors and (word or vector, weight) pairs; or a matrix (n, D)
        topn      how many words a question; None gives all cosines instead, float32 (n, V)

        The other arguments are those of `most_similar`. Blocks of questions are answered by a
        product of matrices, which is faster than asking one after the other.

        Raises:
            UnknownWordError: a word has no vector; found before anything is computed.
            VectorsError: a question is empty, or a vector has the wrong length.
            SettingsError: restrict_vocab is below 1, or queries are a text.
        """
        start, end = self._searched(clip_start, clip_end, restrict_vocab)
        asked = [self.sum_of(query) for query in several("queries", queries)]
        n = None if topn is None else operator.index(topn)
        vectors, norms = self.vectors[start:end], self.norms[start:end]
        answers: list[Found] = []
        scores = np.empty((len(asked) if n is None else 0, end - start), dtype=np.float32)
        n_rows = max(_SCORES_A_BLOCK // max(end - start, 1), 1)
        for first in range(0, len(asked), n_rows):
            block = asked[first : first + n_rows]
            queries_of_block = np.stack([unit(query) for query, _ in block])
            cosines = products_with_units(vectors, queries_of_block, norms)
            np.clip(cosines, -1, 1, out=cosines)
            if n is None:
                scores[first : first + n_rows] = cosines
            else:
                answers += [
                    self._best_words(row, places, n, start)
                    for row, (_, places) in zip(cosines, block, strict=True)
                ]
        return scores if n is None else answers
