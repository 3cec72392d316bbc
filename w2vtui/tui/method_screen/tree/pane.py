"""The Tree tab: the keys that choose its words, and what it computes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType

from w2vtui.exploring.subject import Subject
from w2vtui.training.state.snapshot import ENDED
from w2vtui.tui.method_screen.lines import Pens
from w2vtui.tui.method_screen.pane import MethodPane, seen
from w2vtui.tui.method_screen.tree.drawing import draw_path
from w2vtui.tui.method_screen.tree.result import CountedTree, Path, path_of, tree_of
from w2vtui.tui.widgets.result_panel import Shape


class TreePane(MethodPane):
    """The tree of hierarchical softmax."""

    NAME = "tree"
    TITLE = "Tree  P(w | c) = product of sigmoid(turn * u_n.v_c) along the path of w"
    ABOUT = "The Huffman path of a word, and its probability as the product along the path."
    ASKS = "a word · a context word and the word that it predicts · as paris rome"
    HELP_TITLE = "The tree"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "More frequent", id="tree.more",
                tooltip="the next more frequent word"),
        Binding("down", "step(1)", "Rarer", id="tree.rarer", tooltip="the next rarer word"),
        Binding("x", "swap", "Swap", id="tree.swap",
                tooltip="let the word predict the context word instead"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._given = self._word = ""
        """As they were chosen; empty for words that are worth a look."""
        self._made: CountedTree | None = None

    # ---- keys

    def action_step(self, by: int) -> None:
        """Take the word that is this many ranks further."""
        shown = self.result
        if isinstance(shown, Path):
            self._word = shown.words[min(max(shown.rank - 1 + by, 0), shown.n_words - 1)]
            self.recompute()

    def action_swap(self) -> None:
        """Exchange the two words."""
        if isinstance(self.result, Path):
            self._given, self._word = self.result.word, self.result.context
            self.recompute()

    def asked(self, words: Sequence[str]) -> None:
        """Take the word, or the context word and the word."""
        if len(words) > 1:
            self._given = words[0]
        self._word = words[-1]
        self.recompute()

    def question(self) -> Any:
        """Both words."""
        return self._given, self._word

    # ---- what a pane is

    def compute(self, subject: Subject | None, question: Any) -> Iterator[Path]:
        """The path with all that is known of it."""
        view = seen(subject)
        self._made = tree_of(view.vectors, self._made)
        settings = None if subject is None else subject.settings
        run = None if subject is None else subject.run
        can_change = run is not None and run.snapshot().state not in ENDED
        yield path_of(self._made, view, question, settings, can_change=can_change)

    def drawn(self, result: Path, shape: Shape) -> Text:
        """The path, the curve of code lengths, the likely words, the sum and the cost."""
        train, command = self.app.key_of("app.train"), ":set objective hierarchical-softmax"
        how_to = f"on the train screen ({train}) type {command}"
        return draw_path(result, shape, Pens(self.app.glyphs, self.app.inks), how_to)
