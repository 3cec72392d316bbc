"""The app: what it begins with, its first screen, its help."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import SystemCommand
from textual.screen import Screen

from w2vtui.config import Config
from w2vtui.errors import CorpusError
from w2vtui.settings import ScreenSettings
from w2vtui.tui.app_parts.starting import Starting, form_of
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.chosen.sources import sources_of
from w2vtui.tui.explore_screen.opening import OpeningScreen, Opens
from w2vtui.tui.keys import keymap
from w2vtui.tui.messages import Failed
from w2vtui.tui.sessions.trained_apart import build_apart
from w2vtui.tui.sessions.trained_here import build_run

if TYPE_CHECKING:
    from textual.command import Provider

    from w2vtui.comparing.sides import Side
    from w2vtui.exploring.subject import Subject
    from w2vtui.runs.resuming.resuming import Resumption
    from w2vtui.trainer_process.remote.remote_run import RemoteRun
    from w2vtui.tui.first_screen.screen import NewRunScreen
    from w2vtui.tui.saved_runs.run_list import RunList
    from w2vtui.tui.sessions.session import Build


def _entries() -> type[Provider]:
    """The entries of the palette; Textual asks once it is opened."""
    from w2vtui.tui.help.palette import Entries

    return Entries


class W2vApp(Starting):
    """Trains word vectors in view of the user."""

    COMMANDS: ClassVar = {_entries}

    def __init__(
        self,
        form: Form | None = None,
        output: str | None = None,
        *,
        build: Build | None = None,
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
        super().__init__(form or Form(), output, look, config, build)
        if interval is not None:
            self._interval = interval
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

    def _begin_lesson(self) -> None:
        from w2vtui.tui.method_screen.lesson.learning import built_slowly  # loads NumPy
        from w2vtui.tui.sessions.session import Session

        is_usual = self._build in (build_run, build_apart)
        build = built_slowly(self._build) if is_usual else self._build
        self._show(Session(self._form, build, output=self.output))
        self._go_to_method(tab="lesson")

    def on_failed(self, message: Failed) -> None:
        """End with an error of the program."""
        raise message.error

    def first_screen(self, *, is_typing: bool = True) -> NewRunScreen:
        """The first screen, with what was chosen last."""
        from w2vtui.tui.first_screen.screen import NewRunScreen

        return NewRunScreen(self._form, is_typing=is_typing)

    def run_list(self) -> RunList:
        """The saved runs, from where they are chosen to be."""
        from w2vtui.tui.saved_runs.run_list import RunList

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

    # ---- help and commands

    def action_help(self) -> None:
        """List every key and command, those of the focused widget first."""
        from w2vtui.tui.help.entries import help_sections, region_explained
        from w2vtui.tui.help.screen import Help
        from w2vtui.tui.scopes import SCOPES  # loads NumPy
        from w2vtui.tui.train_screen.commands.table import COMMANDS

        commands = [(command.name, command.about) for command in COMMANDS.values()]
        sections = help_sections(self, self.screen, SCOPES, commands)
        self.push_screen(Help(sections, region_explained(self.screen)))

    def action_command_palette(self) -> None:
        """List every command that can be used now."""
        from w2vtui.tui.help.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every command that can be used now, with or without a key."""
        from w2vtui.tui.help.entries import palette_commands

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
