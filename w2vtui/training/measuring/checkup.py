"""A run's facts for the word doctor, gathered from what the run shows anyway."""

from __future__ import annotations

from w2vtui.corpus import EncodedCorpus
from w2vtui.resources import available_cores
from w2vtui.settings import LiveSettings, ResolvedSettings, field_types
from w2vtui.training.costs.text_shape import TextShape
from w2vtui.training.measuring.doctor import Facts, remarks
from w2vtui.training.state.curves import Curve
from w2vtui.training.state.snapshot import Probe, Remark, Snapshot

_PROBES = 8
_LOSSES = 240
"""At most so many of the last values: what is older says nothing of now."""


class Checkup:
    """Looks at a run from time to time, and keeps what there is to say of it."""

    def __init__(self, corpus: EncodedCorpus, shape: TextShape) -> None:
        self._corpus, self._shape = corpus, shape
        self._changed: tuple[str, ...] = ()
        self._changed_at = 0
        self._probes: tuple[Probe, ...] = ()
        self.remarks: tuple[Remark, ...] = ()
        """Most urgent first."""

    def note_change(self, before: ResolvedSettings, after: ResolvedSettings, tokens: int) -> None:
        """Losses and probes from before a change say nothing of those after it."""
        names = field_types(LiveSettings)
        self._changed = tuple(n for n in names if getattr(before, n) != getattr(after, n))
        self._changed_at = tokens
        self._probes = ()

    def look(self, shot: Snapshot, losses: Curve) -> None:
        """Take a look at a run that trains."""
        self.remarks = remarks(self.facts(shot, losses))

    def facts(self, shot: Snapshot, losses: Curve) -> Facts:
        """What the doctor is to know."""
        probe, corpus, rows = shot.probe, self._corpus, losses.rows()
        is_new = probe is not None and (not self._probes or self._probes[-1] is not probe)
        if probe is not None and is_new and probe.tokens > self._changed_at:
            self._probes = (*self._probes, probe)[-_PROBES:]
        # What the settings in force keep, not what was kept under all that there were.
        kept = self._shape.kept_share(shot.settings.sample)
        return Facts(
            settings=shot.settings.resolved(shot.progress.tokens_per_epoch, available_cores()),
            n_words=shot.n_words,
            tokens=shot.progress.tokens,
            tokens_planned=shot.progress.tokens_planned,
            tokens_per_epoch=shot.progress.tokens_per_epoch,
            rate=shot.rate,
            cores=available_cores(),
            dropped_share=1 - len(corpus.ids) / max(corpus.n_raw_tokens, 1),
            mean_sentence=kept * len(corpus.ids) / corpus.n_sentences,
            kept_share=kept,
            saturated_share=None if shot.health is None else shot.health.saturated,
            losses=tuple(rows[rows[:, 0] > self._changed_at, 2][-_LOSSES:].tolist()),
            probes=self._probes,
            changed=self._changed,
            tokens_since_change=shot.progress.tokens - self._changed_at if self._changed else None,
            churn=None if shot.churn is None else shot.churn.churn,
            settled=None if shot.churn is None else shot.churn.settled,
        )
