"""A sweep of another process, as its folder shows it."""

from __future__ import annotations

import dataclasses
import threading
from types import SimpleNamespace

import pytest

from tests.support.shown_sweeps import AT_WORK, NAME, ShownSweep
from tests.support.wait import DEADLINE, until
from w2vtui.errors import DiskError, RunError
from w2vtui.sweep_process.viewer import watch_sweep
from w2vtui.sweeping.outcome.results import TrialShot
from w2vtui.sweeping.publishing import Publisher
from w2vtui.sweeping.status import GIVE_UP, STATUS, STOP, SweepStatus, forget_wishes, granted, wish
from w2vtui.trainer_process.failures import failure

SECOND = TrialShot(
    number=2, point={"window": 10, "negative": 5}, is_whole=False, run=f"{NAME}-02", seconds=3.0,
    value=61.5, state="training", activity="", fraction=0.4, words_per_second=1000,
)  # fmt: skip


@pytest.fixture
def shown(tmp_path):
    sweep = ShownSweep(tmp_path)
    yield sweep
    sweep.store.release()


def test_a_viewer_sees_trials_end_and_the_sweep_too(shown, tmp_path):
    dataclasses.replace(AT_WORK, current=SECOND).write(shown.folder)
    viewer = watch_sweep(shown.folder)
    assert (viewer.about.name, viewer.about.root) == (NAME, tmp_path)
    shot = viewer.shot()
    assert (shot.state, shot.n_over, shot.n_trials, shot.eta_seconds) == ("training", 0, 4, 21.0)
    assert shot.current == SECOND
    assert not viewer.is_over(0)

    shown.end_trial(1, 60.0)
    until(lambda: viewer.shot().n_over == 1)
    shown.end_trial(2, 62.0)
    until(lambda: viewer.shot().n_over == 2)
    assert viewer.shot().current is None  # though the status still has it
    shown.end(state="done", eta_seconds=None)

    assert viewer.is_over(DEADLINE)
    assert viewer.shot().state == "done"
    viewer.wait()


def test_a_process_that_was_killed_is_reported_with_how_to_continue(shown):
    viewer = watch_sweep(shown.folder)
    shown.store.release()
    with pytest.raises(RunError, match=f"w2vtui sweep --resume {NAME} continues it"):
        viewer.wait()
    assert viewer.shot().state == "failed"


def test_the_error_that_ended_a_sweep_is_raised_here(shown):
    viewer = watch_sweep(shown.folder)
    shown.end(state="failed", failure=failure(DiskError("the disk is full")))
    with pytest.raises(DiskError, match="the disk is full"):
        viewer.wait()


def test_a_viewer_that_leaves_looks_no_more(shown):
    viewer = watch_sweep(shown.folder)
    viewer.leave()
    until(lambda: not any(one.name == "w2vtui-sweep-viewer" for one in threading.enumerate()))
    assert not viewer.is_over(0)


@pytest.mark.parametrize("content", [None, b"", b"[1]", b'{"state": "training"}'])
def test_a_sweep_that_shows_nothing_cannot_be_watched(shown, content):
    (shown.folder / STATUS).unlink()
    if content is not None:
        (shown.folder / STATUS).write_bytes(content)
    with pytest.raises(RunError, match="nothing shows what sweep"):
        watch_sweep(shown.folder)


# ---- what viewers wish


class Followed:
    """A sweep of this process, which notes what is asked of it."""

    def __init__(self, shown: ShownSweep) -> None:
        self.about = watch_sweep(shown.folder).about
        self.asked: list[str] = []

    def shot(self):
        return SimpleNamespace(
            state="training", n_trials=4, seconds=9.04, eta_seconds=None, messages=("a message",),
            error=None, current=SECOND,
        )  # fmt: skip

    def stop(self):
        self.asked.append(STOP)

    def give_up(self):
        self.asked.append(GIVE_UP)


def test_wishes_reach_the_process_that_sweeps_and_its_status_the_viewer(shown):
    work = Followed(shown)
    publisher = Publisher(work)
    publisher.start()
    viewer = watch_sweep(shown.folder)
    until(lambda: viewer.shot().messages == ("a message",))
    assert viewer.shot().current == SECOND
    viewer.give_up()
    until(lambda: work.asked == [GIVE_UP])
    viewer.stop()
    until(lambda: viewer.shot().state == "stopping")
    until(lambda: work.asked == [GIVE_UP, STOP])
    publisher.close()
    status = SweepStatus.read(shown.folder)
    assert status is not None
    assert status.seconds == 9.0
    viewer.leave()


def test_a_wish_is_for_the_trial_that_was_meant_and_granted_once(shown):
    work = Followed(shown)
    wish(shown.folder, GIVE_UP, 1)
    publisher = Publisher(work)
    publisher.start()
    until(lambda: not (shown.folder / GIVE_UP).exists())
    publisher.close()
    assert work.asked == []

    wish(shown.folder, STOP)
    forget_wishes(shown.folder)
    assert granted(shown.folder, STOP) is None
