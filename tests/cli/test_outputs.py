"""What goes to which stream and file, and that nothing is lost or wrongly overwritten."""

from __future__ import annotations

import dataclasses
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.support.processes import (
    ENDLESS,
    QUICK,
    finish,
    json_objects,
    posix,
    read_terminal,
    until_it_trains,
)
from tests.support.wait import DEADLINE
from w2vtui.cli.progress import PlainLines
from w2vtui.errors import DiskError
from w2vtui.formats import load_vectors
from w2vtui.runs.requested import request
from w2vtui.training.run import Run
from w2vtui.training.state.measurements import Probe
from w2vtui.training.state.snapshot import Losses, Progress

OLD_VECTORS = b"2 2\nold 0.5 1.5\nolder 0.25 -1\n"

# ---- stdout and stderr


def test_progress_goes_to_stderr_and_only_results_to_stdout(started, topical_corpus, tmp_path):
    result = finish(
        started("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK, "--neighbors", "cow")
    )
    assert result.code == 0
    assert result.lines[0] == "cow"
    assert len(result.lines) == 9
    assert all(re.fullmatch(r"  \S+ +-?[01]\.\d{3} +[\d,]+", line) for line in result.lines[1:])
    assert re.search(r"^topics\.txt: [\d,]+ tokens, 26 words of 26$", result.err, re.M)
    assert re.search(r"^finished after 00:0\d  [\d,]+ words/s  loss \d\.\d{3}", result.err, re.M)
    assert result.err.splitlines()[-1].startswith("saved ")
    assert all(character.isprintable() or character == "\n" for character in result.err)


def test_colors_that_are_forced_on_a_log_make_no_screen_of_it(started, topical_corpus, tmp_path):
    result = finish(
        started(
            "train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK,
            variables={"FORCE_COLOR": "1"},
        )
    )  # fmt: skip
    assert result.code == 0
    assert "\x1b" not in result.err
    assert "finished after" in result.err


def test_a_loss_that_diverges_is_shown_in_short_form(capsys):
    shot = dataclasses.replace(
        Run(lambda progress, stop: None).snapshot(),
        state="training",
        progress=Progress(tokens=1),
        losses=Losses(now=9.401e29),
        probe=Probe(tokens=1, loss=7.25e6, standard_error=0.125),
    )
    PlainLines(SimpleNamespace(snapshot=lambda: shot)).show(shot)
    printed = capsys.readouterr().err
    assert "loss 9.4e29 " in printed
    assert "probe 7.25e6 \N{PLUS-MINUS SIGN} 0.125" in printed


def test_json_lines_parse_and_end_with_the_state_done(w2v, topical_corpus, tmp_path):
    result = w2v("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK, "--json")
    assert result.code == 0
    objects = json_objects(result.out)
    last = objects[-1]
    assert last["state"] == "done"
    assert last["fraction"] == 1.0
    assert last["tokens"] == last["tokens_planned"] > 10_000
    assert (last["epoch"], last["epochs"], last["words"]) == (1, 1, 26)
    assert last["corpus"] == "topics.txt"
    assert 0 < last["mean_loss"] < 10
    assert all(set(obj) == set(last) for obj in objects)
    assert (tmp_path / "v.bin").exists()


def test_json_of_a_failed_training_ends_with_the_state_failed(w2v, tmp_path):
    text = tmp_path / "rare.txt"
    text.write_text("one two three\n")
    result = w2v("train", text, "-o", tmp_path / "v.bin", "--json", *QUICK)
    assert result.code == 3
    assert json_objects(result.out)[-1]["state"] == "failed"
    assert "min_count" in result.err


# ---- a terminal


@posix
def test_in_a_terminal_a_line_is_drawn_in_place(terminal, topical_corpus, tmp_path):
    process, descriptor = terminal("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK)
    drawn = read_terminal(descriptor)
    assert process.wait(DEADLINE) == 0, drawn
    assert b"\x1b[" in drawn
    assert b"finished after" in drawn
    assert drawn.rstrip().endswith(b"26 words x 8")


@posix
def test_a_dumb_terminal_gets_plain_lines_and_no_screen(
    terminal, environment, topical_corpus, tmp_path
):
    environment["TERM"] = "dumb"
    process, descriptor = terminal(topical_corpus, "-o", tmp_path / "v.bin", *QUICK)
    drawn = read_terminal(descriptor)
    assert process.wait(DEADLINE) == 0, drawn
    assert b"\x1b" not in drawn
    assert b"finished after" in drawn
    assert len(load_vectors(tmp_path / "v.bin")) == 26


# ---- readers that go away


@posix
@pytest.mark.parametrize(
    "argv", [["--help"], ["train", "--help"], ["neighbors", "{vectors}", "king"]], ids=str
)
@pytest.mark.parametrize("buffering", ["", "1"])
def test_a_closed_stdout_is_not_an_error(started, vectors, argv, buffering):
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as stdout:  # noqa: PTH123 - a descriptor
        process = started(
            *(word.format(vectors=vectors) for word in argv), stdout=stdout,
            variables={"PYTHONUNBUFFERED": buffering},
        )  # fmt: skip
        result = finish(process)
    assert (result.code, result.err) == (0, "")


@posix
def test_head_of_many_results_ends_quietly(environment, tmp_path):
    words = tmp_path / "many.vec"
    rows = [f"word{row} {row} 1\n" for row in range(20_000)]
    words.write_text(f"{len(rows)} 2\n" + "".join(rows))
    command = 'set -o pipefail; "$1" -m w2vtui neighbors "$2" word7 -n 20000 | head -1'
    done = subprocess.run(
        ["bash", "-c", command, "bash", sys.executable, str(words)],
        env=environment, capture_output=True, text=True, timeout=DEADLINE, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "word7\n", "")


@posix
@pytest.mark.parametrize("json_lines", [[], ["--json"]], ids=["plain", "json"])
def test_a_training_is_saved_though_nobody_reads_its_progress(
    started, topical_corpus, tmp_path, json_lines
):
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as gone:  # noqa: PTH123 - a descriptor
        process = started(
            "train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK, *json_lines,
            stdout=gone, stderr=gone,
        )  # fmt: skip
        assert process.wait(DEADLINE) == 0
    assert len(load_vectors(tmp_path / "v.bin")) == 26


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux' full device")
@pytest.mark.parametrize("buffering", ["", "1"])
def test_results_that_find_no_room_are_an_error(started, vectors, buffering):
    with Path("/dev/full").open("w") as full:
        process = started(
            "neighbors", vectors, "king", stdout=full, variables={"PYTHONUNBUFFERED": buffering}
        )
        result = finish(process)
    assert result.code == 5
    assert result.err == "w2vtui: cannot write to stdout: no space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux' full device")
def test_progress_that_finds_no_room_is_an_error_once_the_vectors_are_saved(
    w2v, topical_corpus, tmp_path, monkeypatch
):
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        result = w2v("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK, "--json")
    assert result.code == 5
    assert "cannot write to stdout: no space left on device" in result.err
    assert len(load_vectors(tmp_path / "v.bin")) == 26


def test_words_that_the_encoding_of_stdout_lacks_are_escaped(started, vectors):
    result = finish(
        started("neighbors", vectors, "queen", "-n", 1, variables={"PYTHONIOENCODING": "ascii"})
    )
    assert result.code == 0
    assert result.lines == ["queen", "  \\u5317\\u4eac   0.936"]


# ---- nothing is lost, and nothing is overwritten that should not be


@pytest.mark.parametrize(
    ("output", "code", "message"),
    [
        ("missing/v.bin", 5, "cannot write {0}: no such file or directory: create the folder"),
        ("corpus.txt/v.bin", 5, "a part of the path is a file, not a folder"),
        ("folder.bin", 5, "the name is a folder's: choose another"),
        ("v.doc", 2, "must end in .txt, .vec, .bin"),
        ("v", 2, "must end in .txt, .vec, .bin"),
        ("x" * 300 + ".bin", 5, "choose a shorter name"),
        ("corpus.txt", 2, "corpus.txt is the corpus and would be overwritten"),
    ],
)
def test_an_unwritable_output_is_found_before_the_corpus_is_read(
    w2v, unread, tmp_path, output, code, message
):
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("a b c\n" * 9)
    (tmp_path / "folder.bin").mkdir()
    before = sorted(tmp_path.rglob("*"))
    for verb in (["train"], []):
        result = w2v(*verb, corpus, "-o", tmp_path / output)
        assert result.code == code
        assert message.format(tmp_path / output) in result.err
    assert sorted(tmp_path.rglob("*")) == before
    assert corpus.read_text() == "a b c\n" * 9


def test_an_unwritable_output_is_reported_before_a_missing_corpus(w2v, tmp_path):
    result = w2v("train", tmp_path / "nothing.txt", "-o", tmp_path / "missing" / "v.bin")
    assert result.code == 5
    assert "create the folder first" in result.err


@posix
def test_the_corpus_is_not_overwritten_through_a_link_either(w2v, unread, tmp_path):
    corpus, link = tmp_path / "corpus.txt", tmp_path / "link.txt"
    corpus.write_text("a b c\n" * 9)
    link.symlink_to(corpus)
    for source, output in ((corpus, link), (link, corpus)):
        result = w2v("train", source, "-o", output)
        assert result.code == 2
        assert "would be overwritten" in result.err
    result = w2v("train", corpus, "-o", tmp_path / "v.bin", "--save-vocab", corpus)
    assert result.code == 2
    assert corpus.read_text() == "a b c\n" * 9


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["-o", "{0}/v.bin", "--save-vocab", "{0}/missing/counts"], 5, "create the folder first"),
        (["-o", "{0}/v.txt", "--save-vocab", "{0}/v.txt"], 2, "name two files"),
        (["--neighbors", "a", "--save-vocab", "{0}/counts"], 2, "needs -o FILE"),
        (["--no-checkpoints"], 2, "nothing would be saved"),
        (["--no-checkpoints", "--json"], 2, "nothing would be saved"),
        (["--no-checkpoints", "--neighbors", "a", "--json"], 2, "nothing would be saved"),
        (["-o", ""], 2, "-o has an empty file name"),
    ],
    ids=str,
)
def test_what_would_lose_the_training_is_found_before_it(
    w2v, unread, tmp_path, options, code, message
):
    result = w2v("train", "notes.txt", *(word.format(tmp_path) for word in options))
    assert result.code == code
    assert message in result.err
    assert list(tmp_path.iterdir()) == []


