"""Vectors from one layout to another, row by row: no file need fit into the memory."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from w2vtui.display import safe_text
from w2vtui.errors import VectorsError
from w2vtui.files.regular_files import TooLargeError, lines_of
from w2vtui.files.reports import Report, warn
from w2vtui.formats.drafts.atomic import AnyPath, draft_of, publish
from w2vtui.formats.layouts import checked_words, words_beside
from w2vtui.formats.opening import Wanted, reading
from w2vtui.formats.other_tools.sentence_weights import SentenceWeights
from w2vtui.formats.rows.blocks import Block, Reader, Shape, StartOverError
from w2vtui.formats.rows.records import MAX_WORD_BYTES
from w2vtui.formats.rows.remarks import Remarks
from w2vtui.formats.targets import Counts, copy, copy_counts, target_of
from w2vtui.formats.vocab_file import vocab_beside
from w2vtui.vector_layouts import Layout, layout_of

Progress: TypeAlias = Callable[[int, int], None]
"""Gets how many words are done, and how many there are at most."""

_COUNTED = re.compile(rb"(\S+)[ \t]+([0-9]{1,18})\r?\n")


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversion:
    """How vectors are changed on the way."""

    wanted: Wanted = Wanted()
    """What is read; where bad rows are skipped, so are words that the new layout cannot hold."""
    layout: str | None = None
    """The new layout by its name; None for what the ending of the name stands for."""
    sif: float | None = None
    """a of the weights a / (a + share of the text), by which vectors are multiplied; None for none.
    """
    removes_common: bool = False
    """Whether vectors lose their part along their common direction."""


def convert(
    source: AnyPath | Reader,
    target: AnyPath,
    how: Conversion | None = None,
    *,
    report: Report = warn,
    progress: Progress = lambda done, most: None,
) -> Shape:
    """Write the vectors of a file, a folder or a reader to `target`; return what was written.

    Counts go with them: those that the layout holds, or of a .vocab file beside the vectors that
    has the same words. `target` appears whole or not at all.

    Raises:
        VectorsError: the source is not what it says, or a word cannot be held.
        SettingsError: a layout is unknown, or cannot be written from what is there.
        DiskError: the target cannot be written; what was there is untouched.
    """
    how = how or Conversion()
    layout = layout_of(target, how.layout)
    remarks = Remarks()
    with ExitStack() as files:
        name = "the vectors"
        if isinstance(source, str | os.PathLike):
            name = str(source)
            found = files.enter_context(reading(Path(source), how.wanted, remarks))
            reader: Reader = _WithCounts(found, Path(source), how.wanted.limit)
        else:
            reader = source
        if how.wanted.skip_bad_rows:
            reader = _Fitting(reader, layout, remarks)
        if how.sif is not None or how.removes_common:
            reader = SentenceWeights(reader, how.sif, removes_common=how.removes_common)
        written = _written(_Watched(reader, progress), target, layout)
    for line in remarks.lines():
        report(f"{name}: {line}")
    return written


def _written(reader: Reader, target: AnyPath, layout: Layout) -> Shape:
    if not layout.holds_vectors:
        with draft_of(target) as draft:
            n_words = copy_counts(reader, Counts(draft), target)
            publish(draft)
        return Shape(n_words, reader.shape.vector_size, has_counts=True)
    with target_of(target, layout) as (files, drafts):
        counts = None
        holds_counts = layout.holds_counts or words_beside(target, layout) is not None
        if reader.shape.has_counts and not holds_counts:
            draft = drafts.enter_context(draft_of(vocab_beside(target)))
            counts = Counts(draft)
        n_words = copy(reader, files, target, counts)
        has_counts = reader.shape.has_counts
        files.publish(*([draft] if counts is not None and has_counts else []))
    return Shape(n_words, reader.shape.vector_size, has_counts)


class _WithCounts:
    """A reader with the counts of the .vocab file beside its vectors, if that has their words."""

    def __init__(self, reader: Reader, path: Path, limit: int | None) -> None:
        self._reader, self._limit = reader, limit
        self._beside: Path | None = vocab_beside(path)
        if reader.shape.has_counts or not self._beside.is_file():
            self._beside = None

    @property
    def shape(self) -> Shape:
        known = self._reader.shape
        has_counts = known.has_counts or self._beside is not None
        return Shape(known.most_words, known.vector_size, has_counts)

    def blocks(self) -> Iterator[Block]:
        if self._beside is None:
            yield from self._reader.blocks()
            return
        counted = _counted(self._beside)
        for block in self._reader.blocks():
            counts = self._counts(block, counted)
            if counts is None:
                self._beside = None
                raise StartOverError
            yield Block(block.words, block.vectors, counts)
        if self._limit is None and next(counted, None) is not None:
            self._beside = None
            raise StartOverError

    @staticmethod
    def _counts(
        block: Block, counted: Iterator[tuple[bytes, int] | None]
    ) -> NDArray[np.int64] | None:
        """The counts of the words that come next; None if they are other words."""
        counts = []
        for word in block.words:
            line = next(counted, None)
            if line is None or line[0] != word.encode("utf-8", "surrogatepass"):
                return None
            counts.append(line[1])
        return np.array(counts, dtype=np.int64)


def _counted(path: Path) -> Iterator[tuple[bytes, int] | None]:
    """The words and counts of a vocabulary file; None where it is not one, and then no more."""
    try:
        for line in lines_of(path, MAX_WORD_BYTES + 64):
            found = _COUNTED.fullmatch(line)
            if found is None:
                yield None
                return
            yield found[1], int(found[2])
    except (OSError, TooLargeError):
        yield None


class _Fitting:
    """A reader without the words that a layout cannot hold."""

    def __init__(self, reader: Reader, layout: Layout, remarks: Remarks) -> None:
        self._reader, self._layout, self._remarks = reader, layout, remarks

    @property
    def shape(self) -> Shape:
        known = self._reader.shape
        return Shape(known.most_words, known.vector_size, known.has_counts)

    def blocks(self) -> Iterator[Block]:
        n_before = 0
        for block in self._reader.blocks():
            kept = self._fitting(block, n_before)
            n_before += len(kept.words)
            yield kept

    def _fitting(self, block: Block, n_before: int) -> Block:
        try:
            checked_words(block.words, self._layout, n_before + 1)
        except VectorsError:
            pass
        else:
            return block
        rows: list[int] = []
        for row, word in enumerate(block.words):
            try:
                checked_words([word], self._layout, n_before + len(rows) + 1)
            except VectorsError:
                self._remarks.add("not held", f"'{safe_text(word, 40)}'")
            else:
                rows.append(row)
        counts = None if block.counts is None else block.counts[rows]
        return Block([block.words[row] for row in rows], block.vectors[rows], counts)


class _Watched:
    """A reader that reports how far it is."""

    def __init__(self, reader: Reader, progress: Progress) -> None:
        self._reader, self._progress = reader, progress

    @property
    def shape(self) -> Shape:
        return self._reader.shape

    def blocks(self) -> Iterator[Block]:
        n_words = 0
        for block in self._reader.blocks():
            yield block
            n_words += len(block.words)
            self._progress(n_words, self.shape.most_words)
