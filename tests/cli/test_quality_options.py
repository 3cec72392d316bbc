"""`--pairs` and `--analogies`: vectors scored as they train, from the command line."""

from __future__ import annotations

import json

import pytest

from tests.support.corpora import TOPICS
from w2vtui.cli import run_command_line

TOPIC_WORDS = [line.split() for line in TOPICS.values()]


@pytest.fixture
def pairs_file(tmp_path):
    lines = [f"{a} {b} 9" for topic in TOPIC_WORDS for a in topic for b in topic if a < b]
    lines += [f"{a} {b} 1" for a in TOPIC_WORDS[0] for b in TOPIC_WORDS[1]]
    path = tmp_path / "alike.txt"
    path.write_text("\n".join(lines))
    return path


def train(corpus, tmp_path, *flags) -> int:
    common = ["--epochs", "20", "--vector-size", "16", "--workers", "1", "--no-cache"]
    return run_command_line(
        ["train", str(corpus), "-o", str(tmp_path / "v.vec"), *common, *map(str, flags)]
    )


def test_the_final_scores_are_printed(topical_corpus, tmp_path, pairs_file, capsys):
    few = tmp_path / "few.txt"
    few.write_text("ship sailor cow barn\nship nowhere cow barn\n")
    flags = ("--pairs", pairs_file, "--analogies", few)
    assert train(topical_corpus, tmp_path, *flags) == 0
    pairs, analogies = capsys.readouterr().out.splitlines()
    assert pairs.startswith("alike.txt  Spearman ")
    assert pairs.endswith("% (81 of 81 pairs)".removeprefix("%").strip())
    assert analogies.endswith("(1 of 2 questions: too few to mean anything)")


def test_the_final_scores_are_in_the_json(topical_corpus, tmp_path, pairs_file, capsys):
    assert train(topical_corpus, tmp_path, "--json", "--pairs", pairs_file) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    (score,) = last["quality"]
    assert score["set"] == "alike.txt"
    assert score["kind"] == "pairs"
    assert score["value"] > 0.5
    assert (score["covered"], score["total"]) == (81, 81)
    assert score["tokens"] == last["tokens"]
    assert {"churn", "settled"} <= last.keys()


def test_columns_are_chosen_and_what_was_left_out_is_said(
    topical_corpus, tmp_path, pairs_file, capsys
):
    rows = [line.split() for line in pairs_file.read_text().splitlines()]
    table = tmp_path / "table.csv"
    table.write_text("a;b;kind;other;mark\n" + "".join(f"{a};{b};N;1;{s}\n" for a, b, s in rows))
    columns = ("--pairs", table, "--pairs-columns", "a,b,mark")
    assert train(topical_corpus, tmp_path, *columns) == 0
    found = capsys.readouterr()
    assert found.out.endswith("(81 of 81 pairs)\n")
    assert f"hint: {table}: line 1 is taken for a heading" in found.err
    assert f"hint: {table}: of 5 columns, words are read from 1 (a)" in found.err
    vectors = str(tmp_path / "v.vec")
    assert run_command_line(["evaluate", vectors, *map(str, columns)]) == 0
    assert capsys.readouterr().out.endswith("(81 of 81 pairs)\n")
    assert run_command_line(["evaluate", vectors, *map(str, columns[:3]), "a,b"]) == 2
    assert "must be 3 columns" in capsys.readouterr().err


def test_a_resumed_run_reads_the_same_columns(topical_corpus, tmp_path, pairs_file, capsys):
    rows = [line.split() for line in pairs_file.read_text().splitlines()]
    table = tmp_path / "table.csv"
    table.write_text("".join(f"x{n},{a},{b},{s}\n" for n, (a, b, s) in enumerate(rows)))
    columns = ("--pairs", table, "--pairs-columns", "2,3,4", "--runs-dir", tmp_path / "runs")
    assert train(topical_corpus, tmp_path, *columns) == 0
    capsys.readouterr()
    more = ("--epochs", "25", "--force", "--runs-dir", str(tmp_path / "runs"))
    assert run_command_line(["resume", "last", *more]) == 0
    assert capsys.readouterr().out.endswith("(81 of 81 pairs)\n")


def test_without_sets_no_scores_are_printed(topical_corpus, tmp_path, capsys):
    assert train(topical_corpus, tmp_path) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("flag", ["--pairs", "--analogies", "--sessions"])
