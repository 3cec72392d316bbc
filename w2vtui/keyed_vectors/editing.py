"""Adding words, replacing vectors, choosing and sorting words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from w2vtui.display import safe_text
from w2vtui.errors import NotAWordError, VectorsError
from w2vtui.keyed_vectors.table import COUNT, KeyedTable, check_counts, nothing, one_or_more
from w2vtui.vectors.similarity import Floats


class Editing(KeyedTable):
    """Changes of the words and of their vectors."""

    def add_vector(self, key: str, vector: ArrayLike) -> int:
        """Add a word, or replace the vector (D,) of one that is there; return its row.

        Words may be added one by one: the matrix grows by a half when it is full.

        Raises:
            VectorsError: the vector is not of D numbers.
        """
        self.add_vectors([key], [np.asarray(vector)], replace=True)
        return self.key_to_index[key]

    def add_vectors(
        self,
        keys: str | Sequence[str],
        weights: ArrayLike | Sequence[ArrayLike],
        extras: Mapping[str, ArrayLike] | None = None,
        replace: bool = False,
    ) -> None:
        """Add n words with their vectors (n, D); a word that is there keeps its own.

        extras    attributes of the words, each an array (n,)
        replace   words that are there take the new vectors and attributes

        Words that are added have 0 in other attributes and in the output vectors. Nothing is
        changed when an error is raised.

        Raises:
            VectorsError: there are not as many vectors of D numbers, or attributes, as words.
        """
        words = one_or_more(keys)
        for word in words:
            if not isinstance(word, str):
                raise NotAWordError(f"a word must be text, got {word!r}: give str({word!r})")
        rows = self._checked_rows(words, weights)
        given = {name: _checked_extra(name, extra, len(words)) for name, extra in
                 (extras or {}).items()}  # fmt: skip
        sources = self._sources(words, replace)
        new = [word for word in sources if word not in self.key_to_index]
        grown = {
            name: self._extended(self.expandos.get(name), given.get(name), len(new))
            for name in (*self.expandos, *(name for name in given if name not in self.expandos))
        }
        self._grow(new)
        places = [self.key_to_index[word] for word in sources]
        chosen = list(sources.values())
        self.vectors[places] = rows[chosen]
        for name, values in grown.items():
            if name in given:
                values[places] = given[name][chosen]
            self._set_attribute(name, values)
        self._norms = None

    def __setitem__(self, keys: str | Sequence[str], weights: ArrayLike) -> None:
        """Add words with their vectors, or replace the vectors of words that are there."""
        self.add_vectors(keys, weights, replace=True)

    def vectors_for_all(
        self, keys: str | Iterable[str], allow_inference: bool = True, copy_vecattrs: bool = False
    ) -> Self:
        """The vectors of these words alone, copied, in their order; each word once.

        Words without a vector are left out.

        allow_inference   has no effect: vectors of words alone cannot be inferred
        copy_vecattrs     with the attributes of the words
        """
        rows = [
            self.key_to_index[key]
            for key in dict.fromkeys(one_or_more(keys))
            if key in self.key_to_index
        ]
        chosen = type(self)(self.vector_size)
        chosen.add_vectors([self.index_to_key[row] for row in rows], self.vectors[rows])
        if self.output_vectors is not None:
            chosen.output_vectors = self.output_vectors[rows]
        if copy_vecattrs:
            for name, values in self.expandos.items():
                chosen._set_attribute(name, values[rows])
        return chosen

    def sort_by_descending_frequency(self) -> None:
        """Order words and vectors by count, the most frequent first; equal ones keep their order.

        Raises:
            VectorsError: the counts are not known.
        """
        if self.counts is None:
            raise VectorsError("the counts are not known: set them, set_vecattr(word, 'count', 3)")
        order = np.argsort(-self.counts, kind="stable")
        self.index_to_key[:] = [self.index_to_key[row] for row in order.tolist()]
        self.key_to_index.update((word, row) for row, word in enumerate(self.index_to_key))
        self.vectors = self._room = self.vectors[order]
        if self.output_vectors is not None:
            self.output_vectors = self.output_vectors[order]
        for name, values in self.expandos.items():
            self._set_attribute(name, values[order])
        if len(self.vectors_lockf) == len(order):
            self.vectors_lockf = self.vectors_lockf[order]
        self._norms = None

    def unit_normalize_all(self) -> None:
        """Scale each vector to length 1; a vector of zeros stays as it is."""
        self._grow([])
        np.divide(self.vectors, self.norms[:, None], out=self.vectors,
                  where=self.norms[:, None] > 0, casting="same_kind")  # fmt: skip
        self._norms = None

    # ---- growing

    def _checked_rows(self, words: Sequence[str], weights: Any) -> Floats:
        """The vectors (n, D) of n words.

        Raises:
            VectorsError: they are not.
        """
        try:
            rows = np.asarray(weights, dtype=np.float32)
            found = str(rows.shape)
        except (ValueError, TypeError):
            rows, found = np.empty(0, dtype=np.float32), "rows of other lengths, or no numbers"
        if rows.ndim == 1 and len(words) == 1:
            rows = rows[None]
        if rows.shape != (len(words), self.vector_size) and (len(words) or rows.size):
            raise VectorsError(
                f"{len(words):,} words must have vectors of shape "
                f"{(len(words), self.vector_size)}, got {found}"
            )
        return rows.reshape(len(words), self.vector_size)

    def _sources(self, words: Sequence[str], replace: bool) -> dict[str, int]:
        """The place among `words` of the one whose vector each word takes; of a word that occurs
        again the first, or with `replace` the last.
        """
        places: dict[str, int] = {}
        for place, word in enumerate(words):
            if replace or (word not in self.key_to_index and word not in places):
                places[word] = place
        return places

    def _extended(
        self, old: NDArray[Any] | None, given: NDArray[Any] | None, n_new: int
    ) -> NDArray[Any]:
        """A copy of an attribute (V,) with room for new words, of a type that holds what is given.

        Raises:
            TypeError: what is given is of another kind.
        """
        if old is None:
            assert given is not None
            old = np.full(len(self), nothing(given.dtype), dtype=given.dtype)
        dtype = old.dtype if given is None else np.promote_types(old.dtype, given.dtype)
        filling = np.full(n_new, nothing(dtype), dtype=dtype)
        return np.concatenate([old.astype(dtype), filling])

    def _grow(self, new: Sequence[str]) -> None:
        """Append words with vectors that are still to be set; then no vector is shared."""
        n_old, n = len(self), len(self) + len(new)
        has_room = len(self._room) >= n and self.vectors.base is self._room
        if not has_room:
            self._room = np.empty((max(n, n_old + n_old // 2 * bool(new)), self.vector_size),
                                  dtype=np.float32)  # fmt: skip
            self._room[:n_old] = self.vectors
        self.vectors = self._room[:n]
        for row, word in enumerate(new, start=n_old):
            self.index_to_key.append(word)
            self.key_to_index[word] = row
        if self.output_vectors is not None and new:
            zeros = np.zeros((len(new), self.vector_size), dtype=np.float32)
            self.output_vectors = np.concatenate([self.output_vectors, zeros])
        if len(self.vectors_lockf) == n_old and n_old > 1:
            ones = np.ones(len(new), dtype=np.float32)
            self.vectors_lockf = np.concatenate([self.vectors_lockf, ones])


def _checked_extra(name: str, values: ArrayLike, n: int) -> NDArray[Any]:
    """The attribute (n,) of words to be added; text is held as objects.

    Raises:
        VectorsError: it is not one value a word.
    """
    array = np.asarray(values)
    if array.shape != (n,):
        raise VectorsError(
            f"the attribute '{safe_text(name, 40)}' of {n:,} words must have shape {(n,)}, "
            f"got {array.shape}"
        )
    if name == COUNT:
        check_counts(array)
    return array.astype(object) if array.dtype.kind in "USO" else array
