"""An encoded corpus in a folder: ids.npy, starts.npy, counts.npy, vocab.json."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus.encoded import EncodedCorpus
from w2vtui.corpus.streams import printable
from w2vtui.corpus.vocab import Vocab
from w2vtui.errors import DiskError

FORMAT_VERSION = 1

IDS = "ids.npy"
STARTS = "starts.npy"
_COUNTS = "counts.npy"
_WORDS = "vocab.json"
_STARTS_CHECKED_AT_ONCE = 1 << 20


class DamagedError(Exception):
    """A folder no longer holds what was written there. Never leaves this package."""


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Turn a failure to write into a DiskError that names the folder."""
    try:
        yield
    except OSError as error:
        raise DiskError(
            f"cannot write to {printable(folder)}: {error.strerror or error}; make room there, "
            "or name another folder with W2VTUI_CACHE_DIR or TMPDIR"
        ) from error


class ArrayFile:
    """A one-dimensional .npy file, written piece by piece; its header is completed at the end."""

    def __init__(self, path: Path, dtype: type[np.generic]) -> None:
        self._folder = path.parent
        self._dtype: np.dtype[Any] = np.dtype(dtype)
        self._length = 0
        with writing_to(self._folder):
            self._file = path.open("wb")
            self._file.write(_npy_header(self._dtype, 0))

    def append(self, values: NDArray[Any]) -> None:
        """Append values.

        Raises:
            DiskError: they cannot be written.
        """
        with writing_to(self._folder):
            self._file.write(values.astype(self._dtype, copy=False).data)
        self._length += len(values)

    def __enter__(self) -> ArrayFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        with writing_to(self._folder), self._file:
            if kind is None:
                self._file.seek(0)
                self._file.write(_npy_header(self._dtype, self._length))


class ArrayReader:
    """The values of a file that `ArrayFile` wrote, read piece by piece.

    They are not mapped: that would count as this process's memory until the system reclaims it.
    """

    def __init__(self, path: Path, dtype: type[np.generic]) -> None:
        self._path = path
        self._dtype: np.dtype[Any] = np.dtype(dtype)
        self.nbytes = path.stat().st_size - len(_npy_header(self._dtype, 0))
        """Bytes of all values."""

    def blocks(self, n_values: int) -> Iterator[NDArray[Any]]:
        """All values in order, `n_at_once` at a time."""
        with self._path.open("rb") as file:
            file.seek(len(_npy_header(self._dtype, 0)))
            while len(block := np.fromfile(file, self._dtype, n_values)):
                yield block


def write_words(
    folder: Path, vocab: Vocab, n_raw_tokens: int, n_raw_types: int, hints: Sequence[str]
) -> None:
    """Write all of a corpus but the ids and the sentence starts.

    Raises:
        DiskError: it cannot be written.
    """
    with ArrayFile(folder / _COUNTS, np.int64) as counts:
        counts.append(vocab.counts)
    facts = {
        "version": FORMAT_VERSION,
        "n_raw_tokens": n_raw_tokens,
        "n_raw_types": n_raw_types,
        "hints": list(hints),
        "words": vocab.words,
    }
    # With escapes, two lone surrogates in a row would come back as one character.
    text = json.dumps(facts, ensure_ascii=False)
    with writing_to(folder):
        (folder / _WORDS).write_bytes(text.encode("utf-8", "surrogatepass"))


def load_corpus(folder: Path, *, name: str, from_cache: bool) -> EncodedCorpus:
    """Open what was written to a folder.

    Raises:
        DamagedError: something is missing, cut short or inconsistent. The ids themselves are not
            looked at: that would take as long as reading the text.
    """
    try:
        facts = json.loads((folder / _WORDS).read_bytes().decode("utf-8", "surrogatepass"))
        version, words, hints = facts["version"], facts["words"], facts["hints"]
        n_raw_tokens, n_raw_types = facts["n_raw_tokens"], facts["n_raw_types"]
        counts = np.array(open_array(folder / _COUNTS, np.int64))
        ids = open_array(folder / IDS, np.int32)
        starts = open_array(folder / STARTS, np.int64)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise DamagedError(f"{folder}: {error}") from error
    consistent = (
        version == FORMAT_VERSION
        and isinstance(n_raw_tokens, int)
        and isinstance(n_raw_types, int)
        and _all_str(hints)
        and _all_str(words)
        and len(words) == len(counts) <= n_raw_types
        and bool(np.all(counts > 0))
        and counts.sum() == len(ids) <= n_raw_tokens
        and _are_starts(starts, len(ids))
    )
    if not consistent:
        raise DamagedError(f"{folder}: its files do not match each other")
    return EncodedCorpus(
        vocab=Vocab(words, counts),
        ids=ids,
        sentence_starts=starts,
        n_raw_tokens=n_raw_tokens,
        n_raw_types=n_raw_types,
        hints=tuple(hints),
        name=name,
        from_cache=from_cache,
    )


def open_array(path: Path, dtype: type[np.generic]) -> NDArray[Any]:
    """Map a file into memory, after checking that its header agrees with its size.

    Raises:
        ValueError: the file is not what `ArrayFile` writes.
    """
    kind: np.dtype[Any] = np.dtype(dtype)
    n_header = len(_npy_header(kind, 0))
    length = (path.stat().st_size - n_header) // kind.itemsize
    with path.open("rb") as file:
        if length <= 0 or file.read(n_header) != _npy_header(kind, length):
            raise ValueError(f"{path} is damaged")
    # A plain array over the mapping: the memmap class makes every slice slower.
    mapped: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return mapped.view(np.ndarray)


def _npy_header(dtype: np.dtype[Any], length: int) -> bytes:
    """A .npy header; its size is the same for every length, as NumPy leaves room for growth."""
    buffer = io.BytesIO()
    header = {"descr": dtype.str, "fortran_order": False, "shape": (length,)}
    np.lib.format.write_array_header_1_0(buffer, header)
    return buffer.getvalue()


def _all_str(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _are_starts(starts: NDArray[np.int64], n_tokens: int) -> bool:
    """Whether these run from 0 to the number of tokens, strictly upward."""
    return bool(
        starts[0] == 0
        and starts[-1] == n_tokens
        and all(
            np.all(np.diff(starts[first : first + _STARTS_CHECKED_AT_ONCE + 1]) > 0)
            for first in range(0, len(starts), _STARTS_CHECKED_AT_ONCE)
        )
    )
