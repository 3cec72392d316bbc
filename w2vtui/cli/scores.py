"""The scores of a run without a screen."""

from __future__ import annotations

from w2vtui.cli.output import show
from w2vtui.display import SHARES, cell_width, pad, percent_text, safe_text, score_text
from w2vtui.training.state.measurements import Quality, Score

_OF_SESSIONS = {
    "hits": "hit rate@10, cosine",
    "hits-output": "hit rate@10, input x output",
    "popular": "hit rate@10, most frequent items",
    "ndcg": "NDCG@10, cosine",
    "ndcg-output": "NDCG@10, input x output",
    "mrr": "MRR, cosine",
    "mrr-output": "MRR, input x output",
}
_NAMES = {"pairs": "Spearman"} | _OF_SESSIONS


def print_scores(quality: Quality | None) -> None:
    """Print each score and how many of its questions it covers; nothing if there are no scores."""
    if quality is None:
        return
    names = [safe_text(score.name) for score in quality.scores]
    width = max(cell_width(name) for name in names)
    kind_width = max(9, *(len(_NAMES.get(score.kind, score.kind)) for score in quality.scores))
    for name, score in zip(names, quality.scores, strict=True):
        kind = _NAMES.get(score.kind, score.kind)
        show(
            f"{pad(name, width)}  {pad(kind, kind_width)}  {_value_text(score)}  "
            f"({_coverage(score)})"
        )


def _value_text(score: Score) -> str:
    if score.kind in SHARES:
        return percent_text(score.value)
    return f"{score_text(score.kind, score.value):>6}"


def _coverage(score: Score) -> str:
    kinds: dict[str, str] = {"pairs": "pairs"} | dict.fromkeys(_OF_SESSIONS, "sessions")
    what = kinds.get(score.kind, "questions")
    text = f"{score.covered:,} of {score.total:,} {what}"
    return text if score.is_telling else f"{text}: too few to mean anything"
