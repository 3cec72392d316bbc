"""`w2vtui why`: a saved run, a file of vectors with its text, a text alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support.processes import QUICK
from w2vtui.display import cell_width

TEXT = "\n".join(
    ["we drink hot coffee with sugar", "we drink hot 茶 with sugar", "ships sail on the \x1b[2J"]
    * 9
)


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text(TEXT + "\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(w2v, here) -> str:
    """The name of a saved run on notes.txt."""
    result = w2v("train", "notes.txt", *QUICK, "-o", "v.bin", "--window", 2, "--sample", 0)
    assert result.code == 0, result.err
    return w2v("runs").out.splitlines()[1].split()[0]


def test_a_run_answers_from_its_own_text_and_settings(w2v, run):
    result = w2v("why", "last", "coffee", "茶", "-n", 2)
    assert result.code == 0
    assert "coffee and 茶 have a cosine of" in result.lines[0]
    assert "share 4 contexts: 100 %" in result.lines[1]
    assert result.lines[2] == "茶 is never in a window of coffee"
    assert "counted all 9 of coffee · all 9 of 茶" in result.err
    assert "window 2, subsample 0" in result.err
    shown = [line for line in result.lines if "[" in line]
    columns = {cell_width(line[: line.index(word)]) for line in shown for word in ("coffee", "茶")
               if word in line}  # fmt: skip
    assert len(shown) == 4
    assert len(columns) == 1, "the words stand in one column"


def test_a_text_answers_alone_or_for_vectors(w2v, run):
    windows = ["--window", 2, "--sample", 0, "--min-count", 1]
    alone = w2v("why", "coffee", "茶", "--corpus", "notes.txt", *windows, "--json")
    file = w2v("why", "v.bin", "coffee", "茶", "--corpus", "notes.txt", *windows, "--json")
    saved = w2v("why", run, "coffee", "茶", "--json")
    line = w2v("why", run, "coffee | 茶", "--json")
    answers = [json.loads(one.out) for one in (alone, file, saved, line)]
    assert [answer.pop("cosine") is None for answer in answers] == [True, False, False, False]
    assert answers[0] == answers[1] == answers[2] == answers[3]
    assert answers[0]["question"] == "coffee | 茶"
    (one,) = json.loads(w2v("why", run, "coffee", "--json").out)["words"]
    assert (one["count"], one["contexts"]) == (9, 4)


def test_a_text_that_is_gone_is_answered_for_by_the_cache(w2v, run):
    before = w2v("why", run, "coffee", "--json").out
    Path("notes.txt").rename("moved.txt")
    gone = w2v("why", run, "coffee", "--json")
    assert gone.out == before
    assert "is gone from" in gone.err
    assert "the copy in the cache answers" in gone.err
    Path("notes.txt").write_text(TEXT + "\nand more hot coffee\n")
    changed = w2v("why", run, "coffee", "--json")
    assert changed.out == before
    assert "has changed" in changed.err
    moved = w2v("why", run, "coffee", "--corpus", "moved.txt", "--json")
    assert moved.out == before
    assert "cache" not in moved.err


def test_without_its_text_a_run_says_what_to_do(w2v, run, monkeypatch, tmp_path):
    monkeypatch.setenv("W2VTUI_CACHE_DIR", str(tmp_path / "another cache"))
    Path("notes.txt").write_text("we drink hot hot coffee\n" * 9)
    changed = w2v("why", run, "coffee")
    assert (changed.code, changed.out) == (2, "")
    assert "has changed" in changed.err
    assert "--corpus" in changed.err
    other = w2v("why", run, "coffee", "--corpus", "notes.txt")
    assert other.code == 0
    assert "is not the text that run" in other.err
    shutil.rmtree(tmp_path / "another cache")
    Path("notes.txt").unlink()
    gone = w2v("why", run, "coffee")
    assert gone.code == 3
    assert f"w2vtui why {run} --corpus FILE" in gone.err


KINDS = [
    (["coffee", "ships"], "share no context"),
    (["hot", "coffee"], "coffee is in the windows of hot ×"),
    (["coffee", "coffee"], "coffee has 4 contexts"),
    (["\x1b[2J", "sail"], "\\x1b[2J"),
]


def test_each_kind_of_pair_gets_a_true_answer(w2v, run):
    for words, says in KINDS:
        result = w2v("why", run, *words)
        assert result.code == 0
        assert says in result.out
        assert "\x1b" not in result.out + result.err


REFUSED = [
    (["v.bin", "coffee", "tea"], 2, "name it with --corpus FILE"),
    (
        ["notes.txt", "hot", "tea"],
        2,
        "is a text, not a run or vectors: w2vtui why hot tea",
    ),
    (["last"], 2, "takes two words, or one, got 0"),
    (["last", "a", "b", "c"], 2, "got 3"),
    (["last", "cofee"], 3, "did you mean coffee (9)?"),
    (["coffee", "--corpus", "missing.txt"], 3, "missing.txt"),
    (["coffee", "--corpus", "-"], 3, "a piped text cannot be read again"),
]


def test_what_cannot_be_answered_is_refused(w2v, run):
    for argv, code, says in REFUSED:
        result = w2v("why", *argv)
        assert (result.code, result.out) == (code, "")
        assert says in result.err
