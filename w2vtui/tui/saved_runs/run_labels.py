"""What is written on saved runs: marks, stars, notes, names."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from w2vtui.comparing.letters import N_SIDES
from w2vtui.errors import W2vtuiError
from w2vtui.tui.messages import CompareRuns
from w2vtui.tui.saved_runs.line_dialog import LineDialog
from w2vtui.tui.saved_runs.run_table import RunTable


class LabeledRuns(RunTable):
    """Keys that mark and label runs."""

    HELP_TITLE = "Marks, names and notes of runs"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "mark the run, or take its mark away", show=False,
                id="runs.mark"),
        Binding("a", "mark_all", "mark all runs that are listed, or none", show=False,
                id="runs.mark_all"),
        Binding("c", "compare", "compare the marked runs, two to six", show=False,
                id="runs.compare"),
        Binding("asterisk", "star", "star the run, or take its star away", show=False,
                id="runs.star", key_display="*"),
        Binding("r", "rename", "rename the run", show=False, id="runs.rename",
                tooltip="rename the run; its old name still finds it"),
        Binding("n", "note", "write a note on the run", show=False, id="runs.note"),
    ]  # fmt: skip

    def action_mark(self) -> None:
        """Mark the run for `c` and `d`, or take its mark away."""
        if self.pointed is not None:
            marked, folder = self.app.marked_runs, Path(self.pointed.folder)
            if folder in marked:
                marked.remove(folder)
            else:
                marked.append(folder)
            self.show_table()

    def action_mark_all(self) -> None:
        """Mark all runs that are listed; if they are, take all marks away."""
        listed = [Path(run.folder) for run in self.runs or ()]
        marked = self.app.marked_runs
        new = [folder for folder in listed if folder not in marked]
        self.app.marked_runs = [*marked, *new] if new else []
        self.show_table()

    def marked(self) -> list[Path]:
        """The marked runs that are saved, in the order of marking."""
        there = {Path(run.folder) for run in (self.listed.every if self.listed else ())}
        return [folder for folder in self.app.marked_runs if folder in there]

    def action_compare(self) -> None:
        """Compare the marked runs."""
        marked = self.marked()
        if len(marked) in N_SIDES:
            self.post_message(CompareRuns(tuple(marked)))
        else:
            key = self.key("mark")
            self.report(f"{len(marked)} marked: mark two to six runs with {key} to compare them")

    def action_star(self) -> None:
        """Star the run, or take its star away."""
        from w2vtui.runs.labels import star_run  # loads NumPy

        run = self.pointed
        if run is not None:
            folder, starred = Path(run.folder), not run.starred
            self._label(lambda: star_run(folder, starred=starred))

    def action_note(self) -> None:
        """Ask for a note, and write it."""
        from w2vtui.runs.labels import check_note, note_run  # loads NumPy

        run = self.pointed
        if run is None:
            return

        def answered(note: str | None) -> None:
            if note is not None:
                self._label(lambda: note_run(Path(run.folder), note))

        dialog = LineDialog("Note on the run", run.note, "writes it; an empty one removes it",
                            check_note)  # fmt: skip
        self.app.push_screen(dialog, answered)

    def action_rename(self) -> None:
        """Ask for a name, and give it to the run."""
        from w2vtui.runs.listed.renaming import check_name  # loads NumPy

        run = self.pointed
        if run is None:
            return
        folder = Path(run.folder)

        def answered(name: str | None) -> None:
            if name is not None and name != run.name:
                self._label(lambda: self._rename(folder, name))

        dialog = LineDialog("Rename the run", run.name, "renames it",
                            lambda name: check_name(folder, name))  # fmt: skip
        self.app.push_screen(dialog, answered)

    def _rename(self, folder: Path, name: str) -> None:
        """Rename a run; not for the thread that draws."""
        from w2vtui.runs.listed.renaming import rename_run

        new = rename_run(folder, name)
        self.app.call_from_thread(self._follow, folder, new)

    def _follow(self, old: Path, new: Path) -> None:
        """Point at the run under its new name."""
        self.app.run_moved(old, new)
        self._notes[str(new)] = f"renamed; {old.name} still finds it"
        self.point_at = str(new)

    @work(group="label")
    async def _label(self, change: Callable[[], object]) -> None:
        """Change something of a run in a thread, and show it."""
        run = self.pointed
        try:
            await asyncio.to_thread(change)
        except (W2vtuiError, OSError) as error:
            self.report(f"✗ {error}", run)
        self.look()
