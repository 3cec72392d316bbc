"""Word vectors and what can be asked of them: nearest words, analogies, the odd one out.

Symbols: V words, D numbers a vector; row i of every array belongs to word i. Method names and
results are gensim's KeyedVectors' where it has the method.
"""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vtui.display import safe_text
from w2vtui.errors import NotAWordError, SettingsError, UnknownWordError, VectorsError
from w2vtui.vectors.no_vector import NoVector
from w2vtui.vectors.queries import Query, terms_of
from w2vtui.vectors.similarity import Floats, Lengths, nearest, norms_of, unit
from w2vtui.vectors.spelling import near_spellings

NOT_NUMBERS = "no neighbors: the vectors are not numbers"
"""What a query of a run that diverged reports."""


class WordVectors:
    """Words and their vectors, most frequent word first.

    words           V different words
    vectors         float32 (V, D), not copied; must not change while this object is in use,
                    for the norms are computed once
    counts          int64 (V,), how often each word occurs in the corpus, where that is known
    output_vectors  float32 (V, D), the words' vectors as targets of the prediction

    Raises:
        VectorsError: there are no vectors, a word occurs twice, or an array has the wrong shape.
    """

    def __init__(
        self,
        words: Sequence[str],
        vectors: NDArray[np.floating],
        counts: NDArray[np.integer] | None = None,
        output_vectors: NDArray[np.floating] | None = None,
    ) -> None:
        if np.ndim(vectors) != 2 or np.size(vectors) == 0:
            raise VectorsError(
                f"vectors must be a matrix with one row per word, got shape {np.shape(vectors)}"
            )
        self._hold(words, vectors, counts, output_vectors)

    def _hold(
        self,
        words: Sequence[str],
        vectors: NDArray[np.floating],
        counts: NDArray[np.integer] | None,
        output_vectors: NDArray[np.floating] | None,
    ) -> None:
        """Take words and arrays of as many rows, which may be none.

        Raises:
            VectorsError: a word occurs twice, or an array has the wrong shape.
        """
        self.index_to_key: Sequence[str] = list(words)
        self.vectors: Floats = np.asarray(vectors, dtype=np.float32)
        n_words = len(self.index_to_key)
        self._norms: Lengths | None = None
        self.counts: NDArray[np.int64] | None = (
            None if counts is None else np.asarray(counts, dtype=np.int64)
        )
        self.output_vectors: Floats | None = (
            None if output_vectors is None else np.asarray(output_vectors, dtype=np.float32)
        )
        for name, array, shape in (
            ("vectors", self.vectors, (n_words, self.vector_size)),
            ("counts", self.counts, (n_words,)),
            ("output_vectors", self.output_vectors, (n_words, self.vector_size)),
        ):
            if array is not None and array.shape != shape:
                raise VectorsError(
                    f"{name} of {n_words:,} words must have shape {shape}, got {array.shape}"
                )
        self.key_to_index: Mapping[str, int] = {
            word: row for row, word in enumerate(self.index_to_key)
        }
        if len(self.key_to_index) < n_words:
            first, second = repeated(self.index_to_key)
            raise VectorsError(
                f"words must be unique: '{safe_text(self.index_to_key[first], 40)}' is word "
                f"{first + 1:,} and word {second + 1:,}"
            )

    def with_vectors(self, vectors: Floats, output_vectors: Floats | None = None) -> WordVectors:
        """The same words and counts, which are shared, with other vectors (V, D).

        Raises:
            VectorsError: they are not one for each word.
        """
        for array in (vectors, output_vectors):
            if array is not None and len(array) != len(self):
                raise VectorsError(f"{len(self):,} words need as many vectors, got {len(array):,}")
        other = copy(self)
        other.vectors, other.output_vectors = vectors, output_vectors
        other._norms = None
        return other

    @property
    def vector_size(self) -> int:
        """Length D of a vector."""
        return int(self.vectors.shape[1])

    @property
    def norms(self) -> Lengths:
        """float64 (V,): the Euclidean length of each vector, computed once."""
        if self._norms is None:
            self._norms = norms_of(self.vectors)
        return self._norms

    def forget_norms(self) -> None:
        """Compute the lengths again when they are next needed: `vectors` was changed."""
        self._norms = None

    def __len__(self) -> int:
        return len(self.index_to_key)

    def __iter__(self) -> Iterator[str]:
        return iter(self.index_to_key)

    def __contains__(self, word: object) -> bool:
        return word in self.key_to_index

    def __getitem__(self, words: str | Sequence[str]) -> Floats:
        """The vector (D,) of a word, or the vectors (n, D) of n words.

        Raises:
            UnknownWordError: a word has no vector.
        """
        if isinstance(words, str | bytes) or not isinstance(words, Iterable):
            return self.get_vector(words)
        return self.vectors[[self.get_index(word) for word in words]]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self):,} words x {self.vector_size}>"

    def get_index(self, key: str) -> int:
        """The row of a word.

        Raises:
            UnknownWordError: the word has no vector.
            NotAWordError: it is not text, as a number of a row.
        """
        if not isinstance(key, str):
            rows = ": the vector of row i is vectors[i], and its word is index_to_key[i]"
            is_row = isinstance(key, numbers.Integral)
            raise NotAWordError(f"a word must be text, got {key!r}{rows if is_row else ''}")
        row = self.key_to_index.get(key)
        if row is None:
            raise UnknownWordError(NoVector(key, self.suggestions, len(self)))
        return row

    def get_vector(self, key: str, norm: bool = False) -> Floats:
        """The vector (D,) of a word, read-only; with `norm` a copy of length 1.

        Raises:
            UnknownWordError: the word has no vector.
        """
        row: Floats = self.vectors[self.get_index(key)]
        if norm:
            return unit(row)
        row.flags.writeable = False  # of this view; the norms would not follow a change
        return row

    def similarity(self, w1: str, w2: str) -> float:
        """Cosine of the angle between two words' vectors, 0 where a vector is 0.

        Raises:
            UnknownWordError: a word has no vector.
        """
        return clipped(float(self.get_vector(w1, norm=True) @ self.get_vector(w2, norm=True)))

    def most_similar(
        self,
        positive: Query | Sequence[Query] | NDArray[np.floating] | None = None,
        negative: Query | Sequence[Query] | NDArray[np.floating] | None = None,
        topn: int = 10,
        *,
        restrict_vocab: int | None = None,
    ) -> list[tuple[str, float]]:
        """The `topn` words of highest cosine with the sum of `positive` less `negative`.

        Each side is a word, a vector, a (word or vector, weight) pair, or several of them. A word
        stands for its vector at length 1, a vector for itself; a weight replaces the 1 of
        `positive` or the -1 of `negative`, sign included. Words asked about are left out.
        `restrict_vocab` searches the first words only, the most frequent ones.
        Levy and Goldberg 2014, "Linguistic Regularities", eq. 1 (3CosAdd).

        Raises:
            UnknownWordError: a word has no vector.
            VectorsError: nothing is asked, or a vector has the wrong length or is not of numbers.
        """
        if restrict_vocab is not None and restrict_vocab < 1:
            raise SettingsError(f"restrict_vocab must be 1 word or more, got {restrict_vocab}")
        query, asked = self.sum_of(positive, negative)
        rows, cosines = nearest(
            self.vectors[:restrict_vocab],
            query,
            topn,
            norms=self.norms[:restrict_vocab],
            exclude=asked,
        )
        return self.named(rows, cosines)

    def sum_of(self, positive: Any, negative: Any = None) -> tuple[NDArray[np.float64], list[int]]:
        """The vector (D,) that a question of `most_similar` stands for, and the rows of its words.

        Raises:
            UnknownWordError: a word has no vector.
            VectorsError: nothing is asked, or a vector has the wrong length or is not of numbers.
        """
        query = np.zeros(self.vector_size, dtype=np.float64)
        asked = []
        terms = [*terms_of(positive, 1.0), *terms_of(negative, -1.0)]
        if not terms:
            raise VectorsError("nothing to compare with: give at least one word or vector")
        for item, weight in terms:
            if isinstance(item, np.ndarray):
                query += weight * self._checked_vector(item).astype(np.float64)
            else:
                asked.append(self.get_index(item))
                query += weight * self.get_vector(item, norm=True)
        if not np.isfinite(query).all():
            raise VectorsError(self._not_numbers(asked))
        return query, asked

    def named(self, rows: NDArray[np.intp], cosines: Floats) -> list[tuple[str, float]]:
        """The words of rows, each with its cosine."""
        return [
            (self.index_to_key[row], clipped(value))
            for row, value in zip(rows.tolist(), cosines.tolist(), strict=True)
        ]

    def suggestions(self, word: str, n: int = 5) -> list[tuple[str, int | None]]:
        """Up to `n` words spelled like `word`, with their counts.

        First those that differ in case or Unicode form alone, then by edits (2 at most; 1 for up
        to 4 letters), the more frequent first. Of more than 500,000 words the first are looked at.
        """
        rows, edits = near_spellings(word, self.index_to_key)
        frequency = -rows if self.counts is None else self.counts[rows]
        best = rows[np.lexsort((rows, -frequency, edits))[: max(n, 0)]]
        return [
            (self.index_to_key[row], None if self.counts is None else int(self.counts[row]))
            for row in best.tolist()
        ]

    def _not_numbers(self, rows: Sequence[int]) -> str:
        """Why words have no neighbors: which of them, where others have."""
        word = next((row for row in rows if not np.isfinite(self.vectors[row]).all()), None)
        if word is None or not np.isfinite(self.norms).any():
            return NOT_NUMBERS
        return (
            f"no neighbors: the vector of '{safe_text(self.index_to_key[word], 40)}' holds NaN or "
            "infinity, as after a training that diverged: ask for another word"
        )

    def _checked_vector(self, vector: NDArray[np.floating]) -> NDArray[np.floating]:
        if vector.shape != (self.vector_size,) or vector.dtype.kind not in "fiub":
            raise VectorsError(
                f"a vector must hold {self.vector_size} numbers, got shape {vector.shape} "
                f"of {vector.dtype}"
            )
        return vector


def repeated(words: Sequence[str]) -> tuple[int, int]:
    """Positions of the first word that occurs a second time, and of that second time."""
    first: dict[str, int] = {}
    for position, word in enumerate(words):
        if first.setdefault(word, position) != position:
            return first[word], position
    raise ValueError("all words differ")


def clipped(value: float) -> float:
    """A cosine without the rounding that can carry it past 1."""
    return min(max(value, -1.0), 1.0)
