"""Rich's console, which prints only what shows as itself."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from w2vtui.display import safe_text


class SafeConsole(Console):
    """Escapes control characters in what is drawn; colors and the cursor are Rich's own.

    The last guard: a name that is drawn in a column is escaped before it is measured.
    """

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """The segments of what is drawn, escaped."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                lines = segment.text.split("\n")
                yield segment._replace(text="\n".join(map(safe_text, lines)))


def show_drawn(drawing: RenderableType, width: int | None = None) -> None:
    """Print a drawing on stdout, in colors if that is a terminal.

    width   in columns; None for that of the terminal
    """
    console = SafeConsole(width=width)
    with console.capture() as drawn:
        console.print(drawing)
    print("\n".join(line.rstrip() for line in drawn.get().splitlines()))
