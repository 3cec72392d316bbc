"""Writes what the explore screen shows: the answer of a pane, or the vectors of the view."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from textual import work

from w2vtui.display import safe_text
from w2vtui.errors import OutOfMemoryError, SettingsError, TargetTakenError, W2vtuiError
from w2vtui.exploring.subject import View
from w2vtui.formats import save_vectors, saved_layout
from w2vtui.formats.drafts.atomic import atomic_write, check_target, disk_errors
from w2vtui.runs.requested.targets import Reads, check_not_read, check_targets
from w2vtui.system.resources import from_home
from w2vtui.tui.chosen.equivalent_command import proposed_output
from w2vtui.tui.dialogs.save_dialog import (
    ExportDialog,
    SaveDialog,
    may_replace,
    wrong_ending,
)
from w2vtui.tui.explore_screen.pane import ExplorePane
from w2vtui.tui.explore_screen.viewing import Viewing


class Exporting(Viewing):
    """The part of the explore screen that writes files."""

    def pane_to_export(self) -> ExplorePane | None:
        """The focused pane, if it has something to export; else that of the answer."""
        raise NotImplementedError

    def action_export(self) -> None:
        """Ask where to write what a pane shows."""
        pane = self.pane_to_export()
        if pane is None or pane.result is None:
            self.app.warn("nothing to export yet: ask a question first")
            return
        result, endings = pane.result, pane.EXPORTS

        def answered(path: str | None) -> None:
            if path is not None:
                self._write(path, partial(write_export, pane, result, reads=self._reads()))

        name = pane.PANE_NAME.rstrip("?")
        self.app.push_screen(ExportDialog(f"{pane.id}{endings[0]}", name, endings), answered)

    def action_save(self) -> None:
        """Ask where to save the vectors that are shown."""
        view = self.view
        if view is None:
            self.app.warn("no vectors to save yet")
            return

        def answered(path: str | None) -> None:
            if path is not None:
                self._write(path, partial(write_vectors, view, reads=self._reads()))

        proposed = proposed_output(Path(self.subject.name).name)
        self.app.push_screen(SaveDialog(proposed), answered)

    @work(group="export")
    async def _write(self, path: str, write: Callable[..., None], overwrite: bool = False) -> None:
        """Write in a thread; ask before a file is replaced."""
        try:
            try:
                await asyncio.to_thread(write, path, overwrite=overwrite)
            except TargetTakenError as error:
                if not await self.app.push_screen_wait(may_replace(error)):
                    return
                await asyncio.to_thread(write, path, overwrite=True)
        except W2vtuiError as error:
            self.app.warn(str(error))
        else:
            self.app.report(f"saved to {path}")

    def _reads(self) -> Reads:
        """What must not be written over: the text and what is explored."""
        return Reads(tuple(self.app.texts()), "utf-8", (self.subject.name,))


def write_vectors(view: View, path: str, *, reads: Reads, overwrite: bool) -> None:
    """Save the vectors of a view.

    Raises:
        TargetTakenError: a file is there that is not vectors.
        W2vtuiError: they cannot be written, or only over what is still needed.
    """
    with _named(path) as target:
        layout = saved_layout(path)
        check_targets(
            target, None, reads, overwrite=overwrite, are_counts_stored=False, layout=layout
        )
        save_vectors(view.vectors, target, layout=layout.name)


def write_export(
    pane: ExplorePane, result: object, path: str, *, reads: Reads, overwrite: bool
) -> None:
    """Write what a pane shows.

    Raises:
        TargetTakenError: a file is there.
        W2vtuiError: the pane cannot be written like that, or the file only over what is needed.
    """
    with _named(path) as target:
        if problem := wrong_ending(path, pane.PANE_NAME, pane.EXPORTS):
            raise SettingsError(problem)
        check_target(target)
        check_not_read(target, reads)
        if target.exists() and target.stat().st_size and not overwrite:
            raise TargetTakenError(path, "empty")
        with atomic_write(target) as file:
            file.write(pane.exported(result, target.suffix.lower()))


@contextmanager
def _named(path: str) -> Iterator[Path]:
    """The file that a person names, to write in the block.

    Raises:
        DiskError: the disk refuses it.
        SettingsError: its name cannot be one, or the content cannot be written like that.
        OutOfMemoryError: the content takes more memory than there is.
    """
    try:
        with disk_errors(path):
            yield from_home(path)
    except W2vtuiError:
        raise
    except ValueError as error:  # a NUL in the name, a lone surrogate, a bad picture
        raise SettingsError(
            f"cannot write {safe_text(path, 200)}: {error}: choose another name or ending"
        ) from error
    except MemoryError as error:
        raise OutOfMemoryError(
            f"there is not enough memory to write {safe_text(path, 200)}: close other programs"
        ) from error
