"""The program with screens: keys that work everywhere, signals, and leaving in order."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import ModalScreen, Screen
from textual.theme import Theme

from w2vtui.errors import W2vtuiError
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings, available_cores
from w2vtui.tui.dialogs import Ask, Choice, Help
from w2vtui.tui.glyphs import GLYPHS
from w2vtui.tui.new_run import NewRunScreen
from w2vtui.tui.session import Form, RunLike, Session
from w2vtui.tui.sources import SAMPLE

if TYPE_CHECKING:
    from w2vtui.tui.train import TrainScreen

TWICE_SECONDS = 2.0
"""A second ctrl+q or ctrl+c within this time means it."""

THEME = Theme(
    name="w2vtui",
    dark=True,
    primary="#7cb7ff",
    secondary="#9aa7b8",
    accent="#ffb454",
    warning="#ffb454",
    error="#ff7a85",
    success="#7cb7ff",
    foreground="#d5dae2",
    background="#12151c",
    surface="#191d26",
    panel="#20252f",
)
"""Blue and orange: told apart by every eye."""


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
    ]  # fmt: skip

    def __init__(
        self,
        form: Form | None = None,
        output: str | None = None,
        *,
        build: Callable[[Session], RunLike] | None = None,
        interval: float | None = None,
        marker: str = "braille",
    ) -> None:
        """build: makes a session's run; interval: seconds between two looks at it; marker: one of
        glyphs.MARKERS.
        """
        colorless = bool(os.environ.get("NO_COLOR"))
        if not colorless:
            os.environ.pop("NO_COLOR", None)  # empty asks for nothing; Textual would take it to
        super().__init__(ansi_color=True if colorless else None)
        self.animation_level = "none"
        self.register_theme(THEME)
        self.theme = "ansi-dark" if colorless else THEME.name
        self.glyphs = GLYPHS[marker]
        self.output = output
        self.cores = available_cores()
        self.session: Session | None = None
        self._form = form or Form()
        self._build, self._interval = build, interval
        self.command_history: list[str] = []
        """What was entered in the command line, oldest first."""
        self._asked_at = 0.0
        self._interrupted_at = -TWICE_SECONDS

    def on_mount(self) -> None:
        """Show the first screen."""
        self.push_screen(NewRunScreen(self._form))

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every line passes through on its way to the terminal."""
        return [*super().get_line_filters(), *self.glyphs.filters]

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
        self.notify("ctrl+c again leaves at once; ctrl+q quits", markup=False, timeout=2)

    # ---- help and commands

    def action_help(self) -> None:
        """Every key."""
        from w2vtui.tui.command_table import COMMANDS
        from w2vtui.tui.file_picker import FilePicker, TextTree
        from w2vtui.tui.train import TrainScreen
        from w2vtui.tui.widgets.events import EventsPanel
        from w2vtui.tui.widgets.preset_list import PresetList
        from w2vtui.tui.widgets.prompt import Prompt
        from w2vtui.tui.widgets.setting_rows import SettingRows

        groups: list[tuple[str, type]] = [
            ("Everywhere", type(self)), ("First screen", NewRunScreen),
            ("While a run goes on", TrainScreen), ("Settings", SettingRows),
            ("Events", EventsPanel), ("Command line", Prompt),
            ("Presets", PresetList), ("Choosing a text", FilePicker), ("", TextTree),
        ]  # fmt: skip
        listed = [(title, self._keys_of(owner)) for title, owner in groups]
        listed.append(("Commands", [(one.name, one.about) for one in COMMANDS.values()]))
        if isinstance(self.screen, TrainScreen):
            listed = [*listed[2:], *listed[:2]]
        self.push_screen(Help(listed))

    def _keys_of(self, owner: Any) -> list[tuple[str, str]]:
        keys = []
        for binding in owner.BINDINGS:
            shown = [self.get_key_display(one) for one in Binding.make_bindings([binding])]
            keys.append(("  ".join(dict.fromkeys(shown)), binding.tooltip or binding.description))
        if owner.__name__ == "SettingRows":
            keys.append(("0-9 . -", "type a value"))
        return keys

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The keys of the screen as commands, those of the command line, and Textual's own."""
        titles = {"Help", "Quit"}
        for binding in screen.BINDINGS:
            if isinstance(binding, Binding) and screen.check_action(
                binding.action.split("(")[0], ()
            ):
                titles.add(binding.description.capitalize())
                yield SystemCommand(
                    binding.description.capitalize(),
                    f"{self.get_key_display(binding)}: {binding.tooltip or binding.description}",
                    partial(screen.run_action, binding.action),
                )
        for title, action, does in getattr(screen, "KEYLESS", ()):
            if title not in titles:
                yield SystemCommand(title, does, partial(screen.run_action, action))
        yield SystemCommand("Help", "every key", self.action_help)
        yield SystemCommand("Quit", "ask about unsaved vectors, and leave", self.action_quit)
        for own in super().get_system_commands(screen):
            if own.title in ("Theme", "Screenshot"):
                yield own


def run_app(
    corpus: Sequence[str],
    corpus_settings: CorpusSettings,
    training: TrainingSettings,
    live: LiveSettings,
    output: str | None,
    *,
    pairs: Sequence[str] = (),
    analogies: Sequence[str] = (),
) -> int:
    """Show the screens until they are left; the exit code.

    corpus            sources for the corpus field; the bundled sample when there are none
    pairs, analogies  files to score the vectors on

    0 left in order; 130, 143, 129 on SIGINT, SIGTERM, SIGHUP; else that of the error which ended
    the run. On a signal the vectors are saved to `output`, where that is known.
    """
    named = (corpus[0] if len(corpus) == 1 else shlex.join(corpus)) if corpus else SAMPLE
    if pairs or analogies:
        from w2vtui.training.quality import QualitySets

        QualitySets.read(pairs, analogies)  # a bad file is told of before there is a screen
    form = Form(
        corpus=named, corpus_settings=corpus_settings, training=training, live=live,
        pairs=tuple(pairs), analogies=tuple(analogies),
    )  # fmt: skip
    app = SignalledApp(form, output)
    try:
        app.run()
    finally:
        # The terminal is as it was, whatever happened; so is what the run has learned.
        lost = app.caught or app.return_code is None or app.return_code == 1
        _end(app.session, output if lost or app.return_code == 130 else None)
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


def _end(session: Session | None, output: str | None) -> None:
    """Stop what still runs, and save it where a place was named and it is not saved yet."""
    if session is None:
        return
    session.end()
    if output is None or not session.unsaved:
        return
    try:
        session.save(output)
        text = f"vectors saved to {output}"
    except W2vtuiError as error:
        text = str(error)
    with suppress(OSError):  # the terminal may be gone
        print(f"w2vtui: {text}", file=sys.stderr)
