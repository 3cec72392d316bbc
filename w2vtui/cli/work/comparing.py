"""Runs side by side, on stdout."""

from __future__ import annotations

from collections.abc import Sequence

from w2vtui.cli.output import show
from w2vtui.comparing.facts import SideFacts, progress_text
from w2vtui.comparing.letters import LETTERS
from w2vtui.comparing.overlap import WordOnSides
from w2vtui.comparing.report import PairReport, Report
from w2vtui.display import cell_width, clock_text, loss_text, pad, safe_text, score_text, short
from w2vtui.runs.listed.status import ACTIVE

_WORD_CELLS = 24


def print_report(report: Report) -> None:
    """Print all that differs: the sides, settings, neighbors, words, verdicts."""
    _print_sides(report)
    _print_table(
        "settings that differ",
        [LETTERS[at] for at in range(len(report.sides))],
        [(row.label, row.texts) for row in report.settings],
    )
    shared = report.comparison.shared
    if shared is not None and shared.remark:
        show("")
        show(f"words are compared {shared.remark}")
    for word in report.words:
        _print_word(word, [LETTERS[at] for at in report.read])
    for pair in report.pairs:
        _print_pair(report, pair)


def _print_sides(report: Report) -> None:
    rows = []
    for at, (side, facts) in enumerate(zip(report.sides, report.facts, strict=True)):
        view = report.comparison.views[at]
        size = "" if view is None else f"{len(view.vectors):,} x {view.vectors.vector_size}"
        rows.append((f"{LETTERS[at]}  {safe_text(side.name)}", [*_facts(facts), size]))
    scores = list(dict.fromkeys(name for facts in report.facts for name in facts.scores))
    heads = ["state", "probe", "words/s", "trained", "vectors", *scores]
    texts = [
        (name, [*fields, *_scores(facts, scores)])
        for (name, fields), facts in zip(rows, report.facts, strict=True)
    ]
    _print_table("", heads, texts)
    for at, problem in enumerate(report.comparison.problems):
        side, facts = report.sides[at], report.facts[at]
        if problem:
            show(f"{LETTERS[at]}: {safe_text(problem)}")
        elif facts.state in ACTIVE:
            progress = progress_text(side, facts, report.comparison.views[at])
            show(f"{LETTERS[at]}: {progress}")


def _facts(facts: SideFacts) -> list[str]:
    is_part = facts.fraction is not None and facts.state != "done"
    return [
        f"{facts.state} {100 * (facts.fraction or 0):.0f} %" if is_part else facts.state,
        "-" if facts.probe is None else loss_text(facts.probe),
        short(facts.words_per_second) if facts.words_per_second else "-",
        clock_text(facts.seconds) if facts.seconds else "-",
    ]


def _scores(facts: SideFacts, names: Sequence[str]) -> list[str]:
    return [
        score_text(name.split(maxsplit=1)[0], facts.scores[name]) if name in facts.scores else "-"
        for name in names
    ]


def _print_word(found: WordOnSides, letters: Sequence[str]) -> None:
    columns = [
        [f"{pad(safe_text(word), _WORD_CELLS)} {cosine:5.2f}" for word, cosine in side.words]
        for side in found.sides
    ]
    overlaps = ["-" if side.overlap is None else str(side.overlap) for side in found.sides]
    n_rows = max(map(len, columns))
    rows = [
        ("", [column[row] if row < len(column) else "" for column in columns])
        for row in range(n_rows)
    ]
    show("")
    show(f"nearest words of {safe_text(found.word)}")
    if not found.top:
        show("  none: it is the only word that all have, or its vectors are not numbers")
        return
    _print_table("", letters, [*rows, (f"overlap@{found.top}", overlaps)])


def _print_pair(report: Report, pair: PairReport) -> None:
    first = next((at for at in report.read if at != pair.side), 0)
    name = f"{LETTERS[first]} and {LETTERS[pair.side]}"
    show("")
    show(name)
    if pair.overlap is not None:
        one = pair.overlap
        show(f"  overlap@{one.top} {one.mean:.2f} ±{one.standard_error:.2f}, the mean of "
             f"{one.n_words} words among {one.among:,}")  # fmt: skip
    if pair.moved is not None and pair.moved.remark:
        show(f"  {pair.moved.remark}")
    elif pair.moved is not None:
        show(f"  words that differ most, after rotation; the median is {pair.moved.usual:.2f}")
        for word in pair.moved.words:
            near = [" ".join(map(safe_text, one)) for one in word.near]
            show(f"    {pad(safe_text(word.word), 16)} {word.difference:.2f}  "
                 f"{LETTERS[first]}: {near[0]}  {LETTERS[pair.side]}: {near[1]}")  # fmt: skip
    if pair.verdict is not None:
        for line in pair.verdict.lines(pair.verdict.a, pair.verdict.b):
            show(f"  {safe_text(line)}")
    for problem in pair.problems:
        show(f"  {safe_text(problem)}")


def _print_table(
    title: str, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]
) -> None:
    """Print rows of cells under their heads, in columns as wide as needed."""
    if not rows:
        return
    if title:
        show("")
        show(title)
    names = max(cell_width(name) for name, _ in rows)
    widths = [
        max(cell_width(head), *(cell_width(cells[at]) for _, cells in rows))
        for at, head in enumerate(heads)
    ]
    for name, cells in [("", heads), *rows]:
        columns = (pad(cell, width) for cell, width in zip(cells, widths, strict=True))
        show(f"  {pad(name, names)}  {'  '.join(columns)}".rstrip())
