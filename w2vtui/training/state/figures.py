"""What a run measures of itself, as plain values for JSON; what is not known is None."""

from __future__ import annotations

import math
from typing import Any

from w2vtui.training.state.snapshot import Quality, Snapshot


def figures(snapshot: Snapshot) -> dict[str, Any]:
    """Place, speed, losses and scores of one moment."""
    probe, churn = snapshot.probe, snapshot.churn
    return {
        "epoch": snapshot.progress.epoch,
        "epochs": snapshot.settings.epochs,
        "tokens": snapshot.progress.tokens,
        "tokens_planned": snapshot.progress.tokens_planned,
        "fraction": round(snapshot.progress.fraction, 6),
        "seconds": round(snapshot.progress.seconds, 3),
        "eta_seconds": _rounded(snapshot.progress.eta_seconds, 1),
        "words_per_second": round(snapshot.speed.now),
        "mean_words_per_second": round(snapshot.speed.mean),
        "alpha": _rounded(snapshot.rate, 8),
        "loss": _rounded(snapshot.losses.now, 6),
        "mean_loss": _rounded(snapshot.losses.mean, 6),
        "probe_loss": _rounded(probe.loss, 6) if probe else None,
        "probe_standard_error": _rounded(probe.standard_error, 6) if probe else None,
        "churn": _rounded(churn.churn, 4) if churn else None,
        "settled": _rounded(churn.settled, 4) if churn else None,
        "quality": _scores(snapshot.quality),
    }


def _scores(quality: Quality | None) -> list[dict[str, object]] | None:
    if quality is None:
        return None
    return [
        {
            "set": score.name,
            "kind": score.kind,
            "value": _rounded(score.value, 6),
            "covered": score.covered,
            "total": score.total,
            "tokens": quality.tokens,
        }
        for score in quality.scores
    ]


def _rounded(value: float | None, digits: int) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return round(value, digits)
