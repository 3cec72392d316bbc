"""Files of questions that vectors are scored on, and how they are read; loads nothing slow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

QuestionKind: TypeAlias = Literal["pairs", "analogies", "sessions"]

CONTEXT = 10
"""From how many items before it the last item of a session is guessed, by default."""


@dataclass(frozen=True, slots=True)
class QuestionOptions:
    """How files of questions are read, and what sessions ask."""

    pairs_columns: tuple[str, ...] = ()
    """The columns of two words and their score, by number, from 1, or by name; () finds them."""
    analogies_columns: tuple[str, ...] = ()
    """The columns of the four words, likewise; () for tables of four columns."""
    skip_bad_rows: bool = False
    """Whether lines that cannot be read are left out."""
    context: int = CONTEXT
    """From how many items before it the last item of a session is guessed."""
    repeats: bool = False
    """Whether that item may occur in the session before."""


@dataclass(frozen=True, slots=True)
class QuestionFiles:
    """Files of word pairs, analogies and sessions, and how they are read."""

    pairs: tuple[str, ...] = ()
    analogies: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    options: QuestionOptions = QuestionOptions()

    def __iter__(self) -> Iterator[str]:
        """All files."""
        return iter((*self.pairs, *self.analogies, *self.sessions))

    def still_there(self) -> QuestionFiles:
        """Those that exist."""
        pairs, analogies, sessions = (
            tuple(path for path in paths if Path(path).exists())
            for paths in (self.pairs, self.analogies, self.sessions)
        )
        return QuestionFiles(pairs, analogies, sessions, self.options)
