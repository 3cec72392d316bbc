"""Words worth showing: those to watch while a run trains, and to look up after it."""

from __future__ import annotations

from collections.abc import Sequence

WELL_KNOWN = (
    "king", "paris", "water", "mother", "winter", "horse", "bread", "five", "doctor", "music",
    "france", "good", "river", "house",
)  # fmt: skip
WORDS_OF_SAMPLE = ("king", "paris", "river", "bread", "walked")
"""Words of the bundled sample, each from another of its topics."""


_FREQUENT = 200_000
"""Words among which the well-known ones are, where there are any."""


def notable_words(words: Sequence[str], n: int) -> tuple[str, ...]:
    """At most `n` words: well-known ones, then words that are neither function words nor rare.

    words  the vocabulary, most frequent first
    """
    known = set(words[:_FREQUENT])
    chosen = [word for word in WELL_KNOWN if word in known]
    first, last = min(60, len(words) // 4), min(2000, max(len(words) // 2, len(words) // 4 + 1))
    content = [word for word in words[first:last] if word.isalpha() and 3 < len(word) < 13]
    n_missing = n - len(chosen)
    if n_missing > 0 and content:
        chosen += content[:: max(len(content) // n_missing, 1)][:n_missing]
    return tuple(dict.fromkeys(chosen or words[:n]))[:n]
