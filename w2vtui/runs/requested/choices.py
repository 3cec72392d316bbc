"""What is chosen for a run on the command line or on the screen; loads nothing slow."""

from __future__ import annotations

from dataclasses import dataclass

from w2vtui.evaluation.question_files import QuestionFiles, QuestionOptions
from w2vtui.settings import CorpusSettings, LiveSettings, RunSettings, TrainingSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class RunChoices:
    """What is chosen for a run besides its text and the file of its vectors."""

    corpus_settings: CorpusSettings = CorpusSettings()
    training: TrainingSettings = TrainingSettings()
    live: LiveSettings = LiveSettings()
    """As at the beginning of the run."""
    pairs: tuple[str, ...] = ()
    """Files of word pairs to score the vectors on."""
    analogies: tuple[str, ...] = ()
    """Files of analogies to score the vectors on."""
    sessions: tuple[str, ...] = ()
    """Files of sessions, whose last item the vectors are to guess."""
    questions: QuestionOptions = QuestionOptions()
    """How all of these are read."""
    run_settings: RunSettings = RunSettings()
    """Whether, where and how often the run is saved."""
    layout: str | None = None
    """How vectors are laid out in the output, by name; None for what its ending stands for."""
    overwrite: bool = False
    """Whether a target may replace a file that is not vectors; never one that the run reads."""

    @property
    def question_files(self) -> QuestionFiles:
        """The files to score the vectors on."""
        return QuestionFiles(self.pairs, self.analogies, self.sessions, self.questions)
