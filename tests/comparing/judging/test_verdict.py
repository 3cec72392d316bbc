"""A verdict finds real differences between runs, and no others."""

from __future__ import annotations

import dataclasses
import json
from itertools import combinations

import numpy as np
import pytest

from tests.support.corpora import encoded
from tests.support.runs import run_on, trained
from w2vtui.comparing.judging.judgments import ERROR_RATE, Judgment, Verdict
from w2vtui.comparing.judging.probing import SharedProbe
from w2vtui.comparing.judging.verdict import judged, verdict
from w2vtui.comparing.judging.yardsticks import (
    pairs_answers,
)
from w2vtui.comparing.shared import shared_vectors
from w2vtui.comparing.sides import Side, file_side, live_side
from w2vtui.corpus import SAMPLE, sample_path
from w2vtui.evaluation.question_files import QuestionFiles
from w2vtui.exploring.run_subject import RunSubject
from w2vtui.formats import save_vectors
from w2vtui.settings import LiveSettings, TrainingSettings
from w2vtui.training.history.moments import PastMoment
from w2vtui.training.measuring.known_questions import thinned
from w2vtui.training.measuring.question_sets import SAMPLE_ANALOGIES, SAMPLE_PAIRS, QualitySets

pytestmark = pytest.mark.slow

SEEDS = range(1, 6)


@pytest.fixture(scope="module")
def corpus():
    """A part of the sample."""
    with sample_path(SAMPLE).open(encoding="utf-8") as text:
        return encoded([line.lower().split() for line, _ in zip(text, range(6_000), strict=False)])


@pytest.fixture(scope="module")
def sets():
    """Word pairs, and some of the analogies."""
    files = [str(sample_path(name)) for name in (SAMPLE_PAIRS, SAMPLE_ANALOGIES)]
    read = QualitySets.read(QuestionFiles(tuple(files[:1]), tuple(files[1:])))
    return QualitySets(
        read.pairs, {name: thinned(sections, 120) for name, sections in read.analogies.items()}
    )


@pytest.fixture(scope="module")
def side_of(corpus):
    """A run on it by its settings, trained once."""
    made: dict[str, Side] = {}

    def side(seed=1, probe_seed=1, probe=True, of=corpus, **live) -> Side:
        name = f"{seed} {probe_seed} {probe} {id(of)} {live}"
        if name not in made:
            training = TrainingSettings(
                vector_size=16, seed=seed, probe=probe, probe_seed=probe_seed
            )
            settings = LiveSettings(**({"epochs": 4, "workers": 1} | live))
            run = trained(run_on(of, training, settings))
            made[name] = live_side(RunSubject(f"seed {seed} {live}", lambda: run), None)
        return made[name]

    return side


def test_runs_that_differ_by_the_seed_do_not_differ(side_of, sets):
    """Of all pairs of runs that differ by the seed alone, at most 5 % are called different."""
    sides = [side_of(seed) for seed in SEEDS]
    views = [side.subject.view() for side in sides]
    probe = SharedProbe(sides[0], sides[1], print)
    losses = [probe.losses(view, sides[0].subject.settings) for view in views]
    different = []
    for a, b in combinations(range(len(sides)), 2):
        shared = shared_vectors([views[a].vectors, views[b].vectors])
        answers = [
            probe.answers(losses[a], losses[b]),
            *(pairs_answers(name, one, shared) for name, one in sets.pairs.items()),
        ]
        found = judged(answers, samples=100)
        assert [one.kind for one in found] == ["probe", "pairs"]
        different.append(any(one.call != "no difference" for one in found))
    assert np.mean(different) <= ERROR_RATE


def test_more_epochs_are_better_and_fewer_are_worse(side_of):
    one, many = side_of(epochs=1), side_of(epochs=8)
    found = verdict(one, many, sets=QualitySets(), samples=100)
    assert found.judgments[0].call == "better"
    assert found.conclusion == f"{many.name} is better by probe"
    again = verdict(many, one, sets=QualitySets(), samples=100).judgments[0]
    assert (again.call, again.difference) == ("worse", -found.judgments[0].difference)


