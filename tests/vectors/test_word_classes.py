"""Words grouped by their vectors."""

from __future__ import annotations

import numpy as np
import pytest

from w2vtui.errors import SettingsError, VectorsError
from w2vtui.vectors import WordVectors
from w2vtui.vectors.word_classes import word_classes


def vectors_of(rows) -> WordVectors:
    return WordVectors([str(n) for n in range(len(rows))], np.array(rows, dtype=np.float32))


def test_words_of_one_direction_are_of_one_class_whatever_their_length():
    rng = np.random.default_rng(1)
    directions = np.eye(3, 10, dtype=np.float32)
    truth = rng.integers(0, 3, 300)
    rows = directions[truth] + 0.05 * rng.standard_normal((300, 10)).astype(np.float32)
    rows *= rng.uniform(0.01, 100, (300, 1)).astype(np.float32)
    classes = word_classes(vectors_of(rows), 3)
    assert {len(set(classes[truth == one])) for one in range(3)} == {1}
    assert set(classes) == {0, 1, 2}
    assert np.array_equal(classes, word_classes(vectors_of(rows), 3))


def test_as_many_classes_as_words_and_vectors_of_zeros():
    rows = np.eye(4, dtype=np.float32)
    assert word_classes(vectors_of(rows), 4).tolist() == [0, 1, 2, 3]
    rows[2] = 0
    assert word_classes(vectors_of(rows), 2).shape == (4,)


def test_what_cannot_be_grouped_is_refused():
    for n_classes in (0, 5):
        with pytest.raises(
            SettingsError, match=f"classes must be 1 to 4, the words, got {n_classes}"
        ):
            word_classes(vectors_of(np.eye(4)), n_classes)
    with pytest.raises(VectorsError, match="NaN or infinity"):
        word_classes(vectors_of([[1, np.nan], [1, 2]]), 2)
