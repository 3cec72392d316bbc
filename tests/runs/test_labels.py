"""What a person writes on runs, their names, and the scores that are read from their metrics."""

from __future__ import annotations

import json
import shutil
import threading

import numpy as np
import pytest

from tests.support.run_folders import posix, resealed, small_checkpoint
from w2vtui.cli import run_command_line
from w2vtui.errors import RunError, SettingsError
from w2vtui.runs import labels
from w2vtui.runs.disk.checkpoint_files import write_checkpoint
from w2vtui.runs.disk.journal import METRICS
from w2vtui.runs.disk.lock import RunLock
from w2vtui.runs.labels import LABELS, Labels, labels_of, note_run, star_run
from w2vtui.runs.listed.listing import find_run
from w2vtui.runs.listed.removing import remove_run
from w2vtui.runs.listed.renaming import rename_run
from w2vtui.runs.listed.status import status_of
from w2vtui.runs.measured import SCORES, RunScore, note_scores
from w2vtui.runs.record import RECORD, RunRecord
from w2vtui.runs.words import write_vocab


def test_a_note_and_a_star_are_kept_and_removed_with_the_run(run):
    note_run(run, "  too\n wide \x1b")
    star_run(run, starred=True)
    found = status_of(run)
    assert (found.note, found.starred) == ("too wide \x1b", True)
    note_run(run, "")
    assert labels_of(run) == Labels(starred=True)
    with pytest.raises(SettingsError, match="at most 1,000 characters, got 1,001"):
        note_run(run, "x" * 1001)
    (run / LABELS).write_text("{")
    assert labels_of(run) == Labels()
    remove_run(run)
    assert not run.exists()


def test_a_note_and_a_star_given_at_once_are_both_kept(run, monkeypatch):
    """The star comes between the look at the labels before the note and the note."""
    starring = threading.Thread(target=star_run, args=(run,), kwargs={"starred": True})
    write = labels.write_checked

    def write_later(*arguments):
        if threading.current_thread() is not starring:
            starring.start()
            starring.join(0.1)
        write(*arguments)

    monkeypatch.setattr(labels, "write_checked", write_later)
    note_run(run, "the wide one")
    starring.join()
    assert labels_of(run) == Labels(note="the wide one", starred=True)


def test_a_renamed_run_is_found_by_its_old_name(run, tmp_path):
    child = run.with_name("text-calm-heron")
    shutil.copytree(run, child)
    resealed(child / RECORD, lambda body: body.update(parent=run.name))
    first = rename_run(run, "first")
    second = rename_run(first, "wide-0.05")
    assert not run.exists()
    assert status_of(second).state == "interrupted"
    parent = RunRecord.read(child).parent
    assert find_run(run.parent, parent) == second
    assert find_run(run.parent, "first") == second
    with pytest.raises(RunError, match=r"was the name of wide-0\.05"):
        rename_run(child, "first")
    assert rename_run(second, "first") == first
    assert find_run(run.parent, "wide-0.05") == first
    assert set(status_of(first).former_names) >= {run.name, "wide-0.05"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("text-calm-heron", "there is a run 'text-calm-heron' already"), ("last", "newest run"),
        ("", "1 to 100 letters"), ("a/b", "1 to 100 letters"), (".x", "letters"), ("-x", "letters"),
        ("two words", "letters"), ("notes.bin", "letters"), ("x" * 101, "letters"),
        ("\x1b[31m", r"got '.x1b"),
    ],
)  # fmt: skip
def test_a_name_that_would_not_find_the_run_is_refused(name, reason, run):
    run.with_name("text-calm-heron").mkdir()
    with pytest.raises(RunError, match=reason):
        rename_run(run, name)
    assert run.exists()


@posix
def test_a_run_that_trains_keeps_its_name_and_can_be_labeled(run):
    lock = RunLock(run)
    with pytest.raises(RunError, match="is in use by process"):
        rename_run(run, "other")
    note_run(run, "while it trains")
    lock.release()
    assert status_of(run).note == "while it trains"
    assert rename_run(run, "other").name == "other"


def test_a_run_that_saves_into_its_own_folder_keeps_its_name(run):
    resealed(run / RECORD, lambda body: body.update(output=str(run / "v.bin")))
    with pytest.raises(RunError, match="in its own folder"):
        rename_run(run, "other")


