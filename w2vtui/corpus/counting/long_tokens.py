"""Leave out tokens that are too long to be words, while the text streams.

A file without white space, such as an archive with another ending, is one token; it would be held
in memory whole, and no file of vectors could hold it. The text keeps its length, so that places in
it stay true: a token that is left out becomes as many blanks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from w2vtui.settings import CorpusSettings

MOST_TOKEN_BYTES = 1 << 16
"""The longest token, in bytes of UTF-8."""

_SEARCHED_BYTES = 1 << 8
_WHITE = b"\t\n\v\f\r\x1c\x1d\x1e\x1f "
_ANY_WHITE = re.compile(b"[" + re.escape(_WHITE) + b"]")
_ALL_BLANKS = bytes.maketrans(_WHITE, b" " * len(_WHITE))
_UNICODE_WHITE = tuple(
    character.encode()
    for character in "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)
_PUNCTUATION = b'!"#$%&()*+,./:;<=>?@[\\]^_`{|}~'
"""Never in a word: neither the hyphen nor the apostrophe, which join two letters."""
_WIDE_PUNCTUATION = tuple(
    mark.encode() for mark in "\u3001\u3002\uff01\uff0c\uff0e\uff1a\uff1b\uff1f"
)
"""Of East Asian text, whose lines may be long."""


class LongTokens:
    """The tokens that are left out of one text, given to it piece by piece."""

    def __init__(self, settings: CorpusSettings) -> None:
        splits_words = settings.tokenizer == "words"
        self._wide = _UNICODE_WHITE + (_WIDE_PUNCTUATION if splits_words else ())
        """Sequences of bytes that no token holds."""
        narrow = _WHITE + (_PUNCTUATION if splits_words else b"")
        self._narrow = bytes.maketrans(narrow, b" " * len(narrow))
        self._ends = narrow + bytes({sequence[0] for sequence in self._wide})
        """The bytes that a token may end before."""
        self._is_inside = False
        """Whether the text so far ends within a token that is left out."""
        self.n_left_out = 0

    def blanked(self, text: bytes) -> bytes:
        """A piece of text with blanks in place of tokens that are too long.

        Its beginning may have been the end of the piece before. It ends with a whole character:
        one that is cut may separate tokens.
        """
        if self._is_inside:
            text = self._without_rest(text)
        if not self._is_inside and may_hold_long_ones(text):
            edited = bytearray(text)
            for first, past in _long_runs(text):
                edited[first:past], is_cut = self._shortened(text[first:past])
                self._is_inside = is_cut and past == len(text)
            text = bytes(edited)
        return text

    def _without_rest(self, text: bytes) -> bytes:
        """Text after a cut within a token that is left out: what is left of the token is too."""
        if len(text.translate(None, self._ends)) < len(text):
            end = self._separated(text).find(b" ")
            if end >= 0:
                self._is_inside = False
                return b" " * end + text[end:]
        return b" " * len(text)

    def _shortened(self, run: bytes) -> tuple[bytes, bool]:
        """A run without white space: its tokens, without those that are too long; and whether the
        last one is.
        """
        tokens = self._separated(run).split(b" ")
        is_cut = len(tokens[-1]) > MOST_TOKEN_BYTES
        for place, token in enumerate(tokens):
            if len(token) > MOST_TOKEN_BYTES:
                tokens[place] = b" " * len(token)
                self.n_left_out += 1
        return b" ".join(tokens), is_cut

    def _separated(self, text: bytes) -> bytes:
        """Text of the same length and the same tokens, with blanks alone between them."""
        for sequence in self._wide:
            text = text.replace(sequence, b" " * len(sequence))
        return text.translate(self._narrow)


def end_of_tokens(text: bytes) -> int:
    """Where the last white space of a text ends; 0 if there is none."""
    past = len(text)
    while past > 0:
        first = max(past - _SEARCHED_BYTES, 0)
        last = max(text.rfind(byte, first, past) for byte in _WHITE)
        if last >= 0:
            return last + 1
        past = first
    return 0


def remark(n_left_out: int) -> str:
    """What to say of tokens that were left out."""
    tokens = "1 token" if n_left_out == 1 else f"{n_left_out:,} tokens"
    verb = "was" if n_left_out == 1 else "were"
    return f"{tokens} of more than {MOST_TOKEN_BYTES:,} bytes {verb} left out: is all of it text?"


def may_hold_long_ones(text: bytes) -> bool:
    """Whether a run without white space may be too long: it would cover a window of half that."""
    size = MOST_TOKEN_BYTES // 2
    return any(
        _ANY_WHITE.search(text, first, first + size) is None
        for first in range(0, len(text) - size + 1, size)
    )


def _long_runs(text: bytes) -> Iterator[tuple[int, int]]:
    """Where runs without white space begin and end that are too long."""
    first = 0
    for run in text.translate(_ALL_BLANKS).split(b" "):
        past = first + len(run)
        if len(run) > MOST_TOKEN_BYTES:
            yield first, past
        first = past + 1
