"""A corpus as numbers: word ids, and where sentences begin in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus.vocab import Vocab


@dataclass(frozen=True, eq=False)
class EncodedCorpus:
    """Text as ids of a vocabulary. Tokens that are not in the vocabulary are absent."""

    vocab: Vocab
    ids: NDArray[np.int32]
    """(n_tokens,) memory-mapped, read-only"""
    sentence_starts: NDArray[np.int64]
    """(n_sentences + 1,) from 0 to n_tokens, strictly increasing"""
    n_raw_tokens: int
    """tokens of the text before any were left out"""
    n_raw_sentences: int
    """sentences of the text that hold a token, whether or not it is in the vocabulary"""
    n_raw_types: int
    """distinct tokens of the text before any were left out"""
    n_too_long: int
    """tokens of the text that were left out for their length; the hints say so, too"""
    hints: tuple[str, ...]
    """plain remarks on the text: which setting would fit it better"""
    name: str
    """for titles: a file's name, `3 files`, `stdin`; safe to print"""
    from_cache: bool
    """whether it was read and encoded in an earlier run"""

    @property
    def n_left_out(self) -> int:
        """Tokens of the text that are not in the vocabulary."""
        return self.n_raw_tokens - len(self.ids)

    @property
    def n_sentences(self) -> int:
        """Sentences that hold at least one word of the vocabulary."""
        return len(self.sentence_starts) - 1
