"""Whether what is at a place are vectors, so that vectors may replace it without a question."""

from __future__ import annotations

import json
from contextlib import nullcontext
from gzip import GzipFile
from pathlib import Path

from w2vtui.corpus import is_vector_file, is_vocab_file
from w2vtui.errors import W2vtuiError
from w2vtui.files.regular_files import opened
from w2vtui.formats.layouts import files_of
from w2vtui.formats.opening import Wanted, reading
from w2vtui.formats.other_tools.parquet_file import has_own_columns
from w2vtui.formats.rows.remarks import Remarks
from w2vtui.vector_layouts import Layout

_BY_CONTENT = ("text", "binary", "binary-plain", "glove")
_LOOKED_AT = 200
"""Rows of a table that are read."""
_HEAD_BYTES = 1 << 16
_KEYS = {"word", "count", "vector"}


def holds_vectors(path: Path, layout: Layout) -> bool:
    """Whether a file holds vectors of a layout, as this program writes them.

    A table of somebody else with a name and numbers is not taken for vectors.
    """
    if is_vector_file(path):
        return True
    if layout.name in _BY_CONTENT or layout.is_folder:
        return False
    try:
        if layout.name in ("csv", "jsonl") and not _has_own_head(path, layout):
            return False
        if layout.name == "parquet" and not has_own_columns(path):
            return False
        wanted = Wanted(limit=_LOOKED_AT, layout=layout.name)
        with reading(path, wanted, Remarks()) as reader:
            return next(reader.blocks(), None) is not None
    except (W2vtuiError, OSError, EOFError):
        return False


def holds_words_of(path: Path, vectors: Path, layout: Layout) -> bool:
    """Whether a file holds counts, or the words of the vectors that are at another place."""
    if is_vocab_file(path):
        return True
    return Path(path) in files_of(vectors, layout)[1:] and holds_vectors(vectors, layout)


def _has_own_head(path: Path, layout: Layout) -> bool:
    """Whether a table of text begins as this program writes it."""
    with opened(path) as plain:
        packed = plain.read(2) == b"\x1f\x8b"
        plain.seek(0)
        with GzipFile(fileobj=plain) if packed else nullcontext(plain) as file:
            line = file.readline(_HEAD_BYTES)
    if layout.name == "jsonl":
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError):
            return False
        return isinstance(fields, dict) and {"word", "vector"} <= fields.keys() <= _KEYS
    names = line.strip().decode("utf-8", "replace").split(",")
    numbers = names[2 if names[1:2] == ["count"] else 1 :]
    return names[0] == "word" and numbers == [f"x{at}" for at in range(1, len(numbers) + 1)]
