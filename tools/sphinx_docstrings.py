"""Docstrings of this project as reST: they are plain text, with shapes in columns.

ids  int32 (n,)     a paragraph with columns becomes literal text
`name`              a literal
*, |, name_         themselves
Raises:             left to Napoleon
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

_COLUMNS = re.compile(r"^\s*\S.*?\S?\s{2,}\S")
_SECTION = re.compile(r"^(Args|Attributes|Example|Raises|Returns|Yields):$")
_LITERAL = re.compile(r"`([^`\n]+)`")


def as_rest(lines: list[str]) -> list[str]:
    """A plain docstring, without its common indent, as reST."""
    out: list[str] = []
    in_section = False
    for is_blank, group in groupby(lines, key=lambda line: not line.strip()):
        paragraph = list(group)
        if is_blank:
            out += paragraph
            continue
        if not paragraph[0].startswith(" "):
            in_section = bool(_SECTION.match(paragraph[0]))
        if in_section:
            out += [paragraph[0], *map(_plain, paragraph[1:])]
        elif _is_literal(paragraph):
            out += ["::", "", *("   " + line for line in paragraph)]
        else:
            out += map(_plain, paragraph)
    return out


def _is_literal(paragraph: list[str]) -> bool:
    """Whether a paragraph is set in columns, or is indented as a whole."""
    return any(map(_COLUMNS.match, paragraph)) or all(line.startswith(" ") for line in paragraph)


def _plain(line: str) -> str:
    """A line of prose with its literals marked and all else that reST would read escaped."""
    parts = _LITERAL.split(line)
    for place, part in enumerate(parts):
        if place % 2:
            parts[place] = f"``{part}``"
        else:
            parts[place] = re.sub(r"([\\*|]|(?<=\w)_(?=\W|$))", r"\\\1", part)
    return "".join(parts)


def _process(
    _app: Any, _what: str, _name: str, _object: Any, _options: Any, lines: list[str]
) -> None:
    lines[:] = as_rest(lines)


def setup(app: Any) -> dict[str, bool]:
    """Hand each docstring over before Napoleon (priority 500) reads it."""
    app.connect("autodoc-process-docstring", _process, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
