"""What the screens and the command line ask of a sweep: in this process or another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from w2vtui.sweeping.outcome.results import TrialResult, TrialShot
from w2vtui.sweeping.sweep_request import SweepRequest

SweepState = Literal["preparing", "training", "stopping", "done", "stopped", "failed"]
OVER: tuple[SweepState, ...] = ("done", "stopped", "failed")


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """What stays the same of a sweep from its start to its end."""

    request: SweepRequest
    folder: Path
    """That it is resumed from."""
    corpus_name: str
    n_tokens: int
    """Of the whole text."""
    trial_tokens: int
    """That a trial sees in an epoch."""

    @property
    def name(self) -> str:
        """The name of the sweep."""
        return self.folder.name

    @property
    def root(self) -> Path:
        """The folder of all runs."""
        return self.folder.parent.parent

    @property
    def sources_from_here(self) -> list[str]:
        """The text, as short as it can be named in the current folder."""
        here = Path.cwd()
        return [
            str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path
            for path in self.request.sources
        ]


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepShot:
    """What a sweep looks like at one moment."""

    state: SweepState
    results: tuple[TrialResult, ...]
    """All trials that are over, in order."""
    current: TrialShot | None
    """The trial at work."""
    n_trials: int
    """That are planned."""
    seconds: float
    """That trials took, in earlier sessions too."""
    eta_seconds: float | None
    """Until the end of the sweep; None where that is unknown."""
    messages: tuple[str, ...] = ()
    error: BaseException | None = None

    @property
    def ended(self) -> bool:
        """Whether it is over, in whatever way."""
        return self.state in OVER

    @property
    def n_over(self) -> int:
        """Trials that are over, without runs on the whole text."""
        return sum(not one.is_whole for one in self.results)


class WatchedSweep(Protocol):
    """A sweep that is watched and steered; sweep.py says what each call does."""

    @property
    def about(self) -> About:
        """What stays the same of it."""

    @property
    def is_apart(self) -> bool:
        """Whether another process works on it, which outlives this one."""

    @property
    def is_attached(self) -> bool:
        """Whether another process had begun to work on it before it was watched."""

    def shot(self) -> SweepShot:
        """What it looks like now, at once."""

    def stop(self) -> None:
        """End it in good order. Raises DiskError where another process cannot be reached."""

    def give_up(self) -> None:
        """End the trial at work, and begin the next one. Raises as `stop` does."""

    def leave(self) -> None:
        """Look no more at a sweep of another process, which continues."""

    def is_over(self, timeout: float | None) -> bool:
        """Whether it has ended; waits up to `timeout` seconds for it, or for ever."""

    def wait(self) -> None:
        """Wait for its end. Raises the error that ended it."""
