"""What is changed where a run resumes, if changes came after its checkpoint."""

from __future__ import annotations

import dataclasses

import pytest

from tests.support.run_folders import change, small_checkpoint, small_record
from w2vtui.errors import SettingsError
from w2vtui.runs.listed.status import status_at
from w2vtui.runs.resuming.wanted_changes import (
    SavedRun,
    change_before_failure,
    how_it_failed,
    undo_after,
    wanted_change,
)
from w2vtui.settings import CorpusSettings
from w2vtui.training.state.events import Event


def saved(*pending: Event, **checkpoint) -> SavedRun:
    return SavedRun(
        name="a-run",
        record=small_record(),
        checkpoint=small_checkpoint(**checkpoint),
        pending=pending,
    )


def test_an_undo_undoes_the_change_after_the_checkpoint_right_where_it_was_made():
    run = saved(change(2, 120, window=8), change(3, 150, window=9))
    undo = undo_after(run)
    assert (undo.number, undo.undoes, undo.tokens) == (4, 3, 150)
    assert undo.text.startswith("undo 3: ")
    assert undo.settings == run.pending[0].settings
    assert undo.schedule == run.pending[0].schedule
    first = undo_after(saved(run.pending[0]))
    assert (first.undoes, first.settings) == (2, run.checkpoint.settings)


def test_an_undo_after_an_undo_goes_one_change_further_back():
    run = saved(change(2, 120, window=8))
    undone = dataclasses.replace(undo_after(run), tokens=130)
    further = undo_after(saved(*run.pending, undone))
    assert (further.number, further.undoes) == (4, 1)
    with pytest.raises(SettingsError, match="nothing to undo"):
        undo_after(saved(past=()))


def test_a_failure_names_the_change_before_it_and_how_to_train_on():
    last = change(2, 120, window=8)
    failed = dataclasses.replace(status_at(small_checkpoint(180)), state="failed", error="diverged")
    assert change_before_failure(failed, (change(1, 50), last)) == last
    (said,) = how_it_failed("a-run", failed, last)
    assert "failed after change 2" in said
    assert "diverged" in said
    assert "w2vtui resume a-run --undo" in said


@pytest.mark.parametrize(
    ("tokens", "state", "changes"),
    [
        (180, "failed", ()),
        (180, "stopped", (change(2, 120),)),
        (100, "failed", (change(2, 120),)),  # it failed before it came there again
        (180, "failed", (change(2, 120), dataclasses.replace(change(3, 130), undoes=2))),
    ],
)
def test_no_change_is_blamed_for_what_it_did_not_do(tokens, state, changes):
    status = dataclasses.replace(status_at(small_checkpoint(tokens)), state=state)
    assert change_before_failure(status, changes) is None
    assert change_before_failure(None, changes) is None
    assert not how_it_failed("a-run", status, None)


def test_a_rate_that_is_named_is_in_the_text_of_the_change():
    run = saved(change(2, 120, window=8))
    (event,) = wanted_change(run, CorpusSettings(min_count=1), {"alpha": 0.02}, force=True)
    assert "learning rate 0.0988 → 0.02" in event.text
    assert event.tokens == 120
