"""What the Tree tab shows: a path, its probability, code lengths, the sum over leaves, the cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vtui.display import number
from w2vtui.errors import SettingsError
from w2vtui.exploring.subject import View
from w2vtui.method.tree import Leaves, TreeCost, Turn, cost_of, leaves_of, turns_of
from w2vtui.notable_words import notable_words
from w2vtui.settings import LiveSettings, field_default
from w2vtui.training.engine.tree_scoring import tree_over
from w2vtui.tui.method_screen.lines import N_PLACES, rows_along
from w2vtui.vectors import WordVectors

N_LIKELY = 8
"""The most probable words that are listed."""
MOST_COUNTED = 500_000
"""In larger vocabularies the words below each node are not counted, which takes memory."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Path:
    """What the tab shows at one moment."""

    context: str
    word: str
    count: int
    rank: int
    """1 for the most frequent word."""
    n_words: int
    turns: tuple[Turn, ...]
    below: tuple[int, ...]
    """The words below each node of the path; empty if they are not counted."""
    lengths: NDArray[np.float64]
    """(N_PLACES,): turns to the word at each rank"""
    ideal: NDArray[np.float64]
    """(N_PLACES,): -log2 of its share of the text"""
    cost: TreeCost
    vector_size: int
    tokens: int | None
    objective: str
    """What the run trains with; empty for a file."""
    can_change: bool
    """Whether it is a run that trains here, whose objective can be set."""
    sample: str
    """Of the subsampling that the cost is of, in words."""
    words: Sequence[str]
    """All of them, most frequent first."""
    leaves: Leaves | None = None
    """None without vectors of nodes."""
    likely: tuple[tuple[str, float], ...] = ()
    """The most probable words given the context word."""
    better: int = 0
    """Words more probable than this one."""


class CountedTree:
    """The tree of one vocabulary, with what is computed once."""

    def __init__(self, counts: NDArray[np.int64]) -> None:
        self.counts = counts
        self.tree = tree_over(counts)
        is_counted = len(counts) <= MOST_COUNTED
        self.below = self.tree.words_below() if is_counted else np.zeros(0, np.int64)

    def words_below(self, turns: Sequence[Turn]) -> tuple[int, ...]:
        """The words below each node of a path; empty if they are not counted."""
        if not self.below.size:
            return ()
        return tuple(self.below[[turn.node for turn in turns]].tolist())


def tree_of(vectors: WordVectors, known: CountedTree | None) -> CountedTree:
    """The tree over the counts of these vectors; the known one if it is that.

    Raises:
        SettingsError: the vectors come without counts.
    """
    if vectors.counts is None:
        raise SettingsError(
            "these vectors come without the counts of their words, and the tree is made of "
            "counts: explore a run, or vectors saved with their counts"
        )
    if known is not None and np.array_equal(known.counts, vectors.counts):
        return known
    return CountedTree(vectors.counts)


def path_of(
    made: CountedTree,
    view: View,
    chosen: tuple[str, str],
    settings: LiveSettings | None,
    *,
    can_change: bool,
) -> Path:
    """The path of a word, with all that is known of it.

    chosen       the context word and the word; empty for words that are worth a look
    settings     what the vectors are trained with; None where that is not known
    can_change   whether it is a run that trains here, whose objective can be set
    """
    vectors, tree, counts = view.vectors, made.tree, np.maximum(made.counts, 1)
    context, word = _words(vectors.index_to_key, chosen)
    at, v = vectors.key_to_index[word], vectors.vectors[vectors.key_to_index[context]]
    nodes = view.node_vectors
    if nodes is not None and len(nodes) != len(vectors) - 1:
        nodes = None
    leaves = None if nodes is None else leaves_of(tree, v, nodes)
    rows = rows_along(len(counts), N_PLACES)
    turns = tuple(turns_of(tree, at, v, nodes))
    sample = field_default(LiveSettings, "sample") if settings is None else settings.sample
    return Path(
        context=context,
        word=word,
        count=int(counts[at]),
        rank=at + 1,
        n_words=len(counts),
        turns=turns,
        below=made.words_below(turns),
        lengths=tree.lengths[rows].astype(np.float64),
        ideal=-np.log2(counts[rows] / counts.sum()),
        cost=cost_of(tree, counts, sample),
        vector_size=vectors.vector_size,
        tokens=view.tokens,
        objective="" if settings is None else settings.objective.replace("-", " "),
        can_change=can_change,
        sample=number(sample) + (", the default" if settings is None else ""),
        words=vectors.index_to_key,
        leaves=leaves,
        likely=() if leaves is None else _likely(leaves, vectors.index_to_key),
        better=0 if leaves is None else _n_better(leaves, at),
    )


def _words(vocabulary: Sequence[str], chosen: tuple[str, str]) -> tuple[str, str]:
    """The context word and the word, where none were chosen some that are worth a look."""
    notable = notable_words(vocabulary, 2)
    context, word = chosen
    return context or notable[0], word or notable[-1]


def _likely(leaves: Leaves, words: Sequence[str]) -> tuple[tuple[str, float], ...]:
    best = np.argsort(-leaves.probabilities)[:N_LIKELY].tolist()
    return tuple((words[row], leaves.probabilities[row]) for row in best)


def _n_better(leaves: Leaves, at: int) -> int:
    return int((leaves.probabilities > leaves.probabilities[at]).sum())
