"""A vocabulary that is given instead of counted: word2vec.c's -read-vocab."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2vtui.corpus import Vocab
from w2vtui.errors import VectorsError
from w2vtui.files.regular_files import AnyPath
from w2vtui.formats import read_vocab
from w2vtui.settings import CorpusSettings

LINE_END = "</s>"
"""What word2vec.c counts for the end of each line; here only words count."""


class GivenVocab(NamedTuple):
    """The words to train, and remarks on those that were left out."""

    vocab: Vocab
    hints: tuple[str, ...]


def read_given_vocab(path: AnyPath, settings: CorpusSettings) -> GivenVocab:
    """The words of a vocabulary file and their counts, the most frequent first.

    As in word2vec.c, min_count and max_final_vocab apply to the counts of the file. Its mark for
    the ends of lines is left out.

    Raises:
        VectorsError: the file cannot be read, a line is not a word and a count, or no word is left.
    """
    words, counts = read_vocab(path, settings.encoding_errors)
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] >= settings.min_count]
    chosen = [row for row in order.tolist() if words[row] != LINE_END][: settings.max_final_vocab]
    if not chosen:
        raise VectorsError(
            f"{path} holds no word that occurs {settings.min_count} times or more: lower min_count"
        )
    hints = []
    if left_out := len(words) - len(chosen):
        why = f"fewer than {settings.min_count} times (min_count)"
        if settings.max_final_vocab is not None:
            why += f", or beyond the first {settings.max_final_vocab:,} (max_final_vocab)"
        line_end = f", or {LINE_END}" * (LINE_END in words)
        hints.append(f"{path}: {left_out:,} of {len(words):,} words left out: {why}{line_end}")
    return GivenVocab(Vocab([words[row] for row in chosen], counts[chosen]), tuple(hints))
