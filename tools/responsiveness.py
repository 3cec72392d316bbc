"""How the app feels while a text trains: `python tools/responsiveness.py TEXT [EPOCHS]`, on a Unix.

Measures, and prints as the table of docs/app.md has them:

    first paint   from the start of the process to the first screen, drawn
    explore       the same of `w2vtui explore FILE`
    busy          processor time of the screen's thread, as a share of the two cores' time
    cost          training speed with the screen at 120x40 over that without, in alternating pairs
    lag           how late the event loop wakes while two workers train
    keys          from a key pressed to the first byte that answers it
    slow          the same two where the terminal takes 20 KB a second
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np

PAIRS = 7
PAINTS = 7
KEYS = 40
SLOW_BYTES_A_SECOND = 20_000
SLOW_SECONDS = 15.0
ROOT = Path(__file__).parent.parent

_RUN = """
import json, sys
text, epochs, report = sys.argv[1], int(sys.argv[2]), sys.argv[3]
from w2vtui.settings import CorpusSettings, LiveSettings, RunSettings, TrainingSettings
live = LiveSettings(epochs=epochs, workers=2)
"""
WITHOUT_SCREEN = (
    _RUN
    + """
from w2vtui.corpus import open_corpus
from w2vtui.training.run import Run
run = Run(lambda progress, stop: open_corpus([text], CorpusSettings()), TrainingSettings(), live)
run.start()
run.wait()
json.dump({"speed": run.snapshot().speed.mean}, open(report, "w"))
"""
)
WITH_SCREEN = (
    _RUN
    + """
import asyncio, time
from w2vtui.tui.launch import SignalledApp
from w2vtui.tui.chosen.form import Form
TICK = 0.02

async def measure(app):
    while app.session.snapshot().state == "preparing":
        await asyncio.sleep(TICK)
    wall, own = time.monotonic(), time.thread_time()
    while not app.session.snapshot().ended:
        began = time.monotonic()
        await asyncio.sleep(TICK)
        lags.append(time.monotonic() - began - TICK)
    busy.append((time.thread_time() - own) / (time.monotonic() - wall) / 2)
    app.leave(0)

mount, on_event = SignalledApp.on_mount, SignalledApp.on_event

def begin(app):
    mount(app)
    app.call_later(app.launch, chosen)
    app.call_later(lambda: app.run_worker(measure(app)))

async def handle(app, event):
    if type(event).__name__ == "Key" and event not in keys:  # it may bubble back
        keys.append(event)
        handled.append(time.monotonic())
    await on_event(app, event)

