"""The panels on the text that is named: its first lines, its words, what a run would need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message

from w2vtui.display import pad, whole_parts
from w2vtui.tui.first_screen.survey import Survey
from w2vtui.tui.first_screen.text_report import TAKE_KEY, hint_lines, needs_text, word_lines
from w2vtui.tui.widgets.panel import Panel, joined

if TYPE_CHECKING:
    from w2vtui.corpus.hints import Hint


class PreviewPanel(Panel):
    """The first lines of the text, or why it cannot be read."""

    def __init__(self, *, id: str, classes: str = "") -> None:
        help = "The first lines of the text, as they will be read."
        super().__init__("Preview", id=id, classes=classes, help=help)

    def show_preview(self, survey: Survey) -> None:
        """Show what is known by now."""
        width, height = self.size
        preview = survey.preview
        self.set_class(bool(survey.problem), "problem")
        if preview is None:
            self.show(Text("looking …", "dim"))
        elif preview.problem:
            self.show(Text(f"✗ {preview.problem}"))
            self.border_subtitle = ""
        else:
            self.show(joined([Text(pad(line, max(width, 1))) for line in preview.lines[:height]]))
            self.border_subtitle = Content(preview.summary)


class WordsPanel(Panel):
    """Figures of the text, and what would fit it better, which a key takes."""

    HELP_TITLE = "Words"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "pick(-1)", "hint above", show=False, id="words.up"),
        Binding("down,j", "pick(1)", "hint below", show=False, id="words.down"),
        Binding(TAKE_KEY, "take", "change the setting that the hint names", show=False,
                id="words.take"),
    ]  # fmt: skip

    @dataclass
    class Taken(Message):
        """Asks for a setting to be changed as a hint says."""

        setting: str
        value: Any

    class Pointed(Message):
        """Another hint is pointed at."""

    def __init__(self, *, id: str, classes: str = "") -> None:
        help = "How many words the text has, what min count and subsampling keep of it, and hints."
        super().__init__("Words", id=id, classes=classes, help=help)
        self._hints: tuple[Hint, ...] = ()
        self._of_lines: list[int] = []
        """The number of the hint on each of the first lines."""
        self._picked = 0

    @property
    def offers(self) -> tuple[Hint, ...]:
        """The hints that name a setting."""
        return tuple(hint for hint in self._hints if hint.setting)

    def action_pick(self, by: int) -> None:
        """Point at the hint above or below."""
        self._picked = (self._picked + by) % max(len(self.offers), 1)
        self.post_message(self.Pointed())

    def action_take(self) -> None:
        """Change the setting that the hint names."""
        if self.offers:
            hint = self.offers[min(self._picked, len(self.offers) - 1)]
            self.post_message(self.Taken(hint.setting, hint.value))

    def on_click(self, event: Click) -> None:
        """Take the hint that was clicked."""
        place = event.get_content_offset(self)
        if place is not None and place.y < len(self._of_lines):
            hint = self._hints[self._of_lines[place.y]]
            if hint.setting:
                self.post_message(self.Taken(hint.setting, hint.value))

    def show_words(self, survey: Survey) -> None:
        """Show the figures under the settings of the last count."""
        words, needs = survey.statistics, survey.needs
        if words is None or needs is None:
            self._offer(survey.offers)
            on_hints = hint_lines(survey.offers, self.size.width, self._pointed_at())
            self._of_lines = [number for _, number in on_hints]
            counting = Text("counting …" if survey.is_counting else "", "dim")
            self.show(joined([line for line, _ in on_hints]) if on_hints else counting)
            self.border_subtitle = ""
            return
        self._offer(words.hints)
        on_hints = hint_lines(words.hints, self.size.width, self._pointed_at())
        self._of_lines = [number for _, number in on_hints]
        figures = word_lines(words, needs, self.size.width)
        lines = [*[line for line, _ in on_hints], *figures]
        self.show(joined(lines[: max(self.size.height, 1)]))
        share = survey.sample.share if survey.sample is not None else 1.0
        sampled = f"from {100 * share:.2g} % of the text"
        self.border_subtitle = "all of the text" if words.exact else sampled

    def _offer(self, hints: tuple[Hint, ...]) -> None:
        """Take the focus only while a key does something here."""
        self._hints = hints
        self.can_focus = bool(self.offers)
        self._picked = min(self._picked, max(len(self.offers) - 1, 0))
        self._of_lines = []

    def _pointed_at(self) -> int | None:
        """The number of the hint that the key takes; None without the focus."""
        if not self.has_focus or not self.offers:
            return None
        return self._hints.index(self.offers[self._picked])


class NeedsPanel(Panel):
    """The memory and the time that a run would need, in a line."""

    def show_needs(self, survey: Survey) -> None:
        """Show them, or nothing while they are not known."""
        words, needs = survey.statistics, survey.needs
        text = "" if words is None or needs is None else needs_text(words, needs)
        self.show(Text(whole_parts(text, self.size.width)))


def header(width: int, *, tiny: bool) -> Text:
    """The first line of the screen."""
    if tiny:
        advice = " New run: enter starts; enlarge to 60x16 to choose"
        return Text(pad(whole_parts(advice, width), width))
    line = Text(" w2vtui", "bold", no_wrap=True)
    line.append("  New run", "not bold")
    if width >= 90:
        note = "train word2vec, watch it learn, steer it while it runs "
        line.append(" " * (width - len(line.plain) - len(note)))
        line.append(note, "not bold dim")
    return line
