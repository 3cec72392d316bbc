"""The lesson: formulas in the cells of a terminal, pages with the figures of a run, its keys."""

from __future__ import annotations

import re
from itertools import chain, product

import numpy as np
import pytest

from tests.support.method_screens import method
from tests.support.runs import make_run, matrices_of, same_bits, trained
from tests.support.screens import form, press, shows, text_of, until
from tests.support.wait import DEADLINE
from w2vtui.bundled import SAMPLE
from w2vtui.cli import run_command_line
from w2vtui.cli.verbs import learn
from w2vtui.exploring.run_subject import RunSubject
from w2vtui.method.lesson_figures import LessonFigures
from w2vtui.settings import ScreenSettings
from w2vtui.tui.app import W2vApp
from w2vtui.tui.looks.glyphs import ASCII, BRAILLE, plain
from w2vtui.tui.looks.inks import PLAIN_INKS
from w2vtui.tui.method_screen.lesson.drawing import page_lines
from w2vtui.tui.method_screen.lesson.formulas import (
    ASCII_SIGNS,
    UNICODE_SIGNS,
    fraction,
    laid_out,
    limits,
    one_line,
    raised,
)
from w2vtui.tui.method_screen.lesson.learning import WORDS_PER_SECOND
from w2vtui.tui.method_screen.lesson.pages import PAGES
from w2vtui.tui.method_screen.lesson.pane import LessonPane
from w2vtui.tui.method_screen.lines import Pens
from w2vtui.tui.method_screen.screen import MethodScreen
from w2vtui.tui.train_screen.screen import TrainScreen


@pytest.fixture(scope="module")
def run():
    return trained(make_run(epochs=1, workers=1))


@pytest.fixture(scope="module")
def run_of_tree():
    return trained(make_run(epochs=1, workers=1, objective="hierarchical-softmax"))


def test_formulas_are_aligned_on_their_axis():
    block = one_line("P = ") + fraction("1", limits("S", "i", "V") + "x", UNICODE_SIGNS)
    assert [line.rstrip() for line in block.lines] == [
        "      1",
        "P = ─────",
        "     V",
        "     S x",
        "     i",
    ]
    assert {len(line) for line in block.lines} == {9}
    assert block.axis == 1
    power = raised("ab", "c") + " = d"
    assert power.lines == ("  c    ", "ab  = d")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.title)
def test_each_formula_has_an_ascii_form_of_whole_lines(page):
    for signs, width in product((ASCII_SIGNS, UNICODE_SIGNS), (72, 52)):
        for block in chain(*(laid_out(one, width) for one in page.formulas(signs))):
            assert len({len(line) for line in block.lines}) == 1
            assert block.width <= width
            assert signs is UNICODE_SIGNS or "".join(block.lines).isascii()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.title)
def test_each_page_fits_and_shows_the_run(page, run):
    seen = tuple(page.see(LessonFigures(run)))
    assert any(re.search(r"\d", line) for line in seen) or "not trained" in seen[0]
    for glyphs in (BRAILLE, ASCII):
        for width, height in ((78, 18), (58, 12), (118, 33)):
            lines = page_lines(page, seen, (width, height), Pens(glyphs, PLAIN_INKS))
            texts = [line.plain if glyphs is BRAILLE else plain(line.plain) for line in lines]
            assert all(len(text) <= width for text in texts)
            assert glyphs is BRAILLE or all(text.isascii() for text in texts)
            assert width < 78 or len(lines) <= 22


def test_figures_are_those_of_the_run(run, run_of_tree):
    figures, of_tree = LessonFigures(run), LessonFigures(run_of_tree)
    counts = figures.vocab.counts
    costs = figures.costs()
    assert costs.n_targets["softmax"] == len(counts) == 26
    assert costs.n_targets["negative-sampling"] == 6
    entropy = -np.average(np.log2(counts / counts.sum()), weights=counts)
    assert entropy <= figures.mean_length < entropy + 1
    assert figures.leaves() is None
    leaves = of_tree.leaves()
    assert leaves is not None
    assert leaves.total == pytest.approx(1, abs=1e-6)
    shares = figures.shares((0.0, 1.0))
    assert shares.of_noise[0.0] == pytest.approx((1 / 26, 1 / 26))
    assert shares.of_noise[1.0] == pytest.approx(shares.of_text)
    assert figures.meeting("hierarchical-softmax") is None
    met = of_tree.meeting("hierarchical-softmax")
    assert met is not None
    assert met.step.mode.objective == "hierarchical-softmax"
    assert [step is None for step in figures.modes().values()] == [False, False, True, True]


