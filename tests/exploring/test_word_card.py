"""The card of a word: figures that are known otherwise, and those that are not known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.support.five_words import FIVE
from w2vtui.errors import UnknownWordError
from w2vtui.exploring.word_card import Codes, word_card
from w2vtui.vectors import WordVectors


def built_codes(vectors: WordVectors) -> Codes:
    codes = Codes()
    assert vectors.counts is not None
    codes.build(vectors.counts)
    return codes


def test_a_card_says_what_is_known_of_a_word():
    card = word_card(FIVE, "queen", sample=0.1, codes=Codes())
    assert card.code is None  # the tree is not built
    assert (card.row, card.n_words, card.count) == (1, 5, 40)
    assert card.share == pytest.approx(40 / 150)
    t_over_f = 0.1 * 150 / 40
    assert card.keep == pytest.approx(math.sqrt(t_over_f) + t_over_f)
    assert card.input_norm == pytest.approx(1)
    assert (card.output_norm, card.moved) == (None, None)


def test_codes_are_huffmans():
    built = built_codes(FIVE)
    codes = [word_card(FIVE, word, codes=built).code or "" for word in FIVE.index_to_key]
    # 10 + 20 = 30, 30 + 30 = 60, 40 + 50 = 90: king and queen at depth 2, zu and woman at 3
    assert [len(code) for code in codes] == [2, 2, 2, 3, 3]
    assert len({code[:2] for code in codes}) == 4
    one = WordVectors(["a"], np.ones((1, 2)), np.array([3]))
    assert word_card(one, "a", codes=built).code is None  # of another vocabulary
    assert word_card(one, "a", codes=built_codes(one)).code == ""


def test_the_counts_of_words_without_vectors_count():
    cut = WordVectors(FIVE.index_to_key[:2], FIVE.vectors[:2], FIVE.counts[:2])
    options = {"sample": 0.1, "codes": built_codes(FIVE)}
    whole = word_card(FIVE, "queen", **options)
    assert word_card(cut, "queen", whole_counts=FIVE.counts, **options) == whole
    assert word_card(cut, "queen", **options) != whole


@pytest.mark.parametrize(
    ("before", "after", "angle"),
    [([1, 0], [0, 5], math.pi / 2), ([1, 0], [-2, 0], math.pi), ([3, 0], [1, 1e-4], 1e-4),
     ([0, 0], [1, 0], None), ([np.nan, 0], [1, 0], None)],
)  # fmt: skip
def test_a_word_has_turned_by_an_angle(before, after, angle):
    earlier, later = (WordVectors(["a"], np.array([row])) for row in (before, after))
    moved = word_card(later, "a", earlier=earlier).moved
    assert moved == (None if angle is None else pytest.approx(angle, rel=1e-3))


def test_what_is_not_known_is_left_out():
    output = np.full((2, 2), 3.0, np.float32)
    bare = WordVectors(["a", "b"], np.array([[3, 4], [np.nan, 1]]), None, output)
    card = word_card(bare, "a", sample=0.1, codes=built_codes(FIVE), earlier=FIVE)
    assert (card.count, card.share, card.keep, card.code, card.moved) == (None,) * 5
    assert (card.input_norm, card.output_norm) == (5, pytest.approx(18**0.5))
    assert math.isnan(word_card(bare, "b").input_norm)
    zeros = WordVectors(["a"], np.ones((1, 2)), np.array([0]))
    assert word_card(zeros, "a", sample=0.1).keep is None
    with pytest.raises(UnknownWordError):
        word_card(FIVE, "kign")
