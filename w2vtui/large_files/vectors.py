"""Words and vectors of a file that is not loaded."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

from w2vtui.large_files.rows import FileRows, RowSums
from w2vtui.large_files.words import StoredRows, StoredWords
from w2vtui.similarity import Floats, Lengths
from w2vtui.vectors import WordVectors


class FileVectors(WordVectors):
    """WordVectors whose rows stay in their file.

    `vectors` and `output_vectors` are FileRows: some rows of them are arrays, and all can be
    multiplied with one; `np.asarray` alone makes an array of all. What is asked raises VectorsError
    once the file was changed.
    """

    def __init__(
        self,
        words: StoredWords,
        rows: StoredRows,
        vectors: FileRows,
        counts: NDArray[np.int64] | None = None,
        output_vectors: FileRows | None = None,
        norms: Lengths | None = None,
    ) -> None:
        """
        words    V words that all differ
        rows     of these words
        norms    float64 (V,), where they are known already
        """
        self.index_to_key, self.key_to_index = words, rows
        self.vectors = cast("Floats", vectors)
        self.output_vectors = cast("Floats | None", output_vectors)
        self.counts = counts
        self._norms = norms

    @property
    def norms(self) -> Lengths:
        """float64 (V,): the Euclidean length of each vector, read once."""
        if self._norms is None and isinstance(self.vectors, FileRows | RowSums):
            self._norms = self.vectors.norms()
        return super().norms

    def without(self, left_out: NDArray[np.bool_]) -> FileVectors:
        """The words and vectors less some, bool (V,)."""
        kept = ~left_out
        words = cast("StoredWords", self.index_to_key).without(left_out)
        matrix = cast("FileRows", self.vectors)
        output = cast("FileRows | None", self.output_vectors)
        return FileVectors(
            words,
            StoredRows(words),
            matrix.only(kept),
            None if self.counts is None else self.counts[kept],
            None if output is None else output.only(kept),
            self.norms[kept],
        )
