"""The program with screens: keys that work everywhere, signals, and leaving in order."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from textual import work
from textual.app import SystemCommand
from textual.screen import ModalScreen, Screen

from w2vtui.config import Config
from w2vtui.corpus import SAMPLE
from w2vtui.errors import CorpusError, W2vtuiError
from w2vtui.settings import (
    CorpusSettings,
    LiveSettings,
    RunSettings,
    ScreenSettings,
    TrainingSettings,
)
from w2vtui.signals import handling
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.dialogs import Ask, Help
from w2vtui.tui.first_screen.screen import NewRunScreen
from w2vtui.tui.help import commands, help_sections
from w2vtui.tui.keys import keymap
from w2vtui.tui.messages import CannotResume, Launch, NewRun, Resume
from w2vtui.tui.session import LEAVING_SECONDS, Form, Session
from w2vtui.tui.shutdown import end, go_on_without_screen, leaving

if TYPE_CHECKING:
    from w2vtui.runs.resuming import Resumption
    from w2vtui.training.run import Run
    from w2vtui.tui.train_screen.screen import TrainScreen

TWICE_SECONDS = 2.0
"""A second ctrl+q or ctrl+c within this time means it."""


class W2vApp(BaseApp):
    """Trains word vectors, and shows how."""

    def __init__(
        self,
        form: Form | None = None,
        output: str | None = None,
        *,
        build: Callable[[Session], Run] | None = None,
        interval: float | None = None,
        look: ScreenSettings | None = None,
        config: Config | None = None,
    ) -> None:
        """Show the first screen with these choices.

        build      makes a session's run
        interval   seconds between two looks at it, in place of look.fps
        look       colours, markers, pace
        config     what settings files and variables say: its keys, and what `w2vtui train` would
                   take without being told
        """
        look, config = look or ScreenSettings(), config or Config()
        super().__init__(look, config, output)
        self.set_keymap(keymap(self.keys))
        self.session: Session | None = None
        self._form = form or Form()
        if interval is None and look.fps is not None:
            interval = 1 / look.fps
        self._build, self._interval = build, interval
        self._asked_at = 0.0
        self._safe_to_repeat = False
        """Whether a second ctrl+q, which takes the first answer, can lose nothing."""
        self._leaving = False
        self._interrupted_at = -TWICE_SECONDS

    def on_mount(self) -> None:
        """Show the first screen."""
        self.push_screen(NewRunScreen(self._form))

    # ---- from screen to screen

    def on_launch(self, message: Launch) -> None:
        """Begin a run."""
        self.launch(message.form)

    def on_resume(self, message: Resume) -> None:
        """Go on with a run that is kept."""
        self.resume_run(message.folder, message.asked_by, force=message.force)

    def on_new_run(self, message: NewRun) -> None:
        """Leave for the first screen."""
        self.new_run()

    def launch(self, form: Form) -> None:
        """Begin a run and show it, unless its vectors cannot be saved where they are to go."""
        self._form = form
        try:
            form.request(self.output).check()
        except CorpusError:
            pass  # the run will report it
        except W2vtuiError as error:
            self.warn(str(error))
            return
        self._show(Session(form, self._build, output=self.output))

    @work(group="resume")
    async def resume_run(self, folder: Path, asked_by: Screen[Any], *, force: bool = False) -> None:
        """Go on with a run that is kept; the screen that asks is told why that cannot be.

        force   with its text as it is now
        """
        try:
            taken = await asyncio.to_thread(
                _taken_up, folder, force, self.output, self._form.overwrite
            )
        except W2vtuiError as error:
            if asked_by in self.screen_stack:
                asked_by.post_message(CannotResume(str(error)))
            return
        if asked_by in self.screen_stack:
            self.go_on(taken)
        else:  # it was left meanwhile
            await asyncio.to_thread(taken.recorder.close)

    def go_on(self, taken: Resumption) -> None:
        """Go on with a run that is kept, and show it."""
        record, checkpoint = taken.record, taken.checkpoint
        form = Form(
            corpus=shlex.join(taken.sources),
            corpus_settings=taken.corpus_settings,
            training=record.training,
            live=record.settings if checkpoint is None else checkpoint.settings,
            pairs=record.pairs,
            analogies=record.analogies,
            run_settings=self._form.run_settings,
            overwrite=self._form.overwrite,
        )
        output = _output_of(taken, self.output)
        self._show(Session(form, self._build, output=output, resumption=taken))

    def _show(self, session: Session) -> None:
        from w2vtui.tui.train_screen.screen import TrainScreen

        self.session = session
        session.start()
        while isinstance(self.screen, ModalScreen):  # the list that it was chosen from
            self.pop_screen()
        self.switch_screen(TrainScreen(session, interval=self._interval))

    def new_run(self) -> None:
        """Leave a run that is over for the first screen; unsaved vectors are asked about."""
        session = self.session
        if session is None:
            return
        if session.unsaved:
            self._ask_before_leaving("New run", "Start over", self._to_first_screen)
        else:
            self._to_first_screen()

    def _to_first_screen(self) -> None:
        self.session = None
        self.switch_screen(NewRunScreen(self._form))

    # ---- leaving

    async def action_quit(self) -> None:
        """Leave; ask first what is to become of a run that goes on, or of unsaved vectors."""
        session = self.session
        if self._leaving:
            return
        if isinstance(self.screen, Ask) and self.screen.id == "leaving":
            if self._safe_to_repeat and time.monotonic() - self._asked_at < TWICE_SECONDS:
                self.screen.choose_first()
            return
        if session is None or not (session.active or session.unsaved):
            self.leave()
            return
        self._asked_at = time.monotonic()
        self._ask_before_leaving("Quit", "Quit", self.leave)

    def _ask_before_leaving(self, title: str, verb: str, then: Callable[[], None]) -> None:
        session = self.session
        assert session is not None
        text, choices = leaving(session, verb)
        self._safe_to_repeat = choices[0].name != "save" or session.output is not None

        def answered(choice: str | None) -> None:
            if choice == "discard":
                then()
            elif choice == "keep":
                self._keep_then(then)
            elif choice == "save":
                self._save_then(then)

        ask = Ask(title, text, choices)
        ask.id = "leaving"
        while isinstance(self.screen, ModalScreen):  # a dialog that was open
            self.pop_screen()
        self.push_screen(ask, answered)

    @work(exclusive=True, group="leave")
    async def _keep_then(self, then: Callable[[], None]) -> None:
        """End the run with a checkpoint of all it has learned; stay where that cannot be."""
        session = self.session
        assert session is not None
        self.notify("writing the last checkpoint …", markup=False, timeout=LEAVING_SECONDS)
        self._leaving = True
        try:
            await asyncio.to_thread(session.end)
        finally:
            self._leaving = False
        if session.is_kept:
            then()
        else:
            self.notify(
                "the last checkpoint could not be written, as the events say: save the vectors, "
                "or quit without saving",
                severity="error", markup=False, timeout=8,
            )  # fmt: skip

    def _save_then(self, then: Callable[[], None]) -> None:
        from w2vtui.tui.train_screen.screen import TrainScreen

        screen = self.screen
        if not isinstance(screen, TrainScreen):
            return

        if screen.session.output is not None:
            self._end_and_save(screen, screen.session.output, then)
        else:
            screen.ask_where_to_save(lambda path: self._end_and_save(screen, path, then))

    @work(exclusive=True, group="leave")
    async def _end_and_save(self, screen: TrainScreen, path: str, then: Callable[[], None]) -> None:
        self.notify("saving …", markup=False)
        self._leaving = True
        try:
            await asyncio.to_thread(screen.session.end)
        finally:
            self._leaving = False
        if await screen.save_to(path):
            then()

    def leave(self, code: int | None = None) -> None:
        """Leave at once; the code is that of the run when none is given."""
        if code is None:
            code = self.session.exit_code() if self.session is not None else 0
        self.exit(return_code=code)

    def action_interrupt(self) -> None:
        """Once: say how to leave, or ask. Twice: leave at once."""
        now = time.monotonic()
        if now - self._interrupted_at < TWICE_SECONDS:
            self.leave(130)
            return
        self._interrupted_at = now
        again, leaves = self.key_of("app.interrupt"), self.key_of("app.quit")
        self.notify(f"{again} again leaves at once; {leaves} quits", markup=False, timeout=2)

    # ---- help and commands

    def action_help(self) -> None:
        """Every key, first those of what has the focus."""
        self.push_screen(Help(help_sections(self, self.screen)))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every command that means something now, also those without a key."""
        return commands(self, screen)

    # ---- suspending

    def action_suspend_process(self) -> None:
        """Suspend the whole job, with a `make` above this process.

        First the terminal is given back: the shell takes it as soon as that `make` stops.
        The run is held meanwhile, so that its clock leaves that time out.
        """
        driver, session = self._driver, self.session
        if driver is None or not driver.can_suspend:
            return
        run = None if session is None else session.run
        held = run is not None and run.snapshot().state == "training"
        if run is not None and held:
            run.pause("suspended")
        driver.suspend_application_mode()
        os.killpg(os.getpgrp(), signal.SIGSTOP)
        if run is not None and held:  # on SIGCONT, which lets the driver take the terminal again
            run.resume()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only Unix has a shell to go back to."""
        return action != "suspend_process" or hasattr(signal, "SIGTSTP")


def run_app(
    corpus: Sequence[str],
    corpus_settings: CorpusSettings,
    training: TrainingSettings,
    live: LiveSettings,
    output: str | None,
    *,
    look: ScreenSettings | None = None,
    config: Config | None = None,
    pairs: Sequence[str] = (),
    analogies: Sequence[str] = (),
    run_settings: RunSettings | None = None,
    overwrite: bool = False,
    go_on: Callable[[Run], int],
) -> int:
    """Show the screens until they are left; the exit code.

    corpus            sources for the corpus field; the bundled sample when there are none
    config            what settings files say; its theme and keys are known to exist
    pairs, analogies  files to score the vectors on
    run_settings      whether, where and how often runs are kept
    overwrite         whether output may replace a file that is not vectors
    go_on             follows a run whose screen has failed to its end; the exit code of a signal
                      that ended it, else 0

    0 left in order; 130, 143, 129 on SIGINT, SIGTERM, SIGHUP; else that of the error which ended
    the run. However the screens are left, the last checkpoint of a run that is kept is written;
    on a signal the vectors are saved to its output as well, where that is known. When a screen
    fails, its run goes on without it, and in the end the vectors of one that is not kept are saved
    there or among the temporary files.
    """
    named = (corpus[0] if len(corpus) == 1 else shlex.join(corpus)) if corpus else SAMPLE
    if pairs or analogies:
        from w2vtui.training.measuring.quality import QualitySets

        QualitySets.read(pairs, analogies)  # a bad file is told of before there is a screen
    form = Form(
        corpus=named, corpus_settings=corpus_settings, training=training, live=live,
        pairs=tuple(pairs), analogies=tuple(analogies),
        run_settings=run_settings or RunSettings(), overwrite=overwrite,
    )  # fmt: skip
    with suppress(CorpusError):  # the first screen shows what is wrong with the corpus
        form.request(output).check_outputs()  # runs in a read-only folder can still be listed
    app = SignalledApp(form, output, look=look, config=config)
    with handling(dict.fromkeys(("SIGINT", "SIGTERM", "SIGHUP"), app.catch)):
        try:
            app.run()
        finally:
            # The terminal is as it was, whatever happened; so is what the run has learned.
            app.was_left = True
            failed = not app.caught and (app.return_code is None or app.return_code == 1)
            asked = bool(app.caught) or app.return_code == 130
            code = go_on_without_screen(app.session, go_on) if failed else 0
            end(app.session, save=failed or asked, rescue=failed)
    return code or (128 + app.caught if app.caught else app.return_code or 0)


def _taken_up(folder: Path, force: bool, output: str | None, overwrite: bool) -> Resumption:
    """Imports the engine, and reads a checkpoint: not for the thread that draws."""
    from w2vtui.runs.resuming import resumption

    taken = resumption(folder, force=force)
    try:
        taken.request.to(_output_of(taken, output), overwrite=overwrite).check_outputs()
    except BaseException:
        taken.recorder.close()
        raise
    return taken


def _output_of(taken: Resumption, output: str | None) -> str | None:
    """Where the vectors of a resumed run go: not over those of the run it branches off."""
    return output or (None if taken.force else taken.record.output)


class SignalledApp(W2vApp):
    """Leaves on signals as it does on keys: Textual alone would leave the terminal in disorder."""

    caught = 0
    """The signal that ended it."""
    was_left = False
    """Whether the screens are gone, and what the run has learned is being written."""
    _loop: asyncio.AbstractEventLoop | None = None

    def on_mount(self) -> None:
        """Signals can be worked off from now on."""
        self._loop = asyncio.get_running_loop()
        if self.caught:
            self.leave(128 + self.caught)

    def catch(self, number: int, frame: FrameType | None) -> None:
        """The handler of all signals: leave; once the screens are gone, do not wait any longer.

        A hang-up may come twice, from the terminal and from the shell, and means the same.
        """
        before, self.caught = self.caught, self.caught or number
        if self.was_left:
            if number == signal.SIGINT or (number == before and number == signal.SIGTERM):
                raise KeyboardInterrupt(128 + number)
        elif not before and self._loop is not None:
            with suppress(RuntimeError):  # the loop has just ended
                self._loop.call_soon_threadsafe(self.leave, 128 + number)
