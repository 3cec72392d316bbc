"""Drives the run of one call of `train`: stops between two epochs where somebody wants to look."""

from __future__ import annotations

import time
from collections.abc import Callable

from w2vtui.training.run import Run
from w2vtui.training.state.snapshot import ENDED, Snapshot

_LOOK_SECONDS = 0.05
_HALT_SECONDS = 60.0
"""Workers finish what they hold in a small part of this."""


class EpochLosses:
    """The mean loss of a pair in each epoch, from sums over all of them."""

    def __init__(self) -> None:
        self.means: list[float] = []
        self._loss, self._pairs, self._tokens = 0.0, 0, 0

    def end_epoch(self, shot: Snapshot) -> bool:
        """Note the sums where an epoch ends, if any of it was trained; return whether it was.

        Without pairs there is no loss.
        """
        was_trained, self._tokens = shot.progress.tokens > self._tokens, shot.progress.tokens
        loss = (shot.losses.mean or 0.0) * shot.losses.pairs
        pairs = shot.losses.pairs - self._pairs
        if pairs > 0:
            self.means.append((loss - self._loss) / pairs)
        self._loss, self._pairs = loss, shot.losses.pairs
        return was_trained


def drive(run: Run, between: Callable[[int], None] | None) -> None:
    """Train to the end.

    between   called on this thread when an epoch has ended and another follows, with the number of
              epochs that have ended; while it works nothing trains

    Raises:
        BaseException: what ended the run, or what `between` raised, or Ctrl-C. No worker is left.
    """
    mark = "" if between is None else str(run.break_when("epoch 2"))
    run.start()
    try:
        if between is not None:
            _stop_between(run, between, mark)
        run.wait()
    except BaseException:
        run.stop()
        run.is_over(_HALT_SECONDS)
        raise


def _stop_between(run: Run, between: Callable[[int], None], mark: str) -> None:
    """Pause the run where an epoch ends and resume it, until it is over.

    mark   the breakpoint at the end of the first epoch
    """
    epoch = 1
    while run.wait_for_halt() and (state := run.snapshot().state) not in ENDED:
        if state != "paused" or mark in run.breakpoints:
            time.sleep(_LOOK_SECONDS)  # it is ending, or somebody else has paused it
            continue
        between(epoch)
        epoch += 1
        if run.snapshot().state == "paused":
            mark = str(run.break_when(f"epoch {epoch + 1}"))
            if not run.stays_paused:
                run.resume()
