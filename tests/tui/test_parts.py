"""What the screens are made of, without a screen."""

from __future__ import annotations

import argparse
import math
import shlex
import subprocess
import sys
from dataclasses import fields, replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vtui.cli import parser
from w2vtui.cli.verbs import app
from w2vtui.display import clock_text, loss_text, number, short, size_text
from w2vtui.errors import CorpusError, SettingsError
from w2vtui.notable_words import notable_words
from w2vtui.settings import (
    ALL_WORDS,
    CorpusSettings,
    LiveSettings,
    RunSettings,
    ScreenSettings,
    TrainingSettings,
    value_from_text,
)
from w2vtui.training.state.snapshot import Progress, Snapshot
from w2vtui.tui.chosen.controls import controls_of, value_text
from w2vtui.tui.chosen.equivalent_command import command_line, proposed_output
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.chosen.sources import sources_of
from w2vtui.tui.first_screen.preview import look_at
from w2vtui.tui.looks.numbers import meter, numeral
from w2vtui.tui.screen_parts.header import Part, fitted
from w2vtui.tui.train_screen.readouts import x_range
from w2vtui.tui.train_screen.refresh_rate import SLOWEST_SECONDS, RefreshRate, first_interval

LIVE = {control.name: control for control in controls_of(LiveSettings)}


# ---- numbers


@given(st.floats(min_value=0, max_value=1e300))
def test_a_short_count_has_at_most_five_characters(value):
    assert len(short(value)) <= 5


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (950, "950"),
        (999.6, "1.0k"),
        (16_240, "16.2k"),
        (353e6, "353M"),
        (2e12, "2.0T"),
        (3.93e36, "4e36"),
    ],
)
def test_counts(value, text):
    assert short(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(2.3456, "2.346"), (71_000.0, "71000.000"), (3.926999e36, "3.93e36"), (math.nan, "nan")],
)
def test_losses(value, text):
    assert loss_text(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "00:00"), (155.9, "02:35"), (3755, "1:02:35"), (273_600, "3d 04h"), (None, "--:--"),
     (float("inf"), "--:--")],
)  # fmt: skip
def test_durations(seconds, text):
    assert clock_text(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.025, "0.025"), (1e-5, "1e-5"), (0.0, "0"), (0.0123456, "0.0123")]
)
def test_numbers_of_settings(value, text):
    assert number(value) == text


def test_sizes_numerals_and_bars():
    assert size_text(1_100_000) == "1.1 MB"
    assert size_text(312) == "312 bytes"
    assert [numeral(1), numeral(20), numeral(21)] == ["①", "⑳", "#21"]
    assert meter(0.5, 10) == ("━━━━━", "─────")
    assert meter(0.25, 2) == ("╸", "─")
    assert meter(7.0, 3) == ("━━━", "")


# ---- settings as controls


@given(st.sampled_from(sorted(LIVE)), st.sampled_from([-3, -1, 1, 3]), st.data())
def test_a_step_from_any_value_stays_in_range_and_moves_the_right_way(name, by, data):
    control = LIVE[name]
    if control.choices:
        value = data.draw(st.sampled_from(control.choices))
        assert control.stepped(value, by) in control.choices
        return
    low, high = control.spec.low, control.spec.high
    if control.kind is int or int in get_args(control.kind):
        value = data.draw(st.integers(int(low), int(high)))
    else:
        value = data.draw(st.floats(low, high, exclude_min=control.spec.low_open))
    after = control.stepped(value, by)
    assert after >= value if by > 0 else after <= value
    assert value_from_text(LiveSettings, name, repr(after)) == pytest.approx(after)


