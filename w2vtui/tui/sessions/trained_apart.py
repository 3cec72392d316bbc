"""Sessions of runs that another process trains: one that is started, or one that is at work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from w2vtui.errors import RunError
from w2vtui.tui.chosen.form import Form, form_of_request
from w2vtui.tui.sessions.trained_here import build_run

if TYPE_CHECKING:
    from w2vtui.trainer_process.remote.remote_run import RemoteRun
    from w2vtui.training.watched_run import WatchedRun
    from w2vtui.tui.sessions.session import Session


def build_apart(session: Session) -> WatchedRun:
    """The run of a session, which a process of its own trains, where that is possible.

    Raises:
        W2vtuiError: it cannot begin.
    """
    from w2vtui.trainer_process.remote.remote_recorder import RemoteRecorder  # loads NumPy
    from w2vtui.trainer_process.starting import ResumeOrder, can_train_apart, start_trainer

    request, resumed = session.request, session.resumption
    if not can_train_apart(request):
        return build_run(session)
    if resumed is None:
        try:
            run = start_trainer(request)
        except RunError as error:
            session.note(f"trained by this process, and ended with it: {error}")
            return build_run(session)
    else:
        saved = ResumeOrder(
            folder=str(resumed.folder),
            **resumed.asked_for,
            takes_text=resumed.force,
            request=request,
        )
        try:
            run = start_trainer(saved, before_order=resumed.recorder.close)
        except RunError as error:
            session.note(f"trained by this process, and ended with it: {error}")
            return build_run(session)
    session.recorder = RemoteRecorder(run)
    return run


def attached_session(run: RemoteRun, folder: Path, chosen: Form) -> Session:
    """A session of a run that another process trains already.

    Raises:
        DamagedRunError: what it was asked for cannot be read.
    """
    from w2vtui.runs.record import RunRecord  # loads NumPy
    from w2vtui.trainer_process.remote.remote_recorder import RemoteRecorder
    from w2vtui.tui.sessions.session import Session

    asked = RunRecord.read(folder).own_request
    form = form_of_request(asked, run.snapshot().settings, chosen)
    session = Session(form, lambda _: run)
    session.is_attached, session.recorder = True, RemoteRecorder(run)
    return session
