"""The command line at the foot of a screen, with completion and history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from w2vtui.tui.widgets.field import Field, Recalled


class Prompt(Horizontal):
    """A colon and the field after it."""

    HELP_TITLE = "Command line"

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that the line is left before the next key is handled.
        Binding("enter", "enter", "run the command", show=False, id="prompt.enter",
                priority=True),
        Binding("up", "recall(-1)", "previous command", show=False, id="prompt.before"),
        Binding("down", "recall(1)", "next command", show=False, id="prompt.after"),
        Binding("tab", "complete(1)", "complete the word; again, the next choice", show=False,
                id="prompt.complete"),
        Binding("shift+tab", "complete(-1)", "the previous choice", show=False,
                id="prompt.complete_back"),
    ]  # fmt: skip

    @dataclass
    class Edited(Message):
        """The line has changed."""

        line: str

    def __init__(
        self,
        history: list[str],
        complete: Callable[[str], list[str]],
        carry_out: Callable[[str], None],
    ) -> None:
        """
        history     lines entered earlier, oldest first; new ones are added
        complete    the lines that a line may be completed to
        carry_out   leaves the field and runs the line
        """
        super().__init__()
        self._recalled = Recalled(history)
        self._complete, self._carry_out = complete, carry_out
        self._choices: list[str] = []
        self._choice = 0

    def compose(self) -> ComposeResult:
        """Yield the colon and the field."""
        yield Static(":", id="colon", markup=False)
        yield Field(placeholder="set K 15   tab complete   esc leave", id="command-line",
                    compact=True, select_on_focus=False)  # fmt: skip

    @property
    def field(self) -> Field:
        """The field that the line is typed in."""
        return self.query_one(Field)

    def begin(self) -> None:
        """Start with an empty line."""
        self._recalled.begin()
        self._choices = []
        self.field.value = ""

    async def action_enter(self) -> None:
        """Add the line to the history and run it, before the next keys are handled."""
        await self.field.all_typed()
        line = self.field.value.strip()
        self._recalled.add(line)
        self._carry_out(line)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Report that the line has changed."""
        event.stop()
        self.post_message(self.Edited(event.value))

    def action_recall(self, by: int) -> None:
        """Go through the history; after its end comes the line that was being typed."""
        self.field.put(self._recalled.step(by, self.field.value))

    def action_complete(self, by: int) -> None:
        """Complete the last word; with several choices, step through them."""
        if self.field.value not in self._choices:
            self._choices = self._complete(self.field.value)
            self._choice = -1 if by > 0 else 0
        if len(self._choices) == 1:
            (only,) = self._choices
            self.field.put(only if only.endswith("/") else f"{only} ")  # in a folder it goes on
        elif self._choices:
            self._choice = (self._choice + by) % len(self._choices)
            self.field.put(self._choices[self._choice])
