"""The Exact tab: each approximation beside the softmax."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from rich.text import Text
from textual.binding import Binding, BindingType

from w2vtui.display import pad, safe_text, short
from w2vtui.errors import SettingsError
from w2vtui.exploring.subject import Subject, View
from w2vtui.method import exact
from w2vtui.method.exact import AtK, Estimate, Pair, Real
from w2vtui.method.tree import leaves_of
from w2vtui.notable_words import notable_words
from w2vtui.settings import LiveSettings, field_default
from w2vtui.training.engine.tree_scoring import tree_over
from w2vtui.tui.method_screen.lines import cut, facts_below
from w2vtui.tui.method_screen.pane import MethodPane, seen
from w2vtui.tui.numbers import meter
from w2vtui.tui.widgets.panel import joined
from w2vtui.tui.widgets.result_panel import Shape

N_LIKELY = 20
MOST_OF_TREE = 100_000
"""Words whose tree is compared, at most: its vectors are copied."""
BESIDE_CELLS = 104
ROWS_FOR_BARS = 26
_WORDS_CELLS, _NAME_CELLS = 50, 16


@dataclass(frozen=True, slots=True)
class _Row:
    """A word, and its probability by each."""

    word: str
    exact: float
    noise: float
    tree: float | None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Compared:
    """What the tab shows at one moment."""

    context: str
    word: str
    n_compared: int
    n_words: int
    rows: tuple[_Row, ...]
    vector_size: int
    exponent: float
    tokens: int | None
    is_default: bool = False
    """Whether the exponent is the default, since that of the training is not known."""
    noise_from_exact: float
    """Divergence of the two distributions over all words that are compared, in nats."""
    tree_from_noise: float | None
    tree_cosine: float | None
    """Of the gradient of hierarchical softmax with the exact one."""
    limit: float
    at: tuple[AtK, ...] = ()


class ExactPane(MethodPane):
    """The exact softmax."""

    NAME = "exact"
    TITLE = "Exact  both approximations beside the softmax"
    ABOUT = "Probabilities and gradients of each approximation beside those of the exact softmax."
    ASKS = "a context word, or also the word that it predicts, as: paris rome"
    HELP_TITLE = "The exact softmax"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "swap", "Swap", id="exact.swap",
                tooltip="let the word predict the context word instead"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._given = self._word = ""
        """As they were chosen; empty for words that are worth a look."""
        self._known: Compared | None = None
        """What was computed last, with all values of K."""

    # ---- keys

    def action_swap(self) -> None:
        """Exchange the two words."""
        if isinstance(self.result, Compared):
            self._given, self._word = self.result.word, self.result.context
            self.recompute()

    def asked(self, words: Sequence[str]) -> None:
        """Take the context word, or both."""
        self._given, self._word = words[0], words[1] if len(words) > 1 else ""
        self.recompute()

    def question(self) -> Any:
        """Both words."""
        return self._given, self._word

    # ---- in the background

    def compute(self, subject: Subject | None, question: Any) -> Iterator[Compared]:
        """The probabilities at once, then the gradients for one K after the other."""
        view = seen(subject)
        settings = None if subject is None else subject.settings
        exponent: float = (
            field_default(LiveSettings, "ns_exponent") if settings is None else settings.ns_exponent
        )
        if view.vectors.output_vectors is None or view.vectors.counts is None:
            raise SettingsError(why_no_scores(subject))
        rows, pair, names = _pair(view, question, exponent)
        leaves = self._leaf_probabilities(view, names[0])
        made = _compared(view, rows, pair, names, leaves)
        made = replace(made, is_default=settings is None)
        known = self._known
        if known is not None and (known.context, known.word) == names:
            made = replace(made, at=known.at)  # until the new ones are there
        yield made
        found: list[AtK] = []
        for one in exact.compared(pair):
            found.append(one)
            if len(made.at) <= len(found):
                yield replace(made, at=tuple(found))
        self._known = replace(made, at=tuple(found))
        yield self._known

    def _leaf_probabilities(self, view: View, context: str) -> Real | None:
        """P(w | c) of all words by the tree; None without vectors of nodes."""
        vectors, nodes = view.vectors, view.node_vectors
        if nodes is None or vectors.counts is None or len(nodes) != len(vectors) - 1:
            return None
        if len(vectors) > MOST_OF_TREE:
            return None
        return leaves_of(tree_over(vectors.counts), vectors[context], nodes).probabilities

    # ---- drawing

    def drawn(self, result: Compared, shape: Shape) -> Text:
        """The words, the gradients for each K, and what both mean."""
        foot = facts_below(_facts(result), shape)
        head, room = self._head(result, shape.width), shape.height - len(foot) - 1
        beside = shape.width >= BESIDE_CELLS
        near_width = shape.width - _WORDS_CELLS - 2 if beside else shape.width
        near = self._near_lines(result, near_width, bars=beside or room > ROWS_FOR_BARS)
        words = _word_lines(result, _WORDS_CELLS if beside else shape.width)
        if not beside:
            lines = [*words[: max(room - len(near), 2)], *near]
        else:
            lines = []
            for at in range(max(len(words), len(near))):
                line = words[at].copy() if at < len(words) else Text()
                line.append(" " * (_WORDS_CELLS + 2 - line.cell_len))
                line.append_text(near[at] if at < len(near) else Text())
                lines.append(line)
        lines = [*lines, *[Text()] * max(room - len(lines), 0)][: max(room, 0)]
        return joined([head, *lines, *foot])

    def _head(self, result: Compared, width: int) -> Text:
        line = Text(" context word ", "dim", no_wrap=True)
        line.append(safe_text(result.context, 24), "not dim bold")
        line.append(" predicts ")
        line.append(safe_text(result.word, 24), "not dim bold")
        frequent = f"   the {result.n_compared:,} most frequent"
        ways = (
            [f"   all {result.n_words:,} words"] if result.n_compared == result.n_words
            else [f"{frequent} of {result.n_words:,} words, as if they were all", frequent]
        )  # fmt: skip
        line.append(next((way for way in ways if line.cell_len + len(way) <= width), ""))
        return cut(line, width)

    def _near_lines(self, result: Compared, width: int, *, bars: bool) -> list[Text]:
        inks = self.app.inks
        lines = [
            Text(" gradient of negative sampling against the exact one", "bold", no_wrap=True),
            Text(f" {'':>3} {'same probabilities':^35}  same scores", "dim", no_wrap=True),
            Text(f" {'K':>3} {'a step':>7} {'cosine':>13} {'distance':>13} {'cosine':>13}", "dim",
                 no_wrap=True),
        ]  # fmt: skip
        for one in result.at:
            fair = one.same_probabilities
            line = Text(f" {one.negative:>3} {one.one_step:>7.3f} ", no_wrap=True)
            line.append(f"{_estimate(fair.cosine)} ")
            line.append(f"{_estimate(fair.distance)} ", inks.calm)
            line.append(_estimate(one.same_scores.cosine), "dim")
            lines.append(line)
        if not result.at:
            lines.append(Text(" drawing noise …", "dim"))
        line = Text(f" {'inf':>3} {'':>7} {'':>13} ", no_wrap=True)
        line.append(f"{result.limit:>6.3f} in closed form", inks.calm)
        lines.append(line)
        if not (result.at and bars):
            return [cut(line, width) for line in lines]
        lines += [Text(), Text(" distance as K grows", "dim", no_wrap=True)]
        top = max(one.same_probabilities.distance.value for one in result.at) or 1.0
        for one in result.at:
            share = one.same_probabilities.distance.value / top
            line = Text(f" {one.negative:>3} ", no_wrap=True)
            line.append(meter(share, max(min(width - 8, 44), 4))[0], inks.calm)
            lines.append(line)
        return [cut(line, width) for line in lines]


def why_no_scores(subject: Subject | None) -> str:
    """Why there is no exact softmax, and what to do: only a run can be changed."""
    if subject is not None and subject.run is not None:
        return (
            "the exact softmax scores words by their output vectors, u . v, and there are none: a "
            "run has them once it trains with negative sampling or the exact softmax; on the train "
            "screen (1) type :set objective negative-sampling"
        )
    name = "here" if subject is None else f"in {safe_text(subject.name, 60)}"
    return (
        "the exact softmax scores words by their output vectors, u . v, with their counts, and "
        f"they are not {name}: explore a run that trained with negative sampling or the exact "
        "softmax, or what it saved as a folder (-o NAME/)"
    )


def _pair(
    view: View, question: tuple[str, str], exponent: float
) -> tuple[Any, Pair, tuple[str, str]]:
    """The rows of the words that are compared, the pair among them, and its words.

    Raises:
        SettingsError: the vectors are not numbers.
    """
    vectors = view.vectors
    outputs, counts, words = vectors.output_vectors, vectors.counts, vectors.index_to_key
    assert outputs is not None
    assert counts is not None
    context = question[0] or notable_words(words, 1)[0]
    at_context = vectors.get_index(context)
    chosen = [at_context, *([vectors.get_index(question[1])] if question[1] else [])]
    rows = exact.words_of(counts, chosen)
    pair = Pair(
        vectors.vectors[at_context],
        outputs[rows],
        np.maximum(counts[rows], 1),
        0,
        exponent,
    )
    scores = pair.scores + pair.log_noise
    if not np.isfinite(scores).all():
        raise SettingsError("the vectors are not numbers: the run has diverged")
    if question[1]:
        word = question[1]
    else:  # the word that it predicts most, but for itself
        others = np.where(rows == at_context, -np.inf, scores)
        word = words[rows[int(others.argmax())]]
    at = int(np.searchsorted(rows, vectors.get_index(word)))
    return rows, pair._replace(word=at), (context, word)


def _compared(
    view: View, rows: Any, pair: Pair, names: tuple[str, str], leaves: Real | None
) -> Compared:
    words = view.vectors.index_to_key
    by_softmax = exact.softmax(pair.scores)
    by_noise = exact.softmax(pair.scores + pair.log_noise)
    by_tree = None if leaves is None else leaves[rows] / leaves[rows].sum()
    order = np.argsort(-by_noise)[:N_LIKELY].tolist()
    order = [pair.word, *(at for at in order if at != pair.word)]
    tree_cosine = None
    if by_tree is not None:
        nodes, counts = view.node_vectors, view.vectors.counts
        assert nodes is not None
        assert counts is not None
        move = exact.tree_move(
            pair.input_vector, nodes, np.maximum(counts, 1), int(rows[pair.word])
        )
        tree_cosine = exact.cosine(move, exact.exact_move(pair, pair.log_noise))
    return Compared(
        context=names[0],
        word=names[1],
        n_compared=len(rows),
        n_words=len(words),
        rows=tuple(
            _Row(
                words[rows[at]], by_softmax[at], by_noise[at],
                None if by_tree is None else float(by_tree[at]),
            )
            for at in order
        ),
        vector_size=view.vectors.vector_size,
        exponent=pair.exponent,
        tokens=view.tokens,
        noise_from_exact=exact.divergence(by_noise, by_softmax),
        tree_from_noise=None if by_tree is None else exact.divergence(by_tree, by_noise),
        tree_cosine=tree_cosine,
        limit=exact.limit_distance(pair),
    )  # fmt: skip


def _word_lines(result: Compared, width: int) -> list[Text]:
    has_tree = result.rows[0].tree is not None
    title = f" {'P(o | c)':<{_NAME_CELLS}} {'softmax':>9} {'neg.samp':>9}"
    title += f" {'tree':>9}" if has_tree else ""
    lines = [cut(Text(title, "dim", no_wrap=True), width)]
    for at, row in enumerate(result.rows):
        style = "bold" if at == 0 else ""
        line = Text(f" {pad(safe_text(row.word, 40), _NAME_CELLS)} ", style, no_wrap=True)
        line.append(f"{row.exact:>9.6f} {row.noise:>9.6f}")
        line.append("" if row.tree is None else f" {row.tree:>9.6f}")
        lines.append(cut(line, width))
    return lines


def _facts(result: Compared) -> list[tuple[str, str]]:
    at = "" if result.tokens is None else f" at {result.tokens:,} tokens"
    default = " (the default, since a file has no settings)" if result.is_default else ""
    facts = [
        (
            "softmax",
            f"exp(u.v) in shares{at}. Negative sampling stands for exp(u.v) P_noise(o), a = "
            f"{result.exponent:.3g}{default}: {result.noise_from_exact:.3f} nats from it",
        ),
        (
            "K",
            f"means of {exact.N_STEPS:,} real steps with their standard errors. Same "
            "probabilities: scores lowered by log K, so that they stand for the same ones; the "
            f"distance tends to {result.limit:.4f}, the center's own share, which noise drops. "
            "Same scores: as they are",
        ),
    ]
    if result.tree_cosine is None:
        facts.append((
            "tree",
            "no vectors of its nodes in this run: it has not trained with hierarchical softmax",
        ))  # fmt: skip
    else:
        facts.append((
            "tree",
            f"exact for its own probabilities, {result.tree_from_noise:.3f} nats from those of "
            f"negative sampling; cosine of its gradient with the exact {result.tree_cosine:+.3f}",
        ))  # fmt: skip
    facts.append((
        "cost",
        f"of a pair, in rows of {result.vector_size} numbers: softmax {short(result.n_words)}, "
        "negative sampling 1 + K, tree one for each turn",
    ))  # fmt: skip
    return facts


def _estimate(one: Estimate) -> str:
    return f"{one.value:>6.3f} ±{one.error:.3f}"
