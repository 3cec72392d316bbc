"""The word doctor: checks a run from time to time, and remarks on what is wrong or surprising."""

from __future__ import annotations

from w2vtui.corpus import EncodedCorpus
from w2vtui.settings import LiveSettings, ResolvedSettings, field_types
from w2vtui.system.resources import available_cores
from w2vtui.training.costs.text_shape import TextShape
from w2vtui.training.measuring.doctor.doctor_case import Case
from w2vtui.training.measuring.doctor.doctor_rules import remarks
from w2vtui.training.measuring.doctor.worth import untrained_loss
from w2vtui.training.state.curves import Curve
from w2vtui.training.state.measurements import Probe
from w2vtui.training.state.snapshot import Remark, Snapshot

_N_PROBES = 8
"""Probes to remember: older ones say nothing about now."""
_N_LOSSES = 240
"""Losses to look at: older ones say nothing about now."""


class Doctor:
    """Remembers what snapshots do not hold, and applies the rules."""

    def __init__(self, corpus: EncodedCorpus, shape: TextShape) -> None:
        self._corpus, self._shape = corpus, shape
        self._changed: tuple[str, ...] = ()
        self._changed_at = 0
        self._probes: tuple[Probe, ...] = ()
        self.remarks: tuple[Remark, ...] = ()
        """Most urgent first."""

    def note_change(self, before: ResolvedSettings, after: ResolvedSettings, tokens: int) -> None:
        """Forget the losses and probes from before a change: they say nothing about those after."""
        names = field_types(LiveSettings)
        self._changed = tuple(n for n in names if getattr(before, n) != getattr(after, n))
        self._changed_at = tokens
        self._probes = ()

    def look(self, shot: Snapshot, losses: Curve) -> None:
        """Look at a run that trains; losses: its loss curve."""
        self.remarks = remarks(self.case(shot, losses))

    def case(self, shot: Snapshot, losses: Curve) -> Case:
        """Everything that the rules need."""
        probe, corpus, rows = shot.probe, self._corpus, losses.rows()
        is_new = probe is not None and (not self._probes or self._probes[-1] is not probe)
        if probe is not None and is_new and probe.tokens > self._changed_at:
            self._probes = (*self._probes, probe)[-_N_PROBES:]
        # What subsampling keeps under the current settings, not the mean over all settings so far.
        kept = self._shape.kept_share(shot.settings.sample)
        return Case(
            shot=shot,
            settings=shot.settings.resolved(shot.progress.tokens_per_epoch, available_cores()),
            cores=available_cores(),
            dropped_share=1 - len(corpus.ids) / max(corpus.n_raw_tokens, 1),
            mean_sentence=kept * len(corpus.ids) / corpus.n_sentences,
            kept_share=kept,
            losses=tuple(rows[rows[:, 0] > self._changed_at, 2][-_N_LOSSES:].tolist()),
            probes=self._probes,
            changed=self._changed,
            tokens_since_change=shot.progress.tokens - self._changed_at if self._changed else None,
            pairs=shot.losses.pairs,
            untrained_loss=untrained_loss(shot.settings, shot.n_words, self._shape),
        )
