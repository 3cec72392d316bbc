"""The query line of Explore and of the command line: a question about words, from one line of text.

    rome                              nearest words
    paris - france + italy            nearest words of a sum
    man:king::woman:?                 an analogy; with a word in place of ?, its rank as well
    coffee | tea                      two words compared
    man -> woman                      the words along an axis
    !breakfast cereal dinner lunch    the odd one out
    /^new/                            words that match a regular expression; /^new/i in any case

Tokens may contain any of these signs. So `+ - | ->` count between blanks, and a token that is in
the vocabulary is always a word. A line that begins with `+` and a blank is always a sum.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from itertools import pairwise, product
from typing import TypeAlias

from w2vtui.display import safe_text
from w2vtui.errors import QuestionError
from w2vtui.exploring.forms import (
    ASKED,
    COMPARED,
    ODD,
    SEARCHED,
    TO,
    Analogy,
    Axis,
    Comparison,
    Nearest,
    OddOneOut,
    Question,
    Search,
)
from w2vtui.vectors import SIGNS, parse_query

__all__ = [
    "Analogy",
    "Axis",
    "Comparison",
    "Nearest",
    "OddOneOut",
    "Question",
    "Search",
    "odd_one_out",
    "parse_question",
]

Four: TypeAlias = tuple[str, str, str, str]

LEAST_ODD = 3
"""Words that one of is the odd one out."""

_JOINED = (
    re.compile(r"(\|)"),
    re.compile("(->|\N{RIGHTWARDS ARROW})"),
    re.compile("([+\\-\N{MINUS SIGN}])"),
)
"""Signs that stand between words without blanks, where the words are known."""


def parse_question(text: str, vocabulary: Container[str] = ()) -> Question:
    """What a line asks.

    vocabulary   tokens that are words, whatever signs they contain; signs between known words
                 count without blanks too

    Raises:
        QuestionError: it asks nothing, or something else than a form of question takes.
    """
    if text in vocabulary:
        return Nearest((text,))
    text = text.strip()
    if not text:
        raise QuestionError(
            "no word in '': type one, as `rome`, or a question, as `paris - france + italy`"
        )
    if text in vocabulary:
        return Nearest((text,))
    first = text.split(maxsplit=1)[0]
    if first not in vocabulary or first in (ODD, SEARCHED):
        if first.startswith(ODD):
            return odd_one_out(text[len(ODD) :].split())
        if (search := _search(text)) is not None:
            return search
    if first != "+" and "::" in text and (analogy := _analogy(text, vocabulary)) is not None:
        return analogy
    return _two_words_or_sum(text, vocabulary)


def odd_one_out(words: Iterable[str]) -> OddOneOut:
    """The question which of several words does not belong to the others.

    Raises:
        QuestionError: there are fewer than three different words.
    """
    different = tuple(dict.fromkeys(words))
    if len(different) < LEAST_ODD:
        raise QuestionError(
            f"the odd one out is one of {LEAST_ODD} different words or more, as in "
            f"`!breakfast cereal dinner lunch`, got {len(different)}"
        )
    return OddOneOut(different)


def _search(text: str) -> Search | None:
    """The search that a line is: /pattern/, /pattern/i, or one token that begins with a slash."""
    whole = re.fullmatch(r"/(.*)/([iI]?)", text)
    if whole is None and (text == SEARCHED or not text.startswith(SEARCHED) or " " in text):
        return None
    pattern = (whole[1] if whole else text[1:]).strip()
    if not pattern:
        raise QuestionError("nothing to search for between the slashes: type a part of a word, "
                            "or a regular expression, as `/^new/`")  # fmt: skip
    search = Search(pattern, bool(whole and whole[2]))
    search.compiled()
    return search


# ---- analogies


def _analogy(text: str, vocabulary: Container[str]) -> Analogy | None:
    """The analogy of a line with `::`; None if that is part of a word, as in std::vector.

    Raises:
        QuestionError: it is not four words, or can be read in several ways.
    """
    tokens = text.split()
    if all(token in vocabulary for token in tokens if "::" in token) and "::" not in tokens:
        return None
    readings = [
        (*left, *right)
        for before, after in _halves(text, "::")
        for left, right in product(_pairs(before), _pairs(after, may_lack=True))
    ]
    if not readings:
        if len(tokens) == 1 and ":" not in text.replace("::", ""):
            return None
        raise QuestionError(
            f"an analogy is two pairs of words, as `man:king::woman:?`, got {safe_text(text, 60)!r}"
        )
    known = [four for four in readings if all(w == ASKED or w in vocabulary for w in four)]
    found = known or _most_apart(text, readings)
    if len(found) > 1:
        raise QuestionError(
            f"the colons of {safe_text(text, 60)!r} can be read in {len(found)} ways: put blanks "
            "around those between the words, as `a : b :: c : ?`"
        )
    return _with_place(found[0], vocabulary)


def _halves(text: str, sign: str) -> Iterator[tuple[str, str]]:
    """Each way to cut a text at a sign, with something on both sides."""
    for found in re.finditer(f"(?={re.escape(sign)})", text):
        before, after = text[: found.start()].strip(), text[found.start() + len(sign) :].strip()
        if before and after:
            yield before, after


def _pairs(text: str, may_lack: bool = False) -> list[tuple[str, str]]:
    """Each way to cut a text into two words; with `may_lack`, the second may be left out."""
    pairs = [(a, b) for a, b in _halves(text, ":") if not a.endswith(":") and not b.startswith(":")]
    if not pairs and may_lack:
        pairs = [(text.rstrip(": "), ASKED)]
    return [pair for pair in pairs if all(pair) and len(pair[0].split() + pair[1].split()) == 2]


def _most_apart(text: str, readings: list[Four]) -> list[Four]:
    """The readings whose signs stand between blanks, if any do; else all."""
    tokens = set(text.split())
    apart = [four for four in readings if tokens.issuperset(set(four) - {ASKED})]
    return apart or readings


def _with_place(four: Four, vocabulary: Container[str]) -> Analogy:
    """The analogy of four words, with what is asked at the last question mark."""
    places = [place for place, word in enumerate(four) if word == ASKED]
    if len(places) > 1 and ASKED not in vocabulary:
        raise QuestionError(
            f"an analogy has one word to find, got {len(places)} question marks: "
            "give the other three, as `man:king::woman:?`"
        )
    a, b, c, d = (None if places[-1:] == [place] else word for place, word in enumerate(four))
    return Analogy(a, b, c, d)


# ---- two words, sums


def _two_words_or_sum(text: str, vocabulary: Container[str]) -> Question:
    line = " ".join(_spread(token, vocabulary) for token in text.split())
    tokens = line.split()
    signs = [token for token in tokens if token == COMPARED or token in TO]
    if signs and tokens[0] != "+":
        return _two_words(line, signs, vocabulary)
    added, taken = parse_query(line)
    if not added and not taken:
        raise QuestionError(
            f"no word in {safe_text(text, 60)!r}: type a word or a sum, as `king - man + woman`"
        )
    for sign, after in pairwise([*tokens, ""]):
        if sign in SIGNS and (not after or after in SIGNS):
            raise QuestionError(
                f"no word after the {sign} in {safe_text(text, 60)!r}: type one, as in "
                "`king - man + woman`, or drop the sign"
            )
    return Nearest(tuple(added), tuple(taken))


def _two_words(line: str, signs: list[str], vocabulary: Container[str]) -> Comparison | Axis:
    """The two words on the sides of `|` or `->`."""
    sides = [side.strip() for side in f" {line} ".split(f" {signs[0]} ")]
    what = "a comparison" if signs[0] == COMPARED else "an axis"
    example = "`coffee | tea`" if signs[0] == COMPARED else "`man -> woman`"
    if len(signs) > 1 or len(sides) != 2:
        raise QuestionError(f"{what} takes two words, as {example}, got {safe_text(line, 60)!r}")
    for side in sides:
        if side not in vocabulary and len(side.split()) != 1:
            found = f"got {safe_text(side, 40)!r}" if side else "one is missing"
            raise QuestionError(f"{what} takes one word on each side, as {example}: {found}")
    return (Comparison if signs[0] == COMPARED else Axis)(sides[0], sides[1])


def _spread(token: str, vocabulary: Container[str]) -> str:
    """A token with blanks around its signs, if it is not a word but the parts between them are."""
    if token in vocabulary or token in (*SIGNS, COMPARED, *TO):
        return token
    for signs in _JOINED:
        parts = signs.split(token)
        if len(parts) > 1 and all(part in vocabulary for part in parts[::2]):
            return " ".join(parts)
    return token
