"""The trainings that are measured, their order, and the measurement of one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from w2vtui.bench import gensim_peer, separate
from w2vtui.bench.child import ask
from w2vtui.bench.job import MODES, Job, Outcome
from w2vtui.bench.quality import Questions, Score
from w2vtui.corpus.files import is_regular
from w2vtui.corpus.sources.compressed import is_packed
from w2vtui.corpus.sources.opening import opened_bytes
from w2vtui.errors import ChildError, CorpusError, VectorsError
from w2vtui.formats import load_vectors
from w2vtui.formats.drafts.atomic import disk_error
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.system.resources import available_cores

COPIED_BYTES = 1 << 20
OWN = "w2vtui"
OURS = frozenset({OWN, separate.NAME})
"""The names of what trains with our kernels, and reads any text that we read."""


def threads_text(threads: int) -> str:
    """`1 thread`, `2 threads`."""
    return "1 thread" if threads == 1 else f"{threads} threads"


@dataclass(frozen=True)
class Tool:
    """A trainer that is measured."""

    name: str
    module: str
    """The module to run as its child process."""
    version: str | None = None
    program: str = ""
    """The program that the child runs; empty for a trainer that is a Python module."""


class Setup(NamedTuple):
    """The mode, size, threads and device that trainers are compared at."""

    mode: str
    vector_size: int
    threads: int
    """0 on a GPU"""
    device: Literal["cpu", "cuda"] = "cpu"

    @property
    def on_gpu(self) -> bool:
        """Whether a GPU trains, which no other trainer than ours does."""
        return self.device == "cuda"

    @property
    def trained_by(self) -> str:
        """`1 thread`, `2 threads`, `the GPU`."""
        return "the GPU" if self.on_gpu else threads_text(self.threads)


class Trial(NamedTuple):
    """One training of one tool."""

    tool: Tool
    setup: Setup
    repeat: int
    """Number of this repeat, counted from 1."""
    is_last: bool
    """Whether this is the last repeat of the tool at this setup."""


@dataclass(frozen=True)
class Measurement:
    """The result of a trial: an outcome, an error, or both if only scoring failed."""

    trial: Trial
    tokens: int
    """Tokens of the text times epochs, before subsampling; the same for every tool."""
    outcome: Outcome | None
    error: str = ""
    scores: tuple[Score, ...] = ()

    @property
    def speed(self) -> float:
        """Tokens per second; 0 if the trial failed."""
        return self.tokens / max(self.outcome.seconds, 1e-9) if self.outcome else 0.0


def find_tools(version: str, programs: Sequence[str], *, scaling: bool = False) -> list[Tool]:
    """Ours, gensim if it is installed, and programs by their absolute paths.

    scaling   as many trainings of ours as threads, which share nothing, in place of gensim
    """
    tools = [Tool(OWN, "w2vtui.bench.own", version)]
    installed = None if scaling else gensim_peer.version()
    if scaling:
        tools.append(Tool(separate.NAME, "w2vtui.bench.separate"))
    if installed is not None:
        tools.append(Tool(gensim_peer.NAME, "w2vtui.bench.gensim_peer", installed))
    names = [tool.name for tool in tools] + [Path(program).name for program in programs]
    for program in programs:
        name = Path(program).name
        tools.append(
            Tool(
                program if names.count(name) > 1 else name, "w2vtui.bench.program", program=program
            )
        )
    return tools


def trials(tools: Sequence[Tool], setups: Sequence[Setup], repeats: int) -> Iterator[Trial]:
    """All trials in order; the tools take turns, so that a machine that slows down affects all."""
    for setup in setups:
        for repeat in range(1, repeats + 1):
            for tool in tools:
                if not setup.on_gpu or tool.name == OWN:
                    yield Trial(tool, setup, repeat, repeat == repeats)


def plain_text(files: Sequence[Path], folder: Path) -> Path:
    """Put the text into a folder as one plain file: a link to the only file, or a copy of all.

    Raises:
        CorpusError: a file cannot be read.
        DiskError: the copy cannot be written.
    """
    target = folder / "text.txt"
    try:
        if len(files) == 1 and not is_packed(files[0]):
            target.symlink_to(files[0].absolute())
            return target
        with target.open("wb") as copy:
            for path in files:
                for source in opened_bytes(path, CorpusSettings()):
                    while block := source.read(COPIED_BYTES):
                        copy.write(block)
                    copy.write(b"\n")
    except OSError as error:
        raise disk_error(target, error) from error
    return target


def check_rereadable(files: Sequence[Path]) -> None:
    """Raise CorpusError for text that can be read only once, such as a pipe."""
    for path in files:
        if not is_regular(path):
            raise CorpusError(f"every training reads the text again, but {path} can be read only "
                              "once: name a file")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Everything that all trials share."""

    sources: tuple[str, ...]
    text: Path
    """The same text as one plain file, in a folder that vectors may be written to."""
    corpus: CorpusSettings
    live: LiveSettings
    """Settings for every trial, which replaces model, objective and workers."""
    n_tokens: int
    """Tokens of the text, without the words that min_count leaves out."""
    questions: tuple[Questions, ...] = ()

    def measure(self, trial: Trial) -> Measurement:
        """Train in a child process, and score the vectors of a tool's last repeat."""
        job = self._job(trial)
        tokens = self.n_tokens * job.live.epochs
        outcome = None
        try:
            answer = ask(trial.tool.module, job.to_json())
            outcome = Outcome(**answer | {"notes": tuple(answer["notes"])})
            scores = self._scores(job) if job.wants_vectors else ()
        except (ChildError, VectorsError) as error:
            return Measurement(trial, tokens, outcome, str(error))
        finally:
            Path(job.output).unlink(missing_ok=True)
        return Measurement(trial, tokens, outcome, scores=scores)

    def _job(self, trial: Trial) -> Job:
        setup, mode = trial.setup, MODES[trial.setup.mode]
        threads = setup.threads or available_cores()  # beside a GPU, they read the text
        live = dataclasses.replace(
            self.live, model=mode.model, objective=mode.objective, workers=threads
        )
        return Job(
            sources=self.sources,
            text=str(self.text),
            corpus=self.corpus,
            training=TrainingSettings(
                vector_size=setup.vector_size, probe=False, device=setup.device
            ),
            live=live.resolved(self.n_tokens, threads),
            output=str(self.text.with_name("vectors.bin")),
            wants_vectors=bool(self.questions) and trial.is_last,
            program=trial.tool.program,
        )

    def _scores(self, job: Job) -> tuple[Score, ...]:
        # word2vec.c cuts long words, even inside a character.
        vectors = load_vectors(job.output, encoding_errors="replace", report=lambda remark: None)
        return tuple(questions.score(vectors) for questions in self.questions)
