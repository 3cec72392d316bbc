"""A run that a change made diverge: it trains on without the change, and its vectors are saved."""

from __future__ import annotations

import numpy as np

from tests.support.screens import (
    events,
    form,
    notices,
    press,
    shot_of,
    shows,
    state,
    training,
    until,
)
from w2vtui.formats import load_vectors


async def test_a_run_that_diverged_trains_on_from_before_the_change(topical_corpus, tmp_path):
    saved = tmp_path / "v.bin"
    async with training(form(topical_corpus)) as app:
        name, rate = app.session.run_name, shot_of(app).settings.alpha
        await press(app, "colon", *"set alpha 900", "enter")
        await until(app, lambda: state(app) == "failed")
        await shows(app, "u trains on without change 1, from its checkpoint at ")
        clock = shot_of(app).checkpoint.tokens
        assert await app.screen.save_to(str(saved))
        moment = f"vectors saved to {saved}, as of the checkpoint at {clock:,} tokens"
        await until(app, lambda: moment in notices(app))
        assert np.isfinite(load_vectors(saved).vectors).all()
        await press(app, "u")
        await until(app, lambda: state(app) == "training" and shot_of(app).progress.tokens > clock)
        assert "undo 1: learning rate 900" in events(app)
        assert shot_of(app).settings.alpha == rate
        assert app.session.run_name == name


async def test_a_run_that_diverged_before_a_checkpoint_says_that_it_has_none(topical_corpus):
    async with training(form(topical_corpus, alpha=1000.0, min_alpha=1000.0)) as app:
        await until(app, lambda: state(app) == "failed")
        await press(app, "u")
        await until(app, lambda: "the run has failed, and has no checkpoint" in notices(app))
        app.clear_notifications()
        await app.screen.save_to("v.bin")
        await until(app, lambda: "no checkpoint: there are no vectors to save" in notices(app))
