"""The time machine: vectors in half precision, at evenly spread moments, within a limit."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.runs import (
    make_run,
    matrices_of,
    same_bits,
    take_moments_from_the_start,
    trained,
)  # fmt: skip
from w2vtui.training.history import history as history_module
from w2vtui.training.history.half import packed, unpacked
from w2vtui.training.history.history import History
from w2vtui.training.history.moments import MemoryHistoryStore, PastMoment
from w2vtui.training.history.sizing import LEAST_MOMENTS, sizing_of

VECTORS = np.ones((4, 3), np.float32)

# ---- half precision


@given(st.lists(st.floats(-(2.0**127), 2.0**127, width=32), min_size=6, max_size=6))
def test_half_rows_are_right_to_a_share_of_their_largest_number(numbers):
    rows = np.array(numbers, np.float32).reshape(2, 3)
    back = unpacked(packed(rows))
    largest = np.abs(rows.astype(np.float64)).max(axis=1, keepdims=True)
    tiny = np.finfo(np.float32).smallest_subnormal
    assert (np.abs(back.astype(np.float64) - rows) <= largest * 2.0**-11 + tiny).all()


def test_what_is_not_a_number_stays_what_it_is_and_spoils_nothing_else():
    rows = np.array([[np.nan, 1, 2], [np.inf, -np.inf, 1e30], [3, 4, 5], [0, 0, 0]], np.float32)
    back = unpacked(packed(rows))
    np.testing.assert_allclose(back, rows, rtol=1e-3)


def test_rows_of_padded_matrices_and_of_many_blocks_are_packed():
    rows = np.random.default_rng(1).normal(size=(5000, 8)).astype(np.float32)[:, :5]
    np.testing.assert_allclose(unpacked(packed(rows)), rows, rtol=1e-3, atol=1e-4)
    assert unpacked(packed(rows[:0])).shape == (0, 5)


# ---- the limit


@given(st.integers(1, 3_000_000), st.sampled_from([1, 2, 100, 300]), st.integers(1 << 20, 1 << 32))
def test_a_history_stays_within_its_limit(n_words, size, limit):
    sizing = sizing_of(n_words, size, limit)
    assert sizing.n_moments * sizing.bytes_of_moment(size) <= limit
    assert sizing.n_moments >= LEAST_MOMENTS
    assert 1 <= sizing.n_words <= n_words


def test_rare_words_are_left_out_before_moments_are_and_outputs_before_words():
    assert sizing_of(1_000, 100, 512 << 20).keeps_outputs
    text8 = sizing_of(71_000, 100, 512 << 20)
    assert (text8.n_words, text8.keeps_outputs) == (71_000, False)
    huge = sizing_of(3_000_000, 300, 512 << 20)
    assert huge.n_moments == LEAST_MOMENTS
    assert 30_000 < huge.n_words < 40_000


# ---- the moments


def grown(n: int, megabytes: int = 1) -> History:
    """A history of n moments, taken as soon as it wants one."""
    history = History(megabytes)
    history.begin(None, len(VECTORS), 3, 0)
    tokens = 0
    while tokens < n:
        if not history.moments or tokens - history.moments[-1].tokens >= history.step:
            history.add({"input_vectors": VECTORS}, tokens=tokens, planned=n, seconds=tokens)
        tokens += 1
    return history


@pytest.mark.parametrize("n", [1, 2, 127, 128, 129, 1000, 5000])
def test_moments_cover_the_whole_run_evenly(n):
    history = grown(n)
    tokens = [moment.tokens for moment in history.moments]
    assert tokens[0] == 0
    assert min(n, 64) <= len(tokens) < 128
    gaps = [b - a for a, b in pairwise(tokens)]
    if len(gaps) > 1:
        assert max(gaps) <= 3 * min(gaps)
    assert n - 1 - tokens[-1] <= history.step


def test_dropped_moments_are_forgotten():
    history = grown(1000)
    assert len(history._store._vectors) == len(history.moments)
    with pytest.raises(LookupError):
        history.matrices_at(PastMoment(number=2, tokens=1, planned=1000, seconds=1))


def test_without_megabytes_nothing_is_kept():
    history = History(0)
    history.begin(None, 4, 3, 0)
    assert not history.ready
    assert history.sizing is None


class StoreOfEarlier(MemoryHistoryStore):
    limit_share = 1.0

    def earlier(self, tokens: int) -> list[PastMoment]:
        every = [PastMoment(number=n, tokens=10 * n, planned=1000, seconds=n) for n in range(1, 90)]
        return [moment for moment in every if moment.tokens <= tokens]


def test_a_resumed_history_continues_its_moments_as_far_apart():
    history = History(1)
    history.begin(StoreOfEarlier(), 4, 3, 800)
    assert history.moments[-1].tokens == 800
    assert history.step == 10
    history.add({"input_vectors": VECTORS}, tokens=810, planned=1000, seconds=81)
    assert history.moments[-1].number == 81


@pytest.mark.parametrize(("size", "most"), [(100_000, 10), (600_000, 1), (1 << 21, 0)])
def test_a_history_that_is_resumed_with_a_smaller_limit_stays_within_that(size, most):
    class Large(StoreOfEarlier):
        def size_of(self, moment: PastMoment) -> int:
            return size if moment.number < 90 else 100

    history = History(1)
    history.begin(Large(), 4, 3, 900)
    assert most / 2 <= len(history.moments) <= most
    for tokens in range(900, 1000):
        history.add({"input_vectors": VECTORS}, tokens=tokens, planned=1000, seconds=tokens)
        assert sum(map(history._store.size_of, history.moments)) <= 1 << 20
    assert history.moments[-1].tokens == 999


# ---- of a run


def test_a_run_keeps_its_beginning_its_end_and_what_lies_between(monkeypatch):
    take_moments_from_the_start(monkeypatch)
    run = trained(make_run(epochs=600, history=8))
    moments = run.history.moments
    assert len(moments) > 2
    assert [moment.tokens for moment in moments] == sorted({moment.tokens for moment in moments})
    assert (moments[-1].tokens, moments[-1].fraction) == (run.snapshot().progress.tokens, 1.0)
    last = run.history.matrices_at(moments[-1])
    for name, matrix in run.trained.matrices().items():
        np.testing.assert_allclose(last[name], matrix, atol=2e-3)
    first = run.history.matrices_at(moments[0])
    assert np.abs(first["input_vectors"]).max() < np.abs(last["input_vectors"]).max()


def test_a_history_changes_no_bit(monkeypatch):
    take_moments_from_the_start(monkeypatch)
    plain, watched = (trained(make_run(workers=1, history=size)) for size in (0, 8))
    assert len(watched.history.moments) > 1
    assert same_bits(matrices_of(plain), matrices_of(watched))


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("can't start new thread")])
def test_a_run_trains_without_memory_for_its_history(monkeypatch, error):
    def fail(rows):
        raise error

    monkeypatch.setattr(history_module, "packed", fail)
    run = trained(make_run(history=8))
    assert run.snapshot().state == "done"
    assert run.history.moments == ()
    assert any("no memory" in event.text for event in run.snapshot().events)


def test_only_the_frequent_words_of_a_large_vocabulary_are_kept_and_that_is_said(monkeypatch):
    monkeypatch.setattr(
        history_module, "sizing_of", lambda n, size, limit: sizing_of(n, size, 24 * 34 * 10)
    )
    run = trained(make_run(history=8))
    moment = run.history.moments[-1]
    assert run.history.matrices_at(moment)["input_vectors"].shape == (10, 16)
    assert any("10 most frequent of" in event.text for event in run.snapshot().events)
