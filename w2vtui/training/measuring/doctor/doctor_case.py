"""What the word doctor's rules look at."""

from __future__ import annotations

from dataclasses import dataclass

from w2vtui.settings import ResolvedSettings
from w2vtui.training.state.measurements import Probe
from w2vtui.training.state.snapshot import Snapshot

NEAR_FLOOR = 2
"""Times its least value, below which a rate is as good as there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A run as the rules see it: its snapshot, and what a snapshot does not hold.

    Shares are 0..1; None is what is not known (yet).
    """

    shot: Snapshot
    settings: ResolvedSettings
    """The current settings, with every `auto` resolved."""
    cores: int
    """Cores this process may use."""
    dropped_share: float | None = None
    """Share of the text's tokens that are not in the vocabulary."""
    mean_sentence: float | None = None
    """Mean words of a sentence, after min_count and subsampling."""
    kept_share: float | None = None
    """Share of the tokens that subsampling keeps under the current settings."""
    losses: tuple[float, ...] = ()
    """Objective losses since the last change of a setting, oldest first, over equal spans."""
    probes: tuple[Probe, ...] = ()
    """The last probes since the last change of a setting, oldest first."""
    changed: tuple[str, ...] = ()
    """Settings that the last change named."""
    tokens_since_change: int | None = None
    """Training tokens since the last change of a setting; None before the first."""
    pairs: int | None = None
    """Pairs trained so far, each center of CBOW as one."""
    untrained_loss: float | None = None
    """The objective loss of vectors that were not trained, under the current settings."""

    @property
    def left_share(self) -> float:
        """Share of the planned training that is left; 0 while nothing is planned."""
        progress = self.shot.progress
        return max(1 - progress.fraction, 0.0) if progress.tokens_planned else 0.0

    @property
    def lower_rate(self) -> str:
        """The advice to lower the learning rate, with the one that can be: that of now, or that of
        the beginning once it has come down to its floor.
        """
        rate, start = self.shot.rate, self.settings.alpha
        if start > rate and rate <= NEAR_FLOOR * self.settings.min_alpha:
            return f"lower the starting rate ({start:.3g})"
        return f"lower the learning rate ({rate:.3g})"
