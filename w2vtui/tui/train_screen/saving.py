"""Saves vectors and checkpoints from the train screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from textual import work

from w2vtui.errors import SettingsError, TargetTakenError, W2vtuiError
from w2vtui.tui.chosen.equivalent_command import proposed_output
from w2vtui.tui.dialogs.save_dialog import SaveDialog, may_replace
from w2vtui.tui.train_screen.run_screen import RunScreen


class Saving(RunScreen):
    """The part of the train screen that saves."""

    _saving = False
    """Whether vectors are being written."""

    def action_save(self) -> None:
        """Ask where to save the vectors, and save them there."""
        self.ask_where_to_save(self.save)

    def ask_where_to_save(self, then: Callable[[str], Any]) -> None:
        """Show the save dialog; `then` is called with the path."""
        self.look()
        if not self.shot.progress.tokens:
            self.app.warn("no vectors to save: nothing has been trained yet")
            return

        def answered(path: str | None) -> None:
            if path is not None:
                then(path)

        proposed = self.session.saved_to or self.session.output
        proposed = proposed or proposed_output(self.shot.corpus_name)
        self.app.push_screen(SaveDialog(proposed), answered)

    def save_to_output(self) -> None:
        """Save the vectors to the output path of the run, unless that is done already."""
        output = self.session.output
        if output is not None and self.session.unsaved and not self._saving:
            self.save(output)

    @work(group="save")
    async def save(self, path: str) -> None:
        """Save the vectors in a thread."""
        await self.save_to(path)

    async def save_to(self, path: str, *, overwrite: bool = False) -> bool:
        """Save the vectors in a thread; return whether that worked.

        overwrite   replace a file that holds no vectors without asking
        """
        self._saving = True
        try:
            said = await asyncio.to_thread(partial(self.session.save, path, overwrite=overwrite))
        except TargetTakenError as error:
            if await self.app.push_screen_wait(may_replace(error)):
                return await self.save_to(path, overwrite=True)
            return False
        except W2vtuiError as error:
            self.app.warn(str(error))
            return False
        finally:
            self._saving = False
        self.app.report(said)
        self.draw()
        return True

    def take_checkpoint(self) -> None:
        """Ask the run for a checkpoint.

        Raises:
            SettingsError: the run is not saved, or is not training.
        """
        run = self.session.run
        if run is None:
            raise SettingsError("no checkpoint yet: the run is starting")
        run.checkpoint()
        self.app.report("writing a checkpoint")
