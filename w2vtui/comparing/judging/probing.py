"""The questions of the probe that two runs held out alike, and their losses for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from w2vtui.comparing.judging.yardsticks import Answers, probe_answers
from w2vtui.comparing.sides import Side
from w2vtui.corpus import EncodedCorpus
from w2vtui.errors import RunError
from w2vtui.exploring.subject import View
from w2vtui.files.reports import Report
from w2vtui.runs.fingerprint import fingerprint
from w2vtui.runs.record import RunRecord
from w2vtui.runs.resuming.trained_text import trained_text
from w2vtui.settings import LiveSettings, ResolvedSettings, TrainingSettings
from w2vtui.system.resources import available_cores
from w2vtui.training.engine.cpu_backend import CpuBackend
from w2vtui.training.measuring.probe import ProbeSet, choose_held_out
from w2vtui.vectors.similarity import Floats


@dataclass(frozen=True, eq=False)
class _Trained:
    """What a run was trained on."""

    training: TrainingSettings
    fingerprint: str
    """Of its text; empty where only its corpus is at hand."""
    corpus: EncodedCorpus | None


class SharedProbe:
    """The questions of two runs on the same text that held out the same lines of it."""

    def __init__(self, a: Side, b: Side, report: Report) -> None:
        """Reads the text, which takes a while where the cache no longer has it.

        report   gets a remark where the text is not simply there

        Raises:
            RunError: their probes cannot be compared; the message says why.
            W2vtuiError: the text of a run cannot be read.
        """
        trained = [_trained(side) for side in (a, b)]
        one, other = trained
        if not _have_same_text(one, other):
            raise RunError(
                "they were trained on different texts or vocabularies, and each held out lines of "
                "its own"
            )
        for side, of_side in zip((a, b), trained, strict=True):
            if not of_side.training.probe:
                raise RunError(f"{side.name} held nothing out: its probe is switched off")
        if one.training.probe_seed != other.training.probe_seed:
            raise RunError(
                f"they held out other lines of the text, with probe seed "
                f"{one.training.probe_seed} and {other.training.probe_seed}"
            )
        self._corpus = one.corpus or other.corpus or _read(a, report)
        seed = one.training.probe_seed
        held_out = choose_held_out(self._corpus.sentence_starts, seed)
        self._questions = ProbeSet(self._corpus, held_out, seed)
        if len(self._questions) < 2:
            raise RunError(f"{len(self._corpus.ids):,} tokens are too few to hold any out")

    def losses(self, view: View, settings: LiveSettings) -> NDArray[np.float64]:
        """The loss of each question: (P,).

        settings   that the vectors were trained with

        Raises:
            RunError: the vectors that score a word as a center were not kept, or are not numbers.
            OutOfMemoryError: there is too little memory for a copy.
        """
        resolved = _resolved(settings, len(self._corpus.ids))
        training = TrainingSettings(vector_size=view.vectors.vector_size)
        backend = CpuBackend(self._corpus, training, _matrices(view, resolved))
        losses = self._questions.losses(backend, backend.plan(resolved))
        if not np.isfinite(losses).all():
            raise RunError("these vectors are not numbers")
        return losses

    def answers(self, a: NDArray[np.float64], b: NDArray[np.float64]) -> Answers:
        """What two runs make of the questions, by their losses."""
        questions = self._questions
        return probe_answers((a, b), questions.contexts, questions.candidates[:, 0])


def _trained(side: Side) -> _Trained:
    run = side.subject.run
    if side.folder is not None:
        record = RunRecord.read(side.folder)
        return _Trained(record.request.training, record.fingerprint, side.subject.corpus)
    if run is None:
        raise RunError(f"{side.name} is a file of vectors, which does not say what was held out")
    if run.corpus is None:
        raise RunError(f"{side.name} is still reading its text")
    return _Trained(run.training, "", run.corpus)


def _have_same_text(one: _Trained, other: _Trained) -> bool:
    if one.corpus is not None and one.corpus is other.corpus:
        return True
    return _fingerprint(one) == _fingerprint(other)


def _fingerprint(trained: _Trained) -> str:
    if trained.fingerprint or trained.corpus is None:
        return trained.fingerprint
    return fingerprint(trained.corpus)


def _read(side: Side, report: Report) -> EncodedCorpus:
    assert side.folder is not None, "what has neither a folder nor a text was refused"
    corpus, remark = trained_text(side.folder)
    if remark:
        report(remark)
    return corpus


def _resolved(settings: LiveSettings, n_tokens: int) -> ResolvedSettings:
    if isinstance(settings, ResolvedSettings):
        return settings
    return settings.resolved(n_tokens, available_cores())


def _matrices(view: View, settings: ResolvedSettings) -> Mapping[str, Floats]:
    """The vectors that score words under these settings.

    Raises:
        RunError: they were not kept.
    """
    name = "node_vectors" if settings.walks_tree else "output_vectors"
    targets: Floats | None = (
        view.node_vectors if settings.walks_tree else view.vectors.output_vectors
    )
    if targets is None:
        raise RunError(f"of these vectors, the {name.replace('_', ' ')} were not kept")
    return {"input_vectors": view.vectors.vectors, name: targets}
