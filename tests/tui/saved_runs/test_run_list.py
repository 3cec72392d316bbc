"""Saved runs in the app: left, listed and resumed, and never lost."""

from __future__ import annotations

import math
import os
import re
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.events import Key
from textual.widgets import Input, Static

from tests.support import wait
from tests.support.run_folders import resealed, small_record
from tests.support.runs import until_spans_are_trained
from tests.support.screens import (
    events,
    form,
    notices,
    on_first_screen,
    pick,
    press,
    shot_of,
    shows,
    state,
    text_of,
    training,
    until,
)
from w2vtui.cli import run_command_line
from w2vtui.corpus import open_corpus
from w2vtui.errors import DiskError, RunError
from w2vtui.formats import load_vectors
from w2vtui.runs import root
from w2vtui.runs.disk.checkpoint_files import newest_intact
from w2vtui.runs.disk.lock import RunLock
from w2vtui.runs.labels import star_run
from w2vtui.runs.listed import statuses
from w2vtui.runs.listed.listing import all_runs
from w2vtui.runs.listed.status import status_of
from w2vtui.runs.record import RECORD, RunRecord
from w2vtui.runs.recording import recorder as recording
from w2vtui.runs.recording.recorder import Recorder
from w2vtui.runs.requested.request import RunRequest
from w2vtui.settings import CorpusSettings, LiveSettings, RunSettings, TrainingSettings
from w2vtui.training.run import Run
from w2vtui.training.state.script import Script
from w2vtui.tui.app import W2vApp
from w2vtui.tui.app_parts import starting
from w2vtui.tui.dialogs.ask import Ask
from w2vtui.tui.dialogs.more_epochs import MoreEpochs
from w2vtui.tui.dialogs.save_dialog import SaveDialog
from w2vtui.tui.first_screen.screen import NewRunScreen
from w2vtui.tui.messages import CompareRuns
from w2vtui.tui.saved_runs.line_dialog import LineDialog
from w2vtui.tui.saved_runs.run_list import RunList
from w2vtui.tui.train_screen.screen import TrainScreen

TRAINING = TrainingSettings(vector_size=16)
LIVE = LiveSettings(epochs=20, workers=1)
HALF = 140_000
"""Tokens: about the half of 20 epochs of the corpus."""


@pytest.fixture
def runs_dir(tmp_path) -> Path:
    return tmp_path / "runs"


def saved_run(corpus: Path, runs_dir: Path, *, stop_at: int | None = HALF) -> Path:
    """The folder of a run that was stopped at a token, or trained to its end."""
    settings, run_settings = CorpusSettings(), RunSettings(runs_dir=str(runs_dir))
    recorder = Recorder.for_request(RunRequest(sources=(str(corpus),), run_settings=run_settings))
    assert recorder is not None
    run = Run(
        lambda progress, stop: open_corpus([corpus], settings, progress=progress, stop=stop),
        TRAINING, LIVE, store=recorder, script=Script(stop_at=stop_at),
    )  # fmt: skip
    recorder.follow(run.snapshot)
    run.start()
    run.wait()
    recorder.close()
    assert recorder.folder is not None
    return recorder.folder


def uninterrupted(corpus: Path) -> dict[str, Any]:
    run = Run(lambda progress, stop: open_corpus([corpus], CorpusSettings()), TRAINING, LIVE)
    run.start()
    run.wait()
    return run.trained.matrices()


def listed_run(folder: Path, **live: Any) -> None:
    """The folder of a run that is listed, but has no checkpoint."""
    folder.mkdir(parents=True)
    settings = LiveSettings(**({"epochs": 2, "workers": 1, "alpha": 0.05} | live))
    small_record(settings=settings.resolved(100, 1)).write(folder)


def posting(found: list[CompareRuns]) -> Any:
    """`post_message` of the list that keeps what asks for a comparison."""
    post = RunList.post_message

    def kept(self: RunList, message: Any) -> bool:
        if isinstance(message, CompareRuns):
            found.append(message)
            return True
        return post(self, message)

    return kept


