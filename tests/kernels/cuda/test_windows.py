"""Which tokens a GPU trains, their windows and their noise: one by one, those of the CPU."""

from __future__ import annotations

import numpy as np
import pytest

from tests.kernels import naive
from tests.kernels.cuda.setup import tokens_of
from tests.kernels.setup import Setup, called
from tests.support.inner_loop import outside
from tests.support.lane_device import LaneDevice, plain
from w2v_kernels import windows as of_cpu
from w2v_kernels.cuda import objectives, training_loop, windows
from w2v_kernels.cuda.models import Center
from w2v_kernels.cuda.rows import NONE
from w2v_kernels.noise_counts import draws_at
from w2v_kernels.rng import random_at
from w2v_kernels.scratch import empty_kept

OPEN = [[0, 100], [130, 300], [301, 700]]


def kept_by(setup, device, open_blocks):
    tokens, table = tokens_of(setup, device, open_blocks), setup.tables.keep_thresholds
    return tokens.kept(setup.key, setup.hyper, table, table)


@pytest.mark.parametrize("n_warps", [3, *outside([1])])
@pytest.mark.parametrize("shrink", [True, False])
def test_kept_tokens_and_windows_are_those_of_the_cpu(n_warps, shrink, monkeypatch):
    monkeypatch.setattr(windows, "CHUNK", 96)
    setup = Setup(n_tokens=700, vector_size=1, shrink_windows=shrink, sample=0.01)
    kept = kept_by(setup, LaneDevice(n_warps), OPEN)
    of_text = empty_kept(700)
    forward = called(of_cpu.keep_forward)
    thresholds = setup.tables.keep_thresholds
    _, n = forward(setup.ids, 0, 700, 700, setup.key, thresholds, of_text, 0)
    assert 100 < n < 600
    assert kept.ids.tolist() == of_text.ids[:n].tolist()
    assert kept.positions.tolist() == of_text.positions[:n].tolist()

    edges = sorted({*setup.starts.tolist(), *np.ravel(OPEN).tolist()})
    for i, position in enumerate(kept.positions.tolist()):
        first = max(edge for edge in edges if edge <= position)
        stop = min(edge for edge in edges if edge > position)
        reach = naive.window_at(position, setup.key, setup.settings["window"], shrink)
        inside = (kept.positions >= first) & (kept.positions < stop)
        assert kept.before[i] == inside[max(i - reach, 0) : i].sum()
        assert kept.behind[i] == inside[i + 1 : i + 1 + reach].sum()


def test_what_was_chosen_stays_until_something_else_is_asked_for():
    setup = Setup(n_tokens=100, vector_size=1)
    tokens, table = tokens_of(setup, LaneDevice()), setup.tables.keep_thresholds
    first = tokens.kept(setup.key, setup.hyper, table, table)
    wide = tokens.kept(setup.key, setup.hyper._replace(window=9), table, table)
    assert wide is first
    assert wide.before.max() > setup.settings["window"]
    everything = np.full_like(table, 0xFFFFFFFF)
    assert len(tokens.kept(setup.key, setup.hyper, everything, everything).ids) == 100
    assert tokens.kept(setup.key, setup.hyper, table * 0, table * 0) is None


@pytest.mark.parametrize("sharing", ["centers", "none"])
def test_noise_words_are_those_of_the_cpu(sharing):
    setup = Setup(negative=30, noise_sharing=sharing)
    job = training_loop.argument_examples()._replace(
        noise=setup.tables.noise,
        span=training_loop.place_of(setup.span(), setup.hyper),
    )
    position, word, first_draw = 17, 5, 0 if sharing == "centers" else 60
    with np.errstate(over="ignore"):
        key = plain(random_at)(setup.key, np.uint64(position))
        center = Center(0, position, word, key, np.float32(0), 0, 0)
        rows, weights = plain(objectives.noise_target)(job, center, np.arange(32), first_draw)
    drawn = np.empty(first_draw + 30, np.int32)
    draws_at(setup.tables.noise, setup.key, position, setup.hyper, drawn)
    drawn = drawn[first_draw:]
    assert rows[0] == word
    assert rows[1:31].tolist() == np.where(drawn == word, NONE, drawn).tolist()
    assert weights.tolist() == [1, *np.where(drawn == word, 0, -1), 0]
    assert word in drawn
