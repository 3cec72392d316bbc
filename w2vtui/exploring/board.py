"""The board of a person's own analogies: a file of lines, and their answers.

A line is as on the query line: `man:king::woman:queen`, or with `?` in place of a word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from w2vtui.display import printable, safe_text
from w2vtui.errors import DiskError, QuestionError, UnknownWordError, VectorsError
from w2vtui.exploring.answers import AnalogyWords, Method
from w2vtui.exploring.asking import Asking, ask
from w2vtui.exploring.forms import Analogy
from w2vtui.exploring.limits import BOARD_WORDS
from w2vtui.exploring.questions import parse_question
from w2vtui.files.regular_files import TooLargeError, content_of
from w2vtui.formats.drafts.atomic import atomic_write
from w2vtui.vectors import WordVectors

MOST_QUESTIONS = 50
_MOST_BYTES = 1 << 20
_AROUND = " \t\r\f\v\ufeff"
"""What an editor may leave around a line, and before the first one."""
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
    """The lines of a board, blank and repeated ones left out; those to begin with where there is no
    file yet.

    Raises:
        DiskError: the file cannot be read.
    """
    content = _content(path)
    try:
        return _lines_of(content.decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError:
        return _lines_of(content.decode("utf-8", "replace"))


def edit_board(path: Path, edits: Mapping[str, bool]) -> tuple[str, ...]:
    """Add and remove lines of a board as its file is now, and leave every other line as it is.

    edits   lines without a line end: True to add, False to remove

    Gives the lines that it then has.

    Raises:
        DiskError: the file cannot be read or written, is not UTF-8, or has no room for a line.
    """
    try:
        text = _content(path).decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise DiskError(
            f"{printable(path)} is not UTF-8 from byte {error.start + 1:,} on: save it as UTF-8, "
            "or move it away"
        ) from error
    kept = [line for line in text.split("\n") if edits.get(line.strip(_AROUND), True)]
    text = "\n".join(kept)
    there = _lines_of(text)
    added = [line for line, is_added in edits.items() if is_added and line not in there]
    if added and len(there) + len(added) > MOST_QUESTIONS:
        raise DiskError(
            f"{printable(path)} has {len(there):,} questions, and a board holds {MOST_QUESTIONS}: "
            "remove one first"
        )
    if text and not text.endswith("\n"):
        text += "\n"
    _write(path, text + "".join(f"{line}\n" for line in added))
    return (*there, *added)


def edited(lines: Sequence[str], edits: Mapping[str, bool]) -> tuple[str, ...]:
    """Lines with edits that could not be saved."""
    kept = [line for line in lines if edits.get(line, True)]
    return tuple(dict.fromkeys([*kept, *(line for line, is_added in edits.items() if is_added)]))


def _content(path: Path | None) -> bytes:
    """
    Raises:
        DiskError: the file cannot be read.
    """
    try:
        if path is not None:
            return content_of(path, _MOST_BYTES)
    except FileNotFoundError:
        pass
    except (OSError, TooLargeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise DiskError(f"your analogies cannot be read from {printable(path)}: {why}") from error
    return "".join(f"{line}\n" for line in STARTING).encode()


def _lines_of(text: str) -> tuple[str, ...]:
    lines = (line.strip(_AROUND) for line in text.split("\n"))
    return tuple(dict.fromkeys(filter(None, lines)))


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DiskError(f"cannot create {printable(path.parent)}: {error.strerror}") from error
    with atomic_write(path) as file:
        file.write(text.encode("utf-8", "surrogatepass"))


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
