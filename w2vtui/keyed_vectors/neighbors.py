"""The nearest words, by cosine and by 3CosMul."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import ArrayLike

from w2vtui.errors import SettingsError, VectorsError
from w2vtui.keyed_vectors.comparing import Comparisons
from w2vtui.keyed_vectors.table import several
from w2vtui.vectors import cosmul_scores
from w2vtui.vectors.similarity import Floats, cosines_with, highest, unit

Found: TypeAlias = list[tuple[str, float]]


class Indexer(Protocol):
    """Another search for the nearest words, such as an approximate one."""

    def most_similar(self, vector: Floats, num_neighbors: int, /) -> Found:
        """The words nearest to a vector (D,) of length 1, each with its similarity."""


class Neighbors(Comparisons):
    """Questions whose answers are the nearest words.

    In all of them `topn` is how many words are wanted; None asks for the cosines of all words that
    were searched, float32 (n,), in the order of the rows, those of the question among them.
    """

    @overload
    def most_similar(
        self, positive: Any = None, negative: Any = None, topn: int = 10, clip_start: int = 0,
        clip_end: int | None = None, restrict_vocab: int | None = None,
        indexer: Indexer | None = None,
    ) -> Found: ...  # fmt: skip

    @overload
    def most_similar(
        self, positive: Any = None, negative: Any = None, *, topn: None, clip_start: int = 0,
        clip_end: int | None = None, restrict_vocab: int | None = None,
        indexer: Indexer | None = None,
    ) -> Floats: ...  # fmt: skip

    @overload
    def most_similar(
        self, positive: Any, negative: Any, topn: None, clip_start: int = 0,
        clip_end: int | None = None, restrict_vocab: int | None = None,
        indexer: Indexer | None = None,
    ) -> Floats: ...  # fmt: skip

    def most_similar(  # noqa: PLR0917 - gensim's
        self,
        positive: Any = None,
        negative: Any = None,
        topn: int | None = 10,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: Indexer | None = None,
    ) -> Found | Floats:
        """The `topn` words of highest cosine with the sum of `positive` less `negative`.

        Each side is a word, a vector (D,), a (word or vector, weight) pair, several of them, or a
        dictionary of words and weights. A word stands for its vector at length 1, a vector for
        itself; a weight replaces the 1 of `positive` or the -1 of `negative`, sign included. Words
        asked about are left out.

        clip_start, clip_end   search these rows only, as in a slice
        restrict_vocab         search the first rows only; goes before both
        indexer                searches in place of this, unless topn is None

        Levy and Goldberg 2014, "Linguistic Regularities", eq. 1 (3CosAdd).

        Raises:
            UnknownWordError: a word has no vector.
            VectorsError: nothing is asked, or a vector has the wrong length or is not of numbers.
            SettingsError: restrict_vocab is below 1.
        """
        n = None if topn is None else operator.index(topn)
        if n is not None and n < 1:
            return []
        query, asked = self.sum_of(positive, negative)
        if indexer is not None and n is not None:
            return indexer.most_similar(unit(query), n)
        start, end = self._searched(clip_start, clip_end, restrict_vocab)
        norms = self.norms[start:end]
        cosines = np.clip(cosines_with(self.vectors[start:end], query, norms), -1, 1)
        return self._best(cosines, asked, n, start)

    @overload
    def most_similar_cosmul(
        self, positive: Any = None, negative: Any = None, topn: int = 10,
        restrict_vocab: int | None = None,
    ) -> Found: ...  # fmt: skip

    @overload
    def most_similar_cosmul(
        self, positive: Any = None, negative: Any = None, *, topn: None,
        restrict_vocab: int | None = None,
    ) -> Floats: ...  # fmt: skip

    def most_similar_cosmul(
        self,
        positive: Any = None,
        negative: Any = None,
        topn: int | None = 10,
        restrict_vocab: int | None = None,
    ) -> Found | Floats:
        """The `topn` words of the highest product of cosines with `positive`, divided by that of
        the cosines with `negative`, each cosine shifted to 0 to 1.

        Each side is a word, a vector (D,), or several of them.
        Levy and Goldberg 2014, "Linguistic Regularities", eq. 4 (3CosMul).

        Raises:
            UnknownWordError: a word has no vector.
            VectorsError: `positive` is empty, or a weight is given.
            SettingsError: restrict_vocab is below 1.
        """
        n = None if topn is None else operator.index(topn)
        if n is not None and n < 1:
            return []
        start, end = self._searched(0, None, restrict_vocab)
        scores, asked = cosmul_scores(self, positive, negative, slice(start, end))
        return self._best(scores, asked, n, start)

    @overload
    def similar_by_key(
        self, key: str, topn: int = 10, restrict_vocab: int | None = None
    ) -> Found: ...

    @overload
    def similar_by_key(self, key: str, topn: None, restrict_vocab: int | None = None) -> Floats: ...

    def similar_by_key(
        self, key: str, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Found | Floats:
        """The `topn` words nearest to a word."""
        return self.most_similar([key], topn=topn, restrict_vocab=restrict_vocab)

    @overload
    def similar_by_word(
        self, word: str, topn: int = 10, restrict_vocab: int | None = None
    ) -> Found: ...

    @overload
    def similar_by_word(
        self, word: str, topn: None, restrict_vocab: int | None = None
    ) -> Floats: ...

    def similar_by_word(
        self, word: str, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Found | Floats:
        """The same as `similar_by_key`."""
        return self.similar_by_key(word, topn, restrict_vocab)

    @overload
    def similar_by_vector(
        self, vector: ArrayLike, topn: int = 10, restrict_vocab: int | None = None
    ) -> Found: ...

    @overload
    def similar_by_vector(
        self, vector: ArrayLike, topn: None, restrict_vocab: int | None = None
    ) -> Floats: ...

    def similar_by_vector(
        self, vector: ArrayLike, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Found | Floats:
        """The `topn` words nearest to a vector (D,)."""
        query = [np.asarray(vector, dtype=np.float64)]
        return self.most_similar(query, topn=topn, restrict_vocab=restrict_vocab)

    def most_similar_to_given(self, key1: str, keys_list: Iterable[str]) -> str:
        """Which of some words is nearest to a word.

        Raises:
            UnknownWordError: a word has no vector.
            VectorsError: there are no words to choose from.
        """
        keys = several("keys_list", keys_list)
        if not keys:
            raise VectorsError("no words to choose from: give at least one in keys_list")
        return keys[int(np.argmax([self.similarity(key1, key) for key in keys]))]

    def relative_cosine_similarity(self, wa: str, wb: str, topn: int = 10) -> float:
        """The cosine of two words as a share of those of the `topn` words nearest to `wa`.

        Above 0.10 for 10 words, `wa` and `wb` are likelier to be synonyms than any two words.
        Leeuwenberg et al. 2016, "A Minimally Supervised Approach for Synonym Extraction", eq. 1.

        Raises:
            UnknownWordError: a word has no vector.
        """
        if topn < 1:
            raise SettingsError(f"topn must be 1 word or more, got {topn}")
        total = sum(cosine for _, cosine in self.similar_by_key(wa, topn))
        return self.similarity(wa, wb) / total

    def _searched(self, start: int, end: int | None, restrict_vocab: int | None) -> tuple[int, int]:
        """The first row that is searched, and that after the last."""
        if restrict_vocab is not None:
            if restrict_vocab < 1:
                raise SettingsError(f"restrict_vocab must be 1 word or more, got {restrict_vocab}")
            start, end = 0, restrict_vocab
        start, end, _ = slice(start, end).indices(len(self))
        return start, max(end, start)

    def _best(
        self, scores: Floats, asked: Sequence[int], topn: int | None, start: int
    ) -> Found | Floats:
        """The words of the highest scores (n,), of rows from `start` on; or all scores."""
        return scores if topn is None else self._best_words(scores, asked, topn, start)

    def _best_words(self, scores: Floats, asked: Sequence[int], topn: int, start: int) -> Found:
        """The words of the highest scores (n,), of rows from `start` on."""
        exclude = [row - start for row in asked if start <= row < start + len(scores)]
        rows = highest(scores, topn, exclude)
        return [
            (self.index_to_key[row + start], score)
            for row, score in zip(rows.tolist(), scores[rows].tolist(), strict=True)
        ]
