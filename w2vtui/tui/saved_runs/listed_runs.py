"""Which saved runs are listed: they are read in a thread, chosen and ordered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.screen import ModalScreen

from w2vtui.errors import SettingsError
from w2vtui.runs.listed.choosing import NEWEST, orders
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.saved_runs.run_facts import SavedRuns
from w2vtui.tui.saved_runs.run_rows import Listing, listing
from w2vtui.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from w2vtui.runs.listed.status import RunStatus

LOOK_SECONDS = 2.0
"""From one look at the runs to the next, at least."""
LONGEST_SECONDS = 20.0
"""From one look to the next, at most: the first one may have taken long."""
LOOK_SHARE = 0.03
"""The share of the time that looks may take: thousands of runs are looked at less often."""


class ListedRuns(ModalScreen[None]):
    """The part of the list that reads the runs, and follows those that train."""

    app: BaseApp

    def __init__(self, runs_dir: str | None) -> None:
        """runs_dir: as in RunSettings"""
        super().__init__()
        self._runs_dir, self._saved = runs_dir, SavedRuns(runs_dir)
        self.listed: Listing | None = None
        """None while the runs are being read."""
        self._problem = ""
        """What is wrong with the filter."""
        self._looking, self._look_at = False, 0.0
        """Whether the runs are being read, and when that may be done again."""
        self.point_at = ""
        """The folder of the run to point at once the list is read again; empty for the same one."""

    def on_mount(self) -> None:
        """Read the list."""
        self.look()
        self.set_interval(LOOK_SECONDS, self._look_again)

    # ---- drawing, for which the table stands

    def show_table(self) -> None:
        """Draw what is listed for the present size."""
        raise NotImplementedError

    def line(self, at: int, pointed: bool) -> Text:
        """A line of the list."""
        raise NotImplementedError

    def show_about(self) -> None:
        """Show what is known of the run that is pointed at, or why there is none."""
        raise NotImplementedError

    # ---- reading

    @property
    def runs(self) -> Sequence[RunStatus] | None:
        """The runs that are listed; None while they are being read."""
        return None if self.listed is None else self.listed.runs

    @property
    def pointed(self) -> RunStatus | None:
        """The run that is pointed at; None if there is none."""
        at = self.query_one(Rows).at if self.is_shown else None
        return None if self.listed is None or at is None else self.listed.rows[at].run

    def _look_again(self) -> None:
        if self._looking or not self.is_active:
            return
        if time.monotonic() >= self._look_at:
            self.look()
        elif any(self.app.trains(Path(run.folder)) for run in self.runs or ()):
            self.relist()

    @work(exclusive=True, group="look")
    async def look(self) -> None:
        """Read the runs in a thread."""
        self._looking, started = True, time.monotonic()
        try:
            every = await asyncio.to_thread(self._saved.read)
        finally:
            self._looking, now = False, time.monotonic()
            self._look_at = now + min((now - started) / LOOK_SHARE, LONGEST_SECONDS)
        await self._relist(every)

    @work(exclusive=True, group="relist")
    async def relist(self) -> None:
        """List the runs that were read in another choice or order."""
        if self.listed is not None:
            await self._relist(self.listed.every)

    @property
    def is_shown(self) -> bool:
        """Whether there is still something to draw on: a look may end after the list was left."""
        return bool(self.query(Rows))

    @property
    def order(self) -> str:
        """The name of the order in which they are listed."""
        return self.app.runs_order or NEWEST

    async def _relist(self, every: Sequence[RunStatus]) -> None:
        line, by, now = self.app.runs_wanted, self.order, time.time()
        every = [self.app.run_now(run) for run in every]
        try:
            listed = await asyncio.to_thread(listing, every, line, by, now)
            self._problem = ""
        except SettingsError as error:  # in the middle of typing
            self._problem = str(error)
            if self.listed is not None:
                self.show_about()
                return
            if by not in orders(every):  # no run has that score any more
                by = self.app.runs_order = NEWEST
            listed = await asyncio.to_thread(listing, every, "", by, now)
        if not self.is_shown:
            return
        pointed, rows = self.pointed, self.query_one(Rows)
        self.listed = listed
        folders = [None if row.run is None else row.run.folder for row in listed.rows]
        wanted = self.point_at or ("" if pointed is None else pointed.folder)
        at = folders.index(wanted) if wanted in folders else rows.at
        self.point_at = "" if folders else wanted
        rows.show(self.line, [folder is not None for folder in folders], at)
        self.show_table()
