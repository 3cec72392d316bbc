"""Which of two runs is better, by each yardstick, and how sure that is.

    found = verdict(open_side("brisk-otter"), open_side("calm-fox"))
    found.conclusion      # "calm-fox is better by the probe"
    found.lines()         # a line for each yardstick, and what could not be compared

Of runs that differ by their seed alone, at most 5 % of verdicts call one better. Each of m
intervals has a confidence of 1 - 0.03 / m (Bonferroni), so that many yardsticks do not make many
chances to win; 0.03 leaves room, as how sure a difference is is estimated, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from w2vtui.comparing.judging.judgments import ERROR_RATE, Call, Judgment, Verdict
from w2vtui.comparing.judging.paired import interval_of
from w2vtui.comparing.judging.probing import SharedProbe
from w2vtui.comparing.judging.same_cost import answers_at_same_cost
from w2vtui.comparing.judging.yardsticks import (
    ROOM,
    Answers,
    analogy_answers,
    pairs_answers,
)
from w2vtui.comparing.shared import shared_vectors
from w2vtui.comparing.sides import Side
from w2vtui.errors import RunError, VectorsError, W2vtuiError
from w2vtui.exploring.subject import View
from w2vtui.runs.record import RunRecord
from w2vtui.settings import LiveSettings
from w2vtui.training.measuring.known_questions import MAX_QUESTIONS, thinned
from w2vtui.training.measuring.question_sets import QualitySets


def verdict(
    a: Side,
    b: Side,
    *,
    samples: int = 1_000,
    seed: int = 1,
    sets: QualitySets | None = None,
    n_verdicts: int = 1,
) -> Verdict:
    """Compare the vectors of two runs, or files, as they are now.

    samples      of questions, drawn with replacement
    sets         word pairs and analogies; None for those that the runs were trained with
    n_verdicts   verdicts that are given at once, as on all pairs of several runs

    May read the text that they were trained on: not for a thread that draws.

    Raises:
        RunError: a run has no vectors yet.
        W2vtuiError: vectors cannot be read.
    """
    views = _view(a), _view(b)
    remarks: list[str] = []
    answers = list(_answers(a, b, views, sets, remarks))
    confidence = _confidence(len(answers) * n_verdicts)
    return Verdict(
        a=a.name,
        b=b.name,
        judgments=judged(answers, confidence, samples=samples, seed=seed),
        confidence=confidence,
        remarks=tuple(remarks),
    )


def _confidence(n_intervals: int) -> float:
    """Of each of several intervals, so that they hold together."""
    return 1 - ERROR_RATE / max(n_intervals, 1)


def judged(
    answers: Sequence[Answers],
    confidence: float | None = None,
    *,
    samples: int = 1_000,
    seed: int = 1,
) -> tuple[Judgment, ...]:
    """What the second run is by each yardstick.

    confidence   of each interval; None for one by which all of them hold together
    """
    confidence = _confidence(len(answers)) if confidence is None else confidence
    return tuple(_judged(one, confidence, samples, seed) for one in answers)


def _view(side: Side) -> View:
    view = side.subject.view()
    if view is None:
        raise RunError(f"{side.name} has no vectors yet: its text is still being read")
    return view


def _answers(
    a: Side,
    b: Side,
    views: tuple[View, View],
    sets: QualitySets | None,
    remarks: list[str],
) -> Iterator[Answers]:
    try:
        probe = SharedProbe(a, b, remarks.append)
        losses = probe.losses(views[0], _settings(a)), probe.losses(views[1], _settings(b))
        yield probe.answers(*losses)
        yield from answers_at_same_cost(probe, (a, b), views, losses, remarks.append)
    except W2vtuiError as error:
        remarks.append(f"the probe cannot be compared: {error}")
    sets = _sets_of(a, b, remarks) if sets is None else sets
    if not sets:
        return
    try:
        shared = shared_vectors([view.vectors for view in views])
    except VectorsError as error:
        remarks.append(str(error))
        return
    if shared.remark:
        remarks.append(f"word pairs and analogies {shared.remark}")
    for name, pairs in sets.pairs.items():
        found = pairs_answers(name, pairs, shared)
        if found is None:
            remarks.append(f"{name} has too few pairs of words that both know")
        else:
            yield found
    for name, sections in sets.analogies.items():
        of_file = analogy_answers(name, thinned(sections, MAX_QUESTIONS), shared)
        if not of_file:
            remarks.append(f"{name} has too few analogies of words that both know")
        yield from of_file


def _settings(side: Side) -> LiveSettings:
    settings = side.subject.settings
    if settings is None:
        raise RunError(f"the settings of {side.name} are not known")
    return settings


def _sets_of(a: Side, b: Side, remarks: list[str]) -> QualitySets:
    """The word pairs and analogies that the runs were trained with, those of both."""
    sets = QualitySets()
    for side in (a, b):
        if side.folder is None:
            continue
        try:
            asked = RunRecord.read(side.folder).request
            of_side = QualitySets.for_corpus(asked.sources, asked.question_files.still_there())
        except W2vtuiError as error:
            remarks.append(f"the questions of {side.name} cannot be read: {error}")
            continue
        sets = QualitySets({**sets.pairs, **of_side.pairs}, {**sets.analogies, **of_side.analogies})
    return sets


def _judged(answers: Answers, confidence: float, samples: int, seed: int) -> Judgment:
    found = [
        interval_of(
            differences,
            answers.units,
            confidence=confidence,
            room=ROOM[answers.kind],
            samples=samples,
            seed=seed,
        )
        for differences in (answers.differences, *answers.alternatives)
    ]
    low, high = min(one.low for one in found), max(one.high for one in found)
    call: Call = "no difference"
    if low > 0 or high < 0:
        call = "better" if (high < 0) is answers.lower_is_better else "worse"
    return Judgment(
        name=answers.name,
        kind=answers.kind,
        a=answers.values[0],
        b=answers.values[1],
        low=low,
        high=high,
        n_questions=len(answers.differences),
        call=call,
        cost=answers.cost,
        place=answers.place,
    )
