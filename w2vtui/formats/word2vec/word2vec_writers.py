"""Writers of word2vec's layouts and GloVe's: records of a word and its numbers, after a header or
none.
"""

from __future__ import annotations

import gzip
from io import BufferedIOBase
from typing import BinaryIO

from w2vtui.errors import VectorsError
from w2vtui.formats.rows.blocks import Block, Shape
from w2vtui.formats.rows.digits import rows_as_text
from w2vtui.formats.rows.records import encode_words
from w2vtui.vector_layouts import Layout


class RecordWriter:
    """Writes records to a file, under gzip if asked.

    The number of words, in the header, may be known only at the end: then it is written again, with
    zeros before it, which every reader takes. Under gzip the header is a member of its own then.

    Raises:
        VectorsError: a row of one number would be taken for a header.
    """

    def __init__(
        self,
        file: BinaryIO,
        shape: Shape,
        layout: Layout,
        *,
        packed: bool,
        has_header: bool | None = None,
    ) -> None:
        """has_header: whether there is one; None for as the layout has it."""
        self._raw, self._shape, self._layout = file, shape, layout
        self._n_words = 0
        self._has_header = layout.name != "glove" if has_header is None else has_header
        if layout.name == "glove" and shape.vector_size == 1:
            raise VectorsError(
                "vectors of 1 number cannot be saved without a header, which their first row would "
                "be taken for: choose the layout text"
            )
        self._packed = packed
        self._own_member = packed and not shape.is_exact
        if self._has_header and not (packed and shape.is_exact):
            file.write(self._header(shape.most_words))
        self._file: BinaryIO | BufferedIOBase = file
        if packed:
            self._file = gzip.GzipFile("", "wb", 6, file, mtime=0)
            if self._has_header and shape.is_exact:
                self._file.write(self._plain_header(shape.most_words))

    def write(self, block: Block) -> None:
        """Write more records.

        Raises:
            VectorsError: a word cannot be held.
        """
        words = encode_words(block.words, self._n_words + 1)
        self._n_words += len(words)
        if self._layout.name in ("text", "glove"):
            rows = rows_as_text(block.vectors, b" ")
            self._file.writelines(b"%b %b\n" % record for record in zip(words, rows, strict=True))
            return
        end = b"\n" if self._layout.name == "binary" else b""
        numbers = block.vectors.astype("<f4", copy=False)
        self._file.writelines(
            b"%b %b%b" % (word, row.tobytes(), end)
            for word, row in zip(words, numbers, strict=True)
        )

    def finish(self, n_words: int) -> None:
        """Close the stream; correct the header if there were fewer words."""
        if self._packed:
            self._file.close()
        if self._has_header and n_words != self._shape.most_words:
            self._raw.seek(0)
            self._raw.write(self._header(n_words))
            self._raw.seek(0, 2)

    def _header(self, n_words: int) -> bytes:
        plain = self._plain_header(n_words)
        return gzip.compress(plain, 0, mtime=0) if self._own_member else plain

    def _plain_header(self, n_words: int) -> bytes:
        width = len(str(self._shape.most_words))
        return b"%0*d %d\n" % (width, n_words, self._shape.vector_size)
