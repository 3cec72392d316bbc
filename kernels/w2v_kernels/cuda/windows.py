"""The tokens of an epoch that are trained, chosen once for the whole text, each with its window.

The CPU chooses while it trains; here three kernels do it first, so that training has no branches:

    count_kept    how many tokens of each chunk of the text are kept
    place_kept    their words and positions, next to one another
    measure       the context words of each before and behind it: as far as its drawn window
                  reaches, and not beyond the sentence or into held-out text

Whether a token is kept, and how wide its window is, say `is_kept` and `window_of` of the CPU's
windows.py.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable
from numpy.typing import NDArray

from w2v_kernels import layout
from w2v_kernels.cuda.device import Device, DeviceArray, Kernel
from w2v_kernels.cuda.warp import (
    LANES,
    first_from,
    lane_index,
    lanes_before,
    lanes_where,
    n_warps,
    read,
    select,
    warp_index,
    write,
)
from w2v_kernels.windows import bits_at, is_kept, window_of

CHUNK = 4096
"""Tokens that a warp counts before it writes their number."""


class Kept(NamedTuple):
    """The kept tokens of a text, in its order, on a device."""

    ids: DeviceArray
    """int32 (n,): their words"""
    positions: DeviceArray
    """int64 (n,): where they stand in the text"""
    before: DeviceArray
    """int32 (n,): context words before each, which are the kept tokens before it"""
    behind: DeviceArray
    """int32 (n,): context words behind it"""


def count_kernel():
    """Make `count_kept`."""

    def count_kept(ids, key, thresholds, counts):
        """Count the kept tokens of each chunk: counts int64 (chunks,)."""
        chunk, lane = warp_index(), lane_index()
        while chunk < counts.shape[0]:
            n_kept = np.int64(0)
            for first in range(chunk * CHUNK, min((chunk + 1) * CHUNK, ids.shape[0]), LANES):
                n_kept += lanes_where(kept_in(ids, first + lane, key, thresholds))
            write(counts, chunk, n_kept, lane == 0)
            chunk += n_warps()

    return count_kept


def place_kernel():
    """Make `place_kept`."""

    def place_kept(ids, key, thresholds, starts, kept_ids, kept_positions):
        """Write the kept tokens of each chunk, from starts int64 (chunks,) on."""
        chunk, lane = warp_index(), lane_index()
        while chunk < starts.shape[0]:
            start = starts[chunk]
            for first in range(chunk * CHUNK, min((chunk + 1) * CHUNK, ids.shape[0]), LANES):
                position = first + lane
                is_there = kept_in(ids, position, key, thresholds)
                at = start + lanes_before(is_there)
                write(kept_ids, at, read(ids, position, is_there), is_there)
                write(kept_positions, at, position, is_there)
                start += lanes_where(is_there)
            chunk += n_warps()

    return place_kept


@register_jitable
def kept_in(ids, position, key, thresholds):
    """Whether there is a token at each lane's position, and subsampling keeps it."""
    is_there = position < ids.shape[0]
    return is_there & is_kept(read(ids, position, is_there), bits_at(position, key), thresholds)


def measure_kernel():
    """Make `measure`."""

    def measure(key, window, shrink, edges, kept):
        """Count the context words of each kept token, into kept.before and kept.behind.

        edges   int64 (E,): where sentences and held-out blocks begin, ascending, and the text's end
        """
        n, lane = kept.positions.shape[0], lane_index()
        for first in range(warp_index() * LANES, n, n_warps() * LANES):
            i = first + lane
            is_there = i < n
            position = read(kept.positions, i, is_there)
            reach = window_of(bits_at(position, key), window, shrink)
            edge = first_from(edges, position + 1)
            sentence_first = first_from(kept.positions, edges[edge - 1])
            sentence_stop = first_from(kept.positions, edges[edge])
            before, behind = i - sentence_first, sentence_stop - 1 - i
            write(kept.before, i, select(before < reach, before, reach), is_there)
            write(kept.behind, i, select(behind < reach, behind, reach), is_there)

    return measure


class TokensOnDevice:
    """A text in a device's memory, and the tokens of it that are kept in an epoch."""

    def __init__(
        self,
        device: Device,
        corpus: layout.Corpus,
        open_blocks: NDArray[np.int64],
        ids: DeviceArray | None = None,
    ) -> None:
        """
        open_blocks   int64 (B, 2), as `CudaTrainer` takes them
        ids           the ids of the text, if they are on the device
        """
        self._device = device
        self._ids = device.to_device(corpus.ids) if ids is None else ids
        self._edges = device.to_device(edges_of(corpus.sentence_starts, open_blocks.ravel()))
        self._n_chunks = -(-len(corpus.ids) // CHUNK)
        self._counts = device.empty(self._n_chunks, np.int64)
        self._kept: Kept | None = None
        self._chosen_by: tuple[np.uint64, NDArray[np.uint32]] | None = None
        self._measured_by: tuple[int, bool] | None = None

    def kept(
        self,
        key: np.uint64,
        hyper: layout.Hyper,
        thresholds: NDArray[np.uint32],
        on_device: DeviceArray,
    ) -> Kept | None:
        """The kept tokens under a key and these settings; None where there are none.

        thresholds  uint32 (V,), which are also on the device

        What was chosen last is kept until another key or other thresholds ask for another choice.
        """
        if (
            self._chosen_by is None
            or self._chosen_by[0] != key
            or self._chosen_by[1] is not thresholds
        ):
            self._chosen_by = None
            self._kept = self._choose(key, on_device)
            self._chosen_by, self._measured_by = (key, thresholds), None
        measured_by = hyper.window, hyper.shrink_windows
        if self._kept is not None and self._measured_by != measured_by:
            self._run(MEASURE, (key, *measured_by, self._edges, self._kept))
            self._measured_by = measured_by
        return self._kept

    def _choose(self, key: np.uint64, thresholds: DeviceArray) -> Kept | None:
        device = self._device
        self._kept = None  # its memory is free before the next takes its own
        self._run(COUNT, (self._ids, key, thresholds, self._counts))
        stops = np.cumsum(device.to_host(self._counts))
        n_kept = int(stops[-1]) if stops.size else 0
        if not n_kept:
            return None
        starts = np.concatenate(([0], stops[:-1]))
        kept = Kept(
            device.empty(n_kept, np.int32),
            device.empty(n_kept, np.int64),
            device.empty(n_kept, np.int32),
            device.empty(n_kept, np.int32),
        )
        place = (self._ids, key, thresholds, device.to_device(starts), kept.ids, kept.positions)
        self._run(PLACE, place)
        return kept

    @staticmethod
    def compile(device: Device) -> None:
        """Compile the kernels that choose the tokens."""
        words, places, odds = np.zeros(1, np.int32), np.zeros(1, np.int64), np.zeros(1, np.uint32)
        key, kept = np.uint64(0), Kept(words, places, words, words)
        device.compile(COUNT, (words, key, odds, places))
        device.compile(PLACE, (words, key, odds, places, words, places))
        device.compile(MEASURE, (key, 0, False, places, kept))

    def _run(self, kernel: Kernel, arguments: tuple[object, ...]) -> None:
        n_warps = self._device.warps_at_once(kernel, arguments)
        self._device.launch(kernel, n_warps, arguments)


def edges_of(starts: NDArray[np.int64], blocks: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where sentences and blocks begin, ascending; some more than once. Both are ascending."""
    return np.insert(starts, np.searchsorted(starts, blocks), blocks)


COUNT, PLACE, MEASURE = (
    Kernel(build, ()) for build in (count_kernel, place_kernel, measure_kernel)
)
