"""Stages and applies changes of settings, from the controls and from the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from w2vtui.errors import SettingsError
from w2vtui.tui.train_screen.actions import RunActions
from w2vtui.tui.train_screen.panels.loss import LossPanel
from w2vtui.tui.widgets.setting_rows import SettingRows


class Changing(RunActions):
    """The part of the train screen that changes settings."""

    def on_setting_rows_stepped(self, message: SettingRows.Stepped) -> None:
        """Stage the next value."""
        try:
            self.staging.step(self.shot, message.name, message.by)
        except SettingsError as error:
            self.app.warn(str(error))
        self.draw()

    def on_setting_rows_typed(self, message: SettingRows.Typed) -> None:
        """Stage the value that was typed."""
        try:
            self.staging.type(self.shot, message.name, message.text)
        except SettingsError as error:
            self.app.warn(str(error))
        self.draw()

    def on_setting_rows_reset(self, message: SettingRows.Reset) -> None:
        """Drop what is staged for one setting."""
        self.staging.staged.pop(message.name, None)
        self.draw()

    def on_setting_rows_dropped(self) -> None:
        """Drop all that is staged; when nothing is, remove the cursor on the loss."""
        if not self.staging.staged:
            self.query_one(LossPanel).drop_cursor()
        self.staging.staged.clear()
        self.draw()

    def on_setting_rows_applied(self) -> None:
        """Apply all that is staged."""
        if not self.staging.staged:
            keys = f"{self.key('rows.left')} and {self.key('rows.right')}"
            self.app.report(f"nothing is staged: {keys} change the selected value")
            return
        try:
            self.change(tuple(self.staging.staged))
        except SettingsError as error:
            self.app.warn(str(error))

    def stage(self, texts: Mapping[str, str]) -> tuple[str, ...]:
        """Stage typed values of several settings, all or none; return their names.

        Raises:
            SettingsError: a text is not a value of its setting, or is out of range.
        """
        for name, text in texts.items():
            self.staging.controls[name].from_text(text)
        for name, text in texts.items():
            self.staging.type(self.shot, name, text)
        self.draw()
        return tuple(texts)

    def change(self, names: Iterable[str]) -> None:
        """Apply what is staged for some settings, together; a run that has ended trains on.

        Raises:
            SettingsError: the run refuses; nothing has changed, and everything stays staged.
        """
        run, staged = self.session.run, self.staging.staged
        wanted = {name: staged[name] for name in names if name in staged}
        if not wanted:
            self.app.report("nothing to change: these values already apply")
            return
        if run is None:
            raise SettingsError("settings cannot be changed yet: the run is starting")
        self.staging.check(self.shot, wanted)
        try:
            if self.session.snapshot().ended:
                self.train_on(wanted)
            else:
                run.change(**wanted)
            for name in wanted:
                del staged[name]
        finally:
            self.look()

    def drop(self, names: Iterable[str]) -> None:
        """Drop what is staged for some settings."""
        for name in names:
            self.staging.staged.pop(name, None)
        self.draw()
