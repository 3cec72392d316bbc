"""The first screen: choose a text and settings, and start."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Button, Input

from w2vtui.display import pad, safe_text
from w2vtui.errors import SettingsError
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings, default_alpha
from w2vtui.tui.command_line import command_line, proposed_output
from w2vtui.tui.controls import Control, controls_of, value_text
from w2vtui.tui.preview import Preview, look_at
from w2vtui.tui.session import Form
from w2vtui.tui.widgets.key_bar import KeyBar
from w2vtui.tui.widgets.panel import Panel, joined
from w2vtui.tui.widgets.setting_rows import Row, SettingRows

if TYPE_CHECKING:
    from w2vtui.tui.app import W2vApp

CONTROLS: dict[str, Control] = {
    control.name: control
    for control in (
        *controls_of(LiveSettings, ("model", "objective")),
        *controls_of(TrainingSettings, ("vector_size",)),
        *controls_of(LiveSettings, ("window", "negative", "alpha", "sample")),
        *controls_of(CorpusSettings, ("min_count",)),
        *controls_of(LiveSettings, ("epochs", "workers")),
        *controls_of(CorpusSettings, ("lowercase", "tokenizer")),
    )
}
"""The settings that matter most before a run; all others keep what the command line gave."""
_PARTS = {CorpusSettings: "corpus_settings", TrainingSettings: "training", LiveSettings: "live"}


PREVIEW_HELP = "The first lines of the text, as they will be read."


class CorpusField(Input):
    """Names the text."""

    HELP = "The text to train on: a file, a folder, or a pattern such as notes/*.txt."


class NewRunScreen(Screen[None]):
    """What to train on, and how."""

    AUTO_FOCUS = "#corpus"
    app: W2vApp

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "start", "Start", id="new.start", tooltip="start the training"),
        Binding("tab", "app.focus_next", "Next", id="new.next", tooltip="next field"),
        Binding("enter", "start", "Start", show=False, id="new.enter",
                tooltip="on to Start; there, start"),
        Binding("slash", "corpus", "Corpus", id="new.corpus", tooltip="go to the corpus field"),
        Binding("y", "copy", "Copy command", id="new.copy",
                tooltip="copy the command line that does the same"),
    ]  # fmt: skip

    def __init__(self, form: Form) -> None:
        super().__init__()
        self.form = form
        self.preview: Preview | None = None
        """What was found under the text of the corpus field; None while it is looked at."""

    def compose(self) -> ComposeResult:
        """Corpus, settings, preview, start, command line; app.tcss lays them out."""
        yield Panel(id="header")
        with Grid(id="choices"):
            corpus = CorpusField(
                self.form.corpus, id="corpus", classes="framed", select_on_focus=False
            )
            corpus.cursor_blink = False
            corpus.border_title = "Corpus"
            yield corpus
            yield Panel("Preview", id="preview", classes="framed", help=PREVIEW_HELP)
            settings = SettingRows(id="settings", classes="framed")
            settings.border_title = "Settings"
            up, down, less, more, reset = (
                self.app.key_of(f"rows.{name}", SettingRows)
                for name in ("up", "down", "left", "right", "reset")
            )
            settings.border_subtitle = f"{up}{down} pick  {less}{more} change  {reset} default"
            yield settings
        yield Button("Start training", id="start", compact=True)
        yield Panel("The same from the command line", id="command", classes="framed")
        yield Panel(id="hint")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the choices, and look at the text."""
        copy = self.app.key_of("new.copy", NewRunScreen)
        self.query_one("#command").border_subtitle = f"{copy} copies"
        self._look()
        self._show()

    def on_resize(self, event: Resize) -> None:
        """Choose the layout that fits."""
        width, height = event.size
        tiny = width < 60 or height < 16
        self.set_class(tiny, "tiny")
        self.set_class(not tiny and (width < 100 or height < 30), "tabbed")
        self.call_after_refresh(self._show)

    # ---- the text

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look at the text that is named now."""
        self.form = dataclasses.replace(self.form, corpus=event.value)
        self._look()
        self._show()

    def _look(self) -> None:
        self.preview = None
        self._look_at(self.form.corpus)

    @work(exclusive=True, group="look")
    async def _look_at(self, text: str) -> None:
        await asyncio.sleep(0.05)  # the next key may follow at once
        encoding = self.form.corpus_settings.encoding
        preview = await asyncio.to_thread(look_at, text, encoding)
        if text == self.form.corpus:
            self.preview = preview
            self._show()

    # ---- the settings

    def _value(self, control: Control) -> Any:
        return getattr(getattr(self.form, _PARTS[control.owner]), control.name)

    def _set(self, control: Control, value: Any) -> None:
        part = _PARTS[control.owner]
        try:
            changed = dataclasses.replace(getattr(self.form, part), **{control.name: value})
        except SettingsError as error:
            self.warn(str(error))
            return
        self.form = dataclasses.replace(self.form, **{part: changed})
        self._show()

    def _auto(self, name: str) -> Any:
        """What `auto` is likely to stand for."""
        if name == "alpha":
            return default_alpha(self.form.live.model)
        if name == "workers":
            return self.app.cores
        return self.preview.epochs if self.preview is not None else None

    def on_setting_rows_stepped(self, message: SettingRows.Stepped) -> None:
        """Turn a setting; one that is `auto` from what it stands for."""
        control = CONTROLS[message.name]
        value = self._value(control)
        if value is None:
            value = self._auto(control.name) or 5
        self._set(control, control.stepped(value, message.by))

    def on_setting_rows_typed(self, message: SettingRows.Typed) -> None:
        """Take a typed value."""
        control = CONTROLS[message.name]
        try:
            self._set(control, control.from_text(message.text))
        except SettingsError as error:
            self.warn(str(error))

    def on_setting_rows_reset(self, message: SettingRows.Reset) -> None:
        """Back to the default."""
        self._set(CONTROLS[message.name], CONTROLS[message.name].default)

    def on_setting_rows_applied(self) -> None:
        """Enter goes on to Start."""
        self.query_one("#start").focus()

    # ---- drawing

    def _show(self) -> None:
        if self not in self.app.screen_stack:  # a late call for a screen that was left
            return
        width = self.size.width
        title = Text(" w2vtui", "bold", no_wrap=True)
        title.append("  New run", "not bold")
        if width >= 90:
            note = "train word2vec, watch it learn, steer it while it runs "
            title.append(" " * (width - len(title.plain) - len(note)))
            title.append(note, "not bold dim")
        if self.has_class("tiny"):
            title = Text(pad(" New run: enter starts", width))
        self.query_one("#header", Panel).show(title)
        if self.has_class("tiny"):
            return
        rows = [
            Row(name, control.label, self._row_value(control), help=control.help_text())
            for name, control in CONTROLS.items()
        ]
        self.query_one("#settings", SettingRows).show(tuple(rows))
        self._show_preview()
        command = self.query_one("#command", Panel)
        command.show(Text(self.command()))
        self.query_one("#hint", Panel).show(Text(pad(self._hint(), width - 2)))

    def _row_value(self, control: Control) -> str:
        value = self._value(control)
        if value is not None:
            return value_text(value)
        stands_for = self._auto(control.name)
        return "auto" if stands_for is None else f"auto ({value_text(stands_for)})"

    def _show_preview(self) -> None:
        panel, preview = self.query_one("#preview", Panel), self.preview
        width, height = panel.size
        problem = preview is not None and bool(preview.problem)
        panel.set_class(problem, "problem")
        if preview is None:
            lines = [Text("looking …", "dim")]
        elif problem:
            panel.show(Text(f"✗ {preview.problem}"))
            panel.border_subtitle = ""
            return
        else:
            lines = [Text(pad(line, max(width, 1))) for line in preview.lines[:height]]
            panel.border_subtitle = preview.summary.replace("[", "(")
        panel.show(joined(lines))

    def _hint(self) -> str:
        if self.preview is not None and self.preview.problem:
            return "Name another text: a path, a folder, or a pattern such as notes/*.txt"
        if isinstance(self.focused, Button):
            return "enter starts: something is learning within seconds"
        return "enter goes to Start, enter again starts; the defaults are sensible"

    def on_descendant_focus(self) -> None:
        """The hint is that of what has the focus."""
        self._show()

    def warn(self, message: str) -> None:
        """Show an error as a notice."""
        self.app.notify(message, severity="error", markup=False, timeout=8)

    # ---- keys

    def command(self) -> str:
        """The command line that does the same."""
        form = self.form
        known = self.preview.sources if self.preview is not None else ()
        sources = [safe_text(source) for source in known or (form.corpus.strip() or "FILE",)]
        output = self.app.output or proposed_output(sources[0])
        chosen = (form.corpus_settings, form.training, form.live)
        return command_line(sources, *chosen, output=output, configured=self.app.configured)

    def on_input_submitted(self) -> None:
        """Enter in the corpus field goes on to Start."""
        self.query_one("#start").focus()

    def on_button_pressed(self) -> None:
        """Start."""
        self.action_start()

    def action_start(self) -> None:
        """Begin the run, unless the text is known not to be there."""
        self.query_one("#settings", SettingRows).on_blur()
        problem = self.preview.problem if self.preview is not None else ""
        if problem:
            self.warn(problem)
            self.query_one("#corpus").focus()
            return
        self.call_later(lambda: self.app.launch(self.form))

    def action_corpus(self) -> None:
        """Go to the corpus field, before the next keys come: they are part of the name."""
        self.set_focus(self.query_one("#corpus"))

    def action_copy(self) -> None:
        """Copy the command line."""
        self.app.copy_to_clipboard(self.command())
        self.app.notify("command line copied", markup=False)
