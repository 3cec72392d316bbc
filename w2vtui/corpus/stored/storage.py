"""An encoded corpus in a folder: ids.npy, starts.npy, counts.npy, vocab.json, seal.json.

The seal is written last. It holds the size and the sha256 of the other files, of arrays without
their header, and the key of the cache that the corpus is for. Nothing is used before all of it
agrees with its seal.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus.progress import ReadingProgress, check_stop
from w2vtui.corpus.stored.array_files import ArrayFile, npy_header
from w2vtui.corpus.stored.draft import LOCK, Draft, FileSum
from w2vtui.corpus.stored.encoded import EncodedCorpus
from w2vtui.corpus.vocab import Census, Vocab
from w2vtui.files.regular_files import Opener, content_of, mapping, opened, regular_only, size_of

FORMAT_VERSION = 5

IDS = "ids.npy"
STARTS = "starts.npy"
PROVISIONAL = "provisional.npy"
_COUNTS = "counts.npy"
_WORDS = "vocab.json"
_SEAL = "seal.json"
_SEALED = (IDS, STARTS, _COUNTS, _WORDS)
ALL_FILES = frozenset((*_SEALED, _SEAL, PROVISIONAL, LOCK))
"""The names of all that is ever in the folder of a corpus."""

_MOST_SEAL_BYTES = 1 << 12
_CHECKED_AT_ONCE = 1 << 20


class DamagedError(Exception):
    """A folder no longer holds what was written there. Never leaves this package."""


class IdSink(Protocol):
    """Takes provisional ids piece by piece: those of types, ~id where a sentence begins."""

    def append(self, values: NDArray[np.int32], /) -> None:
        """Take some more; the array is reused afterwards."""


def write_words(
    draft: Draft,
    vocab: Vocab,
    census: Census,
    hints: Sequence[str],
    *,
    n_sentences: int,
    n_too_long: int,
    given: bool,
) -> None:
    """Write the words, their counts and what is known of the text.

    n_sentences   those that hold a token
    n_too_long    tokens that were left out for their length
    given         whether the counts are not those of this text

    Raises:
        DiskError: they cannot be written.
    """
    with ArrayFile(draft, _COUNTS, np.int64) as counts:
        counts.append(vocab.counts)
    facts = {
        "version": FORMAT_VERSION,
        "n_raw_tokens": census.n_tokens,
        "n_raw_sentences": n_sentences,
        "n_raw_types": len(census.tokens),
        "n_too_long": n_too_long,
        "hints": list(hints),
        "words": vocab.words,
    }
    if given:
        facts["given"] = True
    # With escapes, two lone surrogates in a row would come back as one character.
    content = json.dumps(facts, ensure_ascii=False).encode("utf-8", "surrogatepass")
    draft.write(_WORDS, 0, content)
    draft.sums[_WORDS] = FileSum(len(content), hashlib.sha256(content).hexdigest())


def write_seal(draft: Draft, key: str) -> None:
    """Write what `load_corpus` compares the other files with; the last file of a draft.

    Raises:
        DiskError: it cannot be written.
    """
    draft.write(_SEAL, 0, _seal(key, draft.sums))


def load_corpus(
    folder: Path,
    key: str,
    *,
    name: str,
    from_cache: bool,
    progress: ReadingProgress,
    stop: threading.Event | None = None,
    opener: Opener = regular_only,
) -> EncodedCorpus:
    """Open what was written to a folder, after a check of all of it.

    opener   opens the files by their paths

    Raises:
        DamagedError: a byte has changed, or the corpus is that of another key.
        ReadingStopped: the event was set.
    """
    try:
        sums = _read_seal(folder, key, opener)
        progress.begin("checking", sum(one.n_bytes for one in sums.values()))
        files = _SealedFiles(folder, sums, progress, stop, opener)
        facts = json.loads(files.content(_WORDS).decode("utf-8", "surrogatepass"))
        words = facts["words"]
        counts = np.array(files.array(_COUNTS, np.int64, lambda block: bool((block > 0).all())))
        starts = files.array(STARTS, np.int64, _Rising())
        # As unsigned numbers, what is negative is too large as well.
        ids = files.array(IDS, np.int32, lambda block: block.view(np.uint32).max() < len(words))
        if not (
            len(words) == len(counts)
            and (facts.get("given") is True or counts.sum() == len(ids))
            and (starts[0], starts[-1]) == (0, len(ids))
        ):
            raise ValueError("its files do not match each other")
        return EncodedCorpus(
            vocab=Vocab(words, counts),
            ids=ids,
            sentence_starts=starts,
            n_raw_tokens=facts["n_raw_tokens"],
            n_raw_sentences=facts["n_raw_sentences"],
            n_raw_types=facts["n_raw_types"],
            n_too_long=facts["n_too_long"],
            hints=tuple(facts["hints"]),
            name=name,
            from_cache=from_cache,
        )
    except OSError as error:
        name = Path(error.filename or folder).name
        raise DamagedError(f"{name}: {error.strerror or error}") from error
    except (ValueError, LookupError, TypeError) as error:
        raise DamagedError(str(error)) from error


def tokens_in(folder: Path, key: str) -> int | None:
    """How many tokens the corpus in a folder has, by its seal alone; None without an intact one."""
    try:
        n_bytes = _read_seal(folder, key, regular_only)[IDS].n_bytes
    except (OSError, ValueError):
        return None
    kind: np.dtype[Any] = np.dtype(np.int32)
    return (n_bytes - len(npy_header(kind, 0))) // kind.itemsize


class _SealedFiles:
    """The files of a folder, each read to its end before it is used."""

    def __init__(
        self,
        folder: Path,
        sums: dict[str, FileSum],
        progress: ReadingProgress,
        stop: threading.Event | None,
        opener: Opener,
    ) -> None:
        self._folder, self._sums, self._opener = folder, sums, opener
        self._progress, self._stop = progress, stop

    def content(self, name: str) -> bytes:
        """All of a file."""
        with opened(self._folder / name, self._opener) as file:
            self._check_size(name, file)
            content = file.read(self._sums[name].n_bytes)
        self._check_sum(name, hashlib.sha256(content).hexdigest())
        self._progress.bytes_done += len(content)
        return content

    def array(
        self, name: str, dtype: type[np.generic], fits: Callable[[NDArray[Any]], bool]
    ) -> NDArray[Any]:
        """A file that `ArrayFile` wrote, mapped into memory.

        fits   whether values may be used, called with all of them in turn
        """
        kind: np.dtype[Any] = np.dtype(dtype)
        buffer = memoryview(bytearray(_CHECKED_AT_ONCE))
        digest = hashlib.sha256()
        n_header = len(npy_header(kind, 0))
        length = (self._sums[name].n_bytes - n_header) // kind.itemsize
        with opened(self._folder / name, self._opener) as file:
            self._check_size(name, file)
            if length <= 0 or file.read(n_header) != npy_header(kind, length):
                raise ValueError(f"{name} has another header")
            # Read, not mapped: a disk that fails is then an error, not the end of the process.
            while n_bytes := file.readinto(buffer):
                check_stop(self._stop)
                digest.update(buffer[:n_bytes])
                if not fits(np.frombuffer(buffer[:n_bytes], kind)):
                    raise ValueError(f"{name} holds numbers out of range")
                self._progress.bytes_done += n_bytes
            self._check_sum(name, digest.hexdigest())
            with mapping():
                mapped = np.memmap(file, kind, "r", n_header, (length,))
        # A plain array over the mapping: the memmap class makes every slice slower.
        return mapped.view(np.ndarray)

    def _check_size(self, name: str, file: BufferedReader) -> None:
        size, wanted = size_of(file), self._sums[name].n_bytes
        if size != wanted:
            raise ValueError(f"{name} has {size:,} bytes, not {wanted:,}")

    def _check_sum(self, name: str, sha256: str) -> None:
        if sha256 != self._sums[name].sha256:
            raise ValueError(f"{name}: checksum mismatch")


class _Rising:
    """Whether numbers, asked about block after block, rise strictly from 0 or more."""

    def __init__(self) -> None:
        self._last = -1

    def __call__(self, block: NDArray[np.int64]) -> bool:
        rises = block[0] > self._last and bool((block[1:] > block[:-1]).all())
        self._last = int(block[-1])
        return rises


def _seal(key: str, sums: dict[str, FileSum]) -> bytes:
    files = {name: list(sums[name]) for name in _SEALED}
    return json.dumps({"version": FORMAT_VERSION, "key": key, "files": files}).encode()


def _read_seal(folder: Path, key: str, opener: Opener) -> dict[str, FileSum]:
    """The sums of the files of a folder.

    Raises:
        OSError, ValueError: there is no intact seal for this key.
    """
    content = content_of(folder / _SEAL, _MOST_SEAL_BYTES, opener)
    with suppress(ValueError, LookupError, TypeError, AttributeError, RecursionError):
        sums = {name: FileSum(*one) for name, one in json.loads(content)["files"].items()}
        if content == _seal(key, sums):
            return sums
    raise ValueError(f"{_SEAL} is damaged, or that of another corpus")
