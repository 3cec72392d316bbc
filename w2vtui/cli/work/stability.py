"""The work of `w2vtui stability`: train a run for each seed, follow, print what they agree on."""

from __future__ import annotations

import argparse
import dataclasses
import threading
from types import FrameType

from w2vtui.cli.output import PassingLine, report, show
from w2vtui.cli.results import json_text
from w2vtui.comparing.seeds import SeedRuns
from w2vtui.comparing.stability import NeighborTally
from w2vtui.runs.requested.request import RunRequest
from w2vtui.system.signals import SIGNALS, handling

_FOLLOW_SECONDS = 0.2


def stability(arguments: argparse.Namespace) -> int:
    """Train and compare as the arguments say; return the exit code.

    Raises:
        SettingsError: 2 seeds or more are needed.
        W2vtuiError: the text cannot be read, or nothing was learned.
    """
    runs = SeedRuns(_request_of(arguments), arguments.seeds, report, arguments.words)
    tally = NeighborTally(arguments.words)
    code = _train(runs, tally)
    kept = [folder.name for folder in runs.folders]
    if kept:
        report(f"saved as runs: {', '.join(kept)}")
    if code and len(tally) < 2:
        report(f"w2vtui: interrupted after {len(tally)} of {len(runs.seeds)} seeds: 2 are needed")
        return code
    found = tally.stability()
    if arguments.json:
        settings = dataclasses.asdict(arguments.live_settings)
        plain = found.as_json() | {"seeds": runs.seeds[: len(tally)], "runs": kept}
        show(json_text(plain | {"settings": settings}, allow_nan=False))
    else:
        show(*found.lines())
    return code


def _request_of(arguments: argparse.Namespace) -> RunRequest:
    """What each of the runs is asked for."""
    keeps = arguments.keep and arguments.run_settings.checkpoints
    return RunRequest(
        sources=tuple(arguments.corpus),
        corpus_settings=arguments.corpus_settings,
        training=arguments.training_settings,
        live=arguments.live_settings,
        run_settings=dataclasses.replace(arguments.run_settings, checkpoints=keeps, history=0),
    )


def _train(runs: SeedRuns, tally: NeighborTally) -> int:
    """Train them all; return the exit code of a signal, or 0."""
    codes: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        if codes:
            raise KeyboardInterrupt(128 + number)
        codes.append(128 + number)
        runs.stop()

    ended = threading.Event()
    with PassingLine("training") as line, handling(dict.fromkeys(SIGNALS, stop)):
        follower = threading.Thread(target=_follow, args=(runs, line, ended), daemon=True)
        follower.start()
        try:
            for vectors in runs.train():
                tally.add(vectors)
                number = len(tally)
                line.report(
                    f"seed {runs.seeds[number - 1]} is trained, {number} of {len(runs.seeds)}"
                )
        finally:
            ended.set()
            follower.join()
    return codes[0] if codes else 0


def _follow(runs: SeedRuns, line: PassingLine, ended: threading.Event) -> None:
    """Say how far the training is, until it has ended."""
    while not ended.wait(_FOLLOW_SECONDS):
        now = runs.shot()
        if now is not None:
            line.what = f"seed {now.number} of {len(runs.seeds)}"
            line.show(now.shot.progress.fraction)
