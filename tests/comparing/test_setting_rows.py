"""The settings in which runs differ, and their curves."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from w2vtui.comparing.curves import curve_names, curve_rows
from w2vtui.comparing.setting_rows import is_same_text, settings_that_differ
from w2vtui.comparing.sides import Side
from w2vtui.runs.listed.status import RunStatus
from w2vtui.settings import LiveSettings
from w2vtui.training.state.curves import SavedCurve


def side(name="a", *, fingerprint="f" * 64, live=None, curves=None, **settings):
    subject = SimpleNamespace(run=live and object(), settings=live, curves=curves or {})
    status = RunStatus(name=name, folder=name, state="done", text="notes.txt",
                       fingerprint=fingerprint, settings=settings)  # fmt: skip
    return Side(name, subject, None, status)


def in_file():
    return Side("v.bin", SimpleNamespace(run=None, settings=None, curves={}), None, None)


def test_only_settings_that_differ_are_rows_and_a_file_has_none():
    sides = [side(negative=5, window=5, seed=1), side(negative=15, window=5, seed=1), in_file()]
    (row,) = settings_that_differ(sides)
    assert (row.name, row.label, row.texts) == ("negative", "K", ("5", "15", "-"))
    assert row.is_other == (False, True, False)


def test_runs_of_other_texts_say_so_even_if_the_texts_have_one_name():
    sides = [side(), side(fingerprint="0" * 64)]
    (row,) = settings_that_differ(sides)
    assert row.texts == ("ffffff notes.txt", "000000 notes.txt")  # narrow columns cut the end
    assert not is_same_text(sides)
    assert is_same_text([side(), side("b")])
    assert is_same_text([side(), in_file()])
    assert not is_same_text([in_file(), in_file()])


def test_a_run_that_trains_here_has_the_settings_of_now():
    of_now = replace(LiveSettings(), negative=20)
    sides = [side(negative=5), side(negative=5, live=of_now)]
    rows = {row.name: row.texts for row in settings_that_differ(sides)}
    assert rows["negative"] == ("5", "20")


def test_curves_are_named_probe_first_then_scores():
    rows = np.ones((1, 5))
    some = {name: SavedCurve(rows, 1) for name in ("speed", "probe", "pairs p.txt", "loss")}
    sides = [side(curves=some), side(curves={"churn": SavedCurve(rows[:0], 1)}), in_file()]
    assert curve_names(sides) == ["probe", "pairs p.txt", "loss", "speed"]
    assert len(curve_rows(sides[0], "probe")) == 1
    assert curve_rows(sides[2], "probe").shape == (0, 5)
