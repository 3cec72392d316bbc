"""From a request to a run that can be started."""

from __future__ import annotations

from collections.abc import Callable

from w2vtui.errors import RunError
from w2vtui.runs.recording.recorder import Recorder
from w2vtui.runs.requested.request import RunRequest
from w2vtui.training.measuring.question_sets import QualitySets
from w2vtui.training.preparing import ReadCorpus
from w2vtui.training.run import Run


def open_run(
    request: RunRequest,
    report: Callable[[str], object] = lambda text: None,
    read: ReadCorpus | None = None,
) -> tuple[Run, Recorder | None]:
    """The run, checked but not started, and the recorder that saves it, or None.

    report   gets hints on the files of questions, and the reason if there is no place to save it
    read     in place of `request.read`

    Raises:
        W2vtuiError: as `request.check` does, or a file of questions cannot be read.
    """
    request.check()
    questions = QualitySets.for_corpus(
        request.sources,
        request.question_files,
        lambda remark: report(f"hint: {remark}"),
    )
    try:
        recorder = Recorder.for_request(request)
    except RunError as error:
        report(f"this run cannot be resumed later: {error}")
        recorder = None
    run = Run(
        read or request.read,
        request.training,
        request.live,
        quality_sets=questions,
        store=recorder,
        checkpoint_seconds=request.run_settings.checkpoint_seconds,
        history=request.run_settings.history,
    )
    return run, recorder
