"""Colors: three themes of our own beside Textual's, all adjusted to be readable."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

from w2vtui.config import Given
from w2vtui.errors import SettingsError

# Blue and orange differ for color-blind eyes too. Green, yellow and red always come with a sign or
# a word that says the same: inks.py.
OWN_THEMES = (
    Theme(
        name="w2vtui",
        dark=True,
        primary="#7cb7ff",
        secondary="#9aa7b8",
        accent="#ffb454",
        warning="#f2d45c",
        error="#ff7a85",
        success="#74d68a",
        foreground="#d5dae2",
        background="#12151c",
        surface="#191d26",
        panel="#20252f",
    ),
    Theme(
        name="w2vtui-light",
        dark=False,
        primary="#0b57b0",
        secondary="#4c5869",
        accent="#8f4a00",
        warning="#735600",
        error="#b3202c",
        success="#146632",
        foreground="#14181f",
        background="#fbfbfa",
        surface="#f1f2f4",
        panel="#e4e7eb",
    ),
    Theme(
        name="w2vtui-contrast",
        dark=True,
        primary="#6fd3ff",
        secondary="#e6e6e6",
        accent="#ffd23f",
        warning="#ffe97a",
        error="#ff9aa2",
        success="#7ef29a",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#1c1c1c",
    ),
)
COLORLESS_THEME = "ansi-dark"

_TEXT_COLORS = ("primary", "secondary", "accent", "success", "warning", "error", "foreground")
"""Variables of app.tcss that color text."""
_GROUNDS = ("background", "surface", "panel")
LEAST_CONTRAST = 4.5
"""Least contrast of text with its background: WCAG 2.2, 1.4.3."""


def theme_names() -> list[str]:
    """All themes, our own first."""
    return [theme.name for theme in OWN_THEMES] + sorted(BUILTIN_THEMES)


def check_theme(theme: Given) -> None:
    """Check that a theme exists.

    Raises:
        SettingsError: it does not; the message names the place of the setting and a near name.
    """
    names = theme_names()
    if theme.value not in names:
        near = difflib.get_close_matches(theme.value, names, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}"
        raise SettingsError(f"{theme.source}: there is no theme {theme.value!r}: {hint}")


def readable(variables: Mapping[str, str]) -> dict[str, str]:
    """A theme's variables, with the text colors moved until their contrast is sufficient.

    Themes mean some of them for areas, where a dark blue on black is fine; as text it is not.
    """
    made = dict(variables)
    grounds = [_color(variables[name]) for name in _GROUNDS]
    if any(ground is None for ground in grounds):  # a terminal's own colors are not known
        return made
    behind = [ground for ground in grounds if ground is not None]
    darkest = min(_contrast(Color(255, 255, 255), ground) for ground in behind)
    far = Color(255, 255, 255) if darkest >= LEAST_CONTRAST else Color(0, 0, 0)
    for name in _TEXT_COLORS:
        color = _color(variables[name])
        if color is None:
            continue
        steps = (color.blend(far, share / 20) for share in range(21))
        good = (one for one in steps if min(_contrast(one, g) for g in behind) >= LEAST_CONTRAST)
        made[name] = next(good, far).hex
    return made


def _color(text: str) -> Color | None:
    try:
        color = Color.parse(text)
    except ColorParseError:
        return None
    return color if color.ansi is None else None


def _contrast(one: Color, other: Color) -> float:
    """Contrast ratio of two colors, 1 to 21: WCAG 2.2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Color) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in color.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
