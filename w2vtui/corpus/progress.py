"""The progress of reading a corpus, for viewers on a timer, and how to stop it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal

from w2vtui.errors import W2vtuiError

Phase = Literal["reading", "encoding", "checking", "cached"]


class ReadingStopped(W2vtuiError):  # noqa: N818 - not a failure
    """The reading was stopped before it was done."""


@dataclass
class ReadingProgress:
    """Written by the reader, read by viewers; a reader never calls a viewer."""

    phase: Phase = "reading"
    """reading: types are counted; encoding: ids are written; checking: what the cache holds is
    compared with its seal; cached: nothing had to be read
    """
    file: str = ""
    """the source being read, safe to print"""
    bytes_done: int = 0
    """bytes of this phase, of the compressed file where it is compressed"""
    bytes_total: int = 0
    """bytes of this phase; 0 when unknown, as for stdin"""
    tokens: int = 0
    """tokens read so far"""

    @property
    def fraction(self) -> float | None:
        """The share of this phase that is done, 0 to 1; None when unknown."""
        if self.phase == "cached":
            return 1.0
        if self.bytes_total <= 0:
            return None
        return min(1.0, self.bytes_done / self.bytes_total)

    def begin(self, phase: Phase, bytes_total: int = 0) -> None:
        """Start a phase. The total is first set to 0, so that no viewer sees a mixed fraction."""
        self.bytes_total = 0
        self.phase = phase
        self.bytes_done = 0
        self.bytes_total = bytes_total


def check_stop(stop: threading.Event | None) -> None:
    """Raise ReadingStopped when the event is set; called between blocks."""
    if stop is not None and stop.is_set():
        raise ReadingStopped("reading the corpus was stopped")
