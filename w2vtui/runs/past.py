"""The past of a saved run: the vectors at the moments of its history, and at its checkpoints."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from w2vtui.display import percent_text
from w2vtui.errors import DamagedRunError, RunError, SettingsError
from w2vtui.exploring.subject import View, changes_among, past_view
from w2vtui.runs.agreement import check_record, check_words
from w2vtui.runs.disk.checkpoint_files import (
    checkpoint_folders,
    newest_intact,
    read_checkpoint,
    read_manifest,
)
from w2vtui.runs.disk.history_files import StoredMoment, read_index, read_moment
from w2vtui.runs.disk.journal import changes_in
from w2vtui.runs.record import RunRecord
from w2vtui.runs.words import read_vocab
from w2vtui.settings import LiveSettings
from w2vtui.training.history.half import unpacked
from w2vtui.training.history.moments import PastMoment
from w2vtui.training.state.checkpoint import Checkpoint
from w2vtui.training.state.curves import SavedCurve
from w2vtui.training.state.events import Event
from w2vtui.vectors import WordVectors
from w2vtui.vectors.similarity import Floats

_AT = re.compile(r"\s*([0-9]*\.?[0-9]+)\s*(%|k|M|G|epochs?)?\s*")
_LONG = 100_000
"""Tokens of a training in which a bare number up to 100 is not meant as tokens."""
_FACTORS = {"k": 1e3, "M": 1e6, "G": 1e9}


class SavedHistory:
    """The moments of a saved run whose vectors can be read, oldest first.

    history = SavedHistory("runs/notes-brisk-otter")
    history.moments                          # where in the training each was taken
    history.vectors_at("40%").most_similar("king")
    """

    def __init__(self, folder: str | Path) -> None:
        """
        Raises:
            RunError: the run has no checkpoint.
            DamagedRunError: what was saved of it cannot be read.
        """
        self.folder = Path(folder)
        self.record = RunRecord.read(self.folder)
        checkpoint, spoiled = newest_intact(self.folder)
        self.troubles = list(spoiled.values())
        """What is damaged."""
        if checkpoint is None:
            why = f" that is intact, {self.troubles[0]}" if self.troubles else ""
            raise RunError(f"run {self.folder.name} has no checkpoint{why}")
        check_record(self.folder, self.record, checkpoint)
        words, counts = read_vocab(self.folder)
        check_words(self.folder, words, checkpoint)
        self.newest = checkpoint
        """Its newest checkpoint that is intact."""
        found = checkpoint.vectors
        self.vectors = WordVectors(
            words, found["input_vectors"], counts, found.get("output_vectors")
        )
        """Those of its newest checkpoint."""
        self.markers: list[Event] = changes_among(changes_in(checkpoint.events))
        self._n_kept: int | None = None
        self._readers: dict[PastMoment, Callable[[], Mapping[str, Floats]]] = {}
        self._list()

    @property
    def moments(self) -> tuple[PastMoment, ...]:
        """Where in the training each was taken."""
        return tuple(self._readers)

    @property
    def settings(self) -> LiveSettings:
        """Those of its newest checkpoint."""
        return self.newest.settings

    @property
    def curves(self) -> Mapping[str, SavedCurve]:
        """Those of its newest checkpoint."""
        return self.newest.curves

    @property
    def past_remark(self) -> str:
        """What was not kept."""
        if self._n_kept is None:
            return "no history was kept of this run: its checkpoints only"
        n_words = len(self.vectors)
        if self._n_kept < n_words:
            return f"the {self._n_kept:,} most frequent of {n_words:,} words before the checkpoints"
        return ""

    def moment_at(self, at: str | int | float) -> PastMoment:
        """The moment that is nearest to a place in the training.

        at   `40%` of the training, `1500000` or `1.5M` tokens, `2.5 epochs`

        Raises:
            SettingsError: it is none of these, or beyond the end of the training.
        """
        tokens = tokens_at(str(at), self.folder.name, self.newest)
        return min(self.moments, key=lambda moment: abs(moment.tokens - tokens))

    def view_at(self, moment: PastMoment) -> View:
        """The vectors as of one of the moments.

        Raises:
            DamagedRunError: it is damaged.
            RunError: it is not one of them, or not any more.
        """
        if moment not in self._readers:
            raise RunError(f"run {self.folder.name} has no vectors at {moment.tokens:,} tokens")
        try:
            matrices = self._readers[moment]()
        except DamagedRunError as error:
            self._list()  # a run that trains in another process drops moments and checkpoints
            if moment in self._readers:
                raise
            raise RunError(
                f"run {self.folder.name} keeps the vectors at {moment.tokens:,} tokens no more: "
                "choose another moment"
            ) from error
        return past_view(self.vectors, moment, matrices)

    def vectors_at(self, at: str | int | float) -> WordVectors:
        """The vectors at the moment that is nearest to a place, as `moment_at` takes it.

        Raises:
            SettingsError, DamagedRunError: as `moment_at` and `view_at` do.
        """
        return self.view_at(self.moment_at(at)).vectors

    # ---- what is there

    def _list(self) -> None:
        readers: dict[PastMoment, Callable[[], Mapping[str, Floats]]] = {}
        try:
            stored = read_index(self.folder)
        except DamagedRunError as error:
            self._note(error)
            stored = []
        for folder in checkpoint_folders(self.folder):
            try:
                moment = _moment_of(read_manifest(folder))
            except DamagedRunError:  # reported already, if it is the newest
                continue
            if moment.tokens <= self.newest.clock:
                readers[moment] = partial(self._of_checkpoint, folder)
        exact = {moment.tokens for moment in readers}
        for one in stored:
            if one.moment.tokens <= self.newest.clock and one.moment.tokens not in exact:
                readers[one.moment] = partial(self._of_history, one)
        if stored:
            self._n_kept = self._rows_kept(stored)
        self._readers = dict(sorted(readers.items(), key=lambda item: item[0].tokens))

    def _rows_kept(self, stored: list[StoredMoment]) -> int | None:
        """The words that the history keeps; None if its newest moment cannot be read."""
        try:
            return len(read_moment(self.folder, stored[-1])["input_vectors"].halves)
        except (DamagedRunError, LookupError) as error:
            self._note(error)
            return None

    def _note(self, error: Exception) -> None:
        if str(error) not in self.troubles:
            self.troubles.append(str(error))

    def _of_checkpoint(self, folder: Path) -> Mapping[str, Floats]:
        checkpoint = read_checkpoint(folder)
        check_record(self.folder, self.record, checkpoint)
        return checkpoint.vectors

    def _of_history(self, stored: StoredMoment) -> Mapping[str, Floats]:
        matrices = {name: unpacked(rows) for name, rows in read_moment(self.folder, stored).items()}
        n_words, size = self.vectors.vectors.shape
        shapes = {name: matrix.shape for name, matrix in matrices.items()}
        n_kept = shapes.get("input_vectors", (0, 0))[0]
        others = {"output_vectors": n_kept, "node_vectors": min(n_kept, n_words - 1)}
        wanted = {name: (others.get(name, n_kept), size) for name in shapes}
        if not 0 < n_kept <= n_words or shapes != wanted:
            raise DamagedRunError(
                f"{self.folder}: record and history do not belong together: {shapes}"
            )
        return matrices


def tokens_at(text: str, run: str, newest: Checkpoint) -> float:
    """The training tokens of a place: `40%`, `1500000`, `1.5M`, `2.5 epochs`.

    run      its name, for messages
    newest   its newest checkpoint

    Raises:
        SettingsError: it is none of these, or beyond the end of the training.
    """
    found, planned = _AT.fullmatch(text), newest.schedule.planned
    if found is None:
        raise SettingsError(
            f"a moment is 40% of the training, 1500000 or 1.5M tokens, or 2.5 epochs, got "
            f"'{text:.40}'"
        )
    value, unit = float(found[1]), found[2] or ""
    if unit == "%":
        tokens = value / 100 * planned
    elif unit.startswith("epoch"):
        tokens = value * newest.tokens_per_epoch
    elif not unit and value <= 100 and planned >= _LONG:
        raise SettingsError(
            f"{value:g} tokens are the beginning of the training: "
            f"do you mean {value:g}% or '{value:g} epochs'?"
        )
    else:
        tokens = value * _FACTORS.get(unit, 1.0)
    # A place that was rounded up may be a little beyond the end.
    if tokens > 1.01 * planned:
        raise SettingsError(
            f"'{text.strip()}' is beyond the end of the training, {planned:,} tokens: "
            f"run {run} is at {percent_text(newest.fraction)} of it"
        )
    return tokens


def _moment_of(checkpoint: Checkpoint) -> PastMoment:
    return PastMoment(
        number=0,  # not of the history
        tokens=checkpoint.clock,
        planned=checkpoint.schedule.planned,
        seconds=checkpoint.seconds,
    )
