"""The number that the runs of a sweep are compared by: the probe loss, or the mean of scores."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import CorpusError, SettingsError
from w2vtui.evaluation.question_files import QuestionFiles, QuestionOptions
from w2vtui.evaluation.questions import read_analogies, read_pairs
from w2vtui.evaluation.sessions import read_sessions
from w2vtui.files.reports import Report
from w2vtui.settings import CorpusSettings, label_of
from w2vtui.sweeping.space import Space
from w2vtui.sweeping.values import owner_of
from w2vtui.training.state.measurements import Quality, ScoreKind
from w2vtui.training.state.snapshot import Snapshot

PROBE, NEXT_ITEM = "probe", "next-item"
_TELLING: tuple[ScoreKind, ...] = ("total", "pairs", "semantic", "syntactic")
"""Which score of a file counts: the first of these, or the better of two ways to guess items."""
_GUESSES: tuple[ScoreKind, ...] = ("ndcg", "ndcg-output")


@dataclass(frozen=True, kw_only=True)
class Yardstick:
    """What makes a run better than another."""

    kind: Literal["probe", "scores"]
    files: QuestionFiles = QuestionFiles()
    """What the vectors are scored on."""

    @property
    def is_loss(self) -> bool:
        """Whether less is better."""
        return self.kind == PROBE

    @property
    def name(self) -> str:
        """What it is called in a table."""
        return "probe" if self.is_loss else "score"

    @property
    def title(self) -> str:
        """What it is, in a line."""
        if self.is_loss:
            return "probe loss, nats; lower is better"
        what = "mean of " * (len([*self.files]) > 1)
        if self.is_percent:
            return f"{what}right answers in %; higher is better"
        kinds = ["Spearman correlation"] * bool(self.files.pairs)
        kinds += ["share of right answers"] * bool(self.files.analogies)
        kinds += ["NDCG@10 of the next item"] * bool(self.files.sessions)
        return f"{what}{' and '.join(kinds)}; higher is better"

    def reading(self, shot: Snapshot) -> tuple[int, float] | None:
        """The last measurement of a run: after how many tokens, and the value; None without one."""
        if self.is_loss:
            probe = shot.probe
            return None if probe is None else _reading(probe.tokens, probe.loss)
        quality = shot.quality
        return None if quality is None else _reading(quality.tokens, mean_score(quality))

    def readings(self, curves: Mapping[str, NDArray[np.float64]]) -> list[tuple[int, float]]:
        """All measurements of a run, as `reading` gives each, from its curves by name.

        curves   rows (n, 5): tokens, seconds, value, weight, standard error
        """
        if self.is_loss:
            found = [(int(row[0]), float(row[2])) for row in curves.get(PROBE, ())]
            return [one for one in found if math.isfinite(one[1])]
        measured: dict[int, dict[str, dict[str, float]]] = {}
        for title, rows in curves.items():
            kind, _, name = title.partition(" ")
            for row in rows if name else ():
                measured.setdefault(int(row[0]), {}).setdefault(name, {})[kind] = float(row[2])
        pairs = [(tokens, _mean(measured[tokens].values())) for tokens in sorted(measured)]
        return [one for one in pairs if math.isfinite(one[1])]

    @property
    def is_percent(self) -> bool:
        """Whether values are shares of right answers alone, which a table has in percent."""
        return bool(self.files.analogies) and not (self.files.pairs or self.files.sessions)

    @property
    def unit(self) -> str:
        """Of a difference between values in a table; empty for correlations and gains."""
        return "nats" if self.is_loss else "points" if self.is_percent else ""

    def text(self, value: float) -> str:
        """A value in a table: nats, percent, or a number up to 1 as correlations are."""
        if self.is_percent:
            return f"{value:.2f}"
        return f"{value if self.is_loss else value / 100:.4f}"


def mean_score(quality: Quality) -> float:
    """The mean over files of questions, times 100; NaN if one of them covers no question.

    Of word pairs the correlation counts, of analogies the share of right answers, of sessions the
    NDCG by cosines or by output vectors, whichever is higher.
    """
    of_file: dict[str, dict[str, float]] = {}
    for score in quality.scores:
        of_file.setdefault(score.name, {})[score.kind] = score.value
    return _mean(of_file.values())


def _mean(of_files: Iterable[Mapping[str, float]]) -> float:
    """The mean of the scores of files, by their kinds, times 100."""
    values = [_value_of(found) for found in of_files]
    return 100 * sum(values) / len(values) if values else math.nan


def _value_of(found: Mapping[str, float]) -> float:
    """The score of one file."""
    for kind in _TELLING:
        if kind in found:
            return found[kind]
    return max((found[kind] for kind in _GUESSES if kind in found), default=math.nan)


def _reading(tokens: int, value: float) -> tuple[int, float] | None:
    return (tokens, value) if math.isfinite(value) else None


def yardstick_of(
    by: Sequence[str],
    sessions: Sequence[str],
    options: QuestionOptions,
    report: Report = lambda remark: None,
) -> Yardstick:
    """The yardstick that `--by` names: `probe`, `next-item`, or files of pairs and analogies.

    sessions   files of sessions, for `next-item`

    Raises:
        SettingsError: `probe` is named beside others, or `next-item` without sessions.
        CorpusError: a file cannot be read, or holds neither pairs nor analogies.
    """
    if not by and sessions:
        by = [NEXT_ITEM]
    if PROBE in by or not by:
        if len(by) > 1 or sessions:
            raise SettingsError(
                "--by probe compares by the probe loss alone: drop it, or the files"
            )
        return Yardstick(kind="probe")
    if (NEXT_ITEM in by) != bool(sessions):
        raise SettingsError(
            "--by next-item takes the sessions whose next item is guessed: give --sessions FILE"
            if NEXT_ITEM in by
            else "--sessions is for --by next-item: give both"
        )
    for path in sessions:
        read_sessions(path, report=report)
    questions = [path for path in dict.fromkeys(by) if path != NEXT_ITEM]
    kinds = {path: _kind_of(path, options, report) for path in questions}
    return Yardstick(
        kind="scores",
        files=QuestionFiles(
            tuple(path for path, kind in kinds.items() if kind == "pairs"),
            tuple(path for path, kind in kinds.items() if kind == "analogies"),
            tuple(sessions),
            options,
        ),
    )


def _kind_of(path: str, options: QuestionOptions, report: Report) -> Literal["pairs", "analogies"]:
    """Whether a file holds analogies or word pairs."""
    remarks: list[str] = []
    skips = options.skip_bad_rows
    try:
        read_analogies(
            path,
            options.analogies_columns,
            skip_bad_rows=skips and not options.pairs_columns,
            report=remarks.append,
        )
        kind: Literal["pairs", "analogies"] = "analogies"
    except CorpusError as no_analogies:
        remarks.clear()
        try:
            read_pairs(path, options.pairs_columns, skip_bad_rows=skips, report=remarks.append)
        except CorpusError as no_pairs:
            if str(no_pairs) == str(no_analogies):  # it cannot be read
                raise CorpusError(
                    f"{no_pairs}: --by takes probe, next-item, or a file of word pairs or analogies"
                ) from None
            raise CorpusError(
                f"{path} has neither analogies nor word pairs: {no_analogies}; {no_pairs}"
            ) from None
        kind = "pairs"
    for remark in remarks:
        report(remark)
    return kind


def check_comparable(space: Space, yardstick: Yardstick) -> None:
    """
    Raises:
        SettingsError: the probe loss would not compare the runs: they ask other questions.
    """
    if not yardstick.is_loss:
        return
    if not space.training.probe:
        raise SettingsError("--no-probe leaves no probe loss to compare by: give --by FILE")
    apart = [name for name in space.varied if owner_of(name) is CorpusSettings]
    if apart:
        raise SettingsError(
            f"runs with another {label_of(CorpusSettings, apart[0])} have other probe questions, "
            "which cannot be compared: give --by FILE, word pairs or analogies"
        )
