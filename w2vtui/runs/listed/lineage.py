"""Which runs are branches of which: a tree, each branch below the run that it left.

atlas-brisk-otter
├ atlas-calm-fox
│ └ atlas-shy-owl
└ atlas-bold-elk
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from w2vtui.runs.listed.status import RunStatus


def in_families(runs: Sequence[RunStatus]) -> list[RunStatus]:
    """The runs, each followed by its branches, which note the lines that lead to them.

    A family stands where the first of its runs stood; branches are in the order in which they left.
    A branch of a run that is not among them stands by itself.
    """
    branches: dict[float, list[RunStatus]] = {}
    trunks = {run.created: run for run in runs if run.created}
    for run in runs:
        if run.fork is not None and run.fork.created in trunks:
            branches.setdefault(run.fork.created, []).append(run)
    ordered: dict[str, RunStatus] = {}
    for run in runs:
        _add(_root_of(run, trunks), "", "", branches, ordered)
    return list(ordered.values())


def _root_of(run: RunStatus, trunks: dict[float, RunStatus]) -> RunStatus:
    """The run of a family that left no other one that is there."""
    seen = {run.folder}
    while run.fork is not None and (trunk := trunks.get(run.fork.created)) is not None:
        if trunk.folder in seen:  # a copy of a folder
            break
        seen.add(trunk.folder)
        run = trunk
    return run


def _add(
    run: RunStatus,
    lines: str,
    below: str,
    branches: dict[float, list[RunStatus]],
    ordered: dict[str, RunStatus],
) -> None:
    """Add a run that is not there yet, and its branches below it.

    lines   that lead to it
    below   those that go on to its left where its branches are drawn
    """
    if run.folder in ordered:
        return
    ordered[run.folder] = dataclasses.replace(run, lines=lines)
    found = [one for one in branches.get(run.created, []) if one.folder not in ordered]
    found.sort(key=lambda one: one.fork.tokens if one.fork else 0)
    for at, branch in enumerate(found, start=1):
        corner, rest = ("└ ", "  ") if at == len(found) else ("├ ", "│ ")
        _add(branch, below + corner, below + rest, branches, ordered)
