"""The trials of a sweep as a table of text, for screens and the command line."""

from __future__ import annotations

from collections.abc import Sequence

from w2vtui.display import clock_text, pad, safe_text
from w2vtui.runs.listed.table import BEST
from w2vtui.settings import label_of
from w2vtui.sweeping.outcome.effects import LEAST_TRIALS, Effect
from w2vtui.sweeping.outcome.results import TrialResult, TrialShot
from w2vtui.sweeping.space import Point, Space
from w2vtui.sweeping.values import owner_of, value_text
from w2vtui.sweeping.yardstick import Yardstick
from w2vtui.training.measuring.doctor.worth import UNTRAINED_PROBE

_HARDLY = 0.95
"""Above this share of the probe loss of chance, hardly anything was learned."""


def label(name: str) -> str:
    """What a setting is called."""
    return label_of(owner_of(name), name)


def point_text(point: Point) -> str:
    """A point in a line: `window 10, K 5`."""
    return ", ".join(f"{label(name)} {value_text(value)}" for name, value in point.items())


def heads_of(space: Space, yardstick: Yardstick) -> list[str]:
    """What stands above the columns."""
    return ["trial", *map(label, space.names), yardstick.name, "state", "words/s", "time", "run"]


def cells_of(one: TrialResult, space: Space, yardstick: Yardstick, *, is_best: bool) -> list[str]:
    """The row of a trial that is over."""
    value = "-" if one.value is None else yardstick.text(one.value)
    states = {"given up": f"given up at {100 * one.fraction:.0f} %"}
    return [
        "whole" if one.is_whole else str(one.number),
        *_settings(one.point, space),
        value,
        BEST if is_best else states.get(one.state, one.state),
        f"{one.words_per_second:,.0f}",
        clock_text(one.seconds),
        safe_text(one.run or "-", 60),
    ]


def cells_of_current(one: TrialShot, space: Space, yardstick: Yardstick) -> list[str]:
    """The row of the trial at work."""
    doing = f"{100 * one.fraction:.0f} %" if one.fraction else one.state
    return [
        "whole" if one.is_whole else str(one.number),
        *_settings(one.point, space),
        "-" if one.value is None else yardstick.text(one.value),
        doing,
        f"{one.words_per_second:,.0f}",
        clock_text(one.seconds),
        safe_text(one.run or "-", 60),
    ]


def effect_rows(effects: Sequence[Effect], yardstick: Yardstick) -> list[list[str]]:
    """How much each setting mattered, below a line of heads."""
    rows = [
        [
            label(one.name),
            yardstick.text(one.difference),
            one.best,
            one.worst,
            "" if one.is_clear else "may be chance",
        ]
        for one in effects
    ]
    mattered = f"mattered, {yardstick.unit}" if yardstick.unit else "mattered"
    return [["setting", mattered, "best", "worst", ""], *rows]


def few_trials(results: Sequence[TrialResult], n_points: int | None) -> str:
    """Why nothing is said of how much each setting mattered.

    n_points   the combinations of the sweep; None for more than can be counted
    """
    n_done = sum(one.state == "done" and not one.is_whole for one in results)
    if n_done >= LEAST_TRIALS:
        return "the trials do not tell how much each setting mattered"
    has_more = n_points is None or n_points >= LEAST_TRIALS
    advice = "--trials N trains more" if has_more else "give a setting more values"
    return (
        f"too few trials to tell which settings matter: {n_done} were trained to their end, and "
        f"{LEAST_TRIALS} are needed; {advice}"
    )


def hardly_learned(best: TrialResult, yardstick: Yardstick) -> list[str]:
    """A warning where even the best trial is close to vectors that know nothing; else nothing."""
    if not yardstick.is_loss or best.value is None or best.value < _HARDLY * UNTRAINED_PROBE:
        return []
    return [
        "",
        f"hardly anything was learned: the best probe loss is {yardstick.text(best.value)}, and "
        f"chance is {yardstick.text(UNTRAINED_PROBE)}; "
        "more --epochs or more text tell the settings apart",
    ]


def aligned(rows: Sequence[Sequence[str]], right: Sequence[int]) -> list[str]:
    """Rows of cells as lines.

    right   the columns that are aligned to the right
    """
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if at in right else pad(cell, width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def numeric_columns(space: Space) -> Sequence[int]:
    """The places of the columns that are aligned to the right."""
    last = len(space.names) + 1
    return [0, *range(1, last + 1), last + 2, last + 3]


def _settings(point: Point, space: Space) -> list[str]:
    return [value_text(point[name]) if name in point else "-" for name in space.names]
