"""A run that has ended trains on: with more epochs, or without its last change."""

from __future__ import annotations

from argparse import Namespace

import pytest

from tests.support.runs import until_spans_are_trained
from tests.support.screens import (
    events,
    form,
    notices,
    on_first_screen,
    press,
    send_keys,
    shot_of,
    shows,
    state,
    training,
    until,
)
from w2vtui.cli.parser import parse
from w2vtui.cli.verbs import resume
from w2vtui.tui.dialogs.ask import Ask
from w2vtui.tui.dialogs.more_epochs import MoreEpochs
from w2vtui.tui.saved_runs.run_list import RunList
from w2vtui.tui.saved_runs.run_queries import RunQueries
from w2vtui.tui.train_screen.screen import TrainScreen
from w2vtui.tui.widgets.panel import Panel
from w2vtui.tui.widgets.setting_rows import SettingRows


async def command(app, line: str) -> None:
    await press(app, "colon")
    app.screen.query_one("#command-line").value = line
    await press(app, "enter")


async def trained_again(app, epochs: int) -> None:
    """Wait until the run is done with another number of epochs."""
    await until(app, lambda: state(app) == "done" and shot_of(app).settings.epochs == epochs)
    await until(app, lambda: app.screen.shot.state == "done")
    await until(app, lambda: isinstance(app.focused, SettingRows))


async def test_undo_revives_a_run_that_a_change_has_ended(topical_corpus):
    async with training(form(topical_corpus)) as app:
        await press(app, "space")
        await until(app, lambda: state(app) == "paused")
        until_spans_are_trained(app.session.run)  # or the last one may reach the end of the epoch
        last = shot_of(app).progress.epoch
        await command(app, f"set epochs {last}")
        await press(app, "space")
        await trained_again(app, last)
        name = app.session.run_name
        await press(app, "u")
        await until(app, lambda: "undo 1: learning rate" in events(app))
        assert state(app) == "training"
        assert shot_of(app).settings.epochs == 1_000_000
        assert f"epochs {last} → 1000000" in events(app)
        assert app.session.run_name == name
        await press(app, "e", "s")
        await until(app, lambda: state(app) == "stopped" and app.screen.shot.ended)
        await press(app, "space")
        await until(app, lambda: state(app) == "training")


async def test_a_run_that_is_done_gets_more_epochs(topical_corpus):
    async with training(form(topical_corpus, epochs=2)) as app:
        await trained_again(app, 2)
        await press(app, "u")
        await until(app, lambda: "nothing to undo" in notices(app))
        await command(app, "set K 7")
        await until(app, lambda: "the run is done after 2 epochs: more epochs" in notices(app))
        await command(app, "note once")
        await command(app, "set epochs 3 K 7")
        await trained_again(app, 3)
        assert shot_of(app).settings.negative == 7
        assert "K 5 → 7, epochs 2 → 3" in events(app)
        texts = [event.text for event in app.session.notes.among(shot_of(app))]
        assert texts.index("once") < texts.index("K 5 → 7, epochs 2 → 3")
        app.screen.query_one(SettingRows).pick("epochs")
        await press(app, "right")
        await shows(app, "epochs 3 → 5: ", " tokens more, about ", "enter trains on, esc drops")
        await shows(app, "rate 0.0001 (0.0101 in a run of 5) ")
        await press(app, "enter")
        await trained_again(app, 5)
        await press(app, "e")
        await until(app, lambda: isinstance(app.screen, MoreEpochs) and app.focused)
        await shows(app, " tokens more, about 00:0", ", rate 0.0001")
        await shows(app, ":set epochs 10 alpha 0.0126 is the rate of a")
        await press(app, "0", "enter")
        await shows(app, "a number of epochs is 1 or more, got '0'")
        send_keys(app, "backspace", "1", "enter")
        await trained_again(app, 6)
        name = app.session.run_name
        assert [status.name for status in await listed(app)] == [name]


async def listed(app):
    """The list of runs, on the first screen."""
    await press(app, "n")
    await until(app, lambda: isinstance(app.screen, Ask) or not on_train_screen(app))
    if isinstance(app.screen, Ask):
        await press(app, "k")
    await until(app, lambda: not isinstance(app.screen, (Ask, TrainScreen)) and app.focused)
    await press(app, "ctrl+r")
    await until(app, lambda: isinstance(app.screen, RunList) and app.screen.runs)
    return app.screen.runs


def on_train_screen(app) -> bool:
    return isinstance(app.screen, TrainScreen)


async def test_the_list_trains_a_run_on_and_answers_queries(topical_corpus):
    async with training(form(topical_corpus, epochs=2)) as app:
        await trained_again(app, 2)
    async with on_first_screen(form(topical_corpus)) as app:
        await press(app, "ctrl+r")
        await until(app, lambda: isinstance(app.screen, RunList) and app.screen.runs)
        await press(app, "enter")
        await shows(app, "Train more epochs", "after the 2 trained")
        send_keys(app, "q")
        await until(app, lambda: isinstance(app.screen, RunQueries) and app.focused)
        send_keys(app, *"ship", "enter")
        await until(app, lambda: app.screen.query_one("#nearest", Panel).plain)
        send_keys(app, *"nosuch", "enter")
        await shows(app, "no vector for 'nosuch'")
        await press(app, "escape", "e")
        await until(app, lambda: isinstance(app.screen, MoreEpochs) and app.focused)
        await shows(app, "7 epochs in all", "71.", "k tokens more, about 00:0", "rate 0.0001")
        await press(app, "1", "enter")
        await until(app, lambda: on_train_screen(app) and state(app) == "done")
        assert shot_of(app).settings.epochs == 3
        await shows(app, "DONE")


async def test_a_run_without_checkpoints_says_that_it_cannot(topical_corpus):
    chosen = form(topical_corpus, epochs=1)
    chosen = chosen.__class__(
        corpus=chosen.corpus,
        training=chosen.training,
        live=chosen.live,
        run_settings=chosen.run_settings.__class__(checkpoints=False),
    )
    async with training(chosen) as app:
        await trained_again(app, 1)
        for line in ("undo", "set epochs 5"):
            await command(app, line)
            await until(app, lambda: "has no checkpoint to train on from" in notices(app))
            app.clear_notifications()


@pytest.mark.parametrize(
    ("options", "is_app"),
    [
        ([], True),
        (["--epochs", "9", "--force", "-o", "v.bin"], True),
        (["--no-screen"], False),
        (["--json"], False),
        (["--neighbors", "king"], False),
        (["--stop-when", "epoch 3"], False),
        (["--corpus", "-"], False),
    ],
)
def test_resume_opens_the_app_on_a_terminal(options, is_app, monkeypatch):
    arguments: Namespace = parse(["resume", "last", *options])
    assert not resume.wants_screen(arguments)
    monkeypatch.setattr(resume, "has_screen", lambda: True)
    assert resume.wants_screen(arguments) == is_app
