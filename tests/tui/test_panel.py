"""The frame of a panel."""

from __future__ import annotations

from textual.app import App, ComposeResult

from w2vtui.tui.widgets.panel import Panel


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
