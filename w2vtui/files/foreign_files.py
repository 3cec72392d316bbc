"""What a file is that is neither text nor vectors, by its first bytes, and what to do with it."""

from __future__ import annotations

import re

_SIGNATURES: dict[str, tuple[int, bytes]] = {
    "git lfs": (0, b"version https://git-lfs.github.com/"),
    "gzip": (0, b"\x1f\x8b"),
    "bzip2": (0, b"BZh"),
    "xz": (0, b"\xfd7zXZ\0"),
    "zstd": (0, b"\x28\xb5\x2f\xfd"),
    "lz4": (0, b"\x04\x22\x4d\x18"),
    "zip": (0, b"PK\x03\x04"),
    "7z": (0, b"7z\xbc\xaf\x27\x1c"),
    "rar": (0, b"Rar!"),
    "tar": (257, b"ustar"),
    "parquet": (0, b"PAR1"),
    "arrow": (0, b"ARROW1"),
    "hdf5": (0, b"\x89HDF\r\n"),
    "sqlite": (0, b"SQLite format 3\0"),
    "numpy": (0, b"\x93NUMPY"),
    "pdf": (0, b"%PDF-"),
    "office": (0, b"\xd0\xcf\x11\xe0"),
    "utf-16-le": (0, b"\xff\xfe"),
    "utf-16-be": (0, b"\xfe\xff"),
}
"""The bytes that mark a file of a kind, and where they are."""
_PICKLE = re.compile(rb"\x80[\x02-\x05]")
_HTML = re.compile(rb"\s*<(!doctype html|html|head|body)\b", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml\b")
# A word of a text may be a bracket or a quote, so more than that is looked at.
_JSON = re.compile(
    rb"""\s*(?:
        \{ \s* (?: "(?:[^"\\]|\\.)*" \s* : | \} \s* \Z )
        | (?: \[ \s* )+ (?:
            \{ \s* ["}]
            | (?: "(?:[^"\\]|\\.)*" | -?\d[\d.eE+-]* ) \s* [,\]]
            | [\],\s]+ \Z
        )
    )""",
    re.DOTALL | re.VERBOSE,
)
_SAFETENSORS = re.compile(rb'.{8}\{"', re.DOTALL)

_ADVICE = {
    "git lfs": "a Git LFS pointer, which stands for a file that was not fetched: run git lfs pull",
    "gzip": "compressed by gzip: unpack it with gunzip",
    "bzip2": "compressed by bzip2: unpack it with bunzip2",
    "xz": "compressed by xz: unpack it with unxz",
    "zstd": "compressed by Zstandard: unpack it with unzstd",
    "lz4": "compressed by LZ4: unpack it with unlz4",
    "zip": "a zip archive: unpack it, and name a file in it",
    "7z": "a 7z archive: unpack it, and name a file in it",
    "rar": "a RAR archive: unpack it, and name a file in it",
    "tar": "a tar archive: unpack it with tar -xf, and name a file in it",
    "parquet": "a Parquet table: save its columns as text from the program that wrote it",
    "arrow": "an Arrow table: save its columns as text from the program that wrote it",
    "hdf5": "an HDF5 file: save its vectors as text from the program that wrote it",
    "sqlite": "an SQLite database: save a table of it as text with sqlite3",
    "numpy": "a NumPy array, which holds no words: save words and vectors as text",
    "pdf": "a PDF document: save its text with pdftotext",
    "office": "an old Office document: save it as text",
    "utf-16-le": "UTF-16: convert it with iconv -f UTF-16 -t UTF-8",
    "utf-16-be": "UTF-16: convert it with iconv -f UTF-16 -t UTF-8",
}


def kind_of(head: bytes) -> str:
    """The kind of a file with this beginning, by its signature; empty if it has none known here.

    A text may begin as some kinds do: where that may be, look closer.
    """
    return next(
        (kind for kind, (at, magic) in _SIGNATURES.items() if head[at : at + len(magic)] == magic),
        "",
    )


def foreign_kind(head: bytes) -> str:
    """What a file with this beginning is, after `FILE is`, and what to do; empty if it may be text
    or vectors.
    """
    if kind := kind_of(head):
        return _ADVICE[kind]
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
