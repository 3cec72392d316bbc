"""Runs a program that takes word2vec.c's options, and times it by what it prints.

Only the training is timed, if the program shows when it begins and ends. word2vec.c does: it prints
the size of its vocabulary, prepares its tables, then prints its progress, and opens its output file
once it has trained. The program writes to a pseudo-terminal, since C buffers what goes to a pipe.
"""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from w2vtui.bench.job import Job, Outcome, rusage_memory, serve
from w2vtui.errors import ChildError, SettingsError

LOOK_SECONDS = 0.01
_SHOWN_CHARACTERS = 300
_VOCABULARY = re.compile(rb"Words in train file")
_PROGRESS = re.compile(rb"Progress:\s*(\d+(?:\.\d*)?)%")
_LATE_PROGRESS = 50.0
"""Percent of the work; a first report later than this does not show when the work began."""

WITH_TABLES = "timed from its vocabulary report on, which includes preparing its tables"
ALL_OF_IT = "it reports no vocabulary, so its whole run is timed, including reading and writing"


def find_program(path: str) -> str:
    """The absolute path of a program, which is looked up as a shell does.

    Raises:
        SettingsError: it does not exist, or cannot be run.
    """
    found = shutil.which(path) or shutil.which(Path(path).absolute())
    if found is not None and hasattr(os, "openpty"):
        return str(Path(found).absolute())
    if found is not None:
        raise SettingsError(f"cannot measure {path}: this system has no pseudo-terminals")
    if Path(path).is_dir():
        raise SettingsError(f"{path} is a folder: name the program in it")
    if Path(path).exists():
        raise SettingsError(f"{path} is not executable: try chmod +x {path}")
    raise SettingsError(f"program not found: {path}")


def train(job: Job) -> Outcome:
    """Train by running the program.

    Raises:
        ChildError: the program cannot be started, fails, or writes no vectors.
    """
    output = Path(job.output)
    output.unlink(missing_ok=True)
    timing = _Timing(output)
    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as lines, tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(
                [job.program, *command_line(job)],
                cwd=output.parent, stdin=subprocess.DEVNULL, stdout=theirs, stderr=errors,
            )  # fmt: skip
        except OSError as error:
            raise ChildError(f"cannot be started: {error.strerror or error}") from error
        finally:
            os.close(theirs)
        timing.follow(lines.fileno())
        code = process.wait()
        seconds = timing.seconds()
        if code != 0:
            errors.seek(0)
            raise ChildError(f"{_ending(code)}: {_last_words(errors.read() or timing.said)}")
    _check_vectors(output, job.training.vector_size, timing.said)
    return Outcome(
        seconds=seconds, peak_memory=rusage_memory(of_children=True), notes=timing.notes()
    )


def command_line(job: Job) -> list[str]:
    """The job as word2vec.c's options, to be run in the folder of the output.

    Files are named relative to it, since word2vec.c takes names of at most 99 characters.
    """
    live, folder = job.live, Path(job.output).parent
    by_tree = live.walks_tree
    values = {
        "-train": os.path.relpath(job.text, folder),
        "-output": Path(job.output).name,
        "-size": job.training.vector_size,
        "-window": live.reach,
        "-sample": live.sample,
        "-hs": int(by_tree),
        "-negative": 0 if by_tree else live.negative,
        "-threads": live.workers,
        "-iter": live.epochs,
        "-min-count": job.corpus.min_count,
        "-alpha": live.alpha,
        "-cbow": int(live.model == "cbow"),
        "-binary": 1,
    }
    return [str(word) for pair in values.items() for word in pair]


class _Timing:
    """Finds the start and end of a training from what the program prints and writes."""

    def __init__(self, output: Path) -> None:
        self._output = output
        self._started = self._began = time.perf_counter()
        self._ended: float | None = None
        self._done = 0.0
        """Share of the work that was done when the clock started."""
        self._knows_vocabulary = self._knows_progress = False
        self._may_end = False
        self.said = b""
        """The end of what it has printed."""

    def follow(self, descriptor: int) -> None:
        """Read the output of the program until it ends."""
        while True:
            if select.select([descriptor], [], [], LOOK_SECONDS)[0]:
                try:
                    block = os.read(descriptor, 1 << 16)
                except OSError:  # how Linux reports that the other side has closed
                    return
                if not block:
                    return
                self._read(block)
            if self._may_end and self._ended is None and self._output.exists():
                self._ended = time.perf_counter()

    def _read(self, block: bytes) -> None:
        self.said = self.said[-4096:] + block
        if not self._knows_vocabulary and _VOCABULARY.search(self.said):
            self._knows_vocabulary = True
            self._begin(0.0)
        progress = _PROGRESS.search(self.said)
        if progress and not self._knows_progress and float(progress[1]) < _LATE_PROGRESS:
            self._knows_progress = True
            self._begin(float(progress[1]) / 100)

    def _begin(self, done: float) -> None:
        self._began, self._done = time.perf_counter(), done
        # If the output exists already, its appearance cannot mark the end.
        self._may_end = not self._output.exists()

    def seconds(self) -> float:
        """Seconds that the whole training took; valid once the program has ended."""
        ended = time.perf_counter() if self._ended is None else self._ended
        return (ended - self._began) / (1 - self._done)

    def notes(self) -> tuple[str, ...]:
        """What `seconds` includes besides the training."""
        if self._knows_progress:
            return ()
        return (WITH_TABLES if self._knows_vocabulary else ALL_OF_IT,)


def _check_vectors(output: Path, vector_size: int, said: bytes) -> None:
    try:
        with output.open("rb") as file:
            head = file.readline(100).split()
    except OSError:
        raise ChildError(f"it wrote no vectors: {_last_words(said)}") from None
    if len(head) != 2 or head[1] != str(vector_size).encode():
        raise ChildError(
            f"its output is not in word2vec's binary format with vectors of {vector_size} numbers"
        )


def _ending(code: int) -> str:
    return f"it was killed by signal {-code}" if code < 0 else f"it failed with exit code {code}"


def _last_words(said: bytes) -> str:
    """The end of what a program printed, on one line."""
    text = " ".join(said.decode("utf-8", "replace").split())
    if not text:
        return "it printed nothing"
    return text if len(text) <= _SHOWN_CHARACTERS else "..." + text[-_SHOWN_CHARACTERS:]


if __name__ == "__main__":
    serve(train)
