"""A text in a device's memory: all of it where there is room, else a piece at a time.

Every random number about a token is a hash of key + position, so a piece is a text of its own, with
positions from 0 and a key moved by where it begins: each token is kept, and meets its contexts and
noise, as it would in the whole text. Beside the tokens that are trained a piece holds MARGIN more
on both sides, where their contexts are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v_kernels import layout
from w2v_kernels.cuda.device import Device
from w2v_kernels.cuda.windows import TokensOnDevice
from w2v_kernels.rng import GOLDEN

MARGIN = 1 << 16
"""Tokens on either side of a piece: more than a window reaches, unless subsampling drops most."""
LEAST_PIECE = 1 << 20
"""Tokens of a piece, at least: smaller ones would keep few warps busy."""
BYTES_A_TOKEN = 24
"""Of a text on a device: its word, and what is stored of it where it is kept."""
BYTES_AN_EDGE = 8
SPARE = 0.1
"""The share of the free memory that no piece takes."""
_MASK = 2**64 - 1


class Part(NamedTuple):
    """A part of a span, all in one piece of the text."""

    tokens: TokensOnDevice
    piece: layout.Corpus
    """The same text in this process's memory."""
    span: layout.Span
    """By the positions and the key of the piece."""


class Pieces:
    """The text of a training, of which one piece is on the device."""

    def __init__(
        self, device: Device, corpus: layout.Corpus, open_blocks: NDArray[np.int64]
    ) -> None:
        """open_blocks  int64 (B, 2), as `CudaTrainer` takes them."""
        self._device, self._corpus, self._open_blocks = device, corpus, open_blocks
        self._n_tokens: int | None = None
        self._loaded: tuple[int, layout.Corpus, TokensOnDevice] | None = None
        self._base = 0

    def parts(self, span: layout.Span, reserve: int) -> Iterator[Part]:
        """The parts of a span, in order; the piece of each is loaded when it is asked for.

        reserve   bytes of the device's memory that the text leaves free; how long pieces are is
                  decided by the first span

        Raises:
            MemoryError: a piece does not fit.
        """
        if self._n_tokens is None:
            self._n_tokens = self._fitting(reserve)
        position = span.first
        while position < span.stop:
            number = position // self._n_tokens
            stop = min(span.stop, (number + 1) * self._n_tokens)
            piece, tokens = self._load(number)
            yield Part(tokens, piece, moved(span, position, stop, self._base))
            position = stop

    def _fitting(self, reserve: int) -> int:
        """Tokens of a piece: all, if they fit."""
        n_tokens, n_edges = len(self._corpus.ids), len(self._corpus.sentence_starts)
        per_token = BYTES_A_TOKEN + BYTES_AN_EDGE * n_edges / max(n_tokens, 1)
        free, _ = self._device.memory()
        fitting = int((1 - SPARE) * (free - reserve) / per_token)
        if fitting >= n_tokens:
            return max(n_tokens, 1)
        return max(fitting - 2 * MARGIN, min(LEAST_PIECE, n_tokens))

    def _load(self, number: int) -> tuple[layout.Corpus, TokensOnDevice]:
        if self._loaded is None or self._loaded[0] != number:
            self._loaded = None  # its memory is free before the next piece takes its own
            assert self._n_tokens is not None
            self._base = max(number * self._n_tokens - MARGIN, 0)
            until = min((number + 1) * self._n_tokens + MARGIN, len(self._corpus.ids))
            piece = cut(self._corpus, self._base, until)
            blocks = np.clip(self._open_blocks, self._base, until) - self._base
            self._loaded = number, piece, TokensOnDevice(self._device, piece, blocks)
        return self._loaded[1:]


def cut(corpus: layout.Corpus, first: int, stop: int) -> layout.Corpus:
    """The text between two positions; a sentence that is cut is two."""
    starts = corpus.sentence_starts
    if first == 0 and stop == len(corpus.ids):
        return corpus
    inner = starts[np.searchsorted(starts, first, "right") : np.searchsorted(starts, stop)]
    edges = np.concatenate(([first], inner, [stop])) - first
    return layout.Corpus(np.ascontiguousarray(corpus.ids[first:stop]), edges.astype(np.int64))


def moved(span: layout.Span, first: int, stop: int, base: int) -> layout.Span:
    """The part of a span between two positions of the text, by those of a piece from `base` on."""
    return layout.Span(
        first=first - base,
        stop=stop - base,
        visible_first=max(span.visible_first - base, 0),
        visible_stop=span.visible_stop - base,
        key=np.uint64((int(span.key) + base * int(GOLDEN)) & _MASK),
        rate_base=span.rate_base + span.rate_slope * base,
        rate_slope=span.rate_slope,
        rate_floor=span.rate_floor,
    )
