"""Nearest words of what a viewer watches, computed on the vectors while they train."""

from __future__ import annotations

import numpy as np

from w2vtui.errors import UnknownWordError
from w2vtui.training.backend import CpuBackend
from w2vtui.training.snapshot import Neighbors
from w2vtui.vectors import KeyedVectors, highest, parse_query


def nearest(backend: CpuBackend, words: KeyedVectors, query: str, n: int, tokens: int) -> Neighbors:
    """The n words nearest to a query as the vectors stand; for an unknown word, suggestions
    instead.

    words   names the rows of the backend's vectors; its cached norms are not used, as vectors move
    """
    added, taken = parse_query(query)
    try:
        places = [(words.get_index(word), 1.0) for word in added]
        places += [(words.get_index(word), -1.0) for word in taken]
    except UnknownWordError as error:
        return Neighbors(query=query, words=(), problem=str(error), tokens=tokens)
    if not places:
        return Neighbors(query=query, words=(), tokens=tokens)
    direction = np.zeros(backend.training.vector_size, dtype=np.float32)
    for place, sign in places:
        vector = backend.input_vectors[place]
        length = float(np.linalg.norm(vector))
        if length > 0:
            direction += np.float32(sign / length) * vector
    cosines = backend.cosines(direction)
    rows = highest(cosines, n, [place for place, _ in places])
    found = tuple((words.index_to_key[row], float(cosines[row])) for row in rows)
    return Neighbors(query=query, words=found, tokens=tokens)
