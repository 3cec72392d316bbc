"""Paths of the tree, the probabilities of its leaves, and what they cost."""

from __future__ import annotations

import weakref

import numpy as np
import pytest

from w2vtui.method.tree import cost_of, leaves_of, turns_of
from w2vtui.training.engine.tree_scoring import HuffmanTree, TreeScores, tree_over


@pytest.mark.parametrize(
    ("n_words", "scale"),
    [(1, 1), (2, 1), (3, 30), (700, 0.3), pytest.param(5000, 3, marks=pytest.mark.slow)],
)
def test_all_leaves_sum_to_one_and_each_is_the_product_of_its_path(n_words, scale):
    random = np.random.default_rng(n_words)
    tree = HuffmanTree(np.sort(random.zipf(1.2, n_words).clip(max=10**7))[::-1])
    v = random.normal(0, scale, 20).astype(np.float32)
    nodes = random.normal(0, scale, (n_words - 1, 20)).astype(np.float32)
    leaves = leaves_of(tree, v, nodes)
    assert leaves.error < 1e-9
    for word in random.integers(n_words, size=5).tolist():
        turns = turns_of(tree, word, v, nodes)
        product = turns[-1].product if turns else 1.0
        assert leaves.probabilities[word] == pytest.approx(product, rel=1e-9)
        assert [turn.bit for turn in turns] == [turn.bit for turn in turns_of(tree, word)]


def test_leaves_are_those_that_the_probe_scores():
    random = np.random.default_rng(3)
    counts = np.arange(60, 0, -1)
    v, nodes = (random.normal(0, 0.5, (n, 12)).astype(np.float32) for n in (1, 59))
    leaves = leaves_of(HuffmanTree(counts), v[0], nodes).probabilities
    logs = TreeScores(counts, nodes).log_probabilities(v, np.arange(60, dtype=np.int32)[None])
    np.testing.assert_allclose(np.log(leaves), logs[0], rtol=1e-5)


def test_a_vocabulary_has_one_tree_and_another_of_its_size_another():
    counts, other = np.arange(60, 0, -1), np.full(60, 7)
    tree = tree_over(counts)
    assert tree_over(counts) is tree
    assert (tree_over(other).lengths != tree.lengths).any()
    assert (tree_over(counts).lengths == tree.lengths).all()
    kept = weakref.ref(tree_over(counts))
    del tree, counts
    assert kept() is None, "it goes with its counts"


def test_vectors_that_are_not_numbers_give_no_probability():
    nodes = np.zeros((9, 4), np.float32)
    nodes[0] = np.nan
    leaves = leaves_of(HuffmanTree(np.arange(1, 11)), np.ones(4, np.float32), nodes)
    assert np.isnan(leaves.total)


def test_a_huffman_code_costs_less_than_a_bit_above_the_entropy():
    counts = np.sort(np.random.default_rng(5).zipf(1.3, 2000).clip(max=10**6))[::-1]
    tree = HuffmanTree(counts)
    cost = cost_of(tree, counts, sample=1e-3)
    assert cost.least <= cost.mean_of_text < cost.least + 1
    assert cost.shortest <= cost.mean <= cost.longest
    assert cost.mean > cost.mean_of_text  # rare words, whose codes are long, are trained more often
    equal = cost_of(HuffmanTree(np.full(64, 7)), np.full(64, 7), sample=0)
    assert equal == (6.0, 6, 6, pytest.approx(6.0), 6.0)


def test_as_many_words_are_below_the_nodes_as_the_paths_say():
    tree = HuffmanTree(np.arange(1, 40))
    below = tree.words_below()
    assert below[0] == 39
    assert below.sum() == tree.lengths.sum()
    for word in (0, 20, 38):
        on_path = below[tree.path(word)[0]]
        assert (np.diff(on_path) < 0).all()
        assert on_path[-1] >= 2
