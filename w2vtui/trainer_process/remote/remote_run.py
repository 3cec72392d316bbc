"""A run that another process trains, with the methods that screens use of a `Run`.

w2vtui-looking    asks how the run looks, again and again
w2vtui-steering   passes on what is asked of the run, one thing after the other
"""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from w2vtui.corpus import EncodedCorpus, Vocab
from w2vtui.errors import RunError, SettingsError
from w2vtui.evaluation.question_files import QuestionKind
from w2vtui.runs.disk.door import NoDoorError, connect
from w2vtui.runs.requested.request import RunRequest
from w2vtui.settings import ResolvedSettings
from w2vtui.trainer_process import errands
from w2vtui.trainer_process import messages as m
from w2vtui.trainer_process.connection import ConnectionLostError
from w2vtui.trainer_process.errands import Errand, Errands
from w2vtui.trainer_process.line import Line
from w2vtui.trainer_process.remote.remote_look import CONNECT_SECONDS, RemoteLook, look_on
from w2vtui.trainer_process.remote.remote_vectors import RemoteVectors
from w2vtui.trainer_process.remote.watched_from_afar import WatchedFromAfar
from w2vtui.training.costs.cost_model import Cost
from w2vtui.training.live.breakpoints import parse
from w2vtui.training.live.conditions import Condition
from w2vtui.training.state.snapshot import state_text

COST_SECONDS = 0.2
READ_SECONDS = 30.0
"""How long a call waits for which the trainer reads files."""
SILENT_SECONDS = 2.0
"""A trainer that has not answered for as long is not waited for."""
_Answer = TypeVar("_Answer", bound=m.Message)


