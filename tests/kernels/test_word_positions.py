"""The kernels that group the positions of a corpus by word, against plain Python."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from w2v_kernels import word_positions


def read_only(ids):
    """As the ids of a mapped corpus are, for which the kernels are compiled."""
    ids.flags.writeable = False
    return ids


def indexed(ids, n_words, most, n_slice, dtype=np.uint32):
    """Where each word's positions are and what they are, from slices of any length."""
    table = np.zeros((n_words, word_positions.N_COLUMNS), dtype=np.int64)
    slices = [read_only(ids[at : at + n_slice]) for at in range(0, len(ids), n_slice)]
    for part in slices:
        word_positions.count_words(part, table)
    starts = word_positions.lay_out(table, most)
    positions = np.full(int(starts[-1]), len(ids), dtype=dtype)
    for at, part in enumerate(slices):
        word_positions.place_positions(part, np.int64(at * n_slice), table, positions)
    return [positions[a:b].tolist() for a, b in itertools.pairwise(starts)]


@pytest.mark.parametrize("dtype", [np.uint32, np.int64])
def test_every_position_is_stored_where_there_is_room(dtype):
    ids = np.random.default_rng(0).zipf(1.5, 400).clip(max=30).astype(np.int32)
    found = indexed(ids, 40, len(ids), 64, dtype)
    assert found == [np.flatnonzero(ids == word).tolist() for word in range(40)]


def test_a_frequent_word_keeps_an_even_sample():
    ids = np.random.default_rng(1).zipf(1.2, 900).clip(max=50).astype(np.int32)
    found = indexed(ids, 51, 300, 128)
    assert 250 < sum(map(len, found)) <= 300
    rooms = set()
    for word, kept in enumerate(found):
        places = np.flatnonzero(ids == word)
        numbers = np.searchsorted(places, kept)
        assert (places[numbers] == kept).all()
        rooms.add(len(kept)) if len(kept) < len(places) else None
        if kept:  # the k-th of r stored ones is occurrence k * n / r, rounded up
            assert numbers.tolist() == [-(-k * len(places) // len(kept)) for k in range(len(kept))]
    assert len(rooms) == 1, "all that are sampled have the same room"


def test_every_word_keeps_one_position_however_small_the_index():
    ids = np.arange(20, dtype=np.int32).repeat(3)
    assert indexed(ids, 20, 4, 7) == [[3 * word] for word in range(20)]
