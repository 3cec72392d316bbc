"""A dialog that asks one question, with a few answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from w2vtui.display import cell_width, pad


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question."""

    name: str
    key: str
    label: str
    note: str = ""


class Ask(ModalScreen[str]):
    """A question with a few answers, each with its key; enter takes the first."""

    def __init__(self, title: str, text: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._title, self._text, self._choices = title, text, tuple(choices)
        # With priority, so that it is closed before the next key is handled.
        self._bindings.bind("enter", "answer", "the marked answer", show=False, priority=True)
        for choice in self._choices:
            action = f"answer({choice.name!r})"
            self._bindings.bind(choice.key, action, choice.label, show=False, priority=True)

    def compose(self) -> ComposeResult:
        """The question, and a list of the answers."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = self._title
            yield Static(Text(self._text), id="question")
            answers = OptionList(
                *(Option(self._line(c), id=c.name or "stay") for c in self._choices)
            )
            answers.highlighted = 0
            yield answers

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Mark the answer that enter takes, also for terminals without color."""
        for at, choice in enumerate(self._choices):
            line = self._line(choice, pointed=at == event.option_index)
            event.option_list.replace_option_prompt_at_index(at, line)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer on enter or a click."""
        self.dismiss(self._choices[event.option_index].name)

    def action_answer(self, name: str | None = None) -> None:
        """Give an answer by its name, or the one that is marked."""
        marked = self.query_one(OptionList).highlighted or 0
        self.dismiss(self._choices[marked].name if name is None else name)

    def choose_first(self) -> None:
        """Give the first answer."""
        self.dismiss(self._choices[0].name)

    def _line(self, choice: Choice, *, pointed: bool = False) -> Text:
        key = {"escape": "esc", "slash": "/"}.get(choice.key, choice.key)
        label_cells = max(cell_width(one.label) for one in self._choices) + 2
        line = Text(f"{'▸' if pointed else ' '} {key:<4}", "bold", no_wrap=True)
        line.append(pad(choice.label, label_cells), "not bold")
        line.append(choice.note, "not bold dim")
        return line
