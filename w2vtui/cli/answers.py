"""Answers to questions about words, on stdout."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import singledispatch
from typing import TypeAlias

from w2vtui.cli.output import show
from w2vtui.display import cell_width, pad, safe_text
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
from w2vtui.exploring.asking import Asking, ask
from w2vtui.exploring.forms import Analogy
from w2vtui.exploring.questions import parse_question
from w2vtui.vectors import WordVectors

Row: TypeAlias = tuple[str, Sequence[str]]
"""A word, and what is said of it."""
_SECONDS = 60.0
"""How long a search takes at most; nobody waits for anything else."""


def answer_to(vectors: WordVectors, query: str, n: int) -> Answer:
    """What answers a word, a sum of words or another question, with n words.

    Raises:
        VectorsError: a word has no vector, or none of numbers.
        QuestionError: the query asks nothing.
    """
    return ask(vectors, parse_question(query, vectors), Asking(n, seconds=_SECONDS))


def print_answer(title: str, answer: Answer) -> None:
    """Print the question and what answers it, a word a line."""
    show(title)
    _print(answer)


def analogy_title(question: Analogy) -> str:
    """The question in words, up to the word that is asked: `man is to king as woman is to`."""
    a, b, c, d = (word or "?" for word in (question.a, question.b, question.c, question.d))
    last = "" if question.d is None or question.expected is not None else f" {d}"
    return f"{a} is to {b} as {c} is to{last}"


def print_rows(rows: Iterable[Row]) -> None:
    """Print words in a column, and behind each what is said of it."""
    listed = [(safe_text(word), fields) for word, fields in rows]
    width = max((cell_width(word) for word, _ in listed), default=0)
    for word, fields in listed:
        show(f"  {pad(word, width)}  {'  '.join(fields)}".rstrip())


@singledispatch
def _print(answer: Answer) -> None:
    raise NotImplementedError(type(answer))


@_print.register
def _(answer: NearestWords) -> None:
    print_rows(_with_cosines(answer.words))


@_print.register
def _(answer: AnalogyWords) -> None:
    print_rows(_with_cosines(answer.words))
    expected = answer.question.expected
    if expected is None:
        return
    if answer.rank is None or answer.score is None:
        show(f"  expected {expected}: not an answer, for it is one of the words asked about")
    else:
        show(f"  expected {expected}: place {answer.rank:,} ({answer.score:.3f})")


@_print.register
def _(answer: TwoWords) -> None:
    a, b = answer.question.words
    show(f"  cosine {answer.cosine:.3f}")
    show(f"  {b} is number {answer.rank_of_b:,} of the nearest words of {a}")
    show(f"  {a} is number {answer.rank_of_a:,} of the nearest words of {b}")
    show(f"  shared by the {answer.among:,} nearest words of both: {answer.n_shared:,}")
    print_rows(
        (f"  {one.word}", (f"{one.cosine_a:6.3f}", f"{one.cosine_b:6.3f}")) for one in answer.shared
    )


@_print.register
def _(answer: AxisWords) -> None:
    a, b = answer.ends
    rows: list[Row] = [*_signed((b, *answer.to_b)), ("...", ())]
    if answer.placed:
        rows += [*_signed(reversed(answer.placed)), ("...", ())]
    print_rows([*rows, *_signed((*reversed(answer.to_a), a))])
    show(f"  of the {answer.searched:,} most frequent words")


@_print.register
def _(answer: OddWord) -> None:
    print_rows(
        (one.word, (f"{one.score:6.3f}", *(("odd one out",) if one is answer.odd else ())))
        for one in answer.words
    )


@_print.register
def _(answer: Matches) -> None:
    print_rows(
        (one.word, () if one.count is None else (f"{one.count:>10,}",)) for one in answer.words
    )
    tokens = "" if answer.n_tokens is None else f", which occur {answer.n_tokens:,} times"
    show(f"  {answer.n_words:,} of {answer.searched:,} words{tokens}")
    if not answer.is_complete:
        show(f"  the time was over after these, the most frequent of {answer.total:,} words")


def _with_cosines(words: Sequence[Near]) -> Iterable[Row]:
    """Words with their cosines and, where they are known, their counts."""
    counts = {one.word: "" if one.count is None else f"{one.count:,}" for one in words}
    width = max(map(len, counts.values()), default=0)
    return ((one.word, (f"{one.score:6.3f}", f"{counts[one.word]:>{width}}")) for one in words)


def _signed(words: Iterable[Near]) -> Iterable[Row]:
    return ((one.word, (f"{one.score:+6.3f}",)) for one in words)
