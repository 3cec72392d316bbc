"""Scores of vectors on word pairs, analogies and sessions, as text and as JSON."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from w2vtui.cli.output import show
from w2vtui.display import cell_width, pad, percent_text, safe_text, score_text

if TYPE_CHECKING:
    from w2vtui.evaluation.evaluate import AnalogyResult, PairsResult, SectionResult
    from w2vtui.evaluation.next_item import NextItem, SessionsResult


def title(path: str) -> str:
    """What a file of questions is called."""
    return "stdin" if path == "-" else Path(path).name


def print_pairs(path: str, result: PairsResult) -> None:
    """Print how well cosines rank pairs."""
    show(
        f"{title(path)}  Spearman {score_text('pairs', result.spearman)}  "
        f"({result.covered:,} of {result.total:,} pairs)"
    )


def print_analogies(path: str, result: AnalogyResult) -> None:
    """Print the share of right answers, section by section."""
    show(title(path))
    rows = [*result.sections, result.semantic, result.syntactic, result.total]
    width = max(cell_width(safe_text(row.name)) for row in rows)
    for row in rows:
        if row is result.semantic:
            show(f"  {'-' * width}")
        show(
            f"  {pad(safe_text(row.name), width)}  {percent_text(row.accuracy)}  "
            f"({row.correct:,} of {row.covered:,} correct, {row.total - row.covered:,} not covered)"
        )


def print_sessions(path: str, result: SessionsResult, *, by_counts: bool) -> None:
    """Print how often the last items are guessed.

    by_counts   whether the counts of items are known, and not their order alone
    """
    show(f"{title(path)}  ({result.covered:,} of {result.total:,} sessions)")
    rows = [("cosine", result.cosine)]
    if result.output is not None:
        rows.append(("input x output", result.output))
    rows.append(("most frequent items" if by_counts else "first items of the file", result.popular))
    width = max(len(name) for name, _ in rows)
    show(f"  {' ' * width}  hit rate@10    MRR  NDCG@10")
    for name, found in rows:
        hits = percent_text(found.hit_rate)
        show(f"  {name:<{width}}  {hits:>11}  {found.mrr:.3f}  {found.ndcg:7.3f}")
    for n, why in _left_out(result):
        show(f"  {n:,} {'session' if n == 1 else 'sessions'} left out: {why}")


def _left_out(result: SessionsResult) -> list[tuple[int, str]]:
    """How many sessions ask nothing, and why."""
    reasons = [
        (result.unknown, "last item has no vector"),
        (result.nothing_before, "other items have no vectors"),
        (result.repeated, "last item occurs before (--session-repeats takes them)"),
    ]
    return [(n, why) for n, why in reasons if n]


def why_not_asked(result: SessionsResult) -> str:
    """Why sessions are left out, and how many."""
    return ", ".join(f"{why} in {n:,}" for n, why in _left_out(result))


def sessions_json(result: SessionsResult) -> dict[str, object]:
    """Scores of sessions as JSON has them."""
    return {
        "cosine": _next_item_json(result.cosine),
        "output": None if result.output is None else _next_item_json(result.output),
        "popular": _next_item_json(result.popular),
        "covered": result.covered,
        "unknown": result.unknown,
        "nothing_before": result.nothing_before,
        "repeated": result.repeated,
        "total": result.total,
    }


def _next_item_json(found: NextItem) -> dict[str, object]:
    return {
        "hit_rate": number(found.hit_rate),
        "mrr": number(found.mrr),
        "ndcg": number(found.ndcg),
    }


def pairs_json(result: PairsResult) -> dict[str, object]:
    """Scores of word pairs as JSON has them."""
    return {
        "spearman": number(result.spearman),
        "pearson": number(result.pearson),
        "covered": result.covered,
        "total": result.total,
    }


def analogies_json(result: AnalogyResult) -> dict[str, object]:
    """Scores of analogies as JSON has them."""
    return {
        "sections": {row.name: _section_json(row) for row in result.sections},
        "semantic": _section_json(result.semantic),
        "syntactic": _section_json(result.syntactic),
        "total": _section_json(result.total),
    }


def _section_json(row: SectionResult) -> dict[str, object]:
    return {
        "accuracy": number(row.accuracy),
        "correct": row.correct,
        "covered": row.covered,
        "total": row.total,
    }


def number(value: float) -> float | None:
    """A score as JSON has it: null where nothing is covered."""
    return None if math.isnan(value) else round(value, 6)
