"""The words, the vectors and the text of a run that another process trains.

Vectors are copied by the trainer into memory that is mapped here; after its end they are those of
the last checkpoint, and what is known of their training is what that says. Words and text are read
from where they are stored.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus import EncodedCorpus, Vocab
from w2vtui.errors import RunError, SettingsError, W2vtuiError
from w2vtui.runs.disk.checkpoint_files import newest_intact
from w2vtui.runs.words import read_vocab
from w2vtui.trainer_process import messages as m
from w2vtui.trainer_process.connection import ConnectionLostError, Frame
from w2vtui.trainer_process.line import Line
from w2vtui.trainer_process.remote.remote_look import RemoteLook
from w2vtui.trainer_process.shared_memory import MappedCopies
from w2vtui.training.state.checkpoint import LOCKS, Checkpoint
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
        self._why_no_text: W2vtuiError = SettingsError(_NOT_READ)
        self._saved: Checkpoint | None = None
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
        from w2vtui.runs.resuming.trained_text import cached_text  # loads Numba

        try:
            self._corpus = cached_text(self._folder)
        except W2vtuiError as error:  # `encoded_text` raises it
            self._why_no_text = error

    def encoded_text(self) -> EncodedCorpus:
        """The encoded text, waited for.

        Raises:
            W2vtuiError: the text is still being read, or not stored.
        """
        if self.corpus is None and (reading := self._reading) is not None:
            reading.join()
        if self._corpus is None:
            self._reading = None  # it may be stored by the next time
            raise self._why_no_text
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
            return self._checkpoint().vectors
        assert isinstance(frame.message, m.Matrices), "the answer to a copy"
        self.seconds_of_copy = frame.message.seconds
        return self._copies.mapped(frame.message, memory, frame.descriptors)

    def forget_copies(self) -> None:
        """Keep no memory of earlier copies; the trainer forgets it if no copy is made for long."""
        self._copies.forget()

    @property
    def _folder(self) -> Path:
        """Where the run is saved.

        Raises:
            SettingsError: it has no folder yet.
        """
        if self._look.folder is None:
            raise SettingsError(_NOT_READ)
        return self._look.folder

    def _checkpoint(self) -> Checkpoint:
        """The last one, once the trainer is gone.

        Raises:
            RunError: none is intact.
        """
        if self._saved is None:
            checkpoint, spoiled = newest_intact(self._folder)
            if checkpoint is None:
                why = f": {next(iter(spoiled.values()))}" if spoiled else ""
                raise RunError(f"run {self._folder.name} has no intact checkpoint{why}")
            self._saved = checkpoint
        return self._saved

    def rows(self, name: str, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        """A copy of some rows of a matrix, as it is now: float32 (n, D).

        Raises:
            W2vtuiError: as `copied_matrices` does.
        """
        if len(rows) > MOST_ROWS:
            return self.copied_matrices()[name][rows]
        frame = self._ask(m.AskRows(name=name, rows=tuple(rows.tolist())))
        if frame is None:
            return self._checkpoint().vectors[name][rows]
        assert isinstance(frame.message, m.Rows), "the answer for rows"
        return np.frombuffer(frame.beside, np.float32).reshape(len(rows), frame.message.n_columns)

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
            W2vtuiError: the text is still being read, or not at hand.
        """
        return self.backend().steps()

    def text(self) -> TrainedText:
        """Which text has been trained, and with which settings.

        Raises:
            W2vtuiError: the text is still being read, or not at hand, or the trainer is gone and
                no checkpoint says it.
        """
        from w2vtui.runs.resuming.trained_text import stints_of  # these load Numba
        from w2vtui.training.engine.trained_text import Stint

        frame = self._ask(m.AskStints())
        if frame is None:
            last = self._checkpoint()
            return self.backend().trained_text(stints_of(self._folder, last), last.clock)
        told = frame.message
        assert isinstance(told, m.Stints), "the answer for stints"
        stints = tuple(Stint(one.clock, one.settings) for one in told.stints)
        return self.backend().trained_text(stints, told.tokens)

    def backend(self) -> RemoteBackend:
        """What trains single tokens of the text on copies of rows.

        Raises:
            W2vtuiError: the text is still being read, or not at hand.
        """
        if self._backend is None:
            from w2vtui.trainer_process.remote.remote_steps import RemoteBackend  # loads Numba

            seen = self._look.seen
            if seen is None or not seen.matrices:
                raise SettingsError(_NOT_READ)
            text, locks = self.encoded_text(), self._locks()
            self._backend = RemoteBackend(text, self._look, self.rows, locks)
        return self._backend

    def _locks(self) -> NDArray[np.float32]:
        """Those of the input vectors: (V,) or (0,)."""
        frame = self._ask(m.AskStints())
        if frame is None:
            return self._checkpoint().memory.get(LOCKS, np.zeros(0)).astype(np.float32)
        # A copy, since kernels are compiled again for what is only to be read.
        return np.frombuffer(frame.beside, np.float32).copy()
