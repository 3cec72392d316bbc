"""The app over a run that another process trains: here one that this process serves."""

from __future__ import annotations

import pytest

from tests.support.screens import press, text_of, until
from tests.support.served_runs import served_run, viewer_of
from tests.support.threads import run_threads
from tests.support.wait import until as until_now
from w2vtui.runs.disk.door import HAS_SOCKETS
from w2vtui.settings import RunSettings
from w2vtui.tui.app import W2vApp
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.shutdown import end
from w2vtui.tui.train_screen.screen import TrainScreen

pytestmark = [
    pytest.mark.skipif(not HAS_SOCKETS, reason="needs local sockets"),
    pytest.mark.usefixtures("patient_viewers"),
]


def until_thread_of_session_ends():
    """What waits for the end of a run is not kept once the run is left."""
    until_now(lambda: not run_threads("w2vtui-session"), "the end of the session's thread")


async def test_a_run_at_work_is_shown_steered_and_left(topical_corpus, tmp_path):
    with served_run(topical_corpus, tmp_path / "runs") as (run, recorder):
        app = W2vApp(Form(run_settings=RunSettings(runs_dir=str(tmp_path / "runs"))))
        app.attached = viewer_of(recorder)
        async with app.run_test(size=(120, 40)):
            await until(app, lambda: isinstance(app.screen, TrainScreen) and app.session.run)
            await until(app, lambda: app.session.words.known and app.focused is not None)
            assert app.session.run_name == recorder.folder.name
            await press(app, "space")
            await until(app, lambda: run.snapshot().state == "paused" and "PAUSED" in text_of(app))
            await press(app, "space")
            await until(app, lambda: run.snapshot().state == "training")
            await press(app, "colon", *"set window 9", "enter")
            await until(app, lambda: run.snapshot().settings.window == 9)
            await press(app, "2")
            await until(app, lambda: "Neighbors of" in text_of(app))
            await press(app, "ctrl+q")
            await until(app, lambda: "Leave it training" in text_of(app))
            await press(app, "l")
            await until(app, lambda: app._exit)
        said = []
        end(app.session, save=True, rescue=False, report=said.append)
        name = recorder.folder.name
        assert said == [f"{name} trains on: w2vtui attach {name}"]
        assert app.return_code == 0
        assert run.snapshot().state == "training"
        assert run.is_attended
        until_thread_of_session_ends()


async def test_enter_in_the_list_shows_a_run_at_work(topical_corpus, tmp_path):
    with served_run(topical_corpus, tmp_path / "runs") as (run, recorder):
        viewer_of(recorder).leave()  # the door is open
        app = W2vApp(Form(run_settings=RunSettings(runs_dir=str(tmp_path / "runs"))))
        async with app.run_test(size=(120, 40)):
            await until(app, lambda: app.focused is not None)
            await press(app, "ctrl+r")
            await until(app, lambda: recorder.folder.name in text_of(app))
            await press(app, "enter")
            await until(app, lambda: isinstance(app.screen, TrainScreen))
            await until(app, lambda: "TRAINING" in text_of(app))
            end(app.session, save=True, rescue=False, report=[].append)  # as on a hang-up
        assert app.session.is_left
        assert run.snapshot().state == "training"
        until_thread_of_session_ends()
