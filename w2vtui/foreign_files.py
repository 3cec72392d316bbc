"""What a file is that is neither text nor vectors, by its first bytes, and what to do with it."""

from __future__ import annotations

import re

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"version https://git-lfs.github.com/", "a Git LFS pointer, which stands for a file that "
     "was not fetched: run git lfs pull"),
    (0, b"\x1f\x8b", "compressed by gzip: unpack it with gunzip"),
    (0, b"BZh", "compressed by bzip2: unpack it with bunzip2"),
    (0, b"\xfd7zXZ\0", "compressed by xz: unpack it with unxz"),
    (0, b"\x28\xb5\x2f\xfd", "compressed by Zstandard: unpack it with unzstd"),
    (0, b"\x04\x22\x4d\x18", "compressed by LZ4: unpack it with unlz4"),
    (0, b"PK\x03\x04", "a zip archive: unpack it, and name a file in it"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it, and name a file in it"),
    (0, b"Rar!", "a RAR archive: unpack it, and name a file in it"),
    (257, b"ustar", "a tar archive: unpack it with tar -xf, and name a file in it"),
    (0, b"PAR1", "a Parquet table: save its columns as text from the program that wrote it"),
    (0, b"ARROW1", "an Arrow table: save its columns as text from the program that wrote it"),
    (0, b"\x89HDF\r\n\x1a\n", "an HDF5 file: save its vectors as text from the program that wrote "
     "it"),
    (0, b"SQLite format 3\0", "an SQLite database: save a table of it as text with sqlite3"),
    (0, b"\x93NUMPY", "a NumPy array, which holds no words: save words and vectors as text"),
    (0, b"%PDF-", "a PDF document: save its text with pdftotext"),
    (0, b"\xd0\xcf\x11\xe0", "an old Office document: save it as text"),
    (0, b"\xff\xfe", "UTF-16: convert it with iconv -f UTF-16 -t UTF-8"),
    (0, b"\xfe\xff", "UTF-16: convert it with iconv -f UTF-16 -t UTF-8"),
)  # fmt: skip
_PICKLE = re.compile(rb"\x80[\x02-\x05]")
_HTML = re.compile(rb"\s*<(!doctype html|html|head|body)\b", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml\b")
_JSON = re.compile(rb'\s*(\{\s*"|\[\s*[\[{"\d-]|\{\s*\}|\[\s*\])')
_SAFETENSORS = re.compile(rb'.{8}\{"', re.DOTALL)


def foreign_kind(head: bytes) -> str:
    """What a file with this beginning is, after `FILE is`, and what to do; empty if it may be text
    or vectors.
    """
    for at, magic, what in _MAGIC:
        if head[at : at + len(magic)] == magic:
            return what
    if _HTML.match(head):
        return "a web page, such as one that asks you to log in or to confirm: fetch the file again"
    if _XML.match(head):
        return "an XML document: save the text in it"
    if _JSON.match(head):
        return "JSON: write a line for each entry of it"
    if _SAFETENSORS.match(head):
        return "a safetensors file, which holds no words: save words and vectors as text"
    return ""


def is_pickle(head: bytes) -> bool:
    """Whether a file with this beginning is a pickle, Python's own format."""
    return _PICKLE.match(head) is not None
