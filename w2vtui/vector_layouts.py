"""The layouts of vectors: one table, which the command line, messages and documentation read.

A layout is chosen by how a name ends, or by its own name. `w2vtui.formats` reads and writes them;
this loads nothing slow.
"""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from w2vtui.display import safe_text
from w2vtui.errors import SettingsError
from w2vtui.files.regular_files import AnyPath

Rule: TypeAlias = Literal["no white space", "no Unicode white space", "no tabs", "not blank", "any"]

GZIP = ".gz"
_SAFETENSORS = ".safetensors"


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
    """What must be installed for it, as in pip install '.[EXTRA]'."""


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

ENDINGS = tuple(ending for layout in SAVED for ending in layout.endings)
"""All endings of names that vectors can be saved under."""
OTHER_ENDINGS = tuple(one for one in ENDINGS if one not in (".txt", ".vec", ".bin", "/"))
"""Those of other programs than word2vec."""


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
    if named:
        layout = layout_named(named)
    else:
        found = _by_ending(text)
        if found is None:
            raise SettingsError(f"{unknown_ending(text)}{_advice(text)}")
        layout = found
    if is_packed(text) and not layout.packs:
        raise SettingsError(f"{text}: the layout {layout.name} is not written under gzip: drop .gz")
    return layout


def unknown_ending(path: AnyPath) -> str:
    """Which endings a name may have, if it has none of them; else empty."""
    text = os.fspath(path)
    if _by_ending(text) is not None:
        return ""
    layouts = ".txt and .vec are word2vec's text layout, .bin its binary one"
    told = f"{text} must end in {', '.join(ENDINGS)}: {layouts}"
    if text.lower().endswith(_SAFETENSORS):
        told += f"; safetensors are saved in a folder: {text[: -len(_SAFETENSORS)]}/"
    return told


def _by_ending(text: str) -> Layout | None:
    """The layout that the ending of a name stands for, gzip's aside."""
    text = text[: -len(GZIP)] if is_packed(text) else text
    ending = "/" if text.endswith(("/", os.sep)) else Path(text).suffix.lower()
    found = next((layout for layout in _ALL if ending in layout.endings), None)
    return LAYOUTS["folder"] if found is None and Path(text).is_dir() else found


def _advice(text: str) -> str:
    """How else a layout is named, but in the app."""
    if text.lower().endswith(_SAFETENSORS):
        return ""
    return "; --layout NAME (of convert --to NAME, in Python layout='NAME') takes any name"


def ending_list() -> str:
    """The endings of names that vectors can be saved under, with the names of their layouts."""
    return ", ".join(f"{' '.join(one.endings)} {one.name}" for one in SAVED if one.endings)


def described() -> str:
    """A line on each layout: its endings, its name, what it is."""
    rows = [
        (" ".join(layout.endings) or "-", layout.name, layout.title)
        for layout in _ALL
        if layout.name != "vocab"
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "\n".join(f"  {row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]}" for row in rows)


def is_vector_folder(path: Path) -> bool:
    """Whether a path may be that of a folder of vectors, by the names in it."""
    return (path / "config.json").is_file() or (path / "vectors.tsv").is_file()


def is_packed(path: AnyPath) -> bool:
    """Whether a file is to be written under gzip, as its name ends."""
    return os.fspath(path).lower().endswith(GZIP)
