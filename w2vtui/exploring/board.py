"""The board of a person's own analogies: a file of lines, and their answers.

A line is as on the query line: `man:king::woman:queen`, or with `?` in place of a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from w2vtui.display import printable, safe_text
from w2vtui.errors import DiskError, QuestionError, UnknownWordError, VectorsError
from w2vtui.exploring.answers import AnalogyWords, Method
from w2vtui.exploring.asking import Asking, ask
from w2vtui.exploring.forms import Analogy
from w2vtui.exploring.limits import BOARD_WORDS
from w2vtui.exploring.questions import parse_question
from w2vtui.formats.atomic import atomic_write
from w2vtui.regular_files import TooLargeError, content_of
from w2vtui.vectors import WordVectors

MOST_QUESTIONS = 50
_MOST_BYTES = 1 << 20
STARTING = ("man:king::woman:queen",)
"""The board of who has none yet."""


@dataclass(frozen=True, slots=True)
class Row:
    """A question of the board with its answer."""

    line: str
    answer: AnalogyWords | None
    """None where there is none."""
    problem: str = ""
    """Why there is none."""


def read_board(path: Path | None) -> tuple[str, ...]:
    """The lines of a board; those to begin with where there is no file yet.

    Raises:
        DiskError: the file cannot be read.
    """
    try:
        content = None if path is None else content_of(path, _MOST_BYTES)
    except FileNotFoundError:
        content = None
    except (OSError, TooLargeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise DiskError(f"your analogies cannot be read from {printable(path)}: {why}") from error
    if content is None:
        return STARTING
    lines = (line.strip() for line in content.decode("utf-8", "replace").splitlines())
    return tuple(dict.fromkeys(filter(None, lines)))[:MOST_QUESTIONS]


def write_board(path: Path, lines: Sequence[str]) -> None:
    """Write the lines of a board.

    Raises:
        DiskError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DiskError(f"cannot create {printable(path.parent)}: {error.strerror}") from error
    with atomic_write(path) as file:
        file.write("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass"))


def analogy_of(line: str, vectors: WordVectors) -> Analogy:
    """The analogy of a line.

    Raises:
        QuestionError: it is not one.
    """
    question = parse_question(line, vectors)
    if not isinstance(question, Analogy):
        raise QuestionError(
            f"'{safe_text(line, 40)}' is not an analogy: type one such as man:king::woman:queen"
        )
    return question


def answer_board(
    vectors: WordVectors, lines: Sequence[str], method: Method = "3cosadd"
) -> tuple[Row, ...]:
    """The answers to the lines, among the most frequent words only: so the time is bounded."""
    return tuple(_answered(vectors, line, method) for line in lines)


def _answered(vectors: WordVectors, line: str, method: Method) -> Row:
    try:
        question = analogy_of(line, vectors)
        answer = ask(vectors, question, Asking(1, method, BOARD_WORDS))
    except UnknownWordError:
        words = (*question.words, question.expected)
        unknown = next(word for word in words if word is not None and word not in vectors)
        return Row(line, None, f"{safe_text(unknown, 40)} unknown")
    except (QuestionError, VectorsError) as error:
        return Row(line, None, str(error))
    assert isinstance(answer, AnalogyWords)
    return Row(line, answer)
