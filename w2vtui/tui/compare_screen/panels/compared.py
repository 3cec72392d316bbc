"""The runs that are compared: how far each is, and how good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message

from w2vtui.comparing.comparison import Comparison
from w2vtui.comparing.facts import FILE, SideFacts, progress_text
from w2vtui.comparing.letters import LETTERS
from w2vtui.comparing.sides import Side
from w2vtui.display import cell_width, loss_text, pad, safe_text, score_text, short, wrapped
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.compare_screen.pane import Pair
from w2vtui.tui.looks.inks import Inks
from w2vtui.tui.screen_parts.header import STATES
from w2vtui.tui.widgets.panel import joined
from w2vtui.tui.widgets.result_panel import ResultPanel, Shape

_GLYPHS: dict[str, str] = {
    **{str(state): glyph for state, (glyph, _) in STATES.items()},
    FILE: "□", "interrupted": "◌", "damaged": "✗", "not kept": "✗",
}  # fmt: skip
"""Of each state, so that none is shown by color alone."""
_NUMBER_CELLS = 7
_LEAST_NAME = 10
_NAME_SIGNS = 3
"""Cells before a name: the sign of a branch, and a space."""


class Compared(NamedTuple):
    """What the pane shows."""

    comparison: Comparison
    facts: tuple[SideFacts, ...]
    pair: Pair


class ComparedPane(ResultPanel):
    """A line for each run; the arrows choose the second one of the pair."""

    NAME, TITLE = "compared", "Runs"
    ABOUT = "The runs that are compared; ▸ marks the pair whose words are compared."
    HELP_TITLE = "The runs"
    app: BaseApp

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "choose(-1)", "previous run", show=False, id="compare.before",
                tooltip="compare with the run above"),
        Binding("down,j", "choose(1)", "next run", show=False, id="compare.after",
                tooltip="compare with the run below"),
        Binding("p", "base", "Pin", id="compare.base",
                tooltip="make the chosen run the one that the others are compared with"),
        Binding("enter", "adopt", "Adopt", id="compare.adopt",
                tooltip="begin a new run with the settings of the chosen one"),
    ]  # fmt: skip

    @dataclass
    class Chosen(Message):
        """Another run is chosen: `by` lines further."""

        by: int

    class Pinned(Message):
        """The chosen run is to be the first of the pair."""

    class Adopted(Message):
        """A new run is to have the settings of the chosen one."""

    def __init__(self) -> None:
        super().__init__(self.TITLE, id=self.NAME, help=self.ABOUT)

    def action_choose(self, by: int) -> None:
        """Choose another run."""
        self.post_message(self.Chosen(by))

    def action_base(self) -> None:
        """Pin the chosen run."""
        self.post_message(self.Pinned())

    def action_adopt(self) -> None:
        """Begin a new run with the settings of the chosen one."""
        self.post_message(self.Adopted())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell Textual which actions are possible now."""
        return self.result is not None or action not in ("choose", "base", "adopt")

    def on_resize(self) -> None:
        """Fill the new size."""
        self.redraw()

    def drawn(self, result: Compared, shape: Shape) -> Text:
        """A line for each run, and below them what is known besides."""
        lines = run_lines(result, shape, self.app.inks)
        rest = shape.height - len(lines)
        notes = [Text("")] * (rest > 1) + [Text(one) for one in notes_of(result, shape, rest - 1)]
        return joined([*lines, *notes][: shape.height])


