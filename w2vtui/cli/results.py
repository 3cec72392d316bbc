"""Results on stdout: words with their cosines, and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from w2vtui.cli.output import show
from w2vtui.display import cell_width, pad, safe_text
from w2vtui.errors import SettingsError
from w2vtui.vectors import WordVectors, parse_query

Found = Sequence[tuple[str, float]]
"""Words with their cosines, nearest first."""


def nearest_words(vectors: WordVectors, query: str, n: int) -> Found:
    """The n words nearest to a word, or to a sum such as `king - man + woman`.

    Raises:
        SettingsError: the query holds no word.
        UnknownWordError: a word has no vector.
    """
    if query in vectors:
        return vectors.most_similar(query, topn=n)
    added, taken = parse_query(query)
    if not added and not taken:
        raise SettingsError(f"no word in {safe_text(query)!r}: give a word or a sum of words")
    return vectors.most_similar(positive=added, negative=taken, topn=n)


def print_neighbors(vectors: WordVectors, query: str, n: int) -> None:
    """Print a query and its n nearest words, one per line; raises as `nearest_words` does."""
    print_found(query, nearest_words(vectors, query, n))


def print_found(title: str, found: Found) -> None:
    """Print a title, and each word with its cosine on a line of its own."""
    show(title)
    width = max((cell_width(safe_text(word)) for word, _ in found), default=0)
    for word, cosine in found:
        show(f"  {pad(safe_text(word), width)}  {cosine:6.3f}")


def print_json(value: Any) -> None:
    """Print a value as JSON: letters as they are, characters that cannot be seen escaped."""
    text = json.dumps(value, ensure_ascii=False)
    # JSON's own characters are printable: any other character is inside a string.
    show("".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text))
