"""Lives of runs that are killed with -9 at random moments and resumed, until the run is done.

A nursery has everything imported and compiled and no thread; it forks a life of a run, kills it,
and forks the next, which resumes the run. Its vectors must be those of a run that nothing ever
happened to: bit for bit with one worker. tools/kills.py does it for as long as one likes.
"""

from __future__ import annotations

import dataclasses
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.support.corpora import topical_sentences
from tests.support.deaths import doom
from w2vtui.corpus import EncodedCorpus, encode_sentences
from w2vtui.errors import RunError, SettingsError
from w2vtui.runs.disk.checkpoint_files import FOLDER, checkpoint_folders, newest_intact
from w2vtui.runs.disk.journal import EVENTS, read_events
from w2vtui.runs.listed.listing import all_runs
from w2vtui.runs.listed.status import status_of
from w2vtui.runs.recording.recorder import Recorder
from w2vtui.runs.recording.run_folder import RunFolder
from w2vtui.runs.requested.request import RunRequest
from w2vtui.runs.resuming.replaying import largest_difference, replay_of
from w2vtui.runs.resuming.resuming import resumption
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings
from w2vtui.training import loop
from w2vtui.training.engine.cpu_backend import CpuBackend
from w2vtui.training.run import Run
from w2vtui.training.state.checkpoint import Checkpoint

CHECKPOINT_SECONDS, TICK_SECONDS = 0.03, 0.02
"""Far less than usual: short lives are ended at many of their moments too."""
_WAS_DONE = 17
TRAINING = TrainingSettings(vector_size=16, seed=7)
_SG, _CBOW = {"model": "skip-gram"}, {"model": "cbow"}
_NS, _HS = {"objective": "negative-sampling"}, {"objective": "hierarchical-softmax"}
CASES: dict[str, dict[str, Any]] = {
    "skip-gram-noise": _SG | _NS | {"workers": 1, "epochs": 100},
    "skip-gram-tree": _SG | _HS | {"workers": 1, "epochs": 100},
    "cbow-noise": _CBOW | _NS | {"workers": 1, "epochs": 150},
    "cbow-tree": _CBOW | _HS | {"workers": 1, "epochs": 150},
    "changed": _SG | _NS | {"workers": 1, "epochs": 100},
    "deterministic": _CBOW | _HS | {"workers": 2, "epochs": 60},
    "two-workers": _SG | _NS | {"workers": 2, "epochs": 150},
}
STEERED: list[Callable[[Run], object]] = [
    lambda run: run.change(window=2, negative=9),
    lambda run: run.change(**_CBOW, **_HS),
    lambda run: run.undo(),
    lambda run: run.change(alpha=0.01, sample=1e-4),
]
"""What happens to the run of the case `changed`, one after another."""


