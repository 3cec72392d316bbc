"""Saving that is killed with -9 at every moment: what is left is whole, and is completed later.

`python -m tests.support.killed_saves NAME FOLDER` runs one of the programs in a process that has no
threads, forks for each moment, and fails with a traceback.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from tests.support.run_folders import small_checkpoint, small_record
from tests.support.vector_files import EXTENSIONS
from w2vtui.cli import run_command_line
from w2vtui.formats import load_vectors, save_vectors, vocab_beside
from w2vtui.runs.disk.checkpoint_files import write_checkpoint
from w2vtui.runs.words import write_vocab
from w2vtui.vectors import WordVectors

CALLS = ("rename", "replace", "fsync", "unlink", "chmod")
"""Between two of these nothing changes on the disk but the size of a draft."""
WORDS = ["one", "two", "three"]
OLD_COUNTS, NEW_COUNTS = np.array([30, 20, 10]), np.array([33, 22, 11])


def outcome(work: Callable[[], int], kill_at: int | None = None) -> int:
    """The exit code of work done in a fork; -9 if it was killed, before the call of that number."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        calls = count()

        def dying(real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any, **named: Any) -> Any:
                if next(calls) == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*arguments, **named)

            return call

        for name in CALLS:
            setattr(os, name, dying(getattr(os, name)))
        code = work()
    finally:
        sys.stderr.flush()
        os._exit(code)


def moments(prepare: Callable[[], None], work: Callable[[], int]) -> Iterator[int]:
    """The work is killed at one moment after another, until it is not; yields each moment."""
    for moment in count():
        prepare()
        code = outcome(work, moment)
        yield moment
        if code == 0:
            assert moment > len(CALLS), moment
            return
        assert code == -signal.SIGKILL, code


# ---- vectors and their counts


def pairs(place: Path) -> None:
    """Counts are never read with other vectors, and the next save leaves nothing else behind."""
    cases = [(extension, "a pair", False) for extension in EXTENSIONS]
    cases += [(".bin", before, False) for before in ("nothing", "vectors alone", "counts alone")]
    cases += [(".bin", before, True) for before in ("a pair", "counts alone")]
    for extension, before, named in cases:
        folder = place / f"{extension}-{before}-{named}"
        _pair(folder, folder / f"v{extension}", before, folder / "counts" if named else None)


def _pair(folder: Path, path: Path, before: str, named: Path | None) -> None:
    old = WordVectors(WORDS, np.full((3, 5), 0.5), OLD_COUNTS)
    new = WordVectors(WORDS, np.full((3, 5), 0.75), NEW_COUNTS)

    def prepare() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        if before != "nothing":
            save_vectors(old, path)
        if before == "vectors alone":
            vocab_beside(path).unlink()
        if before == "counts alone":
            path.unlink()

    def save() -> int:
        save_vectors(new, path, vocab_path=named)
        return 0

    for moment in moments(prepare, save):
        what = f"{path.name}, {before}, moment {moment}"
        if path.exists():
            is_new = load_vectors(path).vectors[0, 0] == 0.75
            assert is_new or before in ("a pair", "vectors alone"), what
            assert _counts(path) in (None, (NEW_COUNTS if is_new else OLD_COUNTS).tolist()), what
        else:
            assert before in ("nothing", "counts alone"), what
        save()
        wanted = {path, named} if named else {path, vocab_beside(path)}
        left = set(folder.iterdir())
        assert left - {vocab_beside(path)} == wanted - {vocab_beside(path)}, (what, left)
        assert _counts(path, named) == NEW_COUNTS.tolist(), what
        assert _counts(path) in (None, NEW_COUNTS.tolist()), what


def _counts(path: Path, named: Path | None = None) -> list[int] | None:
    counts = load_vectors(path, vocab_path=named).counts
    return None if counts is None else counts.tolist()


# ---- a run that is done


def resumed(place: Path) -> None:
    """A run that was killed while it was saved is saved by `w2vtui resume last`, once."""
    runs = place / "runs"
    os.environ["W2VTUI_RUNS_DIR"] = str(runs)
    for extension, before in ((".bin", "another training"), (".txt", "nothing")):
        output = place / f"v{extension}"
        _resumed(runs / "text-brisk-otter", output, before)


def _resumed(folder: Path, output: Path, before: str) -> None:
    done = small_checkpoint(10_000, reason="done", state="done", vectors={
        "input_vectors": np.full((3, 2), 0.75, dtype=np.float32)})  # fmt: skip
    old = WordVectors(WORDS, np.full((3, 2), 0.5), OLD_COUNTS)

    def prepare() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        small_record(output=str(output), is_made_here=True).write(folder)
        write_vocab(folder, WORDS, NEW_COUNTS)
        write_checkpoint(folder, done)
        for path in output.parent.glob(f"*{output.name}*"):
            path.unlink()
        if before != "nothing":
            save_vectors(old, output)

    def resume() -> int:
        return run_command_line(["resume", "last"])

    prepare()
    assert resume() == 0  # imports what each fork would import again
    for moment in moments(prepare, resume):
        what = f"{output.name}, {before}, moment {moment}"
        assert resume() == 0, what
        assert (load_vectors(output).vectors == 0.75).all(), what
        assert _counts(output) == NEW_COUNTS.tolist(), what
        left = {path.name for path in output.parent.glob(f"*{output.name}*")}
        assert left == {output.name, f"{output.name}.vocab"}, (what, left)
        assert not list(folder.rglob("*.tmp")), what
        written = output.stat().st_ino, output.stat().st_mtime_ns
        assert resume() == 0, what
        assert (output.stat().st_ino, output.stat().st_mtime_ns) == written, what


if __name__ == "__main__":
    os.fsync = lambda fd: None  # no power is cut
    where = Path(sys.argv[2])
    where.mkdir()
    {"pairs": pairs, "resumed": resumed}[sys.argv[1]](where)
