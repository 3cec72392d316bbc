"""Trainings that are saved in a folder as they go, and resumed after any interruption."""

from __future__ import annotations

import dataclasses
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from w2vtui.config import read_config
from w2vtui.corpus import EncodedCorpus, ReadingProgress
from w2vtui.errors import RunError, SettingsError
from w2vtui.files.regular_files import AnyPath
from w2vtui.keyed_vectors import KeyedVectors
from w2vtui.runs.agreement import checkpoint_vectors
from w2vtui.runs.listed.listing import find_run
from w2vtui.runs.record import RECORD, RunRecord
from w2vtui.runs.recording.recorder import Recorder
from w2vtui.runs.requested.request import RunRequest
from w2vtui.runs.resuming.resuming import resumption
from w2vtui.runs.resuming.wanted_changes import RunIsDoneError
from w2vtui.runs.root import runs_folder
from w2vtui.settings import LiveSettings, RunSettings
from w2vtui.trainer_process.server import serving
from w2vtui.training.run import Run
from w2vtui.training.state.snapshot import Snapshot
from w2vtui.word2vec.epochs import drive
from w2vtui.word2vec.state import Floats, ModelState


class ResumingCalls(ModelState):
    """Saves the training of the constructor as it goes, and resumes saved runs."""

    @classmethod
    def resume(
        cls, path: AnyPath | None, corpus_file: AnyPath | None = None, *, progress: bool = False
    ) -> Self:
        """Train a saved run to its end, from its newest checkpoint; return the model.

        path          the folder of a run that `runs_dir`, the command line or the app has saved
        corpus_file   where its text is now, if not where it was
        progress      show how far it is, as the constructor does

        With one worker, or `deterministic`, the vectors are those of a run without a break. A run
        that is done gives its model at once. Files that the command line was to write are not
        written. After Ctrl-C or an error the run is saved as far as it got.

        Raises:
            RunError: this is not the folder of a run, there is none, or it is in use.
            ChangedTextError: the text is another one.
            DamagedRunError: what was saved cannot be read.
        """
        if path is None:  # the run_folder of a model
            raise RunError("this model's training was not saved: give the constructor runs_dir")
        folder = Path(path)
        if not (folder / RECORD).exists():
            raise RunError(f"{folder} is not the folder of a run: it has no {RECORD}")
        sources = () if corpus_file is None else (str(Path(corpus_file).absolute()),)
        try:
            taken = resumption(folder, sources=sources)
        except RunIsDoneError:
            return cls._at_checkpoint(folder)
        corpora: list[EncodedCorpus] = []

        def read(reading: ReadingProgress, stop: threading.Event) -> EncodedCorpus:
            corpora.append(taken.read(reading, stop))
            return corpora[-1]

        try:
            model = cls._of_record(taken.record, taken.record.settings)
            model.progress = progress
            run = taken.run(read)
        except BaseException:
            taken.recorder.close()
            raise
        _warn_of(taken.notes)
        with recorded(run, taken.recorder), model._shown(run.snapshot):
            drive(run, None)
        words, shot = run.trained.vectors(), run.snapshot()
        model = cls._of_record(taken.record, shot.settings)
        model._fill(words.index_to_key, words.counts, run.trained.matrices())
        model._note_run(shot, corpora[-1])
        model.run_folder, model._run_curves = taken.recorder.folder, run.curves
        return model

    @classmethod
    def from_run(cls, run: AnyPath = "last", *, runs_dir: AnyPath | None = None) -> Self:
        """The model of a saved run as of its newest checkpoint, which may still be training.

        run        its name, a part of its name, `last`, or its folder
        runs_dir   the folder of all runs; None for the one that the command line uses

        Raises:
            RunError: there is no such run, there are several, or it has no checkpoint.
            DamagedRunError: what was saved cannot be read.
        """
        return cls._at_checkpoint(_folder_of(run, runs_dir))

    @classmethod
    def _at_checkpoint(cls, folder: Path) -> Self:
        """The model of a run as it is at its newest checkpoint."""
        vectors, checkpoint, troubles = checkpoint_vectors(folder)
        _warn_of(troubles)
        model = cls._of_record(RunRecord.read(folder), checkpoint.settings)
        model._fill(vectors.index_to_key, vectors.counts, checkpoint.vectors)
        model.train_count, model.total_train_time = 1, checkpoint.seconds
        model.run_folder = folder
        return model

    @classmethod
    def _of_record(cls, record: RunRecord, live: LiveSettings) -> Self:
        """A model without words, with the settings of a run."""
        settings: dict[str, Any] = {}
        for part in (record.request.corpus_settings, record.request.training, live):
            settings |= dataclasses.asdict(part)
        return cls(**settings)

    def _fill(self, words: Sequence[str], counts: Any, trained: Any) -> None:
        """Take words, counts and copies of what a run has trained."""
        matrices: dict[str, Floats] = {name: matrix.copy() for name, matrix in trained.items()}
        tree = self._live().walks_tree
        output = None if tree else matrices["output_vectors"]
        self.wv = KeyedVectors(list(words), matrices["input_vectors"], counts, output)
        if tree:
            self.syn1 = matrices["node_vectors"]

    def _note_run(self, shot: Snapshot, corpus: EncodedCorpus) -> None:
        """Note the figures of a run that has ended."""
        self.corpus_count, self.corpus_total_words = corpus.n_raw_sentences, corpus.n_raw_tokens
        self.train_count, self.total_train_time = 1, shot.progress.seconds
        self.min_alpha_yet_reached = shot.rate
        self.running_training_loss = shot.losses.mean or 0.0

    # ---- the constructor's training

    def _recorder(self, files: Sequence[AnyPath], *, by_settings: bool) -> Recorder | None:
        """What saves the training of the constructor, if runs_dir is given.

        files         the corpus, if it is on disk
        by_settings   whether settings of a run say which words are trained

        Raises:
            SettingsError: it could not be resumed.
            DiskError: runs cannot be saved in that folder.
        """
        if self._run_settings.runs_dir is None:
            return None
        if not files:
            raise SettingsError(
                "runs_dir saves runs that can be resumed, which need a text on disk: give "
                "corpus_file, or leave runs_dir out"
            )
        if not by_settings:
            raise SettingsError(
                "runs_dir does not go with null_word, trim_rule, max_vocab_size or sorted_vocab=0: "
                "leave one of the two out"
            )
        request = RunRequest(
            sources=tuple(str(Path(file).absolute()) for file in files),
            corpus_settings=self._corpus_settings(),
            training=self._fixed(),
            live=self._live(),
            run_settings=self._run_settings,
        )
        request.check()
        return Recorder.for_request(request)


