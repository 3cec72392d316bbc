"""Colors that mean something: good, warning, bad, calm.

Each stands beside a word or a sign that says the same, since a terminal may have no colors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from rich.style import Style
from textual.color import Color, ColorParseError

InkName = Literal["good", "warning", "bad", "calm"]

_VARIABLES: dict[InkName, str] = {
    "good": "success", "warning": "warning", "bad": "error", "calm": "primary",
}  # fmt: skip
"""Of a theme."""


class Inks(NamedTuple):
    """Styles of text. Without colors they are bold, and a pill is reversed."""

    good: Style = Style(bold=True)
    """Training, rising."""
    warning: Style = Style(bold=True)
    """Paused, asks for attention."""
    bad: Style = Style(bold=True)
    """Failed, falling, an alarm."""
    calm: Style = Style(bold=True)
    """Done, changed."""

    def pill(self, ink: InkName) -> Style:
        """The style of a word on a filled ground."""
        style: Style = getattr(self, ink)
        return style + Style(bold=True, reverse=True)


PLAIN_INKS = Inks()


def inks_of(variables: Mapping[str, str]) -> Inks:
    """The inks of a theme.

    variables   of the style sheet, by name
    """
    styles = {}
    for ink, variable in _VARIABLES.items():
        try:
            color = Color.parse(variables[variable]).rich_color
        except ColorParseError:
            continue
        styles[ink] = Style(color=color, bold=True)
    return Inks(**styles)
