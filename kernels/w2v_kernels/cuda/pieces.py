"""A text in a device's memory: all of it where there is room, else a piece at a time.

Every random number about a token is a hash of key + position, so a piece is a text of its own, with
positions from 0 and a key moved by where it begins: each token is kept, and meets its contexts and
noise, as it would in the whole text. Beside the tokens that are trained a piece holds MARGIN more
on both sides, where their contexts are. While a piece is trained, the words of the next are copied.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v_kernels import layout
from w2v_kernels.cuda.device import Device, DeviceArray
from w2v_kernels.cuda.windows import TokensOnDevice
from w2v_kernels.rng import GOLDEN

MARGIN = 1 << 16
"""Tokens on either side of a piece: more than a window reaches, unless subsampling drops most."""
LEAST_PIECE = 1 << 20
"""Tokens of a piece, at least: smaller ones would keep few warps busy."""
BYTES_A_TOKEN = 24
"""Of a text on a device: its word, and what is stored of it where it is kept."""
BYTES_AHEAD = 4
"""Of a token of the next piece: its word."""
BYTES_AN_EDGE = 8
AHEAD = 2
"""Tokens of the next piece that are copied beside the training of one: they are there in time."""
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


class _Piece:
    """A piece whose words are copied little by little."""

    def __init__(self, device: Device, number: int, base: int, text: layout.Corpus) -> None:
        """
        base   the position in the whole text where it begins
        text   its own

        Raises:
            MemoryError: it does not fit.
        """
        self.number, self.base, self.text = number, base, text
        self._device, self._n_sent = device, 0
        self._ids = device.empty(len(text.ids), np.int32)

    def copy(self, n_tokens: int) -> None:
        """Begin to copy some more words."""
        some = self.text.ids[self._n_sent : self._n_sent + n_tokens]
        if len(some):
            self._device.begin_write(self._ids, self._n_sent, some)
            self._n_sent += len(some)

    def ids(self) -> DeviceArray:
        """All words, for the kernels to come."""
        self.copy(len(self.text.ids))
        self._device.end_writes()
        return self._ids


class Pieces:
    """The text of a training, of which one piece is on the device, and some of the next."""

    def __init__(
        self, device: Device, corpus: layout.Corpus, open_blocks: NDArray[np.int64]
    ) -> None:
        """open_blocks  int64 (B, 2), as `CudaTrainer` takes them."""
        self._device, self._corpus, self._open_blocks = device, corpus, open_blocks
        self._n_tokens: int | None = None
        self._loaded: tuple[_Piece, TokensOnDevice] | None = None
        self._next: _Piece | None = None

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
            yield Part(tokens, piece.text, moved(span, position, stop, piece.base))
            position = stop

    def copy_ahead(self, n_tokens: int) -> None:
        """Begin to copy some of the next piece, while kernels train this many tokens of this one.

        The kernels must be at work already: what is here is done by the processor beside them.
        """
        if self._n_tokens is None or self._loaded is None:
            return
        n_pieces = -(-len(self._corpus.ids) // self._n_tokens)
        if n_pieces == 1:
            return
        if self._next is None:
            try:  # after the last piece, the next epoch begins with the first
                self._next = self._cut((self._loaded[0].number + 1) % n_pieces)
            except MemoryError:  # there will be room for it when this piece is gone
                return
        self._next.copy(AHEAD * n_tokens)

    def _fitting(self, reserve: int) -> int:
        """Tokens of a piece: all, if they fit."""
        n_tokens, n_edges = len(self._corpus.ids), len(self._corpus.sentence_starts)
        per_token = BYTES_A_TOKEN + BYTES_AN_EDGE * n_edges / max(n_tokens, 1)
        free, _ = self._device.memory()
        there = (1 - SPARE) * (free - reserve)
        if there >= per_token * n_tokens:
            return max(n_tokens, 1)
        fitting = int(there / (per_token + BYTES_AHEAD))
        return max(fitting - 2 * MARGIN, min(LEAST_PIECE, n_tokens))

    def _load(self, number: int) -> tuple[_Piece, TokensOnDevice]:
        if self._loaded is None or self._loaded[0].number != number:
            self._loaded = None  # its memory is free before the next piece takes its own
            if self._next is None or self._next.number != number:
                self._next = None
                self._next = self._cut(number)
            piece, self._next = self._next, None
            blocks = self._open_blocks - piece.base
            blocks = np.clip(blocks, 0, len(piece.text.ids))
            tokens = TokensOnDevice(self._device, piece.text, blocks, piece.ids())
            self._loaded = piece, tokens
        return self._loaded

    def _cut(self, number: int) -> _Piece:
        assert self._n_tokens is not None
        base = max(number * self._n_tokens - MARGIN, 0)
        until = min((number + 1) * self._n_tokens + MARGIN, len(self._corpus.ids))
        return _Piece(self._device, number, base, cut(self._corpus, base, until))


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
