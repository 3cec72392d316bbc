"""Principal components of vectors: Pearson 1901, "On lines and planes of closest fit"."""

from __future__ import annotations

import numpy as np

from w2vtui.vectors.similarity import Floats

_KEPT = 8
"""Principal components that the next map begins with."""
_SETTLED = 0.02
"""What may be left of a component, as a share of its variance."""
_WORTH_REFINING = 64
"""Numbers of a vector, from which on a full decomposition takes longer."""


def principal_components(units: Floats, near: Floats | None) -> tuple[tuple[float, float], Floats]:
    """The shares of the two largest principal components of rows (n, D), and the largest (D, k).

    near   components of a moment ago (D, k): far fewer products if the vectors moved a little
    """
    found = None
    if near is not None and len(near) == units.shape[1] >= _WORTH_REFINING:
        found = _refined(units, near)
    if found is None:
        values, columns = np.linalg.eigh(units.T @ units)
        found = values[::-1][:_KEPT], np.ascontiguousarray(columns[:, ::-1][:, :_KEPT])
    values, basis = found
    total = float(np.einsum("ij,ij->", units, units))
    shares = [max(float(value), 0.0) / total if total > 0 else 0.0 for value in values[:2]]
    first, second = [*shares, 0.0][:2]
    return (first, second), basis


def _refined(units: Floats, near: Floats) -> tuple[Floats, Floats] | None:
    """The principal components that are near others, and their variances, by one step of
    orthogonal iteration; None if one step does not reach them.

    What is left, covariance v - value v, is compared with the value. Saad 2011, "Numerical methods
    for large eigenvalue problems", sections 5.2 and 4.3.
    """
    start, _ = np.linalg.qr(units.T @ (units @ near))
    scores = units @ start
    values, turn = np.linalg.eigh(scores.T @ scores)
    values, turn = values[::-1], np.ascontiguousarray(turn[:, ::-1])
    basis: Floats = start @ turn
    left = units.T @ (scores @ turn[:, :2]) - basis[:, :2] * values[:2]
    if (np.linalg.norm(left, axis=0) > _SETTLED * values[:2]).any():
        return None
    return values, basis


def plane_of(basis: Floats) -> Floats:
    """The two largest components (D, 2), each with its largest number positive: that is what its
    sign is, on every machine. Zeros in place of a second one if there is none.
    """
    plane = np.zeros((len(basis), 2), dtype=np.float32)
    plane[:, : min(basis.shape[1], 2)] = basis[:, :2]
    largest = np.take_along_axis(plane, np.abs(plane).argmax(axis=0)[None], axis=0)
    plane *= np.where(largest < 0, -1, 1).astype(np.float32)
    return plane
