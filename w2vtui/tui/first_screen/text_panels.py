"""The panels on the text that is named: its first lines, its words, what a run would need."""

from __future__ import annotations

from rich.text import Text

from w2vtui.display import pad, whole_parts
from w2vtui.tui.first_screen.survey import Survey
from w2vtui.tui.first_screen.text_report import needs_text, word_lines
from w2vtui.tui.widgets.panel import Panel, joined


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
            self.border_subtitle = preview.summary.replace("[", "(")


class WordsPanel(Panel):
    """Figures of the text: how many words it has, and what the settings keep of it."""

    def __init__(self, *, id: str, classes: str = "") -> None:
        help = "How many words the text has, and what min count and subsampling keep of it."
        super().__init__("Words", id=id, classes=classes, help=help)

    def show_words(self, survey: Survey) -> None:
        """Show the figures under the settings of the last count."""
        words, needs = survey.statistics, survey.needs
        if words is None or needs is None:
            self.show(Text("counting …" if survey.is_counting else "", "dim"))
            self.border_subtitle = ""
            return
        lines = word_lines(words, needs, self.size.width)
        self.show(joined(lines[: max(self.size.height, 1)]))
        share = survey.sample.share if survey.sample is not None else 1.0
        sampled = f"from {100 * share:.2g} % of the text"
        self.border_subtitle = "all of the text" if words.exact else sampled


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
        return Text(pad(" New run: enter starts", width))
    line = Text(" w2vtui", "bold", no_wrap=True)
    line.append("  New run", "not bold")
    if width >= 90:
        note = "train word2vec, watch it learn, steer it while it runs "
        line.append(" " * (width - len(line.plain) - len(note)))
        line.append(note, "not bold dim")
    return line
