"""Screens in ASCII: nothing that the program draws is outside it, and all keeps its width."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

import w2vtui
from tests.support.screens import (
    TRAINING,
    screen_lines,
    scripted,
    send_keys,
    shown_shot,
    text_of,
    until,
    worked_off,
)
from w2vtui.errors import CorpusError, SettingsError
from w2vtui.settings import ScreenSettings
from w2vtui.tui.app import W2vApp
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.dialogs.ask import Ask
from w2vtui.tui.dialogs.save_dialog import SaveDialog
from w2vtui.tui.first_screen.screen import NewRunScreen
from w2vtui.tui.help.screen import Help
from w2vtui.tui.looks.glyphs import (
    _PLAIN,
    _SPELLINGS,
    ASCII,
    BLOCK,
    BRAILLE,
    GLYPHS,
    MARKERS,
    glyphs_for,
)
from w2vtui.tui.train_screen.screen import TrainScreen
from w2vtui.tui.widgets.setting_rows import SettingRows

SIZES = [(120, 40), (80, 24)]
TOKENS = set("東京大阪都")


def foreign(app: W2vApp) -> set[str]:
    """What stands on the screen and is neither ASCII nor from the text."""
    return {char for char in text_of(app) if not char.isascii()} - TOKENS


# ---- the sets


def test_every_set_has_a_character_for_every_cell():
    assert tuple(GLYPHS) == MARKERS == ("braille", "block", "ascii")
    for glyphs in GLYPHS.values():
        n_dots = glyphs.dots_across * glyphs.dots_down
        assert sorted(bit for row in glyphs.bits for bit in row) == [2**i for i in range(n_dots)]
        assert len(glyphs.curve) == len(glyphs.band) == 2**n_dots
        assert all(cell_len(char) == 1 for char in glyphs.curve + glyphs.band)


def test_blocks_and_braille_put_dots_where_they_belong():
    (top_left, top_right), (bottom_left, bottom_right) = BLOCK.bits
    corners = BLOCK.curve[top_left], BLOCK.curve[top_right]
    assert corners == ("▘", "▝")
    assert BLOCK.curve[bottom_left | bottom_right] == "▄"
    assert BLOCK.curve[top_left | bottom_left] == "▌"
    assert BRAILLE.curve[BRAILLE.bits[0][0] | BRAILLE.bits[3][1]] == "⢁"


def test_what_is_exchanged_keeps_its_width():
    for code in _PLAIN:
        shown = chr(code).translate(_PLAIN)
        assert shown.isascii()
        assert cell_len(shown) == cell_len(chr(code)), chr(code)


def test_signs_that_mean_different_things_stay_different():
    for signs in ("●◌‖◐✓✗■", "━─", "┊│", "◂▸", "▲▼", "▁▂▃▄▅▆▇█"):
        assert len(set(signs.translate(_PLAIN))) == len(signs)


def test_every_sign_in_the_program_has_an_ascii_one():
    known = {*map(chr, _PLAIN), *(sign for sign, _ in _SPELLINGS)}
    for path in Path(w2vtui.__file__).parent.rglob("*.py"):
        if path.name in ("charsets.py", "segmenting.py"):  # signs that it looks for
            continue
        signs = {c for c in path.read_text(encoding="utf-8") if not (c.isascii() or c.isalpha())}
        assert signs <= known, path


def test_letters_are_never_exchanged():
    (kept,) = ASCII.filters[0].apply([Segment("Žižek 東京 ρ·λ")], Color(0, 0, 0))
    assert kept.text == "Žižek 東京 ρ|λ"
    assert BRAILLE.filters == BLOCK.filters == ()


def test_ascii_spells_what_needs_more_room():
    assert ASCII.spelled("K 5 → 15, 1.86 ± 0.01") == "K 5 -> 15, 1.86 +- 0.01"
    assert ASCII.spelled("Δ in 3 s") == "change in 3 s"
    assert BRAILLE.spelled("K 5 → 15") == "K 5 → 15"
    assert [ASCII.numeral(1), ASCII.numeral(21), BRAILLE.numeral(3)] == ["(1)", "(21)", "③"]


# ---- the screens


@pytest.mark.parametrize("size", SIZES)
async def test_the_train_screen_in_ascii(size):
    async with scripted(TRAINING, size, look=ScreenSettings(marker="ascii")) as (app, _):
        await until(app, lambda: "(1) K 5->15" in text_of(app))
        await until(app, lambda: "tokens | linear | full" in text_of(app))
        assert "* TRAINING" in screen_lines(app)[0]
        assert "====" in screen_lines(app)[1]
        assert "----" in screen_lines(app)[1]
        send_keys(app, "right", "comma", "z", "right_curly_bracket", "y", "less_than_sign")
        await until(app, lambda: "smooth 0.5 | recent" in text_of(app))
        await until(app, lambda: "+- 0.012  loss" in text_of(app))
        await until(app, lambda: "-> hier" in text_of(app) or "-> cbow" in text_of(app))
        for pane in TrainScreen.PANES:
            app.screen.action_show_pane(pane)
            await until(app, lambda pane=pane: app.screen.query_one(f"#{pane}").display)
            app.screen.draw_all()
            assert not foreign(app), pane
        assert all(cell_len(line) == size[0] for line in screen_lines(app))


OTHER_LOOKS = (
    {"state": "preparing", "activity": "reading"},
    {"state": "paused"},
    {"state": "stopping"},
    {"state": "finishing"},
    {
        "progress": replace(TRAINING.progress, kept_share=None),
        "losses": replace(TRAINING.losses, now=None),
        "probe": None,
        "neighbors": (),
        "n_words": 0,
    },
    {"state": "done"},
    {"state": "stopped"},
    {"state": "failed", "error": CorpusError("there is no x.txt")},
)


@pytest.mark.parametrize("size", SIZES)
async def test_every_state_in_ascii(size):
    async with scripted(TRAINING, size, look=ScreenSettings(marker="ascii")) as (app, run):
        for changes in OTHER_LOOKS:
            run.shot = replace(TRAINING, **changes)
            await until(app, lambda: shown_shot(app) == run.shot)
            app.screen.draw_all()
            await worked_off(app, app.screen)
            assert not foreign(app), changes


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_screen_in_ascii(size, topical_corpus):
    app = W2vApp(Form(corpus=str(topical_corpus)), look=ScreenSettings(marker="ascii"))
    async with app.run_test(size=size, notifications=True):
        await until(app, lambda: isinstance(app.screen, NewRunScreen) and app.screen.survey.preview)
        await until(app, lambda: "+-" in text_of(app))
        assert not foreign(app)
        app.screen.query_one("#settings").focus()
        send_keys(app, "right", "down", "right")
        await until(app, lambda: "<> change" in text_of(app))
        assert not foreign(app)
        app.screen.query_one("#corpus").value = str(topical_corpus.with_name("none.txt"))
        await until(app, lambda: "x there is no" in text_of(app))
        assert not foreign(app)
        send_keys(app, "ctrl+s")
        await until(app, lambda: "| there is no" in text_of(app))  # a notice, too
        assert not foreign(app)


@pytest.mark.parametrize("size", SIZES)
async def test_dialogs_and_the_palette_in_ascii(size):
    async with scripted(TRAINING, size, look=ScreenSettings(marker="ascii")) as (app, _):
        for key, dialog in (("e", Ask), ("s", SaveDialog), ("question_mark", Help)):
            send_keys(app, key)
            await until(app, lambda dialog=dialog: isinstance(app.screen, dialog))
            await until(app, lambda: any(box.size for box in app.screen.query("#dialog")))
            await until(app, lambda: "+-" in text_of(app))
            assert not foreign(app), dialog
            send_keys(app, "escape")
            await until(app, lambda: isinstance(app.focused, SettingRows))
        send_keys(app, "ctrl+p")
        await until(app, lambda: "Search" in text_of(app))
        await until(app, lambda: "Pause" in text_of(app) or "Freeze" in text_of(app))
        assert not foreign(app)


@pytest.mark.parametrize("size", SIZES)
async def test_a_tiny_terminal_and_blocks(size):
    async with scripted(TRAINING, (50, 12), look=ScreenSettings(marker="ascii")) as (app, _):
        assert screen_lines(app)[0].strip() == "*  41.7 %  160k w/s  probe 1.86  ETA 05:10"
    async with scripted(TRAINING, size, look=ScreenSettings(marker="block")) as (app, _):
        await until(app, lambda: set("▀▄▙▜") & set(text_of(app)))
        assert not any("\u2800" <= char <= "\u28ff" for char in text_of(app))
        assert "╭" in text_of(app)


@pytest.mark.parametrize(("encoding", "shown"), [("ascii", "caf? ????"), ("latin-1", "café ????")])
async def test_a_terminal_that_is_not_utf_8_is_drawn_in_what_it_has(
    monkeypatch, tmp_path, encoding, shown
):
    text = tmp_path / "notes.txt"
    text.write_text("café 東京 [plain]\n" * 400, encoding="utf-8")
    monkeypatch.setattr(sys, "__stdout__", SimpleNamespace(encoding=encoding, isatty=lambda: False))
    app = W2vApp(Form(corpus=str(text)))
    async with app.run_test(size=(120, 40)):
        await until(app, lambda: isinstance(app.screen, NewRunScreen) and app.screen.survey.preview)
        await until(app, lambda: f"{shown} [plain]" in text_of(app))
        text_of(app).encode(encoding)
        assert app.glyphs.is_ascii
        assert all(cell_len(line) == 120 for line in screen_lines(app))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_an_encoding_of_all_characters_changes_nothing(encoding):
    for marker in MARKERS:
        glyphs, filters = glyphs_for(marker, encoding)
        assert glyphs is GLYPHS[marker]
        assert filters[1:] == glyphs.filters


def test_control_characters_are_left_out_and_the_rest_keeps_its_width():
    inert = glyphs_for("braille", "utf-8")[1][0]
    text = "a\x1b[31m\u202eb\x9b 東京\u2800 می\u200cخواهم"
    (drawn,) = inert.apply([Segment(text)], Color(0, 0, 0))
    assert drawn.text.replace("?", "") == "a[31mb 東京\u2800 می\u200cخواهم"
    assert cell_len(drawn.text) == cell_len(text)


def test_an_unknown_marker_is_refused():
    with pytest.raises(SettingsError, match="marker must be braille, block or ascii"):
        ScreenSettings(marker="crayon")


def test_beside_its_name_a_curve_is_what_is_drawn_of_it():
    signs = {
        glyphs.name: (glyphs.curve_sign, glyphs.band_sign, glyphs.dots_sign)
        for glyphs in GLYPHS.values()
    }
    assert signs == {
        "braille": ("━", "┄", "┈"), "block": ("━", "··", "· ·"), "ascii": ("*", "..", ". ."),
    }  # fmt: skip
