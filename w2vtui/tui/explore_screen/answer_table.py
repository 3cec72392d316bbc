"""An answer as rows of words: what the neighbors pane lists, and writes to a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from w2vtui.exploring.answers import (
    AnalogyWords,
    Answer,
    AxisWords,
    Matches,
    Near,
    NearestWords,
    OddWord,
    TwoWords,
)
from w2vtui.exploring.tsv import tsv


@dataclass(frozen=True, slots=True)
class Row:
    """A word of an answer."""

    word: str
    count: int | None
    score: float | None = None
    """A cosine, in most answers; None where there is none."""
    other: float | None = None
    """A second cosine."""
    rank: int | None = None
    """Its place in a list of nearest words."""


@dataclass(frozen=True, slots=True)
class Table:
    """An answer, as what stands above its rows, and the rows; a text among them heads a part."""

    title: str
    head: tuple[str, ...]
    rows: tuple[Row | str, ...]
    has_ranks: bool = False
    """Whether the rows are nearest words, whose ranks move while it trains."""
    score: str = "cosine"
    """What the scores of the rows are."""

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the rows."""
        return tuple(row.word for row in self.rows if isinstance(row, Row))


def table_of(answer: Answer, n: int) -> Table:
    """An answer with about n rows."""
    match answer:
        case NearestWords():
            rows = tuple(_nearest(answer.words[:n]))
            return Table(f"Neighbors of {answer.question.text}", (), rows, has_ranks=True)
        case AnalogyWords():
            head = _expected(answer)
            rows = tuple(_nearest(answer.words[:n]))
            how = " by 3CosMul" if answer.method == "3cosmul" else ""
            title = f"Analogy {answer.question.text}{how}"
            return Table(title, head, rows, has_ranks=True, score=_score_name(answer))
        case TwoWords():
            return _two_words(answer, n)
        case AxisWords():
            return _axis(answer, n)
        case OddWord():
            fitting = tuple(Row(one.word, one.count, one.score) for one in answer.words[:-1])
            odd = Row(answer.odd.word, answer.odd.count, answer.odd.score)
            parts: tuple[Row | str, ...] = (
                "the odd one out",
                odd,
                "mean cosine with the others",
                *fitting,
            )
            return Table("Odd one out", (), parts)
        case Matches():
            return _matches(answer, n)


def _nearest(words: Sequence[Near]) -> Iterator[Row]:
    for rank, one in enumerate(words, start=1):
        yield Row(one.word, one.count, one.score, rank=rank)


def _expected(answer: AnalogyWords) -> tuple[str, ...]:
    """Whether an analogy is right, where its fourth word is given."""
    expected = answer.question.expected
    if expected is None:
        return ()
    if answer.rank is None:
        return (f"✗ {expected} is one of the words asked about, or has no cosine",)
    sign = "✓" if answer.is_right else "✗"
    return (
        f"{sign} {expected} is number {answer.rank:,}, {_score_name(answer)} {answer.score:.3f}",
    )


def _score_name(answer: AnalogyWords) -> str:
    return "cosine" if answer.method == "3cosadd" else "score"


def _two_words(answer: TwoWords, n: int) -> Table:
    a, b = answer.question.words
    head = (
        f"cosine {answer.cosine:.3f}",
        f"{b} is number {answer.rank_of_b:,} of {a}, {a} number {answer.rank_of_a:,} of {b}",
        f"{answer.n_shared} of the {answer.among} nearest of each are shared",
    )
    shared = tuple(Row(one.word, one.count, one.cosine_a, one.cosine_b) for one in answer.shared)
    heading = (f"near to both: cosine with {a}, with {b}",) if shared else ()
    return Table(f"{a} and {b}", head, (*heading, *shared[:n]))


def _axis(answer: AxisWords, n: int) -> Table:
    a, b = answer.question.words

    def rows(words: Sequence[Near]) -> Iterator[Row]:
        return (Row(one.word, one.count, one.score) for one in words[: max(n // 2 - 1, 1)])

    parts: tuple[Row | str, ...]
    parts = (f"toward {a}", *rows(answer.to_a), f"toward {b}", *rows(answer.to_b))
    return Table(f"{a} to {b}", (f"of the {answer.searched:,} most frequent words",), parts)


def _matches(answer: Matches, n: int) -> Table:
    of = "" if answer.n_tokens is None else f", {answer.n_tokens:,} times in the text"
    head = [f"{answer.n_words:,} word{'s' * (answer.n_words != 1)}{of}"]
    if not answer.is_complete:
        head.append(f"searched the first {answer.searched:,} of {answer.total:,} words in time")
    rows = tuple(Row(one.word, one.count) for one in answer.words[:n])
    return Table(f"Words that match {answer.question.text}", tuple(head), rows)


def as_tsv(table: Table) -> bytes:
    """A table as tab-separated values: a line of names, then the words."""
    rows = [row for row in table.rows if isinstance(row, Row)]
    names = ["word", table.score, "other_cosine", "count", "rank"]
    columns = [
        [row.word for row in rows],
        ["" if row.score is None else f"{row.score:.6f}" for row in rows],
        ["" if row.other is None else f"{row.other:.6f}" for row in rows],
        ["" if row.count is None else str(row.count) for row in rows],
        ["" if row.rank is None else str(row.rank) for row in rows],
    ]
    kept = [at for at, column in enumerate(columns) if any(column)]
    lines = ([columns[at][line] for at in kept] for line in range(len(rows)))
    return tsv([[names[at] for at in kept], *lines])
