"""Queries: typed with any character, completed, recalled, and replaced by the next one."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from textual.events import Key, Paste

from tests.support.screens import TRAINING, Bare, notices, press, scripted, send_keys, shows, until
from w2vtui.tui.saved_runs import run_queries
from w2vtui.tui.saved_runs.run_queries import RunQueries
from w2vtui.tui.widgets import query_field
from w2vtui.tui.widgets.field import Recalled, typed_text
from w2vtui.tui.widgets.query_field import QueryField, completions
from w2vtui.vectors import WordVectors

WORDS = ("king", "queen", "kind", "King's", "kin", "می‌خواهم", "-ness", "東京")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ki", ["king", "kind", "kin", "King's"]),
        ("kin", ["king", "kind", "King's"]),
        ("queen - ki", ["queen - king", "queen - kind", "queen - kin", "queen - King's"]),
        ("KIND", ["kind"]),
        ("می", ["می‌خواهم"]),
        ("東", ["東京"]),
        ("-", []),
        ("king -", []),
        ("king ", []),
        ("", []),
        ("zz", []),
    ],
)
def test_the_last_word_is_completed(query, expected):
    assert completions(WORDS, query) == expected


def test_only_as_many_words_as_wanted_are_proposed():
    assert completions(WORDS, "ki", 1) == ["king"]


def test_only_frequent_words_are_completed(monkeypatch):
    monkeypatch.setattr(query_field, "_FREQUENT", 2)
    assert completions(["sea", "Tea", "tea", "TEAS"], "te") == ["Tea"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("می‌خواهم", "می‌خواهم"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
        ("soft\xadhyphen\u3000wide\xa0", "soft\xadhyphen\u3000wide\xa0"),
        ("a\tb\x1b[31m\x07\x7f\x9b", "a b[31m"),
        ("\ue000\U000e0041", "\ue000\U000e0041"),
    ],
)
def test_only_control_characters_are_dropped(text, kept):
    assert typed_text(text) == kept


def test_lines_are_recalled_and_the_one_being_typed_comes_last():
    recalled = Recalled(["a"])
    recalled.add("b")
    recalled.add("b")
    recalled.add("")
    assert [recalled.step(-1, "draft") for _ in range(3)] == ["b", "a", "a"]
    assert [recalled.step(1, "a") for _ in range(2)] == ["b", "draft"]


async def test_the_next_query_replaces_the_last_and_earlier_ones_come_back():
    async with scripted(TRAINING, (120, 40)) as (app, run):
        app.session.words.known = WORDS

        def asked(query: str) -> bool:
            return bool(run.calls) and run.calls[-1][-1:] == (query,)

        field = app.screen.query_one(QueryField)
        send_keys(app, "slash", *"ship", "enter")
        await until(app, lambda: asked("ship"))
        send_keys(app, *"queen", "enter")  # typing replaces it
        await until(app, lambda: asked("queen"))
        for key in ("slash", "a", "slash", "b"):  # so does the key for a query, which else is typed
            app.post_message(Key(key, {"slash": "/"}.get(key, key)))
        send_keys(app, "enter")
        await until(app, lambda: asked("a/b"))
        await press(app, "up", "up")
        assert field.value == "queen"
        await press(app, "down", "down")
        assert field.value == "a/b"
        field.put("king - ki")
        await press(app, "tab")
        assert field.value == "king - king"
        await press(app, "tab")
        assert field.value == "king - kind"
        await press(app, "shift+tab")
        assert field.value == "king - king"
        field.put("que")
        await until(app, lambda: field._suggestion == "queen")
        await press(app, "right", "enter")
        await until(app, lambda: asked("queen"))
        field.begin()
        await press(app, "م")
        app.post_message(Key("zero_width_non_joiner", "\u200c"))
        app.post_message(Paste("\n\tخ\x1b\nignored"))
        await until(app, lambda: field.value == "م‌ خ")
        await press(app, "ctrl+u", "tab")
        assert app.focused is not field
        assert app.query_history == ["ship", "queen", "a/b", "queen"]


async def test_what_is_typed_while_a_saved_run_is_loaded_stays(monkeypatch):
    loaded = threading.Event()

    def vectors(folder):
        assert loaded.wait(60)
        return WordVectors(WORDS, np.eye(len(WORDS), dtype=np.float32)), None, []

    monkeypatch.setattr(run_queries, "checkpoint_vectors", vectors)
    app = Bare()
    async with app.run_test(size=(80, 24)):
        app.push_screen(RunQueries(Path("run")))
        await until(app, lambda: isinstance(app.focused, QueryField))
        await press(app, *"king", "enter", *"ki")
        loaded.set()
        await shows(app, " 1 queen")
        assert app.focused.value == "ki"
        await press(app, "n", "d", "enter")
        await shows(app, " 1 king")


async def test_a_word_that_cannot_be_seen_is_shown_escaped_and_asked_as_it_is():
    query = "\x1b[31mred - king"
    async with scripted(TRAINING, (120, 40)) as (app, run):
        field = app.screen.query_one(QueryField)
        app.screen.follow(query)
        await until(app, lambda: field.value == r"\x1b[31mred - king")
        app.screen.follow("ship")
        await press(app, "slash", "up", "up")
        assert field.value == r"\x1b[31mred - king"
        run.calls.clear()
        await press(app, "enter")
        await until(app, lambda: run.calls and run.calls[-1][-1:] == (query,))
        assert app.query_history == [query, "ship", query]


async def test_a_query_thaws_the_display_which_would_not_show_its_answer():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        await press(app, "f")
        assert app.screen.frozen
        send_keys(app, "slash", *"ship", "enter")
        await until(app, lambda: "the display follows the run again" in notices(app))
        assert not app.screen.frozen
