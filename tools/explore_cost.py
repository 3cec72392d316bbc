"""What Explore costs a training: `python tools/explore_cost.py TEXT [SECONDS]`, on a Unix.

One run trains on a pseudo-terminal, and the app goes from the train screen to Explore and back
every two seconds; in between the workers are paused. Of each window: the words trained in a second
of processor time of the workers, so that other programs that want the cores do not count, and the
processor time of all other threads; of these the one that draws, and the one that computes what
Explore shows, by themselves as well. A window begins when its screen has been drawn, for what is
measured is to follow a training and not to change the screen. Each window of Explore is compared
with the mean of the two beside it. Prints the median of the ratios with its 95 % interval
(bootstrap), and what Explore adds to the other threads, as a share of the two cores' time.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile

import numpy as np
from numpy.typing import NDArray
from responsiveness import drain, terminal

WARM_UP = 4
"""Windows that are not counted: Explore is opened for the first time."""
LEAST_WINDOWS = 3
RESAMPLES = 10_000
CORES = 2
PROGRAM = """
import asyncio, json, sys, threading, time
from w2vtui.settings import LiveSettings, RunSettings
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.launch import SignalledApp

WINDOW, PARKING, DRAWING = 2.0, 0.25, 1.0
text, seconds, report = sys.argv[1], float(sys.argv[2]), sys.argv[3]

def time_of(name):
    threads = [one for one in threading.enumerate() if one.name.startswith(name)]
    return sum(time.clock_gettime(time.pthread_getcpuclockid(one.ident)) for one in threads)

def others_time():
    return time.process_time(), time_of("MainThread"), time_of("w2vtui-computing")

async def parked(app):  # the words are those of the processor time only between two spans
    app.session.run.pause()
    seen = None
    while seen != (seen := (app.session.snapshot().progress.tokens, time_of("w2vtui-worker"))):
        await asyncio.sleep(PARKING)
    return (*seen, *others_time())

async def measure(app):
    while app.session.snapshot().state != "training":
        await asyncio.sleep(0.1)
    end = time.monotonic() + seconds
    while time.monotonic() < end and not app.session.snapshot().ended:
        before = await parked(app)
        await app.action_go(("train", "explore")[len(windows) % 2])
        await asyncio.sleep(DRAWING)
        before = (*before[:2], *others_time())
        app.session.run.resume()
        began = time.monotonic()
        await asyncio.sleep(WINDOW)
        wall = time.monotonic() - began
        tokens, workers, every, drawing, computing = (
            a - b for a, b in zip(await parked(app), before)
        )
        windows.append(
            {"tokens": tokens, "workers": workers, "others": every - workers, "wall": wall,
             "drawing": drawing, "computing": computing}
        )
    app.leave(0)

def begin(app):
    mount(app)
    app.call_later(app.launch, chosen)
    app.call_later(lambda: app.run_worker(measure(app)))

windows = []
mount, SignalledApp.on_mount = SignalledApp.on_mount, begin
chosen = Form(corpus=text, live=LiveSettings(epochs=1000, workers=2),
              run_settings=RunSettings(checkpoints=False))
SignalledApp(chosen).run()
json.dump(windows, open(report, "w"))
"""

Floats = NDArray[np.float64]


def windows_of(text: str, seconds: float) -> list[dict[str, float]]:
    """Train and look, for as long; what was measured of each window, in order."""
    with (
        tempfile.NamedTemporaryFile() as report,
        terminal("-c", PROGRAM, text, str(seconds), report.name) as opened,
    ):
        drain(opened)
        windows: list[dict[str, float]] = json.load(report)
    return windows[WARM_UP:]


def beside(values: Floats) -> tuple[Floats, Floats]:
    """Of values whose second, fourth, ... are of Explore: those, and the means of both neighbors.

    values   float64 (n,)
    """
    n = (len(values) - 1) // 2
    shown = values[1 : 2 * n : 2]
    return shown, (values[0 : 2 * n - 1 : 2] + values[2 : 2 * n + 1 : 2]) / 2


def median_text(values: Floats, digits: int = 4) -> str:
    """The median with its 95 % interval."""
    drawn = np.random.default_rng(0).choice(values, (RESAMPLES, len(values)))
    low, high = np.quantile(np.median(drawn, axis=1), [0.025, 0.975])
    return f"{np.median(values):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def main(text: str, seconds: float) -> None:
    """Measure, and print."""
    load = os.getloadavg()[0]
    windows = windows_of(text, seconds)
    if len(windows) < LEAST_WINDOWS:
        sys.exit(f"{len(windows)} windows are too few to compare: give it more seconds")
    numbers = {
        name: np.array([window[name] for window in windows], dtype=np.float64)
        for name in ("tokens", "workers", "others", "wall", "drawing", "computing")
    }
    shown, plain = beside(numbers["tokens"] / numbers["workers"])
    print(
        f"load     {load:.1f} before, {os.getloadavg()[0]:.1f} after, this run's two workers in it"
    )
    print(f"speed    {np.median(plain):,.0f} words in a second of a worker's processor time")
    print(
        f"ratio    Explore over the train screen: {median_text(shown / plain)}, {len(shown)} pairs"
    )
    shown, plain = beside(numbers["others"] / numbers["wall"] / CORES)
    print(f"others   Explore adds {median_text(shown - plain)} of the two cores' time")
    for name in ("drawing", "computing"):
        shown, plain = beside(1e3 * numbers[name] / numbers["wall"])
        print(
            f"{name:<10}{np.median(shown):.0f} ms a second, {np.median(plain):.0f} without Explore"
        )


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 180)
