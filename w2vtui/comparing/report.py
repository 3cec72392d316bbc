"""All that differs between two to six sides, as one value: what `w2vtui compare` prints."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from w2vtui.comparing.comparison import Comparison, read_comparison
from w2vtui.comparing.facts import SideFacts, facts_of
from w2vtui.comparing.judging.judgments import Verdict
from w2vtui.comparing.judging.verdict import verdict
from w2vtui.comparing.letters import LETTERS, N_SIDES
from w2vtui.comparing.moved import MovedWords, words_that_moved
from w2vtui.comparing.overlap import MeanOverlap, WordOnSides, mean_overlap, word_on_sides
from w2vtui.comparing.setting_rows import SettingRow, settings_that_differ
from w2vtui.comparing.sides import Side
from w2vtui.errors import SettingsError, W2vtuiError
from w2vtui.notable_words import notable_words


@dataclass(frozen=True, eq=False)
class PairReport:
    """What differs between the first side and another."""

    side: int
    """The place of the other."""
    overlap: MeanOverlap | None
    moved: MovedWords | None
    verdict: Verdict | None
    problems: tuple[str, ...]
    """Why something is missing."""


@dataclass(frozen=True, eq=False)
class Report:
    """What differs between the sides."""

    comparison: Comparison
    facts: tuple[SideFacts, ...]
    settings: tuple[SettingRow, ...]
    words: tuple[WordOnSides, ...]
    """The words that were asked for; a notable one where none was."""
    pairs: tuple[PairReport, ...]
    problems: tuple[W2vtuiError, ...]
    """Of the words that were asked for."""

    @property
    def sides(self) -> tuple[Side, ...]:
        """What is compared."""
        return self.comparison.sides

    @property
    def read(self) -> list[int]:
        """The places of the sides that have vectors."""
        return [at for at, problem in enumerate(self.comparison.problems) if not problem]


def check_number(sides: Sequence[Side]) -> None:
    """
    Raises:
        SettingsError: there are too few sides to compare, or too many.
    """
    if len(sides) not in N_SIDES:
        raise SettingsError(f"two to {max(N_SIDES)} runs are compared, got {len(sides)}")


def report_on(sides: Sequence[Side], words: Sequence[str] = (), n: int = 10) -> Report:
    """Compare sides, the others with the first one.

    words   whose neighbors are compared
    n       neighbors of each, and words that differ most

    Raises:
        SettingsError: there are less than two sides, or more than six.
    """
    check_number(sides)
    comparison = read_comparison(sides)
    found, problems = _words(comparison, words, n)
    first = next((at for at, view in enumerate(comparison.views) if view is not None), 0)
    pairs = tuple(_pair(comparison, first, side, n) for side in range(len(sides)) if side != first)
    return Report(
        comparison,
        tuple(map(facts_of, sides)),
        settings_that_differ(sides),
        tuple(found),
        pairs,
        tuple(problems),
    )


def as_json(report: Report) -> dict[str, Any]:
    """A report as plain values; sides are named by their letters."""
    comparison, shared = report.comparison, report.comparison.shared
    sides = []
    for at, (side, facts) in enumerate(zip(report.sides, report.facts, strict=True)):
        view = comparison.views[at]
        sides.append(
            {"letter": LETTERS[at], "name": side.name}
            | {"folder": None if side.folder is None else str(side.folder)}
            | dataclasses.asdict(facts)
            | {"words": None if view is None else len(view.vectors)}
            | {"vector_size": None if view is None else view.vectors.vector_size}
            | {"problem": comparison.problems[at] or None}
        )
    letters = [LETTERS[at] for at in report.read]
    return {
        "sides": sides,
        "settings": [
            {"name": row.name, "label": row.label, "values": list(row.values)}
            for row in report.settings
        ],
        "shared_words": None if shared is None else len(shared.words),
        "words": [_word_json(word, letters) for word in report.words],
        "pairs": [_pair_json(pair) for pair in report.pairs],
    }


def _words(
    comparison: Comparison, words: Sequence[str], n: int
) -> tuple[list[WordOnSides], list[W2vtuiError]]:
    """The neighbors of words, and what is wrong with some."""
    shared = comparison.shared
    if shared is None:
        return [], []
    found, problems = [], []
    for word in words or notable_words(shared.words, 1):
        try:
            found.append(word_on_sides(shared, word, n))
        except W2vtuiError as error:
            problems.append(error)
    return found, problems


def _pair(comparison: Comparison, first: int, second: int, n: int) -> PairReport:
    overlap, moved, decided = None, None, None
    problems = []
    try:
        shared, (a, b) = comparison.vectors(), map(comparison.place, (first, second))
        overlap = mean_overlap(shared, a, b)
        moved = words_that_moved(shared, a, b, n)
    except W2vtuiError as error:
        problems.append(str(error))
    try:
        found = verdict(comparison.sides[first], comparison.sides[second],
                        n_verdicts=len(comparison.sides) - 1)  # fmt: skip
        decided = dataclasses.replace(found, a=LETTERS[first], b=LETTERS[second])
    except W2vtuiError as error:
        problems.append(str(error))
    return PairReport(second, overlap, moved, decided, tuple(dict.fromkeys(problems)))


def _word_json(found: WordOnSides, letters: Sequence[str]) -> dict[str, Any]:
    return {
        "word": found.word,
        "top": found.top,
        "sides": {
            letter: {
                "overlap": side.overlap,
                "words": [[word, round(cosine, 6)] for word, cosine in side.words],
            }
            for letter, side in zip(letters, found.sides, strict=True)
        },
    }


def _pair_json(pair: PairReport) -> dict[str, Any]:
    return {
        "side": LETTERS[pair.side],
        "overlap": None if pair.overlap is None else dataclasses.asdict(pair.overlap),
        "moved": None if pair.moved is None else dataclasses.asdict(pair.moved),
        "verdict": None if pair.verdict is None else pair.verdict.as_json(),
        "problems": list(pair.problems),
    }
