"""The runs of the train screen: one is started, resumed or attached to, and takes its place."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual import work
from textual.screen import Screen

from w2vtui.config import Config
from w2vtui.errors import CorpusError, W2vtuiError
from w2vtui.settings import ScreenSettings
from w2vtui.tui.app_parts.leaving import Leaving
from w2vtui.tui.chosen.form import Form, form_of_request
from w2vtui.tui.messages import AdoptSettings, CannotResume, Launch, NewRun, Resume, ShowRun
from w2vtui.tui.sessions.trained_apart import attached_session
from w2vtui.tui.sessions.trained_here import build_run

if TYPE_CHECKING:
    from w2vtui.runs.resuming.resuming import Resumption
    from w2vtui.sweep_process.viewer import SweepViewer
    from w2vtui.trainer_process.remote.remote_run import RemoteRun
    from w2vtui.tui.sessions.session import Build, Session


class Starting(Leaving):
    """The part of the app that puts a run on the train screen."""

    def __init__(
        self,
        form: Form,
        output: str | None,
        look: ScreenSettings,
        config: Config,
        build: Build | None,
    ) -> None:
        """
        form    what the first screen shows
        build   makes the run of a session; None makes it in this process
        """
        super().__init__(look, config, output)
        self._form = form
        self._build = build or build_run
        self._interval = None if look.fps is None else 1 / look.fps
        """Seconds between two snapshots; None leaves that to the train screen."""

    def on_launch(self, message: Launch) -> None:
        """Start a run and show it."""
        self.launch(message.form)

    def launch(self, form: Form) -> None:
        """Start a run and show it, unless its vectors could not be saved to the output."""
        self._form = form
        try:
            form.request(self.output).check()
        except CorpusError:
            pass  # the run will report it
        except W2vtuiError as error:
            self.warn(str(error))
            return
        from w2vtui.tui.sessions.session import Session

        self._show(Session(form, self._build, output=self.output))

    @work(group="resume")
    async def on_resume(self, message: Resume) -> None:
        """Resume a saved run and show it, unless the screen that asked has been left."""
        if problem := self._unfinished(message):
            message.asked_by.post_message(CannotResume(problem))
            return
        try:
            taken = await asyncio.to_thread(_open_saved, message, self.output, self._form.overwrite)
        except W2vtuiError as error:
            if message.asked_by in self.screen_stack:
                message.asked_by.post_message(CannotResume(str(error)))
            return
        if message.asked_by in self.screen_stack:
            self.clear_notifications()
            self._resume(taken, message)
        else:
            await asyncio.to_thread(taken.recorder.close)

    @work(group="resume")
    async def on_show_run(self, message: ShowRun) -> None:
        """Show a run that another process trains, or the sweep whose trial it is; the one on the
        train screen goes on.
        """
        from w2vtui.trainer_process.attaching import attach  # loads NumPy

        session = self.session
        if session is not None and session.folder == message.folder:
            await self.action_go("train")
            return
        try:
            sweep = await asyncio.to_thread(_sweep_of, message.folder)
        except W2vtuiError as error:
            message.asked_by.post_message(CannotResume(str(error)))
            return
        if sweep is not None:
            self._show_sweep(sweep)
            return
        is_free = self.sweep is None and (session is None or session.can_leave_training)
        problem = "" if is_free else self._unfinished(message)
        if problem:
            message.asked_by.post_message(CannotResume(problem))
            return
        try:
            run = await asyncio.to_thread(attach, message.folder)
        except W2vtuiError as error:
            message.asked_by.post_message(CannotResume(str(error)))
            return
        if session is not None and session.can_leave_training:
            session.leave_training()
        self._show_attached(run)

    def _show_sweep(self, sweep: SweepViewer) -> None:
        """Show a sweep that another process works on; 1 returns to the screen below."""
        from w2vtui.tui.sweep_screen.screen import SweepScreen  # loads NumPy

        kept = self._kept("sweep")
        if kept is not None:
            cast("SweepScreen", kept).work.leave()
            self.forget("sweep")
        self.install_screen(SweepScreen(sweep), "sweep")
        self._show_place("sweep")

    def _unfinished(self, message: Resume | ShowRun) -> str:
        """Why another run cannot take the place of the one on the train screen; empty if it can."""
        session = self.session
        if self.sweep is not None:
            return "a sweep is on the screen: resume runs once you have left it"
        if session is None or message.asked_by is self._train_screen:
            return ""
        if session.active:
            return f"{session.run_name or 'a run'} trains: end it on the train screen first"
        if session.unsaved and not session.is_resumable:
            return "the vectors on the train screen are not saved: save them first"
        return ""

    def _resume(self, taken: Resumption, message: Resume | None = None) -> None:
        """Show a saved run that resumes.

        message   what asked for it; None for the command line
        """
        from w2vtui.tui.sessions.session import Session

        form = form_of(taken, self._form)
        if message is None:
            output = self.output or taken.request.output
        else:
            output = _output_of(taken, self.output)
        session = Session(form, self._build, output=output, resumption=taken)
        session.is_output_named = self.output is not None
        if message is not None:
            session.wanted = message.live, message.undo
        if self.session is not None and message is not None and not message.force:
            session.follow(self.session)
        self._show(session)

    def _show(self, session: Session) -> None:
        from w2vtui.tui.train_screen.screen import TrainScreen  # loads NumPy

        self.leave_run()
        self.session = session
        session.start()
        self._train_screen = TrainScreen(session, interval=self._interval)
        self._show_at_bottom(self._train_screen)

    def _show_at_bottom(self, screen: Screen[None]) -> None:
        """Show a screen in place of the one on top; as the only one where none is left there."""
        if len(self.screen_stack) > 1:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    @work(exclusive=True, group="adopt")
    async def on_adopt_settings(self, message: AdoptSettings) -> None:
        """Begin a new run with the settings of a saved one, once no run is active."""
        from w2vtui.runs.present import present_request  # loads NumPy

        if self.session is not None and self.session.active:
            self.warn("end the run that trains first: a new one takes its place")
            return
        try:
            request = await asyncio.to_thread(present_request, message.folder)
        except W2vtuiError as error:
            self.warn(str(error))
            return
        self._form = form_of_request(request, request.live, self._form)
        if self.session is not None:
            self.on_new_run(NewRun())
        else:
            self.uncover()
            self._show_at_bottom(self.first_screen())

    def on_new_run(self, message: NewRun) -> None:
        """Return from a run that has ended to the first screen; asks about unsaved vectors."""
        if self.session is None:
            return
        if self.session.unsaved:
            self._ask_before_leaving(self.session, "New run", "Start over", self._to_first_screen)
        else:
            self._to_first_screen()

    def _to_first_screen(self) -> None:
        self.leave_run()
        self.session = self._train_screen = None
        self.report("closing …")  # it takes seconds on a busy machine
        self.call_after_refresh(self._show_first_screen)

    def _show_first_screen(self) -> None:
        self.clear_notifications()
        self.switch_screen(self.first_screen())

    def _show_attached(self, run: RemoteRun) -> None:
        """Show a run that another process trains."""
        assert run.folder is not None, "a run that is attached to"
        session = attached_session(run, run.folder, self._form)
        self._form = session.form
        self._show(session)


def form_of(taken: Resumption, chosen: Form) -> Form:
    """What the first screen would show for a saved run; chosen: where and how runs are saved."""
    asked, checkpoint = taken.request, taken.checkpoint
    return form_of_request(asked, asked.live if checkpoint is None else checkpoint.settings, chosen)


def _sweep_of(run: Path) -> SweepViewer | None:
    """The sweep that trains a run now. Reads files: not for the thread that draws."""
    from w2vtui.sweep_process.at_work import sweep_of_trial
    from w2vtui.sweep_process.viewer import watch_sweep

    folder = sweep_of_trial(run)
    return None if folder is None else watch_sweep(folder)


def _open_saved(message: Resume, output: str | None, overwrite: bool) -> Resumption:
    """Open a saved run and check its output. Reads files: not for the thread that draws."""
    from w2vtui.runs.resuming.resuming import resumption  # loads Numba

    force = message.force or bool(message.live)
    taken = resumption(message.folder, force=force, live=message.live, undo=message.undo)
    # Other settings were asked for, another text was not.
    taken = dataclasses.replace(taken, force=message.force)
    try:
        taken.request.to(_output_of(taken, output), overwrite=overwrite).check_outputs()
    except BaseException:
        taken.recorder.close()
        raise
    return taken


def _output_of(taken: Resumption, output: str | None) -> str | None:
    """Where the vectors of a resumed run go; never over those of the run that it branches off."""
    return output or (None if taken.force else taken.request.output)
