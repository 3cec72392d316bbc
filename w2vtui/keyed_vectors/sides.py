"""Which of the two vectors of each word is asked: of the word itself, or as a context."""

from __future__ import annotations

from typing import Literal, Self, TypeAlias, get_args

import numpy as np

from w2vtui.errors import SettingsError, VectorsError
from w2vtui.keyed_vectors.table import KeyedTable

Side: TypeAlias = Literal["input", "output", "input+output"]


class Sides(KeyedTable):
    """Input and output vectors."""

    def using(self, side: Side) -> Self:
        """The same words with other vectors of theirs.

        side   input, v_w, which are trained for the word as a center; output, u_w, as what is
               predicted; input+output, v_w + u_w, with those of the rarest words not overlooked

        Ask both about words that follow one another: `wv.using("output").similar_by_vector(
        wv["bread"])` are the words that occur near bread, and not those that are like it. Arrays
        are shared where nothing is computed. Levy, Goldberg and Dagan 2015, section 3.3 (w+c).

        Raises:
            SettingsError: there is no such side.
            VectorsError: the output vectors are not known, as of vectors read from a file, or with
                hierarchical softmax, where words have none.
        """
        if side not in get_args(Side):
            raise SettingsError(f"side must be {', '.join(get_args(Side))}, got {side!r}")
        made = type(self).of(self)
        if side == "input":
            return made
        if self.output_vectors is None:
            raise VectorsError(
                "the output vectors are not known: files of vectors do not hold them, and "
                "hierarchical softmax has none of words"
            )
        summed = np.add(self.vectors, self.output_vectors) if side != "output" else None
        made.vectors = made._room = self.output_vectors if summed is None else summed
        made.output_vectors = None
        return made
