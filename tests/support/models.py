"""What tests look at in a `Word2Vec` model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from w2vtui import Word2Vec


def matrices_of(model: Word2Vec) -> dict[str, NDArray[np.float32]]:
    """All that is trained, by its name in the model; not copied."""
    names = [name for name in ("syn1neg", "syn1") if hasattr(model, name)]
    return {"vectors": model.wv.vectors} | {name: getattr(model, name) for name in names}


def same_matrices(one: Word2Vec, other: Word2Vec) -> bool:
    """Whether two models hold the same numbers, bit for bit."""
    first, second = matrices_of(one), matrices_of(other)
    return first.keys() == second.keys() and all(
        first[name].tobytes() == second[name].tobytes() for name in first
    )
