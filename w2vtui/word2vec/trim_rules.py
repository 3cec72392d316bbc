"""Rules of the caller's own that keep or drop words, whatever their counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from w2vtui.errors import SettingsError

RULE_DEFAULT = 0
"""Keep the word if it occurs min_count times or more."""
RULE_DISCARD = 1
"""Drop the word."""
RULE_KEEP = 2
"""Keep the word, however rare it is."""

TrimRule = Callable[[str, int, int], int]
"""From a word, its count and min_count to one of the three."""


def verdicts(
    rule: TrimRule | None, words: Sequence[str], counts: NDArray[np.int64], min_count: int
) -> NDArray[np.int8]:
    """What the rule says of each word: int8 (len(words),); RULE_DEFAULT without a rule.

    Raises:
        SettingsError: the rule is none of the three. What it raises passes through.
    """
    said = np.zeros(len(words), dtype=np.int8)
    if rule is None:
        return said
    for place, (word, count) in enumerate(zip(words, counts.tolist(), strict=True)):
        verdict = rule(word, count, min_count)
        if verdict not in (RULE_DEFAULT, RULE_DISCARD, RULE_KEEP):
            raise SettingsError(
                f"trim_rule must return RULE_DEFAULT, RULE_DISCARD or RULE_KEEP (0, 1 or 2), "
                f"got {verdict!r} for {word!r:.80}"
            )
        said[place] = verdict
    return said
