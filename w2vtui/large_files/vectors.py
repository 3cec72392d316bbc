"""Words and vectors of a file that is not loaded."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from w2vtui.large_files.findings import Arrays
from w2vtui.large_files.open_file import OpenFile
from w2vtui.large_files.rows import FileRows, RowSums
from w2vtui.large_files.words import StoredRows, StoredWords, starts_of
from w2vtui.vectors import WordVectors
from w2vtui.vectors.similarity import Floats, Lengths


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
    def file(self) -> OpenFile:
        """Where the rows are."""
        return cast("FileRows", self.vectors).file

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

    def as_arrays(self) -> Arrays:
        """What is known of the file, in few bytes."""
        words = cast("StoredWords", self.index_to_key)
        arrays = {
            "letters": np.frombuffer(words.letters, dtype=np.uint8),
            "lengths": _small(np.diff(words.starts)),
            "slots": cast("StoredRows", self.key_to_index).slots,
            "norms": self.norms,
            **_as_steps("vectors", cast("FileRows", self.vectors)),
        }
        if self.output_vectors is not None:
            arrays |= _as_steps("output_vectors", cast("FileRows", self.output_vectors))
        if self.counts is not None:
            arrays["counts"] = _small(self.counts)
        return arrays

    @classmethod
    def from_arrays(cls, file: OpenFile, arrays: Arrays) -> FileVectors:
        """Vectors of which this was known."""
        words = StoredWords(arrays["letters"].tobytes(), starts_of(arrays["lengths"]))
        counts = arrays.get("counts")
        return cls(
            words,
            StoredRows(words, arrays["slots"]),
            _from_steps("vectors", file, arrays),
            None if counts is None else counts.astype(np.int64),
            _from_steps("output_vectors", file, arrays) if "output_vectors" in arrays else None,
            arrays["norms"],
        )


def _as_steps(name: str, matrix: FileRows) -> dict[str, NDArray[Any]]:
    """Where the rows of a matrix are: the first and how long they are, and the steps between."""
    places = matrix.places
    about = np.array([places[0], matrix.shape[1]], dtype=np.int64)
    return {name: about, f"{name}_steps": _small(np.diff(places))}


def _from_steps(name: str, file: OpenFile, arrays: Arrays) -> FileRows:
    begin, size = arrays[name].tolist()
    return FileRows(file, begin + starts_of(arrays[f"{name}_steps"]), size)


def _small(numbers: NDArray[np.int64]) -> NDArray[Any]:
    """Numbers from 0 on, in the smallest type that holds them."""
    return numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))))
