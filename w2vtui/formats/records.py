"""What word2vec's text and binary layouts share: the header, and the rules for words and numbers.

A file is a line `V D`, then V records of a word, a space and D numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2vtui.display import safe_text
from w2vtui.errors import VectorsError
from w2vtui.vectors import repeated

Layout: TypeAlias = Literal["text", "binary"]
EncodingErrors: TypeAlias = Literal["strict", "replace", "ignore"]

LAYOUTS: dict[str, Layout] = {".txt": "text", ".vec": "text", ".bin": "binary"}
"""The layout that an extension stands for."""

MAX_WORD_BYTES = 1 << 24
"""The longest word in a file. Without a limit, a file without spaces would be read whole."""

_SEPARATOR = re.compile(r"[ \t\n\v\f\r]")
_SEPARATOR_BYTE = re.compile(rb"[ \t\n\v\f\r]")
_WHOLE_NUMBER = re.compile(rb"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a file: how many words follow, and how many numbers each has."""

    n_words: int
    vector_size: int


@dataclass(frozen=True, slots=True)
class Source:
    """What a reader must know of a file apart from its bytes."""

    name: str
    """As error messages give it."""
    unit: Literal["line", "word"]
    """What records are counted in."""
    most_bytes: int
    """The file's size; of a compressed one the most that it can hold."""
    limit: int | None = None
    """Read this many words only; None reads all."""
    encoding_errors: EncodingErrors = "strict"
    """What to do with a word that is not valid UTF-8."""

    def error(self, record: int | None, message: str) -> VectorsError:
        """A VectorsError that names the file and, where known, the record, from 1."""
        place = "" if record is None else f", {self.unit} {record:,}"
        return VectorsError(f"{self.name}{place}: {message}")


def parse_header(line: bytes, source: Source) -> Header:
    """The header of a file from its first line.

    Raises:
        VectorsError: the line is not two whole numbers above 0.
    """
    fields = line.split()
    if len(fields) != 2 or not all(_WHOLE_NUMBER.fullmatch(field) for field in fields):
        raise source.error(
            None,
            "the first line must be the number of words and the length of a "
            f"vector, such as 71003 100, got {shown(line)}",
        )
    header = Header(int(fields[0]), int(fields[1]))
    if header.n_words < 1 or header.vector_size < 1:
        raise source.error(None, f"the header gives no vectors: {shown(line)}")
    return header


def rows_to_read(header: Header, bytes_a_record: int, source: Source) -> int:
    """How many records to read, once it is known that the file is large enough to hold them.

    A header can claim anything, so it is checked before memory is allocated.

    bytes_a_record  the fewest that a record can take

    Raises:
        VectorsError: the file is too small for what its header gives.
    """
    n = header.n_words if source.limit is None else min(header.n_words, source.limit)
    if n * bytes_a_record > source.most_bytes:
        raise source.error(
            None,
            f"the header gives {header.n_words:,} words of {header.vector_size:,} "
            f"numbers, more than the file's {source.most_bytes:,} bytes can hold: it is cut short "
            "or not a vector file",
        )
    return n


def encode_words(words: Sequence[str]) -> list[bytes]:
    """The words as UTF-8.

    Raises:
        VectorsError: a word is empty, holds white space, or cannot be encoded; such a word would
            be read back as something else.
    """
    encoded = []
    for position, word in enumerate(words, start=1):
        if not word:
            raise VectorsError(f"word {position:,} is empty, which this format cannot store")
        if _SEPARATOR.search(word):
            raise VectorsError(
                f"{_named(position, word)} contains white space, which ends a word in "
                "this format: replace it, by _ for example"
            )
        try:
            encoded.append(word.encode())
        except UnicodeEncodeError as error:
            raise VectorsError(
                f"{_named(position, word)} cannot be written as UTF-8, {error.reason}: "
                "replace it in the text"
            ) from error
        if len(encoded[-1]) > MAX_WORD_BYTES:
            raise VectorsError(
                f"{_named(position, word)} is longer than the {MAX_WORD_BYTES:,} "
                "bytes that this format allows: leave it out"
            )
    return encoded


def _named(position: int, word: str) -> str:
    return f"word {position:,}, '{safe_text(word, 40)}',"


def decode_words(encoded: Sequence[bytes], source: Source, first: int) -> list[str]:
    """The words of a file; `first` is the number of the first record.

    Raises:
        VectorsError: a word is empty, invalid UTF-8, occurs twice, or could not be written again.
    """
    _check_separators(encoded, source, first)
    words = []
    for record, word in enumerate(encoded, start=first):
        try:
            words.append(word.decode("utf-8", source.encoding_errors))
        except UnicodeDecodeError as error:
            raise source.error(
                record,
                f"the word {shown(word)} is not UTF-8 ({error.reason} at byte "
                f"{error.start}): read it with encoding_errors='replace'",
            ) from error
        if not words[-1]:
            raise source.error(record, "there is no word before the numbers")
    if len(set(words)) < len(words):
        once, again = repeated(words)
        raise source.error(
            again + first,
            f"the word '{safe_text(words[again], 40)}' was in {source.unit} "
            f"{once + first:,} already: words must be unique",
        )
    return words


def _check_separators(encoded: Sequence[bytes], source: Source, first: int) -> None:
    """Refuse words that hold white space or are too long: no file could be written with them."""
    if not _SEPARATOR_BYTE.search(b"".join(encoded)):
        return
    for record, word in enumerate(encoded, start=first):
        if _SEPARATOR_BYTE.search(word):
            raise source.error(
                record,
                f"the word '{safe_text(word.decode('utf-8', 'backslashreplace'), 40)}' contains "
                "white space, which ends a word in this format",
            )


def check_finite(rows: NDArray[np.float32], source: Source, first: int) -> None:
    """Refuse rows (n, D) with NaN or infinity; `first` is the first row's record.

    Raises:
        VectorsError: names the first such row.
    """
    finite = np.isfinite(rows).all(axis=1)
    if not finite.all():
        row = int(np.argmin(finite))
        value = rows[row][~np.isfinite(rows[row])][0]
        raise source.error(
            row + first,
            f"a number of the vector is {value}: vectors must hold finite float32 numbers",
        )


def shown(raw: bytes) -> str:
    """Bytes of a file as an error message gives them."""
    return f"'{safe_text(raw[:200].strip().decode('utf-8', 'backslashreplace'), 40)}'"
