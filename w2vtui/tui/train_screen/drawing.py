"""Draws a run on its screen: each pane from a snapshot, and only where something has changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from w2vtui.display import safe_text
from w2vtui.training.state.snapshot import Snapshot
from w2vtui.tui.screen_parts import header
from w2vtui.tui.screen_parts.panes import PanedScreen
from w2vtui.tui.sessions.session import Session
from w2vtui.tui.train_screen import hints, readouts
from w2vtui.tui.train_screen.commands.line import explained
from w2vtui.tui.train_screen.event_rows import outcomes
from w2vtui.tui.train_screen.panels.events import EventsPanel
from w2vtui.tui.train_screen.panels.loss import NO_ROWS, Losses, LossPanel
from w2vtui.tui.train_screen.panels.prompt import Prompt
from w2vtui.tui.train_screen.panels.quality import quality_lines, subtitle
from w2vtui.tui.train_screen.panels.speed import SpeedPanel
from w2vtui.tui.train_screen.panels.watch import WatchPanel
from w2vtui.tui.train_screen.staging import REFUSED, Staging
from w2vtui.tui.train_screen.watching import Watching
from w2vtui.tui.widgets.panel import Panel, joined
from w2vtui.tui.widgets.setting_rows import SettingRows

if TYPE_CHECKING:
    from w2vtui.training.state.curves import Curve

CHART_SECONDS = 0.5
"""A chart is the costliest thing to draw, and its curve grows by a dot only every few seconds."""


class LastDrawn:
    """What each pane was last drawn from."""

    def __init__(self) -> None:
        self._sources: dict[str, object] = {}
        self._settings: dict[str, object] = {}
        """Of a chart: what it was drawn from besides its curves."""
        self._due: dict[str, float] = {}
        """Of a chart: when it may be drawn again if only its curves have grown."""

    def forget(self) -> None:
        """Redraw everything next time."""
        self._sources.clear()
        self._settings.clear()

    def is_new(self, pane: str, *values: object) -> bool:
        """Whether a pane was last drawn from other values; remember these."""
        if self._sources.get(pane) == values:
            return False
        self._sources[pane] = values
        return True

    def is_due(self, pane: str, curves: Sequence[Curve], *values: object) -> bool:
        """`is_new` for a chart, which is drawn less often while only its curves grow."""
        now = time.monotonic()
        if self._settings.get(pane) == values and now < self._due.get(pane, 0.0):
            return False
        if not self.is_new(pane, values, [curve.version for curve in curves]):
            return False
        self._settings[pane] = values
        self._due[pane] = now + CHART_SECONDS
        return True


class Drawing:
    """Draws a run on the panes of its screen."""

    def __init__(
        self,
        screen: PanedScreen,
        session: Session,
        staging: Staging,
        watching: Watching,
        key: Callable[[str], str],
    ) -> None:
        """key: the key of a binding, by its id"""
        self._screen, self._session, self._key = screen, session, key
        self._staging, self._watching = staging, watching
        self._last = LastDrawn()
        self._staged: dict[str, object] = {}
        """What was staged when the cost of it was last drawn."""
        self._busy = readouts.BusyMeter()
        self._began = time.monotonic()

    def forget(self) -> None:
        """Redraw everything next time, as after a change of size."""
        self._last.forget()

    def draw(self, shot: Snapshot, *, frozen: bool) -> None:
        """Draw a snapshot; the panes keep what they show while the display is frozen."""
        with self._screen.app.batch_update():
            self.draw_head(shot, frozen=frozen)
            if not frozen and not self._screen.has_class("tiny"):
                self.draw_panes(shot)

    # ---- above and below the panes

    def draw_head(self, shot: Snapshot, *, frozen: bool) -> None:
        """Draw the header, the progress bar, the error banner, and the hint."""
        width, tiny = self._screen.size.width, self._screen.has_class("tiny")
        inks = self._screen.app.inks
        line = header.header(shot, width, frozen=frozen, tiny=tiny, inks=inks)
        self._lines("#header", [line])
        self._screen.set_class(bool(header.alarms(shot)) and not tiny, "alarmed")
        if tiny:
            size = width - 2, self._screen.size.height - 1
            self._lines("#small", header.small_lines(shot, *size, self._key, inks))
            return
        waited = time.monotonic() - self._began
        self._lines("#progress", [header.progress(shot, width - 2, waited)])
        self._draw_banner(shot)
        if self._screen.has_class("commanding"):
            hint = explained(self._screen.query_one(Prompt).field.value)
        else:
            cost = self._cost_text(shot)
            if self._staged != self._staging.staged:
                self._staged = dict(self._staging.staged)
                if cost:
                    self._screen.app.clear_notifications()  # they would cover it
            has_checkpoint, saved_to = self._session.has_checkpoint, self._session.saved_to
            hint = cost or hints.hint(shot, saved_to, self._key, has_checkpoint=has_checkpoint)
        self._lines("#hint", [hints.hint_line(hint, width - 2, inks)])

    def _draw_banner(self, shot: Snapshot) -> None:
        banner, failed = self._screen.query_one("#banner", Panel), shot.state == "failed"
        if banner.display != failed:
            banner.display = failed
        if failed:
            message, changed = str(shot.error), self._session.changed_text
            if changed is not None:  # its own advice is for the command line
                resumes = f"{self._key('train.go_on')} resumes it anyway, as a new run"
                message = f"the text of this run has changed: {changed.difference}; {resumes}"
            banner.show(Text(f"✗ {safe_text(message or type(shot.error).__name__)}"))

    def _cost_text(self, shot: Snapshot) -> str:
        """Describe what is staged, its cost and the keys; empty when nothing can be applied."""
        if not self._staging.staged:
            return ""
        apply, drop = self._key("rows.apply"), self._key("rows.drop")
        if shot.ended:
            more = self._staging.more(shot, self._session.run)
            return f"{more} · {apply} trains on, {drop} drops"
        cost = self._staging.cost(shot, self._session.run)
        refused = cost.startswith(REFUSED)
        return f"{cost} · {drop} drops" if refused else f"{cost} · {apply} applies, {drop} drops"

    # ---- panes

    def draw_panes(self, shot: Snapshot) -> None:
        """Draw the panes that can be seen."""
        panes: dict[str, Callable[[Snapshot], None]] = {
            "loss": self._draw_loss,
            "controls": self._draw_controls,
            "run": self._draw_run,
            "speed": self._draw_speed,
            "watch": self._draw_watch,
            "quality": self._draw_quality,
            "events": self._draw_events,
        }
        for pane, draw in panes.items():
            if self._screen.is_shown(pane):
                draw(shot)

    def _draw_run(self, shot: Snapshot) -> None:
        """Draw the counters; the frame shows the name of the run and the age of its checkpoint."""
        pane = self._screen.query_one("#run", Panel)
        app = self._screen.app
        self._lines("#run", readouts.run_lines(shot, *pane.size, app.glyphs, app.inks))
        name = safe_text(self._session.run_name, 34)
        titles = (f"Run  {name}".rstrip(), readouts.checkpoint_text(shot))
        pane.write_frame(*titles)

    def _draw_controls(self, shot: Snapshot) -> None:
        # Without a line of hints the cost is shown among the controls.
        cost = "" if self._screen.query_one("#hint").display else self._cost_text(shot)
        fixed_too = not self._screen.has_class("short")
        rows = self._staging.rows(shot, help_instead=cost, fixed_too=fixed_too)
        self._screen.query_one("#controls", SettingRows).show(rows)

    def _draw_loss(self, shot: Snapshot) -> None:
        run, panel = self._session.run, self._screen.query_one(LossPanel)
        curves = () if run is None else (run.curves.probe, run.curves.loss)
        changes = tuple(
            event for event in self._session.notes.among(shot) if event.number is not None
        )
        full, recent = (0.0, readouts.x_range(shot)), readouts.recent_range(shot)
        message, size = readouts.waiting_text(shot), panel.size
        end = None if shot.ended else shot.progress.tokens_planned or None
        if not self._last.is_due("loss", curves, len(changes), full, recent, size, message, end):
            return
        probe, objective = [curve.rows() for curve in curves] or [NO_ROWS, NO_ROWS]
        panel.show(
            Losses(
                probe=probe,
                objective=objective,
                labels=readouts.loss_labels(shot),
                changes=changes,
                full=full,
                recent=recent,
                end=end,
                has_probe=not shot.probe_reason,
                message=message,
            )
        )

    def _draw_speed(self, shot: Snapshot) -> None:
        run, panel = self._session.run, self._screen.query_one(SpeedPanel)
        panel.show_numbers(
            shot.speed.now,
            shot.speed.mean,
            shot.speed.peak,
            shot.speed.by_thread,
            self._busy.share(),
        )
        if run is not None and self._last.is_due("speed", [run.curves.speed], panel.size):
            panel.show_curve(run.curves.speed.rows())

    def _draw_watch(self, shot: Snapshot) -> None:
        run, panel = self._session.run, self._screen.query_one(WatchPanel)
        if run is None:
            return
        curves, answers = (run.curves.churn, run.curves.settled), self._watching.answers(shot)
        watched = [answers[query] for query in self._session.words.watched if query in answers]
        query, size = self._watching.query, panel.query_one("#nearest").size
        if not self._last.is_new("watch", curves[0].version, watched, query, answers, size):
            return
        if query:
            panel.show_answer(answers.get(query))
        else:
            panel.show_watched(watched, shot.churn, (curves[0].rows(), curves[1].rows()))

    def _draw_quality(self, shot: Snapshot) -> None:
        run, panel = self._session.run, self._screen.query_one("#quality", Panel)
        scores, wanted, (width, height) = shot.quality, shot.quality_wanted, panel.size
        if run is None or not self._last.is_new("quality", scores, wanted, width, height):
            return
        curves = {key: curve.rows() for key, curve in run.curves.quality.items()}
        inks = self._screen.app.inks
        lines = quality_lines(scores, curves, wanted=wanted, width=width, height=height, inks=inks)
        panel.border_subtitle = subtitle(scores, wanted)
        panel.show(joined(lines))

    def _draw_events(self, shot: Snapshot) -> None:
        run, events = self._session.run, self._session.notes.among(shot)
        changes = [event for event in events if event.kind == "change"]
        version = run.curves.probe.version if run is not None and changes else 0
        if self._last.is_new("events", events, version):
            probed = {} if run is None else outcomes(changes, run.curves.probe.rows())
            self._screen.query_one(EventsPanel).show(events, probed)

    def _lines(self, selector: str, lines: list[Text]) -> None:
        self._screen.query_one(selector, Panel).show(joined(lines))
