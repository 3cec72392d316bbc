"""What is noted of saved vectors, and when `w2vtui resume` saves those of a run that is done."""

from __future__ import annotations

import dataclasses
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.support.permissions import READING, closed
from tests.support.processes import Result, run_support
from tests.support.run_folders import small_checkpoint, small_record
from w2vtui.cli import run_command_line
from w2vtui.formats import load_vectors, save_vectors, vocab_beside
from w2vtui.runs.disk.checked_json import read_checked, write_checked
from w2vtui.runs.disk.checkpoint_files import write_checkpoint
from w2vtui.runs.listed.listing import all_runs
from w2vtui.runs.requested.saved import SAVED, is_saved
from w2vtui.runs.words import write_vocab
from w2vtui.tui.saved_runs import run_list
from w2vtui.vectors import WordVectors

WORDS, COUNTS = ["one", "two", "three"], np.array([33, 22, 11])


@pytest.fixture
def w2v(capsys):
    """Run a command line in this process."""

    def run(*argv) -> Result:
        code = run_command_line([str(word) for word in argv])
        return Result(code, *capsys.readouterr())

    return run


@pytest.fixture
def output(tmp_path):
    return tmp_path / "v.bin"


@pytest.fixture
def done(output) -> Path:
    """A run that was killed between its last checkpoint and the first rename of its vectors."""
    folder = Path(os.environ["W2VTUI_RUNS_DIR"]) / "text-brisk-otter"
    folder.mkdir(parents=True)
    small_record(output=str(output), is_made_here=True).write(folder)
    write_vocab(folder, WORDS, COUNTS)
    write_checkpoint(folder, small_checkpoint(10_000, reason="done", state="done"))
    return folder


def is_of_the_run(output: Path) -> bool:
    loaded = load_vectors(output)
    expected = small_checkpoint(10_000).vectors["input_vectors"]
    same = np.array_equal(loaded.vectors, expected)
    return same and loaded.counts is not None and loaded.counts.tolist() == COUNTS.tolist()


def written(path: Path) -> tuple[int, int]:
    return path.stat().st_ino, path.stat().st_mtime_ns


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX'")
def test_a_run_that_was_killed_while_it_was_saved_is_saved_once(environment, tmp_path):
    run_support("killed_saves", "resumed", tmp_path / "work", environment=environment)


def test_a_training_notes_what_it_saved(w2v, topical_corpus, output):
    """`until w2vtui resume last; do sleep 1; done` ends."""
    trained = w2v("train", topical_corpus, "-o", output, "--epochs", 2, "--vector-size", 8)
    assert trained.code == 0
    (folder,) = all_runs(Path(os.environ["W2VTUI_RUNS_DIR"]))
    before = written(output)
    for options in ([], ["--force"], ["-o", output], ["--corpus", topical_corpus]):
        result = w2v("resume", "last", *options)
        assert result.code == 0
        assert result.err == f"run {folder.name} is done, and saved already: {output}\n"
        assert written(output) == before
    assert w2v("resume", "last", "--force", "--corpus", topical_corpus).code == 2
    assert w2v("resume", "last", "--epochs", 3, "--force").code == 0  # trained further, and saved
    assert written(output) != before
    assert "saved already" in w2v("resume", "last").err


def remove_vectors(output: Path, folder: Path) -> None:
    output.unlink()


def remove_counts(output: Path, folder: Path) -> None:
    vocab_beside(output).unlink()


def change_a_byte(output: Path, folder: Path) -> None:
    """Leave size and time as they were."""
    times = output.stat().st_atime_ns, output.stat().st_mtime_ns
    content = bytearray(output.read_bytes())
    content[-2] ^= 1
    output.write_bytes(content)
    os.utime(output, ns=times)


def change_a_count(output: Path, folder: Path) -> None:
    vocab_beside(output).write_text("one 33\ntwo 22\nthree 12\n")


def save_another_training(output: Path, folder: Path) -> None:
    save_vectors(WordVectors(WORDS, np.ones((3, 2)), COUNTS + 1), output)


def remove_the_note(output: Path, folder: Path) -> None:
    (folder / SAVED).unlink()


def cut_the_note(output: Path, folder: Path) -> None:
    (folder / SAVED).write_bytes((folder / SAVED).read_bytes()[:-9])


def note_more_than_is_known(output: Path, folder: Path) -> None:
    """As a later program may."""
    body = read_checked(folder / SAVED, "saved vectors")
    body["saved"][0]["further"] = 1
    write_checked(folder / SAVED, "saved vectors", body)


