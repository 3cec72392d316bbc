"""The past of a saved run: the moments that can be read, by place, in Python and by command."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.run_folders import small_checkpoint
from w2vtui.cli import run_command_line
from w2vtui.cli.verbs import explore
from w2vtui.errors import DamagedRunError, RunError, SettingsError
from w2vtui.runs import past
from w2vtui.runs.disk.history_files import HISTORY, read_index, write_index, write_moment
from w2vtui.runs.explored import explored_run
from w2vtui.runs.past import SavedHistory
from w2vtui.training.history.half import packed
from w2vtui.training.history.moments import PastMoment

ROWS = np.array([[1, 0], [2, 0.5], [0, 3]], np.float32)


def keep(run, *tokens: int, rows=ROWS) -> None:
    """Give a run a history of moments, whose vectors are `tokens` times ROWS."""
    write_index(
        run,
        [
            write_moment(
                run,
                PastMoment(number=n, tokens=at, planned=10_000, seconds=at / 100),
                {"input_vectors": packed(at * rows)},
            )
            for n, at in enumerate(tokens, 1)
        ],
    )


def test_history_and_checkpoints_are_one_line_of_moments(run):
    keep(run, 0, 10, 100, 150, 900)  # at 100 the checkpoint knows more; 900 is after the last one
    history = SavedHistory(run)
    assert [moment.tokens for moment in history.moments] == [0, 10, 100, 150, 200]
    np.testing.assert_array_equal(history.view_at(history.moments[1]).vectors.vectors, 10 * ROWS)
    view = history.view_at(history.moments[2])
    assert (view.kind, view.tokens, view.fraction) == ("past", 100, 0.01)
    np.testing.assert_array_equal(
        view.vectors.vectors, small_checkpoint(100).vectors["input_vectors"]
    )
    assert view.node_vectors is not None
    assert view.vectors.index_to_key == ["a", "b", "\udc80"]
    assert history.past_remark == ""
    assert [event.number for event in history.markers] == [1]


def test_a_run_without_a_history_shows_its_checkpoints_and_says_so(run):
    history = SavedHistory(run)
    assert [moment.tokens for moment in history.moments] == [100, 200]
    assert "its checkpoints only" in history.past_remark


def test_the_words_that_were_kept_are_said(run):
    keep(run, 10, rows=ROWS[:2])
    history = SavedHistory(run)
    assert len(history.vectors_at(10)) == 2
    assert history.past_remark.startswith("the 2 most frequent of 3 words")


@pytest.mark.parametrize(
    ("at", "tokens"),
    [("0%", 10), ("1.5%", 150), (" 1 % ", 100), ("0.15k", 150), (190, 200), ("2", 10),
     ("0.03 epochs", 150), ("100%", 200)],
)  # fmt: skip
def test_a_place_means_the_nearest_moment(run, at, tokens):
    keep(run, 10, 150)
    assert SavedHistory(run).moment_at(at).tokens == tokens


def test_a_bare_number_too_small_for_tokens_is_asked_about(run, monkeypatch):
    monkeypatch.setattr(past, "_LONG", 10_000)
    keep(run, 10, 150)
    with pytest.raises(SettingsError, match="do you mean 40% or '40 epochs'"):
        SavedHistory(run).moment_at("40")


@pytest.mark.parametrize("at", ["half", "", "-1%", "120%", "3 epochs", "1e9", "nan"])
def test_another_place_is_refused(run, at):
    with pytest.raises(SettingsError, match=r"40%|beyond the end"):
        SavedHistory(run).moment_at(at)


def test_damage_to_one_moment_leaves_the_others(run):
    keep(run, 10, 150)
    (run / HISTORY / "000001.safetensors").write_bytes(b"")
    history = SavedHistory(run)
    with pytest.raises(DamagedRunError, match="000001"):
        history.vectors_at(10)
    assert len(history.vectors_at(150)) == 3


def test_moments_that_a_run_dropped_since_are_not_damaged(run):
    keep(run, 10, 150)
    history = SavedHistory(run)
    dropped = history.moments[0]
    write_index(run, read_index(run)[1:])  # by the process that trains
    with pytest.raises(RunError, match="no more: choose another") as caught:
        history.view_at(dropped)
    assert not isinstance(caught.value, DamagedRunError)
    assert [moment.tokens for moment in history.moments] == [100, 150, 200]
    assert len(history.vectors_at(10)) == 3


@pytest.mark.parametrize("rows", [np.ones((4, 2)), np.ones((3, 5)), np.ones((0, 2))])
def test_a_history_of_another_run_is_damage(run, rows):
    keep(run, 10, rows=rows.astype(np.float32))
    with pytest.raises(DamagedRunError, match="do not belong together"):
        SavedHistory(run).vectors_at(10)


def test_a_moment_of_another_run_is_refused(run):
    other = PastMoment(number=1, tokens=77, planned=100, seconds=1.0)
    with pytest.raises(RunError, match="no vectors at 77 tokens"):
        SavedHistory(run).view_at(other)


def test_a_saved_run_can_be_explored_as_of_then(run):
    keep(run, 10)
    subject = explored_run(run)
    assert subject.moments == ()
    assert subject.view().kind == "saved"
    assert [moment.tokens for moment in subject.moments] == [10, 100, 200]
    assert subject.settings == SavedHistory(run).newest.settings
    assert subject.view_at(subject.moments[0]).vectors.key_to_index["b"] == 1
    assert len(subject.markers) == 1


def test_neighbors_as_of_a_moment(run, capsys):
    keep(run, 10)
    where = ["--runs-dir", str(run.parent)]
    assert run_command_line(["neighbors", run.name, "a", "--at", "0.1%", *where]) == 0
    out, err = capsys.readouterr()
    assert out.split()[:2] == ["b", "0.9701"] or "b" in out
    assert "at 0.1% of the training, 10 tokens" in err
    assert run_command_line(["neighbors", run.name, "a", "--at", "soon", *where]) == 2
    assert "1500000 or 1.5M tokens" in capsys.readouterr().err


def test_explore_opens_a_run_with_the_settings_of_the_screen(run, monkeypatch):
    shown = []

    def show(arguments, form, begins_with):
        shown.append((begins_with, arguments.settled["theme"]))
        return 0

    monkeypatch.setattr(explore, "has_screen", lambda: True)
    monkeypatch.setattr(explore, "show_screens", show)
    assert run_command_line(["explore", run.name, "--runs-dir", str(run.parent)]) == 0
    assert shown[0][0].name == run.name
    assert shown[0][0].subject().view().tokens == 200


def test_a_file_has_no_moments(tmp_path, capsys):
    path = tmp_path / "v.txt"
    path.write_text("2 1\na 1\nb 2\n")
    assert run_command_line(["neighbors", str(path), "a", "--at", "40%"]) == 2
    assert "goes with a saved run" in capsys.readouterr().err
