"""Copies that another process maps: only to be read, in memory that serves again."""

from __future__ import annotations

import os

import numpy as np
import pytest

from w2vtui.system import spare_memory
from w2vtui.trainer_process import shared_memory
from w2vtui.trainer_process.shared_memory import MappedCopies, SharedCopies

INPUT = np.arange(12, dtype=np.float32).reshape(4, 3)
NODES = -np.ones((3, 5), np.float32)


class Both:
    """Both sides of the copies of matrices."""

    def __init__(self) -> None:
        self.trainer, self.viewer = SharedCopies(), MappedCopies()
        self.is_new = False
        """Whether the last copy was made into new memory."""

    def copied(self, **matrices: np.ndarray) -> dict[str, np.ndarray]:
        spare, memory = self.viewer.take_spare()
        laid_out, descriptors = self.trainer.copy(matrices, spare, None)
        self.is_new = bool(descriptors)
        return self.viewer.mapped(laid_out, memory, descriptors)


def test_a_copy_is_as_its_matrices_and_only_to_be_read():
    padded = np.zeros((4, 8), np.float32)[:, :3]
    padded[:] = INPUT
    copied = Both().copied(input_vectors=padded, node_vectors=NODES, empty=NODES[:0])
    assert [*copied] == ["input_vectors", "node_vectors", "empty"]
    assert np.array_equal(copied["input_vectors"], INPUT)
    assert np.array_equal(copied["node_vectors"], NODES)
    assert copied["empty"].shape == (0, 5)
    with pytest.raises(ValueError, match="read-only"):
        copied["input_vectors"][0] = 1


def test_memory_serves_again_once_no_view_of_it_is_left():
    both = Both()
    row = both.copied(input_vectors=INPUT)["input_vectors"][1:][0]
    second = both.copied(input_vectors=2 * INPUT)
    assert both.is_new
    assert np.array_equal(row, INPUT[1])
    del row
    third = both.copied(input_vectors=3 * INPUT)
    assert not both.is_new
    assert np.array_equal(third["input_vectors"], 3 * INPUT)
    assert np.array_equal(second["input_vectors"], 2 * INPUT)


def test_memory_of_another_size_does_not_serve():
    both = Both()
    both.copied(input_vectors=INPUT)
    both.copied(input_vectors=INPUT, node_vectors=np.ones((30, 5), np.float32))
    assert both.is_new


def test_memory_of_large_copies_is_not_kept(monkeypatch):
    monkeypatch.setattr(spare_memory, "MOST_BYTES", 1)
    both = Both()
    both.copied(input_vectors=INPUT)
    assert both.viewer.take_spare() == (0, None)
    assert not both.trainer._memories


@pytest.mark.parametrize("side", ["trainer", "viewer"])
def test_forgotten_memory_does_not_serve(side):
    both = Both()
    in_use = both.copied(input_vectors=INPUT)
    getattr(both, side).forget()
    assert np.array_equal(in_use["input_vectors"], INPUT)
    del in_use
    both.copied(input_vectors=INPUT)
    assert both.is_new


def test_memory_is_forgotten_when_no_copy_is_made_for_long(monkeypatch):
    both = Both()
    both.copied(input_vectors=INPUT)
    both.trainer.forget_idle()
    both.copied(input_vectors=INPUT)
    assert not both.is_new
    monkeypatch.setattr(shared_memory, "_IDLE_SECONDS", -1.0)
    both.trainer.forget_idle()
    both.copied(input_vectors=INPUT)
    assert both.is_new


def test_a_trainer_keeps_few_memories():
    trainer = SharedCopies()
    for _ in range(shared_memory._MOST_KEPT + 2):
        _, descriptors = trainer.copy({"input_vectors": INPUT}, 0, None)
        for descriptor in descriptors:
            os.close(descriptor)
    assert len(trainer._memories) == shared_memory._MOST_KEPT
