"""Tables of tab-separated values, whatever the words in them hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from w2vtui.display import safe_text


def tsv(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows of cells as UTF-8, the names of the columns first.

    A tab, a line end, an escape sequence or half a surrogate pair in a cell is escaped, as on the
    screens: a row is always one line of as many cells.
    """
    return "".join("\t".join(map(safe_text, row)) + "\n" for row in rows).encode()