@asynccontextmanager
async def listed(
    corpus: Path, runs_dir: Path, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[W2vApp]:
    """The list of runs, over the first screen."""
    run_settings = RunSettings(runs_dir=str(runs_dir))
    async with on_first_screen(form(corpus, run_settings=run_settings), size=size) as app:
        await press(app, "ctrl+r")
        await until(app, lambda: isinstance(app.screen, RunList) and app.screen.runs is not None)
        yield app


async def tells(app: W2vApp, *texts: str) -> None:
    """Wait until the list says something of the run pointed at, however its lines break."""

    def reported() -> str:
        return " ".join(str(one.content) for one in app.screen.query("#about").results(Static))

    await until(app, lambda: all(text in reported() for text in texts))


def saved_in(runs_dir: Path, **settings: Any) -> RunSettings:
    return RunSettings(runs_dir=str(runs_dir), **settings)


def only_run(runs_dir: Path) -> Path:
    (folder,) = all_runs(runs_dir)
    return folder


# ---- the list


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 16)])
async def test_runs_are_listed_with_their_facts(topical_corpus, runs_dir, size):
    folder = saved_run(topical_corpus, runs_dir)
    async with listed(topical_corpus, runs_dir, size) as app:
        await shows(app, f"▸   {folder.name}", "stopped", "enter resumes it")
        if size[1] > 16:  # else the list takes that place
            await tells(app, "skip-gram negative-sampling", "topics.txt", "140k of")
        lines = text_of(app).splitlines()
        assert len(lines) == size[1]
        await press(app, "escape")
        await until(app, lambda: isinstance(app.screen, NewRunScreen))


async def test_runs_are_grouped_by_text_with_their_settings(topical_corpus, runs_dir):
    first = saved_run(topical_corpus, runs_dir)
    second = saved_run(topical_corpus, runs_dir)
    other = topical_corpus.with_name("other.txt")
    other.write_text(topical_corpus.read_text() + "a few more words here\n" * 9)
    third = saved_run(other, runs_dir)
    async with listed(topical_corpus, runs_dir) as app:
        await shows(app, first.name, second.name, third.name)
        lines = [line for line in text_of(app).splitlines() if "│" in line]
        heads = next(line for line in lines if "words/s" in line)
        assert all(f" {head} " in heads for head in ("K", "win", "dim", "ep", "probe"))
        names = ("other.txt", third.name, "topics.txt", first.name, second.name)
        places = [next(at for at, line in enumerate(lines) if name in line) for name in names]
        assert places[0] < places[1] < places[2] < min(places[3:])
        assert app.screen.pointed.name == third.name
        await press(app, "down")
        await until(app, lambda: app.screen.pointed.name == second.name)


async def test_marked_runs_are_compared_in_the_order_of_their_marks(
    topical_corpus, runs_dir, monkeypatch
):
    for name in ("able-acorn", "bold-bay"):
        listed_run(runs_dir / name)
    asked: list[CompareRuns] = []
    monkeypatch.setattr(RunList, "post_message", posting(asked))
    async with listed(topical_corpus, runs_dir) as app:
        await press(app, "space", "c")
        await tells(app, "1 marked: mark two to six runs with space to compare them")
        first = app.screen.pointed.folder
        await press(app, "down", "space", "c")
        await until(app, lambda: asked)
        assert asked[0].folders == (Path(first), Path(app.screen.pointed.folder))
        assert text_of(app).count("■ ") == 2
        await press(app, "escape", "ctrl+r")
        await shows(app, "■  able-acorn", "■  bold-bay")
        await press(app, "space", "c")
        await tells(app, "1 marked")


async def test_runs_are_filtered_sorted_and_labeled(topical_corpus, runs_dir):
    for number, name in enumerate(("able-acorn", "bold-bay", "calm-cove")):
        listed_run(runs_dir / name, negative=5 * number + 5)
        os.utime(runs_dir / name / RECORD, (number, number))
    async with listed(topical_corpus, runs_dir) as app:
        names = [run.name for run in app.screen.runs]
        assert names == ["calm-cove", "bold-bay", "able-acorn"]
        await press(app, "o", "o", "o", "o")  # there are no scores: by name
        await until(app, lambda: [run.name for run in app.screen.runs] == names[::-1])
        await shows(app, "Saved runs  by name")
        await press(app, "slash", *"K>5 !calm")
        await until(app, lambda: [run.name for run in app.screen.runs] == ["bold-bay"])
        await shows(app, "1 of 3")
        await press(app, *" windw=3")
        await shows(app, "✗ runs have no 'windw' to compare: did you mean window")
        await press(app, "escape")
        await until(app, lambda: len(app.screen.runs) == 3)
        assert app.screen.pointed.name == "bold-bay"
        await press(app, "asterisk")
        await until(app, lambda: status_of(runs_dir / "bold-bay").starred)
        await press(app, "n")
        await until(app, lambda: isinstance(app.screen, LineDialog) and app.focused)
        await press(app, *"wide", "enter")
        await shows(app, "★ wide", "bold-bay ★  wide")
        await press(app, "r")
        await until(app, lambda: isinstance(app.screen, LineDialog) and app.focused)
        await press(app, *" x", "enter")
        await shows(app, "a run's name has 1 to 100 letters")
        await press(app, "backspace", "backspace", "2", "enter")
        await tells(app, "renamed; bold-bay still finds it")
        assert app.screen.pointed.name == "bold-bay2"
        await press(app, "slash", *"zzz", "enter")
        await tells(app, "no run of 3 matches 'zzz'")


