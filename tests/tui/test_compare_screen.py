"""The Compare screen: what differs between two to six runs or files of vectors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
from textual.screen import Screen

from tests.support.compared_runs import MATRIX, WORDS, saved_run
from tests.support.screens import AtOnce, notices, press, resize, shows, text_of, until
from w2vtui.tui.compare_screen.screen import CompareScreen
from w2vtui.tui.explore_screen.screen import ExploreScreen
from w2vtui.tui.first_screen.screen import NewRunScreen
from w2vtui.tui.messages import CompareRuns


class Bare(AtOnce):
    """The app on a screen where nothing trains."""

    def begin(self) -> None:
        self.push_screen(Screen())


@asynccontextmanager
async def comparing(
    folders: Sequence[Path], size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Bare]:
    app = Bare()
    async with app.run_test(size=size):
        app.post_message(CompareRuns(tuple(folders)))
        await until(app, lambda: isinstance(app.screen, CompareScreen))
        yield app


async def test_five_compares_and_says_how_to_choose_runs():
    app = Bare()
    async with app.run_test(size=(80, 24)):
        await press(app, "5")
        assert isinstance(app.screen, CompareScreen)
        await shows(app, "mark two to six runs in the list (4, space marks)", "5 Compare")
        assert "Adopt" not in text_of(app)
        await resize(app, 40, 10)
        await shows(app, "Compare; enlarge to 60x16")
        await press(app, "1")
        assert not isinstance(app.screen, CompareScreen)


async def test_runs_are_shown_side_by_side(tmp_path):
    turned = -MATRIX
    turned[7] = MATRIX[7]
    folders = [
        saved_run(tmp_path, "text-calm-fox"),
        saved_run(tmp_path, "text-shy-owl", turned, probe=2.5, negative=15),
        saved_run(tmp_path, "text-bold-elk", MATRIX[:20], WORDS[:20], window=9),
    ]
    async with comparing(folders) as app:
        await shows(app, "A calm-fox", "B shy-owl", "C bold-elk", "Probe loss", "only what differs")
        await shows(app, "words over the 20 words that all")
        await shows(app, "K      5     15 ◂  5", "window 5     5     9 ◂", "of 20 words 8.7 ±")
        await shows(app, "Words that differ most between A and B", "▸ w7", "2.00")
        await press(app, "down", "p")
        await shows(app, "between C and A", "of 20 words 10.0")
        await press(app, "t")
        await shows(app, "seconds · linear")
        await press(app, "slash", *"w3", "enter")
        await shows(app, "/ word > w3")
        await press(app, "slash", *"zz", "enter")
        await shows(app, "'zz' is not among the 20 words")
        await resize(app, 80, 24)
        await press(app, "d")
        await shows(app, "Words that differ most between C and A")
        await press(app, "right_square_bracket")
        await shows(app, " Curves ", "Probe loss")


async def test_what_is_compared_is_copied_adopted_and_explored(tmp_path):
    folders = [saved_run(tmp_path, name, negative=k) for name, k in (("a", 5), ("b", 17))]
    async with comparing(folders) as app:
        await shows(app, "▸ w")
        await press(app, "y")
        await until(app, lambda: "--negative 17" in notices(app))
        assert "--window" not in app.clipboard
        await press(app, "d", "enter")
        await until(app, lambda: isinstance(app.screen, ExploreScreen) and app.screen.view)
        await press(app, "5", "shift+tab", "shift+tab", "shift+tab")
        await until(app, lambda: app.focused is not None)
        app.screen.go_to("compared")
        await press(app, "enter")
        await until(app, lambda: isinstance(app.screen, NewRunScreen))
        assert app.screen.form.live.negative == 17
        assert app.screen.form.corpus == "/a/text.txt -"


async def test_a_run_without_vectors_is_said_and_the_others_are_compared(tmp_path):
    folders = [saved_run(tmp_path, name) for name in ("a", "b", "c")]
    for tensors in folders[1].glob("checkpoints/*/tensors.safetensors"):
        tensors.write_bytes(b"")
    zeros = saved_run(tmp_path, "d", np.zeros_like(MATRIX))
    async with comparing([*folders, zeros]) as app:
        await shows(app, "B: run b has no checkpoint that is")
        await press(app, "down")
        await shows(app, "between A and C", "of 40 words 10.0")
        await press(app, "down")
        await shows(app, "0 shared words are too few to rotate")
