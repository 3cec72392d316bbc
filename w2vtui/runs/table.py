"""Saved runs as a table: grouped by text, with the settings that differ, the best one marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from w2vtui.display import ago_text, cell_width, clock_text, loss_text, number, safe_text, short
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings, label_of

if TYPE_CHECKING:
    from w2vtui.runs.status import RunStatus

_SHORT_HEADS = {
    "negative": "K", "window": "win", "vector_size": "dim", "epochs": "ep", "sample": "sample",
    "shrink_windows": "shrink",
}  # fmt: skip
_SETTINGS: tuple[tuple[type, tuple[str, ...]], ...] = (
    (LiveSettings, ("negative", "window")),
    (TrainingSettings, ("vector_size",)),
    (LiveSettings, ("epochs", "model", "objective", "alpha", "min_alpha", "sample", "ns_exponent")),
    (CorpusSettings, ("min_count",)),
    (LiveSettings, ("shared_noise", "shrink_windows", "cbow_mean", "cbow_divide", "workers")),
    (TrainingSettings, ("seed", "deterministic")),
)
"""The settings that may be columns, in order."""
_HEADS = {
    name: _SHORT_HEADS.get(name, label_of(owner, name))
    for owner, names in _SETTINGS
    for name in names
}
"""What stands above them: what they are called elsewhere, or in short."""
_ALWAYS = ("negative", "window", "vector_size", "epochs")
_SHORT = {"negative-sampling": "NS", "hierarchical-softmax": "HS", True: "on", False: "off"}
_NAME_CELLS = 40
BEST = "best"


class Column(NamedTuple):
    """A column of the table."""

    name: str
    head: str
    rank: int
    """Columns of the highest rank are left out first, those of rank 0 never."""


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


def columns_of(runs: Sequence[RunStatus]) -> list[Column]:
    """The columns for these runs: name and state, settings that differ, then what came of them."""
    settings = [
        Column(name, head, 1 if _differ(runs, name) else 2)
        for name, head in _HEADS.items()
        if name in _ALWAYS or _differ(runs, name)
    ]
    return [
        Column("name", "name", 0), Column("state", "state", 0), *settings,
        Column("probe", "probe", 0), Column("words/s", "words/s", 3),
        Column("trained", "trained", 4), Column("when", "when", 5),
    ]  # fmt: skip


def _differ(runs: Sequence[RunStatus], name: str) -> bool:
    """Whether a setting is not the same in all runs."""
    return len({repr(run.settings.get(name)) for run in runs if run.settings}) > 1


def cells_of(run: RunStatus, columns: Sequence[Column], now: float, *, is_best: bool) -> list[str]:
    """What a run has in each column."""
    done = f" {100 * run.fraction:.0f} %" if run.tokens_planned and run.state != "done" else ""
    probe = "-" if run.probe_loss is None else loss_text(run.probe_loss)
    facts = {
        "name": safe_text(run.name, _NAME_CELLS),
        "state": run.state + done,
        "probe": f"{probe} {BEST}" if is_best else probe,
        "words/s": short(run.mean_words_per_second) if run.mean_words_per_second else "-",
        "trained": clock_text(run.seconds) if run.seconds else "-",
        "when": ago_text(now - run.changed),
    }
    return [facts.get(one.name) or _value_text(run.settings.get(one.name)) for one in columns]


def fitting(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int
) -> list[tuple[int, int]]:
    """The columns that fit into `width` cells: the place of each, and its own cells.

    The name, the state and the probe loss stay.
    """
    cells = [
        max(cell_width(row[at]) for row in ([one.head for one in columns], *rows))
        for at in range(len(columns))
    ]
    kept = list(range(len(columns)))
    spare = sorted((at for at in kept if columns[at].rank), key=lambda at: (columns[at].rank, at))
    while spare and sum(cells[at] + 2 for at in kept) > width:
        kept.remove(spare.pop())
    cells[0] = max(min(cells[0], width - sum(cells[at] + 2 for at in kept[1:]) - 2), 8)
    return [(at, cells[at]) for at in kept]


def _value_text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool | str):
        return _SHORT.get(value, str(value))
    return number(value) if isinstance(value, float) else f"{value:,}"
