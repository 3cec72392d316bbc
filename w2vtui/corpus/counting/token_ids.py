"""A number for each distinct token that comes from Python: a str, or an int that stands for one.

Tokens are joined to text, blanks between them, which the kernel of text files reads. What it would
read differently is escaped first: white space within a token, an empty one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus.counting.long_tokens import MOST_TOKEN_BYTES, may_hold_long_ones
from w2vtui.corpus.counting.type_table import TypeTable

_WHITE = "\t\n\v\f\r\x1c\x1d\x1e\x1f "
"""What the kernel splits text at."""
_ESCAPE = "\udcff"
"""Never in text that was decoded without errors; where a token has it, it is escaped too."""
_CODES = dict(zip(_WHITE + _ESCAPE, "abcdefghijk", strict=True))
_ESCAPED = {ord(character): _ESCAPE + code for character, code in _CODES.items()}
_EMPTY = _ESCAPE + "-"
_MEANT = {code: character for character, code in _CODES.items()} | {"-": ""}
_WHITE_BYTES, _ESCAPE_BYTES = _WHITE.encode(), _ESCAPE.encode("utf-8", "surrogatepass")


class TokenIds:
    """The distinct tokens, numbered in order of first appearance.

    The int 5 is the token "5". A token that is too long has the number of the empty one, which
    stands for no word.
    """

    def __init__(self) -> None:
        self._table = TypeTable()
        self.n_left_out = 0
        """Tokens that were too long."""

    def __len__(self) -> int:
        return len(self._table)

    def of(self, tokens: list[Any]) -> NDArray[np.int32]:
        """The numbers of tokens: (len(tokens),).

        Raises:
            TypeError: one is neither a str nor an int.
        """
        if tokens and not isinstance(tokens[0], str) and _are_ints(tokens):
            ints = np.array(tokens)
            if ints.dtype.kind in "iu":  # others are too large for an array
                return self.of_array(ints)
        text = _joined(tokens)
        return self._scanned(self._escaped(tokens) if text is None else text, len(tokens))

    def of_array(self, ints: NDArray[np.integer[Any]]) -> NDArray[np.int32]:
        """The numbers of an array (n,) of ints, of which only distinct ones become text."""
        distinct, places = np.unique(ints, return_inverse=True)
        text = " ".join(map(str, distinct.tolist())) + " "
        return self._scanned(text.encode(), len(distinct))[places]

    def tokens(self) -> Iterator[list[str]]:
        """The distinct tokens in order of their numbers, in batches. Only once all are there."""
        for _, encoded in self._table.texts():
            text = encoded.decode("utf-8", "surrogatepass")
            tokens = text.split("\n")
            yield [_meant(token) for token in tokens] if _ESCAPE in text else tokens

    def _scanned(self, text: bytes, n_tokens: int) -> NDArray[np.int32]:
        found, _ = self._table.scan(text, 0)
        assert len(found) == n_tokens, "a text of these tokens was joined"
        return np.maximum(found, ~found)

    def _escaped(self, tokens: list[Any]) -> bytes:
        """Any tokens as text."""
        parts = []
        for token in tokens:
            if not is_token(token):
                raise TypeError
            word = token if isinstance(token, str) else str(int(token))
            if _is_too_long(word):
                self.n_left_out += 1
                word = ""
            parts.append(word.translate(_ESCAPED) or _EMPTY)
        return f"{' '.join(parts)} ".encode("utf-8", "surrogatepass")


def is_token(token: object) -> bool:
    """Whether something can be a token: a str or an int, but not a truth value."""
    return isinstance(token, str | Integral) and not isinstance(token, bool | np.bool_)


def _are_ints(tokens: list[Any]) -> bool:
    return all(
        issubclass(kind, int | np.integer) and kind is not bool for kind in set(map(type, tokens))
    )


def _joined(tokens: list[Any]) -> bytes | None:
    """Tokens as text, if the text shows what they are; else None."""
    try:
        text = f"{' '.join(tokens)} ".encode("utf-8", "surrogatepass")
    except TypeError:
        return None
    n_white = len(text) - len(text.translate(None, _WHITE_BYTES))
    has_empty = text.startswith(b" ") or b"  " in text
    if n_white != len(tokens) or has_empty or _ESCAPE_BYTES in text or may_hold_long_ones(text):
        return None
    return text


def _meant(escaped: str) -> str:
    return re.sub(f"{_ESCAPE}(.)", lambda found: _MEANT[found[1]], escaped)


def _is_too_long(token: str) -> bool:
    if 4 * len(token) <= MOST_TOKEN_BYTES:  # a character takes at most 4 bytes
        return False
    return len(token.encode("utf-8", "surrogatepass")) > MOST_TOKEN_BYTES
