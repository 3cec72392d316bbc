"""What the first screen has chosen, and what is known of its text, which is read in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual import work
from textual.widgets import Input

from w2vtui.errors import SettingsError
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.first_screen.draft import Draft
from w2vtui.tui.first_screen.preset_list import PresetList
from w2vtui.tui.first_screen.survey import Survey
from w2vtui.tui.first_screen.tabs import TabbedScreen
from w2vtui.tui.first_screen.text_panels import WordsPanel
from w2vtui.tui.widgets.setting_rows import SettingRows

_COUNTED = ("min_count", "lowercase", "tokenizer", "field", "kmer", "sample")
"""The settings that the figures of a text depend on."""


class Choosing(TabbedScreen):
    """The part of the first screen that takes choices, and reads and counts the text."""

    app: BaseApp

    def __init__(self, form: Form) -> None:
        """form: what is shown at the start"""
        super().__init__()
        self.draft = Draft(form, self.app.cores)
        self.survey = Survey(form.corpus)
        """What is known of the text that the corpus field names."""

    @property
    def form(self) -> Form:
        """What is chosen now."""
        return self.draft.form

    def on_unmount(self) -> None:
        """Stop reading the text."""
        self.survey.stop()

    # ---- the text

    def on_input_changed(self, event: Input.Changed) -> None:
        """Read the text that is named now."""
        self.draft.name_text(event.value)
        self._look()
        self.draw()

    def _look(self) -> None:
        self.survey.stop()
        self.survey = Survey(self.form.corpus)
        self._look_at(self.survey)

    @work(exclusive=True, group="look")
    async def _look_at(self, survey: Survey) -> None:
        await asyncio.sleep(0.05)  # the next key may follow at once
        settings = self.form.corpus_settings
        await survey.look(settings)
        self.draw()
        await survey.read(settings)
        self.draw()
        self._count()

    @work(exclusive=True, group="count")
    async def _count(self) -> None:
        """Update the figures after a setting that they depend on has changed."""
        form, survey = self.form, self.survey
        await survey.count(form.corpus_settings, form.live.sample)
        if survey is self.survey:
            survey.estimate(self.form)
            self.draw()

    # ---- presets and settings

    def on_preset_list_chosen(self, message: PresetList.Chosen) -> None:
        """Set what the preset decides on."""
        self.draft.choose_preset(message.name)
        self._changed()
        if message.then_start:
            self.query_one("#start").focus()

    def on_setting_rows_stepped(self, message: SettingRows.Stepped) -> None:
        """Step a setting."""
        self._change(message.name, lambda: self.draft.step(message.name, message.by))

    def on_setting_rows_typed(self, message: SettingRows.Typed) -> None:
        """Take a typed value."""
        self._change(message.name, lambda: self.draft.type(message.name, message.text))

    def on_setting_rows_reset(self, message: SettingRows.Reset) -> None:
        """Return to the default."""
        self._change(message.name, lambda: self.draft.reset(message.name))

    def on_words_panel_taken(self, message: WordsPanel.Taken) -> None:
        """Change a setting as a hint on the text says."""
        self._change(message.setting, lambda: self.draft.take(message.setting, message.value))
        self.query_one("#settings", SettingRows).pick(message.setting)

    def on_words_panel_pointed(self) -> None:
        """Show which hint is pointed at."""
        self.draw()

    def on_setting_rows_applied(self) -> None:
        """Go to Start on enter."""
        self.query_one("#start").focus()

    def _change(self, name: str, change: Callable[[], None]) -> None:
        try:
            change()
        except SettingsError as error:
            self.app.warn(str(error))
        else:
            self._changed(name)

    def _changed(self, name: str = "") -> None:
        """Update what depends on a setting; an empty name stands for several."""
        if not name or name in _COUNTED:
            self._count()
        self.survey.estimate(self.form)
        self.draw()
