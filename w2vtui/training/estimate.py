"""What a run will need, before it is started: memory and time.

Memory is counted from the arrays that a run makes. Time is what typical work costs on a typical
machine, here two cores of an AMD EPYC with AVX-512: good for the choice between a coffee and a
night, and always to be shown as "about".
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from w2vtui.settings import (
    MAX_WORKERS,
    LiveSettings,
    TrainingSettings,
    available_cores,
)

BASE_BYTES = 166 << 20
"""Interpreter, NumPy, and the compiled kernels with what loads them."""
SCREEN_BYTES = 26 << 20
"""What the screens take on top of that."""
WORD_BYTES = 200
"""A word as text, its count, its place in an index, and what a reading of the text keeps of it."""

# The kernels' own figures: they are not imported, for that takes a second.
_ROW_FLOATS = 16
_TILE = 6
_PRIVATE_NODES = 127

NS_PER_MULTIPLY_ADD = 0.0113
"""In the blocks of a training whose vectors are in reach of the cache."""
NS_PER_DRAW = 11.0
"""Choosing a noise word and asking for its vector."""
NS_PER_CENTER = {
    ("skip-gram", "negative-sampling"): 95.0,
    ("skip-gram", "hierarchical-softmax"): 150.0,
    ("skip-gram", "softmax"): 95.0,
    ("cbow", "negative-sampling"): 130.0,
    ("cbow", "hierarchical-softmax"): 190.0,
    ("cbow", "softmax"): 130.0,
}
"""All else that a center costs: subsampling, its window, copying vectors, waiting for memory."""
NS_PER_TOKEN = 4.0
"""A token that subsampling leaves out."""
_SECOND_WORKER = 0.85
"""What each worker after the first adds, of the first one's work."""
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
    row = 4 * _padded(training.vector_size, _ROW_FLOATS)
    by_tree = live.objective == "hierarchical-softmax"
    n_output = n_words + MAX_WORKERS
    tables = 12 * n_words  # an entry of the noise table and one of subsampling
    if by_tree:
        n_output += available_cores() * _PRIVATE_NODES
        mean_path = math.log2(max(n_words, 2)) + 1  # rare words are many, and have long paths
        tables += round(n_words * (12 + 8 * (mean_path + _TILE / 2)))
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
    contexts = _mean_contexts(live, subsampled_share * sentence_length)
    ns = NS_PER_TOKEN + subsampled_share * _center_ns(n_words, contexts, training, live)
    speedup = 1 + _SECOND_WORKER * (min(live.workers, cores) - 1)
    return 1e-9 * ns * n_tokens * live.epochs / speedup


def _center_ns(
    n_words: int, contexts: float, training: TrainingSettings, live: LiveSettings
) -> float:
    """Nanoseconds that one center takes one worker."""
    row = _padded(training.vector_size, _ROW_FLOATS)
    n_targets, n_draws = float(_padded(n_words, _TILE)), 0.0
    if live.objective == "negative-sampling":
        n_targets, n_draws = float(_padded(1 + live.negative, _TILE)), float(live.negative)
        if live.model == "skip-gram" and not live.shared_noise:
            n_draws *= max(contexts, 1.0)
    elif live.objective == "hierarchical-softmax":
        n_targets = _PATH_SHARE * math.log2(max(n_words, 2)) + _TILE / 2
    # A score, and a move of either vector; the mean of CBOW is made, and moved from, once a center.
    n_steps = 3 * n_targets * (contexts if live.model == "skip-gram" else 1.0)
    n_steps += 2 * contexts if live.model == "cbow" else 0.0
    fixed = NS_PER_CENTER[live.model, live.objective]
    return fixed + NS_PER_DRAW * n_draws + NS_PER_MULTIPLY_ADD * n_steps * row


def _mean_contexts(live: LiveSettings, length: float) -> float:
    """Context words of a center, in lines that keep this many tokens."""
    reaches: Iterable[int] = [live.window]
    if live.shrink_windows:
        reaches = range(1, live.window + 1)
    found = []
    for reach in reaches:
        near = min(float(reach), max(length - 1, 0.0))
        cut = near * (near + 1) / length if math.isfinite(length) and length > 0 else 0.0
        found.append(2 * near - cut)
    return sum(found) / len(found)


def _padded(n: int, unit: int) -> int:
    return -(-n // unit) * unit


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
