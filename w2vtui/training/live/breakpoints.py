"""Breakpoints on meaning: text that says when a run is to pause.

    queen first in king - man + woman       churn < 5 %        probe < 2.5       epoch 3
    queen in top 5 of king - man + woman    settled > 60 %     probe up 3 times  tokens 5M
    paris leaves top 10 of rome             analogies > 30 %   loss > 5          minutes 10
    paris leaves rome's top 10              pairs > 0.5        hits > 20 %

Keywords in any case; words and queries as the corpus spells them. `probe up 3 times` counts
measurements in a row, as defined by `has_risen`. A word can leave only where it has been.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple, cast, get_args

from w2vtui.display import safe_text
from w2vtui.errors import SettingsError
from w2vtui.training.live.conditions import (
    SHARES,
    Condition,
    Counter,
    Leaves,
    Level,
    Measure,
    Near,
    Reaches,
    Rises,
)

_LIKE = 0.6
"""Words that are less alike, 0..1, are different words."""
MOST_TOP = 100
"""A word farther down than this is not near."""
MOST_TIMES = 1_000
MOST_COUNTED = 1e15


class Form(NamedTuple):
    """One way to write a condition."""

    pattern: str
    example: str

    @property
    def keywords(self) -> list[str]:
        """The words of the pattern that stay as they are."""
        return [word for word in self.pattern.split() if word.islower()]


_FIRST = Form("WORD first in QUERY", "queen first in king - man + woman")
_TOP = Form("WORD in top N of QUERY", "queen in top 5 of king - man + woman")
_LEAVES = Form("WORD leaves top N of QUERY", "paris leaves top 10 of rome")
_RISES = Form("probe up N times", "probe up 3 times")
_LEVELS: dict[Measure, Form] = {
    "churn": Form("churn < N %", "churn < 5 %"),
    "settled": Form("settled > N %", "settled > 60 %"),
    "analogies": Form("analogies > N %", "analogies > 30 %"),
    "hits": Form("hits > N %", "hits > 20 %"),
    "probe": Form("probe < N", "probe < 2.5"),
    "loss": Form("loss > N", "loss > 5"),
    "pairs": Form("pairs > N", "pairs > 0.5"),
}
_COUNTS: dict[Counter, Form] = {
    "epoch": Form("epoch N", "epoch 3"),
    "tokens": Form("tokens N", "tokens 5M"),
    "minutes": Form("minutes N", "minutes 10"),
}
FORMS = (_FIRST, _TOP, _LEAVES, _RISES, *_LEVELS.values(), *_COUNTS.values())
"""Every way, for help texts."""

_SIGNS = {"+": "+", "-": "-", "\N{MINUS SIGN}": "-"}
_RANGES = {"pairs": (-1.0, 1.0)} | dict.fromkeys(SHARES, (0.0, 100.0))
_FACTORS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "b": 10**9}
_NUMBER = re.compile(
    r"(-?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?)\s*([^\d\s]*)",
    re.ASCII | re.IGNORECASE,
)
_LEVEL = re.compile(r"([a-z]+)\s*([<>])\s*(.+)", re.IGNORECASE)
_COUNT = re.compile(r"(epoch|tokens|minutes)\b\s*(>?)\s*(.+)", re.IGNORECASE)


def parse(text: str) -> Condition:
    """The condition that a text describes.

    Raises:
        SettingsError: it is not a condition, or can never hold; names the nearest form.
    """
    parts = text.split()
    joined = " ".join(parts)
    keyword = parts[1].lower() if len(parts) > 1 else ""
    if keyword in ("first", "in", "leaves"):
        return _of_word(parts, keyword)
    if joined.lower().startswith("probe up "):
        return _rises(parts)
    if counted := _COUNT.fullmatch(joined):
        return _count(counted)
    if levelled := _LEVEL.fullmatch(joined):
        return _level(levelled)
    what = f"'{safe_text(joined, 60)}' is not a condition" if parts else "no condition is given"
    raise _refusal(what, _nearest_form(parts))


def _of_word(parts: Sequence[str], keyword: str) -> Condition:
    """`queen first in QUERY`, `queen in top 5 of QUERY`, `paris leaves top 10 of QUERY`."""
    word, rest = parts[0], parts[2:]
    form = {"first": _FIRST, "in": _TOP, "leaves": _LEAVES}[keyword]
    low = [part.lower() for part in rest]
    n, query = "1", rest[1:]
    if keyword == "first":
        understood = low[:1] == ["in"]
    elif low[:1] == ["top"] and low[2:3] == ["of"]:
        understood, n, query = True, rest[1], rest[3:]
    elif keyword == "leaves" and low[-2:-1] == ["top"] and _owns(low[:-2]):
        understood, n, query = True, rest[-1], [*rest[:-3], rest[-3][:-2]]
    else:
        understood = False
    if not understood:
        raise _refusal(f"'{safe_text(' '.join(parts), 60)}' is not understood", form)
    asked, named = _query(query)
    if not named:
        raise _refusal("the query names no word", form)
    if word in named:
        raise _refusal(f"{safe_text(word, 40)} is part of the query, and never near it", form)
    top = int(_counted(n, 1, MOST_TOP, f"top must be 1 to {MOST_TOP} words", form))
    return Leaves(word, top, asked) if keyword == "leaves" else Near(word, top, asked)


def _owns(parts: Sequence[str]) -> bool:
    """Whether the last part is a genitive: `rome's`."""
    return bool(parts) and parts[-1].endswith(("'s", "’s"))


def _query(parts: Sequence[str]) -> tuple[str, list[str]]:
    """A query with a sign between any two words, and its words.

    Signs are read as by `w2vtui.vectors.parse_query`.
    """
    shown, named, sign = [], [], "+"
    for part in parts:
        if part in _SIGNS:
            sign = _SIGNS[part]
        elif part:
            shown += [sign, part]
            named.append(part)
            sign = "+"
    return " ".join(shown[1:] if shown[:1] == ["+"] else shown), named


def _rises(parts: Sequence[str]) -> Condition:
    """`probe up 3 times`."""
    times, unit = parts[2], " ".join(parts[3:]).lower()
    if unit not in ("", "time", "times"):
        raise _refusal(f"'{safe_text(unit, 40)}' is not understood", _RISES)
    wanted = f"probe up must be 1 to {MOST_TIMES:,} times"
    return Rises(int(_counted(times, 1, MOST_TIMES, wanted, _RISES)))


def _level(found: re.Match[str]) -> Condition:
    """`churn < 5 %`, `pairs > 0.5`."""
    name = found[1].lower()
    if name not in get_args(Measure):
        what = f"'{safe_text(found[1], 40)}' is not a measure of a run"
        raise _refusal(what, _nearest_form([found[1]]))
    measure, sign = cast(Measure, name), cast(Literal["<", ">"], found[2])
    form = _LEVELS[measure]
    number, unit = _number(found[3], form)
    limit = float(number)
    if measure in SHARES and unit != "%":
        raise _refusal(f"{measure} is a share: '{safe_text(found[3], 40)}' needs a % sign", form)
    if measure not in SHARES and unit:
        raise _refusal(f"{measure} has no unit, got '{safe_text(unit, 40)}'", form)
    low, high = _RANGES.get(measure, (0.0, math.inf))
    reachable = low < limit <= high if sign == "<" else low <= limit < high
    if not reachable or not math.isfinite(limit):
        lies = f"{low:g} or more" if high == math.inf else f"{low:g} to {high:g}"
        raise _refusal(
            f"{measure} is {lies}{' %' * (unit == '%')}: {found[0]} can never hold", form
        )
    return Level(measure, sign, limit)


def _count(found: re.Match[str]) -> Condition:
    """`epoch 3`, `tokens > 5,000,000`, `minutes 10`."""
    counter = cast(Counter, found[1].lower())
    form = _COUNTS[counter]
    if counter == "minutes":
        minutes, unit = _number(found[3], form)
        if unit or not 0 < minutes <= MOST_COUNTED:
            raise _refusal(
                f"minutes must be a number above 0, got '{safe_text(found[3], 40)}'", form
            )
        return Reaches(counter, float(minutes))
    if counter == "epoch" and found[2]:
        raise _refusal("epoch takes no >: it holds when the epoch begins", form)
    wanted = f"{counter} must be a whole number from 1"
    scaled = counter == "tokens"
    return Reaches(counter, _counted(found[3], 1, MOST_COUNTED, wanted, form, scaled=scaled))


def _counted(
    text: str, low: float, high: float, wanted: str, form: Form, *, scaled: bool = False
) -> int:
    """A whole number within a range; where `scaled`, 5M is 5,000,000."""
    value, unit = _number(text, form)
    factor = _FACTORS.get(unit.lower()) if scaled or not unit else None
    if factor is not None and value <= high and low <= value * factor <= high:
        exact = value * factor
        if exact == exact.to_integral_value():
            return int(exact)
    raise _refusal(f"{wanted}, got '{safe_text(text, 40)}'", form)


def _number(text: str, form: Form) -> tuple[Decimal, str]:
    """The number that a text begins with, and what follows it."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise _refusal(f"'{safe_text(text, 40)}' is not a number", form)
    return Decimal(found[1].replace(",", "")), found[2]


def _nearest_form(parts: Sequence[str]) -> Form:
    """The form with most of whose keywords a text agrees, misspelled or not."""
    low = [part.lower() for part in parts if not _NUMBER.fullmatch(part)]

    def likeness(form: Form) -> float:
        near = [
            max((difflib.SequenceMatcher(None, word, part).ratio() for part in low), default=0.0)
            for word in form.keywords
        ]
        meant = [ratio for ratio in near if ratio >= _LIKE]  # `queen` is no misspelled `churn`
        return sum(meant) / max(len(near), len(low))

    return max(FORMS, key=likeness)


def _refusal(what: str, form: Form) -> SettingsError:
    return SettingsError(f"{what}: write {form.pattern}, such as {form.example}")
