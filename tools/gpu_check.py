"""Checks a GPU, and how fast and how well our kernels train on it, in less than six minutes.

    python -m tools.gpu_check TEXT --quality pairs.txt --quality analogies.txt > found.md

First the tests that need a GPU; then each mode at D = 100 with the warps that a run takes, the
quality of five epochs, D = 300, other numbers of warps, and steps of top nodes that each warp
gathers. What there is no time for is named. Each training is one row: words a second, and the time
in which the GPU's memory would move the rows, as a share of the time it took.

`--dry-run` does all of it on a device that is simulated and trains as the processor does, so that
no minute on a real one is lost to a mistake here. Its figures mean nothing.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from tests.support.fake_device import FakeDevice, FakeTrainer
from w2v_kernels.cuda.device import Device
from w2v_kernels.cuda.launch import CudaTrainer
from w2v_kernels.cuda.rows import AT_ONCE, Gathering
from w2vtui.bench import own
from w2vtui.bench.gpu import describe_gpu
from w2vtui.bench.job import MODES
from w2vtui.bench.quality import Questions
from w2vtui.bench.roofline import row_bytes
from w2vtui.corpus import EncodedCorpus, open_corpus
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.training.engine import cuda_backend, devices
from w2vtui.training.engine.cpu_backend import CpuBackend, arrays_of

SECONDS = 345.0
"""For all of it, unless the command line says another time."""
TESTS = ("-m", "gpu", "-q", "-p", "no:cacheprovider", "tests/kernels/cuda/test_gpu.py")
USUAL_WARPS = 16
TREES = [mode for mode in MODES if "hierarchical" in mode]


class Wanted(NamedTuple):
    """A training to measure."""

    mode: str
    vector_size: int = 100
    warps: int = USUAL_WARPS
    """On each multiprocessor, at most."""
    gathering: Gathering = AT_ONCE
    epochs: int = 1
    """One, or as many as quality needs."""


PLANNED = (
    *(Wanted(mode) for mode in MODES),
    *(Wanted(mode, epochs=5) for mode in MODES),
    *(Wanted(mode, 300) for mode in MODES),
    *(Wanted(mode, warps=warps) for warps in (8, 32, 4) for mode in MODES),
    *(Wanted(mode, gathering=Gathering(*one)) for one in ((15, 4), (3, 2)) for mode in TREES),
)
"""The most important first."""

Opener = Callable[[Wanted], Callable[[CpuBackend, NDArray[np.int64]], CudaTrainer]]


def real(wanted: Wanted) -> Callable[[CpuBackend, NDArray[np.int64]], CudaTrainer]:
    """What opens a trainer on the GPU, in place of `cuda_backend.open_trainer`."""
    from w2v_kernels.cuda.gpu import CudaDevice  # loads numba-cuda

    def open_trainer(host: CpuBackend, open_blocks: NDArray[np.int64]) -> CudaTrainer:
        device, size = CudaDevice(most_warps=wanted.warps), host.training.vector_size
        text = arrays_of(host.corpus)
        return CudaTrainer(device, text, open_blocks, size, wanted.gathering)

    return open_trainer


def simulated(wanted: Wanted) -> Callable[[CpuBackend, NDArray[np.int64]], CudaTrainer]:
    """The same, on a device of tests."""

    def open_trainer(host: CpuBackend, open_blocks: NDArray[np.int64]) -> CudaTrainer:
        text, size = arrays_of(host.corpus), host.training.vector_size
        return FakeTrainer(FakeDevice(), text, open_blocks, size, wanted.gathering)

    return open_trainer


def row_of(
    wanted: Wanted,
    corpus: EncodedCorpus,
    opener: Opener,
    bytes_per_second: float,
    questions: Sequence[Questions],
) -> str:
    """Train, and return a row of the table."""
    model, objective = MODES[wanted.mode]
    training = TrainingSettings(vector_size=wanted.vector_size, probe=False, device="cuda")
    live = LiveSettings(model=model, objective=objective, epochs=wanted.epochs, workers=1)
    with mock.patch.object(cuda_backend, "open_trainer", opener(wanted)):
        run = own.start(lambda progress, stop: corpus, training, live)
        run.wait()
    shot, shape = run.snapshot(), run.trained.block_shape()
    done = shot.progress
    moved = row_bytes(live.resolved(done.tokens, 1), shot.losses.pairs, shape, wanted.vector_size)
    scores = [one.score(run.trained.vectors()).percent for one in questions * (wanted.epochs > 1)]
    cells = [
        wanted.mode,
        str(wanted.vector_size),
        str(wanted.warps),
        f"{wanted.gathering.nodes}, {wanted.gathering.period}" if wanted.gathering.nodes else "",
        f"{done.tokens / done.seconds / 1e6:,.1f}",
        f"{moved / done.seconds / bytes_per_second:.0%}",
        f"{shot.losses.mean:.4f}",
        " ".join("-" if score is None else f"{score:.1f}" for score in scores),
    ]
    return f"| {' | '.join(cells)} |"


def table(
    corpus: EncodedCorpus,
    opener: Opener,
    device: Device,
    questions: Sequence[Questions],
    seconds_left: Callable[[], float],
) -> Iterator[str]:
    """The lines of the report, each when it is known."""
    known = describe_gpu(device)
    yield f"{known['name']}, {known['bytes_per_second'] / 1e9:,.0f} GB/s by copying"
    yield f"{corpus.name}, {corpus.vocab.n_tokens:,} tokens, {len(corpus.vocab):,} words\n"
    scored = " ".join(one.name for one in questions)
    yield f"| mode | D | warps | gathered | million words/s | of floor | nats a pair | {scored} |"
    yield "|---|---|---|---|---|---|---|---|"
    longest = 0.0
    for number, wanted in enumerate(PLANNED):
        if seconds_left() < longest:
            yield f"\nno time was left for the last {len(PLANNED) - number} of {len(PLANNED)} rows"
            return
        before = seconds_left()
        yield row_of(wanted, corpus, opener, known["bytes_per_second"], questions)
        longest = max(longest, before - seconds_left())


def main(argv: Sequence[str]) -> int:
    """Check and measure what the arguments say; return the exit code of the tests."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--quality", action="append", default=[], help="word pairs or analogies")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--dry-run", action="store_true", help="without a GPU")
    arguments = parser.parse_args(argv)
    ends = time.monotonic() + arguments.seconds

    def seconds_left() -> float:
        return ends - time.monotonic()

    questions = [Questions.read(path) for path in arguments.quality]
    corpus = open_corpus([str(arguments.text)], CorpusSettings())
    look = ["--collect-only"] * arguments.dry_run
    tests = [sys.executable, "-m", "pytest", *TESTS, *look]
    checked = subprocess.run(tests, stdout=sys.stderr, check=False)
    if arguments.dry_run:
        with mock.patch.object(devices, "check_cuda"):
            lines = table(corpus, simulated, FakeDevice(1 << 20), questions, seconds_left)
            print(*lines, sep="\n")
    else:
        from w2v_kernels.cuda.gpu import CudaDevice  # loads numba-cuda

        for line in table(corpus, real, CudaDevice(), questions, seconds_left):
            print(line, flush=True)
    return checked.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
