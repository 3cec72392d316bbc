"""A run that another process trains, with the methods that screens use of a `Run`.

    w2vtui-looking    asks how the run looks, again and again
    w2vtui-steering   passes on what is asked of the run, one thing after the other

No call waits for the trainer longer than a moment: it may be stopped, or at the other end of a busy
machine. What it has not answered by then is refused, or arrives late.
"""

from __future__ import annotations

import dataclasses
import queue
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from w2vtui.corpus import EncodedCorpus
from w2vtui.errors import DamagedRunError, RunError, SettingsError, W2vtuiError
from w2vtui.question_files import QuestionKind
from w2vtui.runs.disk.checkpoint_files import newest_intact
from w2vtui.runs.disk.door import NoDoorError, connect
from w2vtui.runs.disk.lock import in_use
from w2vtui.runs.record import read_vocab
from w2vtui.runs.status import LiveStatus
from w2vtui.settings import LiveSettings, ResolvedSettings, TrainingSettings
from w2vtui.trainer_process import messages as m
from w2vtui.trainer_process.connection import ConnectionLostError, Frame
from w2vtui.trainer_process.line import Line
from w2vtui.trainer_process.remote_history import RemoteHistory
from w2vtui.trainer_process.shared_memory import mapped
from w2vtui.training.costs.cost_model import Cost
from w2vtui.training.live.breakpoints import parse
from w2vtui.training.live.conditions import Condition
from w2vtui.training.state.curves import RunCurves, SavedCurve
from w2vtui.training.state.snapshot import ENDED, Event, Snapshot
from w2vtui.vectors import WordVectors

LOOK_SECONDS = 0.15
"""From one look at the run to the next."""
TELL_SECONDS = 0.15
"""How long a call waits that needs no answer."""
ASK_SECONDS = 1.0
"""How long a call waits that needs one."""
READ_SECONDS = 30.0
"""How long a call waits for which the trainer reads files."""
COST_SECONDS = 0.2
SILENT_SECONDS = 2.0
"""A trainer that has not answered for as long is not waited for."""
CONNECT_SECONDS = 1.0
_RECONNECTS = 3
_Answer = TypeVar("_Answer", bound=m.Message)


class _Errand:
    """Something asked of the trainer."""

    def __init__(self, message: m.Message) -> None:
        self.message = message
        self.done = threading.Event()
        self.answer: m.Message | None = None
        self.error: BaseException | None = None


