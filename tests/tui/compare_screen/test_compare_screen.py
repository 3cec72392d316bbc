"""The Compare screen: what differs between two to six runs or files of vectors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.support.compared_runs import MATRIX, WORDS, saved_run
from tests.support.run_folders import change
from tests.support.screens import Bare, notices, press, resize, shows, text_of, until
from tests.support.served_runs import attached, served_run
from tests.support.wait import until as until_now
from w2vtui.comparing.comparison import Comparison
from w2vtui.comparing.facts import SideFacts
from w2vtui.comparing.judging.judgments import Judgment, Verdict
from w2vtui.comparing.overlap import NearestOfSide, WordOnSides
from w2vtui.comparing.sides import file_side, run_side
from w2vtui.formats import save_vectors
from w2vtui.runs.disk.journal import EVENTS, event_line
from w2vtui.tui.app import W2vApp
from w2vtui.tui.compare_screen.pane import Pair
from w2vtui.tui.compare_screen.panels.compared import Compared, notes_of, run_lines
from w2vtui.tui.compare_screen.panels.curves import Curves, CurvesView, Fork, plot_of
from w2vtui.tui.compare_screen.panels.neighbors import Near, near_lines
from w2vtui.tui.compare_screen.panels.verdict import verdict_lines
from w2vtui.tui.compare_screen.screen import CompareScreen
from w2vtui.tui.explore_screen.screen import ExploreScreen
from w2vtui.tui.first_screen.screen import NewRunScreen
from w2vtui.tui.looks.inks import PLAIN_INKS
from w2vtui.tui.messages import CompareRuns
from w2vtui.tui.widgets.charts.lines_chart import LinesCanvas
from w2vtui.tui.widgets.result_panel import Shape
from w2vtui.vectors import WordVectors


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
        await shows(app, "compared over the 20 words that all")
        await shows(app, "K      5     15 ◂  5", "window 5     5     9 ◂", "of 20 words 8.7 ±")
        await shows(app, "Words that differ most between A and B", "▸ w7", "2.00")
        await shows(app, "A and B cannot be compared")  # their text is gone
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
    turned = MATRIX.copy()
    turned[7] *= -1
    folders = [saved_run(tmp_path, "a"), saved_run(tmp_path, "b", turned, negative=17)]
    async with comparing(folders) as app:
        await shows(app, "▸ w")
        await press(app, "y")
        await until(app, lambda: "--negative 17" in notices(app))
        assert "--window" not in app.clipboard
        assert "w2vtui replay" not in notices(app)
        await press(app, "d", "enter")
        await until(app, lambda: isinstance(app.screen, ExploreScreen) and app.screen.view)
        await press(app, "5", "shift+tab", "shift+tab", "shift+tab")
        await until(app, lambda: app.focused is not None)
        app.screen.go_to("compared")
        await press(app, "enter")
        await until(app, lambda: isinstance(app.screen, NewRunScreen))
        assert app.screen.form.live.negative == 17
        assert app.screen.form.corpus == "/a/text.txt -"


async def test_settings_are_adopted_where_the_app_began_with_the_comparison(tmp_path):
    app = W2vApp()
    app.compared = [run_side(saved_run(tmp_path, name, negative=7)) for name in ("a", "b")]
    async with app.run_test(size=(120, 40)):
        await shows(app, "A a", "Adopt")
        app.screen.go_to("compared")
        await press(app, "enter")
        await until(app, lambda: isinstance(app.screen, NewRunScreen))
        assert app.screen.form.live.negative == 7


async def test_a_copied_command_line_says_that_the_run_had_other_settings(tmp_path):
    folders = [saved_run(tmp_path, name) for name in ("a", "b")]
    (folders[1] / EVENTS).write_bytes(event_line(change(1, 40)))
    async with comparing(folders) as app:
        await shows(app, "▸✓ B b")
        await press(app, "y")
        await until(app, lambda: "b had other settings before: w2vtui replay" in notices(app))


def test_scores_of_two_files_have_columns_of_their_own_after_those_that_all_have():
    one = SideFacts(state="done", probe=2.5, scores={"hits s.txt": 0.5, "pairs b.txt": 0.25})
    two = SideFacts(state="done", scores={"pairs a.txt": 0.75, "pairs b.txt": 0.125})
    comparison = Comparison(tuple(file_side(Path(name)) for name in ("x", "y")))
    compared = Compared(comparison, (one, two), Pair(0, 1))
    lines = [line.plain.split() for line in run_lines(compared, Shape(80, 9), PLAIN_INKS)]
    assert lines[0] == ["run", "probe", "pairs", "hits", "pairs", "w/s"]
    assert lines[1][2:] == ["x", "2.500", "0.250", "50.0", "%", "-", "-"]
    assert lines[2][2:] == ["y", "-", "0.125", "-", "0.750", "-"]
    assert notes_of(compared, Shape(80, 9), 5) == ["pairs: b.txt, a.txt"]


def test_heads_of_scores_are_whole_where_the_names_leave_room():
    one = SideFacts(state="done", probe=2.5, scores={"semantic q.txt": 0.5, "pairs b.txt": 0.25})
    comparison = Comparison(tuple(file_side(Path(name)) for name in ("x", "y")))
    compared = Compared(comparison, (one, one), Pair(0, 1))
    heads, first, _ = (line.plain for line in run_lines(compared, Shape(44, 9), PLAIN_INKS))
    assert heads.endswith("  semantic  pairs    w/s")
    assert first.endswith("    50.0 %  0.250      -")
    assert len(heads) == len(first) == 44
    narrow = [line.plain for line in run_lines(compared, Shape(36, 9), PLAIN_INKS)]
    assert narrow[0].endswith(" seman…  pairs")


def test_a_single_shared_word_has_no_neighbors():
    alone = WordOnSides("w1", (NearestOfSide((), frozenset(), None),) * 2, 0)
    near = Near(alone, Pair(0, 1), (0, 1), None)
    lines = [line.plain.split() for line in near_lines(near, Shape(40, 4), PLAIN_INKS)]
    assert lines == [["A", "B"], ["no", "neighbors", "no", "neighbors"], [], []]


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
        await shows(app, "too few shared words (0) to rotate")


def test_the_verdict_is_a_table_and_a_conclusion():
    one = Judgment(name="probe", kind="probe", a=3.7, b=3.6, low=-0.15, high=-0.05,
                   n_questions=4000, call="better")  # fmt: skip
    other = replace(one, kind="semantic", a=0.2, b=0.25, low=-0.01, high=0.1, call="no difference")
    found = Verdict(a="C", b="A", judgments=(one, other), confidence=0.975, remarks=("no pairs",))
    lines = [line.plain for line in verdict_lines(found, Shape(40, 12), PLAIN_INKS)]
    assert lines[0] == "A is better by probe"
    assert lines[2].split() == ["probe", "3.700", "3.600", "-0.150..-0.050"]
    assert lines[3].split() == ["semantic", "20.0", "25.0", "-1.0..+10.0"]
    assert max(map(len, lines[:4])) <= 36, "the pane of a terminal of 120 columns"
    assert lines[-1] == "no pairs"
    then = replace(found, judgments=(replace(one, cost="seconds", place=60.0),))
    assert then.brief == "A is better by probe at equal seconds"
    assert len(verdict_lines(found, Shape(9, 3), PLAIN_INKS)) == 3
    cut = verdict_lines(replace(found, remarks=("too long " * 9,)), Shape(40, 7), PLAIN_INKS)
    assert cut[-1].plain.endswith("…")
    tight = [line.plain for line in verdict_lines(found, Shape(40, 7), PLAIN_INKS)]
    assert "resampled" not in " ".join(tight)
    assert tight[-1] == "no pairs", "the remark goes before why the intervals are as wide"


def test_curves_are_drawn_with_their_letters_by_tokens_or_by_seconds():
    rows = np.array([[1, 5, 4.0, 1, 0], [50, 60, 3.5, 1, 0], [90, 400, 3.0, 1, 0]])
    curves = Curves(("probe",), ({"probe": rows}, {}, {"probe": rows[:2] * 2}), True,
                    (Fork(50, "C"),))  # fmt: skip
    plot = plot_of(curves, CurvesView())
    assert [(line.name, line.ink) for line in plot.lines] == [("A", 0), ("C", 2)]
    assert (plot.x_high, plot.markers[0].texts[0]) == (100, "fork C")
    drawn = "\n".join("".join(row) for row in LinesCanvas(plot, 60, 10).cells)
    assert {"A", "C"} <= set(drawn)
    by_seconds = plot_of(curves, CurvesView(by_seconds=True))
    assert (by_seconds.x_high, by_seconds.markers) == (400, ())
    nothing = LinesCanvas(plot_of(Curves((), ({}, {}), True), CurvesView()), 49, 2).cells
    said = " ".join(" ".join("".join(row) for row in nothing).split())
    assert said == "no curves: files have none, and runs once they have trained a while"


async def test_files_are_compared_from_the_command_line(tmp_path):
    turned = MATRIX.copy()
    turned[2] = -turned[2]
    paths = [tmp_path / "one" / "a.bin", tmp_path / "two" / "b.bin"]
    for path, matrix in zip(paths, (MATRIX, turned), strict=True):
        path.parent.mkdir()
        save_vectors(WordVectors(WORDS, matrix), path)
    app = W2vApp()
    app.compared = [file_side(path) for path in paths]
    async with app.run_test(size=(120, 40)):
        await shows(app, "□ A a.bin", "□ B b.bin", "▸ w2", "files have none")
        await press(app, "1")
        assert isinstance(app.screen, NewRunScreen)


async def test_a_run_that_another_process_trains_is_followed(topical_corpus, tmp_path):
    with served_run(topical_corpus, tmp_path / "runs") as (run, recorder):
        until_now(lambda: attached_and_left(recorder.folder))
        other = saved_run(tmp_path, "calm-fox")
        async with comparing([other, recorder.folder]) as app:
            await shows(app, "B: training, ")
            await until(app, lambda: app.screen.comparison.is_read)
            side = app.screen.comparison.sides[1]
            assert side.is_watched
            run.stop()
            await until(app, lambda: run.is_over(0))
            recorder.close()
            await shows(app, "B: stopped, ")
            await until(app, lambda: not app.screen.comparison.sides[1].is_watched)
        assert side.subject.run.gone.is_set()


def attached_and_left(folder: Path | None) -> bool:
    """Whether the door of a run is open."""
    viewer = attached(folder)
    if viewer is not None:
        viewer.leave()
    return viewer is not None
