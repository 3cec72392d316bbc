"""The frame of a panel, and what it shows."""

from __future__ import annotations

from rich.text import Text
from textual.app import App, ComposeResult
from textual.strip import Strip

from w2vtui.tui.widgets.panel import Panel, joined
from w2vtui.tui.widgets.strip_panel import StripPanel


class Framed(App[None]):
    CSS = "Panel { border: round red; height: 3; }"

    def compose(self) -> ComposeResult:
        yield Panel(id="panel")


async def test_brackets_in_a_title_are_what_they_are() -> None:
    app = Framed()
    async with app.run_test(size=(60, 5)) as pilot:
        app.query_one(Panel).write_frame("Run [bold]a[/] [x", "[/b] C:\\[c] [1]")
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        lines = ["".join(segment.text for segment in strip) for strip in strips]
        assert "Run [bold]a[/] [x" in lines[0]
        assert "[/b] C:\\[c] [1]" in lines[2]


class Both(App[None]):
    CSS = "Panel { height: 4; width: 12; color: red; text-wrap: nowrap; text-overflow: clip; }"

    def compose(self) -> ComposeResult:
        yield Panel(id="panel")
        yield StripPanel("", id="strips", help="")


def looks_of(strip: Strip) -> list[tuple[object, ...]]:
    """Each letter of a line, with what can be seen of its style."""
    return [
        (
            letter,
            letter > " " and style.color,
            style.bgcolor,
            style.bold is True,
            bool(style.reverse),
        )
        for text, style, _ in strip
        for letter in text
        if style is not None
    ]


async def test_strips_look_as_the_text_of_a_panel() -> None:
    app = Both()
    async with app.run_test(size=(20, 8)) as pilot:
        lines = [Text("東京 and more letters", "dim"), Text("x", "bold"), Text("y", "not bold")]
        lines[0].stylize("reverse", 3, 6)
        lines[1].append("z", "on #102030")
        for panel in app.query(Panel):
            panel.show(joined(lines))
        await pilot.pause()
        looks = [looks_of(strip) for strip in app.screen._compositor.render_strips()]
        assert looks[:4] == looks[4:]
        assert "".join(letter for letter, *_ in looks[0]).rstrip() == "東京 and mor"

        app.query_one(StripPanel).show(Text("other"))
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        assert "".join(segment.text for segment in strips[4]).rstrip() == "other"
