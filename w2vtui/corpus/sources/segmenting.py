"""Tokenizers for text without blanks between its tokens: they put blanks there as it streams.

    characters   each character; what combines with it stays with it: combining marks, variation
                 selectors, skin tones, the parts of a flag, of a Hangul syllable, and of what
                 zero-width joiners join
    chinese      words, by jieba, without punctuation
    korean       morphemes, by kiwipiepy, without punctuation

A line stays a line. The two libraries are slow, a few hundred KB a second, so text passes in small
pieces: between two of them a stop is noticed and the progress seen.
"""

from __future__ import annotations

import logging
import re
import threading
import unicodedata
import warnings
from collections.abc import Callable, Iterable
from functools import cache
from importlib import metadata
from typing import Any

from w2vtui.corpus.sources.text_stream import Text, decoder_of, not_in_encoding
from w2vtui.errors import SettingsError
from w2vtui.extras import is_installed, missing
from w2vtui.settings import CorpusSettings

Segment = Callable[[str], str]
"""Text to text: blanks between its tokens, a line for each of its lines."""

PIECE_BYTES = 1 << 16
"""Bytes that are segmented together, but for the line that their end cuts off."""
_MOST_PENDING = 1 << 18
"""Bytes without a line end before text is cut within a line."""
_MOST_PIECE = 500
"""Characters that a library gets together: its tables grow with them."""

_PACKAGES = {"chinese": "jieba", "korean": "kiwipiepy"}
"""The libraries, by the tokenizer and the extra of the same name."""
_LINE_ENDS = re.compile("(\r\n|\n|\r)")
_PIECES = re.compile(rf"[^\s。，、；：？！…]{{1,{_MOST_PIECE}}}")
"""Of Chinese text; no word goes across such a mark."""
_SHORT_ENOUGH = re.compile(rf".{{1,{_MOST_PIECE}}}(?:\s|$)|\S{{1,{_MOST_PIECE}}}")
_IN_WORD = re.compile(r"[^\W_]")
"""What a token has that is not punctuation."""
_JAMO = "[\u1100-\u115f\ua960-\ua97c]+[\u1160-\u11a7\ud7b0-\ud7c6]*[\u11a8-\u11ff\ud7cb-\ud7fb]*"
_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
_EXTENDS = "\u200c\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"


def is_segmented(settings: CorpusSettings) -> bool:
    """Whether the tokenizer is one of those here, by which a text is read in another way."""
    return settings.tokenizer in ("characters", *_PACKAGES)


def is_slow(settings: CorpusSettings) -> bool:
    """Whether the tokenizer takes seconds for a megabyte."""
    return settings.tokenizer in _PACKAGES


def has_library(tokenizer: str) -> bool:
    """Whether the library of a tokenizer is installed, if it needs one."""
    return tokenizer not in _PACKAGES or is_installed(_PACKAGES[tokenizer])


def check_tokenizer(settings: CorpusSettings) -> None:
    """Refuse a tokenizer whose library is not installed.

    Raises:
        SettingsError: it is not; the message says how to install it.
    """
    if not has_library(settings.tokenizer):
        raise SettingsError(missing(f"tokenizer {settings.tokenizer}", settings.tokenizer))


def tokenizer_version(settings: CorpusSettings) -> str:
    """The version of the tokenizer's library, on which the tokens depend; else empty."""
    if settings.tokenizer not in _PACKAGES:
        return ""
    return metadata.version(_PACKAGES[settings.tokenizer])


def segment_of(settings: CorpusSettings) -> Segment | None:
    """What puts blanks between the tokens; None where the text has them.

    Raises:
        SettingsError: the library of the tokenizer is not installed.
    """
    check_tokenizer(settings)
    if settings.tokenizer == "characters":
        return by_character
    if settings.tokenizer == "chinese":
        return _by_jieba
    return _by_kiwi if settings.tokenizer == "korean" else None