async def test_the_list_is_left_while_its_filter_closes(topical_corpus, runs_dir):
    async with listed(topical_corpus, runs_dir) as app:
        runs = app.screen
        await press(app, "slash")
        runs.action_to_rows()
        await runs.query_one("#dialog").remove()  # as on the way out
        await until(app, lambda: not runs.query("#dialog"))
        runs.dismiss(None)
        await until(app, lambda: app.screen is not runs)


async def test_a_filter_that_names_nothing_is_dropped_with_the_list(topical_corpus, runs_dir):
    for number, name in enumerate(("able-acorn", "bold-bay")):
        listed_run(runs_dir / name)
        os.utime(runs_dir / name / RECORD, (number, number))
    async with listed(topical_corpus, runs_dir) as app:
        app.runs_order, app.runs_wanted = "name", "foo>5"
        await press(app, "escape", "ctrl+r")
        await shows(app, "Saved runs  by name", "✗ runs have no 'foo' to compare")
        assert [run.name for run in app.screen.runs] == ["able-acorn", "bold-bay"]
        await press(app, "f1")
        await shows(app, "star the run", "rename the run", "write a note")
        await press(app, "escape", "escape", "ctrl+r")
        await shows(app, "r rename", "n note", "* star", "F1 all keys")
        assert app.runs_wanted == ""


async def test_the_run_of_this_screen_is_listed_as_it_is_now(topical_corpus, runs_dir):
    async with training(form(topical_corpus, epochs=900, run_settings=saved_in(runs_dir))) as app:
        await until(app, lambda: shot_of(app).progress.tokens)
        await press(app, "space")
        await until(app, lambda: state(app) == "paused")
        await press(app, "4")
        await until(app, lambda: isinstance(app.screen, RunList) and app.screen.runs)
        await tells(app, "paused on the train screen: enter shows it")
        until_spans_are_trained(app.session.run)
        tokens = shot_of(app).progress.tokens
        await until(app, lambda: app.screen.pointed.tokens == tokens)
        app.session.run.resume()
        before = app.screen.pointed.tokens
        app.screen._look_at = math.inf  # reading the folders is not due
        await until(app, lambda: app.screen.pointed.tokens > before)
        app.session.run.stop()


async def test_several_marked_runs_are_deleted(topical_corpus, runs_dir):
    for name in ("able-acorn", "bold-bay", "calm-cove"):
        listed_run(runs_dir / name)
    star_run(runs_dir / "bold-bay", starred=True)
    held = RunLock(runs_dir / "able-acorn")
    try:
        async with listed(topical_corpus, runs_dir) as app:
            for key in ("slash", *"!ca", "slash"):  # at once; `c` would be a key of the list
                app.post_message(Key(key, {"slash": "/"}.get(key, key)))
            await until(app, lambda: app.runs_wanted == "!ca/")
            await press(app, "backspace", *"lm", "enter")
            await until(app, lambda: len(app.screen.runs) == 2)
            await press(app, "a", "slash", "escape")
            await until(app, lambda: len(app.screen.runs) == 3)
            await press(app, "d")
            await shows(app, "Delete 2 marked runs?", "bold-bay", "1 of them with a star")
            await until(app, lambda: isinstance(app.screen, Ask) and app.focused)
            await press(app, "d")
            await until(app, lambda: len(app.screen.runs) == 2)
            assert app.marked_runs == [runs_dir / "able-acorn"]
            await press(app, "slash", *"able", "enter")
            await tells(app, "is in use by process")
    finally:
        held.release()
    assert {folder.name for folder in all_runs(runs_dir)} == {"able-acorn", "calm-cove"}


