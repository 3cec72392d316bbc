"""Settings that do nothing under the model and objective, or in a run that is over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.screens import TRAINING, notices, press, screen_lines, scripted, text_of, until
from w2vtui.errors import SettingsError
from w2vtui.settings import LiveSettings
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.train_screen.staging import REFUSED, Staging

HS = replace(TRAINING, settings=LiveSettings(objective="hierarchical-softmax", epochs=5, workers=2))
NOISE = {"negative", "ns_exponent", "noise_sharing"}
CBOW = {"cbow_mean", "cbow_divide"}


@pytest.mark.parametrize(
    ("model", "objective", "idle"),
    [
        ("skip-gram", "negative-sampling", CBOW),
        ("skip-gram", "hierarchical-softmax", CBOW | NOISE),
        ("skip-gram", "softmax", CBOW | NOISE),
        ("cbow", "negative-sampling", set()),
        ("cbow", "hierarchical-softmax", NOISE),
    ],
)
def test_settings_without_effect_are_known(model, objective, idle):
    assert set(LiveSettings(model=model, objective=objective).without_effect) == idle


def test_a_setting_without_effect_is_neither_stepped_nor_staged():
    staging = Staging(Form())
    with pytest.raises(SettingsError, match=r"K has no part in hierarchical softmax"):
        staging.step(HS, "negative", 1)
    staging.type(HS, "negative", "10")
    assert staging.cost(HS, None).startswith(f"{REFUSED}: K has no part")
    staging.staged["objective"] = "negative-sampling"
    assert not staging.cost(HS, None).startswith(REFUSED)
    rows = {row.name: row for row in staging.rows(TRAINING)}
    assert rows["cbow_mean"].idle == "no part in skip-gram"
    assert rows["negative"].idle == ""


def test_a_run_that_is_done_shows_that_only_more_epochs_do_something():
    staging, done = Staging(Form()), replace(TRAINING, state="done")
    live = [row for row in staging.rows(done) if row.name != "vector_size"]
    assert [row.name for row in live if not (row.dull or row.fixed)] == ["epochs"]
    assert not {row.mark for row in live} - {" "}
    staging.step(done, "epochs", 1)
    assert not any(row.dull for row in staging.rows(done))
    assert not any(row.dull for row in staging.rows(TRAINING))


def test_nothing_can_be_staged_in_a_run_that_has_failed():
    staging, failed = Staging(Form()), replace(TRAINING, state="failed")
    with pytest.raises(SettingsError, match="this one has failed"):
        staging.step(failed, "window", 1)
    assert all(row.fixed for row in staging.rows(failed))


async def test_set_under_hierarchical_softmax_says_that_k_has_no_part():
    async with scripted(HS, (120, 40)) as (app, run):
        await until(app, lambda: "K               5   no part in it" in text_of(app))
        app.screen._carry_out("set K 10")
        await until(app, lambda: "K has no part in hierarchical" in notices(app))
        assert {"negative": 10} not in run.calls
        assert app.screen.staging.staged == {}
        app.screen._carry_out("set K 10 objective negative-sampling")
        await until(app, lambda: {"negative": 10, "objective": "negative-sampling"} in run.calls)


async def test_live_controls_over_the_whole_screen_say_what_each_does():
    async with scripted(TRAINING, (120, 40)) as (app, _):
        await press(app, "x")
        await until(app, lambda: app.screen.maximized is not None)
        facts = "default 5 · 1 to 256 noise words · at once"
        await until(app, lambda: facts in text_of(app))
        lines = screen_lines(app)
        at = next(at for at, line in enumerate(lines) if facts in line)
        assert " K  " in lines[at]
        assert "noise words K of negative sampling" in lines[at + 1]
        await press(app, "down", "down", "right")
        await until(app, lambda: "15 → 20 ▸ staged" in text_of(app))
