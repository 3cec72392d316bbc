"""The examples of README.md and docs/*.md: fenced blocks of code.

A block that cannot be run has a comment on the line above it that says why:

    <!-- not run: opens the app -->

`python tools/page_blocks.py FOLDER` writes the Python blocks of each page as one module, with each
line at its own number, for a type checker.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = (*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md")
_FENCE = re.compile(r"^ {0,3}```")
_NOT_RUN = re.compile(r"<!-- not run: (.+) -->")
_LEFT_OUT = re.compile(r"<!-- not run\b")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page."""

    language: str
    """What stands after the fence; empty if nothing does."""
    line: int
    """The number of its first line of code in the page, from 1."""
    code: str
    reason: str
    """Why it is not run; empty if it is."""


def blocks_of(page: str) -> Iterator[Block]:
    """The fenced blocks of a page, in order.

    Raises:
        ValueError: a block without end, or a comment that gives no reason or no block.
    """
    lines = page.split("\n")
    place = 0
    while place < len(lines):
        if _LEFT_OUT.match(lines[place]):
            followed = place + 1 < len(lines) and _FENCE.match(lines[place + 1])
            if not _NOT_RUN.fullmatch(lines[place]) or not followed:
                raise ValueError(f"line {place + 1}: a reason, then a block on the next line")
        if not _FENCE.match(lines[place]):
            place += 1
            continue
        closing = (n for n in range(place + 1, len(lines)) if lines[n].strip() == "```")
        end = next(closing, None)
        if end is None:
            raise ValueError(f"line {place + 1}: a block without an end")
        above = _NOT_RUN.fullmatch(lines[place - 1]) if place else None
        yield Block(
            lines[place].strip("` "),
            place + 2,
            "\n".join(lines[place + 1 : end]) + "\n",
            above[1] if above else "",
        )
        place = end + 1


def as_module(blocks: Iterable[Block]) -> str:
    """The Python blocks that are run, each line at the number that it has in the page."""
    module = ""
    for block in blocks:
        if block.language == "python" and not block.reason:
            module += "\n" * (block.line - 1 - module.count("\n")) + block.code
    return module


def main(folder: Path) -> None:
    """Write the Python blocks of each page as a module of `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for page in PAGES:
        module = as_module(blocks_of(page.read_text(encoding="utf-8")))
        name = page.stem.lower().replace("-", "_") + ".py"
        (folder / name).write_text(module, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
