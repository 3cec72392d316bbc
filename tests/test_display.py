"""Tokens are drawn inert, and text fits its cells."""

from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.support.wait import DEADLINE
from w2vtui.display import cell_width, pad, safe_text, whole_parts, wrapped

anything = st.text(st.characters(codec=None), max_size=40)  # lone surrogates included


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        ("\x1b]0;owned\x07", r"\x1b]0;owned\x07"),
        ("\x1b[2J", r"\x1b[2J"),
        ("\x9b31m", r"\x9b31m"),
        ("a\x7fb", r"a\x7fb"),
        ("a\x00b\r\n", r"a\x00b\r\n"),
        ("\u202eevil\u202c", r"\u202eevil\u202c"),
        ("\u2066x\u2069\u200e\u200f\u061c", r"\u2066x\u2069\u200e\u200f\u061c"),
        ("ze\u200bro\ufeff", r"ze\u200bro\ufeff"),
        ("a\u2028b\u2029", r"a\u2028b\u2029"),
        ("\ud800", r"\ud800"),
        ("\ue000\U0010ffff", r"\ue000\U0010ffff"),
        ("no\xa0break", r"no\xa0break"),
    ],
)
def test_what_would_not_show_as_itself_is_escaped(token: str, shown: str) -> None:
    assert safe_text(token) == shown


@pytest.mark.parametrize(
    "token", ["word", "naïve", "日本語", "שלום", "e\u0301", "👍🏽", "[red]", "a b"]
)
def test_ordinary_text_stays(token: str) -> None:
    assert safe_text(token) == token


@pytest.mark.parametrize("token", ["می\u200cخواهم", "क्\u200dष", "👨\u200d👩\u200d👧"])
def test_joiners_stay_where_they_join(token: str) -> None:
    assert safe_text(token) == token


@pytest.mark.parametrize("token", ["pass\u200dword", "\u200d日", "日\u200d", "日\u200c\u200d日"])
def test_joiners_that_only_hide_are_escaped(token: str) -> None:
    assert not {"\u200c", "\u200d"} & set(safe_text(token))


@given(anything)
def test_nothing_drawn_is_a_control(token: str) -> None:
    shown = safe_text(token)
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Co", "Zl", "Zp") for char in shown)
    assert all(char.isprintable() or char in "\u200c\u200d" for char in shown)
    assert safe_text(shown) == shown


@given(anything, st.integers(0, 12))
def test_a_limit_holds_after_escaping(token: str, limit: int) -> None:
    shown = safe_text(token, limit)
    assert len(shown) <= limit
    if len(safe_text(token)) <= limit:
        assert shown == safe_text(token)
    elif limit:
        assert shown.endswith("…")


@pytest.mark.parametrize(
    ("text", "cells"), [("", 0), ("abc", 3), ("日本", 4), ("e\u0301", 1), ("👍", 2), ("ß", 1)]
)
def test_width_is_counted_in_cells(text: str, cells: int) -> None:
    assert cell_width(text) == cells


@pytest.mark.parametrize(
    ("text", "width", "padded"),
    [
        ("abc", 5, "abc  "),
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("日本語", 4, "日 …"),
        ("日本語", 5, "日本…"),
        ("日本語", 6, "日本語"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("abc", -3, ""),
    ],
)
def test_text_is_cut_or_filled_to_its_cells(text: str, width: int, padded: str) -> None:
    assert pad(text, width) == padded


@given(anything, st.integers(0, 30))
def test_padded_text_is_exactly_as_wide_as_asked(token: str, width: int) -> None:
    assert cell_len(pad(safe_text(token), width)) == width


@pytest.mark.process
def test_tokens_are_made_safe_without_loading_a_screen_library() -> None:
    program = (
        "import sys, w2vtui.display, w2vtui.formats, w2vtui.evaluation.evaluate\n"
        "w2vtui.display.safe_text('\\x1b')\n"
        "loaded = {'rich', 'textual', 'numba', 'scipy'} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=DEADLINE)


@pytest.mark.parametrize(
    ("width", "kept"),
    [
        (40, "one 1 · two; three: four"),
        (19, "one 1 · two; three"),
        (17, "one 1 · two"),
        (7, "one 1"),
        (4, "one…"),
        (0, ""),
    ],
)
def test_parts_that_do_not_fit_are_left_out_whole(width: int, kept: str) -> None:
    assert whole_parts("one 1 · two; three: four", width) == kept


@pytest.mark.parametrize(
    ("width", "n_lines", "lines"),
    [
        (9, 3, ["one two", "three", "日本 four"]),
        (9, 2, ["one two", "three 日…"]),
        (3, 1, ["on…"]),
        (4, 9, ["one", "two", "thr…", "日本", "four"]),
        (0, 1, [""]),
    ],
)
def test_lines_break_between_words(width: int, n_lines: int, lines: list[str]) -> None:
    assert wrapped("one two  three 日本 four", width, n_lines) == lines


@given(st.text(st.sampled_from("ab 日"), max_size=40), st.integers(1, 12), st.integers(1, 5))
def test_wrapped_lines_fit(text: str, width: int, n_lines: int) -> None:
    lines = wrapped(text, width, n_lines)
    assert len(lines) <= n_lines
    assert max(map(cell_width, lines)) <= width
