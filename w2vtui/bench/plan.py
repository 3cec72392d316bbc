"""Which trainings are measured, in which order, and the measuring of one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from w2vtui.bench import gensim_peer
from w2vtui.bench.child import ask
from w2vtui.bench.job import MODES, Job, Outcome
from w2vtui.bench.quality import Questions, Score
from w2vtui.corpus.files import is_regular
from w2vtui.corpus.streams import COMPRESSED, ByteStream
from w2vtui.errors import ChildError, CorpusError, VectorsError
from w2vtui.formats import load_vectors
from w2vtui.formats.atomic import disk_error
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings

COPIED_BYTES = 1 << 20


@dataclass(frozen=True)
class Tool:
    """A trainer that is measured."""

    name: str
    module: str
    """What is run as its child process."""
    version: str | None = None
    program: str = ""
    """The program that the child runs, where the trainer is one."""


class Setup(NamedTuple):
    """What trainers are compared at."""

    mode: str
    vector_size: int
    threads: int


class Trial(NamedTuple):
    """One training of one tool."""

    tool: Tool
    setup: Setup
    repeat: int
    """from 1"""
    is_last: bool
    """whether it is the last of its tool at this setup"""


@dataclass(frozen=True)
class Measurement:
    """What came of a trial: an outcome, an error, or both where only the scores failed."""

    trial: Trial
    tokens: int
    """Of the text, in all epochs together, before subsampling; the same for every tool."""
    outcome: Outcome | None
    error: str = ""
    scores: tuple[Score, ...] = ()

    @property
    def speed(self) -> float:
        """Tokens a second; 0 where it failed."""
        return self.tokens / max(self.outcome.seconds, 1e-9) if self.outcome else 0.0


def find_tools(version: str, programs: Sequence[str]) -> list[Tool]:
    """Ours, gensim where it is installed, and programs by their absolute paths."""
    tools = [Tool("w2vtui", "w2vtui.bench.own", version)]
    installed = gensim_peer.version()
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
    """All that is measured: the tools take turns, so that a machine that slows down does so to all
    of them.
    """
    for setup in setups:
        for repeat in range(1, repeats + 1):
            for tool in tools:
                yield Trial(tool, setup, repeat, repeat == repeats)


def plain_text(files: Sequence[Path], folder: Path) -> Path:
    """The text as one plain file in a folder: a link to the only file, or a copy of them all.

    Raises:
        CorpusError: a file cannot be read.
        DiskError: the copy cannot be written.
    """
    target = folder / "text.txt"
    try:
        if len(files) == 1 and files[0].suffix.lower() not in COMPRESSED:
            target.symlink_to(files[0].absolute())
            return target
        with target.open("wb") as copy:
            for path in files:
                with ByteStream(path) as source:
                    while block := source.read(COPIED_BYTES):
                        copy.write(block)
                copy.write(b"\n")
    except OSError as error:
        raise disk_error(target, error) from error
    return target


def check_rereadable(files: Sequence[Path]) -> None:
    """Raise CorpusError for text that can be read only once."""
    for path in files:
        if not is_regular(path):
            raise CorpusError(f"every training reads the text anew, and {path} can be read once: "
                              "name a file")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Everything that the trials have in common."""

    sources: tuple[str, ...]
    text: Path
    """The same as one plain file, in a folder that vectors may be written to."""
    corpus: CorpusSettings
    live: LiveSettings
    """Model, objective, rate and threads go by the trial."""
    n_tokens: int
    """Of the text, without the words that min_count leaves out."""
    questions: tuple[Questions, ...] = ()

    def measure(self, trial: Trial) -> Measurement:
        """Do one training in a child process, and score its vectors if it is the tool's last."""
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
        mode = MODES[trial.setup.mode]
        live = dataclasses.replace(
            self.live, model=mode.model, objective=mode.objective, workers=trial.setup.threads
        )
        return Job(
            sources=self.sources,
            text=str(self.text),
            corpus=self.corpus,
            training=TrainingSettings(vector_size=trial.setup.vector_size, probe=False),
            live=live.resolved(self.n_tokens, trial.setup.threads),
            output=str(self.text.with_name("vectors.bin")),
            wants_vectors=bool(self.questions) and trial.is_last,
            program=trial.tool.program,
        )

    def _scores(self, job: Job) -> tuple[Score, ...]:
        # word2vec.c cuts long words, within a character too.
        vectors = load_vectors(job.output, encoding_errors="replace")
        return tuple(questions.score(vectors) for questions in self.questions)