async def test_a_run_on_the_train_screen_keeps_its_place_under_a_new_name(topical_corpus, runs_dir):
    async with training(form(topical_corpus, epochs=2, run_settings=saved_in(runs_dir))) as app:
        await until(app, lambda: app.screen.shot.state == "done")
        await press(app, "4")
        await until(app, lambda: isinstance(app.screen, RunList) and app.screen.runs)
        await press(app, "r")
        await until(app, lambda: isinstance(app.screen, LineDialog) and app.focused)
        await press(app, "home", *"my-", "enter")
        await tells(app, "renamed;")
        assert app.session.run_name.startswith("my-topics-")
        await press(app, "escape", "e")
        await until(app, lambda: isinstance(app.screen, MoreEpochs) and app.focused)
        await press(app, "enter")
        await until(app, lambda: state(app) == "done" and shot_of(app).settings.epochs == 7)
    assert only_run(runs_dir).name.startswith("my-topics-")


async def test_without_runs_the_list_says_so_and_the_first_screen_nothing(topical_corpus, runs_dir):
    async with listed(topical_corpus, runs_dir) as app:
        await tells(app, "no saved runs in")
        await press(app, "enter", "s", "d", "escape")
        await until(app, lambda: isinstance(app.screen, NewRunScreen))
        await shows(app, "the defaults are sensible")


async def test_the_first_screen_offers_a_run_to_resume(topical_corpus, runs_dir):
    saved_run(topical_corpus, runs_dir)
    chosen = form(topical_corpus, run_settings=saved_in(runs_dir))
    async with on_first_screen(chosen) as app:
        await shows(app, "^r resumes an earlier run")


async def test_the_list_is_read_in_a_thread(topical_corpus, runs_dir, monkeypatch):
    saved_run(topical_corpus, runs_dir)
    held = threading.Event()
    read = statuses.status_of

    def slowly(folder: Path) -> Any:
        held.wait(60)
        return read(folder)

    monkeypatch.setattr(statuses, "status_of", slowly)
    chosen = form(topical_corpus, run_settings=saved_in(runs_dir))
    try:
        async with on_first_screen(chosen) as app:
            await press(app, "ctrl+r")
            await tells(app, "looking …")
            await press(app, "escape")
            await until(app, lambda: isinstance(app.screen, NewRunScreen))
            held.set()
    finally:
        held.set()


async def test_a_resumed_run_ends_with_the_same_bits_as_one_never_left(topical_corpus, runs_dir):
    folder = saved_run(topical_corpus, runs_dir)
    async with listed(topical_corpus, runs_dir) as app:
        await press(app, "enter")
        await until(app, lambda: isinstance(app.screen, TrainScreen))
        await until(app, lambda: state(app) == "done")
        await shows(app, "✓ DONE", f"Run  {folder.name}")
        assert "resumed at" in events(app)
        found = app.session.run.trained.matrices()
    expected = uninterrupted(topical_corpus)
    assert found.keys() == expected.keys()
    for name, matrix in expected.items():
        assert found[name].tobytes() == matrix.tobytes()
    assert status_of(folder).state == "done"


async def test_curve_markers_events_and_undo_come_back(topical_corpus, runs_dir):
    async with training(form(topical_corpus, run_settings=saved_in(runs_dir))) as app:
        await pick(app, "negative")
        await press(app, "right", "enter")
        await until(app, lambda: app.session.snapshot().settings.negative == 8)
        await until(app, lambda: len(app.session.run.curves.loss.rows()) > 3)
        await press(app, "ctrl+q")
        await until(app, lambda: isinstance(app.screen, Ask) and app.focused)
        await press(app, "k")
        await until(app, lambda: app._exit)
        n_rows = len(app.session.run.curves.loss.rows())
    async with listed(topical_corpus, runs_dir) as app:
        await press(app, "enter")
        await until(app, lambda: state(app) == "training")
        await shows(app, "① K 5→8")
        assert "K 5 → 8" in events(app)  # on the screen unless later ones fill it
        assert len(app.session.run.curves.loss.rows()) >= n_rows
        await press(app, "u")
        await until(app, lambda: app.session.snapshot().settings.negative == 5)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells what is open")
async def test_a_resumed_run_keeps_no_old_checkpoint_open(topical_corpus, runs_dir):
    saved_run(topical_corpus, runs_dir)
    async with listed(topical_corpus, runs_dir) as app:
        await press(app, "enter")
        await until(
            app, lambda: isinstance(app.screen, TrainScreen) and app.screen.shot.progress.tokens
        )
        await until(app, lambda: str(runs_dir) not in Path("/proc/self/maps").read_text())


