"""Saved runs as a table: grouped by text, the settings that differ, the best one marked."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from w2vtui.cli import run_command_line
from w2vtui.errors import SettingsError
from w2vtui.runs.listed.choosing import ordered, orders, wanted
from w2vtui.runs.listed.status import RunStatus
from w2vtui.runs.listed.table import (
    best_of,
    bests_of,
    cells_of,
    columns_of,
    fitting,
    grouped,
    shared_text,
)
from w2vtui.runs.measured import RunScore

SETTINGS = {"negative": 5, "window": 10, "vector_size": 100, "epochs": 37, "sample": 1e-3}


def run_of(name: str, probe: float | None = None, text: str = "notes/ (400 files)", **settings):
    return RunStatus(
        name=name, folder=f"/runs/{name}", state="done", fraction=1.0, tokens=9, tokens_planned=9,
        seconds=9.0, probe_loss=probe, text=text, fingerprint=text, changed=100.0,
        mean_words_per_second=0.9e6, settings=SETTINGS | settings,
    )  # fmt: skip


RUNS = [
    run_of("smooth-beaver", 2.819, negative=15),
    run_of("other", 1.5, text="atlas.txt"),
    run_of("ideal-quartz", 2.824),
    run_of("quick-teal"),
]


def test_runs_of_one_text_stand_together_and_the_newest_group_first():
    groups = [[run.name for run in group] for group in grouped(RUNS)]
    assert groups == [["smooth-beaver", "ideal-quartz", "quick-teal"], ["other"]]


def test_the_best_is_the_lowest_probe_of_a_text_with_something_to_compare():
    notes, atlas = grouped(RUNS)
    assert best_of(notes) is RUNS[0]
    assert best_of(atlas) is None
    assert best_of([RUNS[3], RUNS[0]]) is None


def test_columns_are_the_settings_that_decide_and_those_that_differ():
    def heads(runs: list[RunStatus]) -> list[str]:
        return [column.head for column in columns_of(runs)]

    facts = ["probe", "words/s", "trained", "when"]
    assert heads(RUNS) == ["name", "state", "K", "win", "dim", "ep", *facts]
    alone = run_of("alone", text="other.txt", objective="hierarchical-softmax")
    assert heads([*RUNS, alone]) == heads(RUNS)
    hs = run_of("hs", objective="hierarchical-softmax", sample=1e-5)
    assert heads([*RUNS, hs])[6:8] == ["objective", "sample"]
    assert heads([]) == heads(RUNS)


def scored(run: RunStatus, pairs: float | None, right: float, covered: int = 300) -> RunStatus:
    scores = (
        RunScore("pairs.txt", "pairs", pairs, covered, 353, 9),
        RunScore("questions.txt", "semantic", right, 90, 100, 9),
        RunScore("questions.txt", "total", right, 200, 200, 9),
    )
    return replace(run, scores=scores)


def test_scores_are_columns_and_the_best_of_a_text_is_marked():
    runs = [scored(RUNS[0], 0.41, 0.2), scored(RUNS[2], 0.385, 0.241), RUNS[1],
            scored(RUNS[3], 0.9, 0.1, covered=29)]  # fmt: skip
    columns = columns_of(runs)
    heads = [column.head for column in columns]
    assert heads[6:9] == ["pairs", "analogies", "probe"]
    best = bests_of(grouped(runs)[0], columns)
    rows = [cells_of(run, columns, 0.0, best.get(run.folder, ()))[6:9] for run in runs]
    assert rows == [["0.410◂", "20.0 %", "2.819 best"], ["0.385", "24.1 %◂", "2.824"],
                    ["-", "-", "1.500"], ["0.900", "10.0 %", "-"]]  # fmt: skip
    assert cells_of(scored(RUNS[3], None, 0.1), columns, 0.0)[6] == "-"
    other = replace(RUNS[0], scores=(RunScore("rare.txt", "pairs", 0.2, 99, 99, 9),))
    heads = [column.head for column in columns_of([*runs, other])]
    assert heads[6:9] == ["pairs", "analogies", "rare"]


def test_above_a_text_stands_what_its_runs_share():
    group = grouped(RUNS)[0]
    assert shared_text(group, columns_of(group)) == "3 runs · 0 words · 0 tokens · sample 0.001"
    assert "sample" not in shared_text([*group, run_of("x", sample=0.0)], columns_of(group))
    assert shared_text([RunStatus(name="x", folder="/x", state="damaged")], []) == "1 run"


def test_a_line_of_words_chooses_runs():
    runs = [
        replace(scored(RUNS[0], 0.41, 0.2), starred=True, note="too Wide"),
        RUNS[1],
        scored(RUNS[2], 0.385, 0.241),
        replace(RUNS[3], state="stopped", fraction=0.5),
    ]

    def names(line: str) -> list[str]:
        is_wanted = wanted(line, runs)
        return [run.name for run in runs if is_wanted(run)]

    assert names("") == [run.name for run in runs]
    assert names("notes done") == ["smooth-beaver", "ideal-quartz"]
    assert names("starred") == names("*") == names("WIDE") == ["smooth-beaver"]
    assert names("K=15") == names("negative>5") == names("pairs>0.4") == ["smooth-beaver"]
    assert names("!done") == names("percent<100") == names("state=stopped") == ["quick-teal"]
    assert names("probe<2") == ["other"]
    runs[1] = replace(runs[1], former_names=("early-eel",))
    assert names("early-eel") == ["other"]
    assert names("early") == names("learning-rate>0") == names("rate>0") == []
    assert names("analogies>=24") == ["ideal-quartz"]
    assert names("sample=1e-3 win=10 probe!=1.5 !starred") == ["ideal-quartz", "quick-teal"]
    with pytest.raises(SettingsError, match="did you mean window"):
        names("windw=5")
    with pytest.raises(SettingsError, match="a number stands after <, got 'x'"):
        names("probe<x")


def test_runs_are_ordered_with_the_best_first_and_the_unknown_last():
    runs = [scored(RUNS[2], 0.3, 0.2), replace(RUNS[3], changed=500.0), scored(RUNS[0], 0.4, 0.1)]
    assert orders(runs) == ["newest", "probe", "pairs", "analogies", "words/s", "trained", "name"]

    def names(by: str) -> list[str]:
        return [run.name.split("-")[0] for run in ordered(runs, by)]

    assert names("newest")[0] == "quick"
    assert names("probe") == names("pairs") == ["smooth", "ideal", "quick"]
    assert names("analogies") == ["ideal", "smooth", "quick"]
    assert names("name") == ["ideal", "quick", "smooth"]
    assert names("K")[-1] == "smooth"
    with pytest.raises(SettingsError, match="runs have no 'age'"):
        names("age")


def test_a_row_says_settings_and_what_came_of_them():
    columns = columns_of(RUNS)
    row = cells_of(RUNS[0], columns, 160.0, ["probe"])
    assert row == ["smooth-beaver", "done", "15", "10", "100", "37", "2.819 best", "900k", "00:09",
                   "1 min ago"]  # fmt: skip
    bare = RunStatus(name="x", folder="/x", state="damaged")
    assert cells_of(bare, columns, 0.0)[1:] == ["damaged", *["-"] * 7, "now"]


@pytest.mark.parametrize("width", [120, 90, 72, 50, 30])
def test_what_is_left_out_on_a_narrow_terminal_is_not_the_probe(width):
    columns = columns_of(RUNS)
    rows = [cells_of(run, columns, 160.0) for run in RUNS]
    shown = fitting(columns, rows, width)
    assert sum(cells + 2 for _, cells in shown) <= max(width, 8 + 2 + 4 + 2 + 5 + 2)
    names = [columns[at].name for at, _ in shown]
    assert names[:2] == ["name", "state"]
    assert "probe" in names
    assert len(names) == len(columns) or "when" not in names


def test_a_column_too_wide_makes_room_for_narrow_ones():
    runs = [scored(RUNS[0], 0.41, 0.2), scored(RUNS[2], 0.385, 0.241)]
    columns = columns_of(runs)
    rows = [cells_of(run, columns, 160.0) for run in runs]
    names = [columns[at].head for at, _ in fitting(columns, rows, 45)]
    assert names == ["name", "state", "K", "win", "pairs", "probe"]


def test_what_differs_goes_before_other_scores_and_an_empty_column_takes_no_room():
    scores = [RunScore(f"{name}.txt", "pairs", 0.5, 99, 99, 9) for name in ("ab", "cd", "ef")]
    scores.insert(0, RunScore("none.txt", "hits", None, 0, 2, 9))
    runs = [
        replace(run_of("a-long-name-of-a-run-that-is-cut", 2.0, epochs=epochs, alpha=alpha),
                scores=tuple(scores), state="training", fraction=0.5)
        for epochs, alpha in ((5, 0.025), (7, 0.05))
    ]  # fmt: skip
    columns = columns_of(runs)
    rows = [cells_of(run, columns, 0.0) for run in runs]

    def heads(width: int) -> list[str]:
        return [columns[at].head for at, _ in fitting(columns, rows, width)]

    assert heads(60) == ["name", "state", "ep", "ab", "probe"]
    assert heads(74) == ["name", "state", "ep", "rate", "ab", "cd", "probe"]
    assert "ef" not in heads(74)
    assert "hits" not in heads(300)
    assert {"ef", "when"} <= set(heads(300))


def test_the_list_as_json_has_the_settings(run, capsys):
    assert run_command_line(["runs", "--json", "--runs-dir", str(run.parent)]) == 0
    (found,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert found["settings"]["window"] == 5
    assert found["settings"]["vector_size"] > 0
    assert found["settings"]["min_count"] >= 1
    assert found["mean_words_per_second"] >= 0
    assert {"model", "objective", "epochs", "probe_loss", "tokens"} <= found.keys()
    assert (found["best"], found["starred"], found["note"], found["scores"]) == (
        False,
        False,
        "",
        [],
    )


def test_the_list_on_the_shell_has_the_settings_in_columns(run, capsys):
    assert run_command_line(["runs", "--runs-dir", str(run.parent)]) == 0
    head, line = capsys.readouterr().out.splitlines()
    assert head.split()[:6] == ["NAME", "STATE", "K", "WIN", "DIM", "EP"]
    assert head.rstrip().endswith("TRAINED ON")
    assert line.startswith(run.name)
