"""How likely a model finds words and sentences."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import NotReadyError, WrongTypeError
from w2vtui.training.engine.tree_scoring import TreeScores
from w2vtui.word2vec.state import Floats, ModelState, Sentences

_WORDS_AT_ONCE = 1 << 13
"""Words, of whole sentences, that are scored together."""


_Chunk = tuple[NDArray[np.int32], NDArray[np.int64], int]


class ScoringCalls(ModelState):
    """Probabilities under the objective that the model was trained with."""

    def predict_output_word(
        self, context_words_list: Iterable[str], topn: int | None = 10
    ) -> list[tuple[str, float]] | None:
        """The most probable words between these context words, with their probabilities.

        topn   how many; None for all words

        Under negative sampling it is the softmax of u_w . h over all words, where h is the mean of
        the context vectors (with cbow_mean=0 their sum), as in gensim; under hierarchical softmax
        the probability along the tree, which gensim does not give. Words without a vector are left
        out; if none is left, it warns and returns None.

        Raises:
            NotReadyError: there is no vocabulary yet.
            WrongTypeError: the context is a text, not a list of words.
        """
        counts = self._vocabulary().counts
        if isinstance(context_words_list, str | bytes):
            raise WrongTypeError("context_words_list is text, not a list of words: split it first")
        rows = [self.wv.get_index(word) for word in context_words_list if self._knows(word)]
        if not rows:
            warnings.warn("no context word has a vector: nothing is predicted", stacklevel=2)
            return None
        vectors = self.wv.vectors[rows].astype(np.float64)
        hidden = vectors.mean(axis=0) if self.cbow_mean else vectors.sum(axis=0)
        if self._live().walks_tree:
            every = np.arange(len(counts), dtype=np.int32)[None]
            shares = np.exp(TreeScores(counts, self.syn1).log_probabilities(hidden[None], every)[0])
        else:
            scores = self.syn1neg.astype(np.float64) @ hidden
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
        best = np.argsort(-shares, kind="stable")[: len(shares) if topn is None else max(topn, 0)]
        return [(self.wv.index_to_key[row], float(shares[row])) for row in best.tolist()]

    def score(
        self,
        sentences: Sentences,
        total_sentences: int = 1_000_000,
        chunksize: int = 100,
        queue_factor: int = 2,
        report_delay: int = 1,
    ) -> NDArray[np.float64]:
        """The log probability of each sentence, in nats: float64, one number a sentence.

        It is the sum over all pairs within the whole window: for skip-gram log P(word | neighbor),
        for CBOW log P(word | mean of its neighbors). Words without a vector are left out first.
        The other arguments are taken for gensim's sake; all sentences are scored.
        Taddy 2015, "Document Classification by Inversion of Distributed Language Representations".

        Raises:
            NotReadyError: there is no vocabulary yet, or the model was trained without
                hierarchical softmax, whose probabilities are exact.
        """
        counts = self._vocabulary().counts
        if not self._live().walks_tree:
            raise NotReadyError(
                "sentences are scored under hierarchical softmax only: train a model with hs=1"
            )
        tree, live = TreeScores(counts, self.syn1), self._live()
        score = _skip_gram_scores if live.model == "skip-gram" else _cbow_scores
        totals: list[NDArray[np.float64]] = [np.zeros(0)]
        for words, numbers, n_sentences in self._chunks(sentences):
            text = _Text(self.wv.vectors, words, numbers, live.reach, live.cbow_mean)
            rows, scores = score(tree, text)
            totals.append(np.bincount(numbers[rows], scores, n_sentences).astype(np.float64))
        return np.concatenate(totals)

    def _chunks(self, sentences: Sentences) -> Iterator[_Chunk]:
        """Known words of some sentences, one after the other, each with the number of its sentence
        among them; and how many sentences they are.
        """
        words: list[int] = []
        lengths: list[int] = []
        for sentence in sentences:
            if isinstance(sentence, str | bytes):
                raise WrongTypeError("a sentence is text, not a list of words: split it first")
            known = [self.wv.get_index(word) for word in sentence if self._knows(word)]
            words += known
            lengths.append(len(known))
            if len(words) + len(lengths) >= _WORDS_AT_ONCE:
                yield _numbered(words, lengths)
                words, lengths = [], []
        if lengths:
            yield _numbered(words, lengths)

    def _knows(self, word: object) -> bool:
        """Whether a word has a vector; what is not text is refused where its row is asked for."""
        return not isinstance(word, str) or word in self.wv


def _numbered(words: list[int], lengths: list[int]) -> _Chunk:
    numbers = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
    return np.array(words, dtype=np.int32), numbers, len(lengths)


class _Text(NamedTuple):
    """Sentences one after the other, and how they are looked at."""

    vectors: Floats
    """(V, D) input vectors"""
    words: NDArray[np.int32]
    """(n,)"""
    numbers: NDArray[np.int64]
    """(n,) of the sentence that a word is in"""
    window: int
    averages: bool
    """whether CBOW takes the mean of its neighbors, not their sum"""

    def pairs(self) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Places of words that are within the window of each other, each pair twice; none of the
        first places of a batch is twice in it.
        """
        for distance in range(1, min(self.window, len(self.words) - 1) + 1):
            left = np.flatnonzero(self.numbers[:-distance] == self.numbers[distance:])
            if not len(left):
                return
            yield left, left + distance
            yield left + distance, left


Scores = tuple[NDArray[np.intp], NDArray[np.float64]]
"""Places of words that are predicted, and the log probability of each."""


def _skip_gram_scores(tree: TreeScores, text: _Text) -> Scores:
    places, scores = [np.zeros(0, np.intp)], [np.zeros(0)]
    for predicted, neighbors in text.pairs():
        hidden = text.vectors[text.words[neighbors]]
        places.append(predicted)
        scores.append(tree.log_probabilities(hidden, text.words[predicted][:, None])[:, 0])
    return np.concatenate(places), np.concatenate(scores)


def _cbow_scores(tree: TreeScores, text: _Text) -> Scores:
    sums = np.zeros((len(text.words), text.vectors.shape[1]), dtype=np.float64)
    n_neighbors = np.zeros((len(text.words), 1), dtype=np.int64)
    for predicted, neighbors in text.pairs():
        sums[predicted] += text.vectors[text.words[neighbors]]
        n_neighbors[predicted] += 1
    hidden = sums / np.maximum(n_neighbors, 1) if text.averages else sums
    return np.arange(len(sums)), tree.log_probabilities(hidden, text.words[:, None])[:, 0]
