"""What the layouts of vectors can hold, and which files they take."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from w2vtui.display import safe_text
from w2vtui.errors import VectorsError
from w2vtui.files.regular_files import AnyPath
from w2vtui.formats.rows.records import MAX_WORD_BYTES, WHITE, encode_words
from w2vtui.formats.vocab_file import vocab_beside
from w2vtui.vector_layouts import Layout, Rule

_UNICODE_WHITE = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_TABS = re.compile("[\t\n\r]")


def words_beside(path: AnyPath, layout: Layout) -> Path | None:
    """The file that holds the words, of a layout that has one for them."""
    if layout.name == "npy":
        return vocab_beside(path)
    if layout.name == "projector":
        return metadata_beside(path)
    return None


def files_of(path: AnyPath, layout: Layout) -> tuple[Path, ...]:
    """The files or the folder that vectors at `path` are written to, without a file of counts that
    has its own name.
    """
    words = words_beside(path, layout)
    return (Path(path),) if words is None else (Path(path), words)


def metadata_beside(path: AnyPath) -> Path:
    """The Projector's metadata of vectors: metadata.tsv for vectors.tsv, a_metadata.tsv for
    a_tensor.tsv and a.tsv.
    """
    path = Path(path)
    for word in ("vectors", "tensors", "tensor"):
        if path.stem.endswith(word):
            return path.with_stem(path.stem[: -len(word)] + "metadata")
    return path.with_stem(f"{path.stem}_metadata")


def checked_words(words: Sequence[str], layout: Layout, first: int = 1) -> None:
    """Refuse words that a layout cannot hold.

    first   the number of the first of them

    Raises:
        VectorsError: a word would be read back as something else, or could not be looked up.
    """
    if layout.words == "any":
        return
    if layout.words == "no white space":
        encode_words(words, first)
    else:
        for position, word in enumerate(words, start=first):
            if fault := _fault(word, layout.words):
                raise VectorsError(
                    f"word {position:,}, '{safe_text(word, 40)}', {fault}: replace it in the "
                    f"text, or choose another layout than {layout.name}"
                )
    if layout.name in ("glove", "projector") and first == 1 and words and words[0][:1] == "\ufeff":
        raise VectorsError(
            f"word 1, '{safe_text(words[0], 40)}', begins with a byte order mark, which the layout "
            f"{layout.name} cannot hold in its first word: choose another layout"
        )


def _fault(word: str, rule: Rule) -> str:
    """Why a word cannot be held; empty if it can."""
    if not word.strip(WHITE):
        return "is blank"
    if rule == "no Unicode white space" and _UNICODE_WHITE.search(word):
        return "contains white space, which separates words there"
    if rule == "no tabs" and _TABS.search(word):
        return "contains a tab or a line end, which separates fields there"
    try:
        n_bytes = len(word.encode())
    except UnicodeEncodeError as error:
        return f"cannot be written as UTF-8, {error.reason}"
    return f"is longer than {MAX_WORD_BYTES:,} bytes" if n_bytes > MAX_WORD_BYTES else ""
