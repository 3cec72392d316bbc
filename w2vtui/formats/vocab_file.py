"""word2vec.c's vocabulary file (-save-vocab, -read-vocab): a line a word, `word count`."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import VectorsError
from w2vtui.formats.atomic import AnyPath, atomic_write
from w2vtui.formats.records import (
    MAX_WORD_BYTES,
    EncodingErrors,
    Source,
    decode_words,
    encode_words,
    shown,
)
from w2vtui.regular_files import TooLargeError, lines_of

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
        file.writelines(b"%b %d\n" % line for line in zip(encoded, counts.tolist(), strict=True))


def read_vocab(
    path: AnyPath, encoding_errors: EncodingErrors = "strict"
) -> tuple[list[str], NDArray[np.int64]]:
    """The words of a vocabulary file and how often each occurs, int64 (V,).

    Raises:
        VectorsError: the file cannot be read, or a line is not a word and a count.
    """
    path = Path(path)
    source = Source(str(path), "line", 0, None, encoding_errors)
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
    except (OSError, TooLargeError) as error:
        raise VectorsError(f"cannot read {path}: {getattr(error, 'strerror', error)}") from error
    return decode_words(words, source, 1), np.array(counts, dtype=np.int64)
