"""What is said below the list of one run, and the runs themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from w2vtui.display import clock_text, safe_text, short
from w2vtui.errors import RunError
from w2vtui.runs.listed.table import MAIN, score_text
from w2vtui.settings import LiveSettings
from w2vtui.training.state.further import further_training

if TYPE_CHECKING:
    from w2vtui.runs.listed.status import RunStatus
    from w2vtui.runs.listed.statuses import Statuses
    from w2vtui.runs.measured import RunScore


class SavedRuns:
    """The saved runs, which are read again where something has changed."""

    def __init__(self, runs_dir: str | None) -> None:
        """runs_dir: as in RunSettings"""
        self._runs_dir = runs_dir
        self._statuses: Statuses | None = None

    def read(self) -> list[RunStatus]:
        """The status of each run, newest first. Reads files: not for the thread that draws."""
        from w2vtui.runs.listed.statuses import Statuses
        from w2vtui.runs.root import runs_folder

        try:
            if self._statuses is None:
                self._statuses = Statuses(runs_folder(self._runs_dir))
            return self._statuses.read()
        except RunError:  # no home folder: a new run reports that it is not saved
            return []


def facts(run: RunStatus) -> list[str]:
    """What is known of a run: its name and note, how it was trained, all its scores."""
    lines = [f"{safe_text(run.name)}{' ★' * run.starred}  {safe_text(run.note)}".rstrip()]
    if run.state == "damaged":
        return lines
    planned = f"{short(run.tokens)} of {short(run.tokens_planned)} tokens"
    parts = [f"{run.model} {run.objective}".strip(), safe_text(run.text, 32), planned]
    parts += [f"trained {clock_text(run.seconds)}"] if run.seconds else []
    if run.words_per_second:
        left = (run.tokens_planned - run.tokens) / run.words_per_second
        parts.append(f"{clock_text(left)} left at {short(run.words_per_second)} words/s")
    parts += [f"on the vectors of {safe_text(run.parent, 40)}"] if run.parent else []
    if run.fork is not None:
        parts.append(f"branch of {safe_text(run.fork.run, 40)} at {short(run.fork.tokens)} tokens")
    lines.append(" · ".join(parts))
    main_first = sorted(run.scores, key=lambda one: one.kind not in MAIN)
    sets = {one.set: [other for other in main_first if other.set == one.set] for one in run.scores}
    scores = [
        f"{safe_text(Path(name).stem, 24)} {'; '.join(map(_score_text, of_set))}"
        for name, of_set in sets.items()
    ]
    return [*lines, " · ".join(scores)] if scores else lines


def _score_text(score: RunScore) -> str:
    """A score, and of how many questions it is if some were left out."""
    of = f" ({score.covered:,} of {score.total:,})" if score.covered < score.total else ""
    kind = "" if score.kind == "pairs" else f"{safe_text(score.kind, 16)} "
    return f"{kind}{score_text(score)}{of}"


def cost(run: RunStatus, epochs: int) -> str:
    """What it takes to train a run that is done to a number of epochs; empty if it is not done."""
    if run.state != "done" or not run.epochs:
        return ""
    per_epoch, live = run.tokens_planned / run.epochs, run.settings
    wanted = LiveSettings(epochs=epochs, alpha=live["alpha"], min_alpha=live["min_alpha"])
    rate, speed = min(live["alpha"], live["min_alpha"]), run.mean_words_per_second
    further = further_training(wanted, rate, run.tokens, per_epoch, speed)
    command = f"w2vtui resume {safe_text(run.name)} --epochs {epochs} --alpha"
    return further.lines(command)


def advice(run: RunStatus, *, here: bool) -> str:
    """What can be done with a run that has no error.

    here   whether it is at work on the train screen
    """
    if here:
        return f"{run.state} on the train screen: enter shows it"
    if run.state == "done":
        return "training is complete: enter lists what can be done with it"
    if run.can_resume:
        return "enter resumes it"
    if run.checkpoint_tokens is None:
        return "no checkpoint yet: it would start from the beginning"
    return f"{run.state} in another process: enter shows it"