def test_a_step_from_between_two_steps_goes_to_the_next_one():
    assert LIVE["alpha"].stepped(0.0073, 1) == 0.01
    assert LIVE["alpha"].stepped(0.0073, -1) == 0.005
    assert LIVE["alpha"].stepped(0.025, 1) == 0.035
    assert LIVE["negative"].stepped(256, 1) == 256
    assert LIVE["window"].stepped(64, 1) == 100
    assert LIVE["window"].stepped(5_000, 3) is ALL_WORDS
    assert LIVE["window"].stepped(ALL_WORDS, 1) is ALL_WORDS
    assert LIVE["window"].stepped(ALL_WORDS, -1) == 10_000
    assert value_text(LIVE["window"].from_text("20000")) == value_text(ALL_WORDS) == "all"
    assert LIVE["noise_sharing"].stepped("centers", 1) == "pairs"
    assert LIVE["shrink_windows"].stepped(True, 1) is False
    assert LIVE["model"].stepped("cbow", 1) == "skip-gram"


def test_a_setting_without_steps_has_a_ladder():
    control = next(c for c in controls_of(TrainingSettings) if c.name == "vector_size")
    assert control.stepped(100, 1) == 200
    assert control.stepped(100, -1) == 80


def test_texts_of_values():
    texts = [value_text(value) for value in (None, True, False, 0.001, 5, "cbow")]
    assert texts == ["auto", "on", "off", "0.001", "5", "cbow"]


# ---- the command line


def test_the_command_line_names_only_what_differs():
    assert command_line(["a b.txt"], LiveSettings(), CorpusSettings()) == "w2vtui train 'a b.txt'"
    line = command_line(
        ["x.txt"], LiveSettings(negative=15, noise_sharing="none", sample=1e-5),
        CorpusSettings(lowercase=True, min_count=1200), output="v.txt",
    )  # fmt: skip
    assert line == (
        "w2vtui train x.txt --negative 15 --sample 1e-05 --noise-sharing none --min-count 1200 "
        "--lowercase -o v.txt"
    )


def test_vectors_of_a_folder_are_named_after_it():
    names = ("notes.txt", "my notes/ (400 files)", "4 files")
    assert [proposed_output(name) for name in names] == [
        "notes.vec", "my-notes.vec", "4-files.vec",
    ]  # fmt: skip


@given(
    st.builds(
        LiveSettings,
        negative=st.integers(1, 256),
        window=st.integers(1, 64),
        alpha=st.none() | st.floats(0.001, 1000.0),
        sample=st.floats(0.0, 1.0),
        model=st.sampled_from(["skip-gram", "cbow"]),
        cbow_mean=st.booleans(),
        epochs=st.none() | st.integers(1, 1_000_000),
    )
)
def test_the_command_line_means_the_same_settings(live):
    words = shlex.split(command_line(["x"], live))[3:]
    kinds = {field.name: field for field in fields(LiveSettings)}
    given_values = {}
    while words:
        flag = words.pop(0).removeprefix("--").replace("-", "_")
        if flag.startswith("no_"):
            given_values[flag.removeprefix("no_")] = False
        elif isinstance(kinds[flag].default, bool):
            given_values[flag] = True
        else:
            given_values[flag] = value_from_text(LiveSettings, flag, words.pop(0))
    assert LiveSettings(**given_values) == live


def test_the_command_line_is_one_that_the_program_takes(tmp_path):
    live = LiveSettings(negative=7, alpha=0.033, shrink_windows=False, model="cbow")
    corpus = CorpusSettings(lowercase=True, tokenizer="words")
    line = command_line(["a b.txt"], live, corpus, TrainingSettings(vector_size=64), output="v.vec")
    taken = parser.parse(shlex.split(line)[1:])
    assert taken.corpus == ["a b.txt"]
    assert taken.output == "v.vec"
    assert (taken.live_settings, taken.corpus_settings) == (live, corpus)
    assert taken.training_settings == TrainingSettings(vector_size=64)


