"""The words, the vectors and the text of a run that another process trains.

Vectors are copied by the trainer into memory that is mapped here; after its end they are those of
the last checkpoint. Words and text are read from where they are stored.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus import EncodedCorpus, ReadingProgress, Vocab
from w2vtui.errors import RunError, SettingsError, W2vtuiError
from w2vtui.runs.disk.checkpoint_files import newest_intact
from w2vtui.runs.record import RunRecord
from w2vtui.runs.words import read_vocab
from w2vtui.trainer_process import messages as m
from w2vtui.trainer_process.connection import ConnectionLostError, Frame
from w2vtui.trainer_process.line import Line
from w2vtui.trainer_process.remote.remote_look import RemoteLook
from w2vtui.trainer_process.shared_memory import MappedCopies
from w2vtui.vectors import WordVectors

if TYPE_CHECKING:  # these load Numba
    from w2vtui.trainer_process.remote.remote_steps import RemoteBackend
    from w2vtui.training.engine.private_steps import PrivateSteps
    from w2vtui.training.engine.trained_text import TrainedText

_NOT_READ = "there are no vectors yet: the corpus is still being read"
MOST_ROWS = 5_000
"""More rows than this are taken from a copy of all."""


class RemoteVectors:
    """What a run has trained, and on what. Any thread may ask, but for the one that draws."""

    def __init__(self, line: Line, look: RemoteLook) -> None:
        self._line, self._look = line, look
        self._asking, self._starting = threading.Lock(), threading.Lock()
        self._vocab: Vocab | None = None
        self._corpus: EncodedCorpus | None = None
        self._reading: threading.Thread | None = None
        self._backend: RemoteBackend | None = None
        self._is_saved: Mapping[str, NDArray[np.float32]] | None = None
        self._copies = MappedCopies()
        self.seconds_of_copy = 0.0
        """Processor time that the trainer took for the last copy."""

    def close(self) -> None:
        """Ask no more."""
        with self._asking:
            self._line.close()

    def _ask(self, message: m.Message) -> Frame | None:
        """The answer to a question; None once the trainer is gone.

        Raises:
            W2vtuiError: the answer is an error.
        """
        with self._asking:
            for _ in range(2):  # the first connection may be an old one
                with suppress(ConnectionLostError):
                    return self._line.ask(message)
        return None

    # ---- words and text

    def vocabulary(self) -> Vocab | None:
        """The words that are trained; None until they are known.

        Raises:
            DamagedRunError: the file of words is damaged.
        """
        look = self._look
        if self._vocab is None and look.folder is not None and self._is_read:
            self._vocab = Vocab(*read_vocab(look.folder))
        return self._vocab

    @property
    def _is_read(self) -> bool:
        seen = self._look.seen
        return seen is not None and bool(seen.matrices)

    @property
    def corpus(self) -> EncodedCorpus | None:
        """The encoded text; None until it is found, which takes a moment, and if it is not stored.
        Any thread may ask.
        """
        if self._corpus is None and self._reading is None and self._is_read:
            with self._starting:  # not `_asking`: a copy may hold that for long
                if self._reading is None:
                    self._reading = threading.Thread(
                        target=self._read_text, name="w2vtui-text", daemon=True
                    )
                    self._reading.start()
        return self._corpus

    def _read_text(self) -> None:
        from w2vtui.runs.resuming.trained_text import kept_text  # loads Numba

        if self._look.folder is not None:
            with suppress(W2vtuiError):  # without the text, its screens say that it is missing
                record = RunRecord.read(self._look.folder)
                self._corpus = kept_text(record, ReadingProgress())

    def encoded_text(self) -> EncodedCorpus:
        """The encoded text, waited for.

        Raises:
            SettingsError: it is not stored.
        """
        if self.corpus is None and self._reading is not None:
            self._reading.join()
        if self._corpus is None:
            raise SettingsError(
                "the encoded text of this run is not in the cache, where another process could "
                "read it, or not yet"
            )
        return self._corpus

    # ---- vectors

    def copied_matrices(self) -> Mapping[str, NDArray[np.float32]]:
        """A copy of everything that is trained, only to be read: as it is now, or at the end.

        Raises:
            SettingsError: the text is still being read.
            OutOfMemoryError: there is no room for a copy.
            RunError: the trainer is gone, and no checkpoint has them.
        """
        spare, memory = self._copies.take_spare()
        frame = self._ask(m.CopyMatrices(spare=spare))
        if frame is None:
            return self._saved()
        assert isinstance(frame.message, m.Matrices), "the answer to a copy"
        self.seconds_of_copy = frame.message.seconds
        return self._copies.mapped(frame.message, memory, frame.descriptors)

    def forget_copies(self) -> None:
        """Keep no memory of earlier copies; the trainer forgets it if no copy is made for long."""
        self._copies.forget()

    def _saved(self) -> Mapping[str, NDArray[np.float32]]:
        """The vectors of the last checkpoint."""
        if self._is_saved is None:
            folder = self._look.folder
            if folder is None:
                raise SettingsError(_NOT_READ)
            checkpoint, spoiled = newest_intact(folder)
            if checkpoint is None:
                why = f": {next(iter(spoiled.values()))}" if spoiled else ""
                raise RunError(f"run {folder.name} has no intact checkpoint{why}")
            self._is_saved = checkpoint.vectors
        return self._is_saved

    def rows(self, name: str, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        """A copy of some rows of a matrix, as it is now: float32 (n, D).

        Raises:
            W2vtuiError: as `copied_matrices` does.
        """
        if len(rows) > MOST_ROWS:
            return self.copied_matrices()[name][rows]
        frame = self._ask(m.AskRows(name=name, rows=tuple(rows.tolist())))
        if frame is None:
            return self._saved()[name][rows]
        assert isinstance(frame.message, m.Rows), "the answer for rows"
        return np.frombuffer(frame.beside, np.float32).reshape(len(rows), frame.message.n_columns)

    def stints(self) -> tuple[m.Stints, NDArray[np.float32]]:
        """What was trained with which settings, and the locks (V,) or (0,).

        Raises:
            SettingsError: the trainer is gone.
        """
        frame = self._ask(m.AskStints())
        if frame is None:
            raise SettingsError("which text was trained is known while the run trains only")
        assert isinstance(frame.message, m.Stints), "the answer for stints"
        # A copy, since kernels are compiled again for what is only to be read.
        return frame.message, np.frombuffer(frame.beside, np.float32).copy()

    def words(self) -> Vocab:
        """The vocabulary.

        Raises:
            SettingsError: the text is still being read.
        """
        vocab = self.vocabulary()
        if vocab is None:
            raise SettingsError(_NOT_READ)
        return vocab

    def vectors(self) -> WordVectors:
        """A copy of the vectors as they are now.

        Raises:
            W2vtuiError: as `copied_matrices`, or the words cannot be read.
        """
        found, vocab = self.copied_matrices(), self.words()
        output = found.get("output_vectors")
        return WordVectors(vocab.words, found["input_vectors"], vocab.counts, output)

    # ---- steps

    def private_steps(self) -> PrivateSteps:
        """What trains single tokens of the text on private copies of these vectors.

        Raises:
            SettingsError: the text is still being read, or not at hand.
        """
        return self.backend().steps()

    def text(self) -> TrainedText:
        """Which text has been trained, and with which settings.

        Raises:
            SettingsError: the text is still being read, or not at hand.
        """
        return self.backend().trained_text(self.stints()[0])

    def backend(self) -> RemoteBackend:
        """What trains single tokens of the text on copies of rows.

        Raises:
            SettingsError: the text is still being read, or not at hand.
        """
        if self._backend is None:
            from w2vtui.trainer_process.remote.remote_steps import RemoteBackend  # loads Numba

            seen = self._look.seen
            if seen is None or not seen.matrices:
                raise SettingsError(_NOT_READ)
            with suppress(SettingsError):
                self._locks = self.stints()[1]
            self._backend = RemoteBackend(self.encoded_text(), self._look, self.rows, self._locks)
        return self._backend

    _locks = np.zeros(0, np.float32)
