"""The settings in which the runs differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.text import Text

from w2vtui.comparing.letters import LETTERS
from w2vtui.comparing.setting_rows import SettingRow
from w2vtui.display import cell_width, pad
from w2vtui.tui.app_base import BaseApp
from w2vtui.tui.looks.inks import Inks
from w2vtui.tui.widgets.panel import joined
from w2vtui.tui.widgets.result_panel import ResultPanel, Shape

_LEAST_VALUE = 6
_OTHER = " ◂"


class Differences(NamedTuple):
    """What the pane shows."""

    rows: Sequence[SettingRow]
    n_sides: int
    n_known: int
    """The runs among them, whose settings are known."""


class DifferencesPane(ResultPanel):
    """A row for each setting that differs, a column for each run."""

    NAME, TITLE = "differences", "Settings"
    ABOUT = "The settings in which the runs differ; ◂ marks what is not as in the first run."
    HELP_TITLE = "The settings"
    app: BaseApp

    def __init__(self) -> None:
        super().__init__(self.TITLE, id=self.NAME, help=self.ABOUT)
        self.border_subtitle = "only what differs"

    def on_resize(self) -> None:
        """Fill the new size."""
        self.redraw()

    def drawn(self, result: Differences, shape: Shape) -> Text:
        """A row for each setting that differs."""
        return joined(setting_lines(result, shape, self.app.inks))


def setting_lines(shown: Differences, shape: Shape, inks: Inks) -> list[Text]:
    """A head, and a line for each setting; as many columns as fit."""
    rows, n_sides = shown.rows, shown.n_sides
    if not rows:
        same = "the same settings" if shown.n_known > 1 else "files do not say their settings"
        return [Text(same, "dim")]
    label = min(max(cell_width(row.label) for row in rows), max(shape.width // 3, 1))
    widest = max(cell_width(text) for row in rows for text in row.texts) + len(_OTHER) + 1
    room = shape.width - label - 1
    cells = max(min(widest, room // n_sides), min(_LEAST_VALUE, room))
    n_shown = max(min(n_sides, room // max(cells, 1)), 1)
    head = "".join(pad(LETTERS[at], cells) for at in range(n_shown))
    lines = [Text(f"{pad('', label)} {head}", "dim", no_wrap=True)]
    for row in rows[: max(shape.height - 1, 0)]:
        line = Text(f"{pad(row.label, label)} ", no_wrap=True)
        for text, is_other in list(zip(row.texts, row.is_other, strict=True))[:n_shown]:
            sign = _OTHER if is_other else ""
            value = f"{pad(text, min(cell_width(text), max(cells - len(_OTHER) - 1, 1)))}{sign}"
            line.append(pad(value, cells), inks.warning if is_other else "")
        lines.append(line)
    return lines
