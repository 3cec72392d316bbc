"""The layouts of vectors: one table, which the command line, messages and documentation read.

A layout is chosen by how a name ends, or by its own name.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from w2vtui.display import safe_text
from w2vtui.errors import SettingsError, VectorsError
from w2vtui.formats.atomic import AnyPath
from w2vtui.formats.records import MAX_WORD_BYTES, WHITE, encode_words
from w2vtui.formats.vocab_file import vocab_beside

Rule: TypeAlias = Literal["no white space", "no Unicode white space", "no tabs", "not blank", "any"]

GZIP = ".gz"


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """A way to hold vectors in files."""

    name: str
    title: str
    """What it is, and what else loads it."""
    endings: tuple[str, ...] = ()
    """Of names that stand for it."""
    words: Rule
    """What words it can hold."""
    is_folder: bool = False
    holds_counts: bool = False
    """Whether counts are in its own files, so that none go to a vocabulary file beside it."""
    packs: bool = False
    """Whether it may be under gzip, with .gz at the end of its name."""
    holds_vectors: bool = True
    extra: str = ""
    """What must be installed for it, as in w2vtui[EXTRA]."""


_ALL = (
    Layout(
        name="text",
        title="word2vec's text, with a header; gensim, fastText's .vec, spaCy",
        endings=(".txt", ".vec"),
        words="no white space",
        packs=True,
    ),
    Layout(
        name="binary",
        title="word2vec's binary, with a line end after each row, as word2vec.c",
        endings=(".bin",),
        words="no white space",
        packs=True,
    ),
    Layout(
        name="binary-plain",
        title="word2vec's binary without line ends, as gensim writes it",
        words="no white space",
        packs=True,
    ),
    Layout(
        name="glove",
        title="GloVe's text, which has no header",
        endings=(".glove",),
        words="no white space",
        packs=True,
    ),
    Layout(
        name="folder",
        title="w2vtui's folder of safetensors, words and config.json",
        endings=("/", ".w2v"),
        words="any",
        is_folder=True,
        holds_counts=True,
    ),
    Layout(
        name="model2vec",
        title="folder for model2vec and sentence-transformers (StaticEmbedding)",
        endings=(".model2vec",),
        words="no Unicode white space",
        is_folder=True,
        holds_counts=True,
    ),
    Layout(
        name="npy",
        title="NumPy array, and the words in NAME.npy.vocab",
        endings=(".npy",),
        words="no white space",
    ),
    Layout(
        name="projector",
        title="TensorFlow Projector: NAME.tsv, and the words in NAME_metadata.tsv",
        endings=(".tsv",),
        words="no tabs",
        holds_counts=True,
    ),
    Layout(
        name="parquet",
        title="Parquet table of word, count and vector",
        endings=(".parquet",),
        words="not blank",
        holds_counts=True,
        extra="parquet",
    ),
    Layout(
        name="csv",
        title="table of word, count and a column a number",
        endings=(".csv",),
        words="not blank",
        holds_counts=True,
        packs=True,
    ),
    Layout(
        name="jsonl",
        title="a JSON object a line: word, count, vector",
        endings=(".jsonl",),
        words="not blank",
        holds_counts=True,
        packs=True,
    ),
    Layout(
        name="vocab",
        title="word2vec.c's vocabulary file: words and counts, without vectors",
        endings=(".vocab",),
        words="no white space",
        holds_counts=True,
        holds_vectors=False,
    ),
)

LAYOUTS: dict[str, Layout] = {layout.name: layout for layout in _ALL}
"""Each layout by its name."""
ALIASES = {"safetensors": "folder", "word2vec": "text", "fasttext": "text", "vec": "text",
           "txt": "text", "bin": "binary", "tsv": "projector", "numpy": "npy",
           "sentence-transformers": "model2vec"}  # fmt: skip
"""Other names of layouts."""
SAVED = tuple(layout for layout in _ALL if layout.holds_vectors)
"""What a training can be saved in."""

_UNICODE_WHITE = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_TABS = re.compile("[\t\n\r]")


def layout_named(name: str) -> Layout:
    """A layout by its name.

    Raises:
        SettingsError: there is none of that name.
    """
    known = name.lower().lstrip(".")
    known = ALIASES.get(known, known)
    if known not in LAYOUTS:
        near = difflib.get_close_matches(known, [*LAYOUTS, *ALIASES], 1)
        hint = f": did you mean {near[0]}?" if near else ""
        raise SettingsError(
            f"there is no layout {safe_text(name, 40)!r}{hint} (layouts are {', '.join(LAYOUTS)})"
        )
    return LAYOUTS[known]


def layout_of(path: AnyPath, named: str | None = None) -> Layout:
    """The layout that vectors at `path` are to be written in: as named, or as the name ends.

    Raises:
        SettingsError: there is no layout of that name, or none for such an ending.
    """
    text = os.fspath(path)
    packed = text.lower().endswith(GZIP)
    if named:
        layout = layout_named(named)
    else:
        found = _by_ending(text[: -len(GZIP)] if packed else text)
        if found is None:
            raise SettingsError(
                f"{text} must end in {', '.join(endings())}: "
                f".txt and .vec are word2vec's text layout, .bin its binary one{_advice(text)}"
            )
        layout = found
    if packed and not layout.packs:
        raise SettingsError(f"{text}: the layout {layout.name} is not written under gzip: drop .gz")
    return layout


def _by_ending(text: str) -> Layout | None:
    ending = "/" if text.endswith(("/", os.sep)) else Path(text).suffix.lower()
    found = next((layout for layout in _ALL if ending in layout.endings), None)
    return LAYOUTS["folder"] if found is None and Path(text).is_dir() else found


def _advice(text: str) -> str:
    """What else may have been meant."""
    if text.lower().endswith(".safetensors"):
        return f"; safetensors are saved in a folder: {text[: -len('.safetensors')]}/"
    return "; --layout NAME (in Python layout='NAME') takes any name"


def endings() -> list[str]:
    """All endings of names that vectors can be saved under."""
    return [ending for layout in SAVED for ending in layout.endings]


def described() -> str:
    """A line on each layout: its endings, its name, what it is."""
    rows = [
        (" ".join(layout.endings) or "-", layout.name, layout.title)
        for layout in _ALL
        if layout.name != "vocab"
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "\n".join(f"  {row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]}" for row in rows)


def is_packed(path: AnyPath) -> bool:
    """Whether a file is to be written under gzip, as its name ends."""
    return os.fspath(path).lower().endswith(GZIP)


def words_beside(path: AnyPath, layout: Layout) -> Path | None:
    """The file that holds the words, of a layout that has one for them."""
    if layout.name == "npy":
        return vocab_beside(path)
    if layout.name == "projector":
        return metadata_beside(path)
    return None


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
