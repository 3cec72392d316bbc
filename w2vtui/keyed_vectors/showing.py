"""How vectors show themselves in a terminal and in a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from w2vtui.display import safe_text
from w2vtui.keyed_vectors.table import KeyedTable

_WORDS = 10
_LONGEST = 40


class Showing(KeyedTable):
    """Representations for Rich and for notebooks."""

    def __rich_repr__(self) -> Iterator[Any]:
        """The sizes and the first words, for Rich."""
        yield "words", len(self)
        yield "vector_size", self.vector_size
        yield "first", [safe_text(word, _LONGEST) for word in self.index_to_key[:_WORDS]]

    def _repr_html_(self) -> str:
        """A table of the first words, with their counts, for notebooks."""
        heading = f"{type(self).__name__}: {len(self):,} words × {self.vector_size}"
        rows = "".join(
            f"<tr><td>{escape(safe_text(word, _LONGEST))}</td>"
            f"<td style='text-align:right'>{self._count_text(row)}</td></tr>"
            for row, word in enumerate(self.index_to_key[:_WORDS])
        )
        more = len(self) - _WORDS
        rest = f"<tr><td colspan='2'>… and {more:,} more</td></tr>" if more > 0 else ""
        return (
            f"<table><caption>{escape(heading)}</caption>"
            f"<thead><tr><th>word</th><th>count</th></tr></thead><tbody>{rows}{rest}</tbody></table>"
        )

    def _count_text(self, row: int) -> str:
        return "" if self.counts is None else f"{self.counts[row]:,}"
