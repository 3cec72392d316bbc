"""The dialogs that ask where to save, and whether a file may be replaced."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from w2vtui.display import safe_text
from w2vtui.errors import SettingsError, TargetTakenError, W2vtuiError
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.dialogs.ask import Ask, Choice
from w2vtui.tui.widgets.field import Field
from w2vtui.vector_layouts import OTHER_ENDINGS, Layout, layout_of, unknown_ending


class SaveDialog(ModalScreen[str | None]):
    """Asks where to save the vectors."""

    HELP_TITLE = "Save dialog"
    TITLE_TEXT = "Save vectors"
    app: BaseApp

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that it is closed before the next key is handled.
        Binding("escape", "cancel", "cancel", show=False, id="save.cancel", priority=True),
        Binding("enter", "enter", "save there", show=False, id="save.enter", priority=True),
    ]

    def __init__(self, proposed: str) -> None:
        super().__init__()
        self._proposed = proposed

    def compose(self) -> ComposeResult:
        """A path, and what saving there does."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = self.TITLE_TEXT
            yield Field(self._proposed, id="path", compact=True, select_on_focus=False)
            yield Static("", id="note", markup=False)
            yield Static(Text(self.formats(), "dim"), id="formats")
            cancel = self.app.key_of("save.cancel", SaveDialog)
            yield Static(Text(f"enter saves   {cancel} cancels", "dim"))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Warn if the file exists."""
        self.query_one("#note", Static).update(self.note_on(event.value))

    def formats(self) -> str:
        """What the endings of names stand for."""
        others = f"/ a folder   {' '.join(OTHER_ENDINGS)}"
        return f".txt or .vec: word2vec text   .bin: binary\n{others}"

    def note_on(self, path: str) -> Text:
        """What saving there would do to a file that is there."""
        return _note_on(path)

    def problem_with(self, path: str) -> str:
        """Why nothing can be saved there; empty if it can. What is proposed may end otherwise: its
        layout may have been named.
        """
        if wrong := wrong_name(path):
            return "" if path == self._proposed else wrong
        try:
            layout = layout_of(path)
            if not layout.holds_vectors:
                return f"{layout.name} is {layout.title}, without vectors"
            _check_writable(path, layout)
        except W2vtuiError as error:
            return str(error)
        return ""

    async def action_enter(self) -> None:
        """Save there, unless nothing can be saved under such a name."""
        field = self.query_one(Field)
        await field.all_typed()
        path = field.value.strip()
        if path and (problem := self.problem_with(path)):
            self.query_one("#note", Static).update(Text(safe_text(problem)))
        elif path:
            self.dismiss(path)

    def action_cancel(self) -> None:
        """Save nowhere."""
        self.dismiss(None)


def wrong_name(path: str) -> str:
    """Why a name is none that vectors can be saved under; empty if it is one."""
    if path.removeprefix("-o").strip() == "-":
        return "the app has the terminal, and cannot save to stdout: name a file"
    return unknown_ending(path)


class ExportDialog(SaveDialog):
    """Asks where to write what a pane shows."""

    TITLE_TEXT = "Export"

    def __init__(self, proposed: str, what: str, endings: Sequence[str]) -> None:
        """
        what      the name of the pane
        endings   of the names that it can be written to
        """
        super().__init__(proposed)
        self._what, self._endings = what, endings

    def formats(self) -> str:
        """The endings of the names."""
        return f"{self._what}: {' or '.join(self._endings)}"

    def problem_with(self, path: str) -> str:
        """Which endings there are, if it has none of them, or why nothing can be written there."""
        if wrong := wrong_ending(path, self._what, self._endings):
            return wrong
        from w2vtui.formats.drafts.atomic import check_target  # loads NumPy

        try:
            check_target(Path(path).expanduser())
        except (W2vtuiError, RuntimeError) as error:  # no home folder
            return str(error)
        return ""

    def note_on(self, path: str) -> Text:
        """Whether a file is there."""
        try:
            there = Path(path).expanduser().is_file()
        except (OSError, ValueError, RuntimeError):
            there = False
        return Text("this file exists: you are asked before it is replaced" if there else "")


def wrong_ending(path: str, what: str, endings: Sequence[str]) -> str:
    """What is wrong with the ending of a name that a pane is written to; empty if nothing is."""
    name = Path(path).name
    if Path(path).suffix.lower() in endings:
        return ""
    allowed = " or ".join(endings)
    return f"'{safe_text(name, 60)}' must end in {allowed}: that is what {what} is written as"


def _check_writable(path: str, layout: Layout) -> None:
    """Find out that vectors cannot be saved there.

    Raises:
        W2vtuiError: they cannot.
    """
    from w2vtui.formats import check_writable  # loads NumPy

    check_writable(os.path.expanduser(path), layout.name)  # noqa: PTH111 - a / at the end stays


def _note_on(path: str) -> Text:
    from w2vtui.formats import holds_vectors  # loads NumPy

    try:
        place = Path(path).expanduser()
        if not place.is_file():
            return Text("")
        is_vectors = holds_vectors(place, layout_of(path))
    except SettingsError:  # no layout has that ending
        is_vectors = False
    except (OSError, ValueError, RuntimeError):
        return Text("")
    return Text(
        "this file exists and will be replaced"
        if is_vectors
        else "this file exists and is not a vector file"
    )


def may_replace(error: TargetTakenError) -> Ask:
    """The question whether a file that is not vectors may be replaced; `replace` is yes."""
    text = f"{safe_text(error.path)}\n{error.fact}."
    choices = (
        Choice("", "escape", "Keep it"),
        Choice("replace", "r", "Replace it", "what is in it is lost"),
    )
    return Ask("Replace this file?", text, choices)
