"""Themes: each can be chosen by name, and text can be read in each."""

from __future__ import annotations

import pytest
from textual.app import App
from textual.color import Color

from tests.support.screens import until
from w2vtui.config import Given, Source
from w2vtui.errors import SettingsError
from w2vtui.settings import ScreenSettings, field_default
from w2vtui.tui.app import W2vApp
from w2vtui.tui.first_screen.screen import NewRunScreen
from w2vtui.tui.looks.themes import (
    COLORLESS_THEME,
    LEAST_CONTRAST,
    OWN_THEMES,
    _contrast,
    check_theme,
    theme_names,
)

TEXTS = ("foreground", "primary", "secondary", "accent", "success", "warning", "error")
GROUNDS = ("background", "surface", "panel")
COLORED = [name for name in theme_names() if not name.startswith("ansi-")]


def contrasts(app: W2vApp) -> dict[tuple[str, str], float]:
    variables = app.get_css_variables()
    colors = {name: Color.parse(variables[name]) for name in (*TEXTS, *GROUNDS)}
    return {(t, g): _contrast(colors[t], colors[g]) for t in TEXTS for g in GROUNDS}


def test_the_names_are_those_of_the_program():
    app = W2vApp()
    assert set(theme_names()) == set(app.available_themes)
    assert field_default(ScreenSettings, "theme") == theme_names()[0]


@pytest.mark.parametrize("name", COLORED)
def test_text_can_be_read_on_every_ground(name):
    app = W2vApp(look=ScreenSettings(theme=name))
    assert app.theme == name
    low = {pair: value for pair, value in contrasts(app).items() if value < LEAST_CONTRAST - 0.05}
    assert not low


@pytest.mark.parametrize("theme", OWN_THEMES, ids=lambda theme: theme.name)
def test_our_own_colors_need_no_help(theme):
    app = W2vApp(look=ScreenSettings(theme=theme.name))
    made, declared = app.get_css_variables(), App.get_css_variables(app)
    assert {name: made[name] for name in TEXTS} == {name: declared[name] for name in TEXTS}


def test_the_theme_of_high_contrast_has_it():
    assert min(contrasts(W2vApp(look=ScreenSettings(theme="w2vtui-contrast"))).values()) >= 7


def test_contrast_is_measured_as_wcag_does():
    assert _contrast(Color(0, 0, 0), Color(255, 255, 255)) == pytest.approx(21)
    assert _contrast(Color.parse("#777777"), Color(255, 255, 255)) == pytest.approx(4.48, abs=0.01)


def test_without_color_a_theme_does_not_matter(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert W2vApp(look=ScreenSettings(theme="nord")).theme == COLORLESS_THEME


@pytest.mark.parametrize(
    ("name", "expected"),
    [("w2vtui-lite", "did you mean w2vtui-light?"), ("???", "known are w2vtui, w2vtui-light")],
)
def test_a_theme_that_is_not_there_is_refused(name, expected):
    with pytest.raises(SettingsError, match="--theme: there is no theme") as caught:
        check_theme(Given(name, Source("flag", "--theme")))
    assert expected in str(caught.value)


async def test_a_theme_chosen_in_the_palette_is_for_the_session_and_says_so():
    app = W2vApp()
    async with app.run_test(size=(120, 40)):
        await until(app, lambda: isinstance(app.screen, NewRunScreen))
        commands = {one.title: one.help for one in app.get_system_commands(app.screen)}
        assert "until you quit" in commands["Theme"]
        app.theme = "w2vtui-light"
        said = "theme w2vtui-light until you quit"
        await until(app, lambda: any(said in one.message for one in app._notifications))