def run_lines(shown: Compared, shape: Shape, inks: Inks) -> list[Text]:
    """The heads, and a line for each run, as wide as the pane."""
    heads, columns = _columns(shown.facts)
    names = short_names(shown.comparison.sides)
    widths = _widths(heads, shape.width - 4 - _NAME_SIGNS - max(map(cell_width, names)))
    if not widths:  # as many as fit beside short names
        room = max((shape.width - 4 - _LEAST_NAME) // _NUMBER_CELLS, 0)
        widths = [_NUMBER_CELLS] * min(room, len(heads))
    cells = max(shape.width - 4 - sum(widths), 1)
    head = "".join(
        f"{pad(one, width - 1).strip():>{width}}" for one, width in zip(heads, widths, strict=False)
    )
    lines = [Text(f"    {pad('run', cells)}{head}", "dim", no_wrap=True)]
    for at, (side, facts) in enumerate(zip(shown.comparison.sides, shown.facts, strict=True)):
        marked = "▸" if at == shown.pair.second else "=" if at == shown.pair.first else " "
        line = Text(f"{marked}{_glyph(facts.state)} ", no_wrap=True)
        line.append(LETTERS[at], inks.calm)
        name = f"{' └' * bool(origin_of(side))} {names[at]}"
        line.append(pad(name, cells), "bold" if at in shown.pair else "")
        for of_side, width in zip(columns, widths, strict=False):
            line.append(f"{of_side[at]:>{width}}")
        lines.append(line)
    return lines


def _widths(heads: Sequence[str], room: int) -> list[int]:
    """Cells of columns whose heads are whole; none where there is no room for them."""
    widths = [max(len(head) + 2, _NUMBER_CELLS) for head in heads]
    return widths if sum(widths) <= room else []


def short_names(sides: Sequence[Side]) -> list[str]:
    """The names of the sides without the text that all of them begin with, `brisk-otter`, those of
    files without their folders.
    """
    names = [safe_text(side.name if side.folder else Path(side.name).name) for side in sides]
    if len(set(names)) < len(names):  # files of one name in several folders
        return [safe_text(side.name) for side in sides]
    heads = {name.split("-", 1)[0] for name in names if name.count("-") > 1}
    is_common = len(heads) == 1 and all(name.count("-") > 1 for name in names)
    return [name.split("-", 1)[1] for name in names] if is_common else names


def notes_of(shown: Compared, shape: Shape, n_lines: int) -> list[str]:
    """Why a side cannot be compared, where it stands, what it branched off."""
    texts = []
    problems = [*shown.comparison.problems, *[""] * len(shown.facts)]
    views = [*shown.comparison.views, *[None] * len(shown.facts)]
    for letter, side, facts, problem, view in zip(
        LETTERS, shown.comparison.sides, shown.facts, problems, views, strict=False
    ):
        if problem:
            texts.append(f"{letter}: {problem}")
        elif progress := progress_text(side, facts, view):
            texts.append(f"{letter}: {progress}")
        if origin := origin_of(side):
            texts.append(f"{letter} {origin}")
    texts += _alike(shown.facts)
    if shown.comparison.trouble:
        texts.append(shown.comparison.trouble)
    if shown.comparison.shared is not None and shown.comparison.shared.remark:
        texts.append(f"compared {shown.comparison.shared.remark}")
    lines = [line for text in texts for line in wrapped(safe_text(text), shape.width, 3)]
    return lines[: max(n_lines, 0)]


def origin_of(side: Side) -> str:
    """Where a run comes from; empty if it began by itself."""
    status = side.status
    if status is None:
        return ""
    if status.fork is not None:
        return f"branched off {safe_text(status.fork.run, 40)} at {short(status.fork.tokens)}"
    return f"began with the words of {safe_text(status.parent, 40)}" if status.parent else ""


def _columns(facts: Sequence[SideFacts]) -> tuple[list[str], list[list[str]]]:
    """The heads of the numbers, and the texts of each: probe, scores, speed."""
    names = _score_names(facts)
    heads = ["probe", *map(_head, names), "w/s"]
    columns = [
        ["-" if one.probe is None else loss_text(one.probe) for one in facts],
        *([_score(name, one.scores.get(name)) for one in facts] for name in names),
        [short(one.words_per_second) if one.words_per_second else "-" for one in facts],
    ]
    return heads, columns


def _score_names(facts: Sequence[SideFacts]) -> list[str]:
    """All scores, `pairs atlas-pairs.txt`; those first that most runs have."""
    names = dict.fromkeys(name for one in facts for name in one.scores)
    return sorted(names, key=lambda name: sum(name not in one.scores for one in facts))


def _alike(facts: Sequence[SideFacts]) -> list[str]:
    """Which files columns of one head are of, from left to right: `pairs: a.txt, b.txt`."""
    files: dict[str, list[str]] = {}
    for name in _score_names(facts):
        files.setdefault(_head(name), []).append(name.split(maxsplit=1)[1])
    return [f"{head}: {', '.join(those)}" for head, those in files.items() if len(those) > 1]


def _head(name: str) -> str:
    """`pairs` for `pairs atlas-pairs.txt`."""
    return name.split(maxsplit=1)[0]


def _score(name: str, value: float | None) -> str:
    return "-" if value is None else score_text(name.split(maxsplit=1)[0], value)


def _glyph(state: str) -> str:
    return _GLYPHS.get(state, " ")