def test_a_run_of_more_epochs_is_compared_as_it_was_then(side_of):
    """After as many tokens it is the other run here; after as many seconds, it is when it is."""
    short, long = side_of(epochs=1), side_of(epochs=8)
    then, now = short.subject.view(), long.subject.view()
    moment = PastMoment(number=1, tokens=then.tokens, planned=now.tokens, seconds=then.seconds)
    past = _Fixed(long.subject, dataclasses.replace(now, seconds=9 * then.seconds))
    past.moments, past.view_at = (moment,), lambda at: then
    found = verdict(short, dataclasses.replace(long, subject=past), sets=QualitySets(), samples=50)
    calls = {one.label: one.call for one in found.judgments}
    assert calls == {"probe": "better", "= tokens": "no difference"}
    assert found.judgments[1].difference == pytest.approx(0)
    assert f"after {then.tokens / 1e3:.1f}" in found.judgments[1].title.replace("k tokens", "")
    assert any("no moment of" in remark for remark in found.remarks), "10 % of the seconds away"
    past.moments = [
        dataclasses.replace(moment, number=n, seconds=share * then.seconds)
        for n, share in enumerate((0.9, 1.1))
    ]
    past.view_at = lambda at: now if at.number else then
    found = verdict(short, dataclasses.replace(long, subject=past), sets=QualitySets(), samples=50)
    assert found.judgments[2].label == "= seconds"
    assert found.judgments[2].call == "no difference", "at a tenth less they are the same"


def test_a_narrow_and_a_wide_window_differ(side_of):
    found = verdict(
        side_of(window=2, epochs=8), side_of(window=10, epochs=8), sets=QualitySets(), samples=100
    )
    assert [(one.kind, one.call) for one in found.judgments] == [("probe", "better")]


def test_a_run_does_not_differ_from_itself(side_of, sets):
    found = verdict(side_of(1), side_of(1), sets=sets, samples=50)
    assert {one.call for one in found.judgments} == {"no difference"}
    n_pairs = found.judgments[1].n_questions
    assert found.conclusion.startswith("no difference that ")
    assert f"{n_pairs} pairs" in found.conclusion
    json.dumps(found.as_json(), allow_nan=False)


def test_questions_of_both_kinds_of_analogies_are_counted_together():
    probe = Judgment(name="probe", kind="probe", a=2.0, b=2.0, low=-0.1, high=0.1,
                     n_questions=4000, call="no difference")  # fmt: skip
    judgments = (
        probe,
        dataclasses.replace(probe, cost="tokens", place=1e6),
        dataclasses.replace(probe, kind="semantic", name="q.txt", n_questions=638),
        dataclasses.replace(probe, kind="syntactic", name="q.txt", n_questions=1362),
    )
    found = Verdict(a="A", b="B", judgments=judgments, confidence=0.9925, remarks=())
    assert found.conclusion == "no difference that 4,000 questions and 2,000 analogies can show"
    assert found.correction.startswith("intervals of 99.2 %, so that all 4 hold at once in 97 %")


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"probe_seed": 2}, "held out other lines of the text, with probe seed 1 and 2"),
        ({"probe": False}, "held nothing out: its probe is switched off"),
    ],
)
def test_probes_of_other_lines_are_not_compared(settings, why, side_of, sets):
    found = verdict(side_of(1), side_of(1, **settings), sets=sets, samples=50)
    assert "probe" not in {one.kind for one in found.judgments}
    assert any(remark.startswith("the probe cannot be compared") and why in remark
               for remark in found.remarks)  # fmt: skip
    assert found.judgments, "word pairs can"


def test_of_other_vocabularies_the_shared_words_are_compared(side_of, corpus, sets, tmp_path):
    """A file holds neither a probe nor its questions."""
    vectors = side_of(1).subject.view().vectors
    kept = vectors.index_to_key[::-1][: len(vectors) - 100]
    save_vectors(type(vectors)(kept, vectors[kept]), tmp_path / "v.bin")
    found = verdict(side_of(1), file_side(tmp_path / "v.bin"), sets=sets, samples=50)
    assert any(f"over the {len(kept):,} words that all have" in one for one in found.remarks)
    assert any("is a file of vectors" in remark for remark in found.remarks)
    assert all(one.difference == pytest.approx(0, abs=1e-6) for one in found.judgments)
    assert found.judgments
    nothing = verdict(side_of(1), file_side(tmp_path / "v.bin"), sets=QualitySets())
    assert nothing.conclusion.endswith("cannot be compared")


def test_vectors_that_are_not_numbers_are_not_compared(side_of, sets):
    side = side_of(1)
    view = side.subject.view()
    nan = dataclasses.replace(
        view, vectors=view.vectors.with_vectors(view.vectors.vectors * np.float32(np.nan))
    )
    found = verdict(side, dataclasses.replace(side, subject=_Fixed(side.subject, nan)), sets=sets)
    assert found.judgments == ()


class _Fixed:
    """A subject with another view."""

    def __init__(self, subject, view) -> None:
        self.run, self.corpus, self.settings = subject.run, subject.corpus, subject.settings
        self.moments, self.markers = (), ()
        self.name, self._view = "nan", view

    def view(self):
        return self._view