def test_another_folder_is_not_renamed(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    with pytest.raises(RunError, match="may not be a run"):
        rename_run(folder, "other")


def scores_at(tokens: int, value: float | None) -> str:
    quality = [{"set": "p.txt", "kind": "pairs", "value": value, "covered": 40, "total": 50,
                "tokens": tokens}]  # fmt: skip
    return json.dumps({"tokens": tokens + 5, "quality": quality}) + "\n"


def test_the_last_scores_of_a_run_are_those_of_its_checkpoint(run):
    assert status_of(run).scores == ()
    unscored = json.dumps({"tokens": 250, "quality": None}) + "\n"
    lines = [scores_at(150, 0.25), scores_at(190, 0.3), unscored, scores_at(230, 0.5)]
    (run / METRICS).write_text("".join(lines) + '{"tokens": 300, "quality": [{"se')
    (kept,) = status_of(run).scores
    assert (kept.value, kept.tokens, kept.covered, kept.total) == (0.3, 190, 40, 50)
    for bad in ('{"quality": [3]}', '{"quality": [{}]}', scores_at(9, 1e999)):
        (run / METRICS).write_text(bad + "\n")
        assert status_of(run).scores == ()


def test_scores_measured_later_are_those_of_the_newest_vectors(run, tmp_path):
    def score(value: float, tokens: int) -> RunScore:
        return RunScore("p.txt", "pairs", value, 40, 50, tokens)

    (run / METRICS).write_text(scores_at(150, 0.25))
    note_scores(run, [score(0.5, 200), RunScore("q.txt", "total", None, 0, 9, 200)])
    assert [one.value for one in status_of(run).scores] == [0.5, None]
    note_scores(run, [score(0.6, 200)])
    assert [one.value for one in status_of(run).scores] == [0.6, None]
    write_checkpoint(run, small_checkpoint(300))
    assert [one.value for one in status_of(run).scores] == [0.25]
    (run / SCORES).write_text("{")
    assert len(status_of(run).scores) == 1
    remove_run(run)


def test_an_evaluated_run_keeps_its_scores(run, tmp_path, capsys):
    (tmp_path / "p.txt").write_text("a b 3\nb a 2\na zzz 1\n")
    (tmp_path / "q.txt").write_text(": g\na b a b\n")
    write_vocab(run, ["a", "b", "c"], np.array([3, 2, 1]))
    where = ["--runs-dir", str(run.parent)]
    asked = ["--pairs", str(tmp_path / "p.txt"), "--analogies", str(tmp_path / "q.txt")]
    assert run_command_line(["evaluate", run.name, *asked, "--restrict", "2", *where]) == 0
    assert [one.set for one in status_of(run).scores] == ["p.txt"]
    assert run_command_line(["evaluate", run.name, *asked, "--json", *where]) == 0
    assert [one.key for one in status_of(run).scores] == [
        ("p.txt", "pairs", 3), ("q.txt", "semantic", 1)]  # fmt: skip
    assert status_of(run).scores[0].covered == 2


def test_runs_are_labeled_and_chosen_on_the_shell(run, capsys):
    where = ["--runs-dir", str(run.parent)]
    assert run_command_line(["runs", "--rename", "otter", "wide", *where]) == 0
    assert run_command_line(["runs", "--note", "last", "too wide", "--star", "wide", *where]) == 0
    assert "its old name still finds it" in capsys.readouterr().err
    assert run_command_line(["runs", "starred", "K=5", *where]) == 0
    head, line = capsys.readouterr().out.splitlines()
    assert head.split()[-3:] == ["NOTE", "TRAINED", "ON"]
    assert line.startswith("wide ")
    assert "★ too wide" in line
    assert run_command_line(["runs", "!starred", *where]) == 0
    assert "no run of 1 matches '!starred'" in capsys.readouterr().err
    assert run_command_line(["runs", "--sort", "age", *where]) == 2
    assert run_command_line(["runs", "--unstar", run.name, "--rename", "wide", "a b", *where]) == 2


def test_what_was_changed_is_said_and_words_stand_on_both_sides_of_options(run, capsys):
    place = ["--runs-dir", str(run.parent)]
    for line, said in (
        (["--note", run.name, " too  wide"], f"{run.name} has the note: too wide"),
        (["--note", run.name, ""], f"{run.name} has no note now"),
        (["--star", run.name], f"{run.name} has a star now"),
        (["--unstar", run.name], f"{run.name} has no star now"),
        (["--rename", run.name, "wide"], f"{run.name} is wide now; its old name still finds it"),
    ):
        assert run_command_line(["runs", *line, *place]) == 0
        assert capsys.readouterr().err.strip() == said
    assert run_command_line(["runs", run.name, "--sort", "name", *place, "!starred"]) == 0
    assert "wide" in capsys.readouterr().out
    assert run_command_line(["runs", "wide", "--sort", "name", "zzz", *place]) == 0
    assert capsys.readouterr().out == ""