@pytest.mark.parametrize("verb", ["train", "app"])
def test_a_bad_file_is_an_error_before_anything_is_read(flag, verb, tmp_path, capsys):
    bad = tmp_path / "bad.txt"
    bad.write_text(
        "only-one\n" if flag == "--sessions" else "only two\nand here five words stand\n"
    )
    argv = [str(tmp_path / "no-corpus.txt"), flag, str(bad), "-o", str(tmp_path / "v.vec")]
    assert run_command_line([verb, *argv] if verb == "train" else argv) == 3
    assert "bad.txt" in capsys.readouterr().err
    assert not (tmp_path / "v.vec").exists()


@pytest.fixture
def shelves(tmp_path):
    """Vectors of two shelves of 30 items, with counts, and sessions on one shelf each."""
    lines = [f"{'ab'[n % 2]}{n} {1 - n % 2} {n % 2}" for n in range(60)]
    vectors = tmp_path / "items.vec"
    vectors.write_text("\n".join(["60 2", *lines]) + "\n")
    vectors.with_suffix(".vec.vocab").write_text(
        "".join(f"{line.split()[0]} {100 - n}\n" for n, line in enumerate(lines))
    )
    sessions = tmp_path / "sessions.txt"
    sessions.write_text("a58 a0\na2 a58\nnew a4\na4 new\na6 a8 a6\nalone\n")
    return vectors, sessions


def test_sessions_are_scored_beside_what_is_popular(shelves, capsys):
    vectors, sessions = map(str, shelves)
    assert run_command_line(["evaluate", vectors, "--sessions", sessions]) == 0
    found = capsys.readouterr()
    assert found.out.splitlines() == [
        "sessions.txt  (2 of 5 sessions)",
        "                       hit rate@10    MRR  NDCG@10",
        "  cosine                      0.0%  0.067    0.000",  # one of 29 alike, place 15
        "  most frequent items        50.0%  0.509    0.500",  # the first, and number 58
        "  1 session left out: last item has no vector",
        "  1 session left out: other items have no vectors",
        "  1 session left out: last item occurs before (--session-repeats takes them)",
    ]
    assert f"hint: {sessions}: 1 line of one item is left out: line 6" in found.err
    flags = ("--session-repeats", "--session-context", "1", "--json")
    assert run_command_line(["evaluate", vectors, "--sessions", sessions, *flags]) == 0
    result = json.loads(capsys.readouterr().out)["sessions"][sessions]
    assert (result["covered"], result["repeated"], result["total"]) == (3, 0, 5)
    assert result["output"] is None
    assert result["popular"]["hit_rate"] == pytest.approx(2 / 3, abs=1e-6)


def test_neighbors_show_how_often_items_occur(shelves, capsys):
    assert run_command_line(["neighbors", str(shelves[0]), "a4", "-n", "2"]) == 0
    assert capsys.readouterr().out.splitlines() == ["a4", "  a0   1.000  100", "  a2   1.000   98"]


def test_sessions_are_scored_as_they_train(topical_corpus, tmp_path, capsys):
    sessions = tmp_path / "held-out.txt"
    sessions.write_text(topical_corpus.read_text())
    flags = ("--sessions", sessions, "--session-repeats", "--runs-dir", tmp_path / "runs")
    assert train(topical_corpus, tmp_path, *flags) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("held-out.txt  hit rate@10, cosine               ")
    assert "hit rate@10, most frequent items" in printed[2]
    assert all(line.endswith(" sessions)") for line in printed)
    assert run_command_line(["evaluate", "last", "--json", *map(str, flags)]) == 0
    found = json.loads(capsys.readouterr().out)["sessions"][str(sessions)]
    assert [f"{found[way]['hit_rate']:.1%}" for way in ("cosine", "output", "popular")] == [
        line.split("  (")[0].split()[-1] for line in printed[:3]
    ]
    more = ("--epochs", "21", "--runs-dir", str(tmp_path / "runs"))
    assert run_command_line(["resume", "last", *more, "--no-screen"]) == 0
    assert "hit rate@10, cosine" in capsys.readouterr().out


def test_sessions_that_are_trained_on_are_named(topical_corpus, tmp_path, capsys):
    assert train(topical_corpus, tmp_path, "--sessions", topical_corpus, "--epochs", "1") == 0
    assert f"hint: {topical_corpus} is trained on as well" in capsys.readouterr().err
