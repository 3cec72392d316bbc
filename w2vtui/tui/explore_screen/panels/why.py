"""The why near pane."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType

from w2vtui.display import cell_width, pad, safe_text, whole_parts, wrapped
from w2vtui.errors import VectorsError
from w2vtui.exploring.questions import Comparison, Nearest, Question
from w2vtui.exploring.subject import View
from w2vtui.exploring.tsv import tsv
from w2vtui.exploring.why_near.concordance import Line, drawn
from w2vtui.exploring.why_near.reasons import Finding, Reasoner, Reasons, TaughtBy
from w2vtui.exploring.why_near.why import SharedContext, Why
from w2vtui.exploring.why_near.why_text import basis, findings, times_text
from w2vtui.tui.explore_screen.pane import ExplorePane
from w2vtui.tui.widgets.panel import joined
from w2vtui.tui.widgets.result_panel import Shape

PARTNERS = 20
"""Nearest words of the query that it can be paired with."""
_NO_TEXT = "the text of this run is being read, or is not in the cache for this process to read"
_MOST_CONTEXTS = 24
_TABLE_ROWS = 14
"""A pane of this many rows has a table of contexts above the lines."""
_LONGEST = 24


@dataclass(frozen=True)
class Shown:
    """An answer, and where it stands among those that the keys lead to."""

    reasons: Reasons
    cosine: float | None
    partner: int
    """The rank of the second word among the nearest of the first; 0 if it is not one of them"""


class WhyPane(ExplorePane):
    """The contexts that two words share, and the lines of the text that taught it."""

    PANE_NAME = "Why near?"
    HELP = "The contexts that two words share, and the lines of the text that taught it."
    HELP_TITLE = "Why near?"
    EXPORTS = (".tsv", ".json")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "partner(1)", "next word", show=False, id="explore.why_next",
                tooltip="pair the word with the next of its neighbors"),
        Binding("up", "partner(-1)", "previous word", show=False, id="explore.why_previous",
                tooltip="the neighbor before it; above the first, the word's own contexts"),
        Binding("enter", "compare", "Compare", id="explore.why_compare",
                tooltip="make the two words the question"),
    ]  # fmt: skip

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._reasoner = Reasoner()
        self._finding: Finding | None = None
        """Finds the text of a saved run."""
        self._chosen: tuple[Question | None, str, int] = (None, "", 0)
        """A question, the word that was picked then, and the rank of the neighbor chosen here."""

    def on_unmount(self) -> None:
        """End the index."""
        self._reasoner.close()

    def on_mount(self) -> None:
        """Look again while the text is sought or indexed."""
        self.set_interval(1.0, self._look_again)

    def _look_again(self) -> None:
        if self.result is None:
            waits = self._finding is not None or self._lacks_text
        else:
            waits = self.result.reasons.indexed is not None
        if waits:
            self.recompute()

    @property
    def _lacks_text(self) -> bool:
        """Whether it is a run's text that has not been found."""
        return self.subject.run is not None and self.subject.corpus is None

    # ---- computing

    def compute(self, view: View, question: Question | None, shape: Shape) -> Shown | None:
        """Why the two words are near, from the text of the run."""
        if question is None:
            return None
        words, partner = self._words(view, question)
        reasons = self._reasoner.reasons(self._taught(), words, _MOST_CONTEXTS)
        cosine = None
        if len(words) == 2 and all(word in view.vectors for word in words):
            cosine = float(view.vectors.similarity(*words))
        return Shown(reasons, cosine, partner)

    def _words(self, view: View, question: Question) -> tuple[tuple[str] | tuple[str, str], int]:
        """The words to explain, and the rank of the second among the nearest of the first."""
        if isinstance(question, Comparison):
            a, b = question.words
            return ((a,) if a == b else (a, b)), 0
        if not isinstance(question, Nearest) or question.taken or len(question.added) != 1:
            raise VectorsError(
                "why near? is about one word and its neighbors, or about two: type `rome`, or "
                "`rome | italy`"
            )
        (word,) = question.added
        picked = self.explorer.picked
        rank = self._rank(question)
        if rank is None and picked != word and picked in view.vectors:
            return (word, picked), 0
        near = (
            view.vectors.most_similar(word, topn=1 if rank is None else rank) if rank != 0 else []
        )
        return ((word, near[-1][0]), len(near)) if near else ((word,), 0)

    def _rank(self, question: Question) -> int | None:
        """The rank of the neighbor that was chosen here; None if none was, or another was picked
        since.
        """
        asked, picked, rank = self._chosen
        return rank if (asked, picked) == (question, self.explorer.picked) else None

    def _taught(self) -> TaughtBy:
        run, corpus, folder = self.subject.run, self.subject.corpus, self.subject.folder
        if run is not None and corpus is not None:
            return TaughtBy(corpus, run.training, run.snapshot().settings, run)
        if folder is not None:
            from w2vtui.runs.resuming.trained_text import taught_by_run  # loads Numba

            if self._finding is None:
                self._finding = Finding(partial(taught_by_run, folder))
            return self._finding.taught()
        if run is not None:
            raise VectorsError(_NO_TEXT)
        raise VectorsError(
            "a file of vectors does not have the text that taught them: "
            f"`w2vtui why {safe_text(self.subject.name, 60)} WORD WORD --corpus FILE` answers"
        )

    # ---- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key does anything now."""
        if action == "compare":
            return self.result is not None and len(self.result.reasons.why.words) == 2
        return True

    def action_partner(self, by: int) -> None:
        """Pair the word with another of its neighbors, or with none."""
        question = self.explorer.question
        if not isinstance(question, Nearest):
            return
        rank = 1 if self.result is None else self.result.partner
        rank = min(max(rank + by, 0), PARTNERS)
        self._chosen = question, self.explorer.picked, rank
        self.recompute()

    def action_compare(self) -> None:
        """Make the two words the question."""
        first, last = self.result.reasons.why.words
        self.ask(f"{first} | {last}")

    # ---- drawing

    def drawn(self, result: Shown, shape: Shape) -> Text:
        """What they share, and lines of the text."""
        keys = whole_parts("up down another neighbor · enter compare", shape.width - 2)
        self.write_frame(self.PANE_NAME, keys)
        why = result.reasons.why
        head = whole_parts(_headline(result), 2 * shape.width)
        lines = [Text(line, "bold") for line in wrapped(head, shape.width, 3)]
        foot = [Text(whole_parts(_footline(result), shape.width), "dim")]
        room = shape.height - len(lines) - len(foot)
        contexts = self._contexts(why, shape, room)
        concordance = _concordance(why, shape.width)[: max(room - len(contexts), 0)]
        blank = room - len(contexts) - len(concordance)
        rows = [*lines, *contexts, *concordance, *[Text()] * blank, *foot]
        return joined(rows[: shape.height])

    def _contexts(self, why: Why, shape: Shape, room: int) -> list[Text]:
        if not why.contexts or room < 1:
            return []
        if shape.height < _TABLE_ROWS:
            listed = " · ".join(
                f"{safe_text(one.word, _LONGEST)} {one.weight:.2f}" for one in why.contexts
            )
            return [Text(whole_parts(listed, shape.width))]
        return _table(why, shape.width, room // 2)

    def exported(self, result: Shown, ending: str) -> bytes:
        """The contexts as a table, or all of the answer as JSON."""
        why = result.reasons.why
        if ending == ".json":
            answer = {"cosine": result.cosine, **why.as_json()}
            return (json.dumps(answer, ensure_ascii=False, indent=1) + "\n").encode(
                "utf-8", "surrogatepass"
            )
        head = ["context", "weight", *(f"times {word}" for word in why.words)]
        return tsv(
            [
                head,
                *(
                    [one.word, f"{one.weight:.6f}", *(f"{times:.3f}" for times in one.times)]
                    for one in why.contexts
                ),
            ]
        )


def _headline(shown: Shown) -> str:
    why = shown.reasons.why
    cosine = "" if shown.cosine is None else f"cos {shown.cosine:.2f} · "
    return cosine + " · ".join(findings(why))


def _footline(shown: Shown) -> str:
    reasons = shown.reasons
    parts = basis(reasons.why, reasons.settings)
    if reasons.indexed is not None:
        parts.insert(0, f"index {100 * reasons.indexed:.0f} %, until then a scan answers")
    if reasons.remark:
        parts.insert(0, reasons.remark)
    return " · ".join(parts)


def _table(why: Why, width: int, room: int) -> list[Text]:
    """The contexts, each with its weight and the times as often as by chance."""
    names = [_right(safe_text(word, _LONGEST), 8) for word in why.words]
    shown: tuple[SharedContext, ...] = why.contexts[: max(room - 1, 1)]
    column = min(max(cell_width(safe_text(one.word, _LONGEST)) for one in shown), _LONGEST)
    column = max(column, len("context"))
    bar = max(width - column - 9 - 9 * len(names), 0)
    most = max(one.weight for one in shown)
    heads = "".join(f" {name}" for name in names)
    rows = [Text(f"{pad('context', column)}  weight{heads}", "dim")]
    for one in shown:
        cells = round(bar * one.weight / most) if most else 0
        times = "".join(f" {times_text(times):>8}" for times in one.times)
        row = Text(f"{pad(safe_text(one.word, _LONGEST), column)} {one.weight:7.3f}{times} ")
        row.append("━" * cells, "dim")
        rows.append(row)
    return rows


def _right(text: str, width: int) -> str:
    """A text at the right of a column."""
    shown = text if cell_width(text) <= width else pad(text, width)
    return " " * (width - cell_width(shown)) + shown


def _concordance(why: Why, width: int) -> list[Text]:
    """Lines of the text: first that with both words, then a line a context and word."""
    found: list[Line | None] = [why.line]
    for one in why.contexts:
        found += one.lines
    middle = max(cell_width(safe_text(word, _LONGEST)) for word in why.words)
    styles = {"text": "", "word": "bold", "context": "underline"}
    return [
        Text.assemble(*((part.text, styles[part.kind]) for part in drawn(line, width, middle)))
        for line in found
        if line is not None
    ]
