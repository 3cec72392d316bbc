"""A `w2vtui.toml` in the current folder: what it sets is said, what it may not is ignored."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.processes import QUICK
from w2vtui.cli import run_command_line
from w2vtui.cli.parser import parse
from w2vtui.config import TABLES, read_config
from w2vtui.config.writing import toml_value
from w2vtui.settings import RunSettings, field_default, field_types
from w2vtui.tui.app import W2vApp

TRAIN = ("train", "notes.txt", "-o", "v.bin")


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The person's own file, empty."""
    file = tmp_path / "own" / "config.toml"
    file.parent.mkdir()
    file.touch()
    monkeypatch.setenv("W2VTUI_CONFIG", str(file))
    return file


@pytest.fixture
def local(own, tmp_path, monkeypatch):
    """A file in the current folder, to be written."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here / "w2vtui.toml"


def notes(*argv: str) -> tuple[str, ...]:
    return parse(argv).config.notes


def test_what_a_local_file_sets_is_said_in_one_line(local, own):
    own.write_text("[training]\nnegative = 7\n[corpus]\nlowercase = true\n")
    assert notes(*TRAIN) == ()
    local.write_text(
        "[training]\nwindow = 1\nepochs = 1\nalpha = 'auto'\n[corpus]\nmin_count = 2\n"
    )
    assert notes(*TRAIN) == (
        "settings from ./w2vtui.toml: min_count 2, window 1, alpha auto, epochs 1",
    )
    assert notes(*TRAIN, "--window", "3", "--alpha", "0.1", "--min-count", "5") == (
        "settings from ./w2vtui.toml: epochs 1",
    )
    assert notes("bench", "notes.txt") == (
        "settings from ./w2vtui.toml: min_count 2, window 1, alpha auto",
    )
    assert notes("runs") == notes("resume", "last") == notes("neighbors", "v.bin", "x") == ()


def test_a_variable_goes_before_a_local_file_and_is_not_said(local, monkeypatch):
    local.write_text("[training]\nwindow = 1\n")
    monkeypatch.setenv("W2VTUI_WINDOW", "8")
    assert notes(*TRAIN) == ()


def test_keys_and_looks_are_said_where_there_is_a_screen(local):
    local.write_text("[screen]\nhints = false\n[keys]\n'train.pause' = 'p'\n")
    assert notes() == ("settings from ./w2vtui.toml: hints off, train.pause p",)
    assert notes(*TRAIN) == ()


def test_a_local_file_cannot_say_where_runs_go_or_how_errors_are_met(
    local, own, tmp_path, monkeypatch
):
    monkeypatch.delenv("W2VTUI_RUNS_DIR")
    elsewhere = tmp_path / "elsewhere"
    text = (
        f"[runs]\nruns_dir = '{elsewhere}'\ncheckpoints = false\ncheckpoint_seconds = 9\n"
        "[corpus]\nencoding_errors = 'ignore'\n"
    )
    local.write_text(text)
    arguments = parse(TRAIN)
    assert arguments.run_settings == RunSettings()
    assert arguments.corpus_settings.encoding_errors == "strict"
    (note,) = arguments.config.notes
    assert note == (
        "ignored in ./w2vtui.toml: encoding_errors (line 6), runs_dir (line 2), checkpoints (line "
        "3), checkpoint_seconds (line 4): a file in the current folder cannot set this; put it in "
        f"your own {own}"
    )
    for verb in (["runs"], ["export", "last", "-o", "v.bin"], ["replay", "last"]):
        arguments = parse(verb)
        assert arguments.run_settings.runs_dir is None
        assert "runs_dir (line 2)" in arguments.config.notes[0]
    assert notes("runs", "--runs-dir", str(tmp_path)) == ()
    local.unlink()
    own.write_text(text)
    assert parse(TRAIN).run_settings.runs_dir == str(elsewhere)
    assert notes(*TRAIN) == ()


@pytest.mark.parametrize(
    ("table", "name"),
    [(table, name) for table, settings in TABLES.items() for name in field_types(settings)],
)
def test_each_setting_of_a_local_file_is_either_said_or_ignored(local, monkeypatch, table, name):
    """A setting that is added later is either, too."""
    monkeypatch.delenv("W2VTUI_RUNS_DIR")
    monkeypatch.delenv("W2VTUI_OWN_PROCESS", raising=False)
    default = field_default(TABLES[table], name)
    local.write_text(f"[{table}]\n{name} = {toml_value(default)}\n")
    (note,) = notes()
    is_free = table != "runs" and name != "encoding_errors"
    assert note.startswith("settings from ./" if is_free else "ignored in ./")
    assert name in note
    assert (name in read_config().values) == is_free


def test_the_own_file_in_the_current_folder_is_the_persons(local, monkeypatch, tmp_path):
    local.write_text("[training]\nwindow = 1\n[runs]\ncheckpoint_seconds = 9\n")
    link = tmp_path / "link"
    link.symlink_to(local.parent)
    for named in ("w2vtui.toml", str(local), "../here/w2vtui.toml", str(link / "w2vtui.toml")):
        monkeypatch.setenv("W2VTUI_CONFIG", named)
        arguments = parse(TRAIN)
        assert arguments.config.notes == ()
        assert arguments.live_settings.window == 1
        assert arguments.run_settings.checkpoint_seconds == 9


def test_without_a_home_the_file_in_the_current_folder_is_a_local_one(local, monkeypatch):
    monkeypatch.delenv("W2VTUI_CONFIG")
    monkeypatch.setattr("w2vtui.config.reading.user_folder", lambda kind: None)
    local.write_text("[training]\nwindow = 1\n[runs]\ncheckpoint_seconds = 9\n")
    arguments = parse(TRAIN)
    assert arguments.run_settings.checkpoint_seconds == 60
    assert arguments.config.notes[0] == "settings from ./w2vtui.toml: window 1"
    assert "your own file, which W2VTUI_CONFIG names" in arguments.config.notes[1]


def test_what_is_said_cannot_reach_the_terminal(local):
    local.write_text(
        '[corpus]\nencoding = "utf-8\\u001b[31m"\n[keys]\n"a\\u001b[2J" = "p\\u202e"\n'
    )
    (note,) = notes()
    assert note.isprintable()
    local.write_text(f"[corpus]\nencoding = '{'x' * 9_000}'\n")
    assert len(notes()[0]) < 120


@pytest.mark.parametrize("argv", [("train",), ()])
def test_a_training_says_it_on_stderr_before_it_begins(
    local, topical_corpus, capsys, tmp_path, argv
):
    local.write_text("[training]\nwindow = 1\n[runs]\ncheckpoints = false\n")
    output = str(tmp_path / "v.bin")
    assert run_command_line([*argv, str(topical_corpus), "-o", output, *QUICK]) == 0
    printed = capsys.readouterr()
    said, ignored, *_ = printed.err.splitlines()
    assert said == "settings from ./w2vtui.toml: window 1"
    assert ignored.startswith("ignored in ./w2vtui.toml: checkpoints (line 4): ")
    assert "w2vtui.toml" not in printed.out
    assert list(Path(os.environ["W2VTUI_RUNS_DIR"]).iterdir())


def test_config_show_says_what_is_ignored(local, capsys, monkeypatch):
    local.write_text("[runs]\nruns_dir = 'x'\n")
    assert run_command_line(["config", "show"]) == 0
    assert "ignored" not in capsys.readouterr().err  # a variable names one
    monkeypatch.delenv("W2VTUI_RUNS_DIR")
    assert run_command_line(["config", "show"]) == 0
    printed = capsys.readouterr()
    assert "ignored in ./w2vtui.toml: runs_dir (line 2)" in printed.err
    assert ' = "auto"' in next(line for line in printed.out.splitlines() if "runs_dir" in line)


async def test_the_app_shows_it_in_a_notice(local):
    local.write_text("[training]\nwindow = 1\n[runs]\ncheckpoints = false\n")
    app = W2vApp(config=parse([]).config)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        shown = [one.message for one in app._notifications]
        assert "settings from ./w2vtui.toml: window 1" in shown
        assert any(text.startswith("ignored in ./w2vtui.toml: checkpoints") for text in shown)
