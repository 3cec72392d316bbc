"""Saved runs as a table: grouped by text, the settings that differ, the best one marked."""

from __future__ import annotations

import json

import pytest

from w2vtui.cli import run_command_line
from w2vtui.runs.status import RunStatus
from w2vtui.runs.table import best_of, cells_of, columns_of, fitting, grouped

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
    hs = run_of("hs", objective="hierarchical-softmax", sample=1e-5)
    assert heads([*RUNS, hs])[6:8] == ["objective", "sample"]
    assert heads([]) == heads(RUNS)


def test_a_row_says_settings_and_what_came_of_them():
    columns = columns_of(RUNS)
    row = cells_of(RUNS[0], columns, 160.0, is_best=True)
    assert row == ["smooth-beaver", "done", "15", "10", "100", "37", "2.819 best", "900k", "00:09",
                   "1 min ago"]  # fmt: skip
    bare = RunStatus(name="x", folder="/x", state="damaged")
    assert cells_of(bare, columns, 0.0, is_best=False)[1:] == ["damaged", *["-"] * 7, "now"]


@pytest.mark.parametrize("width", [120, 90, 72, 50, 30])
def test_what_is_left_out_on_a_narrow_terminal_is_not_the_probe(width):
    columns = columns_of(RUNS)
    rows = [cells_of(run, columns, 160.0, is_best=False) for run in RUNS]
    shown = fitting(columns, rows, width)
    assert sum(cells + 2 for _, cells in shown) <= max(width, 8 + 2 + 4 + 2 + 5 + 2)
    names = [columns[at].name for at, _ in shown]
    assert names[:2] == ["name", "state"]
    assert "probe" in names
    assert len(names) == len(columns) or "when" not in names


def test_the_list_as_json_has_the_settings(run, capsys):
    assert run_command_line(["runs", "--json", "--runs-dir", str(run.parent)]) == 0
    (found,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert found["settings"]["window"] == 5
    assert found["settings"]["vector_size"] > 0
    assert found["settings"]["min_count"] >= 1
    assert found["mean_words_per_second"] >= 0
    assert {"model", "objective", "epochs", "probe_loss", "tokens"} <= found.keys()


def test_the_list_on_the_shell_has_the_settings_in_columns(run, capsys):
    assert run_command_line(["runs", "--runs-dir", str(run.parent)]) == 0
    head, line = capsys.readouterr().out.splitlines()
    assert head.split()[:6] == ["NAME", "STATE", "K", "WIN", "DIM", "EP"]
    assert head.rstrip().endswith("TRAINED ON")
    assert line.startswith(run.name)
