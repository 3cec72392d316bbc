"""What the folder of a sweep shows of it at this moment, and what viewers wish there.

status.json    written twice a second by the process that works on the sweep
stop, give-up  made by a viewer, and removed by that process, which does as they say
"""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from w2vtui.files.regular_files import content_of
from w2vtui.runs.disk.checked_json import MOST_BYTES, NOT_AS_WRITTEN, dumped, loaded
from w2vtui.runs.disk.dataclass_json import fields_from_json
from w2vtui.runs.disk.inside import open_folder, replace_file, unfollowed
from w2vtui.sweeping.outcome.results import TrialShot
from w2vtui.sweeping.values import point_from_json
from w2vtui.sweeping.watched_sweep import SweepState
from w2vtui.trainer_process.messages import Failed

STATUS = "status.json"
STOP, GIVE_UP = "stop", "give-up"
STATUS_FILES = (STATUS, STOP, GIVE_UP)


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepStatus:
    """A sweep at one moment, without the trials that are over: those have a file of their own."""

    state: SweepState
    corpus_name: str
    n_tokens: int
    trial_tokens: int
    n_trials: int
    seconds: float = 0.0
    eta_seconds: float | None = None
    messages: tuple[str, ...] = ()
    failure: Failed | None = None
    """The error that ended it."""
    current: TrialShot | None = None

    def write(self, folder: Path) -> None:
        """Write it to the folder of the sweep.

        Raises:
            DiskError: it cannot be written.
        """
        replace_file(folder / STATUS, dumped(dataclasses.asdict(self)) + b"\n")

    @classmethod
    def read(cls, folder: Path) -> SweepStatus | None:
        """What the sweep showed last; None if nothing readable is there."""
        try:
            plain = loaded(content_of(folder / STATUS, MOST_BYTES, unfollowed()))
            current = _trial_from_json(plain.pop("current"))
            return cls(current=current, **fields_from_json(cls, plain))
        except NOT_AS_WRITTEN:
            return None


def _trial_from_json(plain: dict[str, Any] | None) -> TrialShot | None:
    if plain is None:
        return None
    point = point_from_json(plain.pop("point"))
    return TrialShot(point=point, **fields_from_json(TrialShot, plain))


# ---- wishes


def wish(folder: Path, name: str, number: int = 0) -> None:
    """Ask the process that works on a sweep for something.

    name     STOP, or GIVE_UP
    number   the trial that is meant

    Raises:
        DiskError: it cannot be written.
    """
    replace_file(folder / name, str(number).encode())


def granted(folder: Path, name: str) -> int | None:
    """The trial that a wish means, which is removed; None if nobody wishes that."""
    try:
        number = int(content_of(folder / name, MOST_BYTES, unfollowed()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        number = 0
    with suppress(OSError), open_folder(folder) as opened:
        opened.unlink(name)
    return number


def forget_wishes(folder: Path) -> None:
    """Remove what was wished of a process that did not live to do it."""
    for name in (STOP, GIVE_UP):
        granted(folder, name)
