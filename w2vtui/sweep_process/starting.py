"""Starts a process that works on a sweep, and outlives the one that starts it."""

from __future__ import annotations

from dataclasses import dataclass

from w2vtui.errors import RunError
from w2vtui.settings import RunSettings
from w2vtui.sweep_process.viewer import SweepViewer
from w2vtui.sweeping.setting_up import SetUp
from w2vtui.trainer_process.starting import give_order, started_process

PROGRAM = "from w2vtui.sweep_process.main import main; main()"


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepOrder:
    """The sweep that a process is to work on, which has been set up."""

    folder: str
    run_settings: RunSettings


def start_sweep(plan: SetUp) -> SweepViewer:
    """Start a process that works on a sweep, in a session of its own; return what watches it.

    plan   its store is released: the process takes it over

    Raises:
        RunError: no process can be started.
    """
    try:
        process = started_process(PROGRAM)
    except OSError as error:
        raise RunError(f"no process can be started to sweep in: {error}") from error
    finally:
        plan.store.release()
    give_order(process, SweepOrder(folder=str(plan.store.folder), run_settings=plan.run_settings))
    return SweepViewer(plan.about, process)
