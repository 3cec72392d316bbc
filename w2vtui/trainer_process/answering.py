"""What a trainer answers to each question of a viewer."""

from __future__ import annotations

import dataclasses
import itertools
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from w2vtui.errors import SettingsError
from w2vtui.runs.recording.recorder import Recorder
from w2vtui.settings import LiveSettings
from w2vtui.trainer_process import messages as m
from w2vtui.trainer_process.failures import failure
from w2vtui.trainer_process.protocol import protocol
from w2vtui.trainer_process.shared_memory import SharedCopies
from w2vtui.training.run import Run
from w2vtui.version import VERSION


class Answer(NamedTuple):
    """A message, bytes beside it, and descriptors, which are closed once it is sent."""

    message: m.Message
    beside: bytes = b""
    descriptors: tuple[int, ...] = ()

    def close(self) -> None:
        """Close the descriptors."""
        for descriptor in self.descriptors:
            os.close(descriptor)


class Answers:
    """Answers the questions about one run; any number of threads may ask."""

    def __init__(self, run: Run, recorder: Recorder | None, notes: Sequence[str] = ()) -> None:
        """notes: what was to be reported before the run began"""
        self._run, self._recorder, self._notes = run, recorder, tuple(notes)
        self._numbers = itertools.count(1)
        self._copies = SharedCopies()
        self._looking = threading.Lock()
        self.is_discarded = False
        """Whether a viewer has seen to the vectors, so that nobody else saves them."""
        self._by_kind: dict[type[m.Message], Callable[[Any], Answer]] = {
            m.Look: self._look,
            m.Pause: lambda asked: self._done(run.pause, asked.event),
            m.Resume: lambda asked: self._done(run.resume, asked.event),
            m.Stop: lambda asked: self._done(run.stop),
            m.Discard: self._discard,
            m.TakeCheckpoint: lambda asked: self._done(run.checkpoint),
            m.Change: lambda asked: Answer(m.Settings(settings=run.change(**asked.settings))),
            m.Undo: lambda asked: Answer(m.Settings(settings=run.undo())),
            m.AskCost: lambda asked: Answer(m.Costs(cost=run.cost(**asked.settings))),
            m.Watch: lambda asked: self._done(run.watch, asked.queries),
            m.MeasureQuality: lambda asked: self._done(run.measure_quality),
            m.ScoreOn: self._score_on,
            m.BreakWhen: self._break_when,
            m.ClearBreakpoints: lambda asked: self._done(run.clear_breakpoints),
            m.LimitSpeed: lambda asked: self._done(run.limit_speed, asked.words_per_second),
            m.CopyMatrices: self._copy_matrices,
            m.AskRows: self._rows,
            m.AskStints: self._stints,
        }

    def welcome(self, hello: m.Hello) -> m.Message:
        """The answer to the first question: a failure where another version asks."""
        if hello.protocol != protocol():
            error = SettingsError(
                f"this run is trained by another version of w2vtui ({VERSION}, this one is "
                f"{hello.version}): attach with that one, or end it with kill {os.getpid()} "
                "and resume it with this one"
            )
            return failure(error)
        return m.Welcome(pid=os.getpid(), training=self._run.training, notes=self._notes)

    def to(self, asked: m.Message) -> Answer:
        """The answer to a question; an error is one, too."""
        answer = self._by_kind.get(type(asked))
        if answer is None:
            return Answer(failure(SettingsError(f"{type(asked).__name__} is not a question")))
        try:
            return answer(asked)
        except Exception as error:  # the viewer raises it
            return Answer(failure(error))

    @staticmethod
    def _done(action: Callable[..., object], *arguments: object) -> Answer:
        action(*arguments)
        return Answer(m.Done())

    def _discard(self, _: m.Discard) -> Answer:
        self.is_discarded = True
        return Answer(m.Done())

    def _score_on(self, asked: m.ScoreOn) -> Answer:
        return Answer(m.Remarks(remarks=self._run.score_on(asked.kind, asked.paths)))

    def _break_when(self, asked: m.BreakWhen) -> Answer:
        self._run.break_when(asked.condition, stop=asked.stop)
        return Answer(m.Done())

    def _copy_matrices(self, asked: m.CopyMatrices) -> Answer:
        matrices = self._run.trained.matrices()
        copied, descriptors = self._copies.copy(matrices, asked.spare, self._folder)
        return Answer(copied, descriptors=descriptors)

    def forget_copies(self) -> None:
        """Keep no memory of copies: no viewer is there."""
        self._copies.forget()

    def _rows(self, asked: m.AskRows) -> Answer:
        rows = self._run.trained.matrices()[asked.name][list(asked.rows)]
        return Answer(m.Rows(n_columns=rows.shape[1]), rows.tobytes())

    def _stints(self, _: m.AskStints) -> Answer:
        text, locks = self._run.trained.text(), self._run.trained.private_steps().backend.locks
        stints = [m.StintPart(clock=one.clock, settings=one.settings) for one in text.stints]
        return Answer(m.Stints(stints=tuple(stints), tokens=text.tokens), locks.tobytes())

    @property
    def _folder(self) -> Path | None:
        return None if self._recorder is None else self._recorder.folder

    # ---- the run as it is

    def _look(self, asked: m.Look) -> Answer:
        self._copies.forget_idle()
        with self._looking:  # so that the higher number is the later moment
            return self._seen(asked)

    def _seen(self, asked: m.Look) -> Answer:
        run, recorder, folder = self._run, self._recorder, self._folder
        number, shot, present = next(self._numbers), run.snapshot(), run.present()
        parts, rows = self._curves(asked.curves)
        first = min(asked.events, len(shot.events))
        moments = run.history.moments
        newest = len(moments), moments[-1].number if moments else 0
        return Answer(
            m.Seen(
                number=number,
                shot=dataclasses.replace(shot, events=(), error=None, settings=LiveSettings()),
                settings=shot.settings,
                first_event=first,
                events=shot.events[first:],
                curves=parts,
                moments=None if newest == asked.moments else moments,
                sizing=run.history.sizing,
                breakpoints=run.breakpoints,
                folder="" if folder is None else str(folder),
                failed=recorder is not None and recorder.failed,
                is_branch=recorder is not None and recorder.is_branch,
                matrices=() if present is None else tuple(run.trained.matrices()),
                n_bytes=run.n_bytes,
                clock=0 if present is None else present.clock,
                schedule=None if present is None else present.schedule,
                error=None if shot.error is None else failure(shot.error),
            ),
            rows,
        )

    def _curves(self, known: Sequence[m.KnownCurve]) -> tuple[tuple[m.CurvePart, ...], bytes]:
        """What a viewer lacks of the curves, and its rows."""
        has = {one.name: one for one in known}
        parts, rows = [], []
        for name, curve in self._run.curves.named().items():
            n_before, merge = 0, 0
            if name in has:
                n_before, merge = has[name].n_rows, has[name].merge
            saved = curve.saved_from(n_before, merge)
            if len(saved.rows) or saved.merge != merge:
                parts.append(
                    m.CurvePart(
                        name=name,
                        merge=saved.merge,
                        first=n_before if saved.merge == merge else 0,
                        n_rows=len(saved.rows),
                    )
                )
                rows.append(saved.rows.tobytes())
        return tuple(parts), b"".join(rows)
