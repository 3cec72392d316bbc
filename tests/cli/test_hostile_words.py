"""Words and names of files that would take over a terminal, were they printed as they are."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest
from rich.table import Column, Table
from rich.text import Text

from tests.support.hostile_words import HOSTILE, assert_harmless
from tests.support.processes import QUICK, Result, posix
from w2vtui.cli import output
from w2vtui.cli.console import SafeConsole, show_drawn
from w2vtui.runs.disk.lock import RunLock


def test_hostile_tokens_never_reach_the_terminal_raw(w2v, tmp_path):
    corpus, output = tmp_path / "hostile.txt", tmp_path / "v.bin"
    corpus.write_text((" ".join(HOSTILE) + " plain\n") * 20, encoding="utf-8")
    trained = w2v("train", corpus, "-o", output, *QUICK, "--neighbors", "plain", *HOSTILE, "\x1b[x")
    assert trained.code == 0
    assert "\\x1b[2J" in trained.out
    shown = w2v("neighbors", output, "plain", *HOSTILE, "\x1b[2K")
    assert shown.code == 3
    assert "no vector for '\\x1b[2K': did you mean \\x1b[2J" in shown.err
    for result in (
        trained,
        shown,
        w2v(corpus, *QUICK),
        w2v("train", corpus, "-o", output, *QUICK, "--json"),
        w2v("analogy", output, "plain", *HOSTILE[:2]),
        w2v("analogy", output, "plain", HOSTILE[0], "\x1b[2K"),
    ):
        assert result.out or result.err
        assert_harmless(result.out, result.err)


def test_hostile_tokens_in_json_are_escaped_and_come_back_whole(w2v, tmp_path):
    path = tmp_path / "v.vec"
    rows = "".join(f"{word} {place + 1} 1\n" for place, word in enumerate(["plain", *HOSTILE]))
    path.write_text(f"{len(HOSTILE) + 1} 2\n{rows}", encoding="utf-8")
    result = w2v("neighbors", path, "plain", *HOSTILE, "--json", "-n", 20)
    assert result.code == 0
    assert_harmless(result.out)
    found = json.loads(result.out)
    assert list(found) == ["plain", *HOSTILE]
    assert {word for word, _ in found["plain"]} == set(HOSTILE)


def test_hostile_names_never_reach_the_terminal_raw(w2v, vectors, tmp_path):
    hostile = "\x1b[31m\u202e"
    section = tmp_path / f"{hostile}.txt"
    section.write_text(f": {hostile}\nman king woman queen\n", encoding="utf-8")
    (tmp_path / f"{hostile}.corpus").write_text("a b\n" * 9)
    results = [
        w2v("evaluate", vectors, "--analogies", section),
        w2v("evaluate", vectors, "--analogies", section, "--json"),
        w2v("evaluate", vectors, "--pairs", section),
        w2v("evaluate", tmp_path / hostile, "--pairs", section),
        w2v("train", tmp_path / f"{hostile}.corpus", "-o", tmp_path / f"{hostile}.bin", *QUICK),
        w2v("train", tmp_path / f"{hostile}.missing", "-o", tmp_path / "v.bin"),
        w2v("train", "x", "-o", tmp_path / hostile / "v.bin"),
        w2v("train", "x", "-o", f"v.{hostile}"),
        w2v("train", "x", f"--{hostile}"),
        w2v("train", "x", "--window", hostile),
        w2v(hostile),
        w2v("neighbors", vectors, hostile),
    ]
    assert [result.code for result in results] == [0, 0, 3, 3, 0, 3, 5, 2, 2, 2, 3, 3]
    for result in results:
        assert_harmless(result.out, result.err)


# ---- every verb


NAME = "evil\x1b[31m\x9b5m\u202e\x07\nforged"
"""Sets a color twice, turns the direction, rings, and begins a line of its own."""


def assert_tame(*results: Result) -> None:
    """Nothing of NAME was printed as it is, and its escaped form was."""
    for result in results:
        assert_harmless(result.out, result.err)
        assert "\nforged" not in result.out + result.err
        assert r"\u202e" in result.out + result.err, result


@pytest.fixture
def hostile_run(w2v, topical_corpus):
    """Train, save the run, and give its folder a name that nobody would have typed."""

    def train(*argv) -> Path:
        assert w2v("train", topical_corpus, *QUICK, *argv).code == 0
        root = Path(os.environ["W2VTUI_RUNS_DIR"])
        (folder,) = root.iterdir()
        return folder.rename(root / NAME)

    return train


@posix
def test_a_run_of_a_hostile_name_is_tame_in_every_verb(w2v, hostile_run, topical_corpus, tmp_path):
    folder = hostile_run("-o", tmp_path / f"{NAME}.bin")
    run = f"{folder}"
    assert_tame(
        w2v("runs"),
        w2v("runs", "--json"),
        w2v("resume", "last"),
        w2v("resume", "last", "--window", 2),
        w2v("resume", run, "-o", tmp_path / f"{NAME}.txt"),
        w2v("resume", f"{NAME}x"),
        w2v("export", "last"),
        w2v("export", "last", "-o", tmp_path / NAME / "v.bin"),
        w2v("replay", "last"),
        w2v("replay", "last", "-o", tmp_path / f"{NAME}.vec"),
    )
    (folder / "checkpoints").rename(tmp_path / "away")
    assert_tame(
        w2v("export", "last"),
        w2v("replay", "last"),
        w2v("resume", "last", "--epochs", 2, "--force", "--runs-dir", folder.parent),
        w2v("runs", "--runs-dir", tmp_path / NAME),
    )
    (folder / "run.json").write_text("{}")
    assert_tame(
        w2v("runs"),
        w2v("runs", "--json"),
        w2v("resume", "last"),
        w2v("export", "last"),
        w2v("replay", "last"),
        w2v("runs", "--remove", "last", f"{NAME}x"),
    )


@posix
def test_a_run_of_a_hostile_name_is_tame_where_it_is_stopped_and_removed(
    w2v, hostile_run, topical_corpus, monkeypatch
):
    folder = hostile_run("--stop-when", "tokens 5000")
    assert_tame(w2v("resume", "last", "--corpus", NAME))
    lock = RunLock(folder)
    assert_tame(w2v("resume", "last"), w2v("runs", "--remove", NAME))
    lock.release()
    stopped = w2v("resume", "last", "--stop-when", "epoch 0", "--corpus", topical_corpus)
    assert stopped.code in (0, 2)
    assert_harmless(stopped.out, stopped.err)
    assert_tame(w2v("runs", "--remove", NAME))


@posix
def test_texts_and_settings_of_hostile_names_are_tame_in_every_verb(
    w2v, vectors, tmp_path, monkeypatch
):
    corpus = tmp_path / NAME
    corpus.write_text("a b c d e f\n" * 99)
    config = tmp_path / f"{NAME}.toml"
    results = [
        w2v("train", corpus, "-o", tmp_path / f"{NAME}.bin", *QUICK),
        w2v("train", corpus, *QUICK, "--pairs", tmp_path / f"{NAME}.csv"),
        w2v("train", corpus, "-o", corpus, *QUICK),
        w2v("train", corpus, *QUICK, "--stop-when", NAME),
        w2v("train", corpus, *QUICK, "--model", NAME),
        w2v("train", corpus, *QUICK, "--tokenizer", NAME),
        w2v("train", corpus, *QUICK, "--encoding", NAME),
        w2v("train", corpus, "-cbow", NAME),
        w2v("train", corpus, *QUICK, "--neighbors", NAME),
        w2v("train", corpus, *QUICK, f"--{NAME}"),
        w2v("neighbors", corpus, "a"),
        w2v("neighbors", vectors, NAME),
        w2v("analogy", vectors, "man", "king", NAME),
        w2v("evaluate", vectors, "--pairs", corpus),
        w2v("bench", tmp_path / f"{NAME}.missing"),
        w2v("bench", corpus, "--json", tmp_path / NAME / "x"),
        w2v("bench", corpus, "--against", NAME),
        w2v("bench", corpus, "--quality", tmp_path / f"{NAME}.csv"),
        w2v("bench", corpus, "--mode", NAME),
        w2v("config", NAME),
        w2v("config", "show", "--theme", NAME),
        w2v(f"{NAME}.missing"),
    ]
    assert_tame(*results)
    monkeypatch.delenv("W2VTUI_RUNS_DIR")
    for text in (
        f"[screen]\ntheme = {json.dumps(NAME)}\n",
        f"[screen]\n{json.dumps(NAME)} = 1\n",
        f'[keys]\n{json.dumps(NAME)} = "x"\n',
        f'[keys]\n"app.help" = {json.dumps(NAME)}\n',
        f"[runs]\nruns_dir = {json.dumps(NAME)}\n",
        f"[training]\nmodel = {json.dumps(NAME)}\n",
    ):
        config.write_text(text)
        monkeypatch.setenv("W2VTUI_CONFIG", str(config))
        shown = w2v("config", "show"), w2v("config", "show", "--json")
        assert_tame(*shown, w2v("config", "path"), w2v("config", "init"))
    monkeypatch.setenv("W2VTUI_CONFIG", str(tmp_path / f"{NAME}.new"))
    assert_tame(w2v("config", "init"))
    monkeypatch.setenv("W2VTUI_WINDOW", NAME)
    assert_tame(w2v("config", "show"), w2v("train", corpus, "-o", tmp_path / "v.bin"))


# ---- the printers


def test_each_line_is_escaped_by_the_printer(capsys):
    output.report(f"a {NAME}", "b\tc")
    output.show(f"d {NAME}", "")
    captured = capsys.readouterr()
    escaped = r"evil\x1b[31m\x9b5m\u202e\x07\nforged"
    assert captured.err == f"a {escaped}\nb\\tc\n"
    assert captured.out == f"d {escaped}\n\n"


def test_a_question_is_escaped(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(" Yes \n"))
    assert output.ask(f"remove {NAME}?") == "Yes"
    assert_tame(Result(0, *capsys.readouterr()))


def test_colors_stay_and_what_is_drawn_is_escaped():
    drawn = SafeConsole(
        file=io.StringIO(), force_terminal=True, color_system="standard", width=99, _environ={}
    )
    table = Table("head", Column(Text("\x1b[31mname")))
    table.add_row("plain", Text("\u202ename\nsecond", style="red"))
    drawn.print(Text("\x9bm", style="red"), table)
    text = drawn.file.getvalue()
    assert "\x1b[31m\\x9bm\x1b[0m" in text
    assert "\x1b[31m\\u202ena" in text  # cut: it was not escaped before it was measured
    assert "\\x1b[31" in text
    assert "second" in text
    assert not {"\x9b", "\u202e"} & set(text)


def test_lines_are_drawn_as_wide_as_the_terminal_and_tame(capsys):
    show_drawn(Text("\x1b]0;title\u202e"), width=30)
    assert capsys.readouterr().out == "\\x1b]0;title\\u202e\n"