def other_value(control):
    """A value of a setting that is not its default."""
    if not control.has_steps:
        return {"encoding": "latin-1", "runs_dir": "my runs", "field": "title, body"}.get(
            control.name, "other"
        )
    begin = control.default if control.default is not None else 3
    value = control.stepped(begin, 1)
    return control.stepped(begin, -1) if value == control.default else value


EVERY_SETTING = [
    (part, control)
    for part, owner in (
        ("corpus_settings", CorpusSettings), ("training", TrainingSettings),
        ("live", LiveSettings), ("run_settings", RunSettings),
    )
    for control in controls_of(owner)
]  # fmt: skip


@pytest.mark.parametrize(
    ("part", "control"), [pytest.param(*one, id=one[1].name) for one in EVERY_SETTING]
)
def test_the_command_line_has_every_setting_that_was_given_or_changed(part, control, monkeypatch):
    monkeypatch.delenv("W2VTUI_RUNS_DIR")
    value = other_value(control)
    assert value != control.default
    changed = replace(getattr(Form(), part), **{control.name: value})
    check_same_command(Form(corpus="a b.txt", **{part: changed}))
    flag = [control.flag, value if isinstance(value, str) else value_text(value).replace(",", "")]
    if isinstance(value, bool):
        flag = [control.flag if value else "--no-" + control.flag.removeprefix("--")]
    check_same_command(app.form_of(parser.parse(["a b.txt", *flag])))


@pytest.mark.parametrize(
    "options",
    [["--pairs", "my pairs.txt"], ["--analogies", "-odd"], ["--overwrite"], ["--skip-bad-rows"],
     ["--layout", "glove"], ["--sessions", "s", "--session-context", "3", "--session-repeats"],
     ["--pairs-columns", 'a "b",2,"Human (mean), 5"'], ["--analogies-columns=-x,2,3,é"],
     ["--pairs", "a", "--pairs", "b", "--analogies", "c", "--analogies", "d", "--overwrite"]],
    ids=" ".join,
)  # fmt: skip
def test_the_command_line_has_every_option_that_the_app_was_started_with(options):
    form = app.form_of(parser.parse(["a b.txt", *(o.replace("-odd", "./-odd") for o in options)]))
    assert form != Form(corpus="a b.txt")
    check_same_command(form)


def test_no_option_of_the_app_is_missing_in_the_command_line():
    """Each is a setting, which a test goes through; one of these; or about the screen alone."""
    known = {control.name for _, control in EVERY_SETTING} | {"corpus", "output"}
    known |= {"pairs", "analogies", "sessions", "overwrite", "layout"}
    known |= {"pairs_columns", "analogies_columns", "skip_bad_rows"}
    known |= {"session_context", "session_repeats"}
    shown = {field.name for field in fields(ScreenSettings)}
    options = argparse.ArgumentParser()
    app.add_arguments(options)
    assert {one.dest for one in options._actions} - shown - {
        "help",
        "version",
        "completion",
        "preset",  # whose settings are each in the line
    } == known


def check_same_command(form: Form) -> None:
    line = command_line(["a b.txt"], choices=form, output="v.vec")
    taken = parser.parse(shlex.split(line)[1:])
    assert (taken.corpus, taken.output) == (["a b.txt"], "v.vec")
    assert app.form_of(taken) == form


# ---- the text


def test_a_path_with_spaces_is_one_source(tmp_path):
    path = tmp_path / "my notes.txt"
    path.write_text("a b c\n")
    assert sources_of(f" {path} ") == [str(path)]
    assert sources_of(f"'{path}' {tmp_path}") == [str(path), str(tmp_path)]


def test_a_pattern_names_all_it_matches(tmp_path):
    for name in ("b.txt", "a.txt", "c.md"):
        (tmp_path / name).write_text("x\n")
    assert sources_of(f"{tmp_path}/*.txt") == [f"{tmp_path}/a.txt", f"{tmp_path}/b.txt"]


@pytest.mark.parametrize("text", ["", "  ", "-"])
def test_what_names_no_text_is_refused(text):
    with pytest.raises(CorpusError):
        sources_of(text)


