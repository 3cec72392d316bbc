"""Which rows each worker trains copies of, and when it shares them: kernels, private_rows.py."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v_kernels.formulas import keep_probabilities, noise_probabilities
from w2v_kernels.parallel.private_rows import NO_TURNS, Turns, turns_of
from w2v_kernels.sizes import most_private
from w2vtui.corpus import EncodedCorpus
from w2vtui.settings import ResolvedSettings

MOST_MOVES = 64
"""A worker shares a copy each time that it has moved it about so often,"""
MOST_MOVES_OF_WORDS, MOST_MOVES_OF_NODES = 256, 128
"""or earlier: when the copies of all workers together have moved so often. More are not good for
the vectors, since each worker moves its copy by what the others have not learned yet.
"""


class PrivateTurns(NamedTuple):
    """The turns in which a worker shares its copies; it copies the rows that have turns."""

    inputs: Turns = NO_TURNS
    targets: Turns = NO_TURNS


def private_turns(
    settings: ResolvedSettings, corpus: EncodedCorpus, vector_size: int, *, locked: bool
) -> PrivateTurns:
    """The turns of each of several workers.

    locked  whether some input vectors make only a share of their moves: none is copied then
    """
    counts = corpus.vocab.counts
    kept = counts * keep_probabilities(counts, settings.sample)
    kept /= kept.sum()
    n_contexts = settings.reach + 1.0 if settings.shrinks else 2.0 * settings.reach
    n_contexts = min(n_contexts, len(corpus.ids) / max(corpus.n_sentences, 1))

    def turns(moves: NDArray[np.float64], most_of_all: int) -> Turns:
        moves = moves[: most_private(moves.size, vector_size)]
        interval = max(min(MOST_MOVES, most_of_all / settings.workers), 1.0)
        return turns_of(moves, interval) if moves.size else NO_TURNS

    inputs = NO_TURNS if locked else turns(n_contexts * kept, MOST_MOVES_OF_WORDS)
    if settings.walks_tree:
        # About half as many paths pass through a node of the next level.
        of_nodes = 1.0 / np.arange(1.0, counts.size)
        return PrivateTurns(inputs, turns(of_nodes, MOST_MOVES_OF_NODES))
    if not settings.draws_noise:  # every step of the exact softmax moves all words
        return PrivateTurns(inputs)
    noise = settings.negative * noise_probabilities(counts, settings.ns_exponent)
    meetings = n_contexts if settings.draws_for_each_pair else 1.0
    return PrivateTurns(inputs, turns(meetings * (kept + noise), MOST_MOVES_OF_WORDS))
