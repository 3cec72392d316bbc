"""The last scores of a run, read from the end of its metrics."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, NamedTuple

from w2vtui.regular_files import opened, size_of
from w2vtui.runs.disk.checked_json import NOT_AS_WRITTEN, loaded
from w2vtui.runs.disk.inside import unfollowed
from w2vtui.runs.disk.journal import METRICS

_END_BYTES = 1 << 18
"""The part of the metrics that is looked at: five minutes of training or more."""
_HAS_SCORES = b'"quality": ['


class RunScore(NamedTuple):
    """The score of a run on one set of questions."""

    set: str
    """The name of the file."""
    kind: str
    """`pairs`, or which questions of the file: `total`, `semantic`, ..."""
    value: float | None
    """None where no question is covered."""
    covered: int
    """Questions whose words are all known."""
    total: int
    tokens: int
    """Training tokens of the vectors that were scored."""


def last_scores(folder: Path, tokens: int | None = None) -> tuple[RunScore, ...]:
    """The last scores of a run that its metrics hold; none where they hold none.

    tokens   of the checkpoint that it resumes from: later scores are those of lost vectors
    """
    for line in reversed(_end_of(folder / METRICS).split(b"\n")):
        if _HAS_SCORES not in line:
            continue
        try:
            scores = tuple(_score(one) for one in loaded(line)["quality"])
        except NOT_AS_WRITTEN:  # the last line may be cut short
            continue
        if tokens is None or all(one.tokens <= tokens for one in scores):
            return scores
    return ()


def _end_of(path: Path) -> bytes:
    try:
        with opened(path, unfollowed()) as file:
            file.seek(max(size_of(file) - _END_BYTES, 0))
            return file.read(_END_BYTES)
    except OSError:
        return b""


def _score(plain: Any) -> RunScore:
    """
    Raises:
        TypeError, ValueError, LookupError: it is not a score.
    """
    score = RunScore(*(plain[name] for name in RunScore._fields))
    if type(score.set) is not str or type(score.kind) is not str:
        raise TypeError("a score without a name")
    if not all(type(count) is int for count in (score.covered, score.total, score.tokens)):
        raise TypeError("a score without its questions")
    if score.value is not None and not (
        type(score.value) in (int, float) and math.isfinite(score.value)
    ):
        raise ValueError(f"a score is {score.value!r:.80}")
    return score
