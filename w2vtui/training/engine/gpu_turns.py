"""Turns on a GPU, which one thread at a time may use, and its errors as those of a run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from w2v_kernels.cuda.device import DeviceError
from w2vtui.errors import BackendError, OutOfMemoryError


class GpuTurns:
    """A lock that is given in the order in which it is asked for, so that nobody waits long beside
    a thread that takes it again and again.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._present = 0
        self.n_asked = 0
        """How often it was asked for."""
        self.is_lost = False
        """Whether the GPU has stopped working."""

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Use the GPU alone.

        Raises:
            BackendError: it has stopped working.
            MemoryError: its memory is full.
        """
        with self._changed:
            mine, self.n_asked = self.n_asked, self.n_asked + 1
            self._changed.wait_for(lambda: self._present == mine)
        try:
            yield
        except DeviceError as error:
            self.is_lost = True
            raise BackendError(
                f"the GPU stopped working: {error}: resume the run from its last checkpoint, with "
                "--device cpu until the GPU works again"
            ) from error
        finally:
            with self._changed:
                self._present += 1
                self._changed.notify_all()

    @contextmanager
    def needed_turn(self) -> Iterator[None]:
        """The same, where there must be memory for what is done.

        Raises:
            BackendError: it has stopped working.
            OutOfMemoryError: its memory is full.
        """
        try:
            with self.turn():
                yield
        except OutOfMemoryError:
            raise
        except MemoryError as error:
            raise OutOfMemoryError(
                f"the memory of the GPU is full ({error}): lower vector_size, raise min_count, end "
                "what else it runs, or train with device cpu"
            ) from error
