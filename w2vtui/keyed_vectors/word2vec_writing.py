"""Writing the formats of the original word2vec, with gensim's arguments."""

from __future__ import annotations

import os
import shutil
import warnings
from contextlib import ExitStack
from typing import cast

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus import is_vector_file, is_vocab_file
from w2vtui.display import safe_text
from w2vtui.errors import SettingsError, VectorsError
from w2vtui.files.regular_files import AnyPath, opened
from w2vtui.formats.drafts.atomic import Draft, check_replaceable, draft_of, publish
from w2vtui.formats.rows.blocks import Held, Shape
from w2vtui.formats.rows.records import encode_words
from w2vtui.formats.saving import check_finite
from w2vtui.formats.vocab_file import counts_beside, vocab_beside, write_counts
from w2vtui.formats.word2vec.word2vec_writers import RecordWriter
from w2vtui.keyed_vectors.table import COUNT, KeyedTable, checked_size
from w2vtui.vector_layouts import LAYOUTS, is_packed
from w2vtui.vectors import WordVectors


class Word2VecWriting(KeyedTable):
    """word2vec's text and binary files, and GloVe's."""

    def save_word2vec_format(  # noqa: PLR0913, PLR0917 - gensim's
        self,
        fname: AnyPath,
        fvocab: AnyPath | None = None,
        binary: bool = False,
        total_vec: int | None = None,
        write_header: bool = True,
        prefix: str = "",
        append: bool = False,
        sort_attr: str = COUNT,
    ) -> None:
        """Write words and vectors in word2vec's text or binary format; under gzip if the name ends
        in .gz.

        fvocab         write the words with their counts to this file
        total_vec      the number of words in the header, where more are to be appended
        write_header   whether the file begins with a header; GloVe's text has none
        prefix         goes before each word
        append         add to the file that is there, which needs `write_header=False`
        sort_attr      the highest of this attribute first; if words have none, as they are

        Each file appears whole or not at all.

        Raises:
            SettingsError: counts are wanted and not known, a header would be wrong, or a file is
                there that is neither vectors nor counts.
            VectorsError: a word cannot be written in this format, or a number is not finite.
            DiskError: a file cannot be written; what was there is untouched.
        """
        if not len(self):
            raise VectorsError("there are no words to save: add some")
        named = self._sorted_for_file(sort_attr, prefix)
        words = encode_words(named.index_to_key)
        check_finite(named)
        n = len(self) if total_vec is None else checked_size("total_vec", total_vec, len(self))
        if append and write_header and os.path.exists(fname):  # noqa: PTH110
            raise SettingsError(
                f"append=True adds rows to {os.fspath(fname)}, where a second header would be read "
                "as a word: give write_header=False, and total_vec when the file is begun"
            )
        if fvocab is not None and self.counts is None:
            raise SettingsError(f"no counts to write to {os.fspath(fvocab)}: set them as 'count'")
        if not append:
            check_replaceable(fname, is_vector_file, "a file of word vectors")
        if fvocab is not None:
            check_replaceable(fvocab, is_vocab_file, "a file of word counts")
        layout = LAYOUTS["binary-plain" if binary else "text" if write_header else "glove"]
        with ExitStack() as drafts:
            main = drafts.enter_context(draft_of(fname))
            if append:
                _copy(fname, main)
            shape = Shape(n, self.vector_size, is_exact=True)
            writer = RecordWriter(
                main.file, shape, layout, packed=is_packed(fname), has_header=write_header
            )
            for block in Held(named).blocks():
                writer.write(block)
            writer.finish(n)
            about = []
            for place in self._count_files(named, fname, fvocab):
                about.append(drafts.enter_context(draft_of(place)))
                write_counts(about[-1].file, words, cast("NDArray[np.int64]", named.counts))
            publish(main, *about)

    def _sorted_for_file(self, sort_attr: str, prefix: str) -> WordVectors:
        """The words with a prefix, the highest of an attribute first.

        Raises:
            SettingsError: the attribute is not of numbers.
        """
        values = self.expandos.get(sort_attr)
        if values is not None and values.dtype.kind not in "iufb":
            raise SettingsError(f"sort_attr must be of numbers, got '{safe_text(sort_attr, 40)}'")
        if values is None and sort_attr != COUNT:
            warnings.warn(
                f"words have no attribute '{safe_text(sort_attr, 40)}': saved in their order",
                stacklevel=3,
            )
        vectors, words, counts = self.vectors, self.index_to_key, self.counts
        if values is not None and (np.diff(values.astype(np.float64)) > 0).any():
            order = np.argsort(-values.astype(np.float64), kind="stable")
            vectors, words = vectors[order], [words[row] for row in order.tolist()]
            counts = None if counts is None else counts[order]
        return WordVectors([prefix + word for word in words] if prefix else words, vectors, counts)

    def _count_files(
        self, named: WordVectors, fname: AnyPath, fvocab: AnyPath | None
    ) -> list[AnyPath]:
        """The files that counts go to: the one that is asked for, and the one beside the vectors if
        it is there and would be read as theirs.
        """
        if named.counts is None:
            return []
        beside = vocab_beside(fname)
        wanted = [] if fvocab is None else [fvocab]
        if any(os.path.realpath(place) == os.path.realpath(beside) for place in wanted):
            return wanted
        return [*wanted, beside] if counts_beside(fname, named.index_to_key) is not None else wanted


def _copy(fname: AnyPath, draft: Draft) -> None:
    """Begin a draft with the file that is there."""
    try:
        with opened(fname) as file:
            shutil.copyfileobj(file, draft.file)
    except FileNotFoundError:
        return
