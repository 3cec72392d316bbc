"""The first screen: choose a text and settings, and start."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Horizontal
from textual.events import Resize, ScreenResume
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button, Input

from w2vtui.display import pad, safe_text, whole_parts, wrapped
from w2vtui.errors import SettingsError
from w2vtui.presets import Settings, preset_in, preset_named
from w2vtui.settings import (
    CorpusSettings,
    LiveSettings,
    TrainingSettings,
    auto_epochs,
    default_alpha,
    spec_of,
)
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.controls import Control, controls_of, value_text
from w2vtui.tui.equivalent_command import command_line, proposed_output
from w2vtui.tui.first_screen.file_picker import FilePicker, folder_of
from w2vtui.tui.first_screen.path_input import PathInput
from w2vtui.tui.first_screen.preset_list import PresetList
from w2vtui.tui.first_screen.run_list import RunList, kept_runs
from w2vtui.tui.first_screen.survey import Survey
from w2vtui.tui.first_screen.text_report import Needs, needs_of, needs_text, warning, word_lines
from w2vtui.tui.first_screen.zipf import ZipfPlot
from w2vtui.tui.messages import Launch
from w2vtui.tui.session import Form
from w2vtui.tui.widgets.key_bar import KeyBar
from w2vtui.tui.widgets.panel import Panel, joined
from w2vtui.tui.widgets.setting_rows import Row, SettingRows
from w2vtui.tui.widgets.tab_bar import TabBar

if TYPE_CHECKING:
    from w2vtui.corpus.statistics import TextStatistics
    from w2vtui.tui.first_screen.preview import Preview

CONTROLS: dict[str, Control] = {
    control.name: control
    for control in (
        *controls_of(LiveSettings, ("model", "objective")),
        *controls_of(TrainingSettings, ("vector_size",)),
        *controls_of(LiveSettings, ("window", "negative", "alpha", "sample")),
        *controls_of(CorpusSettings, ("min_count",)),
        *controls_of(LiveSettings, ("epochs", "workers")),
        *controls_of(TrainingSettings, ("deterministic",)),
        *controls_of(CorpusSettings, ("lowercase", "tokenizer")),
    )
}
"""The settings that matter most before a run; all others keep what the command line gave."""
_PARTS = {CorpusSettings: "corpus_settings", TrainingSettings: "training", LiveSettings: "live"}
_COUNTED = ("min_count", "lowercase", "tokenizer", "sample")
"""The settings that change what is known of a text."""

PANES = ("settings", "presets", "words", "preview", "zipf")
"""The panels that share the middle of a small terminal, in the order of their tabs."""


PREVIEW_HELP = "The first lines of the text, as they will be read."
WORDS_HELP = "How many words the text has, and what min count and subsampling keep of it."


class NewRunScreen(Screen[None]):
    """What to train on, and how."""

    AUTO_FOCUS = "#corpus"
    app: BaseApp

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "start", "Start", id="new.start", tooltip="start the training"),
        Binding("ctrl+o", "browse", "Open", id="new.browse",
                tooltip="look for a text among the files"),
        Binding("ctrl+r", "runs", "Runs", id="new.runs", key_display="^r",
                tooltip="the runs that are kept: go on with one, save its vectors, delete it"),
        Binding("tab", "app.focus_next", "Next", id="new.next", tooltip="next field"),
        Binding("enter", "start", "Start", show=False, id="new.enter",
                tooltip="on to Start; there, start"),
        # With priority, so that the focus has moved before the next key is looked at.
        Binding("slash", "corpus", "Corpus", id="new.corpus", priority=True,
                tooltip="go to the corpus field"),
        Binding("y", "copy", "Copy command", id="new.copy",
                tooltip="copy the command line that does the same"),
        Binding("left_square_bracket", "pane(-1)", "previous pane", show=False,
                id="new.previous_pane", tooltip="previous pane, on a small terminal"),
        Binding("right_square_bracket", "pane(1)", "next pane", show=False, id="new.next_pane",
                tooltip="next pane, on a small terminal"),
    ]  # fmt: skip

    def __init__(self, form: Form) -> None:
        super().__init__()
        preset = preset_in(_settings_of(form)) if not form.preset else None
        self.form = dataclasses.replace(form, preset=preset.name) if preset else form
        self.survey = Survey(form.corpus)
        """What is known of the text that the corpus field names."""
        self.needs: Needs | None = None
        """What a run would take; None while the text is not known."""
        self.can_go_on = False
        """Whether a run is kept that is not at its end."""
        self._pane = PANES[0]
        self._focused: Widget | None = None
        """What had the focus last."""

    @property
    def preview(self) -> Preview | None:
        """The first lines of the text; None while they are looked for."""
        return self.survey.preview

    @property
    def statistics(self) -> TextStatistics | None:
        """Figures of the text; None while it is counted, and where it cannot be."""
        return self.survey.statistics

    def compose(self) -> ComposeResult:
        """Corpus, presets, settings, what is known of the text, start; app.tcss lays them out."""
        yield Panel(id="header")
        with Grid(id="choices"):
            corpus = PathInput(self.form.corpus, id="corpus", classes="framed")
            corpus.border_title = "Corpus"
            yield corpus
            switch, first = (
                self._key("previous_pane") + " " + self._key("next_pane"),
                self._key("next"),
            )
            yield TabBar(PANES, id="tabs", keys=switch, when_typing=f"{first}, then {switch}")
            yield Panel("Preview", id="preview", classes="framed pane", help=PREVIEW_HELP)
            presets = PresetList(id="presets", classes="framed pane")
            presets.border_title = "Presets"
            presets.border_subtitle = "↑↓ pick  space choose"
            yield presets
            settings = SettingRows(id="settings", classes="framed pane")
            settings.border_title = "Settings"
            up, down, less, more, reset = (
                self.app.key_of(f"rows.{name}", SettingRows)
                for name in ("up", "down", "left", "right", "reset")
            )
            settings.border_subtitle = f"{up}{down} pick  {less}{more} change  {reset} default"
            yield settings
            yield Panel("Words", id="words", classes="framed pane", help=WORDS_HELP)
            yield ZipfPlot(id="zipf", classes="framed pane")
        with Horizontal(id="go"):
            yield Button("Start training", id="start", compact=True)
            yield Panel(id="needs")
        yield Panel("The same from the command line", id="command", classes="framed")
        yield Panel(id="hint")
        yield KeyBar()

    def _key(self, name: str) -> str:
        return self.app.key_of(f"new.{name}", NewRunScreen)

    def on_mount(self) -> None:
        """Show the choices, and look at the text."""
        self.query_one("#command").border_subtitle = f"{self._key('copy')} copies"
        if self.form.preset:
            self.query_one(PresetList).point(self.form.preset)
        self._show_pane()
        self._look()
        self._show()

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Look what is kept, once all is painted, and when a dialog may have changed it."""
        self.call_after_refresh(self._look_for_runs)

    def on_unmount(self) -> None:
        """Nobody asks about the text any more."""
        self.survey.stop()

    def on_resize(self, event: Resize) -> None:
        """Choose the layout that fits."""
        width, height = event.size
        tiny = width < 60 or height < 16
        self.set_class(tiny, "tiny")
        self.set_class(not tiny and (width < 110 or height < 38), "tabbed")
        self.call_after_refresh(self._show)
        if not tiny:
            self.call_after_refresh(self._keep_focus)

    def _keep_focus(self) -> None:
        """Focus again what lost it by not being shown for a while."""
        if self.focused is None and self._focused is not None and self.app.app_focus:
            self.set_focus(self._focused)

    # ---- the text

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look at the text that is named now."""
        self.form = dataclasses.replace(self.form, corpus=event.value)
        self._look()
        self._show()

    def _look(self) -> None:
        self.survey.stop()
        self.survey, self.needs = Survey(self.form.corpus), None
        self._look_at(self.survey)

    @work(exclusive=True, group="look")
    async def _look_at(self, survey: Survey) -> None:
        await asyncio.sleep(0.05)  # the next key may follow at once
        settings = self.form.corpus_settings
        await survey.look(settings)
        self._show()
        await survey.read(settings)
        self._show()
        self._count()

    @work(exclusive=True, group="count")
    async def _count(self) -> None:
        """Follow the settings."""
        form, survey = self.form, self.survey
        await survey.count(form.corpus_settings, form.live.sample)
        if survey is self.survey:
            self._estimate()
            self._show()

    def _estimate(self) -> None:
        form = self.form
        if self.statistics is not None:
            self.needs = needs_of(self.statistics, form.training, form.live)

    @work
    async def action_browse(self) -> None:
        """Look for a text among the files; what is chosen lands in the corpus field."""
        form = self.form
        picker = FilePicker(folder_of(form.corpus), form.corpus_settings.encoding)
        chosen = await self.app.push_screen_wait(picker)
        if chosen is not None:
            corpus = self.query_one("#corpus", PathInput)
            corpus.value = chosen
            corpus.cursor_position = len(chosen)
            self.set_focus(corpus)

    @work(exclusive=True, group="runs")
    async def _look_for_runs(self) -> None:
        runs = await asyncio.to_thread(kept_runs, self.form.run_settings.runs_dir)
        self.can_go_on = any(run.can_resume for run in runs)
        self._show()

    def action_runs(self) -> None:
        """List the runs that are kept."""
        self.app.push_screen(RunList(self.form.run_settings.runs_dir))

    # ---- the presets

    def on_preset_list_chosen(self, message: PresetList.Chosen) -> None:
        """Set what the preset decides on."""
        corpus, training, live = preset_named(message.name).applied(_settings_of(self.form))
        self.form = dataclasses.replace(
            self.form, corpus_settings=corpus, training=training, live=live, preset=message.name
        )
        self._changed()
        if message.goes_on:
            self.query_one("#start").focus()

    def _changed(self, name: str = "") -> None:
        """A setting was changed, or several."""
        if not name or name in _COUNTED:
            self._count()
        self._estimate()
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
        self._changed(control.name)

    def _auto(self, name: str) -> Any:
        """What `auto` is likely to stand for."""
        if name == "alpha":
            return default_alpha(self.form.live.model, self.form.live.objective)
        if name == "workers":
            return self.app.cores
        if self.statistics is not None:
            return auto_epochs(self.statistics.n_kept)
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
        if self not in self.app.screen_stack or not self.app.is_running:
            return  # a late call for a screen that was left
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
        self.query_one(PresetList).show(self.form.preset, self._changes())
        self._show_preview()
        self._show_words()
        self._show_command()
        hint = whole_parts(self._hint(), width - 2)
        self.query_one("#hint", Panel).show(Text(pad(hint, width - 2)))
        self.query_one(TabBar).show(self._pane, typing=isinstance(self.focused, Input))

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
        self.query_one("#hint").set_class(problem and self.has_class("tabbed"), "problem")
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

    def _show_command(self) -> None:
        panel, n_lines = self.query_one("#command", Panel), 1 if self.has_class("tabbed") else 2
        lines = wrapped(self.command(), panel.size.width, n_lines)
        if panel.has_class("long") != (len(lines) > 1):
            panel.toggle_class("long")
            self.call_after_refresh(self._show)  # the panes have other sizes then
        panel.show(Text("\n".join(lines)))

    def _show_words(self) -> None:
        panel = self.query_one("#words", Panel)
        zipf, seen, needs = self.query_one(ZipfPlot), self.statistics, self.needs
        if seen is None or needs is None:
            known = self.preview is not None and (self.preview.problem or not self.preview.files)
            panel.show(Text("" if known else "counting …", "dim"))
            panel.border_subtitle = ""
            self.query_one("#needs", Panel).show(Text())
            zipf.clear()
            return
        room = self.query_one("#needs", Panel)
        room.show(Text(whole_parts(needs_text(seen, needs), room.size.width)))
        lines = word_lines(seen, needs, panel.size.width)
        panel.show(joined(lines[: max(panel.size.height, 1)]))
        share = self.survey.sample.share if self.survey.sample is not None else 1.0
        read = "all of the text" if seen.exact else f"from {_percent(share)} of the text"
        panel.border_subtitle = read
        zipf.plot(seen.counts, seen.n_words)

    def _changes(self) -> tuple[str, ...]:
        """Labels of the settings that were changed since the preset was chosen."""
        if not self.form.preset:
            return ()
        settings = _settings_of(self.form)
        names = preset_named(self.form.preset).changes_in(settings)
        return tuple(_label_of(name) for name in names)

    def _hint(self) -> str:
        if self.preview is not None and self.preview.problem:
            if self.has_class("tabbed"):  # the preview may be behind another pane
                return f"✗ {self.preview.problem}"
            return "Name another text: a path, a folder, a pattern such as notes/*.txt; ^o looks"
        form, seen = self.form, self.statistics
        if seen is not None and self.needs is not None:
            warned = warning(seen, self.needs, form.corpus_settings)
            if warned:
                return warned
        if isinstance(self.focused, Button):
            return "enter starts: something is learning within seconds"
        if self.can_go_on:
            runs = self._key("runs")
            return f"enter goes to Start, enter again starts; {runs} goes on with an earlier run"
        return "enter goes to Start, enter again starts; the defaults are sensible"

    # ---- panes

    def action_pane(self, by: int) -> None:
        """Show the next of the panes that share the middle."""
        self._choose_pane(PANES[(PANES.index(self._pane) + by) % len(PANES)])

    def on_tab_bar_chosen(self, message: TabBar.Chosen) -> None:
        """Show the pane that was clicked."""
        self._choose_pane(message.pane)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Panes are switched where they share a place."""
        if action == "corpus":
            return not isinstance(self.focused, Input)
        return self.has_class("tabbed") if action == "pane" else True

    def _choose_pane(self, pane: str) -> None:
        self._pane = pane
        self._show_pane()
        shown = self.query_one(f"#{pane}")
        self.set_focus(shown if shown.focusable else self.query_one("#start"))
        self.call_after_refresh(self._show)

    def _show_pane(self) -> None:
        for pane in PANES:
            self.query_one(f"#{pane}").set_class(pane == self._pane, "current")
        self.query_one(TabBar).show(self._pane)

    def on_descendant_focus(self) -> None:
        """The hint is that of what has the focus."""
        self._focused = self.focused
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
        chosen = (form.corpus_settings, form.training, form.live, form.run_settings)
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
        self.call_later(lambda: self.post_message(Launch(self.form)))

    def action_corpus(self) -> None:
        """Go to the corpus field, before the next keys come: they are part of the name."""
        self.set_focus(self.query_one("#corpus"))

    def action_copy(self) -> None:
        """Copy the command line."""
        self.app.copy_to_clipboard(self.command())
        self.app.notify("command line copied", markup=False)


def _settings_of(form: Form) -> Settings:
    return Settings(form.corpus_settings, form.training, form.live)


def _label_of(name: str) -> str:
    """What a setting is called on a screen, by its name."""
    if name in CONTROLS:
        return CONTROLS[name].label
    return spec_of(LiveSettings, name).label or name


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %"
