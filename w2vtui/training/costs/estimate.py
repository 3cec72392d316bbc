"""What a run will need, before it is started: memory and time.

Memory is the peak of what is resident, VmHWM in Linux. Most of it is computed from the arrays that
a run allocates. Library files count as far as they are mapped, which the system decides: of a
library just read from disk it maps less around each place that is used, and runs have held from 16
to 51 MB of them. Other processes share these pages, and the system may drop them, as it may the
text.

Time is what the work takes on a typical machine, here two cores of an AMD EPYC with AVX-512: good
enough to choose between a coffee break and a night, and always shown as "about".
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from w2v_kernels.sizes import TILE, most_private, row_length
from w2vtui.settings import (
    MAX_WINDOW,
    MAX_WORKERS,
    LiveSettings,
    RunSettings,
    TrainingSettings,
    field_default,
)
from w2vtui.system.resources import available_cores
from w2vtui.training.costs.terms import (
    Encounters,
    mean_contexts,
    mean_targets,
    seconds_by_term,
)
from w2vtui.training.history.moments import MemoryHistoryStore
from w2vtui.training.history.sizing import sizing_of

PROGRAM_BYTES = 78 << 20
"""Interpreter, modules, and the machine code of the kernels."""
LIBRARY_BYTES = 108 << 20
"""Mapped files of Python, NumPy and LLVM."""
SCREEN_BYTES = 26 << 20
"""The screens, in addition."""
CHECKPOINT_BYTES = 8 << 20
"""The writer of checkpoints, in addition to the copy."""
WORD_BYTES = 270
"""A word as text, its count, and its places in two indices."""
SAVED_WORD_BYTES = 160
"""A word in the two files that are written, while they are saved."""
TYPE_BYTES = 270
"""A distinct token while the text is read, before rare ones are dropped."""

_SECOND_WORKER = 0.85
"""The speed that each worker after the first adds, relative to the first one's."""
_LONG_SENTENCE = 16.0 * MAX_WINDOW
_PATH_SHARE = 0.78
"""Mean length of the Huffman paths as they are trained, over the logarithm of the vocabulary."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """Bytes of each part of a run, at its peak."""

    program: int
    """interpreter, compiled kernels, screens"""
    libraries: int
    """the mapped files of libraries"""
    input_vectors: int
    output_vectors: int
    """of words, or of the nodes of the tree"""
    text: int
    """ids, mapped from the disk: the system may take this back"""
    tables: int
    """noise, subsampling, paths of the tree"""
    words: int
    copy: int
    """of the vectors, while they are saved or a checkpoint is written"""
    history: int
    """a past moment of the vectors, while it is written; all of them, of a run that saves none"""

    @property
    def total(self) -> int:
        """All parts together."""
        return sum(getattr(self, part.name) for part in fields(self))

    @property
    def needed(self) -> int:
        """The memory that must be free: all but the text, which passes through as it is read."""
        return self.total - self.text


def estimate_memory(
    n_words: int,
    n_tokens: int,
    training: TrainingSettings,
    live: LiveSettings,
    *,
    screen: int = False,
    checkpoints: int = False,
    history: int = 0,
) -> Memory:
    """The peak memory of a run, in bytes.

    n_words         the size of the vocabulary
    n_tokens        the text's tokens that are in it
    screen          whether it is shown
    checkpoints     whether it saves checkpoints, and a history, while it trains
    history         megabytes that it was given; without checkpoints, memory holds its share of it
    """
    row = 4 * row_length(training.vector_size)
    by_tree = live.walks_tree
    size = 4 * training.vector_size
    n_output = n_words + MAX_WORKERS
    tables = 12 * n_words  # an entry of the noise table and one of subsampling
    if by_tree:
        mean_path = math.log2(max(n_words, 2)) + 1  # rare words are many, and have long paths
        tables += round(n_words * (12 + 8 * (mean_path + TILE / 2)))
    workers_rows = _rows_of_workers(n_words, training, live)
    # A copy of what words have while it is saved, or of all that trains while it is checkpointed.
    saved_rows = n_words if by_tree else 2 * n_words
    kept_rows = 2 * n_words * checkpoints
    saving = size * saved_rows, (WORD_BYTES + SAVED_WORD_BYTES) * n_words
    keeping = size * kept_rows, WORD_BYTES * n_words
    copy, words = max(saving, keeping, key=sum)
    return Memory(
        program=PROGRAM_BYTES + SCREEN_BYTES * screen + CHECKPOINT_BYTES * checkpoints,
        libraries=LIBRARY_BYTES,
        input_vectors=row * (n_words + 1 + workers_rows),
        output_vectors=row * (n_output + workers_rows),
        text=4 * n_tokens,
        tables=tables,
        words=words,
        copy=copy,
        history=_history(n_words, training.vector_size)
        if checkpoints
        else _history_in_memory(n_words, training.vector_size, history),
    )


def _rows_of_workers(n_words: int, training: TrainingSettings, live: LiveSettings) -> int:
    """The rows of each matrix that workers have besides those that are trained.

    Of several deterministic workers each trains on a replica of both matrices. Others have copies
    of the rows that move most, and remember what they were, unless cores are too few.
    """
    workers = available_cores() if live.workers is None else live.workers
    if training.deterministic:
        return workers * (n_words + 1) if workers > 1 else 0
    if 1 < workers <= available_cores():
        return 2 * workers * most_private(n_words, training.vector_size)
    return 0


def _history(n_words: int, vector_size: int) -> int:
    """The bytes of a moment of the history, by its default limit, and of the matrix in writing."""
    limit: int = field_default(RunSettings, "history")
    sizing = sizing_of(n_words, vector_size, limit << 20)
    moment = sizing.bytes_of_moment(vector_size)
    return moment + moment // (1 + sizing.keeps_outputs)


def _history_in_memory(n_words: int, vector_size: int, megabytes: int) -> int:
    """The bytes of all moments that are kept in memory, at most."""
    limit = round(megabytes * MemoryHistoryStore.limit_share * (1 << 20))
    if not limit or not n_words:
        return 0
    sizing = sizing_of(n_words, vector_size, limit)
    return sizing.n_moments * sizing.bytes_of_moment(vector_size)


def estimate_reading_memory(n_types: int) -> int:
    """The peak memory, in bytes, of reading a text of `n_types` distinct tokens for the first time.

    It is the peak of the whole run where most of them are too rare to be trained.
    """
    return PROGRAM_BYTES + LIBRARY_BYTES + TYPE_BYTES * n_types


def estimate_seconds(
    n_words: int,
    n_tokens: int,
    training: TrainingSettings,
    live: LiveSettings,
    *,
    subsampled_share: float = 1.0,
    sentence_length: float = math.inf,
) -> float:
    """How long the training will take, in seconds, for all epochs together.

    subsampled_share   the share of the text that subsampling keeps
    sentence_length    mean tokens of a line, before subsampling
    """
    cores = available_cores()
    resolved = live.resolved(n_tokens, cores)
    lengths = np.array([min(subsampled_share * sentence_length, _LONG_SENTENCE)])
    contexts = float(mean_contexts(live, lengths)[0])
    targets = mean_targets(live, n_words, _PATH_SHARE * math.log2(max(n_words, 2)))
    found = Encounters(subsampled_share, contexts, targets)
    seconds = float(seconds_by_term(live, training.vector_size, found).sum())
    speedup = 1 + _SECOND_WORKER * (min(resolved.workers, cores) - 1)
    return seconds * n_tokens * resolved.epochs / speedup
