"""word2vec.c's vocabulary file (-save-vocab, -read-vocab): a line a word, `word count`."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from w2vtui.display import safe_text
from w2vtui.errors import VectorsError
from w2vtui.files.regular_files import TooLargeError, lines_of
from w2vtui.formats.drafts.atomic import AnyPath, atomic_write
from w2vtui.formats.rows.records import (
    MAX_WORD_BYTES,
    EncodingErrors,
    Source,
    decode_words,
    encode_words,
    shown,
)
from w2vtui.vectors import repeated

_COUNT = re.compile(rb"[0-9]{1,18}")
_LONGEST_LINE = MAX_WORD_BYTES + 64


def vocab_beside(path: AnyPath) -> Path:
    """The path of the file with the counts of the vectors at `path`."""
    return Path(f"{os.fspath(path)}.vocab")


def write_vocab(path: AnyPath, words: Sequence[str], counts: NDArray[np.int64]) -> None:
    """Write how often each word occurs.

    Raises:
        VectorsError: a word cannot be written in this format.
        DiskError: the file cannot be written.
    """
    encoded = encode_words(words)
    with atomic_write(path) as file:
        write_counts(file, encoded, counts)


def write_counts(file: BinaryIO, words: Sequence[bytes], counts: NDArray[np.int64]) -> None:
    """Write the lines of a vocabulary file."""
    file.writelines(b"%b %d\n" % line for line in zip(words, counts.tolist(), strict=True))


def read_vocab(
    path: AnyPath, encoding_errors: EncodingErrors = "strict", encoding: str = "utf-8"
) -> tuple[list[str], NDArray[np.int64]]:
    """The words of a vocabulary file and how often each occurs, int64 (V,).

    Raises:
        VectorsError: the file cannot be read, or a line is not a word and a count.
    """
    path = Path(path)
    source = Source(str(path), "line", 0, None, encoding_errors, encoding=encoding)
    words, counts = [], []
    try:
        for number, line in enumerate(lines_of(path, _LONGEST_LINE), start=1):
            if not line.endswith(b"\n"):
                raise source.error(
                    None,
                    "the last line does not end in a newline: the file is cut short; if it is "
                    "complete, add one",
                )
            fields = line.split()
            if len(fields) != 2 or not _COUNT.fullmatch(fields[1]):
                raise source.error(number, f"a word and its count are expected, got {shown(line)}")
            words.append(fields[0])
            counts.append(int(fields[1]))
    except TooLargeError as error:
        raise VectorsError(f"cannot read {path}: {error}") from error
    except OSError as error:
        raise VectorsError(
            f"cannot read {path}: {(error.strerror or str(error)).lower()}: "
            "check the name and the permissions"
        ) from error
    decoded = decode_words(words, source, 1)
    if len(set(decoded)) < len(decoded):
        once, again = repeated(decoded)
        raise source.error(
            again + 1,
            f"the word '{safe_text(decoded[again], 40)}' was in line {once + 1:,} already: "
            "words must be unique",
        )
    return decoded, np.array(counts, dtype=np.int64)


def counts_in(
    path: AnyPath,
    words: Sequence[str],
    complete: bool = True,
    encoding_errors: EncodingErrors = "strict",
    encoding: str = "utf-8",
) -> NDArray[np.int64]:
    """The counts (V,) of the words of vectors, from a vocabulary file.

    complete   whether the words are all that the vectors have, so that the file must hold no others

    Raises:
        VectorsError: the file cannot be read, or is not about these words.
    """
    return _counts_of(path, words, read_vocab(path, encoding_errors, encoding), complete)


def counts_beside(
    path: AnyPath,
    words: Sequence[str],
    complete: bool = True,
    encoding_errors: EncodingErrors = "strict",
) -> NDArray[np.int64] | None:
    """The counts of the words of the vectors at `path`, from the file beside them; None if there is
    none, or if it shows that it was written with others.

    That file was not asked for, so it has to prove itself: it has the words in the same order, or
    at least the more frequent words first in the order of the vectors.
    """
    beside = vocab_beside(path)
    if not beside.is_file():
        return None
    try:
        found = read_vocab(beside, encoding_errors)
        counts = _counts_of(beside, words, found, complete)
    except VectorsError:
        return None
    in_order = found[0][: len(words)] == list(words)
    return counts if in_order or _is_falling(words, counts) else None


def _counts_of(
    path: AnyPath,
    words: Sequence[str],
    found: tuple[list[str], NDArray[np.int64]],
    complete: bool,
) -> NDArray[np.int64]:
    known_words, counts = found
    row_of = {word: row for row, word in enumerate(known_words)}
    if (complete and len(words) != len(row_of)) or not all(word in row_of for word in words):
        raise VectorsError(
            f"{path} holds {len(row_of):,} other words than the {len(words):,} that were "
            "read: name the vocabulary that was written with them"
        )
    return counts[[row_of[word] for word in words]]


def _is_falling(words: Sequence[str], counts: NDArray[np.int64]) -> bool:
    """Whether no word is more frequent than one before it, except for </s>, which may be first."""
    first = 1 if words[0] == "</s>" else 0
    return bool((np.diff(counts[first:]) <= 0).all())
