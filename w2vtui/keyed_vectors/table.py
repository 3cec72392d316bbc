"""What KeyedVectors hold, and the attributes of their words."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any, Self, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from w2vtui.display import safe_text
from w2vtui.errors import SettingsError, UnknownAttributeError, VectorsError
from w2vtui.vectors import WordVectors
from w2vtui.vectors.similarity import Floats

Default = TypeVar("Default")
T = TypeVar("T")

COUNT = "count"
"""The attribute that says how often a word occurs."""


class KeyedTable(WordVectors):
    """Words, vectors and attributes of words, which may grow and be changed."""

    index_to_key: list[str]
    key_to_index: dict[str, int]
    vectors_lockf: Floats
    """float32 (1,) or (V,): how much of each update of training a vector takes, 0 none of it."""

    def __init__(
        self,
        vector_size: int | Sequence[str],
        count: int | NDArray[np.floating] = 0,
        counts: NDArray[np.integer] | type[np.floating] | None = None,
        output_vectors: NDArray[np.floating] | None = None,
        *,
        dtype: Any = np.float32,
    ) -> None:
        """As KeyedVectors has it; a type in the place of `counts` is dtype, as it is in gensim.

        Raises:
            SettingsError: vector_size is below 1, or dtype is another than float32.
            VectorsError: a word occurs twice, or an array has the wrong shape.
        """
        if isinstance(counts, type):
            counts, dtype = None, counts
        if np.dtype(dtype) != np.float32:
            raise SettingsError(f"dtype must be float32, in which vectors are held, got {dtype}")
        self._attributes: dict[str, NDArray[Any]] = {}
        self.vectors_lockf = np.ones(1, dtype=np.float32)
        if not isinstance(vector_size, Iterable):
            size, n = checked_size("vector_size", vector_size, 1), checked_size("count", count, 0)
            self._room: Floats = np.empty((n, size), dtype=np.float32)
            self._hold([], self._room[:0], counts, output_vectors)
        else:
            super().__init__(vector_size, np.asarray(count), counts, output_vectors)
            self._room = self.vectors

    @classmethod
    def of(cls, vectors: WordVectors) -> Self:
        """The same words and vectors; arrays are shared, not copied."""
        made = cls(vectors.vector_size)
        made.index_to_key = list(vectors.index_to_key)
        made.key_to_index = dict(vectors.key_to_index)
        made.vectors = made._room = vectors.vectors
        made.counts, made.output_vectors = vectors.counts, vectors.output_vectors
        if isinstance(vectors, KeyedTable):
            made._attributes = vectors._attributes.copy()
            made.vectors_lockf = vectors.vectors_lockf
        return made

    @overload
    def get_index(self, key: str, default: None = None) -> int: ...

    @overload
    def get_index(self, key: str, default: Default) -> int | Default: ...

    def get_index(self, key: str, default: Default | None = None) -> int | Default:
        """The row of a word; of a word without a vector `default`, if that is given.

        Raises:
            UnknownWordError: the word has no vector, and there is no default.
            NotAWordError: it is not text, as a number of a row.
        """
        if default is not None and isinstance(key, str) and key not in self.key_to_index:
            return default
        return super().get_index(key)

    def has_index_for(self, key: str) -> bool:
        """Whether a word has a vector."""
        return key in self.key_to_index

    def fill_norms(self, force: bool = False) -> None:
        """Compute the lengths of the vectors, if they are not known.

        force   compute them again, as is needed once the numbers in `vectors` were changed by hand
        """
        if force:
            self._norms = None
        _ = self.norms

    def _check_numbers(self, rows: Iterable[int]) -> None:
        """Refuse to compare words with vectors that hold NaN or infinity.

        Raises:
            VectorsError: a row is one.
        """
        for row in rows:
            if not np.isfinite(self.vectors[row]).all():
                raise VectorsError(
                    f"the vector of '{safe_text(self.index_to_key[row], 40)}' holds NaN or "
                    "infinity, as after a training that diverged: leave the word out"
                )

    # ---- attributes of words

    @property
    def expandos(self) -> dict[str, NDArray[Any]]:
        """The attributes of words, each an array (V,): `count` and those of `set_vecattr`."""
        count = {} if self.counts is None else {COUNT: self.counts}
        return count | self._attributes

    def set_vecattr(self, key: str, attr: str, val: Any) -> None:
        """Set an attribute of a word; of words that have none, a number is 0, anything else None.

        The first value decides the type: whole numbers, numbers, or anything.

        Raises:
            UnknownWordError: the word has no vector.
            TypeError: the attribute is of another type.
            VectorsError: a count is below 0.
        """
        row = self.get_index(key)
        if not isinstance(attr, str):
            raise TypeError(f"the name of an attribute must be text, got {attr!r}")
        self.allocate_vecattrs([attr], [type(val)])
        if attr == COUNT:
            check_counts(np.asarray(val))
        self.expandos[attr][row] = val

    def get_vecattr(self, key: str, attr: str) -> Any:
        """The attribute of a word.

        Raises:
            UnknownWordError: the word has no vector.
            UnknownAttributeError: words have no such attribute.
        """
        row = self.get_index(key)
        attributes = self.expandos
        if attr not in attributes:
            known = ", ".join(safe_text(name, 20) for name in attributes) or "none"
            raise UnknownAttributeError(
                f"words have no attribute '{safe_text(attr, 40)}' (there is {known}): "
                "set it with set_vecattr"
            )
        return attributes[attr][row]

    def allocate_vecattrs(self, attrs: Sequence[str] = (), types: Sequence[type[Any]] = ()) -> None:
        """Make room for attributes of words that are not there yet.

        Raises:
            TypeError: one is there, with another type.
        """
        for attr, kind in zip(attrs, types, strict=True):
            dtype, found = _dtype_of(kind), self.expandos.get(attr)
            if found is None:
                self._set_attribute(attr, np.full(len(self), nothing(dtype), dtype=dtype))
            elif not np.can_cast(dtype, found.dtype):
                raise TypeError(
                    f"the attribute '{safe_text(attr, 40)}' is of type {found.dtype}, which cannot "
                    f"hold {kind.__name__}: use another name"
                )

    def _set_attribute(self, attr: str, values: NDArray[Any]) -> None:
        """Set the attribute (V,) of all words.

        Raises:
            VectorsError: counts are not whole numbers of 0 or more.
        """
        if attr == COUNT:
            check_counts(values)
            self.counts = values.astype(np.int64, copy=False)
        else:
            self._attributes[attr] = values


def one_or_more(words: str | Iterable[T]) -> list[str | T]:
    """Several words; of one text that word, and not its letters."""
    return [words] if isinstance(words, str) else list(words)


def several(name: str, words: Iterable[T]) -> list[T]:
    """The words of an argument that must be several.

    Raises:
        SettingsError: it is one text, whose letters it would be taken for.
    """
    if isinstance(words, str | bytes):
        raise SettingsError(
            f"{name} must be a list of words, got one text, {safe_text(str(words), 40)!r}: split it"
        )
    return list(words)


def checked_size(name: str, value: Any, least: int) -> int:
    """A number of rows or columns.

    Raises:
        SettingsError: it is not a whole number of at least `least`.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if number < least:
        raise SettingsError(f"{name} must be a whole number of {least} or more, got {value!r}")
    return number


def _dtype_of(kind: type[Any]) -> np.dtype[Any]:
    """The type of the array that holds such values."""
    if issubclass(kind, (bool, np.bool_)):
        return np.dtype(np.bool_)
    if issubclass(kind, (int, np.integer)):
        return np.dtype(np.int64)
    if issubclass(kind, (float, np.floating)):
        return np.dtype(np.float64)
    return np.dtype(object)


def check_counts(values: NDArray[Any]) -> None:
    """Check the attribute `count`.

    Raises:
        VectorsError: it is not of whole numbers of 0 or more.
    """
    if values.dtype.kind not in "iub" or (values < 0).any():
        raise VectorsError(f"{COUNT} must hold whole numbers of 0 or more: how often a word occurs")


def nothing(dtype: np.dtype[Any]) -> Any:
    """What a word without the attribute has."""
    return None if dtype.kind == "O" else 0
