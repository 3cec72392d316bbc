"""Groups of words: their mean, which word does not belong to one, how far two texts are apart."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from w2vtui.display import safe_text
from w2vtui.errors import MissingLibraryError, VectorsError
from w2vtui.extras import missing
from w2vtui.keyed_vectors.table import KeyedTable, one_or_more, several
from w2vtui.vectors import clipped
from w2vtui.vectors.similarity import Floats, unit


class Groups(KeyedTable):
    """Questions about several words at once."""

    def n_similarity(self, ws1: str | Iterable[str], ws2: str | Iterable[str]) -> float:
        """The cosine of the mean vectors of two groups of words.

        Words without a vector are left out; a group without any other has a cosine of 0.

        Raises:
            VectorsError: a group is empty.
        """
        groups = [one_or_more(ws) for ws in (ws1, ws2)]
        if not all(groups):
            raise VectorsError("no words to compare: give at least one word in each group")
        means = [self.get_mean_vector(group, pre_normalize=False) for group in groups]
        return clipped(float(unit(means[0]) @ unit(means[1])))

    def get_mean_vector(
        self,
        keys: str | Sequence[str | NDArray[np.floating]],
        weights: ArrayLike | None = None,
        pre_normalize: bool = True,
        post_normalize: bool = False,
        ignore_missing: bool = True,
    ) -> Floats:
        """The mean (D,) of the vectors of words, and of vectors (D,), each times its weight.

        weights          a number a key, 1 if not given; the sum is divided by the sum of their
                         absolute values
        pre_normalize    take the vectors of words at length 1; those given are taken as they are
        post_normalize   make the mean length 1
        ignore_missing   leave out words without a vector; of no others, the mean is 0

        Raises:
            VectorsError: there are no keys, or not as many weights.
            UnknownWordError: a word has no vector, and `ignore_missing` is false.
        """
        asked = one_or_more(keys)
        if not asked:
            raise VectorsError("no mean of nothing: give at least one word or vector")
        factors = np.ones(len(asked)) if weights is None else np.asarray(weights, dtype=np.float64)
        if factors.shape != (len(asked),):
            raise VectorsError(f"{len(asked)} keys must have as many weights, got {factors.size}")
        total, weight = np.zeros(self.vector_size), 0.0
        for key, factor in zip(asked, factors.tolist(), strict=True):
            if isinstance(key, np.ndarray):
                total += factor * self._checked_vector(key).astype(np.float64)
            elif not ignore_missing or key in self.key_to_index:
                total += factor * self.get_vector(key, norm=pre_normalize)
            else:
                continue
            weight += abs(factor)
        mean: Floats = (total / weight if weight > 0 else total).astype(np.float32)
        return unit(mean) if post_normalize else mean

    def doesnt_match(self, words: Iterable[str]) -> str:
        """The word farthest from the mean of all of `words`, each at length 1.

        Words without a vector are left out, with a warning.

        Raises:
            VectorsError: no word has a vector.
        """
        return self._by_centrality(words, True)[-1][1]

    def rank_by_centrality(
        self, words: Iterable[str], use_norm: bool = True
    ) -> list[tuple[float, str]]:
        """The cosine of each word with the mean of all of `words`, the highest first.

        use_norm   take the vectors at length 1; without it, products with the vectors as they are

        Words without a vector are left out, with a warning.

        Raises:
            VectorsError: no word has a vector.
        """
        return self._by_centrality(words, use_norm)

    def _by_centrality(self, words: Iterable[str], use_norm: bool) -> list[tuple[float, str]]:
        asked = several("words", words)
        known = [word for word in asked if word in self.key_to_index]
        if len(known) < len(asked):
            missing = ", ".join(safe_text(str(w), 40) for w in asked if w not in self.key_to_index)
            warnings.warn(f"no vector for {missing}: left out", stacklevel=3)
        if not known:
            raise VectorsError("no words to choose from: give at least one that has a vector")
        self._check_numbers(self.key_to_index[word] for word in known)
        vectors = np.stack([self.get_vector(word, norm=use_norm) for word in known])
        closeness = vectors @ unit(vectors.mean(axis=0))
        order = np.argsort(-closeness, kind="stable").tolist()
        return [(float(closeness[place]), known[place]) for place in order]

    def wmdistance(
        self, document1: Iterable[str], document2: Iterable[str], norm: bool = True
    ) -> float:
        """Word Mover's Distance: the least that the words of one text move to become the other.

        norm   take the vectors at length 1

        Words without a vector are left out; if a text has no others, the distance is infinite.
        Kusner et al. 2015, "From Word Embeddings To Document Distances". Needs the library POT.

        Raises:
            SettingsError: a document is a text, not a list of words.
            MissingLibraryError: POT is not installed.
        """
        sides = []
        for name, document in (("document1", document1), ("document2", document2)):
            words = [word for word in several(name, document) if word in self.key_to_index]
            sides.append(np.unique([self.key_to_index[word] for word in words], return_counts=True))
        (rows_a, counts_a), (rows_b, counts_b) = sides
        if not len(rows_a) or not len(rows_b):
            warnings.warn("a document has no word with a vector: its distance is infinite",
                          stacklevel=2)  # fmt: skip
            return float("inf")
        self._check_numbers([*rows_a.tolist(), *rows_b.tolist()])
        a, b = (self._places(rows, norm) for rows in (rows_a, rows_b))
        between = np.sqrt(((a[:, None] - b[None]) ** 2).sum(axis=2))
        return _least_move(counts_a / counts_a.sum(), counts_b / counts_b.sum(), between)

    def _places(self, rows: NDArray[np.int64], norm: bool) -> NDArray[np.float64]:
        vectors = self.vectors[rows].astype(np.float64)
        lengths = self.norms[rows, None]
        return np.divide(vectors, lengths, out=vectors, where=lengths > 0) if norm else vectors


def _least_move(
    a: NDArray[np.float64], b: NDArray[np.float64], distances: NDArray[np.float64]
) -> float:
    """The cost of moving weights a (n,) to b (m,) over distances (n, m).

    Raises:
        MissingLibraryError: POT is not installed.
    """
    try:
        import ot
    except ImportError as error:
        raise MissingLibraryError(missing("Word Mover's Distance", "wmd")) from error
    return float(ot.emd2(a, b, distances))
