"""Copies into the memory of earlier ones, which nobody must use any more."""

from __future__ import annotations

import numpy as np

from w2vtui.system import spare_memory
from w2vtui.system.spare_memory import SpareMemory

MATRIX = np.arange(12, dtype=np.float32).reshape(4, 3)


def address(array: np.ndarray) -> int:
    return int(array.__array_interface__["data"][0])


def test_copies_are_as_their_original_and_can_be_changed():
    padded = np.zeros((4, 8), dtype=np.float32)[:, :3]
    padded[:] = MATRIX
    copied = SpareMemory().copy_of(padded)
    assert np.array_equal(copied, MATRIX)
    assert copied.flags.c_contiguous
    copied[0] = 7
    assert np.array_equal(padded, MATRIX)
    assert SpareMemory().copy_of(MATRIX[:0]).shape == (0, 3)


def test_memory_is_used_again_once_no_view_is_left():
    spare = SpareMemory()
    first = spare.copy_of(MATRIX)
    before, row = address(first), first[2:][0]
    del first
    second = spare.copy_of(-MATRIX)
    assert address(second) != before
    assert np.array_equal(row, MATRIX[2])
    del row
    assert address(spare.copy_of(MATRIX)) == before


def test_the_memory_of_large_copies_is_not_kept(monkeypatch):
    monkeypatch.setattr(spare_memory, "MOST_BYTES", MATRIX.nbytes - 1)
    spare = SpareMemory()
    assert np.array_equal(spare.copy_of(MATRIX), MATRIX)
    assert not spare._spare


def test_forgotten_memory_is_not_used_again():
    spare = SpareMemory()
    spare.copy_of(MATRIX)
    (kept,) = spare._spare.values()
    in_use = spare.copy_of(MATRIX)
    assert not kept
    spare.forget()
    del in_use
    assert not spare._spare
