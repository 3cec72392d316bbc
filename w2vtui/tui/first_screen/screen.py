"""The first screen: choose a text and settings, and start."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Horizontal
from textual.events import ScreenResume
from textual.widgets import Button, Input

from w2vtui.display import pad, safe_text, whole_parts, wrapped
from w2vtui.tui.chosen.equivalent_command import command_line, proposed_output
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.first_screen.choosing import Choosing
from w2vtui.tui.first_screen.path_input import PathInput
from w2vtui.tui.first_screen.preset_list import PresetList
from w2vtui.tui.first_screen.text_panels import NeedsPanel, PreviewPanel, WordsPanel, header
from w2vtui.tui.first_screen.text_report import warning, way_text
from w2vtui.tui.first_screen.zipf import ZipfPlot
from w2vtui.tui.messages import Launch
from w2vtui.tui.widgets.key_bar import KeyBar
from w2vtui.tui.widgets.panel import Panel
from w2vtui.tui.widgets.setting_rows import SettingRows
from w2vtui.tui.widgets.tab_bar import TabBar

if TYPE_CHECKING:
    from w2vtui.runs.listed.status import RunStatus

PANES = ("settings", "presets", "words", "preview", "zipf")
"""The panels that share the middle of a small terminal, in the order of their tabs."""


class NewRunScreen(Choosing):
    """What to train on, and how."""

    AUTO_FOCUS = "#corpus"
    PANES = PANES
    ALWAYS_THERE = "#start"
    HELP_TITLE = "First screen"
    FIRST_KEYS = (
        *("new.start", "new.browse", "new.runs", "new.questions", "new.next"),
        *("rows.left", "rows.right"),
        *("presets.choose", "new.copy", "app.palette", "app.quit"),
    )
    FIRST_KEYS_OF = (SettingRows, PresetList)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "start", "Start", id="new.start", tooltip="start the training"),
        Binding("ctrl+o", "browse", "Open", id="new.browse", tooltip="pick a text file"),
        Binding("ctrl+r", "runs", "Runs", id="new.runs", key_display="^r",
                tooltip="saved runs: resume one, save its vectors, delete it"),
        Binding("ctrl+g", "questions", "Score on", id="new.questions", key_display="^g",
                tooltip="word pairs, analogies and sessions to score the vectors on"),
        Binding("tab", "app.focus_next", "Next", id="new.next", tooltip="next field"),
        Binding("enter", "start", "Start", show=False, id="new.enter",
                tooltip="go to Start; on Start, start the training"),
        # With priority, so that the focus has moved before the next key is looked at.
        Binding("slash", "corpus", "Corpus", id="new.corpus", priority=True,
                tooltip="go to the corpus field"),
        Binding("y", "copy", "Copy command", id="new.copy",
                tooltip="copy the equivalent command line"),
        Binding("left_square_bracket", "pane(-1)", "previous pane", show=False,
                id="new.previous_pane", tooltip="previous pane, on a small terminal"),
        Binding("right_square_bracket", "pane(1)", "next pane", show=False, id="new.next_pane",
                tooltip="next pane, on a small terminal"),
    ]  # fmt: skip

    def __init__(self, form: Form, *, is_typing: bool = True) -> None:
        """
        form        what is shown at the start
        is_typing   whether the corpus field has the focus, and not Start, where digits are keys
        """
        super().__init__(form)
        if not is_typing:
            self.AUTO_FOCUS = "#start"  # type: ignore[misc]  # of this one alone
        self._can_resume = False
        """Whether a saved run can be resumed."""

    def compose(self) -> ComposeResult:
        """Corpus, presets, settings, what is known of the text, start; app.tcss lays them out."""
        yield Panel(id="header")
        with Grid(id="choices"):
            corpus = PathInput(self.form.corpus, id="corpus", classes="framed")
            corpus.border_title = "Corpus"
            yield corpus
            switch = f"{self._key('previous_pane')} {self._key('next_pane')}"
            when_typing = f"{self._key('next')}, then {switch}"
            yield TabBar(PANES, id="tabs", keys=switch, when_typing=when_typing)
            yield PreviewPanel(id="preview", classes="framed pane")
            presets = PresetList(id="presets", classes="framed pane")
            presets.border_subtitle = "↑↓ pick  space choose"
            yield presets
            settings = SettingRows(id="settings", classes="framed pane")
            settings.border_title = "Settings"
            settings.border_subtitle = self._settings_keys()
            yield settings
            yield WordsPanel(id="words", classes="framed pane")
            yield ZipfPlot(id="zipf", classes="framed pane")
        with Horizontal(id="go"):
            yield Button("Start training", id="start", compact=True)
            yield NeedsPanel(id="needs")
        yield Panel("The same from the command line", id="command", classes="framed")
        yield Panel(id="hint")
        yield KeyBar()

    def _key(self, name: str) -> str:
        return self.app.key_of(f"new.{name}", NewRunScreen)

    def _settings_keys(self) -> str:
        up, down, less, more, reset = (
            self.app.key_of(f"rows.{name}", SettingRows)
            for name in ("up", "down", "left", "right", "reset")
        )
        return f"{up}{down} pick  {less}{more} change  {reset} default"

    def on_mount(self) -> None:
        """Show the choices, and read the text."""
        self.query_one("#command").border_subtitle = f"{self._key('copy')} copies"
        if self.form.preset:
            self.query_one(PresetList).point(self.form.preset)
        self._show_pane()
        self.draw()
        self.call_after_refresh(self._look)  # in a thread that would hold up the first paint

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Look for saved runs after the first paint, and when a dialog may have changed them."""
        self.call_after_refresh(self._look_for_runs)

    # ---- dialogs

    @work
    async def action_browse(self) -> None:
        """Pick a file for the corpus field."""
        from w2vtui.tui.first_screen.file_picker import FilePicker, folder_of

        form = self.form
        picker = FilePicker(folder_of(form.corpus), form.corpus_settings.encoding)
        chosen = await self.app.push_screen_wait(picker)
        if chosen is not None:
            corpus = self.query_one("#corpus", PathInput)
            corpus.value = chosen
            corpus.cursor_position = len(chosen)
            self.set_focus(corpus)

    @work
    async def action_questions(self) -> None:
        """Choose what the vectors are scored on."""
        from w2vtui.tui.first_screen.questions_dialog import QuestionsDialog

        chosen = await self.app.push_screen_wait(QuestionsDialog(self.form.question_files))
        if chosen is not None:
            self.draft.score_on(chosen)
            self.draw()

    @work(exclusive=True, group="runs")
    async def _look_for_runs(self) -> None:
        runs = await asyncio.to_thread(_saved_runs, self.form.run_settings.runs_dir)
        self._can_resume = any(run.can_resume for run in runs)
        self.draw()

    def action_runs(self) -> None:
        """List the saved runs."""
        from w2vtui.tui.saved_runs.run_list import RunList

        self.app.push_screen(RunList(self.form.run_settings.runs_dir))

    # ---- drawing

    def draw(self) -> None:
        """Show what is known and chosen now."""
        if self not in self.app.screen_stack or not self.app.is_running:
            return  # a late call for a screen that was left
        width, tiny = self.size.width, self.has_class("tiny")
        self.query_one("#header", Panel).show(header(width, tiny=tiny))
        if tiny:
            return
        self.draft.epochs = self.survey.epochs
        self.draft.proposed = frozenset(hint.setting for hint in self.survey.hints)
        self.query_one("#settings", SettingRows).show(self.draft.rows())
        self.query_one(PresetList).show(self.form.preset, self.draft.changes())
        self._show_text()
        self._show_command()
        hint = whole_parts(self._hint(), width - 2)
        self.query_one("#hint", Panel).show(Text(pad(hint, width - 2)))
        self.query_one(TabBar).show(self._pane, typing=isinstance(self.focused, Input))

    def _show_text(self) -> None:
        survey, words = self.survey, self.survey.statistics
        self.query_one(PreviewPanel).show_preview(survey)
        problem_below = bool(survey.problem) and self.has_class("tabbed")
        self.query_one("#hint").set_class(problem_below, "problem")
        words_panel = self.query_one(WordsPanel)
        words_panel.show_words(survey)
        if words_panel.has_focus and not words_panel.offers:  # the last one was taken
            self.query_one("#start").focus()
        self.query_one(NeedsPanel).show_needs(survey)
        zipf = self.query_one(ZipfPlot)
        if words is None or survey.needs is None:
            zipf.clear()
        else:
            zipf.plot(words.counts, words.n_words)

    def _show_command(self) -> None:
        panel, n_lines = self.query_one("#command", Panel), 1 if self.has_class("tabbed") else 2
        lines = wrapped(self.command(), panel.size.width, n_lines)
        if panel.has_class("long") != (len(lines) > 1):
            panel.toggle_class("long")
            self.call_after_refresh(self.draw)  # the panes have other sizes then
        panel.show(Text("\n".join(lines)))

    def _hint(self) -> str:
        if self.survey.problem:
            if self.survey.offers:
                return f"✗ {self.survey.problem}; space in Words takes that"
            if self.has_class("tabbed"):  # the preview may be behind another pane
                return f"✗ {self.survey.problem}"
            browse = self._key("browse")
            return f"name another text: a path, a folder or notes/*.txt; {browse} lists files"
        survey = self.survey
        if survey.statistics is not None and survey.needs is not None:
            warned = warning(survey.statistics, survey.needs, self.form.corpus_settings)
            if warned:
                return warned
        panel = self.query_one(WordsPanel)
        if panel.has_focus:
            return "space changes the setting that the hint names; enter goes to Start"
        if panel.offers:
            start = "enter starts" if isinstance(self.focused, Button) else "enter goes to Start"
            way = f"space there takes {way_text(panel.offers[0])}"
            return f"! {panel.offers[0].what}: see Words; {way}; {start}"
        if isinstance(self.focused, Button):
            return "enter starts the training"
        start = "enter goes to Start, enter again starts"
        if self._can_resume:
            return f"{start}; {self._key('runs')} resumes an earlier run"
        return f"{start}; the defaults are sensible"

    # ---- starting

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key can be used now: a slash is part of what is typed in a field."""
        if action == "corpus":
            return not isinstance(self.focused, Input)
        return super().check_action(action, parameters)

    def command(self) -> str:
        """The equivalent command line."""
        form = self.form
        preview = self.survey.preview
        known = preview.sources if preview is not None else ()
        sources = [safe_text(source) for source in known or (form.corpus.strip() or "FILE",)]
        output = self.app.output or proposed_output(sources[0])
        configured = self.app.configured
        return command_line(sources, choices=form, output=output, configured=configured)

    def on_input_submitted(self) -> None:
        """Go to Start on enter in the corpus field."""
        self.query_one("#start").focus()

    def on_button_pressed(self) -> None:
        """Start the run."""
        self.action_start()

    def action_start(self) -> None:
        """Start the run, unless the text is known to be unreadable."""
        self.query_one("#settings", SettingRows).on_blur()
        if self.survey.problem:
            self.app.warn(self.survey.problem)
            self.query_one("#corpus").focus()
            return
        # After the value that was being typed has been set.
        self.call_later(lambda: self.post_message(Launch(self.form)))

    def action_corpus(self) -> None:
        """Go to the corpus field at once, since the next keys are part of the name."""
        self.set_focus(self.query_one("#corpus"))

    def action_copy(self) -> None:
        """Copy the command line."""
        self.app.copy_to_clipboard(self.command())
        self.app.report("command line copied")


def _saved_runs(root: str | None) -> Sequence[RunStatus]:
    """The saved runs. Reads files: not for the thread that draws."""
    from w2vtui.tui.saved_runs.run_facts import SavedRuns

    return SavedRuns(root).read()
