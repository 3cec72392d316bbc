"""The first screen: choosing a text, seeing what it is, presets, and what a run would need."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.cells import cell_len
from textual.events import Resize
from textual.geometry import Size

from tests.support.screens import notices, send_keys, shows, text_of, until
from tests.support.wait import DEADLINE
from w2vtui.corpus import sample as sampling
from w2vtui.corpus.hints import Hint
from w2vtui.corpus.statistics import TextStatistics
from w2vtui.display import size_text
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.training.costs import memory_check
from w2vtui.training.costs.estimate import SCREEN_BYTES, estimate_memory, estimate_reading_memory
from w2vtui.training.costs.memory_check import shortfall
from w2vtui.training.engine import devices
from w2vtui.tui.app import W2vApp
from w2vtui.tui.chosen.equivalent_command import command_line
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.chosen.sources import sources_of
from w2vtui.tui.first_screen import draft
from w2vtui.tui.first_screen.file_picker import FilePicker, TextTree, field_text, folder_of
from w2vtui.tui.first_screen.path_input import completion_of
from w2vtui.tui.first_screen.preset_list import PresetList
from w2vtui.tui.first_screen.preview import look_at
from w2vtui.tui.first_screen.questions_dialog import QuestionsDialog, QuestionsInput
from w2vtui.tui.first_screen.screen import PANES, NewRunScreen
from w2vtui.tui.first_screen.survey import Survey
from w2vtui.tui.first_screen.text_panels import WordsPanel
from w2vtui.tui.first_screen.text_report import (
    Needs,
    duration,
    hint_lines,
    needs_of,
    needs_text,
    warning,
    word_lines,
)
from w2vtui.tui.first_screen.zipf import zipf_lines
from w2vtui.tui.widgets.setting_rows import SettingRows


@asynccontextmanager
async def first_screen(
    corpus: Any, size: tuple[int, int] = (120, 40), *, counted: bool = True, **parts: Any
) -> AsyncIterator[W2vApp]:
    app = W2vApp(Form(corpus=str(corpus), **parts))
    async with app.run_test(size=size):
        await until(app, lambda: isinstance(app.screen, NewRunScreen) and app.screen.survey.preview)
        if counted:
            await until(app, lambda: app.screen.survey.statistics)
        yield app


# ---- what the text is


async def test_the_words_of_a_small_text_are_known_exactly(topical_corpus):
    async with first_screen(topical_corpus) as app:
        await shows(app, "tokens       14,250", "26 of 26 types", "all of the text")
        await shows(app, "keeps 100 % of tokens", "most common  the and", "line         9.5 tokens")
        await shows(app, "memory       about", "training     ")
        braille = [char for char in text_of(app) if "\u2801" <= char <= "\u28ff"]
        assert len(braille) > 10


async def test_figures_follow_the_settings_without_reading_again(topical_corpus, monkeypatch):
    async with first_screen(topical_corpus, live=LiveSettings(sample=0.0)) as app:
        await shows(app, "subsampling  keeps 100 % of those")
        topical_corpus.unlink()
        monkeypatch.setattr(sampling, "take_sample", None)
        rows = app.screen.query_one(SettingRows)
        rows.focus()
        rows.pick("min_count")
        send_keys(app, *"480", "down")
        await until(app, lambda: app.screen.form.corpus_settings.min_count == 480)
        await until(app, lambda: app.screen.survey.statistics.n_words == 15)
        await shows(app, "15 of 26 types", "keeps 64.8 %", "┊")
        rows.pick("sample")
        send_keys(app, "right")
        await until(app, lambda: app.screen.survey.statistics.subsampled_share < 0.1)
        rows.pick("min_count")
        send_keys(app, *"999999", "down")
        await shows(app, "✗ no word this frequent", "999,999 times or more: lower min_count")


async def test_lower_case_is_counted_as_it_is_trained(tmp_path):
    path = tmp_path / "cases.txt"
    path.write_text("The the THE end, end.\n" * 10)
    async with first_screen(path) as app:
        assert app.screen.survey.statistics.n_types == 5
        rows = app.screen.query_one(SettingRows)
        rows.focus()
        rows.pick("lowercase")
        send_keys(app, "right", "down", "right")
        await until(app, lambda: app.screen.survey.statistics.n_types == 2)


async def test_a_large_text_is_sampled_and_the_screen_says_so(tmp_path):
    path = tmp_path / "large.txt"
    with path.open("w") as file:
        for line in range(200_000):
            file.write(f"a line about number {line % 5000} of a long text\n")
    async with first_screen(path) as app:
        await shows(app, "tokens       about 1.8M", "% of the text", "vocabulary   about")
        assert app.screen.survey.statistics.n_words == pytest.approx(5007, rel=0.05)


async def test_reading_stops_when_another_text_is_named(topical_corpus, monkeypatch):
    begun, stops = threading.Event(), []

    def endless(files: Any, settings: Any, *, stop: threading.Event) -> Any:
        stops.append(stop)
        begun.set()
        assert stop.wait(DEADLINE)
        sampling.check_stop(stop)

    monkeypatch.setattr(sampling, "take_sample", endless)
    async with first_screen(topical_corpus, counted=False) as app:
        await until(app, begun.is_set)
        monkeypatch.undo()
        app.screen.query_one("#corpus").value = "atlas.txt"
        await until(app, stops[0].is_set)
        await until(app, lambda: app.screen.survey.statistics)
        await shows(app, "440,001")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "this file is empty"),
        (b"\x7fELF\0\0\xff", "it holds byte 0, so it is probably not text"),
        (
            "king queen\n".encode("utf-16-le"),
            "is UTF-16 without a mark, not utf-8: --encoding utf-16-le",
        ),
        ("größe\n".encode("latin-1") * 9, "is not utf-8: byte 0xF6 at offset 2"),
    ],
)
async def test_a_file_that_cannot_be_trained_is_reported_in_place(tmp_path, content, complaint):
    path = tmp_path / "text"
    path.write_bytes(content)
    assert complaint in look_at(str(path), CorpusSettings()).problem
    async with first_screen(path, (80, 24), counted=False) as app:
        await until(app, lambda: app.screen.query_one("#hint").plain.startswith("✗"))
        send_keys(app, "ctrl+s")
        await until(app, lambda: app._notifications)
        assert app.session is None
        app.screen.query_one("#corpus").value = "atlas.txt"
        await until(app, lambda: app.screen.survey.statistics)
        assert not app.screen.query_one("#hint").has_class("problem")


async def test_a_byte_that_is_not_utf_8_far_into_the_text_is_reported(tmp_path):
    path = tmp_path / "late.txt"
    path.write_bytes(b"plain words here\n" * 10_000 + b"caf\xe9\n")
    async with first_screen(path, counted=False) as app:
        await shows(app, "✗ the text is not utf-8", "--encoding-errors")


def test_bytes_that_the_settings_allow_are_not_a_problem(tmp_path):
    path = tmp_path / "text"
    path.write_bytes(b"caf\xe9 noir\n")
    assert look_at(str(path), CorpusSettings(encoding_errors="replace")).problem == ""
    assert look_at(str(path), CorpusSettings(encoding="latin-1")).problem == ""
    path.write_bytes("wide text\n".encode("utf-16"))
    assert look_at(str(path), CorpusSettings(encoding="utf-16")).problem == ""
    path.write_bytes("é".encode() * 100_000)  # the part looked at ends within a character
    assert look_at(str(path), CorpusSettings()).problem == ""


# ---- presets


async def test_a_preset_sets_the_controls_and_shows_what_was_changed_since(topical_corpus):
    async with first_screen(topical_corpus) as app:
        await shows(app, "▸ ● default", "Presets  1-9 of 10")
        presets = app.screen.query_one(PresetList)
        presets.focus()
        presets.point("logs")
        await shows(app, "▸   logs", "Presets  2-10 of 10")
        presets.point("demo-word.sh")
        send_keys(app, "space")
        await shows(app, "● demo-word.sh")
        assert "--vector-size 200 --model cbow --negative 25" in app.screen.command()
        assert app.focused is presets
        rows = app.screen.query_one(SettingRows)
        rows.focus()
        rows.pick("window")
        send_keys(app, "right")
        await shows(app, "◐ demo-word.sh   changed: window")
        rows.pick("window")
        send_keys(app, "left")
        await shows(app, "● demo-word.sh")


async def test_enter_on_a_preset_chooses_it_and_moves_to_start(topical_corpus):
    async with first_screen(topical_corpus) as app:
        presets = app.screen.query_one(PresetList)
        presets.focus()
        send_keys(app, "down", "enter")
        await until(app, lambda: app.focused is not None and app.focused.id == "start")
        assert app.screen.form.preset == "quick look"
        assert app.screen.form.training.vector_size == 50
        assert app.screen.form.corpus_settings == CorpusSettings()


async def test_changed_settings_are_not_a_preset(topical_corpus):
    async with first_screen(topical_corpus, training=TrainingSettings(vector_size=17)) as app:
        assert app.screen.form.preset == ""
        assert "●" not in text_of(app)


# ---- needs


async def test_a_run_too_large_for_the_machine_is_refused_with_advice(topical_corpus, monkeypatch):
    training, live = TrainingSettings(), LiveSettings()
    predicted = estimate_memory(26, 0, training, live, screen=True, checkpoints=True)
    monkeypatch.setattr(memory_check, "available_memory", lambda: predicted.needed - 1)
    monkeypatch.setattr(memory_check, "held_memory", lambda: 0)
    async with first_screen(topical_corpus) as app:
        free = size_text(predicted.needed - 1)
        await shows(app, f"{free} is available: no such run would fit")
        await shows(app, "memory       ✗ about")
        monkeypatch.setattr(memory_check, "available_memory", lambda: None)
        rows = app.screen.query_one(SettingRows)
        rows.focus()
        rows.pick("vector_size")
        send_keys(app, "left")
        await until(app, lambda: "✗" not in text_of(app))


def statistics(n_words, n_types, counts):
    """A text known in full, with 2 million tokens in the vocabulary."""
    return TextStatistics(
        exact=True,
        n_tokens=50_000_000,
        n_types=n_types,
        n_words=n_words,
        n_kept=2_000_000,
        subsampled_share=1.0,
        sentence_length=20.0,
        most_common=(),
        rarest_kept=(),
        rarest_count=5,
        counts=counts,
    )


def panel_text(seen, width=36) -> str:
    needs = needs_of(seen, TrainingSettings(), LiveSettings())
    return "\n".join(line.plain for line in word_lines(seen, needs, width))


def test_figures_of_a_sample_are_ranges_and_its_rarest_words_are_not_those_of_the_text():
    """The vocabulary of a 96 MB text, as 4 % of it say: it has 71,003 of 246,191 types."""
    counts = np.arange(100, 0, -1)
    whole = dataclasses.replace(
        statistics(60_100, 191_000, counts), rarest_kept=("zz", "zx"), rarest_count=5
    )
    assert "vocabulary   60,100 of 191,000 types" in panel_text(whole)
    assert "rarest kept  zz zx (5)" in panel_text(whole)
    part = dataclasses.replace(whole, exact=False, is_extrapolated=True, growth=4.3)
    assert "vocabulary   52k-80k of 170k-260k" in panel_text(part)
    assert "rarest" not in panel_text(part)
    sure = dataclasses.replace(part, is_extrapolated=False)
    assert "vocabulary   about 60.1k of 170k-260k" in panel_text(sure, 60)
    complete = dataclasses.replace(part, growth=1.01)
    assert "vocabulary   about 60.1k of about 191k" in panel_text(complete, 60)


def test_a_text_that_teaches_nothing_is_said_to_before_the_start():
    seen = statistics(n_words=9, n_types=9, counts=np.full(9, 9))
    for changed, said in (
        ({"n_words": 0}, "no word occurs 5 times or more: lower min_count"),
        ({"n_words": 1}, "nothing can be learned from a single word: lower min_count"),
        ({"sentence_length": 1.0}, "lines of one token: put a sentence on each line"),
        ({"sentence_length": 1.0, "hints": (Hint("nothing separates the words", "cut it"),)},
         "lines of one token: cut it"),
        ({"n_words": 0, "hints": (Hint("nothing separates the words", "cut it"),)}, ": cut it"),
    ):  # fmt: skip
        one = dataclasses.replace(seen, **changed)
        needs = needs_of(one, TrainingSettings(), LiveSettings())
        assert said in warning(one, needs, CorpusSettings())


def test_hints_have_lines_of_their_own_and_fit():
    hints = (
        Hint("21 % of the tokens carry punctuation", "--tokenizer words", "tokenizer", "words"),
        Hint("3 tokens hold NUL, byte 0", "is all of it \x1b[31m text?"),
        Hint("10 % of the tokens begin with a capital", "--lowercase ...", "lowercase", True),
    )  # fmt: skip
    lines = hint_lines(hints, 34, 2)
    assert [line.plain.rstrip() for line, _ in lines] == [
        "! 21 % carry punctuation", "  space: tokenizer words",
        "! 3 tokens hold NUL, byte 0", r"  is all of it \x1b[31m text?",
        "! 10 % begin with a capital", "▸ space: lowercase on",
    ]  # fmt: skip
    assert [number for _, number in lines] == [0, 0, 1, 1, 2, 2]
    assert {cell_len(line.plain) for line, _ in lines} == {34}


async def test_a_tokenizer_that_decides_what_is_read_has_the_text_read_again(tmp_path):
    path = tmp_path / "chinese.txt"
    path.write_text("今天天气很好我们去公园散步吧\n" * 50)
    survey, plain = Survey(str(path)), CorpusSettings()
    await survey.look(plain)
    await survey.read(plain)
    await survey.count(plain, 0.0)
    assert survey.statistics.n_types == 1
    await survey.count(CorpusSettings(tokenizer="characters"), 0.0)
    assert survey.statistics.n_types == 13  # 天 occurs twice
    await survey.count(CorpusSettings(tokenizer="characters", lowercase=True), 0.0)
    assert survey.statistics.n_types == 13


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 16)])
async def test_a_key_takes_what_a_hint_on_the_text_proposes(tmp_path, size):
    path = tmp_path / "prose.txt"
    path.write_text("The king said: go, Queen! And she went.\n" * 99)
    async with first_screen(path, size) as app:
        panel = app.screen.query_one(WordsPanel)
        await until(app, lambda: len(panel.offers) == 2)
        assert "see Words" in app.screen.query_one("#hint").plain
        for _ in range(3 if size == (120, 40) else 1):
            send_keys(app, "tab")
        if size != (120, 40):
            await until(app, lambda: isinstance(app.focused, SettingRows))
            send_keys(app, "right_square_bracket", "right_square_bracket")
        await until(app, lambda: panel.has_focus)
        send_keys(app, "down", "space")
        await until(app, lambda: app.screen.form.corpus_settings.lowercase)
        await until(app, lambda: len(panel.offers) == 1)
        assert "--lowercase" in app.screen.command()
        send_keys(app, "space")
        await until(app, lambda: app.screen.form.corpus_settings.tokenizer == "words")
        await until(app, lambda: app.focused is app.screen.query_one("#start"))
        assert panel.offers == ()
        assert not panel.focusable
        assert "--lowercase --tokenizer words" in app.screen.command()


async def test_a_key_takes_the_field_without_which_a_file_is_refused(tmp_path, topical_corpus):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "books.parquet"
    table = pyarrow.table({"id": ["1"] * 99, "body": ["The king said: go, Queen!"] * 99})
    parquet.write_table(table, path)
    async with first_screen(topical_corpus) as app:
        panel = app.screen.query_one(WordsPanel)
        app.screen.query_one("#corpus").value = str(path)
        await shows(app, "is a Parquet file: --field body reads")
        await until(app, lambda: len(panel.offers) == 1)
        await shows(app, "space: field body")
        send_keys(app, "tab", "tab", "tab")
        await until(app, lambda: panel.has_focus)
        send_keys(app, "space")
        await until(app, lambda: app.screen.form.corpus_settings.field == "body")
        await shows(app, "The king said: go, Queen!")
        await until(
            app, lambda: {hint.setting for hint in panel.offers} == {"tokenizer", "lowercase"}
        )
        assert "--field body" in app.screen.command()


def test_a_text_of_rare_words_needs_the_most_while_it_is_read():
    seen = statistics(n_words=1_000, n_types=40_000_000, counts=np.full(1_000, 2_000))
    needs = needs_of(seen, TrainingSettings(), LiveSettings())
    assert needs.n_bytes == estimate_reading_memory(40_000_000) + SCREEN_BYTES
    few = needs_of(dataclasses.replace(seen, n_types=1_000), TrainingSettings(), LiveSettings())
    predicted = estimate_memory(1_000, 2_000_000, TrainingSettings(), LiveSettings(), screen=True)
    assert few.n_bytes == predicted.total


@pytest.mark.parametrize(
    ("device", "has_gpu", "says"),
    [("cuda", False, False), ("auto", True, False), ("auto", False, True), ("cpu", True, True)],
)
def test_the_time_is_not_predicted_for_a_gpu(device, has_gpu, says, monkeypatch):
    monkeypatch.setattr(devices, "may_have_gpu", lambda: has_gpu)
    seen = statistics(n_words=1_000, n_types=1_000, counts=np.full(1_000, 2_000))
    needs = needs_of(seen, TrainingSettings(device=device), LiveSettings())
    lines = [needs_text(seen, needs), *(line.plain for line in word_lines(seen, needs, 60))]
    assert sum(" (idle machine" in line for line in lines) == 2 * says
    assert sum("not predicted on a GPU" in line for line in lines) == 2 * (not says)


def test_the_first_screen_proposes_what_a_run_refused_would_propose(monkeypatch):
    counts = np.repeat([90, 10], [20_000, 480_000])
    seen = statistics(n_words=500_000, n_types=500_000, counts=counts)
    fits = estimate_memory(100_000, 0, TrainingSettings(), LiveSettings(), screen=True)
    monkeypatch.setattr(memory_check, "available_memory", lambda: fits.needed)
    needs = needs_of(seen, TrainingSettings(), LiveSettings())
    assert needs.too_large
    lacks = shortfall(500_000, counts, TrainingSettings(), LiveSettings(), screen=True)
    assert f"available: max_final_vocab {lacks.max_final_vocab} or min_count 11" in (
        warning(seen, needs, CorpusSettings())
    )


@pytest.mark.parametrize(
    ("width", "time"),
    [(60, "about 4 s (idle machine; longer on a busy one)"), (40, "about 4 s (idle machine)"),
     (36, "about 4 s if idle"), (22, "about 4 s")],
)  # fmt: skip
def test_a_predicted_time_is_not_cut(width, time):
    seen = statistics(n_words=1_000, n_types=1_000, counts=np.full(1_000, 2_000))
    needs = Needs(n_bytes=1 << 28, seconds=4.4, shortfall=None)
    assert word_lines(seen, needs, width)[-1].plain.split(maxsplit=1)[1].strip() == time


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.3, "under a second"), (4.4, "about 4 s"), (80, "about 80 s"), (700, "about 12 min"),
     (3 * 3600, "about 3 h"), (10 * 86_400, "about 10 days")],
)  # fmt: skip
def test_times_are_rounded(seconds, text):
    assert duration(seconds) == text


# ---- finding a file


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    shelf = tmp_path / "shelf"
    (shelf / "books").mkdir(parents=True)
    (shelf / "books" / "one.txt").write_text("a book\n" * 50)
    (shelf / "notes.txt").write_text("some notes\n" * 50)
    (shelf / "program").write_bytes(b"\x7fELF\0\0")
    (shelf / ".hidden").write_text("not for here\n")
    (shelf / "evil\x1b[31m.txt").write_text("a name that paints\n")
    return shelf


async def labels(app: W2vApp) -> list[str]:
    await until(app, lambda: isinstance(app.screen, FilePicker) and app.screen.query(TextTree))
    tree = app.screen.query_one(TextTree)
    await until(app, lambda: tree.root.children)
    return [str(node.label) for node in tree.root.children]


async def test_a_file_is_picked_and_lands_in_the_field(shelf):
    async with first_screen(shelf / "notes.txt") as app:
        send_keys(app, "ctrl+o")
        assert await labels(app) == ["books", r"evil\x1b[31m.txt", "notes.txt"]
        send_keys(app, "down", "enter")  # opens the folder
        tree = app.screen.query_one(TextTree)
        await until(app, lambda: tree.root.children[0].children)
        await shows(app, "▾ books", "one.txt", "enter opens")
        send_keys(app, "down", "enter")
        await until(app, lambda: isinstance(app.screen, NewRunScreen))
        field = app.screen.query_one("#corpus")
        await until(app, lambda: field.value.endswith("books/one.txt"))
        await until(app, lambda: app.focused is field)
        await shows(app, "a book")


async def test_a_whole_folder_is_picked(shelf):
    async with first_screen(shelf / "notes.txt") as app:
        send_keys(app, "ctrl+o")
        await labels(app)
        send_keys(app, "space")
        await until(app, lambda: isinstance(app.screen, NewRunScreen))
        await until(app, lambda: app.screen.query_one("#corpus").value == str(shelf))
        await shows(app, "3 files")


async def test_the_picker_goes_up_and_closes_without_a_choice(shelf):
    async with first_screen(shelf / "books" / "one.txt") as app:
        send_keys(app, "ctrl+o")
        assert await labels(app) == ["one.txt"]
        send_keys(app, "backspace")
        tree = app.screen.query_one(TextTree)
        await until(app, lambda: len(tree.root.children) == 3)
        send_keys(app, "escape")
        await until(app, lambda: isinstance(app.screen, NewRunScreen))
        assert app.screen.form.corpus == str(shelf / "books" / "one.txt")


def test_a_path_is_written_so_that_it_is_found_again(shelf, monkeypatch):
    monkeypatch.chdir(shelf)
    assert field_text(shelf / "books") == "books"
    for name in ("-", "with 'quote' and space.txt", " led by a space", "star*.txt"):
        (shelf / name).write_text("text\n")
        assert sources_of(field_text(shelf / name)) == [str(shelf / name)] or sources_of(
            field_text(shelf / name)
        ) == [name]


def test_looking_begins_where_the_field_points(shelf, monkeypatch):
    monkeypatch.chdir(shelf)
    assert folder_of("books/one.txt") == shelf / "books"
    assert folder_of("books") == shelf / "books"
    for text in ("", "atlas.txt", "/no/such/place", "\0", "~nobody-there/x"):
        assert folder_of(text) == shelf


def test_a_path_is_completed(shelf, monkeypatch):
    monkeypatch.chdir(shelf)
    assert completion_of("bo") == "books/"
    assert completion_of("books/o") == "books/one.txt"
    assert completion_of(str(shelf / "no")) == str(shelf / "notes.txt")
    assert completion_of(".hi") == ".hidden"
    for text in ("", "books/", "notes.txt", "x", "/no/such/x", "\0", "~nobody-there/x", "ev"):
        assert completion_of(text) is None


async def test_tab_takes_the_completion_or_moves_on(shelf):
    async with first_screen(shelf / "notes.txt") as app:
        field = app.screen.query_one("#corpus")
        field.value = str(shelf / "books" / "on")
        field.cursor_position = len(field.value)
        await until(app, lambda: field._suggestion.endswith("one.txt"))
        send_keys(app, "tab")
        await until(app, lambda: field.value == str(shelf / "books" / "one.txt"))
        assert app.focused is field
        await until(app, lambda: not field._suggestion)
        send_keys(app, "tab")
        await until(app, lambda: app.focused is not field)


# ---- looks


@pytest.mark.parametrize("size", [(160, 50), (120, 40), (110, 38), (100, 34), (80, 24), (60, 16)])
async def test_every_line_fits_and_no_frame_is_broken(size):
    async with first_screen("atlas.txt", size) as app:
        await shows(app, "Start training", "of memory")
        for _ in PANES:
            lines = text_of(app).split("\n")
            assert len(lines) == size[1]
            assert all(cell_len(line) == size[0] for line in lines)
            for corner in "╮╰╯":
                assert text_of(app).count(corner) == text_of(app).count("╭")
            app.screen.action_pane(1)
            await until(app, lambda: app.screen.query_one(f"#{app.screen._pane}").size.height > 0)


async def test_a_small_terminal_shows_one_pane_at_a_time(topical_corpus):
    async with first_screen(topical_corpus, (80, 24)) as app:
        await shows(app, "vector size", "Settings   Presets   Words", "of memory")
        send_keys(app, "tab", "right_square_bracket")
        await shows(app, "gensim default")
        assert "vector size" not in text_of(app)
        send_keys(app, "right_square_bracket")
        await shows(app, "tokens       14,250")
        send_keys(app, "left_square_bracket", "left_square_bracket")
        await shows(app, "vector size")
        assert isinstance(app.focused, SettingRows)


async def test_brackets_are_typed_into_a_path(topical_corpus):
    async with first_screen(topical_corpus, (80, 24)) as app:
        send_keys(app, "]")
        await until(app, lambda: app.screen.form.corpus.endswith("]"))


@pytest.mark.parametrize("marker", ["braille", "block", "ascii"])
def test_a_zipf_plot_falls_from_left_to_right(marker):
    counts = [max(100_000 // rank, 1) for rank in range(1, 5001)]
    lines = zipf_lines(counts, 500, 40, 12, marker)
    assert len(lines) == 12
    assert all(cell_len(line) == 40 for line in lines)
    assert lines[0].startswith(" 100k")
    assert lines[-2].lstrip().startswith("20 ")
    assert lines[-1].endswith(" 5.0k")
    firsts = [len(line[7:]) - len(line[7:].lstrip(" ┊:")) for line in lines[:-1]]
    assert firsts == sorted(firsts)
    assert firsts[-1] > 25
    if marker == "ascii":
        assert "".join(lines).isascii()
        cuts = {line.index(":") for line in lines if ":" in line}
    else:
        cuts = {line.index("┊") for line in lines if "┊" in line}
    assert len(cuts) == 1
    assert 7 + 20 < cuts.pop() < 7 + 28  # log 500 / log 5000 of 33 columns


@pytest.mark.parametrize("counts", [[1], [5, 5, 5], [3, 1]])
def test_a_zipf_plot_of_little_is_drawn_too(counts):
    lines = zipf_lines(counts, len(counts), 30, 8)
    assert any("\u2801" <= char <= "\u28ff" for line in lines for char in line)
    assert zipf_lines(counts, 1, 9, 8) == [" " * 9] * 8


# ---- the focus


async def test_the_focus_comes_back_when_a_tiny_terminal_grows(topical_corpus):
    async with first_screen(topical_corpus) as app:
        app.screen.query_one(SettingRows).focus()
        await until(app, lambda: isinstance(app.focused, SettingRows))
        for size in ((50, 12), (120, 40)):
            app._driver._size = size
            app.post_message(Resize(Size(*size), Size(*size)))
            await until(app, lambda size=size: app.screen.size == size)
            shown = size == (120, 40)
            await until(app, lambda shown=shown: isinstance(app.focused, SettingRows) == shown)


async def test_an_error_names_a_setting_as_the_pane_does(topical_corpus):
    async with first_screen(topical_corpus) as app:
        rows = app.screen.query_one(SettingRows)
        rows.focus()
        rows.pick("negative")
        send_keys(app, "0", "down")
        notices = app._notifications
        await until(app, lambda: any("K must be 1 to" in one.message for one in notices))


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
async def test_nothing_is_cut_in_the_middle_of_a_word(topical_corpus, size):
    async with first_screen(topical_corpus, size) as app:
        needs = needs_text(app.screen.survey.statistics, app.screen.survey.needs)
        hint = "enter goes to Start, enter again starts; the defaults are sensible"
        for whole, line in ((needs, "Start training"), (hint, "enter goes")):
            await shows(app, line)
            text = text_of(app).split("\n")
            (shown,) = [one.replace("Start training", "").strip() for one in text if line in one]
            assert whole == shown or whole.startswith((f"{shown} · ", f"{shown}; "))
        width = app.screen.query_one("#command").size.width
        lines = app.screen.query_one("#command").plain.split("\n")
        whole, shown = app.screen.command(), " ".join(lines)
        assert shown == whole or (shown.endswith("…") and whole.startswith(shown[:-1]))
        assert max(map(cell_len, lines)) <= width


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_first_screen_chooses_whether_a_run_is_deterministic(tmp_path, monkeypatch, size):
    (tmp_path / "a.txt").write_text("one two three\n" * 50)
    monkeypatch.chdir(tmp_path)
    async with first_screen("a.txt", size) as app:
        await shows(app, "deterministic   off", "tokenizer       whitespace")
        rows = app.screen.query_one(SettingRows)
        rows.focus()
        rows.pick("deterministic")
        send_keys(app, "right")
        await shows(app, "deterministic ◂ on", "w2vtui train a.txt --deterministic")
        assert app.screen.form.training.deterministic


async def test_the_first_screen_chooses_the_device(topical_corpus, monkeypatch):
    async with first_screen(topical_corpus) as app:
        await shows(app, "tokenizer       whitespace")
        assert "device" not in text_of(app)  # where nothing could be chosen
    monkeypatch.setattr(draft, "may_have_gpu", lambda: True)
    async with first_screen(topical_corpus) as app:
        rows = app.screen.query_one(SettingRows)
        rows.focus()
        rows.pick("device")
        send_keys(app, "left")
        await shows(app, "device        ◂ auto", "--device auto")
        assert app.screen.form.training.device == "auto"


def test_a_command_names_files_that_begin_with_a_dash_as_no_flags():
    assert command_line(["-x.txt", "a.txt"], output="-x.vec") == (
        "w2vtui train ./-x.txt a.txt -o ./-x.vec"
    )


async def test_a_command_that_needs_two_lines_gets_them(topical_corpus):
    live = LiveSettings(window=7, negative=9, sample=0.0)  # two lines, however short the path is
    training = TrainingSettings(seed=10**18)
    async with first_screen(topical_corpus, training=training, live=live) as app:
        await until(app, lambda: app.screen.query_one("#command").size.height == 2)
        shown = app.screen.query_one("#command").plain.split()
        assert shown == app.screen.command().split()
        await shows(app, "tokenizer       whitespace")


async def test_the_line_of_tabs_says_that_a_field_takes_the_keys_that_switch(topical_corpus):
    async with first_screen(topical_corpus, (80, 24)) as app:
        await shows(app, "Zipf    tab, then [ ] switch")
        send_keys(app, "tab")
        await shows(app, "Zipf    [ ] switch")


# ---- what the vectors are scored on


async def test_questions_are_chosen_before_the_run(topical_corpus, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "held out.txt").write_text("ship sailor\n" * 3 + "alone\n")
    (tmp_path / "bad.txt").write_text("one two\n")
    async with first_screen(topical_corpus) as app:
        send_keys(app, "ctrl+g")
        await until(app, lambda: isinstance(app.screen, QuestionsDialog) and app.focused)
        pairs, _, sessions = app.screen.query(QuestionsInput)
        assert app.focused is pairs
        pairs.put("bad.txt")
        sessions.put("held out.txt")
        send_keys(app, "enter")
        await shows(app, "bad.txt holds no word pairs")
        pairs.put("")
        send_keys(app, "enter")
        await shows(app, "--sessions 'held")  # and the rest, which may stand in the next line
        assert "--sessions 'held out.txt'" in app.screen.command()
        await until(app, lambda: "held out.txt: 3 sessions" in notices(app))
        assert app.screen.form.sessions == ("held out.txt",)
        send_keys(app, "ctrl+g")
        await until(app, lambda: isinstance(app.screen, QuestionsDialog) and app.focused)
        assert app.screen.query(QuestionsInput).last().value == "held out.txt"
        send_keys(app, "escape")
        await until(app, lambda: isinstance(app.screen, NewRunScreen))
        assert app.screen.form.sessions == ("held out.txt",)
