"""The word card: what is known of the word that is picked."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray
from rich.text import Text
from textual.binding import Binding, BindingType

from w2vtui.display import clock_text, number, safe_text
from w2vtui.errors import W2vtuiError
from w2vtui.exploring.questions import Question
from w2vtui.exploring.subject import View
from w2vtui.exploring.word_card import Codes, WordCard, word_card
from w2vtui.tui.explore_screen.pane import ExplorePane
from w2vtui.tui.widgets.panel import joined
from w2vtui.tui.widgets.result_panel import Shape

if TYPE_CHECKING:  # it loads Numba
    from w2vtui.training.history.moments import PastMoment

MOVED_SECONDS = 60.0
"""Training time over which the movement of a word is shown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A card, and what belongs to its figures."""

    card: WordCard | None
    """None where no word is asked."""
    moved_over: float | None = None
    """Seconds of training from the earlier moment to this one."""


class WordCardPane(ExplorePane):
    """Count, rank, lengths of the vectors, movement and code of a word."""

    PANE_NAME = "Word card"
    HELP = "What is known of the picked word: count, rank, lengths of its vectors, movement, code."
    HELP_TITLE = "Word card"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "follow", "Ask", id="explore.card_follow",
                tooltip="ask for the nearest words of this word"),
    ]  # fmt: skip

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._codes = Codes()
        self._builder: threading.Thread | None = None
        """Builds the tree of the codes, which may load Numba: no other pane waits for it."""
        self._earlier: tuple[PastMoment, View] | None = None
        """The earlier moment that was read last, which takes a while."""

    def compute(self, view: View, question: Question | None, shape: Shape) -> Shown:
        """The card of the picked word, or of the first one that is asked."""
        words = (self.explorer.picked, *(() if question is None else question.words))
        word = next((word for word in words if word in view.vectors), None)
        if word is None:
            return Shown(None)
        settings = self.subject.settings
        earlier = self._look_back(view)
        self._build_codes(view.counts)
        card = word_card(
            view.vectors,
            word,
            sample=None if settings is None else settings.sample,
            codes=self._codes,
            earlier=None if earlier is None else earlier[1].vectors,
            whole_counts=view.whole_counts,
        )
        over = None
        if earlier is not None and view.seconds is not None:
            over = view.seconds - earlier[0].seconds
        return Shown(card, over)

    def _build_codes(self, counts: NDArray[np.int64] | None) -> None:
        """Have the tree built over counts (V,), unless it is."""
        is_busy = self._builder is not None and self._builder.is_alive()
        if counts is None or is_busy or self._codes.has(counts) or not counts.all():
            return

        def build() -> None:
            self._codes.build(counts)
            self.recompute()

        self._builder = threading.Thread(target=build, name="w2vtui-codes", daemon=True)
        self._builder.start()

    def _look_back(self, view: View) -> tuple[PastMoment, View] | None:
        """The vectors of a minute before, or of the oldest moment where that is later."""
        moment = moment_before(self.subject.moments, view.seconds)
        if moment is None:
            return None
        kept = self._earlier
        if kept is None or kept[0] != moment:
            try:
                kept = self._earlier = moment, self.subject.view_at(moment)
            except W2vtuiError:  # it is not kept any more: the next look finds another
                return None
        return kept

    def forget(self) -> None:
        """Drop the vectors of the earlier moment."""
        self._earlier = None

    def drawn(self, result: Shown, shape: Shape) -> Text:
        """A few figures a line."""
        card = result.card
        word = "" if card is None else f": {safe_text(card.word, 40)}"
        self.write_frame(self.PANE_NAME + word)
        lines = card_lines(result, shape.width)[: shape.height]
        for line in lines:
            line.truncate(shape.width, overflow="ellipsis")
        return joined(lines)

    def action_follow(self) -> None:
        """Ask for the nearest words of this word."""
        if self.result is not None and self.result.card is not None:
            self.ask(self.result.card.word)


def moment_before(moments: Sequence[PastMoment], seconds: float | None) -> PastMoment | None:
    """The newest moment that is at least a minute older, or else the oldest of all."""
    if seconds is None:
        return None
    earlier = [one for one in moments if one.seconds < seconds]
    long_ago = [one for one in earlier if one.seconds <= seconds - MOVED_SECONDS]
    return long_ago[-1] if long_ago else next(iter(earlier), None)


def card_lines(shown: Shown, width: int) -> list[Text]:
    """The lines of a card, the most telling first; what belongs together shares one if it fits."""
    if shown.card is None:
        return [Text("no word is picked", "dim")]
    lines = []
    for figures in _figures(shown.card, shown.moved_over):
        line = _line(*figures)
        lines += [line] if line.cell_len <= width else [_line(one) for one in figures]
    return lines


def _figures(card: WordCard, moved_over: float | None) -> list[list[tuple[str, str]]]:
    """Names and figures, those that belong together in one list."""
    rank = ("rank", f"{card.row + 1:,} of {card.n_words:,}")
    figures = [[rank] if card.count is None else [("count", f"{card.count:,}"), rank]]
    if card.keep is not None and card.count is not None:
        per_epoch = f"{card.keep * card.count:,.0f} an epoch"
        figures.append([("kept", f"{100 * card.keep:.1f} %"), ("about", per_epoch)])
    lengths = [("|v|", _length(card.input_norm))]
    if card.output_norm is not None:
        lengths.append(("|u|", _length(card.output_norm)))
    figures.append(lengths)
    if card.moved is not None and moved_over is not None:
        turned = f"{card.moved:.3f} rad ({math.degrees(card.moved):.1f} deg)"
        figures.append([("moved", turned), ("in", clock_text(moved_over))])
    if card.code is not None:
        bits = f"{len(card.code)} bit{'s' * (len(card.code) != 1)}"
        figures.append([("Huffman code", bits), *([("", card.code)] if card.code else [])])
    if card.share is not None:
        figures.append([("share of the tokens", f"{number(100 * card.share)} %")])
    return figures


def _length(length: float) -> str:
    return f"{length:.2f}" if length < 1e4 else number(length)


def _line(*figures: tuple[str, str]) -> Text:
    """Figures behind their dim names."""
    line = Text(no_wrap=True, overflow="ellipsis")
    for name, value in figures:
        line.append("   " if line.plain else "")
        line.append(f"{name} " if name else "", "dim")
        line.append(value)
    return line