class RemoteRun(WatchedFromAfar):
    """A run that another process trains."""

    def __init__(
        self,
        *,
        folder: Path | None = None,
        sockets: tuple[socket.socket, ...] = (),
        process: subprocess.Popen[bytes] | None = None,
        request: RunRequest | None = None,
        attends: bool = True,
    ) -> None:
        """
        folder    of the run; None where it has none yet
        sockets   three, connected to a trainer that is starting; its folder's door without them
        process   that trainer, if this process started it
        request   what it is asked for, whose settings are shown before it says its own
        attends   whether somebody is here who can resume it after a pause
        """
        known = (None, None) if request is None else (request.training, request.live)
        super().__init__(RemoteLook(known[0], folder, known[1]), process)
        first = sockets or (None, None, None)
        self._looking, self._steering, self._copying = (
            Line(self._connect, one, attends=attends) for one in first
        )
        self._errands = Errands(self._steering, self._look_after_errand)
        self.trained = RemoteVectors(self._copying, self._look)
        """Its vectors, and what they were trained on."""
        self._has_begun = self._stop_asked = False
        self._left = threading.Event()
        self._known_cost: Errand | None = None
        self._asked_cost: Errand | None = None

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

    def look(self) -> None:
        """Look for the first time, on this thread.

        Raises:
            ConnectionLostError: nobody trains the run.
            W2vtuiError: it is trained by another version of the program.
        """
        frame = self._looking.ask(self._look.known(follows=True), CONNECT_SECONDS)
        self._look.take(frame, self._looking.welcome)

    def _look_after_errand(self) -> None:
        self._look.take(self._steering.ask(self._look.known()))

    def start(self) -> None:
        """Begin to look; does nothing the second time."""
        if not self._has_begun:
            self._has_begun = True
            threading.Thread(target=self._look_on, name="w2vtui-looking", daemon=True).start()
            self._errands.start()

    def leave(self) -> None:
        """Look no more; the run trains on, and what was asked of it is still passed on."""
        self._left.set()
        self._errands.end()  # which passes on what was asked, and closes its line
        if not self._has_begun:  # no thread uses these lines, and closes them
            self._looking.close()
            self._steering.close()
        for line in (self._looking, self._copying):
            line.shut()
        self.trained.close()
        self.gone.set()
        if self._process is not None and self._process.poll() is None:
            _reap_later(self._process)

    def _look_on(self) -> None:
        error = look_on(self._looking, self._look, self._left)
        if self._left.is_set():
            return
        code = None
        if self._process is not None:
            if error is None:  # it is gone, or going
                code = self._process.wait()
            else:  # it may train on
                _reap_later(self._process)
        self._look.end(error, code, stop_asked=self._stop_asked)
        self._errands.end()
        self.gone.set()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the trainer had to report before the run began."""
        welcome = self._looking.welcome
        return () if welcome is None else welcome.notes

    # ---- steering

    def settle(self) -> None:
        """Wait until all that was asked is answered, or the run has ended: a process that ends
        passes on nothing.

        Raises:
            RunError: the trainer does not answer, or what was asked last is not done.
        """
        if self.gone.is_set():
            return
        try:
            self._errands.settle(READ_SECONDS)
        except RunError:
            if not self._look.over.is_set():
                raise

    def pause(self, event: str = "paused") -> None:
        """Hand out no more text."""
        self._tell(m.Pause(event=event))

    def resume(self, event: str = "resumed") -> None:
        """Resume after a pause."""
        self._tell(m.Resume(event=event))

    def stop(self) -> None:
        """End the run; a trainer that has not begun is ended itself."""
        self._stop_asked = True
        if self._look.seen is None and self._process is not None:
            self._process.terminate()
        self._tell(m.Stop())

    def discard(self) -> None:
        """Say that the vectors are saved here, or are not wanted: a trainer that is left saves them
        to its output otherwise.
        """
        if not (self.gone.is_set() or self._left.is_set()):
            self._errands.send(m.Discard(), errands.ASK_SECONDS)

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
        """The predicted cost of other live settings; None while it is unknown. Asked again and
        again for the same ones, it gives the last that is known, and waits no more.

        Raises:
            SettingsError: the run would refuse them.
        """
        known, asked = self._known_cost, self._asked_cost
        if asked is None or asked.message != m.AskCost(settings=settings):
            known, asked = None, self._sent(m.AskCost(settings=settings), COST_SECONDS)
        if asked.done.is_set():  # the next one is there for the next draw
            known, asked = asked, self._sent(m.AskCost(settings=settings), 0.0)
        self._known_cost, self._asked_cost = known, asked
        return None if known is None else known.result(m.Costs).cost

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
        self._sent(message, errands.TELL_SECONDS)

    def _ask(
        self, message: m.Message, kind: type[_Answer], seconds: float | None = None
    ) -> _Answer:
        """
        Raises:
            SettingsError: the run refuses, or its trainer does not answer.
        """
        is_here = not (self.gone.is_set() or self._left.is_set())
        if self._look.seen is None and is_here:  # not asked either, or it would be done later
            raise SettingsError("nothing can be changed yet: the run is starting")
        errand = self._sent(message, errands.ASK_SECONDS if seconds is None else seconds)
        if errand.done.is_set():
            return errand.result(kind)
        raise SettingsError(
            f"the process that trains has not answered for {self.silent_seconds:.0f} s: "
            "what was asked is done if it answers later"
        )

    def _sent(self, message: m.Message, timeout: float) -> Errand:
        if self.gone.is_set() or self._left.is_set():
            errand, state = Errand(message), self._look.shot.state
            errand.error = SettingsError(
                f"a run is steered while it trains; this one {state_text(state)}"
            )
            errand.done.set()
            return errand
        waits = self.silent_seconds < SILENT_SECONDS and self._look.seen is not None
        return self._errands.send(message, timeout if waits else 0.0)

    # ---- words, text

    @property
    def corpus(self) -> EncodedCorpus | None:
        """The encoded text; None until it is found, in a moment, and if it is not stored."""
        return self.trained.corpus

    def vocabulary(self) -> Vocab | None:
        """The words that are trained; None until they are known."""
        return self.trained.vocabulary()


def _reap_later(process: subprocess.Popen[bytes]) -> None:
    """Let nothing remain of a process that nobody waits for, once it has ended."""
    threading.Thread(target=process.wait, name="w2vtui-reaping", daemon=True).start()
