"""A piece of a text keeps the tokens, windows and noise that the whole text has there."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.lane_device import LaneDevice, plain
from w2v_kernels import layout
from w2v_kernels.cuda import pieces
from w2v_kernels.cuda.pieces import Part, Pieces, cut
from w2v_kernels.rng import random_at, stream_key

HYPER = layout.Hyper(True, 0, 5, 4, True, True, True, False)
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
    found = Pieces(device, TEXT, np.array([[5, 295]]))
    return [(part, found._base) for part in found.parts(SPAN, reserve=100)]


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


def test_a_cut_text_ends_its_sentences_where_it_is_cut() -> None:
    piece = cut(TEXT, 41, 91)
    assert piece.ids.tolist() == IDS[41:91].tolist()
    assert piece.sentence_starts.tolist() == [0, 49, 50]
    assert cut(TEXT, 0, 300) is TEXT
