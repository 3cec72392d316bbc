"""Which of the two vectors of each word is asked: of the word itself, or as a context."""

from __future__ import annotations

import copy
from typing import Literal, TypeAlias

from w2vtui.errors import VectorsError
from w2vtui.vectors import WordVectors

Side: TypeAlias = Literal["input", "output", "sum"]


def with_side(vectors: WordVectors, side: Side) -> WordVectors:
    """The same words with the vectors of a side: v_w, u_w, or v_w + u_w.

    Words and arrays are shared where nothing is computed. Levy, Goldberg and Dagan 2015, section
    3.3 (w+c).

    Raises:
        VectorsError: the output vectors are not known.
    """
    if side == "input":
        return vectors
    output = vectors.output_vectors
    if output is None:
        raise VectorsError(
            "the output vectors are not known: most files of vectors do not hold them, and "
            "hierarchical softmax has none of words: ask the input vectors"
        )
    made = copy.copy(vectors)
    made.vectors = output if side == "output" else vectors.vectors + output
    made.output_vectors = None
    made.forget_norms()
    return made
