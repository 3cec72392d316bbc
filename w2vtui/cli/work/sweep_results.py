"""What is said of a sweep: what it takes before it starts, and what came of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from w2vtui.display import clock_text, size_text
from w2vtui.sweeping.forecast import START_SECONDS
from w2vtui.sweeping.outcome.effects import effects_of
from w2vtui.sweeping.outcome.results import TrialResult, best_of, ranked
from w2vtui.sweeping.outcome.table import (
    aligned,
    cells_of,
    effect_rows,
    few_trials,
    hardly_learned,
    heads_of,
    label,
    numeric_columns,
)
from w2vtui.sweeping.setting_up import SetUp
from w2vtui.sweeping.watched_sweep import About, SweepShot
from w2vtui.training.engine.devices import may_train_on_gpu
from w2vtui.tui.chosen.equivalent_command import command_line, proposed_output

# ---- what is said before


def cost_lines(plan: SetUp) -> list[str]:
    """What a sweep is going to do, and what that takes."""
    request, cost, limits = plan.request, plan.cost, plan.request.limits
    n_points, n_trials = request.space.n_points, plan.n_trials
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
    if may_train_on_gpu(request.space.training):
        text = f"{text}, if the processor trained: the time is not predicted on a GPU"
    lines.append(f"{text}; {size_text(cost.disk_bytes)} of vectors at most, in {plan.root}")
    if plan.is_resumed:
        n_over = sum(one.state != "started" for one in plan.store.results())
        lines.append(f"{n_over} trials of it are over")
    return lines


# ---- what came of it


def result_lines(about: About, shot: SweepShot, configured: Mapping[str, Any]) -> list[str]:
    """A table of the trials, how much each setting mattered, and the best command line."""
    space, yardstick = about.request.space, about.request.yardstick
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
        lines += ["", few_trials(shot.results, space.n_points)]
    if best is not None:
        lines += [*hardly_learned(best, yardstick)]
        lines += ["", f"best: {best_command(about, best, configured)}"]
        if best.run is not None:
            lines.append(f"its run: w2vtui explore {best.run}")
    else:
        lines += ["", "no trial was trained to its end"]
    return lines


def best_command(about: About, best: TrialResult, configured: Mapping[str, Any]) -> str:
    """The command line that trains the best settings on the whole text."""
    settled = about.request.space.settings_at(best.point)
    return command_line(
        about.sources_from_here,
        settled.corpus,
        settled.training,
        settled.live,
        output=proposed_output(about.corpus_name),
        configured=configured,
    )


def as_json(about: About, shot: SweepShot, configured: Mapping[str, Any]) -> dict[str, Any]:
    """All of it as plain values."""
    request = about.request
    best = best_of(shot.results, request.yardstick)
    effects = effects_of(request.space, shot.results, request.yardstick)
    return {
        "name": about.name,
        "state": shot.state,
        "text": about.corpus_name,
        "tokens": about.n_tokens,
        "tokens_of_trials": about.trial_tokens,
        "by": request.yardstick.kind,
        "lower_is_better": request.yardstick.is_loss,
        "varied": request.as_json()["varied"],
        "trials": [dataclasses.asdict(one) for one in ranked(shot.results, request.yardstick)],
        "best": None if best is None else dataclasses.asdict(best),
        "command": None if best is None else best_command(about, best, configured),
        "mattered": [dataclasses.asdict(one) for one in effects],
    }
