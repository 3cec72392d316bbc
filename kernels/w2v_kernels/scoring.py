"""Read-only kernels: scores for the probe loss, cosines for nearest words.

They run during training, on the vectors being trained. A row may be half old and half new for an
instant, which does not matter for display.
"""

from __future__ import annotations

import numpy as np

from w2v_kernels.machine.compiling import kernel, kernel_part


@kernel_part
def dot(a, row_a, b, row_b):
    """a[row_a] . b[row_b] of float32 matrices with rows of one length."""
    total = np.float32(0.0)
    for d in range(a.shape[1]):
        total += a[row_a, d] * b[row_b, d]
    return total


@kernel
def score_candidates(input_vectors, output_vectors, contexts, candidates, scores):
    """scores[i, n] = u_candidate . v_context.

    contexts    int32   (P,)     the context word of each pair
    candidates  int32   (P, N)   words to score for it
    scores      float64 (P, N)   filled
    """
    for i in range(candidates.shape[0]):
        for n in range(candidates.shape[1]):
            scores[i, n] = dot(input_vectors, contexts[i], output_vectors, candidates[i, n])


@kernel_part
def log_sigmoid(x):
    """log(1 / (1 + exp(-x))) in float64, without overflow."""
    return min(x, 0.0) - np.log1p(np.exp(-abs(x)))


@kernel_part
def tree_log_probability(input_vectors, context, node_vectors, tree, word):
    """log P(word | context) under hierarchical softmax, in nats, float64."""
    total = 0.0
    for at in range(tree.starts[word], tree.starts[word] + tree.lengths[word]):
        score = np.float64(dot(input_vectors, context, node_vectors, tree.nodes[at]))
        total += log_sigmoid(np.float64(tree.turns[at]) * score)
    return total


@kernel
def score_candidates_by_tree(input_vectors, node_vectors, tree, contexts, candidates, scores):
    """scores[i, n] = log P(candidate | context) under hierarchical softmax; shapes as above."""
    for i in range(candidates.shape[0]):
        for n in range(candidates.shape[1]):
            scores[i, n] = tree_log_probability(
                input_vectors, contexts[i], node_vectors, tree, candidates[i, n]
            )


@kernel
def leaf_probabilities(input_vector, node_vectors, tree, reached, probabilities):
    """The probability of every word under hierarchical softmax, all in float64: O(V D).

    input_vector   float32 (D,)      v_c
    node_vectors   float32 (V - 1, D)
    reached        float64 (V - 1,)  filled: the probability that a path reaches each node
    probabilities  float64 (V,)      filled: P(w | c)

    A path is followed up to the lowest node that an earlier word's path has reached, so each turn
    of the tree is computed once.
    """
    reached[:] = -1.0
    if reached.size > 0:
        reached[0] = 1.0
    for word in range(probabilities.size):
        first, n = tree.starts[word], tree.lengths[word]
        known = n - 1
        while known > 0 and reached[tree.nodes[first + known]] < 0.0:
            known -= 1
        share = reached[tree.nodes[first + known]] if n > 0 else 1.0
        for at in range(first + max(known, 0), first + n):
            node = np.int64(tree.nodes[at])
            reached[node] = share
            score = exact_dot(node_vectors, node, input_vector)
            share *= sigmoid(np.float64(tree.turns[at]) * score)
        probabilities[word] = share


@kernel_part
def exact_dot(vectors, row, vector):
    """vectors[row] . vector in float64."""
    total = 0.0
    for d in range(vector.size):
        total += np.float64(vectors[row, d]) * np.float64(vector[d])
    return total


@kernel_part
def sigmoid(x):
    """1 / (1 + exp(-x)) in float64."""
    return 1.0 / (1.0 + np.exp(-x))


@kernel
def squared_norms(vectors, n_words, norms):
    """norms[w] = |v_w|^2 for the first n_words rows: float32 (V,), filled."""
    for word in range(n_words):
        norms[word] = dot(vectors, word, vectors, word)


@kernel
def scores_of_all(vectors, n_words, query, scores):
    """scores[w] = v_w . query for the first n_words rows; query float32 (1, D padded)."""
    for word in range(n_words):
        scores[word] = dot(vectors, word, query, 0)