def _folder_of(run: AnyPath, runs_dir: AnyPath | None) -> Path:
    """The folder of a run, which is named or found by its name.

    Raises:
        RunError: there is no such run, or there are several.
    """
    if not isinstance(run, str) or (Path(run) / RECORD).exists():
        folder = Path(run)
        if not (folder / RECORD).exists():
            raise RunError(f"{folder} is not the folder of a run: it has no {RECORD}")
        return folder
    named = None if runs_dir is None else str(runs_dir)
    if named is None:
        named = read_config().settle(RunSettings, {})["runs_dir"].value
    return find_run(runs_folder(named), run)


def run_settings(further: dict[str, Any]) -> RunSettings:
    """Where and how often a run is saved, and its past; its settings are taken out of `further`.

    Raises:
        SettingsError: a value is out of range.
    """
    names = [name for name in ("runs_dir", "checkpoint_seconds", "history") if name in further]
    given = {name: further.pop(name) for name in names}
    if given.get("runs_dir") is not None:
        given["runs_dir"] = str(given["runs_dir"])
    else:  # a model that is not saved keeps its past only where that is asked for
        given.setdefault("history", 0)
    return RunSettings(**given)


@contextmanager
def recorded(run: Run, recorder: Recorder | None) -> Iterator[None]:
    """Save a run that starts and ends in the block; what went wrong becomes warnings."""
    if recorder is None:
        yield
        return
    recorder.follow(run.snapshot)
    with serving(run, recorder):
        try:
            yield
        finally:
            recorder.close()
        _warn_of(recorder.messages())


def _warn_of(troubles: Sequence[str]) -> None:
    for trouble in troubles:
        warnings.warn(trouble, stacklevel=3)
