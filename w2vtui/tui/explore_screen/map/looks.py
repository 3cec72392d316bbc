"""The styles of the map in the colors of a theme."""

from __future__ import annotations

from rich.style import Style
from textual.color import Color

from w2vtui.exploring.maps.cluster_looks import DARK_CLUSTERS, LIGHT_CLUSTERS
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.explore_screen.map.scene import Looks
from w2vtui.tui.looks.inks import PLAIN_INKS


class ThemeLooks:
    """Makes the styles once for each theme."""

    def __init__(self) -> None:
        self._made: tuple[object, Looks] | None = None

    def of(self, app: BaseApp) -> Looks:
        """The styles of the theme; without colors bold, underlined and reversed ones."""
        theme = app.theme, app.inks is PLAIN_INKS
        if self._made is None or self._made[0] != theme:
            self._made = theme, Looks() if theme[1] else _colored(app)
        return self._made[1]


def _colored(app: BaseApp) -> Looks:
    variables = app.get_css_variables()

    def ink(name: str) -> Style:
        return Style(color=Color.parse(variables[name]).rich_color)

    bold = Style(bold=True)
    accent = ink("accent") + bold
    hues = DARK_CLUSTERS if app.current_theme.dark else LIGHT_CLUSTERS
    return Looks(
        dots=ink("secondary"),
        labels={
            "asked": accent + Style(reverse=True),
            "picked": accent + Style(reverse=True),
            "tracked": accent,
            "word": ink("foreground") + bold,
        },
        trail=ink("accent"),
        clusters=tuple(Style(color=hue) for hue in hues),
    )
