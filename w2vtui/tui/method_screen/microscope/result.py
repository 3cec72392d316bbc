"""What the Microscope tab shows: a step with the text around it, or the token in all modes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from w2vtui.method.microscope import Microscope
from w2vtui.method.slow_motion import Encounter, Mode, Step
from w2vtui.training.watched_run import WatchedRun

TEXT_AROUND = 40
"""Tokens of the text on each side of the center that are shown, as far as there is room."""


@dataclass(frozen=True, eq=False)
class Shown:
    """A step with what is shown beside it."""

    step: Step
    words: Sequence[str]
    """The vocabulary."""
    around: tuple[tuple[int, int], ...]
    """Tokens of the text around the center: position and word."""
    place: str
    """Where the token is, `epoch 3, token 12,345 of 439,634`."""
    note: str = ""
    """What else is to be known, such as that the run has ended."""


@dataclass(frozen=True, eq=False)
class Compared:
    """The same token in several modes: a step, or why there is none."""

    shown: Shown
    modes: tuple[tuple[Mode, Step | str], ...]


def shown_of(run: WatchedRun, scope: Microscope, step: Step) -> Shown:
    """A step with the text around it, no further than its sentence."""
    corpus = run.trained.private_steps().backend.corpus
    span = step.chosen.span
    first, stop = span.visible
    sentence = int(corpus.sentence_starts.searchsorted(span.first, side="right"))
    first = max(first, int(corpus.sentence_starts[sentence - 1]), span.first - TEXT_AROUND)
    stop = min(stop, int(corpus.sentence_starts[sentence]), span.first + TEXT_AROUND + 1)
    ids = corpus.ids[first:stop].tolist()
    return Shown(
        step=step,
        words=corpus.vocab.words,
        around=tuple(enumerate(ids, first)),
        place=f"epoch {span.epoch + 1}, token {span.first:,} of {len(corpus.ids):,}",
        note="the training has ended: again" if scope.has_ended else "",
    )


def pairs_of(step: Step) -> list[tuple[Encounter, int, str]]:
    """Each input row of a step: its encounter, its number there, and `2 of 4`."""
    pairs = [
        (one, row)
        for one in step.encounters
        for row in range(1 if one.is_mean else len(one.inputs))
    ]
    return [(one, row, f"{at} of {len(pairs)}") for at, (one, row) in enumerate(pairs, 1)]
