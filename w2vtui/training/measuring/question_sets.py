"""What vectors are scored on while they train: files of word pairs, analogies and sessions."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from w2vtui.corpus import SAMPLE, sample_path
from w2vtui.evaluation.question_files import QuestionFiles, QuestionKind
from w2vtui.evaluation.questions import Analogy, Pair, read_analogies, read_pairs
from w2vtui.evaluation.sessions import Session, read_sessions
from w2vtui.files.regular_files import AnyPath
from w2vtui.files.reports import Report

SAMPLE_PAIRS, SAMPLE_ANALOGIES = "atlas-pairs.txt", "atlas-analogies.txt"


@dataclass(frozen=True)
class QualitySets:
    """Word pairs, analogies and sessions by the names of their files."""

    pairs: Mapping[str, Sequence[Pair]] = field(default_factory=dict)
    analogies: Mapping[str, Mapping[str, Sequence[Analogy]]] = field(default_factory=dict)
    sessions: Mapping[str, Sequence[Session]] = field(default_factory=dict)
    files: QuestionFiles = QuestionFiles()
    """Where they come from, and what sessions ask."""

    def __bool__(self) -> bool:
        """Whether there is anything to measure with."""
        return bool(self.pairs or self.analogies or self.sessions)

    @classmethod
    def read(cls, files: QuestionFiles, report: Report = lambda remark: None) -> QualitySets:
        """Read files.

        report   gets what was left out of them, and how they were read

        Raises:
            CorpusError: one cannot be read, or is not what it should be.
            SettingsError: one has no such column.
        """
        options = files.options
        skips = options.skip_bad_rows
        return cls(
            {
                name: read_pairs(path, options.pairs_columns, skip_bad_rows=skips, report=report)
                for name, path in _named(files.pairs).items()
            },
            {
                name: read_analogies(
                    path, options.analogies_columns, skip_bad_rows=skips, report=report
                )
                for name, path in _named(files.analogies).items()
            },
            {
                name: read_sessions(path, report=report)
                for name, path in _named(files.sessions).items()
            },
            files,
        )

    def with_files(
        self, kind: QuestionKind, paths: Sequence[str], report: Report = lambda remark: None
    ) -> QualitySets:
        """The same with other files of one kind, which are read.

        Raises:
            CorpusError, SettingsError: as `read` does.
        """
        chosen: dict[str, Any] = {kind: tuple(paths)}
        read = QualitySets.read(QuestionFiles(**chosen, options=self.files.options), report)
        files = dataclasses.replace(self.files, **chosen)
        return dataclasses.replace(self, **{kind: getattr(read, kind)}, files=files)

    @classmethod
    def for_corpus(
        cls,
        sources: Sequence[AnyPath],
        files: QuestionFiles,
        report: Report = lambda remark: None,
    ) -> QualitySets:
        """Read files; if none are given and the corpus is the bundled sample, read the sample's.

        report   gets also which sessions are trained on
        """
        if not any(files) and _is_sample(sources):
            pairs, analogies = sample_path(SAMPLE_PAIRS), sample_path(SAMPLE_ANALOGIES)
            files = QuestionFiles((str(pairs),), (str(analogies),))
        trained = {Path(path).resolve() for path in sources if path != "-"}
        for path in files.sessions:
            if Path(path).resolve() in trained:
                report(
                    f"{path} is trained on as well: its scores show what is remembered; sessions "
                    "in a file of their own show what is learned"
                )
        return cls.read(files, report)


def _named(paths: Sequence[AnyPath]) -> dict[str, AnyPath]:
    """The files by name, or by path where two have the same name."""
    names = [Path(path).name for path in paths]
    return {
        name if names.count(name) == 1 else str(path): path
        for name, path in zip(names, paths, strict=True)
    }


def _is_sample(sources: Sequence[AnyPath]) -> bool:
    if len(sources) != 1 or Path(sources[0]).name != SAMPLE:
        return False
    return Path(sources[0]).resolve() == sample_path(SAMPLE).resolve()
