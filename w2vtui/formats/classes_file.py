"""word2vec.c's file of classes (-classes): a line a word, `word class`."""

from __future__ import annotations

from contextlib import ExitStack

import numpy as np
from numpy.typing import NDArray

from w2vtui.formats.drafts.atomic import AnyPath, WrittenFile, draft_of, publish
from w2vtui.formats.rows.records import encode_words
from w2vtui.formats.vocab_file import write_counts
from w2vtui.vectors import WordVectors


def save_classes(
    vectors: WordVectors,
    classes: NDArray[np.int64],
    path: AnyPath,
    vocab_path: AnyPath | None = None,
) -> tuple[WrittenFile, ...]:
    """Write the class of each word, and the counts of the words if a file is named for them; return
    the files.

    classes   int64 (V,)

    Raises:
        VectorsError: a word cannot be written in this format.
        DiskError: a file cannot be written; what was there is untouched.
    """
    words = encode_words(vectors.index_to_key)
    with ExitStack() as drafts:
        wanted = [(path, classes)]
        if vocab_path is not None and vectors.counts is not None:
            wanted.append((vocab_path, vectors.counts))
        files = []
        for place, numbers in wanted:
            files.append(drafts.enter_context(draft_of(place)))
            write_counts(files[-1].file, words, numbers)
        written = tuple(file.written() for file in files)
        publish(*files)
    return written
