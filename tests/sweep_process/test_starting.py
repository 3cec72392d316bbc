"""A process that sweeps, which does not end with the one that started it."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import signal

import pytest

from tests.support.corpora import topical_sentences
from tests.support.processes import posix
from tests.support.sweeps import space_of
from tests.support.wait import DEADLINE, until
from w2vtui.errors import RunError
from w2vtui.runs.disk.dataclass_json import as_json
from w2vtui.runs.listed.listing import all_runs
from w2vtui.settings import LiveSettings, RunSettings, TrainingSettings
from w2vtui.sweeping.space import Space
from w2vtui.sweeping.sweep_request import Limits, SweepRequest
from w2vtui.sweeping.yardstick import Yardstick

pytest.importorskip("optuna")

from w2vtui.sweep_process import main, starting
from w2vtui.sweep_process.starting import SweepOrder, start_sweep
from w2vtui.sweep_process.viewer import watch_sweep
from w2vtui.sweeping.publishing import announce
from w2vtui.sweeping.setting_up import SetUp, set_up
from w2vtui.sweeping.store import SavedSweep


def set_up_in(folder, *, epochs: int) -> SetUp:
    """A sweep of two trials over a small text, announced to viewers."""
    text = folder / "topics.txt"
    text.write_text("\n".join(" ".join(words) for words in topical_sentences(2200)) + "\n")
    space = space_of(window="2,4")
    request = SweepRequest(
        sources=(str(text),),
        space=Space(
            space.varied,
            space.corpus,
            TrainingSettings(vector_size=8),
            LiveSettings(epochs=epochs, workers=1),
        ),
        yardstick=Yardstick(kind="probe"),
        limits=Limits(trials=2),
    )
    plan = set_up(request, RunSettings(runs_dir=str(folder / "runs")), lambda text: None)
    announce(plan)
    return plan


@posix
@pytest.mark.process
@pytest.mark.slow
def test_a_sweep_continues_in_a_session_of_its_own(environment, tmp_path, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    work = start_sweep(set_up_in(tmp_path, epochs=1_000_000))
    process = work._process
    assert not work.is_attached
    assert os.getsid(process.pid) == process.pid
    until(lambda: work.shot().current is not None and work.shot().current.fraction > 0)
    os.kill(process.pid, signal.SIGHUP)  # as a terminal would
    other = watch_sweep(work.about.folder)
    assert other.is_attached
    assert not other.shot().ended

    other.stop()

    assert work.is_over(DEADLINE)
    assert other.is_over(DEADLINE)
    assert (work.shot().state, other.shot().state) == ("stopped", "stopped")
    (trial,) = all_runs(tmp_path / "runs")
    assert list((trial / "checkpoints").iterdir())


@posix
def test_an_order_is_carried_out_by_the_process_that_gets_it(tmp_path, monkeypatch):
    orders = []
    monkeypatch.setattr(starting, "started_process", lambda program: None)
    monkeypatch.setattr(starting, "give_order", lambda process, order: orders.append(order))
    viewer = start_sweep(set_up_in(tmp_path, epochs=1))
    viewer.leave()
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(as_json(orders[0]))))

    before = signal.getsignal(signal.SIGHUP)
    try:
        main.main()
    finally:
        signal.signal(signal.SIGHUP, before)

    ended = watch_sweep(viewer.about.folder)
    assert ended.is_over(DEADLINE)
    assert (ended.shot().state, ended.shot().n_over) == ("done", 2)
    ended.wait()


def test_what_keeps_a_sweep_from_beginning_is_shown(tmp_path):
    plan = set_up_in(tmp_path, epochs=1)
    plan.store.release()
    (tmp_path / "topics.txt").write_text("another text " * 9000)
    saved = SavedSweep.read(plan.store.folder)
    order = SweepOrder(folder=str(saved.folder), run_settings=plan.run_settings)
    with pytest.raises(RunError, match="has changed") as changed:
        main._set_up(order)

    main.show_failure(saved.folder, changed.value)

    with pytest.raises(RunError, match="has changed"):
        watch_sweep(saved.folder).wait()


def test_a_process_that_cannot_be_started_leaves_the_sweep_unlocked(tmp_path, monkeypatch):
    def fail(program: str) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(starting, "started_process", fail)
    plan = set_up_in(tmp_path, epochs=1)
    with pytest.raises(RunError, match="no process can be started to sweep in: no more processes"):
        start_sweep(plan)
    set_up(dataclasses.replace(plan.request), plan.run_settings, lambda text: None).store.release()
