"""How far words are from one another."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from w2vtui.keyed_vectors.table import KeyedTable, one_or_more
from w2vtui.vectors.similarity import Floats, cosines_with, norms_of


class Comparisons(KeyedTable):
    """Cosines, and what is computed from them."""

    def distance(self, w1: str, w2: str) -> float:
        """1 - similarity: 0 in the same direction, 2 in the opposite one."""
        return 1.0 - self.similarity(w1, w2)

    def distances(
        self, word_or_vector: str | ArrayLike, other_words: str | Iterable[str] | None = ()
    ) -> Floats:
        """1 - cosine of a word or vector (D,) with each of `other_words`, float32 (n,).

        Without other words, with all words (V,).

        Raises:
            UnknownWordError: a word has no vector.
        """
        query = (
            self.get_vector(word_or_vector)
            if isinstance(word_or_vector, str)
            else self._checked_vector(np.asarray(word_or_vector, dtype=np.float64))
        )
        others = [self.get_index(word) for word in one_or_more(other_words or ())]
        rows: list[int] | slice = others or slice(None)
        cosines = cosines_with(self.vectors[rows], query, self.norms[rows])
        return 1 - np.clip(cosines, -1, 1)

    @staticmethod
    def cosine_similarities(vector_1: ArrayLike, vectors_all: ArrayLike) -> Floats:
        """The cosine of a vector (D,) with each of n vectors (n, D), float32 (n,); 0 with zeros."""
        rows = np.asarray(vectors_all, dtype=np.float32)
        cosines = cosines_with(rows, np.asarray(vector_1, dtype=np.float64), norms_of(rows))
        return np.clip(cosines, -1, 1)

    def get_normed_vectors(self) -> Floats:
        """A copy of the vectors at length 1, float32 (V, D); one of zeros stays as it is."""
        lengths = self.norms[:, None]
        return np.divide(self.vectors, lengths, out=np.zeros_like(self.vectors),
                         where=lengths > 0, casting="same_kind")  # fmt: skip

    def closer_than(self, key1: str, key2: str) -> list[str]:
        """The words that are nearer to `key1` than `key2` is, in the order of the rows.

        Raises:
            UnknownWordError: a word has no vector.
        """
        return [self.index_to_key[row] for row in self._closer(key1, key2).tolist()]

    def rank(self, key1: str, key2: str) -> int:
        """The place of `key2` among the words nearest to `key1`: 1 for the nearest.

        Raises:
            UnknownWordError: a word has no vector.
        """
        return len(self._closer(key1, key2)) + 1

    def _closer(self, a: str, b: str) -> NDArray[np.intp]:
        """The rows of the words nearer to `a` than `b` is."""
        row_a, row_b = self.get_index(a), self.get_index(b)
        self._check_numbers((row_a, row_b))
        cosines = cosines_with(self.vectors, self.vectors[row_a], self.norms)
        closer = cosines > cosines[row_b]
        closer[[row_a, row_b]] = False
        return np.flatnonzero(closer)
