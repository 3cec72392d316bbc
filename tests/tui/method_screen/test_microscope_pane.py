"""The Microscope tab: one step as a diagram, and the keys that go from step to step."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

from tests.method.test_microscope import CORPUS, Bench
from tests.support.method_screens import method
from tests.support.runs import make_run, matrices_of, same_bits, trained
from tests.support.screens import ask, press, shows, text_of, until
from w2vtui.display import number
from w2vtui.errors import SettingsError, VectorsError
from w2vtui.exploring.run_subject import RunSubject
from w2vtui.exploring.subject import FileSubject
from w2vtui.method.microscope import MODES
from w2vtui.method.slow_motion import Mode, Step
from w2vtui.tui.looks.glyphs import ASCII, BRAILLE, Glyphs, plain
from w2vtui.tui.looks.inks import PLAIN_INKS
from w2vtui.tui.method_screen.lines import Pens
from w2vtui.tui.method_screen.microscope.bench import Wanted
from w2vtui.tui.method_screen.microscope.mode_table import draw_comparison
from w2vtui.tui.method_screen.microscope.pane import MicroscopePane
from w2vtui.tui.method_screen.microscope.result import Compared, Shown, pairs_of
from w2vtui.tui.method_screen.microscope.step_diagram import _first_of, draw_step

BENCH = Bench(clock=40, window=5, sample=0.05)
SIZES = [(78, 19), (58, 13), (118, 35), (20, 4), (1, 1)]


def shown_of(step: Step, words=None) -> Shown:
    at = step.chosen.span.first
    sentence = int(np.searchsorted(CORPUS.sentence_starts, at, side="right"))
    first, stop = CORPUS.sentence_starts[sentence - 1 : sentence + 1].tolist()
    around = tuple(enumerate(CORPUS.ids[first:stop].tolist(), first))
    return Shown(step, words or CORPUS.vocab.words, around, "epoch 1, token 40 of 572")


def drawn(shown: Shown, size=(118, 35), context: int = 0, glyphs: Glyphs = BRAILLE) -> list[str]:
    lines = draw_step(shown, context, *size, Pens(glyphs, PLAIN_INKS)).plain.split("\n")
    return [plain(line) for line in lines] if glyphs is ASCII else lines


@pytest.mark.parametrize("mode", MODES, ids=str)
@pytest.mark.parametrize("glyphs", [BRAILLE, ASCII], ids=lambda glyphs: glyphs.name)
def test_a_step_fits_every_terminal(mode, glyphs):
    slide = BENCH.scope.next_token(mode=mode)
    for size in SIZES:
        lines = drawn(shown_of(slide.at(2)), size, glyphs=glyphs)
        assert len(lines) <= size[1]
        assert all(len(line) <= size[0] for line in lines)
        assert glyphs is BRAILLE or all(line.isascii() for line in lines)


def test_the_numbers_of_a_step_are_on_the_screen():
    step = BENCH.scope.next_token().at(1)
    lines = drawn(shown_of(step))
    met, words = step.encounters[0], CORPUS.vocab.words
    rows = [line for line in lines if line.startswith(("├▶", "└▶"))]
    assert [row.split()[1] for row in rows] == [words[target] for target in met.targets]
    for t, row in enumerate(rows):
        assert f"{met.scores[0, t]:.3f} {met.predicted[0, t]:.3f}" in " ".join(row.split())
        assert f"{met.errors[0, t]:+.3f} {met.predicted_after[0, t]:.3f}" in row
        assert row.endswith(f"{step.moves[len(step.chosen.contexts) + t].step:.4f}")
    assert f"loss {step.loss:.3f} → {step.loss_after:.3f} nats, {step.n_pairs} pairs" in "".join(
        lines
    )


def test_each_context_word_has_its_row():
    shown = shown_of(BENCH.scope.next_token().at(1))
    contexts = shown.step.chosen.contexts
    assert len(pairs_of(shown.step)) == len(contexts) > 1
    for at, word in enumerate(contexts):
        heads = [line for line in drawn(shown, context=at) if line.startswith("v ")]
        assert heads[0].startswith(f"v {CORPUS.vocab.words[word]} · context {at + 1} of ")


def test_the_text_shows_what_subsampling_dropped():
    slide = BENCH.scope.next_token()
    shown = shown_of(slide.at(1))
    line = drawn(shown)[1]
    assert f"[{CORPUS.vocab.words[slide.chosen.center]}]" in line
    places = sorted([*slide.chosen.positions.tolist(), slide.chosen.span.first])
    between = set(range(places[0], places[-1] + 1)) - set(places)
    assert line.count("(") == len(between)


def test_the_probability_of_a_path_is_whole_in_a_narrow_terminal():
    slide = BENCH.scope.next_token(mode=Mode("skip-gram", "hierarchical-softmax"))
    for width, says_how in ((40, False), (76, True)):
        (line,) = (line for line in drawn(shown_of(slide.at(1)), (width, 20)) if line[:2] == "P(")
        assert re.search(r"[0-9] → [0-9.e-]+[0-9]$", line)
        assert ("product along the path" in line) == says_how


@pytest.mark.parametrize("width", [56, 76])
def test_in_a_narrow_terminal_no_number_is_cut(width):
    step = BENCH.scope.next_token().at(1)
    shown = shown_of(step)
    lines = drawn(shown, (width, 20))
    assert not [line for line in lines if re.search(r"[0-9.]…", line)]
    assert lines[0].endswith("of 572" if width == 56 else f"rate {number(step.rate)}")
    modes = ((step.mode, step), (MODES[5], "not trained yet: 1, :set objective softmax"))
    table = draw_comparison(Compared(shown, modes), width, 11, Pens(BRAILLE, PLAIN_INKS)).plain
    assert f"{step.loss:.3f} → {step.loss_after:.3f}" in table
    assert ("v moves" in table) == (width == 76)


def test_a_narrow_terminal_names_as_much_as_fits_whole():
    slide = BENCH.scope.next_token(mode=Mode("cbow", "hierarchical-softmax"))
    lines = drawn(shown_of(slide.at(3)), (56, 14))
    assert [line for line in lines if "…" in line] == [lines[1]]  # the text around the center
    assert any(line.split()[:3] == ["u", "node", "u.v"] for line in lines)
    assert re.search(r"loss .* pair   (the same step )?3 times$", "\n".join(lines), re.MULTILINE)
    names = _first_of("mean v of ", ["sailor", "ship", "harbor"], 28)
    assert names == "mean v of sailor and 2 more"
    assert _first_of("mean v of ", ["sailor", "ship"], 15) == "mean v of sail…"


def test_hostile_and_wide_words_keep_the_columns():
    words = [f"宽{n}\x1b[31m" if n % 2 else f"e\u0301{n}" for n in range(len(CORPUS.vocab))]
    from rich.cells import cell_len

    lines = drawn(shown_of(BENCH.scope.next_token().at(1), words), (78, 19))
    assert not any("\x1b" in line for line in lines)
    rows = [line for line in lines if line.startswith(("├▶", "└▶"))]
    assert {cell_len(line) for line in rows} == {cell_len(rows[0])}
    assert all(cell_len(line) <= 78 for line in lines)


def test_nan_is_drawn():
    step = BENCH.scope.next_token().at(1)
    met = dataclasses.replace(
        step.encounters[0],
        predicted=np.full_like(step.encounters[0].predicted, np.nan),
        scores=np.full_like(step.encounters[0].scores, np.inf),
    )
    nothing = dataclasses.replace(
        step, encounters=(met,), loss=np.nan, difference=np.nan, losses=(np.nan, np.nan), repeats=2
    )
    lines = drawn(shown_of(nothing), (78, 19))
    rows = [line for line in lines if line.startswith(("├▶", "└▶"))]
    assert "nan" in rows[0]
    assert {len(row) for row in rows} == {len(rows[0])}


def test_the_comparison_has_a_line_for_each_mode():
    slide = BENCH.scope.next_token()
    modes = tuple((mode, BENCH.scope.again(slide, mode).at(1)) for mode in MODES[:5])
    compared = Compared(shown_of(slide.at(1)), (*modes, (MODES[5], "no vectors yet")))
    text = draw_comparison(compared, 78, 19, Pens(BRAILLE, PLAIN_INKS)).plain
    for mode, step in modes:
        assert f"{step.loss:.3f} → {step.loss_after:.3f}" in text
        assert str(mode) in text
    assert "no vectors yet" in text
    assert all(len(line) <= 78 for line in text.split("\n"))


def test_keys_that_come_fast_all_count():
    run = trained(make_run(epochs=1, workers=1))
    subject, pane = RunSubject("a run", lambda: run), MicroscopePane()

    def clock(wanted: Wanted) -> int:
        (shown,) = pane.compute(subject, wanted)
        assert isinstance(shown, Shown)
        return shown.step.chosen.span.clock

    clocks = [clock(Wanted(steps=steps)) for steps in range(4)]
    assert clocks == sorted(set(clocks))
    other = MicroscopePane()
    (first,) = other.compute(subject, Wanted())
    (last,) = other.compute(subject, Wanted(steps=3))
    assert isinstance(first, Shown)
    assert isinstance(last, Shown)
    assert last.step.chosen.span.clock == clocks[3]
    assert last.note  # the run has ended


def test_what_cannot_be_shown_says_what_to_do():
    run = trained(make_run(epochs=1, workers=1))
    pane, subject = MicroscopePane(), RunSubject("a run", lambda: run)
    with pytest.raises(SettingsError, match="start a training"):
        list(pane.compute(None, Wanted()))
    file = FileSubject("v.bin", lambda *_: run.trained.vectors())
    with pytest.raises(SettingsError, match="w2vtui resume NAME"):
        list(pane.compute(file, Wanted()))
    with pytest.raises(SettingsError, match="change its objective"):
        list(pane.compute(subject, Wanted(mode=Mode("cbow", "hierarchical-softmax"))))
    for _ in range(2):  # the second time it is known
        with pytest.raises(VectorsError, match="none of"):
            list(pane.compute(subject, Wanted(words=("ship", "barn"), anchor=1)))
    (shown,) = pane.compute(subject, Wanted(words=("ship", "ship"), anchor=2, compares=True))
    assert isinstance(shown, Compared)
    assert sum(isinstance(step, str) for _, step in shown.modes) == 2


@pytest.mark.terminal
async def test_keys_go_from_step_to_step_and_leave_the_run_alone():
    run = trained(make_run(epochs=1, workers=1))
    before = matrices_of(run)
    async with method(RunSubject("a run", lambda: run), "microscope", (80, 24)) as app:
        await shows(app, "skip-gram, negative sampling", "sigmoid", "label", "drawn ")
        await press(app, "r", "r")
        await shows(app, "the same step 3 times")
        await press(app, "R")
        await shows(app, "the same step 13 times")
        await press(app, "m")
        await shows(app, "cbow, negative sampling", "mean v of")
        await press(app, "c")
        await shows(app, "skip-gram, softmax", "not trained yet")
        await press(app, "c", "m")
        await shows(app, "skip-gram with hierarchical softmax: this run has no vectors")
        await press(app, "m")
        await shows(app, "cbow with hierarchical softmax: this run has no vectors")
        await press(app, "m")
        await shows(app, "skip-gram, softmax", "and 1")
        await ask(app, "ship -> sailor")
        await shows(app, "[sailor]")
        await until(app, lambda: "v ship" in text_of(app) or "context" in text_of(app))
        seen = text_of(app)
        await press(app, "n")
        await until(app, lambda: text_of(app) != seen and "[sailor]" in text_of(app))
        await press(app, "l")
        await shows(app, "epoch 1, token")
    assert same_bits(before, matrices_of(run))
