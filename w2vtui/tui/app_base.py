"""What every screen may ask of the app, whichever screens there are: glyphs, keys, notices."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual.app import App
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.events import Event, Key
from textual.filter import LineFilter
from textual.notifications import Notify
from textual.screen import Screen
from textual.theme import Theme

from w2vtui.config import Config
from w2vtui.display import safe_text
from w2vtui.errors import DiskError
from w2vtui.settings import ScreenSettings
from w2vtui.system.resources import available_cores
from w2vtui.tui.keys import key_texts, own_bindings
from w2vtui.tui.looks.glyphs import glyphs_for
from w2vtui.tui.looks.inks import PLAIN_INKS, Inks, inks_of
from w2vtui.tui.looks.themes import COLORLESS_THEME, OWN_THEMES, readable
from w2vtui.tui.screenshot import picture_folders, save_picture

if TYPE_CHECKING:
    from w2vtui.runs.listed.status import RunStatus
    from w2vtui.training.state.snapshot import Snapshot

WARNING_SECONDS = 8.0
"""How long a warning stays on the screen."""


class PaletteCommand(NamedTuple):
    """A command of the palette; a class lists those without a key as PALETTE_COMMANDS."""

    title: str
    action: str
    help: str
    keys: str = ""


class BaseApp(App[None]):
    """The app as screens know it: they annotate `app: BaseApp` and never import the app itself."""

    TITLE = "w2vtui"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    HELP_TITLE = "Everywhere"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "help", "Help", key_display="F1", id="app.help",
                tooltip="every key"),
        Binding(
            "ctrl+p", "command_palette", "Palette", key_display="^p", priority=True,
            id="app.palette", tooltip="every command, by name",
        ),
        Binding("ctrl+q", "quit", "Quit", key_display="^q", priority=True, id="app.quit",
                tooltip="quit; asks what to do with a run; pressed twice, keeps it"),
        Binding("ctrl+c", "interrupt", "leave at once when pressed twice", show=False,
                id="app.interrupt"),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, id="app.suspend",
                tooltip="return to the shell and pause the training; `fg` resumes"),
        Binding("1", "go('train')", "Train", id="app.train",
                tooltip="the run that trains; the first screen where there is none"),
        Binding("2", "go('explore')", "Explore", id="app.explore",
                tooltip="ask what the vectors know, of the run as it trains or of saved ones"),
        Binding("3", "go('method')", "Method", id="app.method",
                tooltip="see how the vectors are trained, on this run"),
        Binding("4", "go('runs')", "Runs", id="app.runs",
                tooltip="saved runs: resume one, explore it, save its vectors, delete it"),
        Binding("5", "go('compare')", "Compare", id="app.compare",
                tooltip="what differs between the runs that are marked in the list"),
    ]  # fmt: skip
    PALETTE_COMMANDS: ClassVar[tuple[PaletteCommand, ...]] = (
        PaletteCommand("Theme", "change_theme", "other colors, until you quit"),
        PaletteCommand("Screenshot", "screenshot", "save a picture of the screen as SVG"),
    )

    def __init__(self, look: ScreenSettings, config: Config, output: str | None) -> None:
        """
        look     colors, markers, hints
        config   its keys, and the values that `w2vtui train` takes without a flag
        output   where the vectors are to be saved; None asks
        """
        colorless = bool(os.environ.get("NO_COLOR"))
        if not colorless:
            os.environ.pop("NO_COLOR", None)  # empty asks for nothing; Textual would obey it
        super().__init__(ansi_color=True if colorless else None)
        self.animation_level = "none"
        self.look = look
        encoding = getattr(sys.__stdout__, "encoding", None) or "utf-8"  # it is drawn there
        self.glyphs, self._line_filters = glyphs_for(look.marker, encoding)
        for theme in OWN_THEMES:
            self.register_theme(theme)
        self.theme = COLORLESS_THEME if colorless else look.theme
        self.inks: Inks = PLAIN_INKS if colorless else inks_of(self.get_css_variables())
        self.configured = {name: given.value for name, given in config.values.items()}
        """Values from settings files and environment variables, by setting."""
        self.keys = {name: given.value for name, given in config.keys.items()}
        """Configured keys, by binding id."""
        self._config_notes = config.notes
        self.output = output
        self.cores = available_cores()
        self.command_history: list[str] = []
        """Lines entered at the command prompt, oldest first."""
        self.query_history: list[str] = []
        """Queries asked, oldest first."""
        self.marked_runs: list[Path] = []
        """The folders of the runs that are marked in the list, in the order of marking."""
        self.runs_wanted = self.runs_order = ""
        """Which runs are listed, as a line of words, and in which order; empty: newest first."""
        self.lesson_page = 0
        """The page of the lesson that was open last, from 0."""

    def on_mount(self) -> None:
        """Report what a settings file in the current folder changes, and later theme changes."""
        for note in self._config_notes:
            self.report(note, seconds=WARNING_SECONDS)
        self.theme_changed_signal.subscribe(self, self._theme_chosen)

    # ---- notices

    def report(self, *lines: str, seconds: float | None = None) -> None:
        """Show a notice; None shows it as long as Textual does by default."""
        text = "\n".join(map(safe_text, lines))
        self.notify(text, markup=False, timeout=seconds)

    def warn(self, message: str) -> None:
        """Show an error as a notice, in place of earlier ones, until a key is pressed."""
        self._drop_warnings()
        self.notify(safe_text(message), severity="error", markup=False, timeout=WARNING_SECONDS)

    async def on_event(self, event: Event) -> None:
        """Handle an event; a key removes the warnings from before it."""
        if isinstance(event, Key) and not event.is_forwarded:
            self._drop_warnings()
        await super().on_event(event)

    def on_notify(self, event: Notify) -> None:
        """Show a notice in place of the same one from before, and an error in place of others;
        keys typed in a burst ask for several before the first is shown.
        """
        new = event.notification
        if new.severity == "error":
            self._drop_warnings()
        for notice in [one for one in self._notifications if one.message == new.message]:
            self._unnotify(notice)

    def _drop_warnings(self) -> None:
        for notice in [one for one in self._notifications if one.severity == "error"]:
            self._unnotify(notice)

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Save a picture of the screen, and report where; `filename` and `path` are not used."""
        try:
            picture = save_picture(self.export_screenshot(), picture_folders(self.texts()))
        except DiskError as error:
            self.warn(str(error))
        else:
            self.report(f"picture saved to {picture}", seconds=WARNING_SECONDS)

    def run_shot(self) -> Snapshot | None:
        """The run as it is now; None where there is none."""
        return None

    def explored_next(self, screen: Screen[Any]) -> str:
        """What is explored next from an explore screen; empty if there is nothing else."""
        return ""

    def watch_word(self, query: str) -> None:
        """Add a word or a sum to the watch words of the run that trains."""
        self.warn("there are watch words while a run is on the train screen")

    def trains(self, folder: Path) -> bool:
        """Whether a run is on the train screen and has not ended."""
        return False

    def run_now(self, run: RunStatus) -> RunStatus:
        """The state of a saved run; that of the one on the train screen is as it is shown there."""
        return run

    def run_moved(self, old: Path, new: Path) -> None:
        """Follow a run that was renamed."""
        self.marked_runs = [new if one == old else one for one in self.marked_runs]

    def texts(self) -> Sequence[str]:
        """The files and folders of the text that is chosen or trained."""
        return ()

    # ---- keys

    def key_of(self, name: str, *owners: type[DOMNode]) -> str:
        """The key of a binding, as a hint names it.

        name     the id of the binding
        owners   the classes that may declare it, besides the app
        """
        every: tuple[type[DOMNode], ...] = (*owners, BaseApp)
        bindings = (one for owner in every for one in own_bindings(owner))
        found = next(binding for binding in bindings if binding.id == name)
        return key_texts(self, self.keys, found)[0]

    def get_key_display(self, binding: Binding) -> str:
        """Spell `enter` out, since not every font has its symbol."""
        if binding.key == "enter" and not binding.key_display:
            return "enter"
        return super().get_key_display(binding)

    # ---- drawing

    def refresh_css(self, animate: bool = True) -> None:
        """Style every screen in the colors of the theme.

        Textual asks for it at the start too, where the style sheet would be parsed once more before
        there is a screen.
        """
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Filters that every drawn line passes through."""
        return [*super().get_line_filters(), *self._line_filters]

    def get_css_variables(self) -> dict[str, str]:
        """The theme's colors, adjusted so that text is readable."""
        return readable(super().get_css_variables())

    def _theme_chosen(self, theme: Theme) -> None:
        self.inks = PLAIN_INKS if self.no_color else inks_of(self.get_css_variables())
        self.report(f"theme {theme.name} until you quit; --theme or config.toml sets one for good")
