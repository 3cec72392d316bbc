"""The public class."""

from __future__ import annotations

from typing import Self

from w2vtui.vectors import WordVectors


class KeyedVectors(WordVectors):
    """Words and their vectors, with the names and results of gensim 4's KeyedVectors."""

    @classmethod
    def of(cls, vectors: WordVectors) -> Self:
        """The same words and vectors, not copied."""
        return cls(
            vectors.index_to_key,
            vectors.vectors,
            counts=vectors.counts,
            output_vectors=vectors.output_vectors,
        )
