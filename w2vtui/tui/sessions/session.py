"""A run, and what the screens remember beside it."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from w2vtui.errors import ChangedTextError, SettingsError, W2vtuiError
from w2vtui.evaluation.question_files import QuestionKind
from w2vtui.training.state.snapshot import Snapshot
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.sessions.notes import SessionNotes
from w2vtui.tui.sessions.saved_moment import moment_to_save
from w2vtui.tui.sessions.words import SessionWords

if TYPE_CHECKING:
    from w2vtui.corpus import EncodedCorpus
    from w2vtui.runs.recording.recorder import Recorder
    from w2vtui.runs.requested.request import RunRequest
    from w2vtui.runs.resuming.resuming import Resumption
    from w2vtui.trainer_process.remote.remote_recorder import RemoteRecorder
    from w2vtui.training.watched_run import WatchedRun

LEAVING_SECONDS = 10.0
"""How long the screens wait for the last checkpoint."""
Build: TypeAlias = "Callable[[Session], WatchedRun]"
"""Makes the run of a session."""


class Session:
    """One run from the press of Start, and its vectors after the end."""

    wanted: tuple[Mapping[str, Any], bool] = ({}, False)
    """Live settings to change where it resumes, and whether to undo the last change instead."""
    is_left = False
    """Whether it trains on without the screens."""
    is_attached = False
    """Whether another process had begun to train it: then it is not ended with the screens."""
    is_output_named = True
    """Whether the output was named now, and not when the resumed run began."""

    def __init__(
        self,
        form: Form,
        build: Build,
        *,
        output: str | None = None,
        resumption: Resumption | None = None,
    ) -> None:
        """
        output       where the vectors are to go
        resumption   a saved run to resume
        """
        self.form = form
        self._request = None if resumption is None else resumption.request.to(output)
        self._output = output
        self.resumption = resumption
        """Dropped once there is a run: while it is open, its checkpoint takes room on the disk."""
        self.resumed_from: Path | None = None
        """The folder of the run whose checkpoint this one resumes."""
        self.recorder: Recorder | RemoteRecorder | None = None
        """Saves the run, if it is saved."""
        if resumption is not None:
            self.recorder = resumption.recorder
            self.resumed_from = resumption.folder if resumption.checkpoint is not None else None
        self.run: WatchedRun | None = None
        """Made in a thread, since importing the engine takes a second."""
        self.problem: BaseException | None = None
        """Why there is no run."""
        self.words = SessionWords()
        self.saved_to: str | None = None
        self.notes = SessionNotes(resumption)
        self._build = build
        self._left, self._beginning = False, threading.Lock()
        self._saving = threading.Lock()
        self._thread = threading.Thread(target=self._main, name="w2vtui-session", daemon=True)
        if output is not None:
            self.note(f"vectors will be saved to {output}")

    def follow(self, earlier: Session) -> None:
        """Remember what the screens knew of this run before it ended and was resumed."""
        self.words.chosen = earlier.words.chosen
        self.notes.follow(earlier.notes)

    def start(self) -> None:
        """Start the run in a thread, which waits for its end and then closes the recorder."""
        self._thread.start()

    def _main(self) -> None:
        try:
            run = self._build(self)
            self.resumption = None
            if self.recorder is not None:
                self.recorder.follow(run.snapshot)
            with self._beginning:
                if not self._left:
                    run.start()
                    self.run = run
                elif run.trains_apart:  # in a process, which may have begun
                    run.stop()
                    run.leave()
        except BaseException as error:  # shown by the screen, which looks here at every tick
            self.problem = error
        if self.run is not None and self.run.trains_apart:
            self.words.read_from(self.run, lambda: self.is_left, self.note)
        if self.recorder is not None:
            if self.run is not None and not self.run.trains_apart:
                self.run.is_over(None)
            self.recorder.close()  # of a run that trains apart: waits until it is gone or left

    def read_text(self, corpus: EncodedCorpus) -> EncodedCorpus:
        """Take the words of the text that was read; returns the text."""
        self.words.take(corpus.vocab.words)
        return corpus

    # ---- what is saved of it

    @property
    def output(self) -> str | None:
        """Where the vectors are to go: not over those of a run that another text branched off."""
        is_branch = self.recorder is not None and self.recorder.is_branch
        return None if is_branch and not self.is_output_named else self._output

    @property
    def run_name(self) -> str:
        """The name that the run is saved under; empty while it is not saved."""
        folder = None if self.recorder is None else self.recorder.folder
        return "" if folder is None else folder.name

    @property
    def is_resumable(self) -> bool:
        """Whether a checkpoint saves what the run has learned, so that it can be resumed."""
        return bool(self.run_name) and self.recorder is not None and not self.recorder.failed

    @property
    def folder(self) -> Path | None:
        """Where the run can be resumed from once it has ended; None if nothing is saved of it."""
        return self.recorder.folder if self.recorder is not None and self.is_resumable else None

    @property
    def has_checkpoint(self) -> bool:
        """Whether there is a checkpoint to train on from once the run has ended."""
        shot = self.snapshot()
        is_there = shot.checkpoint.tokens is not None or self.resumed_from is not None
        return self.is_resumable and (is_there or shot.state != "failed")

    def run_moved(self, old: Path, new: Path) -> None:
        """Follow the folder of this run, which has ended, to its new name."""
        if self.recorder is not None and self.recorder.folder == old:
            self.recorder.moved_to(new)
        if self.resumed_from == old:
            self.resumed_from = new

    @property
    def changed_text(self) -> ChangedTextError | None:
        """Why a saved run was not resumed, if it could be resumed with its changed text."""
        if self.resumed_from is None:
            return None
        error = self.snapshot().error
        return error if isinstance(error, ChangedTextError) else None

    def how_to_resume(self) -> str:
        """The command that resumes the run after the program has ended; empty if there is none."""
        if self.recorder is None:
            return ""
        return self.recorder.how_to_resume(self.snapshot(), saved=self.saved_to is not None)

    def snapshot(self) -> Snapshot:
        """The present state of the run, even before it exists."""
        if self.run is not None:
            return self.run.snapshot()
        return Snapshot(
            state="failed" if self.problem is not None else "preparing",
            activity="starting",
            vector_size=self.form.training.vector_size,
            settings=self.form.live,
            quality_wanted=any(self.form.question_files),
            error=self.problem,
        )

    @property
    def unsaved(self) -> bool:
        """Whether leaving now would lose vectors that were trained."""
        shot = self.snapshot()
        return shot.state != "failed" and shot.progress.tokens > 0 and self.saved_to is None

    @property
    def active(self) -> bool:
        """Whether the run has not ended."""
        return not self.snapshot().ended

    def exit_code(self) -> int:
        """What the program returns when it is left now: 0, or the code of the run's error."""
        shot = self.snapshot()
        if shot.state != "failed":
            return 0
        return shot.error.exit_code if isinstance(shot.error, W2vtuiError) else 1

    def note(self, text: str) -> None:
        """Add an event of the screens."""
        self.notes.add(text, self.snapshot())

    @property
    def can_leave_training(self) -> bool:
        """Whether the screens can be left while the run goes on: `w2vtui attach` returns to it."""
        run = self.run
        return run is not None and run.trains_apart and self.active and bool(self.run_name)

    def leave_training(self) -> None:
        """Look no more at the run, which another process trains on."""
        self.is_left, self._left = True, True
        if self.run is not None:
            self.run.leave()

    # ---- these take their time: not for the thread that draws

    def dismiss(self) -> None:
        """Let another process that trains save no more than its checkpoints: the vectors are saved,
        or not wanted.
        """
        if self.run is not None and not self.is_left:
            self.run.discard()

    def end(self, seconds: float = LEAVING_SECONDS) -> bool:
        """Stop the run and wait for its end and its last checkpoint; return whether both came."""
        with self._beginning:
            self._left = True
        run, until = self.run, time.monotonic() + seconds
        if run is None:
            return True
        run.stop()
        while not run.snapshot().ended and time.monotonic() < until:
            time.sleep(0.01)
        self._thread.join(max(until - time.monotonic(), 0.0))
        return run.snapshot().ended and not self._thread.is_alive()

    @property
    def request(self) -> RunRequest:
        """What the run is asked for.

        Raises:
            CorpusError: the corpus field names nothing that can be read.
        """
        if self._request is None:
            self._request = self.form.request(self.output)
        return self._request

    def save(self, path: str, *, overwrite: bool = False, rescue: bool = False) -> str:
        """Write the vectors as they are now, or of a run that has diverged as its last checkpoint
        has them; return what to say of that.

        overwrite   replace even a file that is not vectors
        rescue      if they cannot be saved there, save them to a temporary file before raising

        Raises:
            TargetTakenError: a file is there that is not vectors.
            W2vtuiError: there are none yet, or they cannot be written.
        """
        request = self.request.to(path, overwrite=overwrite)
        if self.run is None:
            raise W2vtuiError("there are no vectors yet: the run is still starting")
        with self._saving:
            shot = self.run.snapshot()
            folder = None if self.recorder is None else self.recorder.folder
            if not rescue:
                request.check_outputs()
            vectors, tokens, remark = moment_to_save(self.run, shot, folder)
            write = request.save_somewhere if rescue else request.save
            write(vectors, folder, tokens)
            if shot.ended:
                self.saved_to = path
        said = f"vectors saved to {path}{remark}"
        self.note(said)
        return said

    def score_on(self, kind: QuestionKind, paths: Sequence[str]) -> None:
        """Score the vectors on other files of a kind from now on; note what is left out of them.

        Raises:
            W2vtuiError: a file cannot be read, or the run does not train; nothing has changed.
        """
        if self.run is None:
            raise SettingsError("the run is still starting")
        chosen: dict[str, Any] = {kind: tuple(str(Path(path).absolute()) for path in paths)}
        for remark in self.run.score_on(kind, chosen[kind]):
            self.note(f"hint: {remark}")
        self.form = dataclasses.replace(self.form, **chosen)
        if self._request is not None:
            self._request = dataclasses.replace(self._request, **chosen)

    def wait_for_save(self) -> None:
        """Wait until the vectors that are being saved are."""
        with self._saving:
            pass
