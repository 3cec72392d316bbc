"""What a snapshot shows of a run once its text is read: workers, losses, what is measured."""

from __future__ import annotations

import dataclasses

from w2vtui.training.state.snapshot import CheckpointStatus, Losses, Progress, Snapshot, Speed
from w2vtui.training.trainer import Trainer


def shown(trainer: Trainer, base: Snapshot) -> Snapshot:
    """A snapshot, completed with what workers and observer show."""
    observer, checkpointing = trainer.observer, trainer.checkpointing
    backend, dispatcher = trainer.backend, trainer.dispatcher
    settings, schedule = dispatcher.plan.settings, dispatcher.schedule
    tallies, seconds = trainer.pool.tallies(), trainer.counters.watch.seconds
    speed = trainer.counters.speed.now if base.state == "training" else 0.0
    left, per_epoch = max(schedule.planned - tallies.tokens, 0), trainer.order.tokens_per_epoch
    return dataclasses.replace(
        base,
        corpus_name=backend.corpus.name,
        n_words=backend.n_words,
        gpu=backend.gpu,
        settings=settings,
        rate=schedule.at(dispatcher.clock),
        progress=Progress(
            tokens=tallies.tokens,
            tokens_planned=schedule.planned,
            tokens_per_epoch=per_epoch,
            epoch=min(tallies.tokens // per_epoch + 1, settings.epochs),
            seconds=seconds,
            eta_seconds=left / speed if speed > 0 else None,
            kept_share=tallies.centers / tallies.tokens if tallies.tokens else None,
        ),
        speed=_speed(trainer, speed, tallies.tokens / seconds if seconds > 0 else 0.0),
        losses=Losses(
            now=trainer.counters.loss,
            mean=tallies.loss / tallies.pairs if tallies.pairs else None,
            pairs=tallies.pairs,
            not_finite=tallies.not_finite,
        ),
        probe=observer.probe,
        churn=observer.churn.churn,
        quality=observer.quality.quality,
        health=observer.health.health,
        neighbors=trainer.lookup.watched,
        remarks=trainer.doctor.remarks,
        checkpoint=CheckpointStatus() if checkpointing is None else checkpointing.status,
    )


def _speed(trainer: Trainer, now: float, mean: float) -> Speed:
    """All workers together, and each thread that the settings ask for."""
    backend, counters = trainer.backend, trainer.counters
    n_threads = 0 if backend.gpu else backend.n_workers(trainer.dispatcher.plan.settings)
    threads = counters.thread_speeds[:n_threads]
    return Speed(
        now=now,
        mean=mean,
        peak=counters.speed.peak,
        by_thread=tuple(meter.now if now else 0.0 for meter in threads),
    )
