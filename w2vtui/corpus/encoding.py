"""The second pass: provisional ids become ids of the vocabulary."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, nullcontext
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v_kernels import ids_to_words
from w2vtui.corpus.counting.side_by_side import in_order
from w2vtui.corpus.counting.type_table import Numbering, Run
from w2vtui.corpus.progress import ReadingProgress, check_stop
from w2vtui.corpus.stored.array_files import ArrayFile, ArrayReader
from w2vtui.corpus.stored.draft import Draft
from w2vtui.corpus.stored.storage import IDS, PROVISIONAL, STARTS
from w2vtui.corpus.vocab import Expansion
from w2vtui.display import printable
from w2vtui.errors import DiskError

N_ALONE = 4
"""Blocks that are encoded before threads are started."""


class Encoded(NamedTuple):
    """What was written."""

    n_tokens: int
    n_alone: int
    """tokens alone on a line"""
    n_raw_sentences: int
    """sentences that hold a token, whether or not it is in the vocabulary"""


class _Meaning(NamedTuple):
    """What the provisional ids of a table stand for."""

    words: NDArray[np.int32]
    """(types of the table,) the word of each, or that it has none or several"""
    numbers: NDArray[np.int32]
    """(types of the table,) their numbers among all types"""


class _Block:
    """Provisional ids in a row, and the ids that the next of them stand for."""

    def __init__(
        self, provisional: NDArray[np.int32], meaning: _Meaning, expansion: Expansion
    ) -> None:
        self.nbytes = provisional.nbytes
        self.ids = np.empty(0, dtype=np.int32)
        self.starts = np.empty(0, dtype=np.int64)
        """where sentences begin among them"""
        self.sentence_begins = False
        """whether the next id begins a sentence"""
        self._provisional, self._meaning, self._expansion = provisional, meaning, expansion
        self._position = 0
        self._state = ids_to_words.new_expand_state()

    def expand(self) -> _Block:
        """Find as many ids as there are provisional ones; more may follow where a type stands for
        several words.
        """
        ids = np.empty(len(self._provisional), dtype=np.int32)
        self._state[ids_to_words.N_EXPANDED] = 0
        starts = np.empty(len(self._provisional), dtype=np.int64)
        self._position, n_ids, n_starts = ids_to_words.expand_block(
            self._provisional, self._position, *self._meaning,
            self._expansion.starts, self._expansion.words, ids, starts, self._state,
        )  # fmt: skip
        self.ids, self.starts = ids[:n_ids], starts[:n_starts]
        self.sentence_begins = bool(self._state[ids_to_words.SENTENCE_BEGINS])
        return self

    @property
    def n_begun(self) -> int:
        """Provisional ids so far that begin a sentence."""
        return int(self._state[ids_to_words.N_BEGUN])

    @property
    def is_done(self) -> bool:
        """Whether there are no more ids."""
        return self._position == len(self._provisional)

    @property
    def is_damaged(self) -> bool:
        """Whether it holds a number that is of no type."""
        return not self.is_done and len(self.ids) < len(self._provisional)


class _Writer:
    """Writes ids and sentence starts, block after block."""

    def __init__(self, ids: ArrayFile, starts: ArrayFile) -> None:
        self.n_ids = self.n_alone = 0
        self._ids, self._starts = ids, starts
        self._sentence_begins = False
        self._last_start = -2  # nothing ends at the first start

    def write(self, block: _Block) -> None:
        """Write what was found of a block."""
        starts = block.starts + self.n_ids
        if len(block.ids):
            if self._sentence_begins and (not len(starts) or starts[0] > self.n_ids):
                starts = np.insert(starts, 0, self.n_ids)
            self._sentence_begins = False
        self._sentence_begins = self._sentence_begins or block.sentence_begins
        self._ids.append(block.ids)
        self._begin_at(starts)
        self.n_ids += len(block.ids)

    def finish(self) -> None:
        """Write where the last sentence ends."""
        self._begin_at(np.array([self.n_ids], dtype=np.int64))

    def _begin_at(self, starts: NDArray[np.int64]) -> None:
        self._starts.append(starts)
        if len(starts):
            lengths = np.diff(starts, prepend=self._last_start)
            self.n_alone += int(np.count_nonzero(lengths == 1))
            self._last_start = int(starts[-1])


def write_ids(
    draft: Draft,
    expansion: Expansion,
    runs: Sequence[Run],
    progress: ReadingProgress,
    stop: threading.Event | None,
    *,
    block_ids: int,
    n_workers: int,
) -> Encoded:
    """From the provisional ids of a draft write the ids of the vocabulary and the sentence starts.

    runs   which numbers the provisional ids have; none if all have those of the types

    Raises:
        DiskError: they cannot be written, or the provisional ids are not those that were.
        ReadingStopped: the event was set.
    """
    provisional = ArrayReader(draft, PROVISIONAL, np.int32)
    progress.begin("encoding", provisional.nbytes)
    runs = runs or [Run(provisional.nbytes // 4, Numbering())]
    blocks = _blocks(provisional, expansion, list(_cut(runs, block_ids)))
    n_raw_sentences = 0
    with (
        _thread_beside(n_workers) as summing,
        ArrayFile(draft, IDS, np.int32, summing=summing) as id_file,
        ArrayFile(draft, STARTS, np.int64, summing=summing) as start_file,
        closing(in_order(blocks, [_Block.expand] * n_workers, n_alone=N_ALONE)) as expanded,
    ):
        writer = _Writer(id_file, start_file)
        for block in expanded:
            check_stop(stop)
            writer.write(block)
            while not block.is_done:
                if block.is_damaged:
                    raise _damaged(draft)
                check_stop(stop)
                writer.write(block.expand())
            n_raw_sentences += block.n_begun
            progress.bytes_done += block.nbytes
        if progress.bytes_done < provisional.nbytes:
            raise _damaged(draft)
        writer.finish()
    return Encoded(writer.n_ids, writer.n_alone, n_raw_sentences)


def _thread_beside(n_workers: int) -> AbstractContextManager[Executor | None]:
    """A thread for what may be done beside all else, unless there is to be just one."""
    return ThreadPoolExecutor(1, "w2vtui-sum") if n_workers > 1 else nullcontext()


def _cut(runs: Iterable[Run], most_ids: int) -> Iterator[Run]:
    """Runs in parts, and those in a row together that have the same numbers."""
    for _, group in groupby(runs, key=lambda run: id(run.numbering)):
        n_left, numbering = 0, Numbering()
        for run in group:
            n_left, numbering = n_left + run.n_ids, run.numbering
        while n_left:
            n_ids = min(n_left, most_ids)
            yield Run(n_ids, numbering)
            n_left -= n_ids


def _blocks(
    provisional: ArrayReader, expansion: Expansion, runs: Sequence[Run]
) -> Iterator[_Block]:
    """The provisional ids in blocks, each with the numbers of one table."""
    words = _single_words(expansion)
    meanings: dict[int, _Meaning] = {}
    read = provisional.blocks(run.n_ids for run in runs)
    for (_, numbering), block in zip(runs, read, strict=False):  # a file that is cut is found out
        meaning = meanings.get(id(numbering))
        if meaning is None:
            numbers = numbering.numbers
            if numbers is None:
                numbers = np.arange(len(words), dtype=np.int32)
            meaning = meanings[id(numbering)] = _Meaning(words[numbers], numbers)
        yield _Block(block, meaning, expansion)


def _single_words(expansion: Expansion) -> NDArray[np.int32]:
    """(n_types,) the word that each type stands for, or that it has none or several."""
    n_words = np.diff(expansion.starts)
    words = np.full(len(n_words), ids_to_words.NO_WORD, dtype=np.int32)
    words[n_words > 1] = ids_to_words.SEVERAL_WORDS
    words[n_words == 1] = expansion.words[expansion.starts[:-1][n_words == 1]]
    return words


def _damaged(draft: Draft) -> DiskError:
    return DiskError(
        f"{printable(draft.folder)} reads back differently from what was written: "
        "name another folder with W2VTUI_CACHE_DIR or TMPDIR"
    )
