"""The forms of a question about words: what each asks, and the line that asks it."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from w2vtui.display import safe_text
from w2vtui.errors import QuestionError

COMPARED = "|"
TO = ("->", "\N{RIGHTWARDS ARROW}")
ODD, SEARCHED, ASKED = "!", "/", "?"


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest words of a word, or of a sum of words."""

    added: tuple[str, ...]
    taken: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The words asked about, in the order of the sum."""
        return self.added + self.taken

    @property
    def text(self) -> str:
        """The question as a line."""
        line = " + ".join(self.added)
        return f"{line} {' '.join(f'- {word}' for word in self.taken)}".strip()


@dataclass(frozen=True, slots=True)
class Analogy:
    """a is to b as c is to d. The place of None is asked; of four words, the last."""

    a: str | None
    b: str | None
    c: str | None
    d: str | None

    @property
    def words(self) -> tuple[str, ...]:
        """The three words that the fourth is found from."""
        four = (self.a, self.b, self.c, self.d)
        return tuple(word for word in four[: 4 if None in four else 3] if word is not None)

    @property
    def expected(self) -> str | None:
        """The right answer, where it is given."""
        return None if None in (self.a, self.b, self.c) else self.d

    @property
    def sum(self) -> Nearest:
        """The sum whose nearest word is the answer: b - a = d - c, solved for what is asked."""
        if self.a is None:
            added, taken = (self.b, self.c), self.d
        elif self.b is None:
            added, taken = (self.a, self.d), self.c
        elif self.c is None:
            added, taken = (self.a, self.d), self.b
        else:
            added, taken = (self.b, self.c), self.a
        return Nearest(tuple(word for word in added if word), (taken,) if taken else ())

    @property
    def text(self) -> str:
        """The question as a line, the expected word included."""
        a, b, c, d = (ASKED if word is None else word for word in (self.a, self.b, self.c, self.d))
        # blanks, where a colon of a word could be taken for one of the line
        between = " " if ":" in a + b + c + d else ""
        return f"{between}:{between}".join((a, f"{b}{between}::{between}{c}", d))


@dataclass(frozen=True, slots=True)
class _TwoWords:
    """Two words with a sign between them."""

    SIGN: ClassVar[str]

    a: str
    b: str

    @property
    def words(self) -> tuple[str, ...]:
        """The two words."""
        return self.a, self.b

    @property
    def text(self) -> str:
        """The question as a line."""
        return f"{self.a} {self.SIGN} {self.b}"


class Comparison(_TwoWords):
    """Two words: how near, and through which neighbors."""

    __slots__ = ()
    SIGN = COMPARED


class Axis(_TwoWords):
    """The direction from word a to word b."""

    __slots__ = ()
    SIGN = TO[0]


@dataclass(frozen=True, slots=True)
class OddOneOut:
    """Which of the words does not belong to the others."""

    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """The question as a line."""
        return f"{ODD}{' '.join(self.words)}"


@dataclass(frozen=True, slots=True)
class Search:
    """The words in which a regular expression is found."""

    pattern: str
    any_case: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """None: it is about all words."""
        return ()

    def compiled(self) -> re.Pattern[str]:
        """The regular expression.

        Raises:
            QuestionError: the pattern is not one.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # `[[` may mean another thing in a later Python
                return re.compile(self.pattern, re.IGNORECASE if self.any_case else 0)
        except (re.error, RecursionError, OverflowError) as error:
            raise QuestionError(
                f"/{safe_text(self.pattern, 40)}/ is not a regular expression: {error}; "
                "a backslash before a sign takes it as it is"
            ) from None

    @property
    def text(self) -> str:
        """The question as a line."""
        return f"{SEARCHED}{self.pattern}{SEARCHED}{'i' if self.any_case else ''}"


Question: TypeAlias = Nearest | Analogy | Comparison | Axis | OddOneOut | Search
