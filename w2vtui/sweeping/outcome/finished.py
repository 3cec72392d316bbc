"""The result of a trial whose run was trained to its end while the sweep did not look after it."""

from __future__ import annotations

from pathlib import Path

from w2vtui.runs.disk.checkpoint_files import newest_intact
from w2vtui.sweeping.outcome.readings import Readings
from w2vtui.sweeping.outcome.results import N_STEPS, TrialResult
from w2vtui.sweeping.space import Point
from w2vtui.sweeping.yardstick import Yardstick


def finished_trial(
    folder: Path, number: int, point: Point, yardstick: Yardstick, *, is_whole: bool
) -> TrialResult | None:
    """What a run that is done shows of its trial, by its last checkpoint.

    None where that does not tell: its settings were changed, or nothing was measured at its end.

    Raises:
        DamagedRunError: its checkpoints cannot be read.
    """
    checkpoint, _ = newest_intact(folder)
    if checkpoint is None or checkpoint.n_changes:
        return None
    curves = {name: curve.rows for name, curve in checkpoint.curves.items()}
    readings = Readings(yardstick.readings(curves))
    if yardstick.is_loss and checkpoint.probe is not None:
        readings.add((checkpoint.probe.tokens, checkpoint.probe.loss))
    if readings.last is None:
        return None
    planned, seconds = checkpoint.schedule.planned, checkpoint.seconds
    values = [readings.at(step * planned / N_STEPS) for step in range(1, N_STEPS + 1)]
    return TrialResult(
        number=number,
        point=point,
        state="done",
        value=readings.last,
        steps=tuple(value for value in values if value is not None) if None not in values else (),
        seconds=round(seconds, 3),
        words_per_second=round(checkpoint.clock / seconds) if seconds > 0 else 0,
        run=folder.name,
        is_whole=is_whole,
    )