def test_pages_leave_the_run_as_it_is(run):
    before = matrices_of(run)
    figures = LessonFigures(run)
    for page in PAGES:
        page.see(figures)
    assert same_bits(before, matrices_of(run))


def test_a_limit_on_the_speed_holds_and_changes_no_vector():
    plain_run = trained(make_run(epochs=1, workers=1))
    slow = make_run(epochs=1, workers=1)
    slow.limit_speed(100_000)
    trained(slow)
    progress = slow.snapshot().progress
    assert progress.seconds > 0.9 * (progress.tokens - 2_000) / 100_000
    assert same_bits(matrices_of(plain_run), matrices_of(slow))


def test_a_page_says_why_there_are_no_figures_yet(run):
    subject, pane = RunSubject("a run", lambda: run), LessonPane()
    (opened,) = pane.compute(RunSubject("a run", make_run), 0)
    assert "is being prepared" in opened.seen[0]
    first, with_figures = pane.compute(subject, 0)
    assert "being computed" in first.seen[0]
    assert "26 words" in with_figures.seen[0]
    assert [opened.number for opened in pane.compute(subject, 1)] == [1]


@pytest.mark.terminal
async def test_keys_turn_the_pages_and_the_page_is_remembered(run):
    subject = RunSubject("a run", lambda: run)
    async with method(subject, "lesson", (80, 24), ScreenSettings(marker="ascii")) as app:
        await shows(app, "page 1 of 8", "exp(u_o . v_c)", "26 words")
        await press(app, "left", "right", "right")
        await shows(app, "page 3 of 8", "K noise words", "Drawn for")
        app.push_screen(MethodScreen(subject, tab="lesson"))
        await shows(app, "page 3 of 8", "Drawn for")
        await press(app, *["n"] * 9, "down", "down")
        await shows(app, "page 8 of 8", "probe = mean of")


def test_learn_trains_the_sample_as_the_person_says(monkeypatch):
    asked = []
    monkeypatch.setattr(learn, "has_screen", lambda: True)
    monkeypatch.setattr(learn, "show_screens", lambda *_, **rest: asked.append((_[1], rest)) or 0)
    for options in ([], ["--epochs", "3", "--negative", "9", "--no-checkpoints"]):
        assert run_command_line(["learn", *options]) == 0
    (plainly, begins), (chosen, _) = asked
    assert begins == {"begins_with": "lesson"}
    assert plainly.corpus == SAMPLE
    assert (plainly.live.epochs, plainly.live.workers) == (learn.EPOCHS, 1)
    assert (chosen.live.epochs, chosen.live.negative) == (3, 9)
    assert not chosen.run_settings.checkpoints


def test_learn_without_a_terminal_says_what_to_do(capsys):
    assert run_command_line(["learn"]) == 2
    assert "learn needs a terminal" in capsys.readouterr().err


@pytest.mark.terminal
async def test_the_lesson_begins_over_a_slow_training(topical_corpus):
    app = W2vApp(form(topical_corpus))
    app.begins_with_lesson = True
    async with app.run_test(size=(80, 24)):
        await until(app, lambda: isinstance(app.screen, MethodScreen))
        await shows(app, "The exact softmax is expensive", "26 words")
        assert app.session is not None
        run = app.session.run
        assert run is not None
        assert run._most_speed == WORDS_PER_SECOND
        await press(app, "right", "1")
        await until(app, lambda: isinstance(app.screen, TrainScreen))
        await app.action_go("method")
        await until(app, lambda: "page 2 of 8" in text_of(app))
        run.stop()
        assert run.wait(DEADLINE)
