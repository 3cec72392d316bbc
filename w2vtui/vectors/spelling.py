"""Words spelled like another, for `did you mean`."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MOST_COMPARED = 500_000
"""Words that are compared, the first ones."""
LONGEST_CORRECTED = 48
"""Letters of a word; longer ones are not looked for."""


def near_spellings(word: str, words: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of the words spelled like `word`, and by how many edits each differs: int64 (n,) both.

    Case and Unicode form do not count; 2 edits at most, 1 for up to 4 letters, none for a single
    one, which any other would replace. `word` itself is left out. Of more than 500,000 words the
    first are looked at.
    """
    words = words[:MOST_COMPARED]
    wanted = _folded(word)
    if not wanted or len(wanted) > LONGEST_CORRECTED:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    most = min(len(wanted) - 1, 1 if len(wanted) <= 4 else 2)
    rows, spellings = [], []
    for row, spelling in enumerate(map(_folded, words)):
        if abs(len(spelling) - len(wanted)) <= most and words[row] != word:
            rows.append(row)
            spellings.append(spelling)
    edits = edit_distances(wanted, spellings)
    return np.asarray(rows, dtype=np.int64)[edits <= most], edits[edits <= most]


def edit_distances(word: str, others: Sequence[str]) -> NDArray[np.int64]:
    """Edits (insert, delete, replace, swap neighbors) from `word` to each of `others`, (n,).

    The textbook's table, a row a letter of `word`, each cell for all of `others` at once.
    Damerau 1964, "A technique for computer detection and correction of spelling errors".
    """
    lengths = np.fromiter(map(len, others), dtype=np.int64, count=len(others))
    longest = int(lengths.max(initial=0))
    # letters[j] is letter j of each of `others`, 0 past its end: what is there is never read
    letters = np.zeros((longest, len(others)), dtype=np.uint32)
    letters.T[np.arange(longest) < lengths[:, None]] = _code_points("".join(others))
    wanted = _code_points(word)
    two_up = up = np.empty(0, dtype=np.uint16)
    row = np.repeat(np.arange(longest + 1, dtype=np.uint16)[:, None], len(others), axis=1)
    for i, letter in enumerate(wanted, start=1):
        two_up, up, row = up, row, np.empty_like(row)
        row[0] = i
        for j in range(1, longest + 1):
            cell = np.minimum(up[j], row[j - 1]) + np.uint16(1)
            cell = np.minimum(cell, up[j - 1] + (letters[j - 1] != letter))
            if i > 1 and j > 1:
                swapped = (letters[j - 2] == letter) & (letters[j - 1] == wanted[i - 2])
                np.minimum(cell, two_up[j - 2] + np.uint16(1), out=cell, where=swapped)
            row[j] = cell
    return row[lengths, np.arange(len(others))].astype(np.int64)


def _code_points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _folded(word: str) -> str:
    folded = word.casefold()
    return folded if folded.isascii() else unicodedata.normalize("NFC", folded)
