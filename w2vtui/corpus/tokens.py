"""From distinct runs of text to tokens: case, punctuation, and all white space Unicode has."""

from __future__ import annotations

import re
import unicodedata

import numpy as np

from w2vtui.corpus.vocab import Split
from w2vtui.settings import CorpusSettings

# Between two letters these belong to the word: don't, jean-paul, and the zero-width joiners that
# Persian and the scripts of India need.
_INNER = "'\u2019\\-\u2010\u2011\u200c\u200d"

# \w has the letters and digits of every script, but also the underscore; a soft hyphen only says
# where a line may break.
_NOT_WORDS = {ord("_"): " ", 0xAD: None}


def split_lines(text: str, settings: CorpusSettings) -> Split:
    """The tokens of `text`, and how many each of its lines has; only a newline ends a line here.

    One search over many lines avoids an object per line, which would trigger Python's garbage
    collector again and again.
    """
    if settings.lowercase:
        text = text.lower()
    if settings.tokenizer == "words":
        text = text.translate(_NOT_WORDS)
        found = re.findall(f"{_word_pattern(text)}|\n", text)
    else:
        tokens = text.split()
        if tokens and "\n".join(tokens) == text:  # as most text is: each line is one token
            return tokens, np.ones(len(tokens), dtype=np.int64)
        found = re.findall(r"\S+|\n", text)
    is_end = np.array([token == "\n" for token in found], dtype=np.bool_)
    ends = np.concatenate([[-1], np.flatnonzero(is_end), [len(found)]])
    return [token for token in found if token != "\n"], np.diff(ends) - 1


def _word_pattern(text: str) -> str:
    r"""A pattern for words: runs of letters, digits and the combining marks that `text` has.

    Python's \w lacks combining marks, without which words of many scripts would be split. A mark
    does not begin a word: alone it is a remnant, such as the variation selector of an emoji.
    """
    marks = "".join(sorted(c for c in set(text) if unicodedata.category(c).startswith("M")))
    run = rf"\w[\w{marks}]*"
    return rf"{run}(?:[{_INNER}]{run})*"
