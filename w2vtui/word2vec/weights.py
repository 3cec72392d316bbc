"""The matrices of a model: made for its vocabulary, and grown with it."""

from __future__ import annotations

import numpy as np

from w2vtui.corpus import Vocab
from w2vtui.errors import OutOfMemoryError
from w2vtui.keyed_vectors import KeyedVectors
from w2vtui.training.costs.memory_check import check_fits
from w2vtui.training.engine.matrices import draw_evenly
from w2vtui.word2vec.state import Floats, ModelState


class Weights(ModelState):
    """Begins the vectors of a vocabulary, and adds those of new words."""

    def init_weights(self) -> None:
        """Begin again with the present words: input vectors at random, as word2vec.c does, and
        output vectors of 0.

        Raises:
            NotReadyError: there are no words.
            OutOfMemoryError: not enough memory.
        """
        self._check_idle()
        self._set_vocabulary(self._vocabulary())

    def update_weights(self) -> None:
        """Give every word that has none yet its output vector of 0.

        The tree of hierarchical softmax is another one after words were added or counts changed:
        no node is where it was, so all of them begin at 0 again.
        """
        n_words, size = len(self.wv), self.vector_size
        nothing = np.zeros((0, size), dtype=np.float32)
        walks_tree = self._live().walks_tree  # both are there once hs was set to another value
        nodes = getattr(self, "syn1", nothing if walks_tree else None)
        output = getattr(self, "syn1neg", None if walks_tree else nothing)
        if nodes is not None and len(nodes) != n_words - 1:
            self.syn1 = np.zeros((n_words - 1, size), dtype=np.float32)
        if output is not None and len(output) < n_words:
            new = np.zeros((n_words - len(output), size), dtype=np.float32)
            self.syn1neg = np.concatenate([output, new])

    def prepare_weights(self, update: bool = False) -> None:
        """`init_weights`, or with `update` `update_weights`."""
        if update:
            self.update_weights()
        else:
            self.init_weights()

    def reset_from(self, other_model: ModelState) -> None:
        """Take over another model's words, counts and corpus figures, and begin with them.

        Raises:
            NotReadyError: the other model has no words.
        """
        self._check_idle()
        vocab = other_model._vocabulary()
        self.corpus_count = other_model.corpus_count
        self.corpus_total_words = other_model.corpus_total_words
        self.effective_min_count = other_model.effective_min_count
        self._set_vocabulary(Vocab(list(vocab.words), vocab.counts.copy()))

    def _set_vocabulary(self, vocab: Vocab) -> None:
        """Use these words, with vectors that have not been trained."""
        live, size = self._live(), self.vector_size
        most_frequent_first = np.sort(vocab.counts)[::-1]
        check_fits(most_frequent_first, self._fixed(), live, checkpoints=False)
        vectors = self._empty(len(vocab))
        draw_evenly(vectors, self.seed)
        output: Floats | None = None
        self.__dict__.pop("syn1", None)
        if live.walks_tree:
            self.syn1 = np.zeros((len(vocab) - 1, size), dtype=np.float32)
        else:
            output = np.zeros((len(vocab), size), dtype=np.float32)
        self.wv = KeyedVectors(vocab.words, vectors, vocab.counts, output)

    def _add_words(self, words: list[str], counts: dict[str, int]) -> None:
        """Add words, with vectors that have not been trained, and more occurrences of old ones.

        counts   of words that are in the vocabulary afterwards; others are passed over
        """
        old = self._vocabulary()
        if words:
            vectors = self._empty(len(words))
            draw_evenly(vectors, (self.seed, len(old)))
            self.wv.add_vectors(words, vectors)
        found = (counts.get(word, 0) for word in self.wv.index_to_key)
        more = np.fromiter(found, np.int64, len(self.wv))
        more[: len(old)] += old.counts
        self.wv.counts = more
        self.__dict__.pop("syn1", None)
        self.update_weights()

    def _empty(self, n_words: int) -> Floats:
        try:
            return np.empty((n_words, self.vector_size), dtype=np.float32)
        except MemoryError as error:
            raise OutOfMemoryError(
                f"{n_words:,} vectors of {self.vector_size} numbers do not fit in memory: "
                "raise min_count, or lower vector_size or max_final_vocab"
            ) from error
