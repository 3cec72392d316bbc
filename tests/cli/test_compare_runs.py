"""`w2vtui compare A B ...` compares runs where every name is one of a run or of a file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.support.compared_runs import MATRIX, WORDS, saved_run
from w2vtui.cli.verbs import compare
from w2vtui.formats import save_vectors
from w2vtui.vectors import WordVectors


@pytest.fixture
def root(tmp_path, monkeypatch):
    """The folder of two runs and a file of vectors, w2 of which is turned around in both others."""
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "runs"
    monkeypatch.setenv("W2VTUI_RUNS_DIR", str(root))
    turned = MATRIX.copy()
    turned[2] = -turned[2]
    saved_run(root, "text-calm-fox")
    saved_run(root, "text-shy-owl", turned, probe=2.5, negative=15)
    save_vectors(WordVectors(WORDS[:30], turned[:30]), "v.bin")
    return root


def test_runs_and_a_file_are_compared(w2v, root):
    result = w2v("compare", "fox", "text-shy-owl", "v.bin", "--word", "w3", "-n", "2")
    assert result.code == 0
    lines = result.out.splitlines()
    assert lines[0].split() == ["state", "probe", "words/s", "trained", "vectors"]
    assert lines[1].split() == [
        "A",
        "text-calm-fox",
        "done",
        "3.000",
        "67",
        "00:01",
        "40",
        "x",
        "4",
    ]
    assert lines[3].split() == ["C", "v.bin", "file", "-", "-", "-", "30", "x", "4"]
    for part in ("  K  5  15  -", "nearest words of w3", "overlap@10", "A and C", "w2 ", " 2.00 "):
        assert part in result.out
    assert "words are compared over the 30 words that all have, of 40, 40 and 30" in result.out


def test_the_same_is_one_json_object(w2v, root):
    result = w2v("compare", "fox", "owl", "--json")
    found = json.loads(result.out)
    assert [side["name"] for side in found["sides"]] == ["text-calm-fox", "text-shy-owl"]
    assert found["settings"] == [{"name": "negative", "label": "K", "values": [5, 15]}]
    assert found["pairs"][0]["moved"]["words"][0]["word"] == "w2"
    assert found["pairs"][0]["overlap"]["n_words"] == 40
    assert found["pairs"][0]["verdict"]["judgments"] == []
    assert [word["sides"]["A"]["overlap"] for word in found["words"]] == [10]


def test_two_words_are_still_compared(w2v, root):
    assert w2v("compare", "fox", "w1", "w2").out.startswith("w1 | w2\n  cosine ")
    assert w2v("compare", "v.bin", "w1 | w2").out.startswith("w1 | w2\n  cosine ")


def test_files_that_share_a_single_word_have_no_neighbors_to_compare(w2v, root):
    Path("one.vec").write_text("2 2\nsea 0 1\nship 1 0\n")
    Path("two.vec").write_text("2 2\nsea 1 1\ncow 1 0\n")
    result = w2v("compare", "one.vec", "two.vec")
    assert "compared over the 1 word that all have, of 2 and 2" in result.out
    assert "  none: it is the only word that all have" in result.out
    assert "overlap@" not in result.out


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["fox", "text"], 2, "'text' may be text-"),
        (["fox", "owl", "--word", "zebra"], 3, "'zebra' is not among the 40 words"),
        (["fox", "owl", "--at", "40%"], 2, "--at goes with two words"),
        (["fox", "w1", "w2", "--word", "w3"], 2, "--word goes with runs"),
        (["fox", "nosuch"], 3, "there is no run 'nosuch': w2vtui runs lists"),
        (["fox", "text-shy-owk"], 3, "did you mean text-shy-owl?; two words are compared as a b"),
        (["fox", "w1", ""], 2, "one of the words is empty: two words are compared as a b, or"),
        (["fox", *["owl"] * 6], 2, "two to 6 runs are compared, got 7"),
    ],
)
def test_what_cannot_be_compared_is_said(w2v, root, words, code, message):
    result = w2v("compare", *words)
    assert result.code == code
    assert message in result.err


def test_a_run_comes_before_a_file_of_its_name(w2v, root):
    os.link("v.bin", "text-calm-fox")
    result = w2v("compare", "text-calm-fox", "./text-calm-fox")
    assert "hint: text-calm-fox is the run of that name: ./text-calm-fox is the file" in result.err
    assert "B  ./text-calm-fox" in result.out.replace("B  text-calm-fox", "B  ./text-calm-fox")


def test_damaged_runs_are_named_and_nothing_is_made_up(w2v, root):
    for tensors in root.glob("text-shy-owl/checkpoints/*/tensors.safetensors"):
        tensors.write_bytes(b"")
    result = w2v("compare", "fox", "owl")
    assert result.code == 3
    assert "B: run text-shy-owl has no checkpoint that is intact" in result.out
    assert "two sides with vectors are needed, there are 1" in result.err


def test_in_a_terminal_the_app_compares_runs_and_files(w2v, root, monkeypatch):
    shown = []
    monkeypatch.setattr(compare, "has_screen", lambda: True)
    monkeypatch.setattr(
        compare, "show_screens", lambda *_, begins_with: shown.append(begins_with) or 0
    )
    assert w2v("compare", "fox", "./v.bin").code == 0
    assert [side.name for side in shown.pop()] == ["text-calm-fox", "v.bin"]
    for printing in (["--no-screen"], ["--json"], ["--word", "w3"]):
        assert w2v("compare", "fox", "./v.bin", *printing).out
    assert w2v("compare", "./v.bin", "w1", "w2").out.startswith("w1 | w2")
    assert "two to 6 runs are compared, got 7" in w2v("compare", *["fox"] * 7).err
    assert not shown
