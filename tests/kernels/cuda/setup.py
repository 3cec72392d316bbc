"""The corpus of tests/kernels/setup.py on a device."""

from __future__ import annotations

import numpy as np
import pytest

from tests.kernels.setup import Setup, corpus_of
from tests.support.lane_device import LaneDevice
from w2v_kernels import layout, sizes
from w2v_kernels.cuda.launch import CudaTrainer
from w2v_kernels.cuda.rows import AT_ONCE
from w2v_kernels.cuda.windows import TokensOnDevice

NAMES = ("input_vectors", "output_vectors", "node_vectors")


TREE, CBOW = {"objective": "hierarchical-softmax"}, {"model": "cbow"}
VARIANTS = [
    {},
    TREE,
    CBOW,
    CBOW | TREE,
    {"noise_sharing": "none", "n_tokens": 50},
    {"noise_sharing": "pairs", "n_tokens": 50},
    {"shrink_windows": False, "window": 3},
    {"negative": 1},
    {"sample": 0.0, "n_tokens": 50},
    CBOW | {"cbow_mean": False},
    CBOW | {"cbow_divide": True, "negative": 6},
    CBOW | {"negative": 11, "base": 3e-4},
    CBOW | TREE | {"cbow_divide": True},
    {"vector_size": 1},
    {"vector_size": 133, "scale": 0.1, "n_tokens": 40},
    TREE | {"vector_size": 260, "window": 2, "scale": 0.1, "n_tokens": 40},
    TREE | {"n_words": 2},
    {"window": 9, "n_words": 90, "sample": 0.0, "n_tokens": 40},
    TREE | {"window": 9, "n_words": 90, "sample": 0.0, "n_tokens": 40, "base": 3e-4},
]
"""The last ones with a small rate: a row of a second block, or drawn twice in two, is read after
its first move.
"""


def unrepeated(n_tokens=60, **settings):
    """A setup in which no window has a word twice: rows that stream past the block move at once, so
    the CPU's kernels, which move all rows of a block together, would differ in such a window.
    """
    setup = Setup(**settings)
    setup.ids = (np.arange(n_tokens) * 7 % setup.n_words).astype(np.int32)
    setup.starts = np.array([0, 1, 20, 21, 24, n_tokens])
    return setup


def trainer_of(setup, device=None, open_blocks=None, gathering=AT_ONCE):
    """The vectors of a setup on a device."""
    blocks = [[0, len(setup.ids)]] if open_blocks is None else open_blocks
    device = LaneDevice() if device is None else device
    text, blocks = corpus_of(setup), np.array(blocks)
    trainer = CudaTrainer(device, text, blocks, setup.vector_size, gathering)
    for name, matrix in zip(NAMES, setup.matrices, strict=True):
        trainer.set_vectors(name, matrix[:-1, : setup.vector_size])
    return trainer


def tokens_of(setup, device, open_blocks=None):
    """The text of a setup on a device."""
    blocks = [[0, len(setup.ids)]] if open_blocks is None else open_blocks
    return TokensOnDevice(device, corpus_of(setup), np.array(blocks))


def train(trainer, setup, *spans):
    """Train on spans; return the tallies."""
    tallies = np.zeros(sizes.N_TALLIES)
    for span in spans:
        trainer.train_span(span, setup.hyper, setup.tables, tallies)
    return tallies


def matrices_of(trainer):
    """All that is trained."""
    return [trainer.vectors(name) for name in NAMES]


def ids_of(variant):
    values = variant.values() if isinstance(variant, dict) else [variant]
    return "-".join(map(str, values)) or "default"


def check(setup, base, device=None, gathering=AT_ONCE):
    """Train on most of a text; see that every number is as in naive.py."""
    n = len(setup.ids)
    span = setup.span(first=2, stop=n - 3, base=base, slope=-base / n, floor=base / 3)
    expected, before = setup.exact(), setup.exact()
    loss, pairs, centers = setup.train_naively(span, *expected)
    trainer = trainer_of(setup, device, gathering=gathering)
    tallies = train(trainer, setup, span)
    for matrix, wanted, old in zip(matrices_of(trainer), expected, before, strict=True):
        np.testing.assert_allclose(matrix, wanted, atol=1e-5)
        if setup.n_words > 2 and not np.array_equal(wanted, old):
            assert np.abs(wanted - old).max() > base / 5  # the test would see a kernel at rest
    assert tallies[layout.PAIRS] == pairs > 0
    assert tallies[layout.CENTERS] == centers
    assert tallies[layout.TOKENS] == span.stop - span.first
    assert tallies[layout.NOT_FINITE] == 0
    assert tallies[layout.LOSS] == pytest.approx(loss, rel=1e-5)
