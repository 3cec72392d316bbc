"""The words that differ most between the two runs of the pair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message

from w2vtui.comparing.letters import LETTERS
from w2vtui.comparing.moved import MovedWords, words_that_moved
from w2vtui.display import pad, safe_text
from w2vtui.tui.compare_screen.pane import Asked, ComparePane, Pair
from w2vtui.tui.looks.inks import Inks
from w2vtui.tui.widgets.panel import joined
from w2vtui.tui.widgets.result_panel import Shape

N_WORDS = 40
_WORD_CELLS = 16
_BAR_CELLS = 5


class MovedPane(ComparePane):
    """A line for each word: how far it is off, and its neighbors on both sides."""

    NAME, TITLE = "moved", "Words that differ most"
    ABOUT = (
        "Words whose vectors differ most between the runs of the pair, once all are rotated onto "
        "each other: 1 less their cosine. Chance makes most words differ a little: by the median."
    )
    HELP_TITLE = "Words that differ"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "point(-1)", "previous word", show=False, id="compare.word_before",
                tooltip="point at the word above"),
        Binding("down,j", "point(1)", "next word", show=False, id="compare.word_after",
                tooltip="point at the word below"),
        Binding("w", "word", "Neighbors", id="compare.show_word",
                tooltip="show the neighbors of the word in all runs"),
        Binding("enter", "open", "Explore", id="compare.open",
                tooltip="explore the word in the chosen run"),
    ]  # fmt: skip

    @dataclass
    class Picked(Message):
        """A word was chosen."""

        word: str
        explores: bool
        """Whether to explore it, and not to show its neighbors here."""

    def __init__(self) -> None:
        super().__init__()
        self._at = 0

    def compute(self, asked: Asked) -> Iterator[tuple[MovedWords, Pair]]:
        """The words that moved."""
        comparison, pair = asked.comparison, asked.pair
        shared = comparison.vectors()
        first, second = (comparison.place(one) for one in pair)
        yield words_that_moved(shared, first, second, N_WORDS), pair

    def take(self, result: tuple[MovedWords, Pair]) -> None:
        """Show other words; the pointer stays within them."""
        self._at = min(self._at, max(len(result[0].words) - 1, 0))
        super().take(result)

    def action_point(self, by: int) -> None:
        """Point at another word."""
        if self.result is not None:
            self._at = min(max(self._at + by, 0), max(len(self.result[0].words) - 1, 0))
            self.redraw()

    def action_word(self) -> None:
        """Show the neighbors of the word."""
        self._pick(explores=False)

    def action_open(self) -> None:
        """Explore the word."""
        self._pick(explores=True)

    def _pick(self, *, explores: bool) -> None:
        if self.result is not None and self.result[0].words:
            self.post_message(self.Picked(self.result[0].words[self._at].word, explores))

    def drawn(self, result: tuple[MovedWords, Pair], shape: Shape) -> Text:
        """As many words as fit, around the one pointed at."""
        moved, pair = result
        self.border_title = f"{self.TITLE} between {pair.text}"
        self.border_subtitle = f"median {moved.usual:.2f} of {moved.n_words:,} words"
        return joined(moved_lines(moved, pair, self._at, shape, self.app.inks))


def moved_lines(
    moved: MovedWords, pair: Pair, pointed: int, shape: Shape, inks: Inks
) -> list[Text]:
    """A line for each word."""
    if moved.remark:
        return [Text(moved.remark, "dim")]
    first = min(max(pointed - shape.height + 1, 0), max(len(moved.words) - shape.height, 0))
    room = max(shape.width - _WORD_CELLS - _BAR_CELLS - 4, 2)
    lines = []
    for at, word in enumerate(moved.words[first : first + shape.height], start=first):
        line = Text("▸ " if at == pointed else "  ", no_wrap=True)
        line.append(pad(safe_text(word.word, 40), _WORD_CELLS), inks.calm)
        line.append(f" {word.difference:4.2f} ")
        for side, near in zip(pair, word.near, strict=True):
            line.append(f" {LETTERS[side]} ", "dim")
            words = " ".join(safe_text(one, 30) for one in near)
            line.append(pad(words, max(room // 2 - 3, 1)))
        lines.append(line)
    return lines
