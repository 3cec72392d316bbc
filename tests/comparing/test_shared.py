"""Sides are compared over the words that all of them have, with the vectors of each."""

from __future__ import annotations

import numpy as np
import pytest

from w2vtui.comparing.moved import rotation, words_that_moved
from w2vtui.comparing.overlap import mean_overlap, word_on_sides
from w2vtui.comparing.shared import shared_vectors
from w2vtui.errors import UnknownWordError, VectorsError
from w2vtui.vectors import WordVectors

DRAW = np.random.default_rng(5)
N, SIZE = 400, 8
WORDS = [f"w{i}" for i in range(N)]
MATRIX = DRAW.standard_normal((N, SIZE)).astype(np.float32)
TURN = np.linalg.qr(DRAW.standard_normal((SIZE, SIZE)))[0].astype(np.float32)
COUNTS = np.arange(N, 0, -1)


def vectors(matrix=MATRIX, words=WORDS, counts=None):
    return WordVectors(words, matrix, counts)


# ---- the words


def test_sides_with_the_same_words_share_their_vectors_without_a_copy():
    one, other = vectors(), vectors(MATRIX @ TURN)
    shared = shared_vectors([one, other])
    assert shared.vectors == (one, other)
    assert shared.remark == ""


def test_other_words_are_left_out_in_the_order_of_the_first_side():
    order = DRAW.permutation(N)[:300]
    other = vectors(MATRIX[order], [WORDS[row] for row in order])
    shared = shared_vectors([vectors(), other])
    assert list(shared.words) == [WORDS[row] for row in np.sort(order)]
    assert (shared.vectors[0].vectors == shared.vectors[1].vectors).all()
    assert shared.remark == "over the 300 words that all have, of 400 and 300"
    cut = shared_vectors([vectors(), other], most=100)
    assert cut.remark == "over the 100 most frequent words that all have"
    with pytest.raises(UnknownWordError, match="'w' is not among the 300 words that are compared"):
        shared.row_of("w")


def test_sides_without_a_common_word_are_refused():
    other = vectors(MATRIX[:2], ["x", "y"])
    with pytest.raises(VectorsError, match="share no word, the first has 400, such as 'w0'"):
        shared_vectors([vectors(), other])


# ---- the nearest words


def test_a_rotation_changes_no_neighbor():
    shared = shared_vectors([vectors(), vectors(3 * MATRIX @ TURN)])
    found = word_on_sides(shared, "w7", 3)
    assert [one.overlap for one in found.sides] == [10, 10]
    assert [word for word, _ in found.sides[0].words] == [word for word, _ in found.sides[1].words]
    overlap = mean_overlap(shared, 0, 1)
    assert (overlap.mean, overlap.standard_error, overlap.n_words) == (10.0, 0.0, N)


def test_the_overlap_of_other_vectors_is_that_of_chance():
    other = DRAW.standard_normal((N, SIZE)).astype(np.float32)
    overlap = mean_overlap(shared_vectors([vectors(), vectors(other)]), 0, 1)
    assert abs(overlap.mean - 10 * 10 / (N - 1)) < 4 * overlap.standard_error < 0.2


def test_the_overlap_counts_words_that_both_sides_have_among_the_nearest():
    shared = shared_vectors([vectors(), vectors(MATRIX + 0.3)])
    found = word_on_sides(shared, "w7")
    first, second = ({word for word, _ in side.words} for side in found.sides)
    assert found.sides[1].common == first & second
    assert found.sides[1].overlap == len(first & second)


@pytest.mark.parametrize("n_words", [1, 2, 5])
def test_a_small_vocabulary_has_a_smaller_top(n_words):
    few = vectors(MATRIX[:n_words], WORDS[:n_words])
    shared = shared_vectors([few, few])
    assert word_on_sides(shared, "w0").top == n_words - 1
    if n_words > 1:
        assert mean_overlap(shared, 0, 1).mean == n_words - 1
    else:
        with pytest.raises(VectorsError, match="needs two shared words"):
            mean_overlap(shared, 0, 1)


def test_a_side_that_diverged_has_no_neighbors_and_leaves_the_others_alone():
    shared = shared_vectors([vectors(), vectors(np.full_like(MATRIX, np.nan)), vectors()])
    found = word_on_sides(shared, "w3", 4)
    assert [len(one.words) for one in found.sides] == [4, 0, 4]
    assert [one.overlap for one in found.sides] == [10, None, 10]
    assert mean_overlap(shared, 0, 2).mean == 10
    with pytest.raises(VectorsError):
        mean_overlap(shared, 0, 1)


# ---- words that moved


def test_the_rotation_is_found():
    np.testing.assert_allclose(rotation(MATRIX, MATRIX @ TURN), TURN, atol=1e-5)


def test_a_word_that_moved_is_found_after_the_rotation():
    turned = MATRIX @ TURN
    turned[[30, 60]] = -turned[[30, 60]]
    moved = words_that_moved(shared_vectors([vectors(), vectors(turned)]), 0, 1, 3)
    assert {one.word for one in moved.words[:2]} == {"w30", "w60"}
    assert moved.words[0].difference == pytest.approx(2, abs=0.01)
    assert moved.words[2].difference < 0.01 > moved.usual
    assert moved.words[0].near[0] != moved.words[0].near[1]


def test_rare_words_are_not_listed_and_vectors_of_zeros_are_left_out():
    turned = MATRIX @ TURN
    turned[[30, 390]] = -turned[[30, 390]]  # w390 occurs 10 times
    turned[5] = 0
    moved = words_that_moved(
        shared_vectors([vectors(counts=COUNTS), vectors(turned, counts=COUNTS)]), 0, 1, N
    )
    assert moved.words[0].word == "w30"
    assert {"w5", "w390"}.isdisjoint(one.word for one in moved.words)
    assert moved.n_words == N - 1 - 19


def test_vectors_of_another_length_are_rotated_too():
    wider = np.hstack([MATRIX @ TURN, np.zeros((N, 3), np.float32)])
    moved = words_that_moved(shared_vectors([vectors(), vectors(wider)]), 0, 1, 1)
    assert moved.words == ()
    assert moved.remark == "no word differs by 0.005 or more, after rotation"


def test_identical_vectors_are_called_so():
    moved = words_that_moved(shared_vectors([vectors(), vectors()]), 0, 1, 3)
    assert (moved.words, moved.remark) == ((), "the vectors of the shared words are identical")


def test_a_few_rare_words_of_one_number_can_be_compared():
    one, counts = np.ones((2, 1), np.float32), np.array([1, 1])
    rare = vectors(one, WORDS[:2], counts=counts)
    moved = words_that_moved(shared_vectors([rare, rare]), 0, 1, 3)
    assert (moved.n_words, moved.are_identical) == (2, True)


def test_too_few_words_for_a_rotation_are_refused():
    few = vectors(MATRIX[:15], WORDS[:15])
    with pytest.raises(
        VectorsError, match=r"too few shared words \(15\) to rotate vectors of 8 numbers"
    ):
        words_that_moved(shared_vectors([few, few]), 0, 1, 1)
