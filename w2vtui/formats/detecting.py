"""Which layout a file or folder of vectors has, by what is in it; its name decides where that says
nothing.
"""

from __future__ import annotations

import json
from pathlib import Path

from w2vtui.errors import VectorsError
from w2vtui.files.foreign_files import foreign_kind, is_pickle, kind_of
from w2vtui.files.regular_files import TooLargeError
from w2vtui.formats.drafts.folder_drafts import CONFIG, config_of
from w2vtui.formats.layouts import metadata_beside
from w2vtui.formats.vector_folders.vector_folder import FORMAT, TENSORS
from w2vtui.formats.word2vec.text_rows import is_text_row
from w2vtui.vector_layouts import GZIP, LAYOUTS, Layout

SNIFFED_BYTES = 1 << 16
_TELLING_BYTES = 40
_CONTROLS = bytes(set(range(0x1C)) - set(b"\t\n\v\f\r"))
_PICKLE = (
    "a pickle (gensim's own format), which can run code when it is read: in gensim, "
    "write model.wv.save_word2vec_format('vectors.bin', binary=True), and load that"
)
_FASTTEXT_MAGIC = b"\xba\x16\x4f\x2f"
_FASTTEXT = "a fastText model: load the .vec file that fastText wrote beside it"
_VOCAB = "a vocabulary file, which holds words and counts but no vectors"
_BY_KIND = {"numpy": "npy", "parquet": "parquet"}
_PROJECTOR = "vectors.tsv"


def place_of(path: Path) -> Path:
    """The folder of vectors that a path means: the one that is named, or that one of its files is
    in; else the path.
    """
    if path.name in (TENSORS, CONFIG) and path.is_file() and (path.parent / CONFIG).is_file():
        return path.parent
    if path.is_dir() and not (path / CONFIG).exists() and (path / _PROJECTOR).is_file():
        return path / _PROJECTOR
    return path


def layout_of_folder(folder: Path) -> Layout:
    """The layout of a folder of vectors.

    Raises:
        VectorsError: it is another folder.
    """
    try:
        config = config_of(folder)
    except (OSError, ValueError, TooLargeError):
        config = {}
    if config.get("format") == FORMAT:
        return LAYOUTS["folder"]
    if (folder / TENSORS).is_file() and (folder / "tokenizer.json").is_file():
        return LAYOUTS["model2vec"]
    raise VectorsError(
        f"{folder} is a folder, but not one of vectors: such a folder holds {CONFIG} and {TENSORS}"
    )


def layout_of_file(head: bytes, path: Path) -> Layout:
    """The layout of a file, which begins so after its byte order mark.

    Raises:
        VectorsError: it holds something else; the message says what to load instead.
    """
    suffixes = path.suffixes
    name = Path(path.stem if suffixes and suffixes[-1].lower() == GZIP else path.name)
    suffix = name.suffix.lower()
    if not head:
        raise VectorsError(f"{path} is empty: name a vector file")
    if known := _BY_KIND.get(kind_of(head)):
        return LAYOUTS[known]
    if _is_json_row(head):
        return LAYOUTS["jsonl"]
    if suffix == ".csv" and not _has_blank_fields(head):
        return LAYOUTS["csv"]
    if suffix == ".tsv" and (
        metadata_beside(path).is_file() or path.with_name("metadata.tsv").is_file()
    ):
        return LAYOUTS["projector"]
    if suffix == ".vocab":
        raise VectorsError(f"{path} is {_VOCAB}")
    check_kind(head, path)
    return LAYOUTS["binary" if _is_binary(head, suffix) else "text"]


def check_kind(head: bytes, path: Path) -> None:
    """Refuse files that are known to hold something else, saying what to load instead.

    Raises:
        VectorsError: it does.
    """
    if not head:
        raise VectorsError(f"{path} is empty: name a vector file")
    if head.startswith(_FASTTEXT_MAGIC):
        raise VectorsError(f"{path} is {_FASTTEXT}")
    if what := _PICKLE if is_pickle(head) else foreign_kind(head):
        raise VectorsError(f"{path} is {what}")


def has_carriage_returns_only(head: bytes) -> bool:
    """Whether lines end in a carriage return, as on old Macintoshes."""
    return b"\n" not in head and b"\r" in head.rstrip()


def _is_json_row(head: bytes) -> bool:
    """Whether the first line is an object with a word, or begins one that is longer."""
    line, end, _ = head.lstrip().partition(b"\n")
    if not line.startswith(b"{") or not any(
        key in line[:4096] for key in (b'"vector"', b'"embedding"', b'"vec"', b'"values"')
    ):
        return False
    if not end:
        return True
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _has_blank_fields(head: bytes) -> bool:
    """Whether the first line is separated by blanks and not by commas."""
    line = head.partition(b"\n")[0]
    return b"," not in line


def _is_binary(head: bytes, suffix: str) -> bool:
    """Whether the numbers after the first word are bytes, not digits.

    The bytes of a vector of a few numbers may all look like text: if they do not make a row of it,
    the extension decides.
    """
    if has_carriage_returns_only(head):
        head = head.replace(b"\r", b"\n")
    first_line, _, records = head.partition(b"\n")
    fields = first_line.split()
    if len(fields) != 2 or not fields[1].isdigit():
        return False
    size = int(fields[1][:9])
    if is_text_row(records[: records.find(b"\n") + 1] or records, size):
        return False
    numbers = records.partition(b" ")[2][: 4 * size]
    if not _is_text(numbers):
        return True
    return len(numbers) < _TELLING_BYTES and suffix in LAYOUTS["binary"].endings


def _is_text(part: bytes) -> bool:
    """Whether bytes are UTF-8 without control characters; they may end within a character."""
    try:
        part.decode()
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return False
    return part.translate(None, _CONTROLS) == part
