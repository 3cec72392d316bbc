"""The quality of a trainer's vectors: the scores of `w2vtui evaluate`, one number per file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from w2vtui.errors import CorpusError
from w2vtui.evaluation.evaluate import evaluate_analogies, evaluate_pairs
from w2vtui.evaluation.question_files import QuestionOptions
from w2vtui.evaluation.questions import Analogy, Pair, read_analogies, read_pairs
from w2vtui.files.reports import Report
from w2vtui.vectors import WordVectors


@dataclass(frozen=True)
class Score:
    """The score of vectors on a file of questions."""

    name: str
    kind: Literal["pairs", "analogies"]
    percent: float | None
    """Spearman's correlation times 100, or correct answers in percent; None if none is covered."""
    covered: int
    total: int


@dataclass(frozen=True)
class Questions:
    """A file of word pairs or of analogies."""

    name: str
    pairs: Sequence[Pair] = ()
    analogies: Mapping[str, Sequence[Analogy]] | None = None

    @classmethod
    def read(
        cls,
        path: str,
        options: QuestionOptions | None = None,
        report: Report = lambda remark: None,
    ) -> Questions:
        """Read a file of either kind.

        report   gets what was left out of it, and how it was read

        Raises:
            CorpusError: it cannot be read, or is of neither kind.
            SettingsError: it has no such column.
        """
        name = Path(path).name
        options = options or QuestionOptions()
        skips = options.skip_bad_rows and not options.pairs_columns
        remarks: list[str] = []
        try:
            found = cls(
                name,
                analogies=read_analogies(
                    path, options.analogies_columns, skip_bad_rows=skips, report=remarks.append
                ),
            )
        except CorpusError as no_analogies:
            remarks.clear()
            try:
                pairs = read_pairs(
                    path,
                    options.pairs_columns,
                    skip_bad_rows=options.skip_bad_rows,
                    report=remarks.append,
                )
                found = cls(name, pairs=pairs)
            except CorpusError as no_pairs:
                if str(no_pairs) == str(no_analogies):  # it cannot be read
                    raise
                raise CorpusError(
                    f"{path} has neither analogies nor word pairs: {no_analogies}; {no_pairs}"
                ) from None
        for remark in remarks:
            report(remark)
        return found

    def score(self, vectors: WordVectors) -> Score:
        """Score vectors as `w2vtui evaluate` does."""
        if self.analogies is None:
            pairs = evaluate_pairs(vectors, self.pairs)
            return Score(self.name, "pairs", _percent(pairs.spearman), pairs.covered, pairs.total)
        found = evaluate_analogies(vectors, self.analogies).total
        return Score(self.name, "analogies", _percent(found.accuracy), found.covered, found.total)


def _percent(share: float) -> float | None:
    return None if math.isnan(share) else 100 * share