# ---- runs that cannot be resumed


async def test_a_damaged_run_says_what_is_wrong(topical_corpus, runs_dir):
    folder = saved_run(topical_corpus, runs_dir)
    (folder / "run.json").write_text("{")
    async with listed(topical_corpus, runs_dir) as app:
        await shows(app, "damaged", "✗")
        assert "run.json is damaged" in app.screen.pointed.error
        await press(app, "enter")
        await until(app, lambda: "opening" not in text_of(app))
        await shows(app, "✗")
        assert isinstance(app.screen, RunList)


async def test_a_list_that_was_left_gets_no_more_messages(topical_corpus, runs_dir, monkeypatch):
    saved_run(topical_corpus, runs_dir)
    asked, held = threading.Event(), threading.Event()

    def refused(*arguments: Any) -> Any:
        asked.set()
        held.wait(60)
        raise RunError("it is in use")

    monkeypatch.setattr(starting, "_open_saved", refused)
    async with listed(topical_corpus, runs_dir) as app:
        await press(app, "enter")
        await until(app, asked.is_set)
        await press(app, "escape")
        await until(app, lambda: isinstance(app.screen, NewRunScreen))
        held.set()
        await until(app, lambda: not app.workers)
        assert isinstance(app.screen, NewRunScreen)


async def test_a_run_that_is_in_use_says_by_whom(topical_corpus, runs_dir):
    lock = RunLock(saved_run(topical_corpus, runs_dir))
    try:
        async with listed(topical_corpus, runs_dir) as app:
            await press(app, "enter")
            await tells(app, "is at work, but its process lets nobody in")
            await press(app, "d")
            await until(app, lambda: isinstance(app.screen, Ask) and app.focused)
            await press(app, "d")
            await tells(app, "is in use by process", "stop it there")
    finally:
        lock.release()
    assert only_run(runs_dir)


async def test_a_run_on_a_changed_text_asks_before_it_resumes(topical_corpus, runs_dir):
    folder = saved_run(topical_corpus, runs_dir)
    with topical_corpus.open("a") as file:
        file.write("ship farm town tower\n" * 10)
    async with listed(topical_corpus, runs_dir) as app:
        await press(app, "enter")
        await shows(app, "has changed: 14,250 tokens then", "14,290 now, words: 2 new")
        await shows(app, "Resume anyway", "FAILED")
        before = newest_intact(folder)[0].clock
        await press(app, "g")
        await until(app, lambda: state(app) == "done")
        assert app.session.run_name != folder.name
    assert newest_intact(folder)[0].clock == before
    branch = next(one for one in all_runs(runs_dir) if one != folder)
    assert RunRecord.read(branch).parent == folder.name
    assert status_of(branch).state == "done"


async def test_a_changed_text_can_be_left(topical_corpus, runs_dir):
    saved_run(topical_corpus, runs_dir)
    topical_corpus.write_text("other words than before\n" * 300)
    async with listed(topical_corpus, runs_dir) as app:
        await press(app, "enter")
        await shows(app, "Resume anyway")
        await press(app, "escape")
        await shows(app, "✗ FAILED", "; g resumes", "g Resume")
        assert "--force" not in text_of(app)
        await press(app, "g")
        await until(app, lambda: isinstance(app.screen, Ask))
        await press(app, "escape")
        await press(app, "n")
        await until(app, lambda: isinstance(app.screen, NewRunScreen))
    assert len(all_runs(runs_dir)) == 1


async def test_a_changed_text_is_asked_about_where_the_run_is_over_before_its_screen(
    topical_corpus, runs_dir, monkeypatch
):
    saved_run(topical_corpus, runs_dir)
    topical_corpus.write_text("other words than before\n" * 300)
    make = TrainScreen.__init__

    def make_late(screen, session, **options):
        wait.until(lambda: session.snapshot().ended, "the end of the run")
        make(screen, session, **options)

    monkeypatch.setattr(TrainScreen, "__init__", make_late)
    async with listed(topical_corpus, runs_dir) as app:
        await press(app, "enter")
        await shows(app, "Resume anyway")