class SegmentedText:
    """The text of a source with blanks between its tokens."""

    n_skipped = 0

    def __init__(self, text: Text, segment: Segment, settings: CorpusSettings) -> None:
        self.name = text.name
        self._text = text
        self._segment = segment
        self._encoding = settings.encoding
        decoded = decoder_of(settings) is not None  # a half of a pair may be left
        self._errors = "replace" if decoded else settings.encoding_errors
        self._rest = b""
        self._n_taken = 0

    @property
    def n_done(self) -> int:
        """Bytes of the file read so far."""
        return self._text.n_done

    @property
    def remarks(self) -> list[str]:
        """What was left out."""
        return self._text.remarks

    def read(self, n_bytes: int) -> bytes:
        """The next tokens, about as many bytes as asked for or fewer; none at the end.

        Raises:
            CorpusError: the source cannot be read, or is not in the encoding.
        """
        while True:
            block = self._text.read(min(n_bytes, PIECE_BYTES))
            text = self._rest + block
            end = len(text) if not block else _whole(text)
            self._rest = text[end:]
            segmented = self._segment(self._decoded(text[:end]))
            if segmented or not block:
                return f"{segmented} ".encode() if segmented else b""

    def _decoded(self, text: bytes) -> str:
        try:
            decoded = text.decode("utf-8", self._errors)
        except UnicodeDecodeError as error:
            at = self._n_taken + error.start + self._text.n_skipped
            raise not_in_encoding(self.name, self._encoding, error, at) from None
        self._n_taken += len(text)
        return decoded


def _whole(text: bytes) -> int:
    """Where the last whole line ends; that of the last whole character if a line is too long."""
    end = max(text.rfind(b"\n"), text.rfind(b"\r", 0, -1)) + 1
    if end or len(text) < _MOST_PENDING:
        return end
    end = max(text.rfind(b" "), text.rfind("。".encode()) + 2) + 1
    if end < 3:
        end = len(text) - 1
        while end > 0 and text[end] & 0xC0 == 0x80:
            end -= 1
    return end


# ---- characters


def by_character(text: str) -> str:
    """Put blanks between the characters of a text; white space but line ends is dropped."""
    return " ".join(re.findall(_character_pattern(text), text))


def _character_pattern(text: str) -> str:
    """A pattern for characters with the combining marks that the text has."""
    marks = "".join(sorted(c for c in set(text) if unicodedata.category(c).startswith("M")))
    extended = f"[{_EXTENDS}{marks}]*"
    return rf"[\r\n]|(?:{_FLAG}|{_JAMO}|\S){extended}(?:\u200d+[^\s\u200d]{extended})*\u200d*"


# ---- words and morphemes, by libraries

_lock = threading.Lock()
"""Held while a library is loaded, for two threads may read at once."""


def _by_jieba(text: str) -> str:
    cut = _jieba()
    lines = (
        (word for piece in _PIECES.findall(line) for word in cut(piece))
        for line in _LINE_ENDS.split(text)[::2]
    )
    return _in_lines(lines)


def _by_kiwi(text: str) -> str:
    analyze = _kiwi()
    lines = [_SHORT_ENOUGH.findall(line) for line in _LINE_ENDS.split(text)[::2]]
    results = iter(analyze([piece for pieces in lines for piece in pieces]))
    return _in_lines([token.form for _ in pieces for token in next(results)] for pieces in lines)


def _in_lines(lines: Iterable[Iterable[str]]) -> str:
    return "\n".join(" ".join(filter(_IN_WORD.search, tokens)) for tokens in lines)


@cache
def _jieba() -> Callable[[str], Iterable[str]]:
    with _lock:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import jieba
        jieba.setLogLevel(logging.CRITICAL)  # it writes to stderr, where a screen may be
        tokenizer = jieba.Tokenizer()
        # It would load what anybody may have put into the folder of temporary files.
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
        tokenizer.initialized = True
        cut: Callable[[str], Iterable[str]] = tokenizer.cut
        return cut


@cache
def _kiwi() -> Callable[[list[str]], Iterable[Any]]:
    with _lock:
        from kiwipiepy import Kiwi

        analyze: Callable[[list[str]], Iterable[Any]] = Kiwi().tokenize
        return analyze
