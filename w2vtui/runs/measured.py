"""The scores of a run: the last ones of its training, and those that its vectors got later.

The first are read from the end of its metrics, where they are written as they are measured;
scores.json holds the others.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from w2vtui.errors import DamagedRunError
from w2vtui.files.regular_files import opened, size_of
from w2vtui.runs.disk.checked_json import NOT_AS_WRITTEN, loaded, read_checked, write_checked
from w2vtui.runs.disk.inside import unfollowed
from w2vtui.runs.disk.journal import METRICS

SCORES = "scores.json"
_KIND = "scores"
_MOST_BYTES = 1 << 20
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

    @property
    def key(self) -> tuple[str, str, int]:
        """What was measured, and on how many questions: only such scores can be compared."""
        return self.set, self.kind, self.total


def note_scores(folder: Path, scores: Iterable[RunScore]) -> None:
    """Keep scores of a run that were measured after its training, in place of older ones.

    Raises:
        DiskError: they cannot be written.
    """
    kept = {one.key: one for one in (*_noted_scores(folder), *scores)}
    body = {"scores": [one._asdict() for one in kept.values()]}
    write_checked(folder / SCORES, _KIND, body)


def scores_of(
    folder: Path, tokens: int | None, lost_after: int | None = None
) -> tuple[RunScore, ...]:
    """All scores of a run: the last ones of its training, and those of its vectors as they are.

    tokens       trained by its newest checkpoint; None if it has none
    lost_after   as for `last_scores`
    """
    found = {one.key: one for one in last_scores(folder, lost_after)}
    found |= {one.key: one for one in _noted_scores(folder) if one.tokens == tokens}
    return tuple(found.values())


def _noted_scores(folder: Path) -> tuple[RunScore, ...]:
    """The scores that were kept; none where they cannot be read."""
    try:
        body = read_checked(folder / SCORES, _KIND, _MOST_BYTES)
        return tuple(_score(one) for one in body["scores"])
    except (DamagedRunError, *NOT_AS_WRITTEN):
        return ()


def last_scores(folder: Path, lost_after: int | None = None) -> tuple[RunScore, ...]:
    """The last scores of a run that its metrics hold; none where they hold none.

    lost_after   training tokens of the checkpoint that it resumes from: later scores are those of
                 lost vectors
    """
    for line in reversed(_end_of(folder / METRICS).split(b"\n")):
        if _HAS_SCORES not in line:
            continue
        try:
            scores = tuple(_score(one) for one in loaded(line)["quality"])
        except NOT_AS_WRITTEN:  # the last line may be cut short
            continue
        if lost_after is None or all(one.tokens <= lost_after for one in scores):
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