async def test_the_output_of_a_run_from_elsewhere_is_not_written(
    topical_corpus, runs_dir, tmp_path
):
    folder, precious = saved_run(topical_corpus, runs_dir), tmp_path / "precious.vec"
    resealed(folder / RECORD, lambda body: body.update(output=str(precious)))
    async with listed(topical_corpus, runs_dir) as app:
        await press(app, "s")
        await until(app, lambda: isinstance(app.screen, SaveDialog) and app.focused)
        assert app.screen.query_one("#path", Input).value == "topics.vec"
        await press(app, "escape")
        await until(app, lambda: isinstance(app.screen, RunList))
        await press(app, "enter")
        await until(app, lambda: isinstance(app.screen, TrainScreen))
        await until(app, lambda: state(app) == "done")
        reported = [event.text for event in app.session.notes.events]
        assert any("was not made on this machine" in text for text in reported)
        assert app.session.unsaved
    assert not precious.exists()


async def test_a_text_that_is_gone_is_named(topical_corpus, runs_dir):
    saved_run(topical_corpus, runs_dir)
    async with listed(topical_corpus, runs_dir) as app:
        topical_corpus.unlink()
        await press(app, "enter")
        # A long path may break the line between the two words.
        await shows(app, "✗ FAILED", "is gone from", "--corpus", "FILE")


# ---- done with a run


async def test_the_vectors_of_a_done_run_are_saved_from_the_list(
    topical_corpus, runs_dir, tmp_path
):
    folder = saved_run(topical_corpus, runs_dir, stop_at=None)
    async with listed(topical_corpus, runs_dir) as app:
        await tells(app, "training is complete")
        await press(app, "enter")
        await shows(app, "A run that is done", "Train more epochs")
        await press(app, "s")
        await until(app, lambda: isinstance(app.screen, SaveDialog) and app.focused)
        app.screen.query_one("#path", Input).value = str(tmp_path / "v.bin")
        await press(app, "enter")
        await tells(app, "vectors as of 100.0% saved to")
    vectors = newest_intact(folder)[0].vectors["input_vectors"]
    assert load_vectors(tmp_path / "v.bin").vectors.tobytes() == np.array(vectors).tobytes()


async def test_the_dialog_stays_where_nothing_can_be_written(topical_corpus, runs_dir, tmp_path):
    saved_run(topical_corpus, runs_dir)
    async with listed(topical_corpus, runs_dir) as app:
        await press(app, "s")
        await until(app, lambda: isinstance(app.screen, SaveDialog) and app.focused)
        app.screen.query_one("#path", Input).value = str(tmp_path / "nowhere" / "v.bin")
        await press(app, "enter")
        await until(app, lambda: "create" in text_of(app))  # and more, on the next line
        assert isinstance(app.screen, SaveDialog)


async def save_as(app: W2vApp, path: Path) -> None:
    """Press s in the list of runs, and name a file."""
    await press(app, "s")
    await until(app, lambda: isinstance(app.screen, SaveDialog) and app.focused)
    app.screen.query_one("#path", Input).value = str(path)
    await press(app, "enter")


async def test_the_list_replaces_no_text_and_asks_before_other_files(
    topical_corpus, runs_dir, tmp_path
):
    saved_run(topical_corpus, runs_dir, stop_at=None)
    text, other = topical_corpus.read_bytes(), tmp_path / "other.txt"
    other.write_text("prose\n" * 99)
    async with listed(topical_corpus, runs_dir) as app:
        await save_as(app, topical_corpus)
        await tells(app, "is the corpus and would be overwritten")
        await save_as(app, other)
        await until(app, lambda: isinstance(app.screen, Ask) and app.focused)
        await press(app, "escape")
        await until(app, lambda: isinstance(app.screen, RunList))
        assert other.read_text() == "prose\n" * 99
        await save_as(app, other)
        await until(app, lambda: isinstance(app.screen, Ask) and app.focused)
        await press(app, "r")
        await tells(app, "saved to")
    assert topical_corpus.read_bytes() == text
    assert len(load_vectors(other)) == 26


async def test_a_run_is_not_resumed_where_its_vectors_would_replace_a_text(
    topical_corpus, runs_dir
):
    saved_run(topical_corpus, runs_dir)
    async with listed(topical_corpus, runs_dir) as app:
        app.output = str(topical_corpus)
        await press(app, "enter")
        await tells(app, "is the corpus and would be overwritten")
        await press(app, "escape")
        await until(app, lambda: isinstance(app.screen, NewRunScreen))
        await press(app, "ctrl+s")
        await until(app, lambda: "is the corpus" in notices(app))
        assert isinstance(app.screen, NewRunScreen)