def note_an_earlier_state(output: Path, folder: Path) -> None:
    body = read_checked(folder / SAVED, "saved vectors")
    body["saved"][0]["tokens"] -= 1
    write_checked(folder / SAVED, "saved vectors", body)


def note_nothing(output: Path, folder: Path) -> None:
    write_checked(folder / SAVED, "saved vectors", {"saved": [{"tokens": 10_000, "files": []}]})


def note_a_pipe(output: Path, folder: Path) -> None:
    (folder / SAVED).unlink()
    os.mkfifo(folder / SAVED)


@pytest.mark.parametrize(
    "change",
    [
        remove_vectors, remove_counts, change_a_byte, change_a_count, save_another_training,
        remove_the_note, cut_the_note, note_more_than_is_known, note_an_earlier_state,
        note_nothing, note_a_pipe,
    ],
    ids=lambda change: change.__name__,
)  # fmt: skip
def test_what_is_no_longer_as_noted_is_saved_again(change, done, output, w2v):
    assert w2v("resume", "last").code == 0
    assert "saved already" in w2v("resume", "last").err
    change(output, done)
    result = w2v("resume", "last")
    assert (result.code, f"saved {output}: 3 words x 2" in result.err) == (0, True)
    assert is_of_the_run(output)


def test_an_output_that_is_a_link_to_another_file_now_is_saved_again(done, output, tmp_path, w2v):
    assert w2v("resume", "last").code == 0
    output.unlink()
    save_vectors(WordVectors(WORDS, np.ones((3, 2)), COUNTS), tmp_path / "other.bin")
    output.symlink_to(tmp_path / "other.bin")
    assert "saved already" not in w2v("resume", "last").err
    assert is_of_the_run(tmp_path / "other.bin")
    assert "saved already" in w2v("resume", "last").err


def test_each_output_is_noted_for_itself(done, output, tmp_path, w2v):
    other = tmp_path / "other.txt"
    assert w2v("resume", "last", "-o", other).code == 0
    assert not is_saved(done, 10_000, [str(output), str(vocab_beside(output))])
    assert w2v("resume", "last").code == 0
    for options in ([], ["-o", other]):
        assert "saved already" in w2v("resume", "last", *options).err
    assert "saved already" not in w2v("resume", "last", "-o", tmp_path / "third.bin").err


def test_counts_that_were_to_go_elsewhere_are_saved_there(done, output, tmp_path, w2v):
    counts = tmp_path / "counts.txt"
    small_record(output=str(output), save_vocab=str(counts), is_made_here=True).write(done)
    assert w2v("resume", "last").code == 0
    assert load_vectors(output, vocab_path=counts).counts.tolist() == COUNTS.tolist()
    assert "saved already" in w2v("resume", "last").err
    counts.unlink()
    assert w2v("resume", "last").code == 0
    assert counts.exists()


def test_export_and_the_list_of_runs_note_it_too(done, output, w2v):
    assert w2v("export", "last").code == 0
    assert "saved already" in w2v("resume", "last").err
    (done / SAVED).unlink()
    run_list._export(done, str(output))
    assert "saved already" in w2v("resume", "last").err


def test_a_text_in_place_of_the_vectors_is_not_replaced(done, output, w2v):
    output.write_text("somebody's prose\n")
    result = w2v("resume", "last")
    assert (result.code, "or replace it with --overwrite" in result.err) == (2, True)
    assert output.read_text() == "somebody's prose\n"
    assert w2v("resume", "last", "--overwrite").code == 0
    assert is_of_the_run(output)


@pytest.mark.usefixtures("unprivileged")
def test_a_run_whose_folder_cannot_be_written_is_exported(done, output, w2v):
    with closed(done, READING):
        assert w2v("export", "last").code == 0
    assert is_of_the_run(output)
    assert not (done / SAVED).exists()


def test_a_run_without_an_output_is_refused_as_before(done, w2v):
    small_record().write(done)
    result = w2v("resume", "last")
    assert (result.code, "is done: w2vtui export" in result.err) == (2, True)


def test_a_copy_of_a_run_knows_what_the_first_saved(done, output, w2v):
    assert w2v("resume", "last").code == 0
    shutil.copytree(done, done.with_name("copied"))
    assert "saved already" in w2v("resume", "copied").err


def test_vectors_saved_before_the_end_are_not_those_of_the_end(done, output, w2v):
    halfway = small_checkpoint(5_000)
    shutil.rmtree(done / "checkpoints")
    write_checkpoint(done, halfway)
    assert w2v("export", "last").code == 0
    write_checkpoint(done, dataclasses.replace(small_checkpoint(10_000), state="done"))
    assert "saved already" not in w2v("resume", "last").err
    assert is_of_the_run(output)
