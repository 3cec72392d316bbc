"""The answers to questions about words, which the screens and the command line both show.

All of them are frozen. Counts are None where the vectors come without. `row` is the word's row: the
words are sorted by count, so it is its rank by frequency, from 0.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from w2vtui.exploring.forms import Analogy, Axis, Comparison, Nearest, OddOneOut, Search

Method: TypeAlias = Literal["3cosadd", "3cosmul"]


@dataclass(frozen=True, slots=True)
class Near:
    """A word with its score, such as its cosine with what was asked."""

    word: str
    score: float
    count: int | None
    row: int


@dataclass(frozen=True, slots=True)
class NearestWords:
    """The nearest words; the scores are cosines."""

    question: Nearest
    words: tuple[Near, ...]


@dataclass(frozen=True, slots=True)
class AnalogyWords:
    """The words that complete an analogy, best first."""

    question: Analogy
    method: Method
    """By which the words are scored: the cosine with the sum, or the quotient of cosines."""
    words: tuple[Near, ...]
    rank: int | None
    """Of the expected word, from 1; None if none is expected, or it is one of those asked about."""
    score: float | None
    """Of the expected word."""

    @property
    def is_right(self) -> bool | None:
        """Whether the expected word is first; None if none is expected."""
        return None if self.question.expected is None else self.rank == 1


@dataclass(frozen=True, slots=True)
class Shared:
    """A word near to both words of a comparison."""

    word: str
    cosine_a: float
    cosine_b: float
    count: int | None
    row: int


@dataclass(frozen=True, slots=True)
class TwoWords:
    """How near two words are."""

    question: Comparison
    cosine: float
    rank_of_b: int
    """Place of b among the words nearest to a, 1 for the nearest."""
    rank_of_a: int
    """Place of a among the words nearest to b."""
    shared: tuple[Shared, ...]
    """Words near to both, those first whose smaller cosine is highest."""
    n_shared: int
    """How many words are among the `among` nearest of both."""
    among: int
    counts: tuple[int | None, int | None]
    rows: tuple[int, int]


@dataclass(frozen=True, slots=True)
class AxisWords:
    """The words at both ends of the direction from a to b; scores are cosines with it."""

    question: Axis
    to_a: tuple[Near, ...]
    """From the end of a inwards."""
    to_b: tuple[Near, ...]
    """From the end of b inwards."""
    ends: tuple[Near, Near]
    """a and b themselves."""
    placed: tuple[Near, ...]
    """The words that were asked about besides, from a to b."""
    searched: int
    """How many words, the most frequent ones, were looked at."""


@dataclass(frozen=True, slots=True)
class OddWord:
    """The odd one out; scores are mean cosines with the other words."""

    question: OddOneOut
    words: tuple[Near, ...]
    """From the one that fits best to the odd one."""

    @property
    def odd(self) -> Near:
        """The word that does not belong to the others."""
        return self.words[-1]


@dataclass(frozen=True, slots=True)
class Match:
    """A word that a search has found."""

    word: str
    count: int | None
    row: int


@dataclass(frozen=True, slots=True)
class Matches:
    """The words in which a regular expression is found, most frequent first."""

    question: Search
    words: tuple[Match, ...]
    """The first of them."""
    n_words: int
    """How many there are."""
    n_tokens: int | None
    """How often they occur in the corpus, all together."""
    searched: int
    """How many words, the most frequent ones, were searched in the time."""
    total: int
    """How many words there are."""

    @property
    def is_complete(self) -> bool:
        """Whether all words were searched."""
        return self.searched == self.total


Answer: TypeAlias = NearestWords | AnalogyWords | TwoWords | AxisWords | OddWord | Matches


def as_json(answer: Answer) -> dict[str, Any]:
    """An answer as JSON has it: its fields, with the question as a line, and in every one `words`,
    objects with `word`, `count` and `row`.
    """
    fields = {one.name: getattr(answer, one.name) for one in dataclasses.fields(answer)}
    fields["question"] = answer.question.text
    more: dict[str, Any] = {}
    match answer:
        case OddWord():
            more = {"odd": answer.odd.word}
        case TwoWords():
            both = zip(answer.question.words, answer.counts, answer.rows, strict=True)
            names = ("word", "count", "row")
            more = {"words": tuple(dict(zip(names, one, strict=True)) for one in both)}
        case AxisWords():  # as they are printed
            (a, b), placed = answer.ends, answer.placed[::-1]
            more = {"words": (b, *answer.to_b, *placed, *answer.to_a[::-1], a)}
    return {name: _jsonable(value) for name, value in (fields | more).items()}


def _jsonable(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, tuple):
        return [_jsonable(one) for one in value]
    if dataclasses.is_dataclass(value):
        return {one.name: _jsonable(getattr(value, one.name)) for one in dataclasses.fields(value)}
    return value
