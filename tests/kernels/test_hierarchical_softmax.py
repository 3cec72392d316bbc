"""The tree of hierarchical softmax: its codes, its layout, its probabilities."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.kernels import naive
from tests.kernels.setup import called, paths
from tests.support.inner_loop import outside
from w2v_kernels import hierarchical_softmax, layout, scoring, sizes

tree_log_probability = called(scoring.tree_log_probability)


@pytest.mark.parametrize("n_words", [1, 2, 3, 50, *outside([1000])])
def test_leaf_probabilities_sum_to_one_for_any_vectors(n_words):
    """D2L eq_hi-softmax-sum-one."""
    random = np.random.default_rng(n_words)
    tree = hierarchical_softmax.build_tree(random.integers(1, 1000, n_words))
    v = layout.empty_rows(1, 30)
    v[0, :30] = random.normal(0, 3, 30)
    nodes = layout.empty_rows(max(n_words - 1, 1), 30)
    nodes[:, :30] = random.normal(0, 3, (len(nodes), 30))
    logs = [tree_log_probability(v, 0, nodes, tree, word) for word in range(n_words)]
    assert np.exp(logs).sum() == pytest.approx(1.0, abs=1e-9)
    leaves, reached = np.empty(n_words), np.empty(n_words - 1)
    scoring.leaf_probabilities(v[0], nodes, tree, reached, leaves)
    assert abs(leaves.sum() - 1.0) < 1e-9
    np.testing.assert_allclose(leaves, np.exp(logs), rtol=2e-4)


def test_no_code_is_the_beginning_of_another():
    counts = np.random.default_rng(1).integers(1, 10_000, 300)
    tree = hierarchical_softmax.build_tree(counts)
    codes = sorted(tuple(turns) for _, turns in paths(tree))
    for code, following in itertools.pairwise(codes):
        assert following[: len(code)] != code


def test_the_tree_is_as_short_as_huffmans_and_its_root_is_node_0():
    counts = np.random.default_rng(2).zipf(1.3, 400).clip(max=10**6)
    tree = hierarchical_softmax.build_tree(counts)
    shortest = [len(code) for code in naive.huffman_codes(counts.tolist())]
    assert (tree.lengths * counts).sum() == np.dot(shortest, counts)
    assert {nodes[0] for nodes, _ in paths(tree)} == {0}
    assert {node for nodes, _ in paths(tree) for node in nodes} == set(range(399))


def test_paths_are_laid_out_in_whole_tiles():
    tree = hierarchical_softmax.build_tree(np.random.default_rng(3).integers(1, 10_000, 300))
    assert len(set(tree.lengths % sizes.TILE)) > 1
    for word, (first, stop) in enumerate(itertools.pairwise(tree.starts)):
        end = first + tree.lengths[word]
        assert (stop - first) % sizes.TILE == 0
        assert 0 <= stop - end < sizes.TILE
        assert (np.abs(tree.turns[first:end]) == 1).all()
        assert not tree.turns[end:stop].any()
        assert (tree.nodes[end:stop] == 299).all()


def test_counts_like_fibonacci_numbers_make_a_path_to_every_word():
    counts = [1, 1]
    while len(counts) < 80:
        counts.append(counts[-1] + counts[-2])
    tree = hierarchical_softmax.build_tree(np.array(counts, dtype=np.int64))
    assert tree.lengths.max() == 79