lags, keys, handled, busy = [], [], [], []
SignalledApp.on_mount, SignalledApp.on_event = begin, handle
chosen = Form(corpus=text, live=live, run_settings=RunSettings(checkpoints=False))
app = SignalledApp(chosen)
app.run()
speed = app.session.snapshot().speed.mean
json.dump({"speed": speed, "lags": lags, "handled": handled, "busy": busy}, open(report, "w"))
"""
)


class Terminal:
    """A program in a terminal of 120x40."""

    def __init__(self, arguments: list[str]) -> None:
        self.outside, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, b"\x28\0\x78\0\0\0\0\0")
        environment = os.environ | {
            "PYTHONPATH": f"{ROOT}:{ROOT / 'kernels'}", "TERM": "xterm-256color",
        }  # fmt: skip
        self.program = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=inside, stdout=inside, stderr=inside, env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(inside)
        os.set_blocking(self.outside, False)

    def read(self, most: int = 1 << 16) -> bytes:
        """Return what was written since the last call."""
        try:
            return os.read(self.outside, most)
        except (BlockingIOError, OSError):
            return b""

    @property
    def is_over(self) -> bool:
        """Whether the program has ended."""
        return self.program.poll() is not None

    def close(self) -> None:
        """End the process, if it is still running."""
        self.program.kill()
        self.program.wait()
        os.close(self.outside)


@contextmanager
def terminal(*arguments: str) -> Iterator[Terminal]:
    """The app on a pseudo-terminal of its own, closed at the end."""
    opened = Terminal(list(arguments))
    try:
        yield opened
    finally:
        opened.close()


def first_paint(last: bytes, *arguments: str) -> float:
    """Seconds until a screen is there, and with it the `last` words that are drawn."""
    began, written = time.monotonic(), b""
    with terminal("-m", "w2vtui", *arguments) as opened:
        while last not in written:
            written += opened.read()
            time.sleep(0.001)
        return time.monotonic() - began


def without_screen(text: str, epochs: int) -> dict[str, float]:
    """Train; the report of the program."""
    with tempfile.NamedTemporaryFile() as report:
        environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'kernels'}"}
        arguments = [sys.executable, "-c", WITHOUT_SCREEN, text, str(epochs), report.name]
        subprocess.run(arguments, check=True, env=environment)
        return json.load(report)


def with_screen(
    text: str, epochs: int, drive: Callable[[Terminal], None] | None = None
) -> dict[str, list[float]]:
    """The same with the screen; `drive` reads the terminal as it pleases until the end."""
    with (
        tempfile.NamedTemporaryFile() as report,
        terminal("-c", WITH_SCREEN, text, str(epochs), report.name) as opened,
    ):
        (drive or drain)(opened)
        return json.load(report)


def drain(opened: Terminal) -> None:
    """Read all at once, as a fast terminal does, without taking the cores it runs on."""
    while not opened.is_over:
        select.select([opened.outside], [], [], 0.05)
        opened.read()


def wait_for_training(opened: Terminal) -> None:
    """Read what is drawn until the app shows that it trains."""
    written = b""
    while b"TRAINING" not in written:
        written = written[-4096:] + opened.read()
        time.sleep(0.001)


def key_seconds(text: str, epochs: int) -> list[float]:
    """From a key to the first byte that answers it, which moves the mark in the list."""
    found: list[float] = []

    def press(opened: Terminal) -> None:
        wait_for_training(opened)
        for _ in range(KEYS):
            quiet_since = time.monotonic()  # a moment between two looks of the screen
            while time.monotonic() - quiet_since < 0.03:
                if opened.read():
                    quiet_since = time.monotonic()
                time.sleep(0.001)
            pressed = time.monotonic()
            os.write(opened.outside, b"\x1b[B")
            while b"\xe2\x96\xb8" not in opened.read():  # the mark before the setting picked
                time.sleep(0.0005)
            found.append(time.monotonic() - pressed)
        drain(opened)

    with_screen(text, epochs, press)
    return found


def slow(text: str, epochs: int) -> tuple[float, list[float]]:
    """Speed, and from a key to its being handled, where the terminal is slow for a while."""
    pressed: list[float] = []

    def dawdle(opened: Terminal) -> None:
        wait_for_training(opened)
        began = time.monotonic()
        while time.monotonic() - began < SLOW_SECONDS and not opened.is_over:
            opened.read(SLOW_BYTES_A_SECOND // 20)
            if len(pressed) < (time.monotonic() - began) * 2:
                pressed.append(time.monotonic())
                os.write(opened.outside, b"\x1b[B")
            time.sleep(0.05)
        drain(opened)

    report = with_screen(text, epochs, dawdle)
    handled = report["handled"][: len(pressed)]
    delays = [after - before for before, after in zip(pressed, handled, strict=False)]
    return report["speed"], delays  # type: ignore[return-value]


def figures(name: str, seconds: list[float]) -> str:
    """Median, 95th percentile and most, in ms."""
    p50, p95, most = np.quantile(np.array(seconds) * 1e3, [0.5, 0.95, 1.0])
    return f"{name:<12} median {p50:.1f} ms, p95 {p95:.1f} ms, most {most:.0f} ms ({len(seconds)})"


def main(text: str, epochs: int) -> None:
    """Measure, and print a line each."""
    without_screen(text, 1)  # the text encoded, the kernels compiled
    print(figures("first paint", [first_paint(b"Start training") for _ in range(PAINTS)]))
    with tempfile.NamedTemporaryFile("w", suffix=".vec") as vectors:
        vectors.write("2 3\none 1 0 0\ntwo 0 1 0\n")
        vectors.flush()
        opens = [first_paint(b"Neighbors", "explore", vectors.name) for _ in range(PAINTS)]
    print(figures("explore", opens))
    ratios, lags, busy = [], [], []
    for pair in range(PAIRS):
        plain = without_screen(text, epochs)["speed"] if pair % 2 else None
        report = with_screen(text, epochs)
        plain = plain or without_screen(text, epochs)["speed"]
        ratios.append(report["speed"] / plain)  # type: ignore[operator]
        lags += report["lags"]
        busy += report["busy"]
    each = " ".join(f"{ratio:.3f}" for ratio in ratios)
    print(
        f"busy         {median(busy):.3f} of two cores ({' '.join(f'{one:.3f}' for one in busy)})"
    )
    ratio = f"median {median(ratios):.3f} ({each})"
    print(f"cost         speed with the screen over that without: {ratio}")
    print(figures("lag", lags))
    print(figures("keys", key_seconds(text, epochs)))
    speed, delays = slow(text, epochs)
    print(f"slow         {speed:,.0f} words/s; " + figures("keys handled", delays))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5)
