"""What is known of the text that is named; it is read and counted in threads."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from typing import TYPE_CHECKING

from w2vtui.errors import W2vtuiError
from w2vtui.settings import CorpusSettings, auto_epochs
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.first_screen.preview import Preview, look_at
from w2vtui.tui.first_screen.text_report import Needs, needs_of

if TYPE_CHECKING:
    from w2vtui.corpus.hints import Hint
    from w2vtui.corpus.sample import TextSample
    from w2vtui.corpus.statistics import TextStatistics


class Survey:
    """Looks at one text; another text needs another survey."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.preview: Preview | None = None
        """The first lines, or why there are none; None while they are being read."""
        self.sample: TextSample | None = None
        """What was read of the text; None before, and if it cannot be read."""
        self.statistics: TextStatistics | None = None
        """Figures under the settings of the last count; None before, and if there are none."""
        self.needs: Needs | None = None
        """What a run would take; None while the text is not known."""
        self._stop = threading.Event()

    @property
    def problem(self) -> str:
        """Why the text cannot be trained on; empty if it can, and while that is not known."""
        return self.preview.problem if self.preview is not None else ""

    @property
    def offers(self) -> tuple[Hint, ...]:
        """The settings that solve the problem, if any do."""
        return self.preview.offers if self.preview is not None else ()

    @property
    def hints(self) -> tuple[Hint, ...]:
        """What would fit the text better, as far as that is known."""
        return self.statistics.hints if self.statistics is not None else self.offers

    @property
    def is_counting(self) -> bool:
        """Whether figures are still to come."""
        known = self.preview is not None and (self.problem or not self.preview.files)
        return self.statistics is None and not known

    @property
    def epochs(self) -> int | None:
        """What `epochs auto` is likely to choose; None while that is not known."""
        if self.statistics is not None:
            return auto_epochs(self.statistics.n_kept)
        return self.preview.epochs if self.preview is not None else None

    def stop(self) -> None:
        """Stop reading: the text is not needed any more."""
        self._stop.set()

    async def look(self, settings: CorpusSettings) -> None:
        """Read the first lines."""
        self.preview = await asyncio.to_thread(look_at, self.text, settings)

    async def read(self, settings: CorpusSettings) -> None:
        """Read a sample of a text that can be read twice."""
        preview = self.preview
        if preview is None or preview.problem or not preview.files:
            return
        try:
            self.sample = await asyncio.to_thread(_sample_of, preview, settings, self._stop)
        except W2vtuiError as error:
            self._report(error)

    async def count(self, settings: CorpusSettings, subsample: float) -> None:
        """Count the sample under these settings; it is read again only if they decide what is
        read.
        """
        is_other = self.sample is not None and not self.sample.fits(settings)
        if is_other or self.offers:
            self.statistics = self.needs = None
            await self.look(settings)
            await self.read(settings)
        if self.sample is None or self.problem:
            return
        try:
            self.statistics = await asyncio.to_thread(
                _statistics_of, self.sample, settings, subsample, self._stop
            )
        except W2vtuiError as error:
            self._report(error)

    def estimate(self, form: Form) -> None:
        """Estimate what a run under these settings would take, once the text is counted."""
        if self.statistics is not None:
            saved = form.run_settings
            self.needs = needs_of(
                self.statistics,
                form.training,
                form.live,
                checkpoints=saved.checkpoints,
                history=saved.history,
            )

    def _report(self, error: W2vtuiError) -> None:
        """Make an error the preview's problem, unless the survey was stopped."""
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
