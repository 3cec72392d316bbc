"""Settings files and variables: what counts, where it came from, and what is refused."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vtui.cli import run_command_line
from w2vtui.cli.parser import parse
from w2vtui.cli.verbs.app import form_of
from w2vtui.config import TABLES, read_config, settings_files
from w2vtui.config.writing import Key, template, toml_value
from w2vtui.errors import SettingsError
from w2vtui.settings import (
    LiveSettings,
    ScreenSettings,
    checked_value,
    choices_of,
    field_default,
    field_types,
    spec_of,
)
from w2vtui.tui.first_screen.draft import Draft

NAMES = [(table, name) for table, settings in TABLES.items() for name in field_types(settings)]


@pytest.fixture
def files(tmp_path, monkeypatch):
    """An own file and a local one, to be written; the current folder is that of the local one."""
    here, own = tmp_path / "here", tmp_path / "own" / "config.toml"
    here.mkdir()
    own.parent.mkdir()
    own.touch()
    monkeypatch.chdir(here)
    monkeypatch.delenv("W2VTUI_OWN_PROCESS")
    monkeypatch.setenv("W2VTUI_CONFIG", str(own))
    monkeypatch.delenv("W2VTUI_RUNS_DIR")
    return own, here / "w2vtui.toml"


def refusal(*argv: str) -> str:
    with pytest.raises(SettingsError) as caught:
        parse(["train", "notes.txt", "-o", "v.bin", *argv])
    return str(caught.value)


# ---- what counts


def test_each_place_goes_before_the_next(files, monkeypatch):
    own, local = files
    argv = ["train", "notes.txt", "-o", "v.bin"]
    assert parse(argv).live_settings.window == 5
    own.write_text("[training]\nwindow = 6\n")
    assert parse(argv).live_settings.window == 6
    local.write_text("[training]\nwindow = 7\n")
    assert parse(argv).live_settings.window == 7
    monkeypatch.setenv("W2VTUI_WINDOW", "8")
    assert parse(argv).live_settings.window == 8
    assert parse([*argv, "--window", "9"]).live_settings.window == 9


def test_a_preset_goes_between_flags_and_all_else(files, monkeypatch, capsys):
    _, local = files
    local.write_text("[training]\nwindow = 7\nworkers = 2\n")
    monkeypatch.setenv("W2VTUI_EPOCHS", "9")
    chosen = ["--preset", "graph", "--negative", "8"]
    assert run_command_line(["config", "show", *chosen]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    preset = "--preset graph walks"
    assert f"window = 10 # {preset}" in lines
    assert f"epochs = 1 # {preset}" in lines
    assert f'model = "skip-gram" # {preset}' in lines  # its default, as in the app
    assert f"vector_size = 128 # {preset}" in lines
    assert "negative = 8 # --negative" in lines
    assert f"workers = 2 # {local}, line 3" in lines
    arguments = parse(["train", "walks.txt", *chosen])
    assert (arguments.live_settings.window, arguments.live_settings.negative) == (10, 8)
    assert arguments.config.values["window"].value == 7  # what a line without the preset gets
    form = form_of(parse(["walks.txt", *chosen]))
    draft = Draft(dataclasses.replace(form, live=LiveSettings(workers=2)), 2)
    draft.choose_preset("graph walks")
    draft.type("negative", "8")
    assert draft.form == form
    assert "did you mean graph?" in refusal("--preset", "graf walks")
    assert refusal("--preset", "").startswith("argument --preset: there is no preset ''")
    assert run_command_line(["config", "path", "--preset", "logs"]) == 2


def test_files_are_put_together_setting_by_setting(files):
    own, local = files
    own.write_text("[training]\nwindow = 6\nnegative = 7\n[corpus]\nlowercase = true\n")
    local.write_text("[training]\nwindow = 9\n[vectors]\nvector_size = 64\n")
    arguments = parse(["notes.txt"])
    assert arguments.live_settings == LiveSettings(window=9, negative=7)
    assert arguments.corpus_settings.lowercase
    assert arguments.training_settings.vector_size == 64


def test_a_flag_switches_off_what_a_file_switches_on(files):
    files[0].write_text("[corpus]\nlowercase = true\n[training]\nepochs = 3\n")
    arguments = parse(["notes.txt", "--no-lowercase", "--epochs", "auto"])
    assert not arguments.corpus_settings.lowercase
    assert arguments.live_settings.epochs is None


def test_the_screen_has_settings_and_flags_of_its_own(files, monkeypatch):
    files[0].write_text('[screen]\ntheme = "nord"\nfps = 10\n')
    monkeypatch.setenv("W2VTUI_MARKER", "ascii")
    look = parse(["--no-hints"]).screen_settings
    assert look == ScreenSettings(theme="nord", fps=10.0, marker="ascii", hints=False)


def test_bench_takes_what_it_has_flags_for(files):
    files[0].write_text(
        '[corpus]\nmin_count = 2\nlowercase = true\n[training]\nwindow = 3\nmodel = "cbow"\n'
        "epochs = 50\n"
    )
    arguments = parse(["bench", "notes.txt"])
    assert arguments.corpus_settings.min_count == 2
    assert not arguments.corpus_settings.lowercase
    assert arguments.live_settings == LiveSettings(window=3, epochs=1)


def test_looking_at_vectors_does_not_read_settings(files):
    files[0].write_text("not TOML at all")
    assert parse(["neighbors", "v.bin", "king"]).words == ["king"]


def test_an_empty_variable_asks_for_nothing(files, monkeypatch):
    monkeypatch.setenv("W2VTUI_WINDOW", "")
    assert parse(["notes.txt"]).live_settings.window == 5


def test_without_a_variable_the_own_file_lies_among_the_users_settings(monkeypatch, tmp_path):
    monkeypatch.delenv("W2VTUI_CONFIG")
    monkeypatch.chdir(tmp_path)
    local, own = settings_files()
    assert local == tmp_path / "w2vtui.toml"
    assert own.name == "config.toml"
    assert own.parent.name == "w2vtui"


# ---- what is refused, and in which words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[training]\n\nwindow = 0\n", "{file}, line 3: window must be 1 to 10,000 words"),
        ('[training]\nwindow = "8"\n', "must be 1 to 10,000 words, or all, got '8'"),
        ("[training]\nwindow = true\n", "must be 1 to 10,000 words, or all, got True"),
        ("[corpus]\nlowercase = 1\n", "line 2: lowercase must be true or false, got 1"),
        ('[training]\nmodel = "cbo"\n', "got 'cbo' (did you mean cbow?)"),
        ("[training]\nmodel = [1]\n", "line 2: model must be skip-gram or cbow, got [1]"),
        ("[screen]\nfps = nan\n", "fps must be 0.5 to 30 updates a second, got nan"),
        ("[training]\nalpha = inf\n", "alpha must be above 0 and at most 1000, got inf"),
        ("[training]\nwindw = 8\n", "line 2: there is no setting 'windw' under [training] (got 8)"),
        ("[training]\nwindw = 8\n", "did you mean window?"),
        ("[training]\nmin_count = 8\n", "line 2: min_count belongs under [corpus]"),
        ("window = 8\n", "line 1: window belongs under [training]"),
        ("[trainig]\nwindow = 8\n", "line 1: there is no table 'trainig': did you mean [training]"),
        ("# a\ntraining = 3\n", "line 2: [training] must be a table of settings, got 3"),
        ("[training]\nwindow = \n", "{file} is not valid TOML: Invalid value (at line 2"),
        ("[training]\nwindow = 1\nwindow = 2\n", "is not valid TOML"),
        ("a = " + "[" * 5000, "is not valid TOML"),
        (f"[training]\nwindow = {'9' * 5000}\n", "is not valid TOML"),
        ("#" * 70_000, "{file} is longer than 65,536 bytes: not a settings file"),
        ('[keys]\n"train.pause" = 3\n', "line 2: train.pause must be a key such as"),
        ('[keys]\ntrain.pause = ""\n', "line 2: train.pause must be a key such as"),
        ("[training]\nmin_alpha = 1.0\n", "got 1 (min_alpha from {file}, line 2)"),
    ],
)
def test_a_wrong_file_is_refused_by_place_key_and_value(files, text, expected):
    files[1].write_text(text)
    assert expected.format(file=files[1]) in refusal()


def test_the_line_is_that_of_the_key_and_not_of_one_like_it(files):
    files[0].write_text(
        '[training]\n# window = 3\nshrink_windows = true\n[keys]\n"a.b" = """\nwindow = 1\n"""\n'
        "[training.x]\n"
    )
    assert "line 8: there is no setting 'x' under [training]" in refusal()
    files[0].write_text("[corpus]\n# window\n[training]\nshrink_windows = true\nwindow = -1\n")
    assert "line 5: window must be" in refusal()


@pytest.mark.parametrize("content", [b"\xff\xfe[\x00", b"[training]\nmodel = '\xe9'\n"])
def test_a_file_that_is_not_utf_8_is_refused(files, content):
    files[0].write_bytes(content)
    assert "not UTF-8, as settings files must be" in refusal()


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(files):
    files[0].write_bytes(b"\xef\xbb\xbf[training]\r\nwindow = 9\r\n")
    assert parse(["notes.txt"]).live_settings.window == 9


def test_a_named_file_must_be_there(files, monkeypatch, tmp_path):
    monkeypatch.setenv("W2VTUI_CONFIG", str(tmp_path / "no" / "such.toml"))
    assert "such.toml, which does not exist: create it with w2vtui config init" in refusal()


def test_a_folder_is_not_a_settings_file(files, monkeypatch, tmp_path):
    monkeypatch.setenv("W2VTUI_CONFIG", str(tmp_path))
    assert f"cannot read {tmp_path}: Is a directory" in refusal()


@pytest.mark.parametrize(
    ("variable", "text", "expected"),
    [
        (
            "W2VTUI_WINDOW",
            "0",
            "environment variable W2VTUI_WINDOW: window must be 1 to 10,000 words",
        ),
        ("W2VTUI_HINTS", "maybe", "W2VTUI_HINTS: hints must be true or false, got 'maybe'"),
        ("W2VTUI_WINDWO", "8", "W2VTUI_WINDWO ('8') is not a setting: did you mean W2VTUI_WI"),
        ("W2VTUI_CACHEDIR", "/tmp", "did you mean W2VTUI_CACHE_DIR?"),
    ],
)
def test_a_wrong_variable_is_refused(files, monkeypatch, variable, text, expected):
    monkeypatch.setenv(variable, text)
    assert expected in refusal()


def test_the_help_is_shown_whatever_the_files_say(files, capsys):
    files[0].write_text("not TOML at all")
    with pytest.raises(SystemExit) as end:
        run_command_line(["--help"])
    assert end.value.code == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert (
        "the first one that has a value wins: flags, --preset, environment variables (W2VTUI_"
        in printed
    )
    assert "--marker braille|block|ascii" in printed


# ---- round trips


def test_no_two_settings_have_the_same_name():
    names = [name for _, name in NAMES]
    assert len(set(names)) == len(names)


def values_of(table: str, name: str) -> st.SearchStrategy:
    kind, spec = field_types(TABLES[table])[name], spec_of(TABLES[table], name)
    if choices_of(kind):
        return st.sampled_from(choices_of(kind))
    if kind is bool:
        return st.booleans()
    if kind is str:
        return st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
    if "str" in str(kind):
        text = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
        return st.none() | text.filter(lambda t: t.strip().lower() not in ("auto", "none"))
    if "float" in str(kind):
        numbers: st.SearchStrategy = st.floats(spec.low, spec.high, exclude_min=spec.low_open)
    else:
        numbers = st.integers(spec.low, spec.high)
    return st.none() | numbers if "None" in str(kind) else numbers


@given(st.sampled_from(NAMES), st.data())
def test_a_value_written_as_toml_is_read_as_the_same(place, data):
    table, name = place
    value = data.draw(values_of(table, name))
    held = tomllib.loads(f"[{table}]\n{name} = {toml_value(value)}\n")[table][name]
    assert checked_value(TABLES[table], name, held) == value


@given(st.data())
def test_any_settings_survive_a_file(tmp_path_factory, data):
    chosen = {
        (table, name): data.draw(values_of(table, name), label=name)
        for table, name in data.draw(st.lists(st.sampled_from(NAMES), unique=True))
    }
    path = tmp_path_factory.mktemp("config") / "config.toml"
    lines = [f"{table}.{name} = {toml_value(value)}\n" for (table, name), value in chosen.items()]
    path.write_text("".join(lines), encoding="utf-8", newline="")
    config = read_config({"W2VTUI_CONFIG": str(path)})
    assert {name: one.value for name, one in config.values.items()} == {
        name: value for (_, name), value in chosen.items()
    }
    where = {one.source.line for one in config.values.values()}
    assert where == set(range(1, len(lines) + 1))


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_is_settings_or_a_settings_error(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("config") / "config.toml"
    path.write_text(text, encoding="utf-8")
    message = ""
    try:
        read_config({"W2VTUI_CONFIG": str(path)})
    except SettingsError as error:
        message = str(error)
    assert not message or str(path) in message


def test_the_template_holds_every_default():
    text = template([Key("train.pause", "space", "pause")])
    document = tomllib.loads(re.sub("^#(?! )", "", text, flags=re.MULTILINE))
    assert document.pop("keys") == {"train.pause": "space"}
    for table, settings in TABLES.items():
        held = document.pop(table)
        assert list(held) == list(field_types(settings))
        for name, value in held.items():
            assert checked_value(settings, name, value) == field_default(settings, name)
    assert not document
    assert max(map(len, text.splitlines())) <= 100
    assert all(not content for content in tomllib.loads(text).values())


# ---- w2vtui config


def test_config_show_lists_each_value_and_its_source(files, monkeypatch, capsys):
    own, local = files
    own.write_text("[corpus]\nmin_count = 2\n")
    local.write_text('[keys]\n"train.pause" = "p"\n')
    monkeypatch.setenv("W2VTUI_SAMPLE", "1e-5")
    assert run_command_line(["config", "show", "--window", "8"]) == 0
    shown = capsys.readouterr().out
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert f"min_count = 2 # {own}, line 2" in lines
    assert "window = 8 # --window" in lines
    assert "sample = 1e-05 # W2VTUI_SAMPLE" in lines
    assert 'epochs = "auto" # default' in lines
    assert f'"train.pause" = "p" # {local}, line 2' in lines
    own.write_text(shown)  # what is shown is a settings file
    local.unlink()
    monkeypatch.delenv("W2VTUI_SAMPLE")
    arguments = parse(["notes.txt"])
    assert arguments.live_settings == LiveSettings(window=8, sample=1e-5)
    assert arguments.config.keys["train.pause"].value == "p"


def test_config_show_as_json(files, capsys):
    files[0].write_text("[corpus]\nmin_count = 2\n")
    assert run_command_line(["config", "show", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [(table, name) for table in TABLES for name in printed[table]] == NAMES
    assert printed["corpus"]["min_count"] == {
        "value": 2, "source": "file", "where": str(files[0]), "line": 2,
    }  # fmt: skip
    assert printed["training"]["epochs"]["source"] == "default"
    assert printed["keys"] == {}


def test_config_show_names_what_only_the_screens_can_check(files, capsys):
    for text, expected in [
        ('[screen]\ntheme = "nrod"\n', "line 2: there is no theme 'nrod': did you mean nord?"),
        ('[keys]\ntrain.puse = "p"\n', "line 2: there is no key binding 'train.puse': did you"),
    ]:
        files[0].write_text(text)
        assert run_command_line(["config", "show"]) == 2
        assert f"{files[0]}, {expected}" in capsys.readouterr().err


def test_config_path_lists_the_files_and_prints_them_safely(files, monkeypatch, capsys, tmp_path):
    if os.name != "posix":
        pytest.skip("such names are POSIX'")
    odd = tmp_path / "a\x1b[31m\nb"
    odd.mkdir()
    monkeypatch.chdir(odd)
    assert run_command_line(["config", "path"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == rf"missing  {tmp_path}/a\x1b[31m\nb/w2vtui.toml"
    assert second == f"exists   {files[0]}"


def test_config_init_writes_a_file_that_changes_nothing_and_none_twice(files, capsys):
    own = files[0]
    own.unlink()
    assert run_command_line(["config", "init"]) == 0
    assert f"wrote {own}" in capsys.readouterr().err
    assert read_config().values == {}
    assert '#"train.pause" = "space"' in own.read_text()
    written = own.read_text()
    assert run_command_line(["config", "init"]) == 5
    assert "exists already: edit it" in capsys.readouterr().err
    assert own.read_text() == written


def test_config_init_makes_the_folder_or_reports_why_not(files, monkeypatch, capsys, tmp_path):
    new = tmp_path / "a" / "b" / "config.toml"
    monkeypatch.setenv("W2VTUI_CONFIG", str(new))
    assert run_command_line(["config", "init"]) == 0
    assert new.is_file()
    monkeypatch.setenv("W2VTUI_CONFIG", str(new / "c.toml"))
    assert run_command_line(["config", "init"]) == 5
    assert f"cannot write {new / 'c.toml'}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["config"], "arguments are required: show|path|init"),
        (["config", "shw"], "got 'shw' (did you mean show?)"),
        (["config", "path", "--window", "3"], "w2vtui config path takes no options, got --window"),
        (["config", "init", "--json"], "takes no options, got --json"),
        (["config", "show", "x"], "unexpected argument: x"),
        (["confg", "show"], "did you mean w2vtui config?"),
    ],
)
def test_config_asked_wrongly(files, capsys, argv, expected):
    assert run_command_line(argv) == 2
    assert expected in capsys.readouterr().err


def test_the_app_gets_the_look_and_the_keys(files, monkeypatch):
    got = {}
    monkeypatch.setattr("w2vtui.cli.verbs.app.has_screen", lambda: True)
    monkeypatch.setattr("w2vtui.tui.launch.run_app", lambda *args, **named: got.update(named) or 0)
    files[0].write_text('[screen]\nmarker = "ascii"\n[keys]\ntrain.pause = ["p", "f5"]\n')
    assert run_command_line(["--theme", "nord"]) == 0
    assert got["look"] == ScreenSettings(theme="nord", marker="ascii")
    assert got["config"].keys["train.pause"].value == "p,f5"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[screen]\ntheme = "nrod"\n', "line 2: there is no theme 'nrod': did you mean nord?"),
        ('[keys]\ntrain.pause = "f"\n', "line 2: train.pause cannot be f on the train screen"),
    ],
)
def test_the_app_is_not_shown_under_settings_that_it_cannot_follow(
    files, monkeypatch, capsys, text, expected
):
    monkeypatch.setattr("w2vtui.cli.verbs.app.has_screen", lambda: True)
    monkeypatch.setattr("w2vtui.tui.launch.run_app", lambda *args, **named: 0)
    files[1].write_text(text)
    assert run_command_line([]) == 2
    assert f"{files[1]}, {expected}" in capsys.readouterr().err


def test_the_command_line_of_the_first_screen_overrules_the_file(files):
    from w2vtui.tui.chosen.equivalent_command import command_line

    configured = {"window": 8, "alpha": 0.1}
    live = LiveSettings(window=5, negative=7)
    line = command_line(["x.txt"], live, configured=configured)
    assert line == "w2vtui train x.txt --negative 7 --window 5 --alpha auto"
    files[0].write_text("[training]\nwindow = 8\nalpha = 0.1\n")
    assert parse([*line.split()[1:], "-o", "v.bin"]).live_settings == live


def test_the_current_folder_may_be_gone(files, monkeypatch, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert settings_files() == (Path(files[0]),)


def test_every_screen_setting_can_be_given_in_every_way():
    for one in dataclasses.fields(ScreenSettings):
        flag = "--" + one.name.replace("_", "-")
        words = {"theme": "nord", "marker": "block", "fps": "3"}.get(one.name)
        argv = [flag, words] if words else [flag]
        assert getattr(parse(argv).screen_settings, one.name) in (words, 3.0, True)
