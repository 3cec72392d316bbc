"""What a run will need, before it is started: memory and time.

Memory is counted from the arrays that a run makes. Time is what typical work costs on a typical
machine, here two cores of an AMD EPYC with AVX-512: good for the choice between a coffee and a
night, and always to be shown as "about".
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from w2vtui.settings import MAX_WORKERS, LiveSettings, TrainingSettings, available_cores
from w2vtui.training.work import (
    TILE,
    VECTOR,
    Met,
    mean_contexts,
    mean_targets,
    padded,
    seconds_by_term,
)

BASE_BYTES = 166 << 20
"""Interpreter, NumPy, and the compiled kernels with what loads them."""
SCREEN_BYTES = 26 << 20
"""What the screens take on top of that."""
WORD_BYTES = 200
"""A word as text, its count, its place in an index, and what a reading of the text keeps of it."""

_PRIVATE_NODES = 127
"""The kernels' own figure: they are not imported, for that takes a second."""

_SECOND_WORKER = 0.85
"""What each worker after the first adds, of the first one's work."""
_LONG_SENTENCE = 10_000.0
_PATH_SHARE = 0.78
"""A Huffman path, weighted as it is trained, over the logarithm of the vocabulary."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """Bytes of each part of a run, at the moment it needs most."""

    program: int
    """interpreter, libraries, compiled kernels"""
    input_vectors: int
    output_vectors: int
    """of words, or of the nodes of the tree"""
    text: int
    """ids, mapped from the disk: the system may take this back"""
    tables: int
    """noise, subsampling, paths of the tree"""
    words: int
    copy: int
    """of the vectors, while they are saved"""

    @property
    def total(self) -> int:
        """All parts together."""
        return sum(getattr(self, part.name) for part in fields(self))


def estimate_memory(
    n_words: int,
    n_tokens: int,
    training: TrainingSettings,
    live: LiveSettings,
    *,
    screen: bool = False,
) -> Memory:
    """What a run will hold at most, in bytes.

    n_words    the size of the vocabulary
    n_tokens   the text's tokens that are in it
    """
    row = 4 * padded(training.vector_size, VECTOR)
    by_tree = live.objective == "hierarchical-softmax"
    n_output = n_words + MAX_WORKERS
    tables = 12 * n_words  # an entry of the noise table and one of subsampling
    if by_tree:
        n_output += available_cores() * _PRIVATE_NODES
        mean_path = math.log2(max(n_words, 2)) + 1  # rare words are many, and have long paths
        tables += round(n_words * (12 + 8 * (mean_path + TILE / 2)))
    return Memory(
        program=BASE_BYTES + SCREEN_BYTES * screen,
        input_vectors=row * (n_words + 1),
        output_vectors=row * n_output,
        text=4 * n_tokens,
        tables=tables,
        words=WORD_BYTES * n_words,
        copy=4 * training.vector_size * n_words * (1 if by_tree else 2),
    )


def estimate_seconds(
    n_words: int,
    n_tokens: int,
    training: TrainingSettings,
    live: LiveSettings,
    *,
    subsampled_share: float = 1.0,
    sentence_length: float = math.inf,
) -> float:
    """How long the training will take, in seconds, all epochs together.

    subsampled_share   how much of the text subsampling keeps
    sentence_length    mean tokens of a line, before that
    """
    cores = available_cores()
    live = live.resolved(n_tokens, cores)
    assert live.epochs is not None
    assert live.workers is not None
    lengths = np.array([min(subsampled_share * sentence_length, _LONG_SENTENCE)])
    contexts = float(mean_contexts(live, lengths)[0])
    targets = mean_targets(live, n_words, _PATH_SHARE * math.log2(max(n_words, 2)))
    met = Met(subsampled_share, contexts, targets)
    seconds = float(seconds_by_term(live, training.vector_size, met).sum())
    speedup = 1 + _SECOND_WORKER * (min(live.workers, cores) - 1)
    return seconds * n_tokens * live.epochs / speedup


# ---- what there is

_GROUPS = Path("/sys/fs/cgroup")
_OWN_GROUPS = Path("/proc/self/cgroup")


def available_memory() -> int | None:
    """Bytes that a run could get: what the system has to give, or a smaller limit on this process.

    None where the system does not tell.
    """
    found = [size for size in (_system_available(), _group_limit()) if size is not None]
    return min(found, default=None)


def _system_available() -> int | None:
    for line in _lines_of(Path("/proc/meminfo")):
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            return int(value.split()[0]) * 1024
    return None


def _group_limit() -> int | None:
    """The least limit of the control groups, version 1 or 2, that this process is in."""
    limits = []
    for line in _lines_of(_OWN_GROUPS):
        _, controllers, path = line.split(":", 2)
        if not controllers:
            root, name = _GROUPS, "memory.max"
        elif "memory" in controllers.split(","):
            root, name = _GROUPS / "memory", "memory.limit_in_bytes"
        else:
            continue
        group = root / path.lstrip("/")
        for folder in (group, *group.parents):
            limits += [int(text) for text in _lines_of(folder / name) if text.isdigit()]
            if folder == root:
                break
    return min(limits, default=None)


def _lines_of(path: Path) -> list[str]:
    """The lines of a system's file; none where the system has no such file."""
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
