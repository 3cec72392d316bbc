"""Deterministic workers train on copies of the vectors, which are merged at fixed moments."""

from __future__ import annotations

import dataclasses

import numpy as np

from w2v_kernels import layout
from w2v_kernels.parallel import merging
from w2vtui.training.engine.plan import Plan


class Replicas:
    """A copy for each worker of the vectors that a plan trains."""

    def __init__(self, plan: Plan, n_words: int, vector_size: int) -> None:
        """Allocate the memory; each worker fills its own copy.

        Raises:
            MemoryError: there is not enough.
        """
        self._base, self._n_workers = plan.weights, plan.settings.workers
        self._n_words = n_words
        rows = n_words + 1  # and the blank one
        self._copies = [
            layout.empty_rows(self._n_workers * rows, vector_size).reshape(
                self._n_workers, rows, -1
            )
            for _ in self._base
        ]
        self._filled = [False] * self._n_workers

    def __len__(self) -> int:
        return self._n_workers

    def free(self) -> None:
        """Free the memory, though the last round still refers to the replicas."""
        self._copies.clear()

    def fit(self, plan: Plan) -> bool:
        """Whether they are copies of what this plan trains, one for each of its workers."""
        same = all(one is other for one, other in zip(self._base, plan.weights, strict=True))
        return same and self._n_workers == plan.settings.workers

    def plan_of(self, number: int, plan: Plan) -> Plan:
        """The same plan over a worker's own copies, which are filled on first use."""
        if not self._filled[number]:
            for copies, matrix in zip(self._copies, self._base, strict=True):
                copies[number] = matrix[: self._n_words + 1]
            self._filled[number] = True
        return dataclasses.replace(
            plan, weights=layout.Weights(*(copies[number] for copies in self._copies))
        )

    def merge(self, number: int, n_words: int) -> None:
        """Merge a worker's share of the first n_words rows. Runs without the GIL."""
        first, stop = (n_words * n // self._n_workers for n in (number, number + 1))
        for copies, matrix in zip(self._copies, self._base, strict=True):
            merging.merge(matrix, matrix.view(np.int32), copies, copies.view(np.int32), first, stop)
