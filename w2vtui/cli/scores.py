"""The scores of a run without a screen."""

from __future__ import annotations

from w2vtui.cli.output import show
from w2vtui.display import cell_width, pad, percent_text, safe_text
from w2vtui.training.state.snapshot import Quality, Score


def print_scores(quality: Quality | None) -> None:
    """Print each score and how many of its questions it covers; nothing if there are no scores."""
    if quality is None:
        return
    names = [safe_text(score.name) for score in quality.scores]
    width = max(cell_width(name) for name in names)
    for name, score in zip(names, quality.scores, strict=True):
        kind = "Spearman" if score.kind == "pairs" else score.kind
        show(f"{pad(name, width)}  {kind:<9}  {percent_text(score.value)}  ({_coverage(score)})")


def _coverage(score: Score) -> str:
    what = "pairs" if score.kind == "pairs" else "questions"
    text = f"{score.covered:,} of {score.total:,} {what}"
    return text if score.is_telling else f"{text}: too few to mean anything"