async def test_a_run_is_deleted_when_that_is_meant(topical_corpus, runs_dir):
    folder = saved_run(topical_corpus, runs_dir)
    async with listed(topical_corpus, runs_dir) as app:
        await press(app, "d")
        await until(app, lambda: isinstance(app.screen, Ask) and app.focused)
        await shows(app, folder.name, "Keep it")
        await press(app, "enter")  # the first answer is the safe one
        await until(app, lambda: isinstance(app.screen, RunList))
        assert folder.exists()
        await press(app, "d")
        await until(app, lambda: isinstance(app.screen, Ask) and app.focused)
        await press(app, "d")
        await tells(app, "no saved runs in")
    assert not folder.exists()


async def test_a_folder_that_is_not_a_run_is_not_deleted(topical_corpus, runs_dir):
    project = runs_dir / "project"
    (project / "checkpoints").mkdir(parents=True)
    (project / "thesis.tex").write_text("all of it")
    async with listed(topical_corpus, runs_dir) as app:
        await press(app, "d")
        await until(app, lambda: isinstance(app.screen, Ask) and app.focused)
        await shows(app, "only what w2vtui writes")
        await press(app, "d")
        await tells(app, "thesis.tex in it is not a part of a run")
    assert (project / "thesis.tex").read_text() == "all of it"
    assert (project / "checkpoints").is_dir()


# ---- leaving


async def test_quitting_keeps_what_was_learned(topical_corpus, runs_dir):
    async with training(form(topical_corpus, run_settings=saved_in(runs_dir))) as app:
        await press(app, "ctrl+q")
        name = app.session.run_name
        await shows(app, "Keep and quit", "Save vectors and quit", f"w2vtui resume {name}")
        await press(app, "enter")
        await until(app, lambda: app._exit)
        shot, how_to_resume = app.session.snapshot(), app.session.how_to_resume()
    assert app.return_code == 0
    assert how_to_resume == f"Resume it: w2vtui resume {name}"
    assert newest_intact(only_run(runs_dir))[0].clock == shot.progress.tokens
    RunLock(only_run(runs_dir)).release()  # nobody holds it any more


@pytest.mark.usefixtures("no_hurry")
async def test_a_second_ctrl_q_keeps_and_leaves_where_no_output_is_named(topical_corpus, runs_dir):
    async with training(form(topical_corpus, run_settings=saved_in(runs_dir))) as app:
        await press(app, "ctrl+q", "ctrl+q")
        await until(app, lambda: app._exit)
    assert status_of(only_run(runs_dir)).state == "stopped"
    assert status_of(only_run(runs_dir)).can_resume


async def test_a_run_that_is_over_is_left_for_another_and_stays_saved(topical_corpus, runs_dir):
    async with training(form(topical_corpus, epochs=20, run_settings=saved_in(runs_dir))) as app:
        await until(app, lambda: app.screen.shot.state == "done")
        await press(app, "n")
        await shows(app, "The last checkpoint holds them", "Keep and start over")
        await press(app, "enter")
        await until(app, lambda: isinstance(app.screen, NewRunScreen))
    assert status_of(only_run(runs_dir)).state == "done"


async def test_without_checkpoints_nothing_is_saved(topical_corpus, runs_dir):
    off = saved_in(runs_dir, checkpoints=False)
    async with training(form(topical_corpus, run_settings=off)) as app:
        await press(app, "colon", *"checkpoint", "enter")
        await until(app, lambda: "started with --no-checkpoints" in notices(app))
        await press(app, "ctrl+q")
        await shows(app, "Save vectors and quit", "Quit without saving")
        assert "Keep" not in text_of(app)
    assert not runs_dir.exists()


async def test_without_a_folder_a_run_trains_and_says_it_is_not_saved(topical_corpus, monkeypatch):
    def homeless(named: str | None = None) -> Path:
        raise RunError("there is no home folder")

    monkeypatch.setattr(recording, "runs_folder", homeless)
    monkeypatch.setattr(root, "runs_folder", homeless)
    async with training(form(topical_corpus)) as app:
        reported = [event.text for event in app.session.notes.events]
        assert reported == ["this run cannot be resumed later: there is no home folder"]
        await press(app, "ctrl+q")
        await shows(app, "Quit without saving")


