"""word2vec's binary layout: a line `V D`, then a record a word: the word, a space, D float32.

Numbers are little-endian. word2vec.c ends each record with a line end, gensim and GoogleNews do
not; a reader takes both, and leaves out further line ends before a word, as gensim does.
"""

from __future__ import annotations

from io import BufferedIOBase
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from w2vtui.formats.records import (
    MAX_WORD_BYTES,
    Source,
    check_finite,
    decode_words,
    parse_header,
    rows_to_read,
    shown,
)

_BLOCK_BYTES = 1 << 22
_LONGEST_HEADER = 64


def write_binary(file: BinaryIO, words: list[bytes], vectors: NDArray[np.float32]) -> None:
    """Write the header and a record a word, with the line ends of word2vec.c."""
    file.write(b"%d %d\n" % vectors.shape)
    for word, row in zip(words, vectors, strict=True):
        file.write(b"%b %b\n" % (word, row.astype("<f4").tobytes()))


def read_binary(file: BufferedIOBase, source: Source) -> tuple[list[str], NDArray[np.float32]]:
    """Words and float32 (V, D) from a file read from its start.

    Raises:
        VectorsError: the header is wrong, the file ends within a record or continues after the last
            one, a word cannot be decoded, or a number is not finite.
    """
    header = parse_header(file.readline(_LONGEST_HEADER), source)
    vector_bytes = 4 * header.vector_size
    n_words = rows_to_read(header, vector_bytes + 2, source)  # a letter and a space
    vectors = np.empty((n_words, header.vector_size), dtype=np.float32)
    words: list[bytes] = []
    rest = b""
    while len(words) < n_words:
        read = file.read(max(_BLOCK_BYTES, len(rest)))  # a header may claim any length
        rest = _take(rest + read, n_words, words, vectors, source)
        if len(words) < n_words and not read:
            raise source.error(
                len(words) + 1,
                "the file ends within the record: it is cut short, "
                f"or its header of {header.n_words:,} x {header.vector_size:,} "
                "is wrong",
            )
        if len(rest) > MAX_WORD_BYTES + vector_bytes:
            raise source.error(
                len(words) + 1,
                f"no word ends within {MAX_WORD_BYTES:,} bytes: this is not a vector file",
            )
    if n_words == header.n_words and (more := (rest + file.read(32)).removeprefix(b"\n")):
        raise source.error(
            None,
            f"the file continues after the {n_words:,} words that its header "
            f"gives, with {shown(more)}",
        )
    return decode_words(words, source, 1), vectors


def _take(
    block: bytes, n_words: int, words: list[bytes], vectors: NDArray[np.float32], source: Source
) -> bytes:
    """Append the whole records of `block` to `words` and `vectors`; return what is left of it."""
    vector_bytes = 4 * vectors.shape[1]
    first = len(words)
    numbers = []
    position = 0
    while len(words) < n_words:
        start = block.find(b" ", position) + 1
        end = start + vector_bytes
        if start == 0 or end > len(block):
            break
        words.append(block[position : start - 1].lstrip(b"\n"))
        numbers.append(block[start:end])
        position = end
    rows = vectors[first : len(words)]
    rows[:] = np.frombuffer(b"".join(numbers), dtype="<f4").reshape(rows.shape)
    check_finite(rows, source, first + 1)
    return block[position:]
