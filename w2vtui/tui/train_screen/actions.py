"""What the keys of the train screen do: steer the run, and change what is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual import work
from textual.widgets import Input

from w2vtui.display import safe_text
from w2vtui.errors import SettingsError, W2vtuiError
from w2vtui.evaluation.question_files import QuestionKind
from w2vtui.training.state.snapshot import state_text
from w2vtui.tui.dialogs.ask import Ask, Choice
from w2vtui.tui.dialogs.more_epochs import PROPOSED, MoreEpochs
from w2vtui.tui.messages import CannotResume, NewRun, Resume
from w2vtui.tui.train_screen.panels.events import EventsPanel
from w2vtui.tui.train_screen.panels.loss import LossPanel
from w2vtui.tui.train_screen.panels.watch import WatchPanel
from w2vtui.tui.train_screen.run_screen import RunScreen
from w2vtui.tui.train_screen.watch_dialog import WatchDialog
from w2vtui.tui.widgets.query_field import QueryField

CURVE_ACTIONS = ("toggle_log", "toggle_recent", "smooth", "move_cursor", "to_marker")
"""Actions on the curves of the loss, by their names in bindings."""


class RunActions(RunScreen):
    """Keys that steer the run."""

    def action_pause(self) -> None:
        """Pause training, or resume it, even after it was stopped."""
        run, state = self.session.run, self.session.snapshot().state
        if run is not None and state == "paused":
            run.resume()
        elif state == "stopped":
            self._try(self.train_on)
        elif run is not None and state == "training":
            run.pause()
        else:
            self.app.report(f"nothing to pause: the run {state_text(state)}")
        self.look()

    def action_undo(self) -> None:
        """Undo the last change; a run that has ended trains on without it."""
        self._try(self.undo)
        self.look()

    def undo(self) -> None:
        """Undo the last change; a run that has ended trains on without it.

        Raises:
            SettingsError: nothing can be undone.
        """
        if self.session.snapshot().ended:
            self.train_on(undo=True)
        elif self.session.run is None:
            raise SettingsError("nothing to undo: the run is starting")
        else:
            self.session.run.undo()

    def action_more(self) -> None:
        """Ask how many more epochs to train a run that has ended."""
        settings = self.shot.settings

        def answered(epochs: int | None) -> None:
            if epochs is not None:
                self._try(lambda: self.train_on({"epochs": epochs}))

        def cost(epochs: int) -> str:
            further = self.staging.further(self.shot, {"epochs": epochs})
            return further.lines(f":set epochs {epochs} alpha")

        self.app.push_screen(MoreEpochs(settings.epochs or 0, cost), answered)

    def _try(self, action: Callable[[], None]) -> None:
        try:
            action()
        except SettingsError as error:
            self.app.warn(str(error))

    def train_on(self, live: Mapping[str, Any] | None = None, *, undo: bool = False) -> None:
        """Resume this run, which has ended, as `w2vtui resume` would.

        live   settings to change
        undo   whether to undo its last change instead

        Raises:
            SettingsError: nothing of it is saved, or it is done and gets no more epochs.
        """
        shot, live, folder = self.session.snapshot(), live or {}, self.session.folder
        if folder is None or not self.session.has_checkpoint:
            said = state_text(shot.state)
            raise SettingsError(f"the run {said}, and has no checkpoint to train on from")
        planned = shot.settings.epochs or 0
        if shot.state == "done" and not undo and (live.get("epochs") or 0) <= planned:
            raise SettingsError(
                f"the run is done after {planned} epochs: more epochs train it further, as in "
                f":set epochs {planned + PROPOSED}"
            )
        self._resume_from(folder, live, undo=undo)

    @work(exclusive=True, group="resume")
    async def _resume_from(
        self, folder: Path, live: Mapping[str, Any], *, undo: bool, force: bool = False
    ) -> None:
        self.app.report("opening the checkpoint …")
        await asyncio.to_thread(self.session.end)  # releases the run's folder
        self.post_message(Resume(folder, self, force=force, live=live, undo=undo))

    def action_measure_quality(self) -> None:
        """Score the vectors now."""
        run = self.session.run
        if run is None or not self.shot.quality_wanted:
            self.app.warn("nothing to score against: :pairs FILE, :analogies FILE, :sessions FILE")
            return
        run.measure_quality()

    @work(group="questions")
    async def score_on(self, kind: QuestionKind, paths: Sequence[str]) -> None:
        """Score the vectors on other files of a kind from now on."""
        try:
            await asyncio.to_thread(self.session.score_on, kind, paths)
        except W2vtuiError as error:
            self.app.warn(str(error))
        self.look()

    def action_stop(self) -> None:
        """Ask whether to end training."""
        choices = (
            Choice("stop", "s", "Stop", "keep the vectors as they are now"),
            Choice("", "escape", "Keep training"),
        )

        def answered(choice: str | None) -> None:
            if choice == "stop" and self.session.run is not None:
                self.session.run.stop()
                self.look()

        text = f"{100 * self.shot.progress.fraction:.1f} % of training is done."
        self.app.push_screen(Ask("Stop training?", text, choices), answered)

    def action_new(self) -> None:
        """Return to the first screen, with the same choices."""
        self.post_message(NewRun())

    def action_resume_anyway(self) -> None:
        """Ask whether to resume a run whose text has changed."""
        error = self.session.changed_text
        if error is None:
            return
        choices = (
            Choice("resume", "g", "Resume anyway", "as a new run"),
            Choice("", "escape", "Do not resume"),
        )

        def answered(choice: str | None) -> None:
            if choice == "resume":
                folder, (live, undo) = self.session.resumed_from, self.session.wanted
                assert folder is not None
                self._resume_from(folder, live, undo=undo, force=True)

        text = f"The text of this run has changed: {safe_text(error.difference)}."
        self.app.push_screen(Ask("Changed text", text, choices), answered)

    def on_cannot_resume(self, message: CannotResume) -> None:
        """Report why the run cannot be resumed."""
        self.app.warn(message.reason)


class ViewActions(RunScreen):
    """Keys that change what is shown."""

    # ---- the loss

    def action_toggle_log(self) -> None:
        """Show the loss on a logarithmic scale, or on a linear one."""
        self.query_one(LossPanel).toggle_log()

    def action_toggle_recent(self) -> None:
        """Show the recent part of the loss, or all of it."""
        self.query_one(LossPanel).toggle_recent()

    def action_smooth(self, by: int) -> None:
        """Smooth the loss by a number of steps more, or less if it is negative."""
        self.query_one(LossPanel).smooth(by)

    def action_move_cursor(self, by: int) -> None:
        """Move the cursor on the loss by a number of columns."""
        self.query_one(LossPanel).move_cursor(by)

    def action_to_marker(self, by: int) -> None:
        """Move the cursor to the previous marker (-1) or to the next one (1)."""
        self.query_one(LossPanel).to_marker(by)

    def on_events_panel_chosen(self, message: EventsPanel.Chosen) -> None:
        """Put the cursor on an event, zooming out if it is out of sight."""
        panel = self.query_one(LossPanel)
        if not panel.shows(message.tokens):
            panel.toggle_recent()
        panel.put_cursor(message.tokens)

    # ---- the display

    def action_freeze(self) -> None:
        """Freeze the display while training continues, or follow it again."""
        self.frozen = not self.frozen
        self.look()

    def action_hints(self) -> None:
        """Show or hide the line of hints, for later runs as well."""
        self.app.look = replace(self.app.look, hints=not self.app.look.hints)
        self.set_class(not self.app.look.hints, "no-hints")
        self.call_after_refresh(self.draw_all)

    # ---- neighbors

    def action_query(self) -> None:
        """Go to the query field, for a new query."""
        field = self.query_one(QueryField)
        if self.focused is not field:
            self.action_show_pane("watch")
            self.query_one(WatchPanel).ask(True)
            # At once: focus() would take effect after the next keys, which belong to the query.
            self.set_focus(field)
        field.begin()

    def action_back(self) -> None:
        """Leave the query for the watch words; from elsewhere, remove the cursor on the loss."""
        if not (isinstance(self.focused, Input) or self.watching.query):
            self.query_one(LossPanel).drop_cursor()
            return
        self.watching.query = ""
        # While hidden, the controls would act on keys unseen.
        self.set_focus(None if self.has_class("tabbed") else self.query_one("#controls"))
        self.query_one(WatchPanel).ask(False)
        self.look()
        self.call_after_refresh(self.draw_all)

    def follow(self, query: str) -> None:
        """Follow a query from now on; an empty one shows the watch words again.

        A frozen display follows the run again, for it would not show the answer.
        """
        if self.frozen and query:
            self.frozen = False
            self.app.report("the display follows the run again, to show the answer")
        self.watching.query = query
        self.query_one(QueryField).show_asked(query)
        self.query_one(WatchPanel).ask(bool(query))
        self.look()

    def action_watch_words(self) -> None:
        """Edit the list of watch words."""

        def edited(queries: tuple[str, ...] | None) -> None:
            if queries is not None:
                self.session.words.chosen = queries
                self.look()

        self.app.push_screen(WatchDialog(self.session.words.watched), edited)