@posix
def test_vectors_are_rescued_when_their_folder_disappears(started, topical_corpus, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    process = started("train", topical_corpus, "-o", folder / "v.bin", *ENDLESS, "--json")
    until_it_trains(process)
    folder.rmdir()
    process.send_signal(signal.SIGINT)
    result = finish(process)
    assert result.code == 5
    assert f"cannot write {folder / 'v.bin'}: no such file or directory" in result.err
    rescued = Path(re.search(r"the vectors are safe in (.*)$", result.err, re.M)[1])
    assert rescued.is_relative_to(tmp_path / "tmp")
    assert len(load_vectors(rescued)) == 26
    assert Path(f"{rescued}.vocab").exists()


@pytest.mark.parametrize("has_temporary_folder", [True, False])
def test_where_nothing_can_be_written_the_first_reason_is_reported(
    w2v, topical_corpus, tmp_path, monkeypatch, has_temporary_folder
):
    def full(vectors, path, **named):
        raise DiskError(f"cannot write {path}: no space left on device")

    monkeypatch.setattr(request, "save_vectors", full)
    if not has_temporary_folder:
        folder = tmp_path / "missing"
    else:
        folder = tmp_path / "tmp"
        folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    result = w2v("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK)
    assert result.code == 5
    assert f"cannot write {tmp_path / 'v.bin'}: no space" in result.err
    assert "safe in" not in result.err


def test_a_training_that_diverges_writes_nothing(w2v, topical_corpus, tmp_path):
    output = tmp_path / "v.bin"
    settings = ("--alpha", 900, "--epochs", 20, "--vector-size", 8)
    result = w2v("train", topical_corpus, "-o", output, *settings)
    assert result.code == 4
    assert result.out == ""
    assert "lower the learning rate" in result.err.splitlines()[-1]
    assert "saved v" not in result.err.replace(f"{tmp_path}/", "")
    assert list(tmp_path.iterdir()) == [topical_corpus]

    output.write_bytes(OLD_VECTORS)
    result = w2v("train", topical_corpus, "-o", output, *settings, "--json")
    assert result.code == 4
    assert json_objects(result.out)[-1]["state"] == "failed"
    assert output.read_bytes() == OLD_VECTORS


def test_a_run_that_cannot_end_as_asked_leaves_nothing(w2v, topical_corpus, tmp_path):
    result = w2v("train", topical_corpus, "-o", tmp_path / "v.bin", *QUICK,
                 "--stop-when", "shipp first in sailor")  # fmt: skip
    assert result.code == 2
    assert "did you mean ship" in result.err
    assert not list(Path(os.environ["W2VTUI_RUNS_DIR"]).glob("*"))
