"""What a run is scored on is chosen while it trains, saved with it, and asked when it resumes."""

from __future__ import annotations

from tests.support.wait import DEADLINE, until
from w2vtui.evaluation.question_files import QuestionFiles
from w2vtui.runs.opening import open_run
from w2vtui.runs.record import RunRecord
from w2vtui.runs.requested.request import RunRequest
from w2vtui.runs.resuming.resuming import resumption
from w2vtui.settings import CorpusSettings, LiveSettings, TrainingSettings


def test_questions_chosen_while_it_trains_are_asked_when_it_resumes(
    topical_corpus, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sessions.txt").write_text("ship sailor anchor\n" * 40)
    (tmp_path / "pairs.txt").write_text("ship sailor 9\nship cow 1\n")
    request = RunRequest(
        sources=(str(topical_corpus),),
        corpus_settings=CorpusSettings(min_count=1),
        training=TrainingSettings(vector_size=8),
        live=LiveSettings(epochs=1_000_000, workers=1),
        pairs=("pairs.txt",),
    )
    run, recorder = open_run(request)
    recorder.follow(run.snapshot)
    run.start()
    until(lambda: run.snapshot().progress.tokens, "training")
    run.score_on("sessions", ("sessions.txt",))
    run.stop()
    assert run.wait(DEADLINE)
    recorder.close()
    files = QuestionFiles((str(tmp_path / "pairs.txt"),), (), (str(tmp_path / "sessions.txt"),))
    assert RunRecord.read(recorder.folder).request.question_files == files
    assert {score.kind for score in run.snapshot().quality.scores} >= {"pairs", "hits"}
    resumed = resumption(recorder.folder)
    try:
        assert resumed.request.question_files == files
        again = resumed.run()
        assert again.snapshot().quality_wanted
        again.break_when("hits > 20 %")  # which it measures
    finally:
        resumed.recorder.close()
