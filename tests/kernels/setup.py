"""A small corpus with all that a kernel needs, and kernel parts that Python can call."""

from __future__ import annotations

import numba
import numpy as np

from tests.kernels import naive
from w2v_kernels import (
    exact_softmax,
    formulas,
    hierarchical_softmax,
    layout,
    negative_sampling,
    objectives,
    rng,
    sizes,
    training_loop,
)
from w2v_kernels.scratch import Worker, make_scratch


def called(part):
    """A part of kernels as something that Python can call."""
    return numba.njit(lambda *arguments: part(*arguments))  # noqa: PLW0108 - one to compile


OBJECTIVES = {
    "negative-sampling": objectives.NEGATIVE_SAMPLING,
    "hierarchical-softmax": objectives.HIERARCHICAL_SOFTMAX,
    "softmax": objectives.SOFTMAX,
}
NOISE_SHARING = {
    "centers": objectives.SHARED_BY_CENTERS,
    "pairs": objectives.SHARED_BY_PAIRS,
    "none": objectives.NOT_SHARED,
}


def paths(tree):
    """The nodes and the turns from the root to each word."""
    spans = [(first, first + n) for first, n in zip(tree.starts, tree.lengths, strict=False)]
    return [(tree.nodes[a:b].tolist(), tree.turns[a:b].tolist()) for a, b in spans]


def corpus_of(setup):
    """The text as a run has it, which nobody may write to: another loop would be compiled for other
    arrays.
    """
    ids, starts = setup.ids.view(), setup.starts.view()
    ids.flags.writeable = starts.flags.writeable = False
    return layout.Corpus(ids, starts)


def train_with(setup, scratch, span, tallies):
    worker = Worker(setup.weights, setup.tables, setup.hyper, scratch)
    training_loop.train_span(corpus_of(setup), span, worker, tallies)


class Setup:
    """A small corpus with everything a kernel needs, and a float64 copy of its vectors."""

    def __init__(self, n_words=40, n_tokens=500, vector_size=20, seed=0, scale=0.5, **settings):
        self.settings = {
            "model": "skip-gram",
            "objective": "negative-sampling",
            "negative": 5,
            "window": 4,
            "shrink_windows": True,
            "noise_sharing": "centers",
            "cbow_mean": True,
            "cbow_divide": False,
            "sample": 0.05,
            "locks": (),
        } | settings
        random = np.random.default_rng(seed)
        odds = 1 / np.arange(1, n_words + 1)
        ids = random.choice(n_words, n_tokens, p=odds / odds.sum())
        ids[:n_words] = np.arange(n_words)
        self.ids = ids.astype(np.int32)
        cuts = np.sort(random.choice(np.arange(1, n_tokens), n_tokens // 12, replace=False))
        self.starts = np.concatenate(([0], cuts, [n_tokens])).astype(np.int64)
        self.counts = np.bincount(ids, minlength=n_words)
        self.n_words, self.vector_size = n_words, vector_size
        by_tree = self.settings["objective"] == "hierarchical-softmax"

        def rows(n):
            matrix = layout.empty_rows(n + 1, vector_size)
            matrix[:n, :vector_size] = random.normal(0, scale, (n, vector_size))
            return matrix

        self.matrices = rows(n_words), rows(n_words), rows(n_words - 1)
        self.weights = layout.Weights(self.matrices[0], self.matrices[2 if by_tree else 1])
        self.tables = layout.Tables(
            formulas.keep_thresholds(self.counts, self.settings["sample"]),
            negative_sampling.build_noise_table(self.counts, 0.75),
            hierarchical_softmax.build_tree(self.counts),
            exact_softmax.every_word(n_words),
            np.array(self.settings["locks"], dtype=np.float32),
        )
        self.key = rng.stream_key(7, 0)

    @property
    def hyper(self):
        s = self.settings
        return layout.Hyper(
            s["model"] == "skip-gram",
            OBJECTIVES[s["objective"]],
            s["negative"],
            s["window"],
            s["shrink_windows"],
            NOISE_SHARING[s["noise_sharing"]],
            s["cbow_mean"],
            s["cbow_divide"],
        )

    def span(self, first=0, stop=None, visible=None, base=0.05, slope=-1e-5, floor=1e-3):
        stop = len(self.ids) if stop is None else stop
        visible = visible or (0, len(self.ids))
        return layout.Span(first, stop, *visible, self.key, base, slope, floor)

    def exact(self):
        """Float64 copies of the vectors, without padding."""
        size = self.vector_size
        return [matrix[:-1, :size].astype(np.float64) for matrix in self.matrices]

    def train(self, *spans, tallies=None):
        tallies = np.zeros(sizes.N_TALLIES) if tallies is None else tallies
        blank = len(self.weights.target_vectors) - 1
        s = self.settings
        scratch = make_scratch(self.vector_size, s["window"], 300, blank, s["negative"])
        for span in spans:
            train_with(self, scratch, span, tallies)
        return tallies

    def train_naively(self, span, v, u, nodes):
        plain = {
            "first": span.first,
            "stop": span.stop,
            "visible": (span.visible_first, span.visible_stop),
            "key": span.key,
            "rate": lambda p: max(span.rate_floor, span.rate_base + span.rate_slope * p),
        }
        return naive.train_span(
            self.ids.tolist(),
            self.starts.tolist(),
            plain,
            self.settings,
            v,
            u,
            nodes,
            self.tables.noise,
            paths(self.tables.tree),
            self.counts.tolist(),
        )
