"""Writing files of vectors, and checking beforehand that they can be written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from w2vtui.display import safe_text
from w2vtui.errors import SettingsError, VectorsError
from w2vtui.formats.drafts.atomic import AnyPath, WrittenFile, check_target, draft_of
from w2vtui.formats.drafts.file_drafts import remove_dead_drafts
from w2vtui.formats.drafts.folder_drafts import check_folder
from w2vtui.formats.layouts import checked_words, files_of
from w2vtui.formats.other_tools.parquet_file import library
from w2vtui.formats.rows.blocks import Held
from w2vtui.formats.rows.records import encode_words
from w2vtui.formats.targets import Counts, copy, target_of
from w2vtui.formats.vocab_file import counts_beside, vocab_beside
from w2vtui.vector_layouts import LAYOUTS, Layout, layout_of
from w2vtui.vectors import WordVectors
from w2vtui.vectors.similarity import first_not_finite


def save_vectors(
    vectors: WordVectors,
    path: AnyPath,
    *,
    layout: str | None = None,
    vocab_path: AnyPath | None = None,
) -> tuple[WrittenFile, ...]:
    """Write vectors in the layout that is named, or that the ending of the name stands for; return
    the files of vectors and counts.

    Counts, where they are known, go to `vocab_path`, or to `PATH.vocab` when it is not given and
    the layout does not hold them. A `PATH.vocab` that would be taken for theirs is replaced in any
    case. Each file appears whole or not at all, and counts never lie beside vectors of another
    training; nothing is written before all is known to be writable.

    Raises:
        SettingsError: the layout or the ending is unknown, or counts are wanted and not known.
        VectorsError: a word cannot be written in this layout, or a number is not finite.
        DiskError: a file cannot be written; old vectors are untouched, or the new ones complete.
    """
    chosen = saved_layout(path, layout)
    if vocab_path is not None and vectors.counts is None:
        raise SettingsError(f"no counts to write to {vocab_path}: these vectors have none")
    checked_words(vectors.index_to_key, chosen)
    if vocab_path is not None:
        encode_words(vectors.index_to_key)
    check_finite(vectors)
    with target_of(path, chosen) as (target, drafts):
        about = []
        for place in _places_of_counts(vectors, path, vocab_path, chosen):
            about.append(drafts.enter_context(draft_of(place)))
            counts = Counts(about[-1])
            for block in Held(vectors).blocks():
                counts.write(block)
        if chosen.name == "folder":
            target.write_folder(vectors)
        else:
            copy(Held(vectors), target, path)
        written = target.publish(*about)
    n_named = len(files_of(path, chosen)) + bool(about)
    return written[:n_named]  # without a file of counts that is only kept in step


def _places_of_counts(
    vectors: WordVectors, path: AnyPath, vocab_path: AnyPath | None, layout: Layout
) -> list[AnyPath]:
    """The files that the counts go to: the one that is wanted, and the one beside the vectors if it
    would be read as theirs. Where the layout holds counts, only the one that is wanted.
    """
    if vectors.counts is None:
        return []
    beside = vocab_beside(path)
    wanted = [] if vocab_path is None or _are_same(vocab_path, beside) else [vocab_path]
    if layout.holds_counts:
        return wanted if vocab_path is None or wanted else [vocab_path]
    if layout.name == "npy":  # which has the words there in any case
        return wanted
    if not wanted:
        return [beside if vocab_path is None else vocab_path]
    remove_dead_drafts(Path(os.path.realpath(beside)))
    is_taken_for_theirs = counts_beside(path, vectors.index_to_key) is not None
    return [*wanted, beside] if is_taken_for_theirs else wanted


def _are_same(one: AnyPath, other: AnyPath) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def check_writable(path: AnyPath, layout: str | None = None) -> None:
    """Check before a training that vectors can be saved to `path`, which is not touched.

    Raises:
        SettingsError: the layout or the ending is unknown, or a folder of others is there.
        VectorsError: the layout needs a library that is not installed.
        DiskError: the folder is missing or not writable, or the name is taken by a folder.
    """
    chosen = saved_layout(path, layout)
    if chosen.name == "parquet":
        library()
    if chosen.is_folder:
        check_folder(path)
        return
    for place in files_of(path, chosen):
        check_target(place)
    if not chosen.holds_counts:
        check_target(vocab_beside(path))


def check_words(words: Sequence[str], layout: Layout | None = None) -> None:
    """Check before a training that every word can be saved in a layout; without one in word2vec's.

    Raises:
        VectorsError: a word is blank, holds what separates words there, is too long or cannot be
            encoded.
    """
    checked_words(words, layout or LAYOUTS["text"])


def saved_layout(path: AnyPath, layout: str | None = None) -> Layout:
    """The layout that vectors at `path` are saved in.

    Raises:
        SettingsError: it is unknown, or holds no vectors.
    """
    chosen = layout_of(path, layout)
    if not chosen.holds_vectors:
        raise SettingsError(
            f"{os.fspath(path)} would hold no vectors: {chosen.name} is {chosen.title}"
        )
    return chosen


def check_finite(vectors: WordVectors) -> None:
    """Refuse vectors that hold NaN or infinity.

    Raises:
        VectorsError: one does.
    """
    row = first_not_finite(vectors.vectors)
    if row is not None:
        vector = vectors.vectors[row]
        raise VectorsError(
            f"the vector of '{safe_text(vectors.index_to_key[row], 40)}' holds "
            f"{vector[~np.isfinite(vector)][0]}: vectors with NaN or infinity are not "
            "saved; train again with a lower learning rate (--alpha)"
        )