def test_the_command_line_says_where_and_how_often_the_app_keeps_runs(monkeypatch, runs_dir):
    got = []
    monkeypatch.setattr("w2vtui.cli.verbs.app.has_screen", lambda: True)
    monkeypatch.setattr("w2vtui.tui.launch.run_app", lambda form, *_, **__: got.append(form) or 0)
    assert run_command_line(["--runs-dir", str(runs_dir), "--checkpoint-seconds", "5"]) == 0
    assert got[-1].run_settings == saved_in(runs_dir, checkpoint_seconds=5.0)
    assert run_command_line(["--no-checkpoints"]) == 0
    assert not got[-1].run_settings.checkpoints


# ---- while it trains


async def test_a_pause_by_hand_leaves_an_event_and_a_checkpoint(topical_corpus, runs_dir):
    async with training(form(topical_corpus, run_settings=saved_in(runs_dir))) as app:
        await press(app, "space")
        await until(app, lambda: "paused" in events(app))
        dispatcher = app.session.run._trainer.dispatcher
        await until(app, lambda: app.session.snapshot().checkpoint.tokens == dispatcher.clock)
        await until(app, lambda: re.search(r"saved \d+ s ago", text_of(app)))
        await press(app, "space")
        await until(app, lambda: "resumed" in events(app))
        paused = [one for one in app.session.snapshot().events if one.text == "paused"]
        assert len(paused) == 1
    clocks = [event.tokens for event in newest_intact(only_run(runs_dir))[0].events]
    assert paused[0].tokens in clocks


async def test_a_checkpoint_can_be_asked_for(topical_corpus, runs_dir):
    async with training(form(topical_corpus, run_settings=saved_in(runs_dir))) as app:
        before = app.session.snapshot().checkpoint.tokens or 0
        await press(app, "colon", *"checkpoint", "enter")
        await until(app, lambda: (app.session.snapshot().checkpoint.tokens or 0) > before)
        await until(app, lambda: newest_intact(only_run(runs_dir))[0])
        assert newest_intact(only_run(runs_dir))[0].reason == "asked for"
        titles = [command.title for command in app.get_system_commands(app.screen)]
        assert "Checkpoint" in titles


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 16)])
async def test_a_checkpoint_that_cannot_be_written_is_on_every_screen(
    topical_corpus, runs_dir, monkeypatch, size
):
    def full(*arguments: object) -> None:
        raise DiskError("cannot write checkpoints/000007: no space left on device")

    async with training(form(topical_corpus, run_settings=saved_in(runs_dir)), size=size) as app:
        monkeypatch.setattr(recording, "write_checkpoint", full)
        app.session.run.checkpoint()
        await shows(app, "✗ not saved")
        await until(app, lambda: "no checkpoint: cannot write checkpoints" in events(app))
        assert state(app) == "training"
        if size == (120, 40):
            await shows(app, "!! checkpoints cannot be written", "✗ checkpoints cannot be written")
        await press(app, "ctrl+q")
        await shows(app, "No checkpoint can be written", "Save vectors and quit")
        await press(app, "ctrl+q")  # loses nothing by being pressed twice
        assert isinstance(app.screen, Ask)
        await press(app, "escape")
        monkeypatch.undo()
        app.session.run.checkpoint()
        await until(app, lambda: "checkpoints are being written again" in events(app))
        await until(app, lambda: "✗ not saved" not in text_of(app))


async def test_a_last_checkpoint_that_fails_keeps_the_screen(topical_corpus, runs_dir, monkeypatch):
    def full(*arguments: object) -> None:
        raise DiskError("no space left on device")

    async with training(form(topical_corpus, run_settings=saved_in(runs_dir))) as app:
        await press(app, "ctrl+q")
        await shows(app, "Keep and quit")
        monkeypatch.setattr(recording, "write_checkpoint", full)
        await press(app, "k")
        await until(app, lambda: "the last checkpoint could not be written" in notices(app))
        assert not app._exit
        assert isinstance(app.screen, TrainScreen)
        await until(app, lambda: state(app) == "stopped")


async def test_a_run_whose_folder_was_removed_is_saved_again(topical_corpus, runs_dir):
    async with training(form(topical_corpus, run_settings=saved_in(runs_dir))) as app:
        name = app.session.run_name
        (runs_dir / name).rename(runs_dir.parent / "gone")  # at once: it is being written to
        app.session.run.checkpoint()
        await until(app, lambda: "the run's folder was removed: created again" in events(app))
        await shows(app, f"Run  {name}")
