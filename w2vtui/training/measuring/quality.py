"""The quality of the vectors while they train: word pairs and analogies, scored at intervals."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from w2vtui.corpus import SAMPLE, sample_path
from w2vtui.evaluate import (
    AnalogyResult,
    KnownAnalogies,
    KnownPairs,
    SectionResult,
)
from w2vtui.questions import Analogy, Pair, QuestionOptions, read_analogies, read_pairs
from w2vtui.regular_files import AnyPath
from w2vtui.reports import Report
from w2vtui.similarity import Floats
from w2vtui.training.engine.plan import Moment
from w2vtui.training.measuring.budget import Budget, one_blas_thread
from w2vtui.training.state.curves import RunCurves
from w2vtui.training.state.snapshot import Quality, Score, ScoreKind

COST_SHARE = 0.01
"""The share of one core that scoring may take over a run, apart from scores asked for by hand."""
LEAST_SECONDS = 3.0
MAX_QUESTIONS = 2_000
"""The most questions used from a set of analogies, evenly spread over it."""
N_CANDIDATES = 30_000
"""The most frequent words, among which answers are looked for."""

SAMPLE_PAIRS, SAMPLE_ANALOGIES = "atlas-pairs.txt", "atlas-analogies.txt"


@dataclass(frozen=True)
class QualitySets:
    """Word pairs and analogies by the names of their files."""

    pairs: Mapping[str, Sequence[Pair]] = field(default_factory=dict)
    analogies: Mapping[str, Mapping[str, Sequence[Analogy]]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is anything to measure with."""
        return bool(self.pairs or self.analogies)

    @classmethod
    def read(
        cls,
        pairs: Sequence[AnyPath] = (),
        analogies: Sequence[AnyPath] = (),
        options: QuestionOptions | None = None,
        report: Report = lambda remark: None,
    ) -> QualitySets:
        """Read files.

        report   gets what was left out of them, and how they were read

        Raises:
            CorpusError: one cannot be read, or is not what it should be.
            SettingsError: one has no such column.
        """
        options = options or QuestionOptions()
        skips = options.skip_bad_rows
        return cls(
            {
                name: read_pairs(path, options.pairs_columns, skip_bad_rows=skips, report=report)
                for name, path in _named(pairs).items()
            },
            {
                name: read_analogies(
                    path, options.analogies_columns, skip_bad_rows=skips, report=report
                )
                for name, path in _named(analogies).items()
            },
        )

    @classmethod
    def for_corpus(
        cls,
        sources: Sequence[AnyPath],
        pairs: Sequence[AnyPath] = (),
        analogies: Sequence[AnyPath] = (),
        options: QuestionOptions | None = None,
        report: Report = lambda remark: None,
    ) -> QualitySets:
        """Read files; if none are given and the corpus is the bundled sample, read the sample's."""
        if not (pairs or analogies) and _is_sample(sources):
            pairs, analogies = [sample_path(SAMPLE_PAIRS)], [sample_path(SAMPLE_ANALOGIES)]
        return cls.read(pairs, analogies, options, report)


class QualityMeter:
    """Scores vectors on every set, at intervals or when asked, and draws a curve of each score."""

    def __init__(
        self, sets: QualitySets, words: Sequence[str], vectors: Floats, curves: RunCurves
    ) -> None:
        """vectors float32 (V, D), most frequent word first, changing while they are looked at."""
        self._vectors = vectors
        self._pairs = [KnownPairs(words, pairs, name=name) for name, pairs in sets.pairs.items()]
        self._analogies = {
            name: KnownAnalogies(words, thinned(sections, MAX_QUESTIONS), N_CANDIDATES)
            for name, sections in sets.analogies.items()
        }
        self.clock = Budget(COST_SHARE, least=LEAST_SECONDS)
        self.clock.expect(self.n_scores * vectors.shape[1])
        self.quality: Quality | None = None
        self._curves = curves
        self._asked = threading.Event()

    def ask(self) -> None:
        """Measure at the next look."""
        self._asked.set()

    def look(self, moment: Moment, *, leaving: bool) -> None:
        """Measure if that is due or was asked for, or if this is the last chance."""
        if not (self._pairs or self._analogies) or not moment.tokens:
            return
        asked = self._asked.is_set()
        self._asked.clear()
        if not (asked or leaving or self.clock.is_due):
            return
        if self.quality is not None and self.quality.tokens == moment.tokens:
            return
        with nullcontext() if asked else self.clock.timed():
            quality = self.measured(moment.tokens)
        for score in quality.scores:
            curve = self._curves.of_score(score.key)
            curve.append(moment.tokens, moment.seconds, score.value)
        self.quality = quality

    @property
    def n_scores(self) -> int:
        """Cosines that answering the analogies computes; those of the pairs are few."""
        n_questions = sum(len(known) for known in self._analogies.values())
        return n_questions * len(self._vectors[:N_CANDIDATES])

    def measured(self, tokens: int) -> Quality:
        """The scores of the present vectors; for any thread.

        tokens   trained so far
        """
        started = time.monotonic()
        with one_blas_thread():
            scores = self._scores()
        return Quality(tokens=tokens, scores=scores, took_seconds=time.monotonic() - started)

    def _scores(self) -> tuple[Score, ...]:
        scores: list[Score] = []
        for pairs in self._pairs:
            result = pairs.score(self._vectors)
            scores.append(
                Score(result.name, "pairs", result.spearman, result.covered, result.total)
            )
        for name, analogies in self._analogies.items():
            scores += _analogy_scores(name, analogies.score(self._vectors))
        return tuple(scores)


def _analogy_scores(name: str, result: AnalogyResult) -> list[Score]:
    """A score for each kind that has questions, and their total if there are two kinds."""
    kinds: list[tuple[ScoreKind, SectionResult]] = [
        ("semantic", result.semantic),
        ("syntactic", result.syntactic),
        ("total", result.total),
    ]
    asked = [(kind, row) for kind, row in kinds if row.total]
    return [
        Score(name, kind, row.accuracy, row.covered, row.total)
        for kind, row in (asked if len(asked) == len(kinds) else asked[:1])
    ]


def thinned(sections: Mapping[str, Sequence[Analogy]], most: int) -> dict[str, list[Analogy]]:
    """At most `most` questions, evenly spread over all sections, in their order."""
    n_questions = sum(len(questions) for questions in sections.values())
    n_kept = min(n_questions, most)
    kept: dict[str, list[Analogy]] = {}
    at = 0
    for name, questions in sections.items():
        # Question i is kept if i * n_kept / n_questions passes a whole number there.
        chosen = [
            question
            for place, question in enumerate(questions, start=at)
            if (place + 1) * n_kept // n_questions > place * n_kept // n_questions
        ]
        at += len(questions)
        if chosen:
            kept[name] = chosen
    return kept


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
