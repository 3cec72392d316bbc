"""Which saved runs are listed, and in which order: `atlas done K=15 probe<3`, best probe first."""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from w2vtui.display import safe_text
from w2vtui.errors import SettingsError
from w2vtui.runs.listed.lineage import in_families
from w2vtui.runs.listed.table import HEADS, Column, ScoreKey, columns_of, figure_of, score_of

if TYPE_CHECKING:
    from w2vtui.runs.listed.status import RunStatus

Wanted = Callable[["RunStatus"], bool]
NEWEST = "newest"
STARRED = ("starred", "*")
TRIALS = ("trials", "trial")
_FIGURES: Mapping[str, Callable[[RunStatus], Any]] = {
    "probe": lambda run: run.probe_loss,
    "words/s": lambda run: run.mean_words_per_second or None,
    "trained": lambda run: run.seconds or None,
    "tokens": lambda run: run.tokens,
    "percent": lambda run: 100 * run.fraction,
    "state": lambda run: run.state,
    "text": lambda run: run.text,
    "name": lambda run: run.name,
    "parent": lambda run: run.parent,
    "note": lambda run: run.note,
}
_OTHER_NAMES = {"speed": "words/s", "time": "trained", "seconds": "trained", "lr": "alpha",
                "learning rate": "alpha",
                "dims": "vector_size", "size": "vector_size"}  # fmt: skip
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt,
    "<=": operator.le, ">=": operator.ge,
}  # fmt: skip
_TERM = re.compile(r"([^=<>!]+)(<=|>=|!=|=|<|>)(.*)")
_ORDERED = ("<", ">", "<=", ">=")


def wanted(text: str, runs: Sequence[RunStatus]) -> Wanted:
    """Whether a run is what a line asks for: every word of it holds.

    A word is part of a name, text, state or note, or a name that a run had; `starred`; `trials`,
    those of sweeps; or a comparison such as `window=10`, `K>5`, `probe<3`, `pairs>0.4`. With `!`
    before it, it must not hold.

    runs   all of them, whose scores can be compared with

    Raises:
        SettingsError: a comparison names no setting and no figure, or has no number.
    """
    columns = columns_of(runs)
    terms = [_term(word, columns) for word in text.split() if word != "!"]
    return lambda run: all(term(run) for term in terms)


def _term(word: str, columns: Sequence[Column]) -> Wanted:
    if word.startswith("!"):
        inner = _term(word[1:], columns)
        return lambda run: not inner(run)
    if word.casefold() in STARRED:
        return lambda run: run.starred
    if word.casefold() in TRIALS:
        return lambda run: run.sweep is not None
    found = _TERM.fullmatch(word)
    if found is None:
        part = word.casefold()
        return lambda run: (
            any(part in place.casefold() for place in _places(run)) or word in run.former_names
        )
    name, sign, value = found.groups()
    return _comparison(_value_of(name, columns), sign, value, word)


def _places(run: RunStatus) -> tuple[str, ...]:
    """Where a word is looked for."""
    return run.name, run.text, run.state, run.note, run.model, run.objective, run.parent or ""


def _comparison(value_of: Callable[[RunStatus], Any], sign: str, text: str, word: str) -> Wanted:
    """
    Raises:
        SettingsError: what is to be ordered is not a number.
    """
    compare = _COMPARISONS[sign]
    try:
        limit = float(text.removesuffix("%"))
    except ValueError:
        if sign in _ORDERED:
            found = f"'{safe_text(word, 40)}': a number stands after {sign}"
            raise SettingsError(f"{found}, got '{safe_text(text, 40)}'") from None
        return lambda run: compare(_plain(value_of(run)), text.casefold())

    def holds(run: RunStatus) -> bool:
        value = value_of(run)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return sign == "!=" or (sign == "=" and _plain(value) == text.casefold())
        return compare(value, limit)

    return holds


def _plain(value: Any) -> str:
    if value is None:
        return "none"
    return ("on" if value else "off") if isinstance(value, bool) else str(value).casefold()


def _value_of(name: str, columns: Sequence[Column]) -> Callable[[RunStatus], Any]:
    """What a name in a comparison stands for: a figure, a score or a setting.

    Raises:
        SettingsError: nothing has this name.
    """
    plain = _as_named(name)
    plain = _OTHER_NAMES.get(plain, plain)
    if plain in _FIGURES:
        return _FIGURES[plain]
    for column in columns:
        if column.score is not None and plain == _as_named(column.head):
            return _score_value(column.score)
    settings = {_as_named(one): name for name, head in HEADS.items() for one in (name, head)}
    if plain in settings:
        return lambda run: run.settings.get(settings[plain])
    heads = [column.head for column in columns if column.score is not None]
    known = [*_FIGURES, *heads, *HEADS.values()]
    near = difflib.get_close_matches(plain, [*known, *HEADS], n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    raise SettingsError(f"runs have no '{safe_text(name, 40)}' to compare: {hint}")


def _score_value(key: ScoreKey) -> Callable[[RunStatus], float | None]:
    return lambda run: figure_of(score_of(run, key))


def _as_named(name: str) -> str:
    return name.strip().casefold().replace("_", " ").replace("-", " ")


# ---- their order


def orders(runs: Sequence[RunStatus]) -> list[str]:
    """What runs can be ordered by, the newest first being the usual one."""
    scores = [column.head for column in columns_of(runs) if column.score is not None]
    return [NEWEST, "probe", *scores, "words/s", "trained", "name"]


def chosen(runs: Sequence[RunStatus], line: str, by: str) -> list[RunStatus]:
    """The runs that a line asks for, as `wanted` reads it, in an order; branches stand below the
    runs that they left where the newest come first.

    Raises:
        SettingsError: a word of the line, or the order, names nothing that runs have.
    """
    is_wanted = wanted(line, runs)
    found = [run for run in ordered(runs, by) if is_wanted(run)]
    return in_families(found) if by.casefold() == NEWEST else found


def ordered(runs: Sequence[RunStatus], by: str) -> list[RunStatus]:
    """Runs with the best first: the newest, the lowest probe loss, the highest score, the fastest;
    by time and by a setting the smallest first. Those without a value come last.

    by   one of `orders`, or a setting

    Raises:
        SettingsError: nothing has this name.
    """
    if by.casefold() == NEWEST:
        return sorted(runs, key=lambda run: -run.changed)
    columns = columns_of(runs)
    value_of = _value_of(by, columns)
    heads = {_as_named(column.head) for column in columns if column.score is not None}
    falls = _as_named(by) in (*heads, "words/s", "speed", "percent", "tokens")

    def place(run: RunStatus) -> tuple[bool, int, float, str]:
        value = value_of(run)
        if isinstance(value, int | float):
            return False, 0, -value if falls else value, ""
        return value is None, 1, 0.0, str(value).casefold()

    return sorted(runs, key=place)
