"""How many moments a history holds, and of how many words, within a limit of bytes."""

from __future__ import annotations

from typing import NamedTuple

from w2vtui.training.history.half import EXPONENT_BYTES

MOST_MOMENTS = 128
LEAST_MOMENTS = 24
"""Where fewer would fit, the rare words are left out."""
_WITH_OUTPUTS = 64
"""Where fewer would fit, the output vectors are left out."""


class Sizing(NamedTuple):
    """What a history holds at most."""

    n_moments: int
    n_words: int
    """The most frequent words, whose vectors are kept."""
    keeps_outputs: bool
    """Whether the output vectors, or those of the tree's nodes, are kept as well."""

    def bytes_of_moment(self, vector_size: int) -> int:
        """The bytes that a moment takes."""
        n_rows = self.n_words * (1 + self.keeps_outputs)
        return n_rows * (2 * vector_size + EXPONENT_BYTES)


def sizing_of(n_words: int, vector_size: int, limit: int) -> Sizing:
    """What a history holds of V words x D numbers in `limit` bytes."""
    row = 2 * vector_size + EXPONENT_BYTES
    fitting = limit // max(n_words * row, 1)  # a text may have no word
    if fitting >= 2 * _WITH_OUTPUTS:
        return Sizing(min(fitting // 2, MOST_MOMENTS), n_words, keeps_outputs=True)
    if fitting >= LEAST_MOMENTS:
        return Sizing(min(fitting, MOST_MOMENTS), n_words, keeps_outputs=False)
    fewer = max(limit // (LEAST_MOMENTS * row), 1)
    return Sizing(LEAST_MOMENTS, fewer, keeps_outputs=False)