@pytest.mark.parametrize("text", ["\0", "~nobody-there/x", "a" * 5000, "'open", "*[", "/no/such"])
def test_any_text_in_the_corpus_field_gives_lines_or_a_problem(text):
    preview = look_at(text, CorpusSettings())
    assert preview.problem or preview.lines


def test_an_empty_file_is_a_problem(tmp_path):
    path = tmp_path / "empty.txt"
    path.touch()
    assert look_at(str(path), CorpusSettings()).problem == "this file is empty"


def test_the_preview_guesses_the_epochs(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("the king and the queen\n" * 40_000)
    preview = look_at(str(path), CorpusSettings())
    assert preview.epochs == 40
    assert "920 kB" in preview.summary
    assert "about 200k words" in preview.summary


# ---- looking


def test_the_pace_slows_when_looking_is_costly_and_recovers():
    pace = RefreshRate(cores=2)
    assert pace.next_interval(0.005, 0.0) == 0.2
    assert pace.next_interval(0.03, 0.0) == 0.2  # one look more costly than the others
    for _ in range(20):
        interval = pace.next_interval(0.04, 0.0)
    assert interval == pytest.approx(0.5, rel=0.01)  # 4 % of two cores
    assert pace.next_interval(100.0, 0.0) == SLOWEST_SECONDS
    intervals = [pace.next_interval(0.005, 0.0) for _ in range(60)]
    assert intervals == sorted(intervals, reverse=True)
    assert intervals[-1] == 0.2
    asked = RefreshRate(0.1, cores=2)
    assert asked.next_interval(1.0, 0.0) == 0.1


def test_the_pace_slows_when_looks_come_late_twice():
    pace = RefreshRate(0.2)
    assert pace.next_interval(0.001, 0.3) == 0.2
    assert pace.next_interval(0.001, 0.3) == 0.4


def test_a_remote_terminal_is_drawn_less_often():
    assert first_interval({}) == 0.2
    assert first_interval({"SSH_CONNECTION": "10.0.0.1 22"}) == 0.5


def test_the_range_of_the_curve_moves_by_halves():
    halfway = Progress(tokens_planned=8_000_000, tokens=900_000)
    shot = Snapshot(state="training", settings=LiveSettings(), progress=halfway)
    assert x_range(shot) == 1_000_000
    ended = Snapshot(state="done", settings=LiveSettings(), progress=Progress(tokens=77))
    assert x_range(ended) == 77


@given(st.integers(2, 200), st.lists(st.text("ab東", max_size=12), max_size=8))
def test_parts_fit_whatever_the_width(width, texts):
    parts = [Part(text, "", rank) for rank, text in enumerate(texts)]
    line = fitted(parts[::2], parts[1::2], width)
    assert line.cell_len <= width


def test_notable_words_are_known_ones_and_no_function_words():
    words = ["the", "of", "and", *[f"word{i}" for i in range(50)], "king", "paris"]
    assert notable_words(words, 8)[:2] == ("king", "paris")
    plain = ["the", "of", "and", "to", *"abcdefgh", *[f"noun{chr(97 + i)}" for i in range(26)]]
    assert not {"the", "of", "and", "to"} & set(notable_words(plain, 8))
    assert notable_words(["a", "b"], 8) == ("a", "b")
    assert notable_words([], 8) == ()


# ---- imports


@pytest.mark.process
def test_the_first_screen_needs_neither_numpy_nor_numba():
    code = (
        "import sys, w2vtui.tui.app; "
        "heavy = {'numpy', 'numba', 'w2v_kernels', 'w2vtui.tui.train_screen.screen'}; "
        "heavy &= set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)})


def test_a_wrong_text_for_a_setting_names_the_range():
    with pytest.raises(SettingsError, match="1 to 10,000 words"):
        LIVE["window"].from_text("0")
