"""The Tree tab: the Huffman path of a word, and the sum over all leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from rich.text import Text
from textual.binding import Binding, BindingType

from w2vtui.display import number, pad, safe_text, short
from w2vtui.errors import SettingsError
from w2vtui.exploring.subject import Subject, View
from w2vtui.method.tree import Leaves, TreeCost, Turn, cost_of, leaves_of, turns_of
from w2vtui.notable_words import notable_words
from w2vtui.settings import LiveSettings, field_default
from w2vtui.training.engine.tree_scoring import tree_over
from w2vtui.training.state.snapshot import ENDED
from w2vtui.tui.method_screen.lines import (
    Axes,
    Curve,
    Spot,
    curve_lines,
    cut,
    facts_below,
    share_text,
    times_text,
)
from w2vtui.tui.method_screen.pane import MethodPane, seen
from w2vtui.tui.widgets.panel import joined
from w2vtui.tui.widgets.result_panel import Shape

N_PLACES = 240
"""Ranks at which the curve is computed, evenly spaced on a logarithmic axis."""
N_LIKELY = 8
"""The most probable words that are listed."""
MOST_COUNTED = 500_000
"""In larger vocabularies the words below each node are not counted, which takes memory."""
BESIDE_CELLS = 104
_PATH_CELLS, _WORD_CELLS = 62, 18


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Path:
    """What the tab shows at one moment."""

    context: str
    word: str
    count: int
    rank: int
    """1 for the most frequent word."""
    n_words: int
    turns: tuple[Turn, ...]
    below: tuple[int, ...]
    """The words below each node of the path; empty if they are not counted."""
    lengths: NDArray[np.float64]
    """(N_PLACES,): turns to the word at each rank"""
    ideal: NDArray[np.float64]
    """(N_PLACES,): -log2 of its share of the text"""
    cost: TreeCost
    vector_size: int
    tokens: int | None
    objective: str
    """What the run trains with; empty for a file."""
    can_change: bool
    """Whether it is a run that trains here, whose objective can be set."""
    sample: str
    """Of the subsampling that the cost is of, in words."""
    words: Sequence[str]
    """All of them, most frequent first."""
    leaves: Leaves | None = None
    """None without vectors of nodes."""
    likely: tuple[tuple[str, float], ...] = ()
    """The most probable words given the context word."""
    better: int = 0
    """Words more probable than this one."""


class _Tree:
    """The tree of one vocabulary, with what is computed once."""

    def __init__(self, counts: NDArray[np.int64]) -> None:
        self.counts = counts
        self.tree = tree_over(counts)
        is_counted = len(counts) <= MOST_COUNTED
        self.below = self.tree.words_below() if is_counted else np.zeros(0, np.int64)


class TreePane(MethodPane):
    """The tree of hierarchical softmax."""

    NAME = "tree"
    TITLE = "Tree  P(w | c) = product of sigmoid(turn * u_n.v_c) along the path of w"
    ABOUT = "The Huffman path of a word, and its probability as the product along the path."
    ASKS = "a word, or a context word and the word that it predicts, as: paris rome"
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
        self._made: _Tree | None = None

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

    # ---- in the background

    def compute(self, subject: Subject | None, question: Any) -> Iterator[Path]:
        """The path with all that is known of it."""
        view = seen(subject)
        counts = view.vectors.counts
        if counts is None:
            raise SettingsError(
                "these vectors come without the counts of their words, and the tree is made of "
                "counts: explore a run, or vectors saved with their counts"
            )
        if self._made is None or not np.array_equal(self._made.counts, counts):
            self._made = _Tree(counts)
        settings = None if subject is None else subject.settings
        made = _path(self._made, view, question, settings)
        run = None if subject is None else subject.run
        yield replace(made, can_change=run is not None and run.snapshot().state not in ENDED)

    # ---- drawing

    def drawn(self, result: Path, shape: Shape) -> Text:
        """The path, the curve of code lengths, the likely words, the sum and the cost."""
        foot = facts_below(_facts(result, self._how_to()), shape)
        room = shape.height - len(foot)
        beside = shape.width >= BESIDE_CELLS
        path = self._path_lines(result, min(shape.width, _PATH_CELLS), room)
        if not beside:
            rest = room - len(path)
            return joined([*path, *self._curve(result, shape.width, rest), *foot][: shape.height])
        width = shape.width - _PATH_CELLS - 2
        likely = _likely_lines(result, width)
        right = [*self._curve(result, width, room - len(likely)), *likely]
        lines = []
        for at in range(room):
            line = path[at].copy() if at < len(path) else Text()
            line.append(" " * (_PATH_CELLS + 2 - line.cell_len))
            line.append_text(right[at] if at < len(right) else Text())
            lines.append(line)
        return joined([*lines, *foot])

    def _how_to(self) -> str:
        train, command = self.app.key_of("app.train"), ":set objective hierarchical-softmax"
        return f"on the train screen ({train}) type {command}"

    def _path_lines(self, result: Path, width: int, height: int) -> list[Text]:
        head = Text(" from ", "dim", no_wrap=True)
        head.append(safe_text(result.context, 30), "not dim bold")
        head.append(" to ")
        head.append(safe_text(result.word, 30), "not dim bold")
        head.append(f"   count {result.count:,}, rank {result.rank:,}")
        code = "".join(str(turn.bit) for turn in result.turns)
        codes = Text(" code ", "dim", no_wrap=True)
        codes.append(code or "empty: it is the only word", "not dim bold")
        codes.append(f"  {len(code)} turns")
        has_scores = result.leaves is not None
        title = f" {'node':>9} {'turn':<7}"
        title += f" {'u.v':>8} {'sigmoid':>9} {'product':>9}" if has_scores else ""
        title += f" {'words below':>12}" if result.below else ""
        lines = [head, codes, Text(title, "dim", no_wrap=True)]
        room = max(height - len(lines), 3)
        shown = list(range(len(result.turns)))
        if len(shown) > room:  # the root, and the end of the path
            first = room // 2
            shown = [*shown[:first], -1, *shown[len(shown) - (room - first - 1) :]]
        lines += [self._turn_line(result, at) for at in shown]
        return [cut(line, width) for line in lines][: max(height, 0)]

    def _turn_line(self, result: Path, at: int) -> Text:
        if at < 0:
            return Text(f" {'…':>9}", "dim", no_wrap=True)
        turn = result.turns[at]
        name = "root" if turn.node == 0 else f"{turn.node:,}"
        line = Text(f" {name:>9} ", no_wrap=True)
        line.append(f"{turn.bit} {'right' if turn.bit else 'left':<5}",
                    self.app.inks.warning if turn.bit else self.app.inks.calm)  # fmt: skip
        if turn.score is not None:
            line.append(f" {turn.score:>+8.3f} {turn.factor:>9.6f} ")
            line.append(_probability(turn.product), "bold")
        if result.below:
            line.append(f" {result.below[at]:>12,}", "dim")
        return line

    def _curve(self, result: Path, width: int, height: int) -> list[Text]:
        top = max(float(result.lengths.max()), float(result.ideal.max()), 1.0)
        rank = np.log(result.rank) / max(np.log(result.n_words), 1e-9)
        curves = [
            Curve(result.ideal / top, "dim", faint=True),
            Curve(result.lengths / top, self.app.inks.calm),
        ]
        axes = Axes(f"{top:.0f}", "0", "1 most frequent", f"rank {short(result.n_words)}")
        spots = [Spot(float(rank), len(result.turns) / top, "●")]
        lines = curve_lines(curves, axes, (width, height - 1), self.app.glyphs, spots)
        if not lines:
            return []
        key = Text(" code length over rank  ", "dim", no_wrap=True)
        key.append("━ turns", self.app.inks.calm)
        key.append("  ┄ -log2 of the share", "dim")
        key.append("  ● this word", "bold")
        return [cut(key, width), *lines]


def _path(
    made: _Tree, view: View, question: tuple[str, str], settings: LiveSettings | None
) -> Path:
    vectors, tree, counts = view.vectors, made.tree, np.maximum(made.counts, 1)
    context, word = _chosen(vectors.index_to_key, question)
    at_context, at = vectors.key_to_index[context], vectors.key_to_index[word]
    nodes, v = view.node_vectors, vectors.vectors[at_context]
    if nodes is not None and len(nodes) != len(vectors) - 1:
        nodes = None
    leaves = None if nodes is None else leaves_of(tree, v, nodes)
    likely: tuple[tuple[str, float], ...] = ()
    if leaves is not None:
        best = np.argsort(-leaves.probabilities)[:N_LIKELY].tolist()
        likely = tuple((vectors.index_to_key[row], leaves.probabilities[row]) for row in best)
    places = np.exp(np.linspace(0, np.log(len(counts)), N_PLACES))
    ranks = np.minimum(np.round(places).astype(np.int64) - 1, len(counts) - 1)
    turns = turns_of(tree, at, v, nodes)
    sample = field_default(LiveSettings, "sample") if settings is None else settings.sample
    return Path(
        context=context,
        word=word,
        count=int(counts[at]),
        rank=at + 1,
        n_words=len(counts),
        turns=tuple(turns),
        below=tuple(made.below[[turn.node for turn in turns]].tolist()) if made.below.size else (),
        lengths=tree.lengths[ranks].astype(np.float64),
        ideal=-np.log2(counts[ranks] / counts.sum()),
        cost=cost_of(tree, counts, sample),
        vector_size=vectors.vector_size,
        tokens=view.tokens,
        words=vectors.index_to_key,
        sample=number(sample) + (", the default" if settings is None else ""),
        objective="" if settings is None else settings.objective.replace("-", " "),
        can_change=False,
        leaves=leaves,
        likely=likely,
        better=0
        if leaves is None
        else int((leaves.probabilities > leaves.probabilities[at]).sum()),
    )


def _chosen(words: Sequence[str], question: tuple[str, str]) -> tuple[str, str]:
    """The context word and the word, where none were chosen some that are worth a look."""
    notable = notable_words(words, 2)
    context, word = question
    return context or notable[0], word or notable[-1]


def _likely_lines(result: Path, width: int) -> list[Text]:
    if not result.likely:
        return []
    head = f" most probable given {safe_text(result.context, 20)}"
    lines = [cut(Text(head, "dim", no_wrap=True), width)]
    half = -(-len(result.likely) // 2)
    columns = result.likely[:half], result.likely[half:]
    for row in range(half):
        line = Text(no_wrap=True)
        for column in columns:
            if row < len(column):
                word, probability = column[row]
                line.append(f" {pad(safe_text(word, 40), _WORD_CELLS - 2)}")
                line.append(f" {_probability(probability)}", "bold")
        lines.append(cut(line, width))
    return lines


def _facts(result: Path, how_to: str) -> list[tuple[str, str]]:
    """The probability of the word, the sum over all words, and the cost."""
    facts, leaves, cost = [], result.leaves, result.cost
    given = f"P({safe_text(result.word, 20)} | {safe_text(result.context, 20)})"
    if leaves is None:
        trains, ways = "a file", "explore a run that is trained"
        if result.objective:
            trains = f"this run trains with {result.objective}"
            ways = f"{how_to}, or train" if result.can_change else "train one"
        facts.append((
            "no product",
            f"{trains}: inner nodes have no vectors u_n. To see {given} and the sum over all "
            f"leaves, {ways} with --objective hierarchical-softmax",
        ))  # fmt: skip
    elif not np.isfinite(leaves.total):
        facts.append(("no product", "the vectors are not numbers: the run has diverged"))
    else:
        product = result.turns[-1].product if result.turns else 1.0
        at = "" if result.tokens is None else f" for the vectors at {result.tokens:,} tokens"
        facts += [
            (
                given,
                f"{_probability(product).strip()}, rank {result.better + 1:,} of "
                f"{result.n_words:,}; {share_text(2.0 ** -len(result.turns)).strip()} if every "
                "turn were even",
            ),
            (
                f"{leaves.total:.6f}",
                f"is the sum over all {result.n_words:,} leaves{at}, {leaves.error:.0e} "
                "from 1 in float64: at every node sigmoid(x) + sigmoid(-x) = 1",
            ),
        ]  # fmt: skip
    times = result.n_words / max(cost.mean, 1e-9)
    facts.append((
        "cost",
        f"O(log V): {cost.mean:.1f} rows of {result.vector_size} numbers a pair (the mean of codes "
        f"of {cost.shortest} to {cost.longest} turns, by how often words are trained with "
        f"subsample {result.sample}); the "
        f"exact softmax O(V): {result.n_words:,}, {times_text(times)} as many. Over the text "
        f"{cost.mean_of_text:.2f} turns; no code has fewer than {cost.least:.2f}, the entropy",
    ))  # fmt: skip
    return facts


def _probability(value: float | None) -> str:
    """Nine characters: `0.002345`, `3.2e-09`."""
    if value is None:
        return " " * 9
    return f"{value:>9.6f}" if value >= 1e-4 else f"{value:>9.2e}"
