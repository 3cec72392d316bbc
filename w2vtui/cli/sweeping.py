"""The work of `w2vtui sweep`: set up, say the cost, follow, print what came of it."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from w2vtui.cli.file_options import report_hint
from w2vtui.cli.output import report, show
from w2vtui.cli.sweep_progress import choose_progress
from w2vtui.cli.verbs.app import show_screens
from w2vtui.corpus import SAMPLE, sample_path
from w2vtui.display import clock_text, size_text
from w2vtui.question_files import QuestionOptions
from w2vtui.runs.root import runs_folder
from w2vtui.signals import SIGNALS, handling
from w2vtui.sweeping.effects import effects_of
from w2vtui.sweeping.forecast import START_SECONDS
from w2vtui.sweeping.results import TrialResult, best_of, ranked
from w2vtui.sweeping.setting_up import SetUp, set_up
from w2vtui.sweeping.space import Space
from w2vtui.sweeping.store import SavedSweep, find_sweep
from w2vtui.sweeping.sweep import Sweep, SweepShot
from w2vtui.sweeping.sweep_request import Limits, SweepRequest
from w2vtui.sweeping.table import (
    aligned,
    cells_of,
    effect_rows,
    few_trials,
    hardly_learned,
    heads_of,
    label,
    numeric_columns,
)
from w2vtui.sweeping.yardstick import NEXT_ITEM, PROBE, yardstick_of
from w2vtui.training.measuring.question_sets import SAMPLE_ANALOGIES, SAMPLE_PAIRS
from w2vtui.tui.equivalent_command import command_line, proposed_output


def sweep(
    arguments: argparse.Namespace, questions: QuestionOptions, *, in_app: bool = False
) -> int:
    """Sweep as the arguments say, on its screen or without one; return the exit code."""
    saved = None
    if arguments.resume is not None:
        saved = find_sweep(runs_folder(arguments.run_settings.runs_dir), arguments.resume)
        request = _resumed(saved, arguments)
    else:
        request = _requested(arguments, questions)
    plan = set_up(
        request, arguments.run_settings, report, saved=saved, starts_again=arguments.again
    )
    report(*cost_lines(plan))
    work = Sweep(plan)
    code = _shown(work, arguments) if in_app else 0
    with _stopped_by_signals(work) as interrupted:
        if not in_app:
            work.start()
        choose_progress(work).follow()
        shot = work.shot()
        configured = {name: given.value for name, given in arguments.config.values.items()}
        if arguments.json:
            show(json.dumps(as_json(plan, shot, configured), allow_nan=False))
        else:
            show(*result_lines(plan, shot, configured))
        if shot.state == "stopped":
            report(f"Continue it: w2vtui sweep --resume {plan.store.name}")
        work.wait()  # raises the error that ended it
    return interrupted.exit_code or code


def _shown(work: Sweep, arguments: argparse.Namespace) -> int:
    """Show a sweep on its screen until that is left; return the exit code.

    The sweep then ends, unless it was to continue without the screen.
    """
    from w2vtui.tui.form import Form

    work.start()
    try:
        code = show_screens(arguments, Form(run_settings=work.plan.run_settings), begins_with=work)
    except BaseException:
        work.stop()
        raise
    if code:
        work.stop()
    elif work.shot().state in ("preparing", "training"):
        report(f"sweep {work.plan.store.name} continues without the screen; Ctrl-C ends it")
    return code


def _requested(arguments: argparse.Namespace, questions: QuestionOptions) -> SweepRequest:
    by = [one if one in (PROBE, NEXT_ITEM) else _absolute(one) for one in arguments.by]
    sessions = [_absolute(path) for path in arguments.sessions]
    if not (by or sessions) and arguments.sources == (str(sample_path(SAMPLE).absolute()),):
        by = [str(sample_path(SAMPLE_PAIRS)), str(sample_path(SAMPLE_ANALOGIES))]
    default = Limits()
    return SweepRequest(
        sources=arguments.sources,
        space=Space(
            arguments.varied,
            arguments.corpus_settings,
            arguments.training_settings,
            arguments.live_settings,
        ),
        yardstick=yardstick_of(by, sessions, questions, report_hint),
        tokens=arguments.tokens,
        gives_up=not arguments.train_all,
        limits=_limits(arguments, default),
    )


def _absolute(path: str) -> str:
    """A path that means the same in another folder."""
    return str(Path(path).absolute())


def _resumed(saved: SavedSweep, arguments: argparse.Namespace) -> SweepRequest:
    """What a saved sweep was asked for, with the limits that are given now."""
    limits = _limits(arguments, saved.request.limits)
    return dataclasses.replace(saved.request, limits=limits)


def _limits(arguments: argparse.Namespace, before: Limits) -> Limits:
    given = {name: getattr(arguments, name) for name in ("trials", "minutes", "whole")}
    return dataclasses.replace(before, **{k: v for k, v in given.items() if v is not None})


# ---- what is said before


def cost_lines(plan: SetUp) -> list[str]:
    """What a sweep is going to do, and what that takes."""
    request, cost, limits = plan.request, plan.cost, plan.request.limits
    n_points = request.space.n_points
    n_trials = limits.trials if n_points is None else min(limits.trials, n_points)
    varied = ", ".join(map(label, request.space.names))
    among = "" if n_points is None else f" of {n_points:,} combinations"
    lines = [
        f"{plan.corpus_name}: {plan.n_tokens:,} tokens, {plan.n_words:,} words",
        f"sweep {plan.store.name}: {n_trials} trials{among} of {varied}",
        f"compared by the {request.yardstick.title}",
    ]
    if plan.sees_part:
        lines.append(f"trials see {plan.trial_tokens:,} of the {plan.n_tokens:,} tokens")
    seconds = START_SECONDS + n_trials * cost.trial_seconds
    text = f"about {clock_text(seconds)} for {n_trials} trials on an idle machine"
    if limits.minutes is not None:
        fitting = int(60 * limits.minutes / cost.trial_seconds)
        text = (
            f"{text}, and at most {limits.minutes:g} minutes"
            if fitting >= n_trials
            else f"{limits.minutes:g} minutes, in which about {max(fitting, 1)} of {n_trials} "
            "trials fit on an idle machine"
        )
    if cost.whole_seconds:
        whole = limits.whole * cost.whole_seconds
        text += f"; then about {clock_text(whole)} for the best on the whole text"
    lines.append(f"{text}; {size_text(cost.disk_bytes)} of vectors at most, in {plan.root}")
    if plan.is_resumed:
        n_over = sum(one.state != "started" for one in plan.store.results())
        lines.append(f"{n_over} trials of it are over")
    return lines


# ---- what came of it


def result_lines(plan: SetUp, shot: SweepShot, configured: Mapping[str, Any]) -> list[str]:
    """A table of the trials, how much each setting mattered, and the best command line."""
    space, yardstick = plan.request.space, plan.request.yardstick
    best = best_of(shot.results, yardstick)
    rows = [
        cells_of(one, space, yardstick, is_best=one is best)
        for one in ranked(shot.results, yardstick)
    ]
    lines = aligned([heads_of(space, yardstick), *rows], numeric_columns(space))
    effects = effects_of(space, shot.results, yardstick)
    if effects:
        lines += ["", *aligned(effect_rows(effects, yardstick), [1])]
    elif best is not None:
        lines += ["", few_trials(shot.results)]
    if best is not None:
        lines += [*hardly_learned(best, yardstick)]
        lines += ["", f"best: {best_command(plan, best, configured)}"]
        if best.run is not None:
            lines.append(f"its run: w2vtui explore {best.run}")
    else:
        lines += ["", "no trial was trained to its end"]
    return lines


def best_command(plan: SetUp, best: TrialResult, configured: Mapping[str, Any]) -> str:
    """The command line that trains the best settings on the whole text."""
    settled = plan.request.space.settings_at(best.point)
    return command_line(
        plan.sources_from_here,
        settled.corpus,
        settled.training,
        settled.live,
        output=proposed_output(plan.corpus_name),
        configured=configured,
    )


def as_json(plan: SetUp, shot: SweepShot, configured: Mapping[str, Any]) -> dict[str, Any]:
    """All of it as plain values."""
    request = plan.request
    best = best_of(shot.results, request.yardstick)
    effects = effects_of(request.space, shot.results, request.yardstick)
    return {
        "name": plan.store.name,
        "state": shot.state,
        "text": plan.corpus_name,
        "tokens": plan.n_tokens,
        "tokens_of_trials": plan.trial_tokens,
        "by": request.yardstick.kind,
        "lower_is_better": request.yardstick.is_loss,
        "varied": request.as_json()["varied"],
        "trials": [dataclasses.asdict(one) for one in ranked(shot.results, request.yardstick)],
        "best": None if best is None else dataclasses.asdict(best),
        "command": None if best is None else best_command(plan, best, configured),
        "mattered": [dataclasses.asdict(one) for one in effects],
    }


class _Interrupted:
    """Which signal stopped the sweep, if any."""

    exit_code = 0


@contextmanager
def _stopped_by_signals(work: Sweep) -> Iterator[_Interrupted]:
    """End the sweep in good order on the first signal, at once on the second."""
    interrupted = _Interrupted()

    def stop(number: int, frame: FrameType | None) -> None:
        if interrupted.exit_code:
            raise KeyboardInterrupt(128 + number)
        interrupted.exit_code = 128 + number
        work.stop()

    with handling(dict.fromkeys(SIGNALS, stop)):
        yield interrupted
