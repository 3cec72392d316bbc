"""A terminal that is resized again and again while a run trains."""

from __future__ import annotations

from rich.cells import cell_len
from textual.events import Resize
from textual.geometry import Size

from tests.support.screens import form, state, text_of, training, until

LARGE, TINY = Size(200, 60), Size(20, 5)
N_ROUNDS = 30
EVERY_KIND = [
    *((1, 1), (500, 1), (1, 200), (10, 3), (40, 12), (79, 24), (80, 23)),
    *((80, 24), (80, 100), (500, 200), (1, 1), (120, 40)),
]


async def test_a_storm_of_resizes_leaves_the_screen_whole_and_the_run_going(topical_corpus):
    async with training(form(topical_corpus)) as app:
        before = app.session.snapshot().progress.tokens
        for _ in range(N_ROUNDS):
            for size in (LARGE, TINY):
                app.post_message(Resize(size, size))
        await until(app, lambda: app.size == TINY)
        await until(app, lambda: len(text_of(app).splitlines()) == TINY.height)
        await until(app, lambda: text_of(app).strip().startswith("●"))

        app.post_message(Resize(LARGE, LARGE))
        await until(app, lambda: "Live controls" in text_of(app))
        shown = ("● TRAINING", "topics.txt", "noise sharing", "learning rate", "vocabulary",
                 "Events", "Watch words", "words/s", "^q Quit")  # fmt: skip
        await until(app, lambda: all(text in text_of(app) for text in shown))
        lines = text_of(app).splitlines()
        assert (len(lines), {len(line) for line in lines}) == (LARGE.height, {LARGE.width})
        assert all(line[-1] in "╮│╯┓┃┛" for line in lines[2:-2])

        assert state(app) == "training"
        await until(app, lambda: app.screen.shot.progress.tokens > before + 100_000)
        await until(app, lambda: app.focused is app.screen.query_one("#controls"))
        app.simulate_key("space")
        await until(app, lambda: state(app) == "paused")


async def test_every_size_from_1x1_to_500x200_is_filled_while_a_run_trains(
    topical_corpus, full_speed
):
    async with training(form(topical_corpus)) as app:
        for width, height in EVERY_KIND:
            size = Size(width, height)
            app.post_message(Resize(size, size))
            await until(app, lambda size=size: app.size == size and app.screen.size == size)

            def is_filled(width=width, height=height):
                lines = text_of(app).splitlines()
                return len(lines) == height and {cell_len(line) for line in lines} == {width}

            await until(app, is_filled)
        assert state(app) == "training"
