"""Saved runs as a table: grouped by text, with the settings that differ, the best ones marked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from w2vtui import display
from w2vtui.display import ago_text, cell_width, clock_text, loss_text, number, safe_text, short
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings, label_of
from w2vtui.training.state.measurements import LEAST_COVERED

if TYPE_CHECKING:
    from w2vtui.runs.listed.status import RunStatus
    from w2vtui.runs.measured import RunScore

_SHORT_HEADS = {
    "negative": "K", "window": "win", "vector_size": "dim", "epochs": "ep", "sample": "sample",
    "shrink_windows": "shrink", "alpha": "rate",
}  # fmt: skip
_SETTINGS: tuple[tuple[type, tuple[str, ...]], ...] = (
    (LiveSettings, ("negative", "window")),
    (TrainingSettings, ("vector_size",)),
    (LiveSettings, ("epochs", "model", "objective", "alpha", "min_alpha", "sample", "ns_exponent")),
    (CorpusSettings, ("min_count",)),
    (
        LiveSettings,
        ("noise_sharing", "shrink_windows", "cbow_mean", "cbow_divide", "workers"),
    ),
    (TrainingSettings, ("seed", "deterministic", "device")),
)
"""The settings that may be columns, in order."""
HEADS = {
    name: _SHORT_HEADS.get(name, label_of(owner, name))
    for owner, names in _SETTINGS
    for name in names
}
"""What stands above them: what they are called elsewhere, or in short."""
_ALWAYS = ("negative", "window", "vector_size", "epochs")
_SHARED = ("model", "objective", "negative", "window", "vector_size", "epochs", "alpha", "sample",
         "min_count")  # fmt: skip
"""What is said above the runs of a text that share it, unless it is a column."""
_SHORT = {"negative-sampling": "NS", "hierarchical-softmax": "HS", True: "on", False: "off"}
_NAME_CELLS, _NOTE_CELLS, _SET_CELLS = 40, 32, 12
_LEAST_NAME = 24
"""Cells of a longer name that is cut short to make room for what runs are compared by."""
_COMPARED = 4
"""The highest rank of what runs are compared by."""
BRANCH_OF = "branch of"
"""The column that says what a tree of lines does where runs are sorted, or trunks are left out."""
BEST = "best"
BEST_SCORE = "◂"
"""Marks the best score of a text, where `best` would take too many cells."""
MAIN = ("pairs", "total", "hits")
"""Kinds that stand for all scores on a set of questions, where it has them."""
_HEADS_OF_KINDS = {"total": "analogies", "semantic": "analogies", "syntactic": "analogies"}


class ScoreKey(NamedTuple):
    """What a score was measured on; only scores of the same key can be compared."""

    set: str
    kind: str
    total: int


class Column(NamedTuple):
    """A column of the table."""

    name: str
    head: str
    rank: int
    """Columns of low rank get the room first, those of rank 0 always."""
    score: ScoreKey | None = None
    """Of a column of scores."""


def grouped(runs: Sequence[RunStatus]) -> list[list[RunStatus]]:
    """Runs in groups of the same text, whose probe losses can be compared; the order stays."""
    groups: dict[tuple[str, str], list[RunStatus]] = {}
    for run in runs:
        groups.setdefault((run.text, run.fingerprint), []).append(run)
    return list(groups.values())


def best_of(group: Sequence[RunStatus]) -> RunStatus | None:
    """The run with the lowest probe loss among several; None where there is nothing to compare."""
    known = [run for run in group if run.probe_loss is not None]
    return min(known, key=lambda run: run.probe_loss or 0.0) if len(known) > 1 else None


def bests_of(group: Sequence[RunStatus], columns: Sequence[Column]) -> dict[str, list[str]]:
    """The columns in which each run is the best of its text, by its folder."""
    found: dict[str, list[str]] = {}
    for column in columns:
        best = best_of(group) if column.name == "probe" else _best_score(group, column.score)
        if best is not None:
            found.setdefault(best.folder, []).append(column.name)
    return found


def _best_score(group: Sequence[RunStatus], key: ScoreKey | None) -> RunStatus | None:
    """The run with the highest score among several that enough questions were asked."""
    known = {}
    for run in group:
        score = None if key is None else score_of(run, key)
        if score is not None and score.value is not None and score.covered >= LEAST_COVERED:
            known[run.folder] = (score.value, run)
    if len(known) < 2:
        return None
    return max(known.values(), key=lambda one: one[0])[1]


def score_of(run: RunStatus, key: ScoreKey) -> RunScore | None:
    """The score of a run on a set of questions; None if it was not measured."""
    return next((one for one in run.scores if (one.set, one.kind, one.total) == key), None)


def columns_of(runs: Sequence[RunStatus]) -> list[Column]:
    """The columns for these runs: name and state, settings that differ, then what came of them.

    A setting differs if it is not the same in all runs on a text.
    """
    differs = {name for group in grouped(runs) for name in differing_in(group)}
    differing = [name for name in HEADS if name in differs]
    settings = [
        Column(name, head, 6 if name not in differs else 2 if name == differing[0] else 4)
        for name, head in HEADS.items()
        if name in _ALWAYS or name in differs
    ]
    has_notes = any(run.note or run.starred for run in runs)
    return [
        Column("name", "name", 0), Column("state", "state", 0), *settings,
        *_score_columns(runs),
        *([Column(BRANCH_OF, BRANCH_OF, 3)] if any(map(_stands_apart, runs)) else []),
        Column("probe", "probe", 0), Column("words/s", "words/s", 7),
        Column("trained", "trained", 8), Column("when", "when", 9),
        *([Column("note", "note", 7)] if has_notes else []),
    ]  # fmt: skip


def _stands_apart(run: RunStatus) -> bool:
    """Whether no line leads to a branch from the run that it left."""
    return run.fork is not None and not run.lines


def _fork_text(run: RunStatus) -> str:
    """The run that a branch left, and where; empty where a line leads to it."""
    if run.fork is None or run.lines:
        return ""
    return f"{safe_text(run.fork.run, _LEAST_NAME)} at {short(run.fork.tokens)}"


def differing_in(group: Sequence[RunStatus]) -> list[str]:
    """The settings that are not the same in all runs of a group, in the order of columns."""
    known = [run.settings for run in group if run.settings]
    return [name for name in HEADS if len({repr(one.get(name)) for one in known}) > 1]


def _score_columns(runs: Sequence[RunStatus]) -> list[Column]:
    """A column for each set of questions, of its main score."""
    keys = dict.fromkeys(
        ScoreKey(one.set, one.kind, one.total) for run in runs for one in run.scores
    )
    with_main = {key.set for key in keys if key.kind in MAIN}
    kept = [key for key in keys if key.kind in MAIN or key.set not in with_main]
    kept.sort(key=lambda key: all(figure_of(score_of(run, key)) is None for run in runs))
    heads = [_kind_head(key) for key in kept]
    named = [
        head if heads.count(head) == 1 else safe_text(Path(key.set).stem, _SET_CELLS)
        for key, head in zip(kept, heads, strict=True)
    ]
    return [
        Column(
            f"{key.kind} {key.set} {key.total}",
            head if named.count(head) == 1 else f"{head} {key.kind} {key.total}",
            (1, 3)[at] if at < 2 else 5,
            key,
        )
        for at, (key, head) in enumerate(zip(kept, named, strict=True))
    ]


def _kind_head(key: ScoreKey) -> str:
    return _HEADS_OF_KINDS.get(key.kind) or safe_text(key.kind, _SET_CELLS)


def cells_of(
    run: RunStatus, columns: Sequence[Column], now: float, best: Collection[str] = ()
) -> list[str]:
    """What a run has in each column.

    best   names of the columns in which it is the best of its text
    """
    done = f" {100 * run.fraction:.0f} %" if run.tokens_planned and run.state != "done" else ""
    probe = "-" if run.probe_loss is None else loss_text(run.probe_loss)
    facts = {
        "name": run.lines + safe_text(run.name, _NAME_CELLS),
        BRANCH_OF: _fork_text(run),
        "state": run.state + done,
        "probe": f"{probe} {BEST}" if "probe" in best else probe,
        "words/s": short(run.mean_words_per_second) if run.mean_words_per_second else "-",
        "trained": clock_text(run.seconds) if run.seconds else "-",
        "when": ago_text(now - run.changed),
        "note": f"{'★ ' * run.starred}{safe_text(run.note, _NOTE_CELLS)}".rstrip(),
    }
    cells = []
    for one in columns:
        if one.score is not None:
            mark = BEST_SCORE if one.name in best else ""
            cells.append(f"{score_text(score_of(run, one.score))}{mark}")
        elif one.name in facts:
            cells.append(facts[one.name])
        else:
            cells.append(_value_text(run.settings.get(one.name)))
    return cells


def score_text(score: RunScore | None) -> str:
    """A score: a share of right answers in percent, everything else as a number."""
    if score is None or score.value is None:
        return "-"
    return display.score_text(score.kind, score.value)


def figure_of(score: RunScore | None) -> float | None:
    """The number that the table shows for a score: 24.1 for a share of 0.241."""
    if score is None or score.value is None:
        return None
    return 100 * score.value if score.kind in display.SHARES else score.value


def shared_text(group: Sequence[RunStatus], columns: Sequence[Column]) -> str:
    """What the runs of a text have in common: the text, and settings that are not columns."""
    first = next((run for run in group if run.settings), None)
    n_runs = f"{len(group):,} run" + "s" * (len(group) != 1)
    if first is None:
        return n_runs
    shown = {column.name for column in columns} | set(differing_in(group))
    shared = {name: first.settings.get(name) for name in _SHARED if name not in shown}
    facts = [
        _value_text(value) if isinstance(value, str) else f"{HEADS[name]} {_value_text(value)}"
        for name, value in shared.items()
        if value is not None
    ]
    text = f"{first.n_words:,} words · {short(first.n_tokens)} tokens"
    return " · ".join([n_runs, text, *facts])


def fitting(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int
) -> list[tuple[int, int]]:
    """The columns that fit into `width` cells: the place of each, and its own cells.

    The name, the state and the probe loss stay. A column without a value in any row takes no room.
    """
    cells = [
        max(cell_width(row[at]) for row in ([one.head for one in columns], *rows))
        for at in range(len(columns))
    ]
    empty = [at for at in range(len(columns)) if rows and all(row[at] == "-" for row in rows)]
    kept: list[int] = []
    for at in sorted(range(len(columns)), key=lambda at: (columns[at].rank, at)):
        rank = columns[at].rank
        spared = max(cells[0] - _LEAST_NAME, 0) if rank <= _COMPARED else 0
        needed = sum(cells[one] + 2 for one in (*kept, at)) - spared
        if not rank or (at not in empty and needed <= width):
            kept.append(at)
    kept.sort()
    cells[0] = max(min(cells[0], width - sum(cells[at] + 2 for at in kept[1:]) - 2), 8)
    return [(at, cells[at]) for at in kept]


def _value_text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool | str):
        return _SHORT.get(value, str(value))
    return number(value) if isinstance(value, float) else f"{value:,}"
