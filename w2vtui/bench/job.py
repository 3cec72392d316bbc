"""One training, as a child process is asked for it and as it answers."""

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
        """As the command line has it: `cbow-negative-sampling`."""
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
"""What can be measured: the modes that other trainers have, too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A training to be done and timed."""

    sources: tuple[str, ...]
    """The text as we read it: files and folders."""
    text: str
    """The same as one plain file, for trainers that read nothing else."""
    corpus: CorpusSettings
    training: TrainingSettings
    live: ResolvedSettings
    """With every `auto` resolved."""
    output: str
    """Where vectors go, in word2vec's binary layout."""
    wants_vectors: bool = False
    """Whether they will be looked at."""
    program: str = ""
    """The program to be run, where the trainer is one."""

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
        """One line, for a child's stdin."""
        return json.dumps(dataclasses.asdict(self))


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a training took."""

    seconds: float
    """Training alone: no reading, counting, compiling or writing."""
    peak_memory: int
    """The most memory the process held at once, in bytes."""
    multiply_adds: float | None = None
    """What the formulas need for all that was trained; None where nobody counted."""
    notes: tuple[str, ...] = ()
    """How this measurement differs from the others."""


def serve(train: Callable[[Job], Outcome]) -> None:
    """A child's whole life: take a job from stdin, do it, answer on stdout's last line."""
    job = Job.from_json(sys.stdin.read())
    try:
        answer = dataclasses.asdict(train(job))
    except W2vtuiError as error:
        answer = {"error": str(error)}
    print(json.dumps(answer))


def peak_memory() -> int:
    """The most memory this process has held at once, in bytes; 0 where the system does not say."""
    try:
        # Not getrusage first: on Linux it counts what the parent held when it started this process.
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    except OSError:
        pass
    return rusage_memory(of_children=False)


def rusage_memory(*, of_children: bool) -> int:
    """What getrusage says was held at most, by this process or by its largest child, in bytes."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    who = resource.RUSAGE_CHILDREN if of_children else resource.RUSAGE_SELF
    most = resource.getrusage(who).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most
