"""The work of `w2vtui sweep`: set up, say the cost, and start."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from w2vtui.cli.options.file_options import report_hint
from w2vtui.cli.output import report
from w2vtui.cli.work.showing_sweeps import print_sweep, show_sweep, stopped_by_signals
from w2vtui.cli.work.sweep_results import cost_lines
from w2vtui.corpus import SAMPLE, sample_path
from w2vtui.evaluation.question_files import QuestionOptions
from w2vtui.runs.root import runs_folder
from w2vtui.sweep_process.starting import start_sweep
from w2vtui.sweeping.publishing import announce
from w2vtui.sweeping.setting_up import set_up
from w2vtui.sweeping.space import Space
from w2vtui.sweeping.store import SavedSweep, find_sweep
from w2vtui.sweeping.sweep import Sweep
from w2vtui.sweeping.sweep_request import Limits, SweepRequest
from w2vtui.sweeping.yardstick import NEXT_ITEM, PROBE, yardstick_of
from w2vtui.trainer_process.starting import has_interpreter
from w2vtui.training.measuring.question_sets import SAMPLE_ANALOGIES, SAMPLE_PAIRS


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
    announce(plan)
    if in_app and arguments.screen_settings.own_process and has_interpreter():
        viewer = start_sweep(plan)
        del plan  # and with it the text, which the other process reads
        return show_sweep(viewer, arguments)
    work = Sweep(plan)
    if in_app:
        work.start()
        return show_sweep(work, arguments)
    with stopped_by_signals(work) as interrupted:
        work.start()
        print_sweep(work, arguments)
    return interrupted.exit_code


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
