"""One training: the request to a child process, and its answer."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from w2vtui.errors import W2vtuiError
from w2vtui.settings import CorpusSettings, Model, Objective, ResolvedSettings, TrainingSettings


class Mode(NamedTuple):
    """A model with an objective."""

    model: Model
    objective: Objective

    @property
    def name(self) -> str:
        """The name on the command line: `cbow-negative-sampling`."""
        return f"{self.model}-{self.objective}"


MODES = {
    mode.name: mode
    for mode in (
        Mode("skip-gram", "negative-sampling"),
        Mode("skip-gram", "hierarchical-softmax"),
        Mode("cbow", "negative-sampling"),
        Mode("cbow", "hierarchical-softmax"),
    )
}
"""The modes that can be measured: those that other trainers have as well."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A training to run and time."""

    sources: tuple[str, ...]
    """Files and folders that w2vtui reads the text from."""
    text: str
    """The same text as one plain file, for trainers that read nothing else."""
    corpus: CorpusSettings
    training: TrainingSettings
    live: ResolvedSettings
    """Settings with every `auto` decided."""
    output: str
    """The file to write vectors to, in word2vec's binary format."""
    wants_vectors: bool = False
    """Whether the vectors are needed; if not, they need not be written."""
    program: str = ""
    """The program to run; empty for a trainer that is a Python module."""

    @classmethod
    def from_json(cls, text: str) -> Job:
        """The job that `to_json` wrote."""
        values = json.loads(text)
        values["sources"] = tuple(values["sources"])
        values["corpus"] = CorpusSettings(**values["corpus"])
        values["training"] = TrainingSettings(**values["training"])
        values["live"] = ResolvedSettings(**values["live"])
        return cls(**values)

    def to_json(self) -> str:
        """The job as one line, for the stdin of a child process."""
        return json.dumps(dataclasses.asdict(self))


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The time and memory that a training took."""

    seconds: float
    """Time of the training alone: no reading, counting, compiling or writing."""
    peak_memory: int
    """The largest memory use of the process, in bytes."""
    multiply_adds: float | None = None
    """Multiply-adds that the formulas need for this training; None if they were not counted."""
    row_bytes: float | None = None
    """Bytes of the rows that a GPU reads and adds to; None if they were not counted."""
    notes: tuple[str, ...] = ()
    """How this measurement differs from the others."""


def serve(train: Callable[[Job], Outcome]) -> None:
    """Be a child process: read a job from stdin, run it, answer on the last line of stdout."""
    job = Job.from_json(sys.stdin.read())
    try:
        answer = dataclasses.asdict(train(job))
    except W2vtuiError as error:
        answer = {"error": str(error)}
    print(json.dumps(answer))


def peak_memory() -> int:
    """The largest memory use of this process so far, in bytes; 0 if it is not known."""
    try:
        # On Linux getrusage would include the memory of the parent when it started this process.
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    except OSError:
        pass
    return rusage_memory(of_children=False)


def rusage_memory(*, of_children: bool) -> int:
    """The largest memory use of this process, or of its largest child, by getrusage; in bytes."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    who = resource.RUSAGE_CHILDREN if of_children else resource.RUSAGE_SELF
    most = resource.getrusage(who).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most
