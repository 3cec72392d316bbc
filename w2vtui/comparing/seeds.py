"""Runs that differ by their seed alone, trained one after the other on one text."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from w2vtui.corpus import EncodedCorpus, ReadingProgress
from w2vtui.errors import DivergedError, SettingsError
from w2vtui.files.reports import Report
from w2vtui.runs.opening import open_run
from w2vtui.runs.recording.recorder import Recorder
from w2vtui.runs.recording.unattended import unattended
from w2vtui.runs.requested.request import RunRequest
from w2vtui.training.run import Run
from w2vtui.training.state.snapshot import WORTHLESS, Snapshot
from w2vtui.vectors import WordVectors

MOST_SEEDS = 100
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class SeedShot:
    """A seed at work, at one moment."""

    number: int
    """From 1."""
    seed: int
    shot: Snapshot


class SeedRuns:
    """The runs of several seeds, from that of a request on."""

    def __init__(
        self, request: RunRequest, n_seeds: int, report: Report, words: Sequence[str] = ()
    ) -> None:
        """
        request   what each of them trains; it is saved where the request saves runs
        words     that the text must have

        Raises:
            SettingsError: 2 seeds or more are needed.
        """
        if not 2 <= n_seeds <= MOST_SEEDS:
            raise SettingsError(f"seeds must be 2 to {MOST_SEEDS}, got {n_seeds}")
        self._request, self._report, self._words = request, report, words
        self.seeds = tuple(request.training.seed + n for n in range(n_seeds))
        self.folders: list[Path] = []
        """Where those that are saved are."""
        self._stopping = threading.Event()
        self._corpus: EncodedCorpus | None = None
        self._working: tuple[int, Run] | None = None

    def stop(self) -> None:
        """End as soon as the workers have finished what they hold; for any thread."""
        self._stopping.set()

    def shot(self) -> SeedShot | None:
        """What is at work now; None between two runs. For any thread."""
        if self._working is None:
            return None
        number, run = self._working
        return SeedShot(number, self.seeds[number - 1], run.snapshot())

    def train(self) -> Iterator[WordVectors]:
        """The vectors of each seed as soon as it is trained to its end; ends early once stopped.

        Raises:
            UnknownWordError: the text does not have one of the words.
            DivergedError: a seed learned nothing.
            W2vtuiError: the text cannot be read, or a run cannot be saved.
        """
        for number, seed in enumerate(self.seeds, 1):
            training = dataclasses.replace(self._request.training, seed=seed)
            request = dataclasses.replace(self._request, training=training)
            run, recorder = open_run(request, self._report, read=self._read)
            self._working = number, run
            try:
                self._follow(run, recorder)
            finally:
                self._working = None
            if self._stopping.is_set():
                return
            if any(remark.urgency == WORTHLESS for remark in run.snapshot().remarks):
                raise DivergedError(
                    f"with seed {seed} nothing was learned: lower the learning rate"
                )
            yield run.trained.vectors()

    def _read(self, progress: ReadingProgress, stop: threading.Event) -> EncodedCorpus:
        """The text, which is read once."""
        if self._corpus is None:
            corpus = self._request.read(progress, stop)
            vocab = corpus.vocab
            known = WordVectors(
                vocab.words, np.broadcast_to(np.float32(0), (len(vocab), 1)), vocab.counts
            )
            for word in self._words:
                known.get_index(word)
            self._corpus = corpus
        return self._corpus

    def _follow(self, run: Run, recorder: Recorder | None) -> None:
        """Train a run to its end, or until all are stopped."""
        try:
            with unattended(run, recorder):
                while not run.is_over(POLL_SECONDS):
                    if self._stopping.is_set():
                        run.stop()
                        break
                run.wait()
        finally:
            if recorder is not None and recorder.folder is not None:
                self.folders.append(recorder.folder)
