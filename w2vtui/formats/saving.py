"""Writing files of vectors, and checking beforehand that they can be written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from w2vtui.display import safe_text
from w2vtui.errors import SettingsError, VectorsError
from w2vtui.formats.atomic import AnyPath, WrittenFile, check_target, draft_of, publish
from w2vtui.formats.drafts import remove_dead_drafts
from w2vtui.formats.records import LAYOUTS, Layout, encode_words
from w2vtui.formats.vocab_file import counts_beside, vocab_beside, write_counts
from w2vtui.formats.word2vec_binary import write_binary
from w2vtui.formats.word2vec_text import write_text
from w2vtui.similarity import first_not_finite
from w2vtui.vectors import WordVectors


def save_vectors(
    vectors: WordVectors, path: AnyPath, *, vocab_path: AnyPath | None = None
) -> tuple[WrittenFile, ...]:
    """Write vectors in the layout of the extension: .txt and .vec text, .bin binary; return the
    files of vectors and counts.

    Counts, where they are known, go to `vocab_path`, or to `PATH.vocab` when it is not given. A
    `PATH.vocab` that would be taken for theirs is replaced in any case. Each file appears whole or
    not at all, and counts never lie beside vectors of another training; nothing is written before
    all is known to be writable.

    Raises:
        SettingsError: the extension is unknown, or counts are wanted and not known.
        VectorsError: a word cannot be written in this format, or a number is not finite.
        DiskError: a file cannot be written; old vectors are untouched, or the new ones complete.
    """
    layout = _layout_of_name(path)
    if vocab_path is not None and vectors.counts is None:
        raise SettingsError(f"no counts to write to {vocab_path}: these vectors have none")
    words = encode_words(vectors.index_to_key)
    _check_finite(vectors)
    with ExitStack() as drafts:
        main = drafts.enter_context(draft_of(path))
        (write_binary if layout == "binary" else write_text)(main.file, words, vectors.vectors)
        about = []
        if vectors.counts is not None:
            for place in _places_of_counts(vectors.index_to_key, path, vocab_path):
                about.append(drafts.enter_context(draft_of(place)))
                write_counts(about[-1].file, words, vectors.counts)
        written = [draft.written() for draft in (main, *about)]
        publish(main, *about)
    return tuple(written[:2])


def _places_of_counts(
    words: Sequence[str], path: AnyPath, vocab_path: AnyPath | None
) -> list[AnyPath]:
    """The files that the counts go to: the one that is wanted, and the one beside the vectors if it
    would be read as theirs.
    """
    beside = vocab_beside(path)
    if vocab_path is None:
        return [beside]
    if os.path.realpath(beside) == os.path.realpath(vocab_path):
        return [vocab_path]
    remove_dead_drafts(Path(os.path.realpath(beside)))
    is_taken_for_theirs = counts_beside(path, words) is not None
    return [vocab_path, beside] if is_taken_for_theirs else [vocab_path]


def check_writable(path: AnyPath) -> None:
    """Check before a training that vectors can be saved to `path`, which is not touched.

    Raises:
        SettingsError: the extension is unknown.
        DiskError: the folder is missing or not writable, or the name is taken by a folder.
    """
    _layout_of_name(path)
    check_target(path)
    check_target(vocab_beside(path))


def check_words(words: Sequence[str]) -> None:
    """Check before a training that every word can be saved.

    Raises:
        VectorsError: a word is empty, holds white space, is too long or cannot be encoded; no
            layout can hold it.
    """
    encode_words(words)


def _layout_of_name(path: AnyPath) -> Layout:
    layout = LAYOUTS.get(Path(path).suffix.lower())
    if layout is None:
        raise SettingsError(
            f"{os.fspath(path)} must end in {', '.join(LAYOUTS)}: .txt and .vec are word2vec's "
            "text layout, .bin its binary one"
        )
    return layout


def _check_finite(vectors: WordVectors) -> None:
    row = first_not_finite(vectors.vectors)
    if row is not None:
        vector = vectors.vectors[row]
        raise VectorsError(
            f"the vector of '{safe_text(vectors.index_to_key[row], 40)}' holds "
            f"{vector[~np.isfinite(vector)][0]}: vectors with NaN or infinity are not "
            "saved; train again with a lower learning rate (--alpha)"
        )