class RemoteRun:
    """A run that another process trains."""

    is_attended = True
    """Somebody looks at it here."""

    def __init__(
        self,
        *,
        folder: Path | None = None,
        sockets: tuple[socket.socket, ...] = (),
        process: subprocess.Popen[bytes] | None = None,
        training: TrainingSettings | None = None,
        attends: bool = True,
    ) -> None:
        """
        folder    of the run; None where it has none yet
        sockets   three, connected to a trainer that is starting; its folder's door without them
        process   that trainer, if this process started it
        training  its settings, where they are known before it says them
        attends   whether somebody is here who can resume it after a pause
        """
        self.folder = folder
        """Where the run is saved; None before that is known."""
        self.process = process
        self.training = training or TrainingSettings()
        """The settings that are fixed for the run."""
        self.curves = RunCurves()
        """What viewers draw, as it was at the last look."""
        self.history = RemoteHistory(lambda: self.folder)
        self.breakpoints: tuple[str, ...] = ()
        """The conditions still waited for."""
        self.corpus: EncodedCorpus | None = None
        self.failed = self.is_branch = False
        first = sockets or (None, None, None)
        self._looking = Line(self._connect, first[0], attends=attends)
        self._steering = Line(self._connect, first[1], attends=attends)
        self._copying = Line(self._connect, first[2], attends=attends)
        self._copy_lock = threading.Lock()
        self._errands: queue.SimpleQueue[_Errand | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._seen: m.Seen | None = None
        self._events: tuple[Event, ...] = ()
        self._shot = Snapshot(
            state="preparing",
            activity="starting",
            vector_size=self.training.vector_size,
            settings=LiveSettings(),
        )
        self._heard = time.monotonic()
        self._stop_asked = False
        self._left = threading.Event()
        self._over = threading.Event()
        self.gone = threading.Event()
        """Set once the trainer serves this run no more."""

    def _connect(self) -> socket.socket:
        """
        Raises:
            ConnectionLostError: nobody trains the run.
        """
        if self.folder is None:
            raise ConnectionLostError("it has no folder yet")
        try:
            return connect(self.folder, CONNECT_SECONDS)
        except NoDoorError as error:
            raise ConnectionLostError(str(error)) from error

    def start(self) -> None:
        """Begin to look; does nothing the second time."""
        if self._left.is_set() or self._threads_run:
            return
        self._threads_run = True
        for name, target in (("looking", self._look_on), ("steering", self._run_errands)):
            threading.Thread(target=target, name=f"w2vtui-{name}", daemon=True).start()

    _threads_run = False

    def leave(self) -> None:
        """Look no more; the run trains on."""
        self._left.set()
        self._errands.put(None)
        for line in (self._looking, self._steering, self._copying):
            line.shut()
        with self._copy_lock:
            self._copying.close()
        if self.process is not None and self.process.poll() is None:
            self.process.returncode = 0  # it is not waited for, on purpose

    # ---- looking

    def snapshot(self) -> Snapshot:
        """The run at the last look."""
        return self._shot

    def is_over(self, timeout: float | None) -> bool:
        """Whether the run has ended; waits up to `timeout` seconds for it, or for ever."""
        return self._over.wait(timeout)

    @property
    def silent_seconds(self) -> float:
        """How long the trainer has not answered."""
        return time.monotonic() - self._heard

    def look(self) -> None:
        """Look now, on this thread.

        Raises:
            ConnectionLostError: nobody trains the run.
            W2vtuiError: it is trained by another version of the program.
        """
        self._take(self._looking.ask(self._known(follows=True), CONNECT_SECONDS))

    def _look_on(self) -> None:
        """Look until the end, or until this side leaves."""
        try:
            self._look_until_lost()
        finally:
            self._looking.close()

    def _look_until_lost(self) -> None:
        tries = 0
        while not self._left.wait(LOOK_SECONDS if self._seen is not None else 0.0):
            try:
                self._take(self._looking.ask(self._known(follows=True)))
                tries = 0
            except ConnectionLostError:
                tries += 1
                if self._left.is_set():
                    return
                if tries > _RECONNECTS or not self._is_at_work:
                    self._lose(None)
                    return
            except Exception as error:  # the trainer did not begin, or does not serve this version
                self._lose(error)
                return

    @property
    def _is_at_work(self) -> bool:
        """Whether some process holds the run."""
        return self.folder is not None and in_use(self.folder)

    def _known(self, *, follows: bool = False) -> m.Look:
        """What this side knows, in a question for the rest."""
        known = [
            m.KnownCurve(name=name, merge=curve.merge, n_rows=len(curve))
            for name, curve in self.curves.named().items()
        ]
        moments = self.history.moments
        return m.Look(
            events=len(self._events),
            curves=tuple(known),
            moments=(len(moments), moments[-1].number if moments else 0),
            follows=follows,
        )

    def _take(self, frame: Frame) -> None:
        """Take what was seen, unless something later was seen already."""
        seen = frame.message
        assert isinstance(seen, m.Seen), "the answer to a look"
        self._heard = time.monotonic()
        with self._lock:
            if self._seen is not None and seen.number <= self._seen.number:
                return
            self._seen = seen
            if self._looking.welcome is not None:
                self.training = self._looking.welcome.training
            if seen.events or seen.first_event < len(self._events):
                self._events = (*self._events[: seen.first_event], *seen.events)
            self._take_curves(seen.curves, frame.beside)
            if seen.moments is not None:
                self.history.moments = seen.moments
            self.history.sizing, self.breakpoints = seen.sizing, seen.breakpoints
            self.folder = Path(seen.folder) if seen.folder else self.folder
            self.failed, self.is_branch = seen.failed, seen.is_branch
            self._shot = dataclasses.replace(
                seen.shot,
                settings=seen.settings,
                events=self._events,
                error=None if seen.error is None else m.error_of(seen.error),
            )
            if self._shot.ended:
                self._over.set()

    def _take_curves(self, parts: tuple[m.CurvePart, ...], content: bytes) -> None:
        rows = np.frombuffer(content, np.float64).reshape(-1, 5)
        curves, at = self.curves.named(), 0
        for part in parts:
            new, at = rows[at : at + part.n_rows], at + part.n_rows
            if part.first:
                new = np.concatenate((curves[part.name].rows()[: part.first], new))
            self.curves.restore({part.name: SavedCurve(new, part.merge)})

    def _lose(self, error: Exception | None) -> None:
        """The trainer is gone: show what its run has come to."""
        if self.process is not None:
            self.process.wait()
        with self._lock:
            shot = self._shot
            if not shot.ended:
                self._shot = self._last_shot(shot, error)
        self._over.set()
        self.gone.set()
        self._errands.put(None)

    def _last_shot(self, shot: Snapshot, error: Exception | None) -> Snapshot:
        """The end of a run whose trainer went without a word."""
        status = None if self.folder is None else LiveStatus.read(self.folder)
        if error is None and status is not None and status.state in ENDED:
            return dataclasses.replace(shot, state=status.state, activity="")
        if error is None and self.folder is None and self._stop_asked:
            return dataclasses.replace(shot, state="stopped", activity="")
        code = None if self.process is None else self.process.returncode
        how = f" (signal {-code})" if code is not None and code < 0 else ""
        if error is None and self.folder is None:
            error = RunError(f"the process that was to train has ended{how}: start again")
        if error is None:
            error = RunError(
                f"the process that trained has ended{how}: "
                f"w2vtui resume {self.folder.name if self.folder else 'last'} "
                "continues from the last checkpoint"
            )
        return dataclasses.replace(shot, state="failed", activity="", error=error)

    # ---- steering

    def pause(self, event: str = "paused") -> None:
        """Hand out no more text."""
        self._tell(m.Pause(event=event))

    def resume(self, event: str = "resumed") -> None:
        """Resume after a pause."""
        self._tell(m.Resume(event=event))

    def stop(self) -> None:
        """End the run; a trainer that has not begun is ended itself."""
        self._stop_asked = True
        if self._seen is None and self.process is not None:
            self.process.terminate()
        self._tell(m.Stop())

    def checkpoint(self) -> None:
        """Take a checkpoint soon.

        Raises:
            SettingsError: this run has no checkpoints, or does not train.
        """
        self._ask(m.TakeCheckpoint(), m.Done)

    def change(self, **settings: Any) -> ResolvedSettings:
        """Request other live settings; returns all of them as they will be.

        Raises:
            SettingsError: the run refuses, or its trainer does not answer.
        """
        return self._ask(m.Change(settings=settings), m.Settings).settings

    def undo(self) -> ResolvedSettings:
        """Request the settings from before the last change.

        Raises:
            SettingsError: nothing can be undone, or the trainer does not answer.
        """
        return self._ask(m.Undo(), m.Settings).settings

    def cost(self, **settings: Any) -> Cost | None:
        """The predicted cost of other live settings; None while it is unknown.

        Raises:
            SettingsError: the run would refuse them.
        """
        errand = self._sent(m.AskCost(settings=settings), COST_SECONDS)
        return _answer_of(errand, m.Costs).cost if errand.done.is_set() else None

    def watch(self, queries: tuple[str, ...]) -> None:
        """Name the queries whose nearest words the snapshots show from now on."""
        self._tell(m.Watch(queries=queries))

    def measure_quality(self) -> None:
        """Score the vectors now."""
        self._tell(m.MeasureQuality())

    def score_on(self, kind: QuestionKind, paths: Sequence[str]) -> tuple[str, ...]:
        """Score the vectors on other files of a kind from now on; returns what was left out of
        them. Waits until they are read.

        Raises:
            CorpusError: a file cannot be read; nothing has changed.
            SettingsError: the run does not train, or its trainer does not answer.
        """
        asked = m.ScoreOn(kind=kind, paths=tuple(paths))
        return self._ask(asked, m.Remarks, READ_SECONDS).remarks

    def break_when(self, text: str, *, stop: bool = False) -> Condition:
        """Pause once when a condition first holds; with `stop`, end there instead.

        Raises:
            SettingsError: the text is not a condition, or one that this run can never meet.
        """
        condition = parse(text)
        self._ask(m.BreakWhen(condition=text, stop=stop), m.Done)
        return condition

    def clear_breakpoints(self) -> None:
        """Remove all breakpoints."""
        self._tell(m.ClearBreakpoints())

    def limit_speed(self, words_per_second: float | None) -> None:
        """Train no faster than this; None for as fast as it can."""
        self._tell(m.LimitSpeed(words_per_second=words_per_second))

    def _tell(self, message: m.Message) -> None:
        """Pass on what needs no answer."""
        self._sent(message, TELL_SECONDS)

    def _ask(
        self, message: m.Message, kind: type[_Answer], seconds: float = ASK_SECONDS
    ) -> _Answer:
        """
        Raises:
            SettingsError: the run refuses, or its trainer does not answer.
        """
        errand = self._sent(message, seconds)
        if not errand.done.is_set():
            if self._seen is None:
                raise SettingsError("nothing can be changed yet: the run is starting")
            raise SettingsError(
                f"the process that trains has not answered for {self.silent_seconds:.0f} s: "
                "what was asked is done if it answers later"
            )
        return _answer_of(errand, kind)

    def _sent(self, message: m.Message, timeout: float) -> _Errand:
        errand = _Errand(message)
        if self.gone.is_set() or self._left.is_set():
            state = self._shot.state
            errand.error = SettingsError(f"a run is steered while it trains; this one is {state}")
            errand.done.set()
            return errand
        self._errands.put(errand)
        errand.done.wait(timeout if self.silent_seconds < SILENT_SECONDS else 0.0)
        return errand

    def _run_errands(self) -> None:
        while (errand := self._errands.get()) is not None:
            try:
                errand.answer = self._steering.ask(errand.message).message
                self._take(self._steering.ask(self._known()))
            except ConnectionLostError:
                state = self._shot.state
                errand.error = SettingsError(
                    f"the process that trains this run is gone; the run is {state}"
                )
            except Exception as error:  # whoever asked raises it
                errand.error = error
            errand.done.set()
        self._steering.close()

    # ---- vectors

    def copied_matrices(self) -> dict[str, NDArray[np.float32]]:
        """A copy of everything that is trained, only to be read: (V, D) each, as it is now, or as
        it was at the end.

        Raises:
            SettingsError: the text is still being read.
            OutOfMemoryError: there is no room for a copy.
            RunError: the trainer is gone, and no checkpoint has them.
        """
        with self._copy_lock:
            for _ in range(2):  # the first connection may be an old one
                with suppress(ConnectionLostError):
                    frame = self._copying.ask(m.CopyMatrices())
                    assert isinstance(frame.message, m.Matrices), "the answer to a copy"
                    return mapped(frame.message, frame.descriptors[0])
        return self._saved_matrices()

    def _saved_matrices(self) -> dict[str, NDArray[np.float32]]:
        if self.folder is None:
            raise SettingsError("there are no vectors yet: the corpus is still being read")
        checkpoint, spoiled = newest_intact(self.folder)
        if checkpoint is None:
            why = f": {next(iter(spoiled.values()))}" if spoiled else ""
            raise RunError(f"run {self.folder.name} has no intact checkpoint{why}")
        return dict(checkpoint.vectors)

    def vectors(self) -> WordVectors:
        """A copy of the vectors as they are now.

        Raises:
            W2vtuiError: as `copied_matrices`, or the words cannot be read.
        """
        matrices = self.copied_matrices()
        if self.folder is None:
            raise DamagedRunError("the folder of this run is not known")
        words, counts = read_vocab(self.folder)
        return WordVectors(words, matrices["input_vectors"], counts, matrices.get("output_vectors"))


def _answer_of(errand: _Errand, kind: type[_Answer]) -> _Answer:
    if errand.error is not None:
        if isinstance(errand.error, W2vtuiError):
            raise errand.error
        raise RunError(str(errand.error)) from errand.error
    assert isinstance(errand.answer, kind), f"an answer of {kind.__name__}"
    return errand.answer


def attach(folder: Path, *, attends: bool = True) -> RemoteRun:
    """The run that some process trains, watched from here.

    attends   whether somebody is here who can resume it after a pause

    Raises:
        RunError: no process trains it, or it lets nobody in.
    """
    run = RemoteRun(folder=folder, attends=attends)
    try:
        run.look()
    except ConnectionLostError as error:
        raise RunError(_nobody(folder, error)) from error
    run.start()
    return run


def _nobody(folder: Path, error: Exception) -> str:
    """Why nobody lets this process in."""
    if not in_use(folder):
        return f"nothing trains run {folder.name}: w2vtui resume {folder.name} resumes it"
    return (
        f"run {folder.name} is at work, but its process lets nobody in ({error}): it may run on "
        "another machine, or be of another user or an earlier version of w2vtui"
    )
