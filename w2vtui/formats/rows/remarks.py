"""What a reader of vectors left out or mended: how often, and where first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
    "repeated", "blank", "spaced", "cut", "recoded", "skipped", "unclear", "not held"
]

_SENTENCES: dict[Kind, tuple[str, str]] = {
    "repeated": ("word occurs a second time and is left out", "words occur again and are left out"),
    "blank": ("row has no word but a blank and is left out", "rows have no word and are left out"),
    "spaced": ("word contains white space", "words contain white space"),
    "cut": (
        "word is cut within a character (--encoding-errors ignore drops the rest of it)",
        "words are cut within a character (--encoding-errors ignore drops the rest of it)",
    ),
    "recoded": ("word is not UTF-8 and is changed", "words are not UTF-8 and are changed"),
    "skipped": ("row cannot be read and is left out", "rows cannot be read and are left out"),
    "unclear": (
        "word may have had a blank in it, and be followed by wrong numbers",
        "words may have had a blank in them, and be followed by wrong numbers",
    ),
    "not held": (
        "word cannot be held by the new layout and is left out",
        "words cannot be held by the new layout and are left out",
    ),
}
"""What is said of one, and of several."""


@dataclass(slots=True)
class Remarks:
    """Counts of what was left out or mended in one file, with the first case of each kind."""

    _counts: dict[Kind, int] = field(default_factory=dict)
    _first: dict[Kind, str] = field(default_factory=dict)
    _others: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether anything was left out or mended."""
        return bool(self._counts or self._others)

    def add(self, kind: Kind, first: str, n: int = 1) -> None:
        """Count n more of a kind; `first` says where, if none was counted yet."""
        self._counts[kind] = self._counts.get(kind, 0) + n
        self._first.setdefault(kind, first)

    def say(self, line: str) -> None:
        """Add a remark of another kind."""
        self._others.append(line)

    def clear(self) -> None:
        """Forget them all: the file is read again from its beginning."""
        self._counts.clear()
        self._first.clear()
        self._others.clear()

    def lines(self) -> list[str]:
        """A sentence for each kind that was counted, and the other remarks."""
        counted = [
            f"{n:,} {_SENTENCES[kind][n > 1]}: {'first ' if n > 1 else ''}{self._first[kind]}"
            for kind, n in self._counts.items()
        ]
        return counted + self._others
