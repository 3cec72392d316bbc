"""Docstrings of this project as reST: they are plain text, with shapes in columns.

    ids  int32 (n,)     a paragraph with columns becomes literal text
    `name`              a literal
    *, |, name_         themselves
    Raises:             a list of errors

In signatures the types of arrays are written as they are in the source.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

_COLUMNS = re.compile(r"^\s*\S.*?\S?\s{2,}\S")
_LITERAL = re.compile(r"`([^`]+)`")
_ERROR = re.compile(r"^    (\w+): (.*)$")
_HOME = re.compile(r"~?\b(?:[a-z_]\w*\.)+(?=\w)")
_VALUE = re.compile(r"<(?:class '|built-in function )([\w.]+)'?>")
_ARRAY = re.compile(r"ndarray\[tuple\[Any, \.\.\.\], dtype\[(\w+(?:\[\w+\])?)\]\]")
_ARRAY_LIKE = re.compile(
    r"_Buffer \| _SupportsArray\[[\w\[]+\]\] \| _NestedSequence\[_SupportsArray\[[\w\[]+\]\]\]"
    r" \| complex \| bytes \|( str \|)? _NestedSequence\[complex \| bytes \| str\]"
)


def as_rest(lines: list[str]) -> list[str]:
    """A plain docstring, without its common indent, as reST."""
    out: list[str] = []
    for is_blank, group in groupby(lines, key=lambda line: not line.strip()):
        paragraph = list(group)
        if is_blank:
            out += paragraph
        elif paragraph[0] == "Raises:":
            out += _fields(_plain(paragraph[1:]))
        elif _is_literal(paragraph):
            out += ["::", "", *("   " + line for line in paragraph)]
        else:
            out += _plain(paragraph)
    return out


def _fields(lines: list[str]) -> list[str]:
    """The lines below `Raises:`, an error and its continuation lines each, as fields."""
    return [_ERROR.sub(r":raises \1: \2", line) for line in lines]


def _is_literal(paragraph: list[str]) -> bool:
    """Whether a paragraph is set in columns, or is indented as a whole."""
    return any(map(_COLUMNS.match, paragraph)) or all(line.startswith(" ") for line in paragraph)


def _plain(lines: list[str]) -> list[str]:
    """Lines of prose with their literals marked and all else that reST would read escaped."""
    parts = _LITERAL.split("\n".join(lines))
    for place, part in enumerate(parts):
        if place % 2:
            parts[place] = f"``{part}``"
        else:
            parts[place] = re.sub(r"([\\*|]|(?<=\w)_(?=\W|$))", r"\\\1", part)
    return "".join(parts).split("\n")


def _process(
    _app: Any, _what: str, _name: str, _object: Any, _options: Any, lines: list[str]
) -> None:
    lines[:] = as_rest(lines)


def short_types(signature: str) -> str:
    """A signature with the types of arrays as NDArray[...] and ArrayLike."""
    signature = _HOME.sub("", _VALUE.sub(r"\1", signature))
    return _ARRAY_LIKE.sub("ArrayLike", _ARRAY.sub(r"NDArray[\1]", signature))


def _process_signature(
    _app: Any, _what: str, _name: str, _object: Any, _options: Any, signature: str, returned: str
) -> tuple[str, str] | None:
    if not signature:
        return None
    return short_types(signature), short_types(returned or "")


def setup(app: Any) -> dict[str, bool]:
    """Read each docstring and signature that autodoc has found."""
    app.connect("autodoc-process-docstring", _process)
    app.connect("autodoc-process-signature", _process_signature)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
