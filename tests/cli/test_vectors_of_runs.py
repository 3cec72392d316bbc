"""`neighbors`, `analogy` and `evaluate` ask a saved run as they ask a file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.corpora import topical_sentences
from tests.support.places import keep_in
from tests.support.processes import QUICK
from w2vtui.cli import run_command_line
from w2vtui.cli.options.run_vectors import named_run
from w2vtui.cli.parser import parse
from w2vtui.cli.verbs import VERBS
from w2vtui.runs.listed.listing import all_runs

READERS = [verb for verb in VERBS if "VECTORS" in VERBS[verb].USAGE and verb != "explore"]
WORDS = {
    **{"convert": ["out.txt"], "map": ["-o", "map.svg"], "compare": ["a", "b"], "why": ["a", "b"]},
    **dict.fromkeys(("clusters", "distance", "word-analogy"), ()),
    **{"evaluate": ["--analogies", "q.txt"], "compute-accuracy": ["--questions", "q.txt"]},
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """A folder with a text, a run on it and its vectors, which no test changes."""
    place = tmp_path_factory.mktemp("trained")
    text = place / "topics.txt"
    text.write_text("\n".join(" ".join(words) for words in topical_sentences(1500)) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        keep_in(place, patch)
        assert run_command_line(["train", str(text), *QUICK, "-o", str(place / "v.bin")]) == 0
    return place


@pytest.fixture
def run(trained, tmp_path, monkeypatch) -> str:
    """The name of a saved run, a copy of which is in the current folder, and its vectors."""
    shutil.copytree(trained, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    keep_in(tmp_path, monkeypatch)
    (folder,) = all_runs(tmp_path / "runs")
    return folder.name


def test_a_run_is_asked_by_its_name_or_a_part_of_it(w2v, run):
    expected = w2v("neighbors", "v.bin", "ship", "--json").out
    for name in ("last", run, run.split("-", 1)[1]):
        result = w2v("neighbors", name, "ship", "--json")
        assert (result.code, result.out) == (0, expected)
        assert result.err == f"vectors of run {run}, at 100.0% of the training\n"
    assert w2v("analogy", "last", "ship", "sailor", "cow").out.startswith("ship is to sailor")
    Path("pairs.txt").write_text("ship sailor 9\ncow barn 8\nship barn 1\n")
    assert "3 of 3 pairs" in w2v("evaluate", "last", "--pairs", "pairs.txt").out
    Path("unknown.txt").write_text("qqq zzz\n")
    result = w2v("evaluate", "last", "--sessions", "unknown.txt")
    assert (result.code, result.out) == (3, "")
    said = "none of the 1 sessions in unknown.txt can be asked: last item has no vector in 1"
    assert said in result.err
    assert "unknown.txt" not in w2v("runs", "--json").out
    assert "is not among the 1 words" in w2v("neighbors", "last", "zzz", "--limit", "1").err


@pytest.mark.parametrize("verb", READERS)
def test_every_verb_that_reads_vectors_takes_the_name_of_a_run(w2v, verb, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("q.txt").write_text("a b c d\n")
    result = w2v(verb, "zebra", *WORDS.get(verb, ["a", "b", "c"]))
    assert result.code == 3
    assert "there is no file 'zebra', and there is no run 'zebra'" in result.err


def test_naming_a_run_leaves_the_other_settings_of_a_verb(run):
    arguments = parse(["explore", "last", "--theme", "nord"])
    assert named_run(arguments).name == run
    assert arguments.settled["theme"].value == "nord"


@pytest.mark.parametrize(
    ("verb", "rest"),
    [
        ("neighbors", ["ship"]),
        ("compare", ["ship", "cow"]),
        ("evaluate", ["--pairs", "pairs.txt"]),
        ("convert", ["other.txt"]),
        ("why", ["ship", "sailor"]),
    ],
)
def test_a_run_named_in_full_comes_before_a_file_of_its_name(w2v, run, verb, rest):
    Path("pairs.txt").write_text("ship sailor 9\ncow barn 8\nship barn 1\n")
    for name in ("last", run):
        Path(name).write_text("1 2\nzebra 0.5 0.5\n")
        result = w2v(verb, name, *rest)
        assert result.code == 0, result.err
        assert result.err.count(f"hint: {name} is the run of that name: ./{name} is the fi") == 1


def test_a_file_comes_before_a_part_of_the_name_of_a_run(w2v, run):
    part = run.split("-", 1)[1]
    for name in (part, "last"):
        Path(name).write_bytes(Path("v.bin").read_bytes())
    for name in (part, "./last"):
        result = w2v("neighbors", name, "ship")
        assert (result.code, result.err) == (0, "")


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("zebra", 3, "there is no file 'zebra', and there is no run 'zebra'"),
        ("missing.bin", 3, "cannot read missing.bin: no such file"),
        ("no/such", 3, "cannot read no/such: no such file"),
        (".", 3, ". is a folder, but not one of vectors"),
    ],
)
def test_what_is_neither_is_said(w2v, run, name, code, message):
    result = w2v("neighbors", name, "ship")
    assert result.code == code
    assert message in result.err


def test_a_file_that_is_not_there_is_said_before_a_screen_opens(w2v, run, monkeypatch):
    monkeypatch.setattr("w2vtui.cli.verbs.explore.has_screen", lambda: True)
    result = w2v("explore", "missing.bin")
    assert (result.code, result.out) == (3, "")
    assert result.err == "w2vtui: there is no file missing.bin: check the name\n"
