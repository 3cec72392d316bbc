"""A sweep is removed as a whole, and nothing besides."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.run_folders import small_checkpoint, small_record
from tests.support.screens import Bare, press, shows, until
from w2vtui.cli import run_command_line
from w2vtui.errors import RunError
from w2vtui.runs.disk.checkpoint_files import write_checkpoint
from w2vtui.runs.disk.lock import RunLock
from w2vtui.runs.labels import star_run
from w2vtui.runs.listed.renaming import rename_run
from w2vtui.sweeping.removing import remove_sweep, whole_sweep
from w2vtui.sweeping.store import RECORD, SWEEPS
from w2vtui.sweeping.text_part import PART
from w2vtui.tui.saved_runs.run_list import RunList

NAME = "text-calm-heron"


@pytest.fixture
def root(tmp_path):
    """The folder of a sweep of two runs, one of which was renamed, and of another run."""
    root = tmp_path / "runs"
    folders = [root / name for name in (f"{NAME}-01", f"{NAME}-02", "text-calm-fox")]
    for folder in folders:
        folder.mkdir(parents=True)
        record = small_record()
        sweep = NAME if folder.name.startswith(NAME) else None
        replace(record, request=replace(record.request, sweep=sweep, trial=1)).write(folder)
        write_checkpoint(folder, small_checkpoint(100))
    star_run(rename_run(folders[1], "wide"), starred=True)
    kept = root / SWEEPS / NAME
    kept.mkdir(parents=True)
    for name in (RECORD, PART):
        (kept / name).write_text("{}")
    return root


def names(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir() if path.name != SWEEPS)


def test_a_sweep_goes_with_all_its_runs_once_that_is_meant(root, capsys):
    command = ["runs", "--runs-dir", str(root), "--remove", NAME]
    assert run_command_line(command) == 2
    assert f"sweep {NAME} has 2 runs, 1 with a star: --yes removes it" in capsys.readouterr().err
    assert len(names(root)) == 3
    assert run_command_line([*command, "--yes"]) == 0
    assert f"removed {NAME} with 2 runs" in capsys.readouterr().err
    assert (names(root), list((root / SWEEPS).iterdir())) == (["text-calm-fox"], [])
    assert whole_sweep(root, NAME) is None


def test_a_sweep_at_work_stays_with_all_its_runs(root):
    for folder in (root / SWEEPS / NAME, root / "wide"):
        lock, before = RunLock(folder), names(root)
        with pytest.raises(RunError, match="in use"):
            remove_sweep(whole_sweep(root, NAME))
        lock.release()
        assert names(root) == before


def test_what_is_not_of_a_sweep_stays_in_its_folder(root):
    thesis = root / SWEEPS / NAME / "thesis.tex"
    thesis.write_text("all of it")
    with pytest.raises(RunError, match=r"thesis\.tex in it is not a part of a sweep"):
        remove_sweep(whole_sweep(root, NAME))
    assert thesis.exists()


@pytest.mark.parametrize("name", ["calm", "../runs", "..", ""])
def test_a_sweep_is_named_in_full(root, name):
    assert whole_sweep(root, name) is None


@pytest.mark.terminal
async def test_the_list_deletes_the_sweep_of_a_trial(root):
    app = Bare()
    async with app.run_test(size=(120, 40)):
        app.push_screen(RunList(str(root)))
        app.runs_wanted = "wide"
        await shows(app, "1 of 3", "wide")
        await press(app, "d")
        await shows(app, "Delete its sweep, 2 runs", NAME)
        await press(app, "w")
        await until(app, lambda: names(root) == ["text-calm-fox"])
