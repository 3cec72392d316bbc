"""The Lesson tab: the keys that turn its pages, and what it reads of the run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from rich.text import Text
from textual.binding import Binding, BindingType

from w2vtui.exploring.subject import Subject
from w2vtui.method.lesson_figures import LessonFigures
from w2vtui.training.watched_run import WatchedRun
from w2vtui.tui.method_screen.lesson.drawing import page_lines
from w2vtui.tui.method_screen.lesson.pages import PAGES
from w2vtui.tui.method_screen.lines import Pens
from w2vtui.tui.method_screen.pane import MethodPane
from w2vtui.tui.widgets.panel import joined
from w2vtui.tui.widgets.result_panel import Shape

_NOTHING = (
    "Nothing is trained yet. `w2vtui learn` trains the sample that comes with the program; or "
    "press 1 and start a training. Then this page shows its figures."
)
_BEFORE = "Your run is being prepared: its figures appear here as soon as it trains."
_FIRST = "The figures of your run are being computed: the first ones take a few seconds."


class Opened(NamedTuple):
    """A page with what the run shows of it."""

    number: int
    seen: tuple[str, ...]


class LessonPane(MethodPane):
    """The lesson."""

    NAME = "lesson"
    TITLE = "Lesson"
    ABOUT = (
        "Eight pages through D2L 15.2, Approximate Training: the formula, what it says, one thing "
        "to try, and what your own run shows of it now."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,n,space", "page(1)", "Next page", id="method.page_next",
                tooltip="next page of the lesson"),
        Binding("left,p", "page(-1)", "Page before", id="method.page_back",
                tooltip="page of the lesson before this one"),
        Binding("down", "scroll_page(1)", "Down", show=False, id="method.page_down",
                tooltip="scroll a page of the lesson that is longer than the screen"),
        Binding("up", "scroll_page(-1)", "Up", show=False, id="method.page_up",
                tooltip="scroll back"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._figures: tuple[WatchedRun, LessonFigures] | None = None
        self._top = 0
        """The first line shown."""

    def question(self) -> int:
        """The number of the open page, from 0."""
        return self.app.lesson_page

    def compute(self, subject: Subject | None, question: int) -> Iterator[Opened]:
        """Read from the run what the page shows of it.

        Raises:
            W2vtuiError: its words or its text cannot be read.
        """
        run = None if subject is None else subject.run
        if run is None or run.vocabulary() is None:
            yield Opened(question, (_NOTHING if subject is None else _BEFORE,))
            return
        if self._figures is None or self._figures[0] is not run:
            yield Opened(question, (_FIRST,))
            self._figures = (run, LessonFigures(run))
        yield Opened(question, tuple(PAGES[question].see(self._figures[1])))

    def drawn(self, result: Opened, shape: Shape) -> Text:
        """The page that is open; what the run shows of it once that is known."""
        number = self.question()
        self.border_subtitle = f"page {number + 1} of {len(PAGES)}"
        seen = result.seen if result.number == number else ()
        lines = page_lines(PAGES[number], seen, shape, Pens(self.app.glyphs, self.app.inks))
        self._top = min(self._top, max(len(lines) - shape.height, 0))
        if len(lines) > self._top + shape.height:
            self.border_subtitle += "  down: more"
        return joined(lines[self._top : self._top + shape.height])

    def action_page(self, by: int) -> None:
        """Go to another page; there is none after the last."""
        number = min(max(self.app.lesson_page + by, 0), len(PAGES) - 1)
        if number != self.app.lesson_page:
            self.app.lesson_page, self._top = number, 0
            self.redraw()
            self.recompute()

    def action_scroll_page(self, by: int) -> None:
        """Scroll a long page."""
        self._top = max(self._top + by, 0)
        self.redraw()
