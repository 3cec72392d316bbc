"""A piece of a text keeps the tokens, windows and noise that the whole text has there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import DTypeLike, NDArray

from tests.kernels.cuda.setup import train, trainer_of, unrepeated
from tests.support.lane_device import LaneDevice, plain
from w2v_kernels import layout
from w2v_kernels.cuda import pieces
from w2v_kernels.cuda.device import Kernel
from w2v_kernels.cuda.pieces import Part, Pieces, cut
from w2v_kernels.cuda.training_loop import Job
from w2v_kernels.cuda.windows import edges_of
from w2v_kernels.rng import random_at, stream_key

HYPER = layout.Hyper(True, 0, 5, 4, True, 0, True, False)
STARTS = np.array([0, 40, 90, 91, 230, 260, 300])
IDS = np.random.default_rng(2).integers(9, size=300).astype(np.int32)
TEXT = layout.Corpus(IDS, STARTS)
THRESHOLDS = np.full(9, 3 << 30, np.uint32)
SPAN = layout.Span(7, 290, 5, 295, stream_key(3, 1), 0.5, -0.001, 0.1)


class Small(LaneDevice):
    """A device with room for a part of the text."""

    def memory(self) -> tuple[int, int]:
        return 3_000, 1 << 40


@pytest.fixture(autouse=True)
def short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "MARGIN", 30)
    monkeypatch.setattr(pieces, "LEAST_PIECE", 50)


def parts_on(device: LaneDevice) -> list[tuple[Part, int]]:
    """The parts of the span, with what comes before each of their pieces."""
    found, parts = Pieces(device, TEXT, np.array([[5, 295]])), []
    for part in found.parts(SPAN, reserve=100):
        assert found._loaded is not None
        parts.append((part, found._loaded[0].base))
        found.copy_ahead(7)
    return parts


def chosen(device: LaneDevice, part: Part, base: int) -> list[tuple[int, int, int, int]]:
    """Position, word and contexts on both sides of each token that a part trains."""
    kept = part.tokens.kept(part.span.key, HYPER, THRESHOLDS, device.to_device(THRESHOLDS))
    assert kept is not None
    rows = zip(kept.positions + base, kept.ids, kept.before, kept.behind, strict=True)
    first, stop = part.span.first + base, part.span.stop + base
    return [tuple(map(int, row)) for row in rows if first <= row[0] < stop]


def test_pieces_choose_what_the_whole_text_chooses() -> None:
    whole, small = LaneDevice(), Small()
    (all_of_it, _), *others = parts_on(whole)
    assert not others
    cuts = parts_on(small)
    assert len(cuts) > 3
    assert [row for part, base in cuts for row in chosen(small, part, base)] == chosen(
        whole, all_of_it, 0
    )


def test_a_part_has_the_hashes_and_rates_of_its_place() -> None:
    draw = plain(random_at)
    for part, base in parts_on(Small()):
        here, there = part.span, SPAN
        at = np.uint64(here.first), np.uint64(here.first + base)
        with np.errstate(over="ignore"):
            assert draw(here.key, at[0]) == draw(there.key, at[1])
        rate = here.rate_base + here.rate_slope * here.first
        assert rate == pytest.approx(there.rate_base + there.rate_slope * (here.first + base))


class Noting(LaneDevice):
    """A device with room for a part of a text, which notes what it is asked to do."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []

    def memory(self) -> tuple[int, int]:
        return 8_000, 1 << 40

    def launch(self, kernel: Kernel, n_warps: int, arguments: Sequence[Any]) -> None:
        self.done.append("train" if isinstance(arguments, Job) else "choose")
        super().launch(kernel, n_warps, arguments)

    def begin_write(self, array: NDArray[Any], first: int, host: NDArray[Any]) -> None:
        self.done.append("copy")
        super().begin_write(array, first, host)

    def end_writes(self) -> None:
        self.done.append("join")
        super().end_writes()

    def to_host(self, array: NDArray[Any], first: int = 0, stop: int | None = None) -> NDArray[Any]:
        self.done.append("wait")
        return super().to_host(array, first, stop)


def test_the_next_piece_is_copied_while_kernels_train_this_one() -> None:
    setup = unrepeated(n_tokens=200, vector_size=3, negative=1, window=2)
    device = Noting()
    whole, cut_up = trainer_of(setup), trainer_of(setup, device)
    tallies = [train(one, setup, setup.span(slope=0.0)) for one in (whole, cut_up)]
    np.testing.assert_allclose(*tallies, rtol=1e-6)
    for name in ("input_vectors", "output_vectors"):
        np.testing.assert_allclose(cut_up.vectors(name), whole.vectors(name), atol=1e-6)
    work = [what for what in device.done if what != "choose"]
    # The first piece is waited for; it is counted, and each is copied before the last is waited for
    beginning, *pieces_trained = " ".join(work).split("train ")
    assert beginning == "copy join wait "
    assert len(pieces_trained) > 2
    assert set(pieces_trained[:-1]) == {"copy wait join wait "}


def test_the_next_piece_waits_where_there_is_no_room_for_two(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def empty(shape: int, dtype: DTypeLike) -> NDArray[Any]:
        raise MemoryError("the memory is full")

    device = Small()
    found = Pieces(device, TEXT, np.array([[5, 295]]))
    parts = found.parts(SPAN, reserve=100)
    spans = [next(parts).span]
    with monkeypatch.context() as patch:
        patch.setattr(device, "empty", empty)
        found.copy_ahead(7)
    spans += [part.span for part in parts]
    assert sum(span.stop - span.first for span in spans) == SPAN.stop - SPAN.first


@pytest.mark.parametrize("blocks", [[[0, 9]], [[2, 4], [4, 7]], [[0, 0], [3, 9]]])
def test_edges_are_those_of_sentences_and_of_blocks(blocks: list[list[int]]) -> None:
    starts, ends = np.array([0, 3, 4, 9]), np.array(blocks).ravel()
    found = edges_of(starts, ends)
    assert found.tolist() == sorted([*starts.tolist(), *ends.tolist()])


def test_a_cut_text_ends_its_sentences_where_it_is_cut() -> None:
    piece = cut(TEXT, 41, 91)
    assert piece.ids.tolist() == IDS[41:91].tolist()
    assert piece.sentence_starts.tolist() == [0, 49, 50]
    assert cut(TEXT, 0, 300) is TEXT
