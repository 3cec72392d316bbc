"""The program with screens: keys that work everywhere, signals, and leaving in order."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.filter import LineFilter
from textual.screen import ModalScreen, Screen

from w2vtui.config import Config
from w2vtui.display import safe_text
from w2vtui.errors import W2vtuiError
from w2vtui.settings import (
    CorpusSettings,
    LiveSettings,
    ScreenSettings,
    TrainingSettings,
    available_cores,
)
from w2vtui.tui.commands import Keyless, commands, help_sections
from w2vtui.tui.dialogs import Ask, Choice, Help
from w2vtui.tui.glyphs import glyphs_for
from w2vtui.tui.keys import key_texts, keymap, own_bindings
from w2vtui.tui.new_run import NewRunScreen
from w2vtui.tui.session import Form, RunLike, Session
from w2vtui.tui.sources import SAMPLE
from w2vtui.tui.themes import COLORLESS_THEME, OWN_THEMES, readable

if TYPE_CHECKING:
    from textual.theme import Theme

    from w2vtui.tui.train import TrainScreen

TWICE_SECONDS = 2.0
"""A second ctrl+q or ctrl+c within this time means it."""


class W2vApp(App[None]):
    """Trains word vectors, and shows how."""

    TITLE = "w2vtui"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "help", "Help", key_display="F1", id="app.help",
                tooltip="every key"),
        Binding(
            "ctrl+p", "command_palette", "Palette", key_display="^p", priority=True,
            id="app.palette", tooltip="every command, by name",
        ),
        Binding("ctrl+q", "quit", "Quit", key_display="^q", priority=True, id="app.quit",
                tooltip="leave; asks while vectors would be lost"),
        Binding("ctrl+c", "interrupt", "leave at once, pressed twice", show=False,
                id="app.interrupt"),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, id="app.suspend",
                tooltip="back to the shell, training stops; `fg` returns"),
    ]  # fmt: skip
    KEYLESS: ClassVar[tuple[Keyless, ...]] = (
        Keyless("Theme", "change_theme", "other colours, until the program is left"),
        Keyless("Screenshot", "screenshot", "save a picture of the screen as SVG"),
    )

    def __init__(
        self,
        form: Form | None = None,
        output: str | None = None,
        *,
        build: Callable[[Session], RunLike] | None = None,
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
        colorless = bool(os.environ.get("NO_COLOR"))
        if not colorless:
            os.environ.pop("NO_COLOR", None)  # empty asks for nothing; Textual would take it to
        super().__init__(ansi_color=True if colorless else None)
        self.animation_level = "none"
        self.look = look or ScreenSettings()
        encoding = getattr(sys.__stderr__, "encoding", None) or "utf-8"  # Textual draws there
        self.glyphs, self._line_filters = glyphs_for(self.look.marker, encoding)
        for theme in OWN_THEMES:
            self.register_theme(theme)
        self.theme = COLORLESS_THEME if colorless else self.look.theme
        config = config or Config()
        self.configured = {name: given.value for name, given in config.values.items()}
        self.keys = {name: given.value for name, given in config.keys.items()}
        """The keys that a person gave anew, by the id of the binding."""
        self.set_keymap(keymap(self.keys))
        self.output = output
        self.cores = available_cores()
        self.session: Session | None = None
        self._form = form or Form()
        if interval is None and self.look.fps is not None:
            interval = 1 / self.look.fps
        self._build, self._interval = build, interval
        self.command_history: list[str] = []
        """What was entered in the command line, oldest first."""
        self._suspended: RunLike | None = None
        self._asked_at = 0.0
        self._interrupted_at = -TWICE_SECONDS

    def on_mount(self) -> None:
        """Show the first screen."""
        self.theme_changed_signal.subscribe(self, self._theme_chosen)
        self.app_suspend_signal.subscribe(self, self._suspend, immediate=True)
        self.app_resume_signal.subscribe(self, self._resume, immediate=True)
        self.push_screen(NewRunScreen(self._form))

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every line passes through on its way to the terminal."""
        return [*super().get_line_filters(), *self._line_filters]

    # ---- from screen to screen

    def launch(self, form: Form) -> None:
        """Begin a run and show it."""
        from w2vtui.tui.train import TrainScreen

        self._form = form
        self.session = Session(form, self._build)
        self.session.start()
        self.switch_screen(TrainScreen(self.session, interval=self._interval))

    def new_run(self) -> None:
        """Leave a run that is over for the first screen; unsaved vectors are asked about."""
        session = self.session
        if session is None:
            return
        if session.unsaved:
            self._ask_about_vectors("New run", "Start over", self._to_first_screen)
        else:
            self._to_first_screen()

    def _to_first_screen(self) -> None:
        self.session = None
        self.switch_screen(NewRunScreen(self._form))

    # ---- leaving

    async def action_quit(self) -> None:
        """Leave; ask first while vectors would be lost."""
        session = self.session
        if isinstance(self.screen, Ask) and self.screen.id == "leaving":
            soon = time.monotonic() - self._asked_at < TWICE_SECONDS
            if soon and self.output is not None:
                self.screen.choose_first()
            return
        if session is None or not (session.active or session.unsaved):
            self.leave()
            return
        self._asked_at = time.monotonic()
        self._ask_about_vectors("Quit", "Quit", self.leave)

    def _ask_about_vectors(self, title: str, verb: str, then: Callable[[], None]) -> None:
        session = self.session
        assert session is not None
        shot = session.snapshot()
        if shot.ended:
            text = "The vectors of this run are not saved."
        elif shot.tokens_planned:
            text = f"Training is running: {100 * shot.fraction:.1f} % is done."
        else:
            text = "The text is still being prepared; nothing has been trained."
        place = f"to {self.output}" if self.output else "asks where"
        choices = [
            Choice("save", "s", f"Save and {verb.lower()}", place),
            Choice("discard", "d", f"{verb} without saving", ""),
            Choice("", "escape", "Stay", ""),
        ]

        def answered(choice: str | None) -> None:
            if choice == "discard":
                then()
            elif choice == "save":
                self._save_then(then)

        ask = Ask(title, text, choices if shot.tokens else choices[1:])
        ask.id = "leaving"
        while isinstance(self.screen, ModalScreen):  # a dialog that was open
            self.pop_screen()
        self.push_screen(ask, answered)

    def _save_then(self, then: Callable[[], None]) -> None:
        from w2vtui.tui.train import TrainScreen

        screen = self.screen
        if not isinstance(screen, TrainScreen):
            return

        if self.output is not None:
            self._end_and_save(screen, self.output, then)
        else:
            screen.ask_where_to_save(lambda path: self._end_and_save(screen, path, then))

    @work(exclusive=True, group="leave")
    async def _end_and_save(self, screen: TrainScreen, path: str, then: Callable[[], None]) -> None:
        self.notify("saving …", markup=False)
        await asyncio.to_thread(screen.session.end)
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

    def get_key_display(self, binding: Binding) -> str:
        """Enter by its name, which every font has; other keys as Textual shows them."""
        if binding.key == "enter" and not binding.key_display:
            return "enter"
        return super().get_key_display(binding)

    def key_of(self, name: str, *owners: type[DOMNode]) -> str:
        """The key of a binding of one of these classes or of the program, as a hint names it."""
        every: tuple[type[DOMNode], ...] = (*owners, W2vApp)
        bindings = (one for owner in every for one in own_bindings(owner))
        found = next(binding for binding in bindings if binding.id == name)
        return key_texts(self, self.keys, found)[0]

    # ---- colours

    def get_css_variables(self) -> dict[str, str]:
        """The colours of the theme, all of them readable as text."""
        return readable(super().get_css_variables())

    def _theme_chosen(self, theme: Theme) -> None:
        text = f"theme {theme.name} until the program is left; --theme or config.toml keeps one"
        self.notify(text, markup=False)

    # ---- suspending

    def action_suspend_process(self) -> None:
        """Suspend the whole job: a `make` above this process is to give the terminal back, too."""
        if self._driver is not None and self._driver.can_suspend:
            self._suspend_signal()
            os.killpg(os.getpgrp(), signal.SIGTSTP)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only Unix has a shell to go back to."""
        return action != "suspend_process" or hasattr(signal, "SIGTSTP")

    def _suspend(self, _: App[None]) -> None:
        """Hold the run while the process stands still, so that its clock leaves that time out."""
        session = self.session
        run = None if session is None else session.run
        if run is not None and run.snapshot().state == "training":
            run.pause()
            self._suspended = run

    def _resume(self, _: App[None]) -> None:
        run, self._suspended = self._suspended, None
        if run is not None:
            run.resume()


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
) -> int:
    """Show the screens until they are left; the exit code.

    corpus            sources for the corpus field; the bundled sample when there are none
    config            what settings files say; its theme and keys are known to exist
    pairs, analogies  files to score the vectors on

    0 left in order; 130, 143, 129 on SIGINT, SIGTERM, SIGHUP; else that of the error which ended
    the run. On a signal the vectors are saved to `output`, where that is known; when a screen
    fails, there or among the temporary files.
    """
    named = (corpus[0] if len(corpus) == 1 else shlex.join(corpus)) if corpus else SAMPLE
    if pairs or analogies:
        from w2vtui.training.quality import QualitySets

        QualitySets.read(pairs, analogies)  # a bad file is told of before there is a screen
    form = Form(
        corpus=named, corpus_settings=corpus_settings, training=training, live=live,
        pairs=tuple(pairs), analogies=tuple(analogies),
    )  # fmt: skip
    app = SignalledApp(form, output, look=look, config=config)
    try:
        app.run()
    finally:
        # The terminal is as it was, whatever happened; so is what the run has learned.
        failed = not app.caught and (app.return_code is None or app.return_code == 1)
        asked = bool(app.caught) or app.return_code == 130
        _end(app.session, output if failed or asked else None, rescue=failed)
    return 128 + app.caught if app.caught else app.return_code or 0


class SignalledApp(W2vApp):
    """Leaves on signals as it does on keys: Textual alone would leave the terminal in disorder."""

    caught = 0
    """The signal that ended it."""

    def on_mount(self) -> None:
        """Handle signals from now on."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                loop = asyncio.get_running_loop()
                loop.add_signal_handler(getattr(signal, name), self._catch, getattr(signal, name))

    def _catch(self, number: int) -> None:
        self.caught = int(number)
        self.leave(128 + number)


def _end(session: Session | None, output: str | None, *, rescue: bool) -> None:
    """Stop what still runs, and save it where a place was named and it is not saved yet.

    rescue   save it among the temporary files where no place was named: nobody was asked
    """
    if session is None:
        return
    session.end()
    if not session.unsaved or (output is None and not rescue):
        return
    try:
        place = output or str(Path(tempfile.mkdtemp(prefix="w2vtui-rescued-"), "vectors.bin"))
        session.save(place)
        text = f"vectors saved to {place}"
    except (W2vtuiError, OSError) as error:
        text = str(error)
    with suppress(OSError):  # the terminal may be gone
        print(f"w2vtui: {safe_text(text)}", file=sys.stderr)
