"""The app: moves from screen to screen, and asks before a run is left."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import work
from textual.app import SystemCommand
from textual.screen import ModalScreen, Screen

from w2vtui.config import Config
from w2vtui.errors import CorpusError, W2vtuiError
from w2vtui.settings import ScreenSettings
from w2vtui.tui.explore_screen.opening import OpeningScreen, Opens
from w2vtui.tui.form import Form, form_of_request
from w2vtui.tui.keys import keymap
from w2vtui.tui.messages import AdoptSettings, CannotResume, Launch, NewRun, Resume, ShowRun
from w2vtui.tui.places import Places
from w2vtui.tui.sources import sources_of
from w2vtui.tui.trained_apart import attached_session, build_apart

if TYPE_CHECKING:
    from textual.command import Provider

    from w2vtui.comparing.sides import Side
    from w2vtui.exploring.subject import Subject
    from w2vtui.runs.resuming import Resumption
    from w2vtui.sweep_process.viewer import SweepViewer
    from w2vtui.sweeping.watched_sweep import WatchedSweep
    from w2vtui.trainer_process.remote_run import RemoteRun
    from w2vtui.training.watched_run import WatchedRun
    from w2vtui.tui.first_screen.run_list import RunList
    from w2vtui.tui.first_screen.screen import NewRunScreen
    from w2vtui.tui.session import Session
    from w2vtui.tui.train_screen.screen import TrainScreen

TWICE_SECONDS = 2.0
"""Longest time between the two presses of ctrl+q or ctrl+c that count as one double press."""


def _entries() -> type[Provider]:
    """The entries of the palette; Textual asks once it is opened."""
    from w2vtui.tui.palette import Entries

    return Entries


class W2vApp(Places):
    """Trains word vectors in view of the user."""

    COMMANDS: ClassVar = {_entries}

    def __init__(
        self,
        form: Form | None = None,
        output: str | None = None,
        *,
        build: Callable[[Session], WatchedRun] | None = None,
        interval: float | None = None,
        look: ScreenSettings | None = None,
        config: Config | None = None,
    ) -> None:
        """
        form       what the first screen shows at the start
        build      makes the run of a session
        interval   seconds between two snapshots, in place of look.fps
        look       colors, markers, pace
        config     values of settings files and environment variables
        """
        look, config = look or ScreenSettings(), config or Config()
        super().__init__(look, config, output)
        if self.keys:  # seldom; loads the train screen, and with it NumPy, before the first paint
            from w2vtui.tui.scopes import SCOPES

            self.set_keymap(keymap(self.keys, SCOPES))
        self.take_run: Callable[[], Resumption] | None = None
        """Gives a saved run to begin with, in place of the first screen."""
        self.begins_with_lesson = False
        """Whether the form is trained at once, and the lesson shown, in place of the first screen.
        """
        self.opens: Opens | None = None
        """What to explore, in place of the first screen."""
        self.compared: list[Side] = []
        """What to compare, in place of the first screen."""
        self.attached: RemoteRun | None = None
        """A run that another process trains, to begin with."""
        self.sweep: WatchedSweep | None = None
        """What to show in place of the first screen; what began it follows it to its end."""
        self._train_screen: TrainScreen | None = None
        self._form = form or Form()
        if interval is None and look.fps is not None:
            interval = 1 / look.fps
        self._build, self._interval = build, interval
        self._ending = False
        """Whether the run is being ended, so that ctrl+q has nothing to ask."""
        self._asked_at = self._interrupted_at = -TWICE_SECONDS

    def on_mount(self) -> None:
        """Show a screen."""
        self.begin()

    def begin(self) -> None:
        """Show the first screen, or what to begin with: a run, or what is explored."""
        if self.opens is not None:
            self.push_screen(OpeningScreen(self.opens.name, self._opened))
            return
        if self.subject is not None:
            self.explore(self.subject)
            return
        if self.sweep is not None:
            from w2vtui.tui.sweep_screen.screen import SweepScreen  # loads NumPy

            self.push_screen(SweepScreen(self.sweep))
            return
        if self.compared:
            self.compare(self.compared)
            return
        if self.begins_with_lesson:
            self._begin_lesson()
            return
        if self.attached is not None:
            self._show_attached(self.attached)
            return
        if self.take_run is None:
            self.push_screen(self.first_screen())
            return
        taken = self.take_run()
        self._form = form_of(taken, self._form)
        self._resume(taken)

    def _opened(self) -> Subject:
        """What is explored, once all is loaded that this takes. Not for the thread that draws."""
        assert self.opens is not None, "it is opened"
        import w2vtui.tui.explore_screen.screen  # noqa: F401 (loads NumPy)

        return self.opens.subject()

    async def on_opening_screen_opened(self, message: OpeningScreen.Opened) -> None:
        """Explore what was opened, and hand on what was typed before it was."""
        self.uncover()
        if (shown := self.explore(message.subject)) is not None:
            await shown
        for key in message.keys:
            self.post_message(key)

    def _show_attached(self, run: RemoteRun) -> None:
        """Show a run that another process trains."""
        assert run.folder is not None, "a run that is attached to"
        session = attached_session(run, run.folder, self._form)
        self._form = session.form
        self._show(session)

    def _begin_lesson(self) -> None:
        from w2vtui.tui.method_screen.lesson.learning import built_slowly  # loads NumPy
        from w2vtui.tui.session import Session

        is_usual = self._build in (None, build_apart)
        build = built_slowly(self._build) if is_usual else self._build
        self._show(Session(self._form, build, output=self.output))
        self._go_to_method(tab="lesson")

    def first_screen(self, *, is_typing: bool = True) -> NewRunScreen:
        """The first screen, with what was chosen last."""
        from w2vtui.tui.first_screen.screen import NewRunScreen

        return NewRunScreen(self._form, is_typing=is_typing)

    def run_list(self) -> RunList:
        """The saved runs, from where they are chosen to be."""
        from w2vtui.tui.first_screen.run_list import RunList

        form = self._form if self.session is None else self.session.form
        return RunList(form.run_settings.runs_dir)

    def texts(self) -> Sequence[str]:
        """The files and folders of the text that is chosen or trained."""
        from w2vtui.tui.first_screen.screen import NewRunScreen

        form = self._form if self.session is None else self.session.form
        if isinstance(self.screen_stack[-1], NewRunScreen):
            form = self.screen_stack[-1].form
        try:
            return sources_of(form.corpus)
        except CorpusError:
            return ()

    # ---- from screen to screen

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
        from w2vtui.tui.session import Session

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
        from w2vtui.trainer_process.remote_run import attach  # loads NumPy

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
        from w2vtui.tui.session import Session

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
        if len(self.screen_stack) > 1:
            self.switch_screen(self._train_screen)
        else:
            self.push_screen(self._train_screen)

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
            self.switch_screen(self.first_screen())

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

    def _close_dialogs(self) -> None:
        while isinstance(self.screen, ModalScreen):
            self.pop_screen()

    # ---- leaving

    async def action_quit(self) -> None:
        """Quit; ask first what to do with a run that is training, or with unsaved vectors."""
        from w2vtui.tui.leave_dialog import LeaveDialog, LeaveSweep

        session, dialog = self.session, self.screen
        if self._ending:
            return
        if isinstance(dialog, LeaveSweep):
            dialog.choose_first()
            return
        if isinstance(dialog, LeaveDialog):
            if dialog.is_repeatable and time.monotonic() - self._asked_at < TWICE_SECONDS:
                dialog.choose_first()
        elif session is not None and (session.active or session.unsaved):
            self._asked_at = time.monotonic()
            self._ask_before_leaving(session, "Quit", "Quit", self.leave)
        elif self.sweep is not None and not self.sweep.is_over(0):
            self._ask_before_leaving_sweep(self.sweep)
        else:
            self.leave()

    def _ask_before_leaving_sweep(self, sweep: WatchedSweep) -> None:
        from w2vtui.tui.leave_dialog import LeaveSweep

        def answered(choice: str | None) -> None:
            if choice == "end":
                try:
                    sweep.stop()
                except W2vtuiError as error:
                    self.warn(str(error))
                    return
            if choice:
                self.leave()

        self._close_dialogs()
        self.push_screen(LeaveSweep(sweep), answered)

    def _ask_before_leaving(
        self, session: Session, title: str, verb: str, then: Callable[[], None]
    ) -> None:
        from w2vtui.tui.leave_dialog import LeaveDialog

        def answered(choice: str | None) -> None:
            if choice == "discard":
                then()
            elif choice == "keep":
                self._checkpoint_then(session, then)
            elif choice == "leave":
                session.leave_training()
                then()
            elif choice == "save":
                self._save_then(session, then)

        self._close_dialogs()
        self.push_screen(LeaveDialog(session, title, verb), answered)

    @work(exclusive=True, group="leave")
    async def _checkpoint_then(self, session: Session, then: Callable[[], None]) -> None:
        """End the run with a last checkpoint; stay if that cannot be written."""
        from w2vtui.tui.session import LEAVING_SECONDS

        self.report("writing the last checkpoint …", seconds=LEAVING_SECONDS)
        await self._end(session)
        if session.is_resumable:
            then()
        else:
            self.warn(
                "the last checkpoint could not be written (the events say why): save the vectors, "
                "or quit without saving"
            )

    def _save_then(self, session: Session, then: Callable[[], None]) -> None:
        screen = self._train_screen
        if screen is None:
            return
        if session.output is not None:
            self._end_and_save(screen, session.output, then)
        else:
            screen.ask_where_to_save(lambda path: self._end_and_save(screen, path, then))

    @work(exclusive=True, group="leave")
    async def _end_and_save(self, screen: TrainScreen, path: str, then: Callable[[], None]) -> None:
        self.report("saving …")
        await self._end(screen.session)
        if await screen.save_to(path):
            then()

    async def _end(self, session: Session) -> None:
        self._ending = True
        try:
            await asyncio.to_thread(session.end)
        finally:
            self._ending = False

    def leave(self, code: int | None = None) -> None:
        """Leave at once, with this exit code; None takes that of the run."""
        if code is None:
            code = self.session.exit_code() if self.session is not None else 0
        self.exit(return_code=code)

    def action_interrupt(self) -> None:
        """Say how to quit; when pressed twice, leave at once."""
        now = time.monotonic()
        if now - self._interrupted_at < TWICE_SECONDS:
            self.leave(130)
            return
        self._interrupted_at = now
        interrupt, leave = self.key_of("app.interrupt"), self.key_of("app.quit")
        self.report(f"{interrupt} again leaves at once; {leave} quits", seconds=TWICE_SECONDS)

    # ---- help and commands

    def action_help(self) -> None:
        """List every key and command, those of the focused widget first."""
        from w2vtui.tui.help import help_sections, region_explained
        from w2vtui.tui.help_screen import Help
        from w2vtui.tui.scopes import SCOPES  # loads NumPy
        from w2vtui.tui.train_screen.commands.table import COMMANDS

        commands = [(command.name, command.about) for command in COMMANDS.values()]
        sections = help_sections(self, self.screen, SCOPES, commands)
        self.push_screen(Help(sections, region_explained(self.screen)))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every command that can be used now, with or without a key."""
        from w2vtui.tui.help import palette_commands

        return palette_commands(self, screen)

    # ---- suspending

    def action_suspend_process(self) -> None:
        """Suspend the process group, which includes a `make` above this process.

        The terminal is given back first, since the shell takes it as soon as that `make` is
        suspended. A run that trains is paused, so that its clock does not count that time.
        """
        driver, run = self._driver, None if self.session is None else self.session.run
        if driver is None or not driver.can_suspend:
            return
        training = run if run is not None and run.snapshot().state == "training" else None
        if training is not None:
            training.pause("suspended")
        driver.suspend_application_mode()
        os.killpg(os.getpgrp(), signal.SIGSTOP)
        if training is not None:  # after SIGCONT, on which the driver takes the terminal again
            training.resume()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only Unix can suspend."""
        return action != "suspend_process" or hasattr(signal, "SIGTSTP")


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
    from w2vtui.runs.resuming import resumption  # loads Numba

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
