"""A run that is saved as it trains."""

from __future__ import annotations

from tests.support.wait import DEADLINE
from w2vtui.runs.disk.checkpoint_files import newest_intact
from w2vtui.runs.opening import open_run
from w2vtui.runs.recording import recorder as recorder_module
from w2vtui.runs.requested.request import RunRequest
from w2vtui.settings import LiveSettings, RunSettings, TrainingSettings


def test_a_folder_that_is_renamed_as_the_last_checkpoint_is_written_is_made_again(
    monkeypatch, topical_corpus, tmp_path
):
    write = recorder_module.write_checkpoint
    elsewhere = tmp_path / "elsewhere"

    def rename_and_write(run, checkpoint, spoiled):
        if checkpoint.reason == "done" and not elsewhere.exists():
            run.rename(elsewhere)
        return write(run, checkpoint, spoiled)

    monkeypatch.setattr(recorder_module, "write_checkpoint", rename_and_write)
    request = RunRequest(
        sources=(str(topical_corpus),),
        training=TrainingSettings(vector_size=8),
        live=LiveSettings(epochs=1, workers=1),
        run_settings=RunSettings(runs_dir=str(tmp_path / "runs")),
    )
    run, recorder = open_run(request)
    run.start()
    assert run.wait(DEADLINE)
    recorder.close()
    assert not recorder.failed
    last, _ = newest_intact(recorder.folder)
    assert last.reason == "done"