class Nursery:
    """Brings up lives of one case and ends them early."""

    def __init__(self, case: str, seed: int, place: Path) -> None:
        self.steered = STEERED if case == "changed" else []
        self.live = LiveSettings(**CASES[case])
        self.training = dataclasses.replace(TRAINING, deterministic=case == "deterministic")
        self.exact = self.live.workers == 1 or self.training.deterministic
        self.draw = random.Random(f"{case} {seed}")
        self.place = place
        loop.TICK_SECONDS = TICK_SECONDS
        self.corpus = encode_sentences(topical_sentences(1500), CorpusSettings(min_count=1))
        backend = CpuBackend(self.corpus, self.training)
        backend.compile(backend.plan(self.live.resolved(len(self.corpus.ids), 1)))
        self.kinds: Counter[str] = Counter()
        self.reach = 0.15
        """Seconds within which a life is ended; grows where none gets anywhere."""
        self.deck = ["draft"]
        """How lives end after the first of a run: however few are ended, one is in a draft."""
        self.chains = 0
        self.furthest_apart = 0.0

    def kill(self, n_kills: int) -> None:
        """End a number of lives, of as many runs as that takes; each run is completed."""
        while self.kinds["kills"] < n_kills:
            root = self.place / f"chain-{self.chains}"
            root.mkdir()
            self._chain(root, n_kills)
            self.chains += 1

    # ---- one run, life after life

    def _chain(self, root: Path, n_kills: int) -> None:
        stood, fate = -1, "any time" if self.chains % 2 else "at birth"
        while True:
            if self.kinds["kills"] >= n_kills:
                fate = "old age"
            number, seconds = self.draw.randrange(5), self.draw.uniform(0, 0.003)
            child = os.fork()
            if not child:
                doom(fate, number, seconds)
                _live(lambda: self._grow_up(root))
            code = self._wait(child, fate)
            ended, fate = fate, self._next_fate()
            if code in (0, _WAS_DONE):
                break
            if code != -signal.SIGKILL:
                raise AssertionError(f"a life ended with {code}: {root}")
            self.kinds["kills"] += 1
            before, stood = stood, self._autopsy(root)
            if ended == "any time":  # later where that gets nowhere, earlier where it does
                self.reach = min(self.reach * 1.3, 20.0) if stood <= before else self.reach * 0.9
        if code == 0:  # a run that was done already was only looked at
            left = [path for path in root.rglob("*.tmp") if path.is_file() or any(path.iterdir())]
            assert not left, left
        self._compare(root)

    def _next_fate(self) -> str:
        """From a shuffled deck, so that few kills meet every kind of moment too."""
        if not self.deck:
            self.deck = [*["any time"] * 5, *["draft"] * 4, "checkpoint"]
            self.draw.shuffle(self.deck)
        return self.deck.pop()

    def _wait(self, child: int, fate: str) -> int:
        """Wait for a life to end, or end it where a time is its fate."""
        by_time = {"at birth": 0.05, "any time": self.reach}
        if fate not in by_time:
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        until = time.monotonic() + self.draw.uniform(0, by_time[fate])
        while True:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            if time.monotonic() >= until:
                os.kill(child, signal.SIGKILL)
                return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            time.sleep(0.0003)

    def _autopsy(self, root: Path) -> int:
        """Count what a life was ended in the middle of; how far its run had come."""
        runs = all_runs(root)
        assert len(runs) <= 1, runs
        if not runs:
            self.kinds["before the folder"] += 1
            return -1
        status = status_of(runs[0])
        assert status.state in ("interrupted", "done"), status
        assert status.error is None, status
        if not checkpoint_folders(runs[0]):
            self.kinds["before the first checkpoint"] += 1
        if list((runs[0] / FOLDER).glob("*.tmp")):
            self.kinds["while writing one"] += 1
        if status.state == "done" or status.fraction == 1:
            self.kinds["after the last one"] += 1
        saved, spoiled = newest_intact(runs[0])
        assert not spoiled, spoiled
        written, troubles = read_events(runs[0] / EVENTS)
        assert not troubles, troubles
        later = {one.number for one in written if one.kind == "change"} - {
            one.number for one in (saved.events if saved else ())
        }
        if later:
            self.kinds["after a change that no checkpoint has"] += 1
        return status.checkpoint_tokens or 0

    # ---- one life

    def _read(self, *_: object) -> EncodedCorpus:
        return self.corpus

    def _grow_up(self, root: Path) -> None:
        runs = all_runs(root)
        options: dict[str, Any] = {}
        if not runs:
            recorder = Recorder(RunRequest(sources=("-",)), RunFolder(root))
            known = 0
        else:
            try:
                taken = resumption(runs[0])
            except RunError as error:
                if " is done" in str(error):
                    sys.exit(_WAS_DONE)
                raise
            recorder = taken.recorder
            known = len(taken.script.changes)
            known += taken.checkpoint.n_changes if taken.checkpoint else 0
            options |= {"resume_from": taken.fit, "earlier": taken.events, "script": taken.script}
        run = Run(
            self._read,
            self.training,
            self.live,
            looks_at_vectors=False,
            store=recorder,
            checkpoint_seconds=CHECKPOINT_SECONDS,
            **options,
        )
        recorder.follow(run.snapshot)
        run.start()
        self._steer(run, known)
        run.wait()
        recorder.close()
        assert not recorder.failed, recorder.messages()

    def _steer(self, run: Run, known: int) -> None:
        """Make the changes that were not made yet, each at its share of the run."""
        for number, change in enumerate(self.steered[known:], start=known + 1):
            share = number / (len(self.steered) + 1)
            while (shot := run.snapshot()).progress.fraction < share or shot.state != "training":
                if shot.state == "finishing" or run.is_over(0.001):
                    return
            try:
                change(run)
            except SettingsError:
                if run.is_over(60.0):  # it ended in between
                    return
                raise
            while number not in {event.number for event in run.snapshot().events}:
                if run.is_over(0.001):
                    return

    # ---- the end

    def _compare(self, root: Path) -> None:
        """Compare the result with that of a run that was not interrupted."""
        (folder,) = all_runs(root)
        saved, spoiled = newest_intact(folder)
        assert saved is not None, spoiled
        assert saved.fraction == 1, saved.fraction
        assert saved.tallies[3] == saved.clock, "each token is trained exactly once"
        changes = [one.number for one in saved.events if one.kind == "change"]
        assert changes == list(range(1, len(changes) + 1)), changes
        self.kinds["changes"] += len(changes)
        self.kinds["runs that were interrupted"] += 1
        other = self._undisturbed(folder)
        if self.exact:
            apart = largest_difference(saved.vectors, other.vectors)
            assert apart == 0, f"{folder}: up to {apart:.3g} apart"
            assert np.array_equal(saved.tallies, other.tallies)
        else:
            loss, usual = (one.tallies[0] / one.tallies[1] for one in (saved, other))
            self.furthest_apart = max(self.furthest_apart, abs(loss / usual - 1))

    def _undisturbed(self, folder: Path) -> Checkpoint:
        """The same run from its beginning to its end in one go, the same changes made."""
        root = self.place / f"undisturbed-{self.chains if self.steered else 0}"
        if not root.exists():
            child = os.fork()
            if not child:
                _live(lambda: self._repeat(folder, root))
            assert os.waitpid(child, 0)[1] == 0
        (folder,) = all_runs(root)
        saved, _ = newest_intact(folder)
        assert saved is not None
        return saved

    def _repeat(self, folder: Path, root: Path) -> None:
        recorder = Recorder(RunRequest(sources=("-",)), RunFolder(root))
        script = replay_of(folder).script
        run = Run(
            self._read,
            self.training,
            self.live,
            looks_at_vectors=False,
            store=recorder,
            script=script,
        )
        recorder.follow(run.snapshot)
        run.start()
        run.wait()
        recorder.close()


def _live(life: Callable[[], None]) -> None:
    """Live in this process, and never return."""
    code = 1
    try:
        life()
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def report_of(case: str, n_kills: int, seed: int, place: Path) -> dict[str, float]:
    """Kill a number of lives of a case; returns what they were doing when they ended."""
    nursery = Nursery(case, seed, place)
    nursery.kill(n_kills)
    return {**nursery.kinds, "apart": nursery.furthest_apart}
