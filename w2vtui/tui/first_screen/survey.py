"""What is known of the text that is named: read and counted in threads, never by who draws."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from typing import TYPE_CHECKING

from w2vtui.errors import W2vtuiError
from w2vtui.settings import CorpusSettings
from w2vtui.tui.first_screen.preview import Preview, look_at

if TYPE_CHECKING:
    from w2vtui.corpus.sample import TextSample
    from w2vtui.corpus.statistics import TextStatistics


class Survey:
    """Looks at one text; another text needs another survey."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.preview: Preview | None = None
        """The first lines, or why there are none; None while they are looked for."""
        self.sample: TextSample | None = None
        """What was read of it; None before, and where nothing can be."""
        self.statistics: TextStatistics | None = None
        """Figures under the settings of the last count."""
        self._stop = threading.Event()

    def stop(self) -> None:
        """Nobody asks about this text any more."""
        self._stop.set()

    async def look(self, settings: CorpusSettings) -> None:
        """Find the first lines."""
        self.preview = await asyncio.to_thread(
            look_at, self.text, settings.encoding, settings.encoding_errors
        )

    async def read(self, settings: CorpusSettings) -> None:
        """Read a sample, where there is text that can be read twice."""
        preview = self.preview
        if preview is None or preview.problem or not preview.files:
            return
        try:
            self.sample = await asyncio.to_thread(_sample_of, preview, settings, self._stop)
        except W2vtuiError as error:
            self._tell(error)

    async def count(self, settings: CorpusSettings, subsample: float) -> None:
        """Find out what the text is under these settings; nothing is read for that."""
        if self.sample is None:
            return
        try:
            self.statistics = await asyncio.to_thread(
                _statistics_of, self.sample, settings, subsample, self._stop
            )
        except W2vtuiError as error:
            self._tell(error)

    def _tell(self, error: W2vtuiError) -> None:
        """Make an error the preview's, unless it only says that the survey was stopped."""
        if self.preview is not None and not self._stop.is_set():
            self.preview = dataclasses.replace(self.preview, problem=str(error))


def _sample_of(preview: Preview, settings: CorpusSettings, stop: threading.Event) -> TextSample:
    from w2vtui.corpus.sample import take_sample

    return take_sample(preview.files, settings, stop=stop)


def _statistics_of(
    sample: TextSample, settings: CorpusSettings, subsample: float, stop: threading.Event
) -> TextStatistics:
    from w2vtui.corpus.statistics import statistics_of

    return statistics_of(sample, settings, subsample, stop)
