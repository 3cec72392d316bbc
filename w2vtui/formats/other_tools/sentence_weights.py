"""Weights that make the mean of word vectors a vector of a sentence.

Smooth inverse frequency multiplies a word's vector by a / (a + p(w)), p(w) its share of the text;
the common direction is the first singular vector of all rows, of which each loses its part.
Arora, Liang and Ma 2017, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings".
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import SettingsError
from w2vtui.formats.rows.blocks import Block, Reader, Shape

USUAL_SIF = 1e-4


class SentenceWeights:
    """A reader whose rows are weighted; what it needs to know of all rows it reads beforehand."""

    def __init__(self, reader: Reader, sif: float | None, *, removes_common: bool) -> None:
        """
        sif              a of the weights; None for no weights
        removes_common   whether rows lose their part along the common direction

        Raises:
            SettingsError: a is not above 0, or weights are wanted and no counts are known.
        """
        if sif is not None and not 0 < sif < np.inf:
            raise SettingsError(f"sif must be above 0, such as 1e-4, got {sif:g}")
        if sif is not None and not reader.shape.has_counts:
            raise SettingsError(
                "weights by frequency (--sif) need counts, and there are none: name vectors with "
                "a .vocab file beside them, or of a layout that holds counts"
            )
        self._reader, self._sif, self._removes_common = reader, sif, removes_common
        self._total = 0
        self._common: NDArray[np.float64] | None = None

    @property
    def shape(self) -> Shape:
        """That of the rows as they were."""
        return self._reader.shape

    def blocks(self) -> Iterator[Block]:
        """The rows, weighted.

        Raises:
            VectorsError: the file is not what it says.
        """
        if self._sif is not None and not self._total:
            self._total = sum(
                int(block.counts.sum())
                for block in self._reader.blocks()
                if block.counts is not None
            )
        if self._removes_common and self._common is None:
            self._common = self._common_direction()
        for block in self._reader.blocks():
            rows = self._weighted(block)
            if self._common is not None:
                rows = rows - np.outer(rows @ self._common, self._common)
            yield Block(block.words, rows.astype(np.float32), block.counts)

    def _weighted(self, block: Block) -> NDArray[np.float64]:
        rows = block.vectors.astype(np.float64)
        if self._sif is None or block.counts is None:
            return rows
        shares = block.counts / max(self._total, 1)
        weighted: NDArray[np.float64] = rows * (self._sif / (self._sif + shares))[:, None]
        return weighted

    def _common_direction(self) -> NDArray[np.float64]:
        """float64 (D,): the first right singular vector of the weighted rows, of length 1."""
        size = self.shape.vector_size
        products = np.zeros((size, size))
        for block in self._reader.blocks():
            rows = self._weighted(block)
            products += rows.T @ rows
        direction: NDArray[np.float64] = np.linalg.eigh(products)[1][:, -1]
        return direction
