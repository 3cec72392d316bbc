"""The style sheets of the screens, which every app of a process reads."""

from __future__ import annotations

from typing import Any

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_parse = Stylesheet._parse_rules
_parsed: dict[tuple[Any, ...], list[RuleSet]] = {}


def _parse_once(sheet: Stylesheet, css: str, *origin: Any, **named: Any) -> list[RuleSet]:
    """Parse a style sheet, unless an app has."""
    key = (css, origin, tuple(named.items()), tuple(sheet._variables.items()))
    if key not in _parsed:
        _parsed[key] = _parse(sheet, css, *origin, **named)
    return _parsed[key]


def share_style_sheets() -> None:
    """Parse each style sheet once: hundreds of apps start with the same ones, and would take a
    quarter of their start to parse them.

    A rule is then hashed where it is looked up, without a call of Python: by its identity, as
    Textual does, for each rule of each widget that is styled.
    """
    Stylesheet._parse_rules = _parse_once  # type: ignore[assignment, method-assign]
    RuleSet.__hash__ = object.__hash__  # type: ignore[method-assign]
