"""Names of gensim 3: those that gensim 4 still answers, and a hint for the others."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from w2vtui.keyed_vectors.comparing import Comparisons
from w2vtui.keyed_vectors.editing import Editing
from w2vtui.vectors.similarity import Floats

_NOW = {
    "index2word": "index_to_key",
    "index2entity": "index_to_key",
    "vocab": "key_to_index, and get_vecattr(word, 'count') for counts",
    "syn0": "vectors",
    "syn0norm": "get_normed_vectors()",
    "vectors_norm": "get_normed_vectors()",
    "accuracy": "evaluate_word_analogies(path)",
    "similar_by_entity": "similar_by_key(word)",
    "words_similarity": "similarity(word, word)",
    "wv": "these vectors themselves",
}


class OldNames(Comparisons, Editing):
    """Names of gensim 3."""

    if not TYPE_CHECKING:  # where it would hide every slip of the pen

        def __getattr__(self, name: str) -> Any:
            """Only what is not there comes here.

            Raises:
                AttributeError: always, with the name of today for one of gensim 3.
            """
            what = f"{type(self).__name__!r} object has no attribute {name!r}"
            now = _NOW.get(name)
            raise AttributeError(what if now is None else f"{what}: since gensim 4 it is {now}")

    def word_vec(self, word: str, use_norm: bool = False) -> Floats:
        """Today `get_vector`."""
        _warn_of("word_vec", "get_vector")
        return self.get_vector(word, norm=use_norm)

    def words_closer_than(self, word1: str, word2: str) -> list[str]:
        """Today `closer_than`."""
        _warn_of("words_closer_than", "closer_than")
        return self.closer_than(word1, word2)

    def init_sims(self, replace: bool = False) -> None:
        """Today `fill_norms`, or with `replace` `unit_normalize_all`."""
        _warn_of("init_sims", "unit_normalize_all" if replace else "fill_norms")
        if replace:
            self.unit_normalize_all()
        else:
            self.fill_norms()


def _warn_of(old: str, new: str) -> None:
    warnings.warn(f"{old} is {new} since gensim 4", DeprecationWarning, stacklevel=3)
