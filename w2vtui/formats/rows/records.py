"""What word2vec's text and binary layouts share: the header, and the rules for words and numbers.

A file is a line `V D`, then V records of a word, a space and D numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from w2vtui.display import safe_text
from w2vtui.errors import VectorsError
from w2vtui.formats.rows.remarks import Remarks

EncodingErrors: TypeAlias = Literal["strict", "replace", "ignore"]

MAX_WORD_BYTES = 1 << 24
"""The longest word in a file. Without a limit, a file without spaces would be read whole."""

WHITE = " \t\n\v\f\r"
SEPARATOR = re.compile(f"[{WHITE}]")
LEFT_OUT = b"\n"
"""Stands for the word of a row that is left out."""
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
    unit: Literal["line", "word", "row"]
    """What records are counted in."""
    most_bytes: int
    """The file's size; of a compressed one the most that it can hold."""
    limit: int | None = None
    """Read this many words only; None reads all."""
    encoding_errors: EncodingErrors = "strict"
    """What to do with a word that is not valid UTF-8."""
    skips_bad_rows: bool = False
    """Whether rows of text that cannot be read are left out."""
    begin: int = 0
    """Where it begins, after a byte order mark."""
    remarks: Remarks = field(default_factory=Remarks)
    """Takes what is left out and mended."""
    encoding: str = "utf-8"
    """Of the words, one in which a byte below 128 is an ASCII character."""

    def place(self, record: int) -> str:
        """Where a record is, from 1."""
        return f"{self.unit} {record:,}"

    def note_no_line_end(self, place: str) -> None:
        """Note that the last line does not end in a newline."""
        self.remarks.say(
            f"{place} does not end in a newline: if the file was cut short, digits are missing "
            "there"
        )

    def error(self, record: int | None, message: str) -> VectorsError:
        """A VectorsError that names the file and, where known, the record, from 1."""
        place = "" if record is None else f", {self.place(record)}"
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
            "or not a vector file; --limit N (in Python limit=N) reads its first N words",
        )
    return n


def how_to_read(n_words: int) -> str:
    """The option that reads the sound beginning of a file; empty if there is none."""
    if not n_words:
        return ""
    return f"; --limit {n_words} (in Python limit={n_words}) reads the {n_words:,} before"


def encode_words(words: Sequence[str], first: int = 1) -> list[bytes]:
    """The words as UTF-8.

    first   the number of the first of them

    Raises:
        VectorsError: a word is empty, holds white space, or cannot be encoded; such a word would
            be read back as something else.
    """
    encoded = []
    for position, word in enumerate(words, start=first):
        if not word:
            raise VectorsError(f"word {position:,} is empty, which this format cannot store")
        if SEPARATOR.search(word):
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
    r"""The words of a file; `first` is the number of the first record.

    A word that ends within a character, where word2vec.c cut it, keeps its last bytes as `\xe5`.

    Raises:
        VectorsError: a word is not in the encoding of the file.
    """
    joined = b"\n".join(encoded)
    try:
        words = joined.decode(source.encoding).split("\n")
        if len(words) == len(encoded):  # no word holds a line end
            return words
    except UnicodeDecodeError:
        pass
    return [_decoded(word, source, record) for record, word in enumerate(encoded, start=first)]


def _decoded(word: bytes, source: Source, record: int) -> str:
    try:
        return word.decode(source.encoding)
    except UnicodeDecodeError as error:
        if source.encoding_errors != "strict":
            source.remarks.add("recoded", f"{shown(word)} in {source.place(record)}")
            return word.decode(source.encoding, source.encoding_errors)
        if error.reason == "unexpected end of data":
            source.remarks.add("cut", f"{shown(word)} in {source.place(record)}")
            return word.decode("utf-8", "backslashreplace")
        raise source.error(
            record,
            f"the word {shown(word)} is not {source.encoding.upper()} "
            f"({error.reason} at byte {error.start}): "
            "--encoding-errors replace (in Python encoding_errors='replace') reads it",
        ) from error


def shown(raw: bytes) -> str:
    """Bytes of a file as an error message gives them."""
    return f"'{safe_text(raw[:200].strip().decode('utf-8', 'backslashreplace'), 40)}'"
