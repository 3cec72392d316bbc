"""What the Exact tab shows: probabilities by each approximation, and gradients for each K."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import SettingsError
from w2vtui.exploring.subject import View
from w2vtui.method import exact
from w2vtui.method.exact import AtK, Pair, Real
from w2vtui.method.tree import leaves_of
from w2vtui.notable_words import notable_words
from w2vtui.training.engine.tree_scoring import tree_over

N_LIKELY = 20
MOST_OF_TREE = 100_000
"""Words whose tree is compared, at most: its vectors are copied."""


@dataclass(frozen=True, slots=True)
class LikelyWord:
    """A word, and its probability by each."""

    word: str
    exact: float
    noise: float
    tree: float | None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Approximations:
    """What the tab shows at one moment."""

    context: str
    word: str
    n_compared: int
    n_words: int
    rows: tuple[LikelyWord, ...]
    vector_size: int
    exponent: float
    tokens: int | None
    is_default: bool = False
    """Whether the exponent is the default, since that of the training is not known."""
    noise_from_exact: float
    """Divergence of the two distributions over all words that are compared, in nats."""
    tree_from_noise: float | None
    tree_cosine: float | None
    """Of the gradient of hierarchical softmax with the exact one."""
    limit: float
    at: tuple[AtK, ...] = ()


class ChosenPair(NamedTuple):
    """A context word and the word that it predicts, among all that are compared."""

    context: str
    word: str
    rows: NDArray[np.int64]
    """Of the words that are compared."""
    pair: Pair


def chosen_pair(view: View, chosen: tuple[str, str], exponent: float) -> ChosenPair:
    """The pair that is compared; the vectors have output vectors and counts.

    chosen     the context word, empty for one that is worth a look, and the word, empty for the one
               that it predicts most
    exponent   of the noise

    Raises:
        SettingsError: the vectors are not numbers.
    """
    vectors = view.vectors
    outputs, counts, words = vectors.output_vectors, vectors.counts, vectors.index_to_key
    assert outputs is not None
    assert counts is not None
    context, word = chosen[0] or notable_words(words, 1)[0], chosen[1]
    at_context = vectors.get_index(context)
    rows = exact.words_of(counts, [at_context, *([vectors.get_index(word)] if word else [])])
    pair = Pair(
        vectors.vectors[at_context],
        outputs[rows],
        np.maximum(counts[rows], 1),
        0,
        exponent,
    )
    scores = pair.scores + pair.log_noise
    if not np.isfinite(scores).all():
        raise SettingsError("the vectors are not numbers: the run has diverged")
    if not word:  # the word that it predicts most, but for itself
        others = np.where(rows == at_context, -np.inf, scores)
        word = words[rows[int(others.argmax())]]
    at = int(np.searchsorted(rows, vectors.get_index(word)))
    return ChosenPair(context, word, rows, pair._replace(word=at))


def probabilities_of(view: View, chosen: ChosenPair, *, is_default: bool) -> Approximations:
    """The probabilities by each, before the gradients for any K are known.

    is_default   whether the exponent is the default
    """
    words, pair = view.vectors.index_to_key, chosen.pair
    by_softmax = exact.softmax(pair.scores)
    by_noise = exact.softmax(pair.scores + pair.log_noise)
    leaves = _leaf_probabilities(view, chosen.context)
    by_tree = None if leaves is None else leaves[chosen.rows] / leaves[chosen.rows].sum()
    order = np.argsort(-by_noise)[:N_LIKELY].tolist()
    return Approximations(
        context=chosen.context,
        word=chosen.word,
        n_compared=len(chosen.rows),
        n_words=len(words),
        rows=tuple(
            LikelyWord(
                words[chosen.rows[at]], by_softmax[at], by_noise[at],
                None if by_tree is None else float(by_tree[at]),
            )
            for at in (pair.word, *(at for at in order if at != pair.word))
        ),
        vector_size=view.vectors.vector_size,
        exponent=pair.exponent,
        tokens=view.tokens,
        is_default=is_default,
        noise_from_exact=exact.divergence(by_noise, by_softmax),
        tree_from_noise=None if by_tree is None else exact.divergence(by_tree, by_noise),
        tree_cosine=None if by_tree is None else _tree_cosine(view, chosen),
        limit=exact.limit_distance(pair),
    )  # fmt: skip


def _leaf_probabilities(view: View, context: str) -> Real | None:
    """P(w | c) of all words by the tree; None without vectors of nodes."""
    vectors, nodes = view.vectors, view.node_vectors
    if nodes is None or vectors.counts is None or len(nodes) != len(vectors) - 1:
        return None
    if len(vectors) > MOST_OF_TREE:
        return None
    return leaves_of(tree_over(vectors.counts), vectors[context], nodes).probabilities


def _tree_cosine(view: View, chosen: ChosenPair) -> float:
    """The cosine of the tree's gradient with the exact one; there are vectors of nodes."""
    nodes, counts, pair = view.node_vectors, view.vectors.counts, chosen.pair
    assert nodes is not None
    assert counts is not None
    row = int(chosen.rows[pair.word])
    move = exact.tree_move(pair.input_vector, nodes, np.maximum(counts, 1), row)
    return exact.cosine(move, exact.exact_move(pair, pair.log_noise))
