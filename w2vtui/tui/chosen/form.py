"""What is chosen on the first screen; loads nothing slow."""

from __future__ import annotations

import dataclasses
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from w2vtui.bundled import SAMPLE
from w2vtui.runs.requested.choices import RunChoices
from w2vtui.tui.chosen.sources import sources_of

if TYPE_CHECKING:
    from w2vtui.runs.requested.request import RunRequest
    from w2vtui.settings import LiveSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Form(RunChoices):
    """What is chosen on the screen before a run begins."""

    corpus: str = SAMPLE
    """As the corpus field shows it."""
    preset: str = ""
    """The name of the preset that was chosen last."""

    def request(self, output: str | None) -> RunRequest:
        """The run that is chosen.

        output   where the vectors are to go

        Raises:
            CorpusError: the corpus field names nothing that can be read.
        """
        from w2vtui.runs.requested.request import RunRequest  # loads NumPy

        chosen = {one.name: getattr(self, one.name) for one in dataclasses.fields(RunChoices)}
        return RunRequest(sources=tuple(sources_of(self.corpus)), output=output, **chosen)


def form_of_request(asked: RunRequest, live: LiveSettings, chosen: Form) -> Form:
    """What the first screen would show for a run; chosen: where and how runs are saved."""
    return Form(
        corpus=shlex.join(asked.sources),
        corpus_settings=asked.corpus_settings,
        training=asked.training,
        live=live,
        pairs=asked.pairs,
        analogies=asked.analogies,
        sessions=asked.sessions,
        questions=asked.questions,
        run_settings=chosen.run_settings,
        layout=chosen.layout,
        overwrite=chosen.overwrite,
    )
