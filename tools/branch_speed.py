"""What two branches train together, as a share of one run: `python tools/branch_speed.py TEXT`.

A run trains with two threads, then it and a branch of it with one thread each, in turns, on Linux.
A speed is words for each second of processor time of a process, all its threads counted, times the
threads that train: what it would be with a core for each, so that other programs that want the
cores count less. Prints the sum of the two speeds over that of the one run: the median of the
turns, the lowest and the highest.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from w2vtui.runs.listed.status import LiveStatus
from w2vtui.runs.requested.request import RunRequest
from w2vtui.settings import LiveSettings, RunSettings
from w2vtui.trainer_process.branching import Way, make_branch
from w2vtui.trainer_process.remote.remote_run import RemoteRun, attach
from w2vtui.trainer_process.starting import start_trainer

POLL_SECONDS = 0.05
TICKS = os.sysconf("SC_CLK_TCK")


def until_trained(run: RemoteRun, tokens: int) -> None:
    """Wait until a run has trained more tokens than these."""
    while run.snapshot().progress.tokens <= tokens:
        if run.snapshot().ended:
            raise SystemExit(f"the run has ended: {run.snapshot().error or 'give a longer text'}")
        time.sleep(POLL_SECONDS)


def spent(run: RemoteRun) -> tuple[int, float]:
    """Words that a run has trained, and the processor time of its process in seconds."""
    assert run.folder is not None
    status = LiveStatus.read(run.folder)
    assert status is not None
    fields = Path(f"/proc/{status.pid}/stat").read_text().rpartition(")")[2].split()
    return run.snapshot().progress.tokens, (int(fields[11]) + int(fields[12])) / TICKS


def speeds(runs: list[RemoteRun], seconds: float) -> list[float]:
    """Words a processor second of runs that train at the same time, each for as long."""
    for run in runs:
        until_trained(run, run.snapshot().progress.tokens)
    before = [spent(run) for run in runs]
    found: dict[int, float] = {}
    while len(found) < len(runs):
        time.sleep(POLL_SECONDS)
        for at, run in enumerate(runs):
            words, busy = (new - old for new, old in zip(spent(run), before[at], strict=True))
            if at not in found and busy >= seconds:
                found[at] = words / busy
    return [found[at] for at in range(len(runs))]


def main() -> None:
    """Measure, and print a line for each turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text")
    parser.add_argument("--model", default="skip-gram")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of processor time in a turn")
    asked = parser.parse_args()
    ratios = []
    with tempfile.TemporaryDirectory() as runs_dir:
        request = RunRequest(
            sources=(asked.text,),
            live=LiveSettings(model=asked.model, epochs=100_000, workers=2),
            run_settings=RunSettings(runs_dir=runs_dir),
        )
        run = start_trainer(request)
        until_trained(run, 0)
        assert run.folder is not None
        branch = attach(make_branch(run.folder, Way.NOW, run=run, workers=1).folder)
        try:
            for _ in range(asked.turns):
                branch.pause()
                run.change(workers=2)
                (alone,) = speeds([run], 2 * asked.seconds)
                run.change(workers=1)
                branch.resume()
                together = speeds([run, branch], asked.seconds)
                ratios.append(sum(together) / (2 * alone))
                shown = ", ".join(f"{one:,.0f}" for one in together)
                print(f"one run 2 x {alone:,.0f}, branches {shown}: {ratios[-1]:.2f}", flush=True)
        finally:
            for one in (run, branch):
                one.stop()
                one.gone.wait()
    low, high = min(ratios), max(ratios)
    print(f"sum over one run: {statistics.median(ratios):.2f} ({low:.2f} to {high:.2f})")


if __name__ == "__main__":
    main()
