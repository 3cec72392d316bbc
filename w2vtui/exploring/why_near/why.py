"""Why two words are near: the contexts that they share, and lines of the text that taught it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from w2vtui.corpus import EncodedCorpus
from w2vtui.display import safe_text
from w2vtui.errors import UnknownWordError
from w2vtui.exploring.forms import COMPARED
from w2vtui.exploring.why_near.concordance import Line, line_for
from w2vtui.exploring.why_near.contexts import MOST_OCCURRENCES, Pairs, Strengths, Windows, pairs_of
from w2vtui.exploring.why_near.occurrences import SCAN_SECONDS, Occurrences, indexed, scanned
from w2vtui.exploring.why_near.word_positions import Indexing
from w2vtui.vectors.spelling import near_spellings


@dataclass(frozen=True)
class SharedContext:
    """A word that is a context of the words asked about: of both, or of the one."""

    word: str
    weight: float
    """how strongly it is one of each of them: its strength for the one that it is weaker for"""
    times: tuple[float, ...]
    """for each word, how many times as often it is a context as by chance"""
    lines: tuple[Line | None, ...]
    """for each word, a line with both"""

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "word": self.word,
            "weight": round(self.weight, 6),
            "times": [round(one, 3) for one in self.times],
            "lines": [None if line is None else line.as_json() for line in self.lines],
        }


@dataclass(frozen=True)
class Evidence:
    """What an answer is based on, for one word."""

    word: str
    count: int | None
    """occurrences in the text; None if they were not all counted"""
    used: int
    """of them, those whose contexts were counted: those that are trained, or an even sample"""
    is_sample: bool
    n_contexts: int
    """different words among its contexts"""


@dataclass(frozen=True)
class Why:
    """Why words are near, from the text: for one word, its contexts."""

    evidence: tuple[Evidence, ...]
    """of each word asked about, one or two"""
    contexts: tuple[SharedContext, ...]
    """the strongest first"""
    n_contexts: int
    """words that are contexts of each word more often than by chance"""
    overlap: float
    """how much of their contexts two words share: weights over the mean of their strengths, 0..1"""
    together: float
    """how many times as often as by chance the second is a context of the first; 0 for never"""
    line: Line | None
    """with both"""
    searched: float
    """the share of the text that was looked through"""

    @property
    def words(self) -> tuple[str, ...]:
        """The words asked about."""
        return tuple(one.word for one in self.evidence)

    def as_json(self) -> dict[str, Any]:
        """Plain values; the keys of two words only where two were asked about."""
        pair = {
            "overlap": round(self.overlap, 6),
            "together": round(self.together, 3),
            "line": None if self.line is None else self.line.as_json(),
        }
        return {
            "question": f" {COMPARED} ".join(self.words),
            "words": [
                {"word": one.word, "count": one.count, "used": one.used, "sample": one.is_sample,
                 "contexts": one.n_contexts}
                for one in self.evidence
            ],
            **(pair if len(self.evidence) == 2 else {}),
            "searched": round(self.searched, 4),
            "n_contexts": self.n_contexts,
            "contexts": [one.as_json() for one in self.contexts],
        }  # fmt: skip


class Explainer:
    """Answers questions about the words of one encoded corpus."""

    def __init__(self, corpus: EncodedCorpus, indexing: Indexing | None = None) -> None:
        """indexing: of the same corpus; while it is not complete, or without it, a scan answers"""
        self.corpus, self.indexing = corpus, indexing

    def why(
        self,
        words: tuple[str] | tuple[str, str],
        windows: Windows,
        n: int = 8,
        *,
        seconds: float = SCAN_SECONDS,
    ) -> Why:
        """The n strongest contexts that two words share, or those of one word, with lines.

        windows   how the run makes windows of this corpus
        seconds   how long a scan may look for the words

        Raises:
            UnknownWordError: a word is not in the vocabulary of the corpus.
        """
        rows = [self._row(word) for word in words]
        found = self._occurrences(rows, seconds)
        pairs = [
            pairs_of(self.corpus, row, one, windows) for row, one in zip(rows, found, strict=True)
        ]
        strengths = [one.strengths(windows) for one in pairs]
        shared, weights, times = _shared(strengths)
        order = np.argsort(-weights, kind="stable")[:n]
        used: set[int] = set()
        line = line_for(self.corpus, pairs[0], rows[-1], used) if len(rows) == 2 else None
        contexts = tuple(
            SharedContext(
                self.corpus.vocab.words[shared[at]],
                float(weights[at]),
                tuple(float(one[at]) for one in times),
                tuple(line_for(self.corpus, one, int(shared[at]), used) for one in pairs),
            )
            for at in order.tolist()
        )
        total = sum(float(one.strengths.sum()) for one in strengths) / len(strengths)
        return Why(
            tuple(map(self._evidence, found, pairs, strengths)),
            contexts,
            len(shared),
            float(weights.sum()) / total if total else 0.0,
            strengths[0].times_of(rows[-1]) if len(rows) == 2 else 0.0,
            line,
            found[0].searched,
        )

    def _row(self, word: str) -> int:
        row = self._rows.get(word)
        if row is None:
            vocab = self.corpus.vocab
            near, edits = near_spellings(word, vocab.words)
            meant = near[np.lexsort((near, edits))[:3]].tolist()
            shown = [f"{safe_text(vocab.words[row], 40)} ({vocab.counts[row]:,})" for row in meant]
            raise UnknownWordError(
                f"'{safe_text(word, 80)}' is not among the {len(vocab):,} words of "
                f"{self.corpus.name}: "
                + (f"did you mean {', '.join(shown)}?" if shown else "ask about one that is")
            )
        return row

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {word: row for row, word in enumerate(self.corpus.vocab.words)}

    def _occurrences(self, rows: list[int], seconds: float) -> list[Occurrences]:
        index = None if self.indexing is None else self.indexing.index
        if index is not None:
            return indexed(index, rows, MOST_OCCURRENCES)
        return scanned(self.corpus, rows, MOST_OCCURRENCES, seconds=seconds)

    def _evidence(self, found: Occurrences, pairs: Pairs, strengths: Strengths) -> Evidence:
        return Evidence(
            self.corpus.vocab.words[pairs.word],
            found.count,
            pairs.occurrences,
            found.is_sample or pairs.is_sample,
            len(strengths.words),
        )


def _shared(strengths: list[Strengths]) -> tuple[Any, Any, list[Any]]:
    """The words that are contexts of all, how strongly (n,), and the times for each, (n,) each."""
    words = strengths[0].words[strengths[0].strengths > 0]
    for one in strengths[1:]:
        words = np.intersect1d(words, one.words[one.strengths > 0], assume_unique=True)
    places = [np.searchsorted(one.words, words) for one in strengths]
    weights = np.minimum.reduce(
        [one.strengths[at] for one, at in zip(strengths, places, strict=True)]
    )
    return words, weights, [one.times[at] for one, at in zip(strengths, places, strict=True)]
