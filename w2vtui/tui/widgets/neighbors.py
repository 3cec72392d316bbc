"""The neighbors panel: a query, and its nearest words as they are now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from w2vtui.display import cell_width, pad, safe_text
from w2vtui.training.snapshot import Neighbors
from w2vtui.tui.figures import meter
from w2vtui.tui.widgets.panel import Panel, joined

_NAME_CELLS = 24
_WATCHED_CELLS = 11


class NeighborsPanel(Vertical):
    """A field to ask in; without a query, a line for each watched word."""

    HELP = "The nearest words of a query as they are now; without one, of some watched words."

    @dataclass
    class Asked(Message):
        """A query was entered; an empty one asks for the watched words."""

        query: str

    def compose(self) -> ComposeResult:
        """The field and the words."""
        query = Input(placeholder="a word, or king - man + woman", id="query", compact=True)
        query.cursor_blink = False
        yield query
        yield Panel(id="nearest")

    def on_mount(self) -> None:
        """Name the panel."""
        self.border_title = "Neighbors"
        self.border_subtitle = "/ ask  esc back"

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Pass the query on."""
        event.stop()
        self.post_message(self.Asked(" ".join(event.value.split())))

    def show(self, answers: Sequence[Neighbors], query: str) -> None:
        """Show the nearest words of the query, or of all watched words."""
        panel = self.query_one("#nearest", Panel)
        panel.show(joined(neighbor_lines(answers, query, *panel.size)))


def neighbor_lines(answers: Sequence[Neighbors], query: str, width: int, height: int) -> list[Text]:
    """The nearest words of a query with their cosines; without one, a line a watched word."""
    if not answers:
        waiting = "looking …" if query else "nearest words appear when training starts"
        return [Text(pad(waiting, width), "dim")]
    if not query:
        return [_watched(answer, width) for answer in answers[:height]]
    answer = answers[0]
    if answer.problem:
        return [Text(line) for line in _wrapped(safe_text(answer.problem), width)[:height]]
    lines = []
    for rank, (word, cosine) in enumerate(answer.words[:height], start=1):
        line = Text(f"{rank:2d} ", "dim", no_wrap=True)
        name_cells = min(max(width - 24, 8), _NAME_CELLS)
        style = "not dim bold" if rank == 1 else "not dim"
        line.append(pad(safe_text(word, 40), name_cells), style)
        line.append(f" {cosine:6.3f} ", "not dim")
        line.append(meter(cosine, max(width - name_cells - 12, 4))[0])
        lines.append(line)
    return lines


def _watched(answer: Neighbors, width: int) -> Text:
    line = Text(no_wrap=True)
    name_cells = min(_WATCHED_CELLS, width // 3)
    line.append(pad(safe_text(answer.query, 40), name_cells), "bold")
    words = "  ".join(safe_text(word, 24) for word, _ in answer.words)
    nearest = safe_text(answer.problem) or words
    line.append(" " + pad(nearest, max(width - name_cells - 1, 1)))
    return line


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if cell_width(lines[-1]) + 1 + cell_width(word) > width and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [pad(line, width) for line in lines]
