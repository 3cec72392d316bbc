"""The Method screen: its tabs, their keys, and what they show of a run."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from tests.support.method_screens import method
from tests.support.runs import make_run, trained, training_run
from tests.support.screens import notices, press, resize, shows, text_of, until
from tests.support.wait import DEADLINE
from w2vtui.errors import CorpusError, SettingsError
from w2vtui.exploring.run_subject import RunSubject
from w2vtui.exploring.subject import FileSubject, SavedRunSubject, Subject, View
from w2vtui.method.tree import Leaves
from w2vtui.settings import LiveSettings
from w2vtui.tui.looks.glyphs import ASCII, BRAILLE
from w2vtui.tui.looks.inks import PLAIN_INKS
from w2vtui.tui.method_screen.exact.drawing import draw_approximations
from w2vtui.tui.method_screen.exact.drawing import facts as exact_facts
from w2vtui.tui.method_screen.exact.pane import ExactPane
from w2vtui.tui.method_screen.lines import Named, Pens, key_line, whole_clauses
from w2vtui.tui.method_screen.noise.drawing import draw_noise, head_lines
from w2vtui.tui.method_screen.noise.drawing import facts as noise_facts
from w2vtui.tui.method_screen.noise.pane import NoisePane
from w2vtui.tui.method_screen.noise.result import Noise
from w2vtui.tui.method_screen.screen import MethodScreen
from w2vtui.tui.method_screen.tree.drawing import draw_path
from w2vtui.tui.method_screen.tree.drawing import facts as tree_facts
from w2vtui.tui.method_screen.tree.pane import TreePane
from w2vtui.tui.widgets.result_panel import Shape
from w2vtui.vectors import WordVectors

terminal = pytest.mark.terminal
PENS = Pens(BRAILLE, PLAIN_INKS)


@terminal
async def test_brackets_and_tab_go_from_tab_to_tab():
    async with method(size=(80, 24)) as app:
        screen = app.screen
        assert isinstance(screen, MethodScreen)
        await shows(app, "start a training")
        seen = []
        for key in ("right_square_bracket", "tab", "left_square_bracket", "shift+tab", "shift+tab"):
            await press(app, key)
            seen.append(screen.pane.NAME)
            assert app.focused is screen.pane
        assert seen == ["tree", "microscope", "tree", "noise", "lesson"]
        assert "Lesson" in text_of(app)


def test_noise_of_a_run_shows_the_distribution_at_once_and_then_what_was_drawn():
    run = trained(make_run(epochs=1, workers=1))
    pane = NoisePane()
    at_once, complete = pane.compute(RunSubject("a run", lambda: run), (None, ()))
    assert at_once.record is None
    assert at_once.exponent == at_once.used == 0.75
    assert complete.record is not None
    assert [row.word for row in complete.rows] == [row.word for row in at_once.rows]
    assert sum(row.drawn or 0 for row in complete.rows) > 0
    assert {spot[0] for spot in complete.spots}
    again = list(pane.compute(RunSubject("a run", lambda: run), (-1.0, ())))
    assert again[0].record is not None  # it is still known
    assert again[0].exponent == -1.0
    assert again[0].rows[0].noise < complete.rows[0].noise


def test_noise_of_a_run_whose_text_is_gone_shows_the_distribution_and_says_so(monkeypatch):
    run, pane = trained(make_run(epochs=1, workers=1)), NoisePane()
    subject = RunSubject("a run", lambda: run)
    _, complete = pane.compute(subject, (None, ()))

    def gone(_):
        raise CorpusError("the encoded text is not in the cache")

    monkeypatch.setattr(type(run.trained), "text", gone)
    *_, shown = pane.compute(subject, (None, ()))
    assert shown.record is complete.record is not None
    assert noise_facts(shown) == noise_facts(complete)
    *_, shown = NoisePane().compute(subject, (None, ()))  # opened after that
    assert shown.record is None
    assert shown.rows
    assert noise_facts(shown)[0] == ("drawn", "not known: the encoded text is not in the cache")


def test_a_low_terminal_fills_with_words_and_cuts_facts_between_clauses():
    words = [f"w{at}" for at in range(400)]
    vectors = WordVectors(words, np.ones((400, 2)), np.arange(500, 100, -1))
    (made,) = NoisePane().compute(FileSubject("v", lambda *_: vectors), (None, ()))
    lines = draw_noise(made, Shape(58, 11), PENS, "").plain.split("\n")
    assert len([line for line in lines if line.startswith(" w")]) == 8  # with their heads
    assert lines[-1] == " cost  O(K): 1 + K = 6 rows of 2 numbers a pair"


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (60, "O(V): 9 rows (codes of 4, or 5), whatever it is; as many"),
        (40, "O(V): 9 rows (codes of 4, or 5)"),
        (28, "O(V): 9 rows"),
        (3, "O(V)"),
    ],
)
def test_a_text_is_cut_between_clauses_and_outside_of_brackets(width, shown):
    text = "O(V): 9 rows (codes of 4, or 5), whatever it is; as many"
    assert whole_clauses(text, width) == shown


def test_a_low_terminal_shows_what_a_softmax_would_cost():
    (path,) = TreePane().compute(saved_with(None), ("", ""))
    last = draw_path(path, Shape(58, 11), PENS, "").plain.split("\n")[-1]
    assert last.startswith(" cost  O(log V): ")
    assert f"rows a pair; softmax O(V) {path.n_words:,}" in last
    turns = tuple(turn._replace(score=0.5, factor=0.6, product=0.2) for turn in path.turns)
    leaves = Leaves(np.full(path.n_words, 1 / path.n_words), 1.0)
    scored = replace(path, turns=turns, leaves=leaves, better=0)
    for width, counts in ((56, False), (60, True)):
        drawn = draw_path(scored, Shape(width, 14), PENS, "").plain
        assert ("words below" in drawn) == counts
        assert "…" not in drawn.split("\n")[2]


def test_only_a_run_that_trains_is_to_be_set_to_another_objective():
    run = trained(make_run(epochs=1, workers=1))
    (ended,) = TreePane().compute(RunSubject("a run", lambda: run), ("", ""))
    assert not ended.can_change
    for path, asks in ((ended, False), (replace(ended, can_change=True), True)):
        assert (":set" in str(tree_facts(path, "type :set objective"))) == asks


def test_noise_of_a_tree_says_that_none_is_drawn():
    run = trained(make_run(epochs=1, workers=1, objective="hierarchical-softmax"))
    shown = list(NoisePane().compute(RunSubject("a run", lambda: run), (None, ())))[-1]
    assert isinstance(shown, Noise)
    assert shown.used is None
    assert shown.record is None
    assert shown.rows[0].noise > 0


@terminal
async def test_the_exponent_is_turned_looked_at_and_applied():
    run = training_run(workers=1)
    try:
        async with method(RunSubject("a run", lambda: run)) as app:
            await shows(app, "as this run draws its noise", "chi-square", "O(K): 1 + K = 6 rows")
            await press(app, "left")
            await shows(app, "looked at only: this run draws with 0.75", "0.70")
            await press(app, "shift+left", "shift+left", "enter")
            await until(app, lambda: run.snapshot().settings.ns_exponent == 0.2)
            await shows(app, "as this run draws its noise", "with a = 0.75, then 0.2")
            await press(app, "shift+right", "backspace")
            await shows(app, "0.20  as this run draws")
            await press(app, "slash", *"zzz", "enter")
            await until(app, lambda: "zzz" in notices(app))
            await press(app, "slash", *"anchor", "enter")
            await shows(app, " anchor ")
    finally:
        run.stop()
        assert run.wait(DEADLINE)


# ---- the tree


def test_the_tree_of_a_run_sums_to_one_and_without_its_objective_still_shows_codes(monkeypatch):
    run = trained(make_run(epochs=1, workers=1, objective="hierarchical-softmax"))
    (shown,) = TreePane().compute(RunSubject("a run", lambda: run), ("ship", "wave"))
    assert shown.leaves is not None
    assert shown.leaves.error < 1e-9
    assert shown.turns[-1].product == pytest.approx(shown.leaves.probabilities[shown.rank - 1])
    assert shown.likely[0][1] == shown.leaves.probabilities.max()
    run = trained(make_run(epochs=1, workers=1))
    (plain,) = TreePane().compute(RunSubject("a run", lambda: run), ("ship", "wave"))
    assert plain.leaves is None
    assert [turn.bit for turn in plain.turns] == [turn.bit for turn in shown.turns]
    assert plain.cost == shown.cost
    pane = TreePane()  # of a subject that is not asked by a key
    pane.result = plain
    with monkeypatch.context() as patched:
        patched.setattr(pane, "recompute", lambda: None)
        pane.action_step(1)
    assert pane.question() == ("", plain.words[plain.rank])


@terminal
async def test_words_of_the_tree_are_chosen_stepped_through_and_swapped():
    run = trained(make_run(epochs=1, workers=1, objective="hierarchical-softmax"))
    async with method(RunSubject("a run", lambda: run), "tree") as app:
        await press(app, "slash", *"ship wave", "enter")
        await shows(app, "from ship to wave", "1.000000", "is the sum over all 26 leaves")
        await press(app, "x")
        await shows(app, "from wave to ship", "P(ship | wave)")
        rank = app.screen.pane.result.rank
        await press(app, "down")
        await until(app, lambda: app.screen.pane.result.rank == rank + 1)


# ---- the exact softmax


def test_probabilities_come_at_once_and_gradients_for_one_k_after_the_other():
    run = trained(make_run(epochs=1, workers=1))
    pane = ExactPane()
    found = list(pane.compute(RunSubject("a run", lambda: run), ("ship", "")))
    assert [len(one.at) for one in found] == [0, 1, 2, 3, 4, 5, 6, 7, 7]
    first = found[0]
    assert first.rows[0].word == first.word != "ship"
    assert sum(row.noise for row in first.rows) == pytest.approx(1, abs=0.3)
    assert first.tree_cosine is None
    assert found[-1].at[-1].same_probabilities.cosine.value > 0.9
    again = list(pane.compute(RunSubject("a run", lambda: run), ("ship", first.word)))
    assert [len(one.at) for one in again] == [7, 7, 7]  # no table that empties while it trains


def test_a_run_of_the_tree_alone_has_no_softmax_and_says_how_to_get_one():
    run = trained(make_run(epochs=1, workers=1, objective="hierarchical-softmax"))
    with pytest.raises(SettingsError, match=":set objective negative-sampling"):
        next(ExactPane().compute(RunSubject("a run", lambda: run), ("", "")))


def test_the_softmax_of_a_file_without_output_vectors_proposes_no_command_of_a_run():
    vectors = WordVectors(["a", "b"], np.eye(2, dtype=np.float32))
    subject = FileSubject("v.bin", lambda report, read: vectors)
    with pytest.raises(SettingsError, match=r"not in v\.bin: explore a run") as refused:
        next(ExactPane().compute(subject, ("", "")))
    assert ":set" not in str(refused.value)


@terminal
async def test_the_softmax_beside_its_approximations_on_the_screen():
    run = trained(make_run(epochs=1, workers=1))
    async with method(RunSubject("a run", lambda: run), "exact", (120, 40)) as app:
        await shows(app, "all 26 words", "neg.samp", "same scores", " 200 ", "distance as K grows")
        await resize(app, 80, 24)
        await until(app, lambda: "distance as K grows" not in text_of(app))
        await shows(app, " 200 ", "in closed form")
        await resize(app, 60, 16)
        await until(app, lambda: "in closed form" not in text_of(app))
        await shows(app, "   1 ", " 200 ", "cost  rows a pair")
        await press(app, "slash", *"ship wave", "enter")
        await shows(app, "context word ship predicts wave")
        await press(app, "x")
        await shows(app, "context word wave predicts ship")


def test_errors_of_the_gradients_have_room_in_ascii():
    run = trained(make_run(epochs=1, workers=1))
    *_, made = ExactPane().compute(RunSubject("a run", lambda: run), ("", ""))
    for glyphs, sign in ((BRAILLE, "±"), (ASCII, "+-")):
        for shape in ((58, 12), (78, 20), (104, 34)):
            drawn = draw_approximations(made, Shape(*shape), Pens(glyphs, PLAIN_INKS)).plain
            groups, heads = (
                line for line in drawn.split("\n") if "probabilities ─" in line or "1 step" in line
            )
            assert groups.rindex("─") == heads.index("distance") + len("distance") - 1
            assert len(groups) == len(heads)
            rows = [line for line in drawn.split("\n") if sign in line]
            assert len(rows) > 2
            assert all(row.count(sign) == 3 and row[-1].isdigit() for row in rows)


@pytest.mark.parametrize(
    ("width", "key"),
    [(40, " code length  * turns  o this word"), (28, " * turns  o this word"),
     (20, " * turns  o word"), (10, " * turns …")],
)  # fmt: skip
def test_the_key_of_a_chart_is_as_long_as_there_is_room(width, key):
    named = (Named("*", "turns", "turns", ""), Named("o", "this word", "word", ""))
    assert key_line("code length", named, width).plain == key


SHAPES = ((116, 34), (76, 18), (196, 54), (40, 9), (12, 3))


@terminal
async def test_whatever_is_known_is_drawn_in_every_shape():
    runs = [trained(make_run(epochs=1, workers=1, objective=objective))
            for objective in ("negative-sampling", "hierarchical-softmax")]  # fmt: skip
    known = [
        (pane, result)
        for run in runs
        for pane, asked in ((NoisePane, (-0.5, ())), (TreePane, ("", "")), (ExactPane, ("", "")))
        if not (run is runs[1] and pane is ExactPane)
        for result in pane().compute(RunSubject("a run", lambda run=run: run), asked)
    ]
    assert len(known) > 12
    async with method(RunSubject("a run", lambda: runs[0]), "lesson") as app:
        for kind, result in known:
            for shape in SHAPES:
                lines = app.screen.query_one(kind).drawn(result, Shape(*shape)).split("\n")
                assert len(lines) <= shape[1] or shape[1] < 18
                assert max(line.cell_len for line in lines) <= shape[0]


# ---- without a run that trains


def saved_with(settings: LiveSettings | None) -> Subject:
    """A saved run, or without settings a file."""
    run = trained(make_run(epochs=1, workers=1))
    view = View(vectors=run.trained.vectors(), kind="saved")
    if settings is None:
        return FileSubject("notes.bin", lambda report, read: view.vectors)
    return SavedRunSubject("notes", lambda: (view, SimpleNamespace(settings=settings)))


def test_a_saved_run_is_shown_with_its_own_settings():
    subject = saved_with(LiveSettings(ns_exponent=0.0, sample=0.0, negative=9))
    noise = next(NoisePane().compute(subject, (None, ())))
    assert noise.exponent == noise.used == 0.0
    assert "1 + K = 10 rows" in dict(noise_facts(noise))["cost"]
    compared = next(ExactPane().compute(subject, ("ship", "")))
    assert compared.exponent == 0.0
    assert "default" not in str(exact_facts(compared))
    (path,) = TreePane().compute(subject, ("", ""))
    assert (path.sample, path.objective) == ("0", "negative sampling")


def test_of_a_file_the_defaults_are_shown_as_such():
    subject = saved_with(None)
    compared = next(ExactPane().compute(subject, ("ship", "")))
    assert "a = 0.75 (the default" in str(exact_facts(compared))
    (path,) = TreePane().compute(subject, ("", ""))
    assert path.sample.endswith(", the default")
    assert path.sample in str(tree_facts(path, ""))
    noise = next(NoisePane().compute(subject, (None, ())))
    assert noise.used is None
    assert "with the default a" in head_lines(noise, 120, PENS, "")[0].plain
