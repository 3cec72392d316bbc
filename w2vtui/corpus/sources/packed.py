"""What a file is, by its first bytes, that holds no text as it is."""

from __future__ import annotations

from w2vtui.errors import CorpusError
from w2vtui.files.foreign_files import kind_of


class PackedError(CorpusError):
    """A file named as text is compressed, or an archive. Raised in this package only."""


_PACKED = {
    "gzip": ("compressed with gzip: let its name end in .gz, or", "gzip -dc"),
    "bzip2": ("compressed with bzip2: let its name end in .bz2, or", "bzip2 -dc"),
    "xz": ("compressed with xz: let its name end in .xz, or", "xz -dc"),
    "zstd": ("compressed with Zstandard: let its name end in .zst, or", "zstd -dc"),
    "lz4": ("compressed with LZ4, which is not supported:", "lz4 -dc"),
    "zip": ("a zip archive: let its name end in .zip, or", "unzip -p"),
    "7z": ("a 7z archive, which is not supported:", "7z x -so"),
    "tar": ("a tar archive, which is not supported:", "tar -xOf"),
}
"""What files are that hold text in another form, and what unpacks them, by their kind."""

_SURE = (
    ("gzip", 0, b"\x1f\x8b\x08"),
    ("bzip2", 4, b"1AY&SY"),
    ("tar", 257, b"ustar\0"),
    ("tar", 257, b"ustar  \0"),
    ("git lfs", 0, b"version https://git-lfs.github.com/spec/"),
)
"""More than the signatures of these kinds, which a text may hold by chance."""

_OTHER_DATA = {
    "numpy": "holds numbers of NumPy, not text",
    "pdf": "is a PDF: write out its text, pdftotext FILE - | w2vtui train - ...",
    "hdf5": "is an HDF5 file, not text",
    "parquet": "is a Parquet file: write out its text first",
    "sqlite": "is an SQLite database: write out its text first",
    "git lfs": "is a pointer of Git LFS: git lfs pull gets it",
}
"""What to say of files that are neither text nor packed, by their kind."""
_PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04\x95", b"\x80\x05\x95")
"""How pickles begin; the first two bytes of the last ones are letters in UTF-16."""


def refuse_packed(head: bytes, name: str) -> None:
    """Raise an error that names what a file with this beginning is, if it is not text."""
    kind = kind_of(head)
    if any(kind == unsure for unsure, _, _ in _SURE):
        kind = ""
    for sure, at, magic in _SURE:
        if not kind and head[at : at + len(magic)] == magic:
            kind = sure
    if kind in _PACKED:
        what, command = _PACKED[kind]
        raise PackedError(f"{name} is {what} unpack it: {command} FILE | w2vtui train - ...")
    if head.startswith(_PICKLES):
        raise PackedError(f"{name} is a Python pickle, such as a model of gensim's, not text")
    if kind in _OTHER_DATA:
        raise PackedError(f"{name} {_OTHER_DATA[kind]}")
