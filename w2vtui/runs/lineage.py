"""Which runs are branches of which: listed below the run that they left."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from w2vtui.runs.status import RunStatus


def in_families(runs: Sequence[RunStatus]) -> list[RunStatus]:
    """The runs, each followed by its branches, which note how many runs they descend from.

    A family stands where the first of its runs stood; branches are in the order in which they left.
    """
    branches: dict[float, list[RunStatus]] = {}
    trunks = {run.created: run for run in runs if run.created}
    for run in runs:
        if run.fork is not None and run.fork.created in trunks:
            branches.setdefault(run.fork.created, []).append(run)
    ordered: dict[str, RunStatus] = {}
    for run in runs:
        _add(_root_of(run, trunks), 0, branches, ordered)
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
    depth: int,
    branches: dict[float, list[RunStatus]],
    ordered: dict[str, RunStatus],
) -> None:
    """Add a run that is not there yet, and its branches below it."""
    if run.folder in ordered:
        return
    ordered[run.folder] = dataclasses.replace(run, depth=depth)
    below = branches.get(run.created, [])
    for branch in sorted(below, key=lambda one: one.fork.tokens if one.fork else 0):
        _add(branch, depth + 1, branches, ordered)


def name_in_family(run: RunStatus, name: str) -> str:
    """The name of a run, drawn below the run that it left: `└ atlas-calm-fox`."""
    return f"{'  ' * (run.depth - 1)}└ {name}" if run.depth else name
