"""The word doctor: every rule speaks where it should, and none on a run that is well."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from tests.support.wait import DEADLINE
from w2vtui.corpus import open_corpus, sample_path
from w2vtui.settings import CorpusSettings, LiveSettings
from w2vtui.training.measuring.doctor.doctor_rules import CBOW_TOKENS, RULES, Case, remarks
from w2vtui.training.run import Run
from w2vtui.training.state.measurements import Churn, Probe, VectorHealth
from w2vtui.training.state.snapshot import Losses, Progress, Snapshot

LONGEST = 110


def live(**settings):
    return LiveSettings(**settings).resolved(17_000_000, 4)


def probes(*losses, error=0.02):
    return tuple(Probe(tokens=at, loss=x, standard_error=error) for at, x in enumerate(losses))


def altered(case, **changes):
    """A case with other values, each named as the field that holds it, wherever that is."""
    case_fields = {field.name for field in dataclasses.fields(Case)}
    own = {key: changes.pop(key) for key in case_fields & set(changes)}
    split = ("progress", "churn", "health", "losses")
    shown = {field.name for field in dataclasses.fields(Snapshot)} - set(split)
    parts = {key: changes.pop(key) for key in shown & set(changes)}
    for name in split:
        part = getattr(case.shot, name)
        names = {field.name for field in dataclasses.fields(part)} & set(changes)
        parts[name] = dataclasses.replace(part, **{key: changes.pop(key) for key in names})
    assert not changes
    return dataclasses.replace(case, shot=dataclasses.replace(case.shot, **parts), **own)


WELL = Case(
    shot=Snapshot(
        state="training", settings=LiveSettings(), n_words=71_290, rate=0.015,
        progress=Progress(
            tokens=34_000_000, tokens_planned=85_000_000, tokens_per_epoch=17_000_000
        ),
        losses=Losses(now=2.3, mean=2.4),
        churn=Churn(tokens=34_000_000, churn=0.18, settled=0.35, n_words=500),
        health=VectorHealth(
            tokens=34_000_000, input_norm=2.0, output_norm=2.0, saturated=0.02
        ),
    ),
    settings=live(),
    cores=4,
    dropped_share=0.017,
    mean_sentence=745.0,
    kept_share=0.748,
    losses=tuple(2.4 - 0.005 * at + 0.03 * (-1) ** at for at in range(40)),
    probes=probes(2.71, 2.70, 2.705, 2.69, 2.688),
    changed=("alpha",),
    tokens_since_change=100_000,
    pairs=150_000_000,
    untrained_loss=6 * math.log(2),
)  # fmt: skip
"""17 million tokens of an encyclopedia, two fifths through the default training."""

SOFTLY_RISING = tuple(2.0 + 0.04 * (at // 10) for at in range(40))
STEEPLY_RISING = tuple(2.0 + 0.2 * (at // 10) for at in range(40))

SPEAKS = [
    # rule, what makes it speak, what just does not, what it says
    ("nothing-learned", {"pairs": 0}, {"pairs": 1},
     "nothing is learned: 34,000,000 tokens gave no pair of words: raise sample (0.001)"),
    ("nothing-learned", {"pairs": 0, "tokens": 9, "settings": live(sample=1e-4)},
     {"pairs": 0, "tokens": 0}, "9 tokens gave no pair of words: raise sample (0.0001)"),
    ("too-few-tokens", {"pairs": 0, "tokens": 999}, {"pairs": 1, "tokens": 999},
     "nothing was learned yet: 999 tokens gave no pair of words: more epochs, or more text"),
    ("nothing-learned", {"n_words": 1, "dropped_share": 0.0, "settings": live(negative=2)},
     {"n_words": 2, "dropped_share": 0.0, "settings": live(negative=2)},
     "nothing is learned from a single word: lower min_count, or add text"),
    ("worse-than-chance", {"probe": Probe(tokens=1, loss=8.32, standard_error=0.1)},
     {"probe": Probe(tokens=1, loss=8.31, standard_error=0.1)},
     "the vectors hold nothing: unscaled probe 8.320, untrained 4.16: lower the learning rate"),
    ("worse-than-chance", {"probe": Probe(tokens=1, loss=9e6, standard_error=0.1)},
     {"probe": Probe(tokens=1, loss=9e6, standard_error=0.1), "settings": live(model="cbow")},
     "unscaled probe 9e6, untrained"),
    ("loss-exploded", {"now": 8.32, "mean": 4_158.0}, {"now": 8.31, "mean": 4_158.0},
     "the vectors hold nothing: loss 8.320, untrained 4.159: lower the learning rate (0.015)"),
    ("loss-exploded", {"now": 3.18e14, "mean": 8.32}, {"now": 3.18e14, "mean": 8.31},
     "loss 8.320, untrained"),
    ("loss-exploded", {"now": 2.3, "mean": 4_160.0}, {"now": 2.3, "mean": 4_158.0},
     "loss 4160.000, untrained 4.159: lower the learning rate"),
    ("diverging", {"losses": STEEPLY_RISING}, {"losses": SOFTLY_RISING},
     "the loss rose from 2 to 2.6: pause, undo the last change, lower the learning rate (0.015)"),
    ("diverging", {"losses": (*STEEPLY_RISING[::4], 9.0, 9.0, 9.0)},
     {"losses": (*STEEPLY_RISING[::4], 9.0)}, "lower the learning rate"),
    ("diverging", {"losses": (2.0, 2.1) * 10 + (2.5, 2.6) * 5},
     {"losses": (2.0, 2.6) * 10 + (2.55, 3.2) * 5}, "lower the learning rate"),
    ("probe-rising", {"probes": probes(2.61, 2.63, 2.65, 2.702)},
     {"probes": probes(2.61, 2.63, 2.65, 2.65)},
     "the probe rose 3 times in a row, 2.610 to 2.702: overfitting, or too high "
     "a learning rate: lower it or stop"),
    ("probe-rising", {"probes": probes(2.6, 2.61, 2.615, 2.641)},
     {"probes": probes(2.6, 2.61, 2.615, 2.639)}, "the probe rose"),
    ("probe-rising", {"probes": probes(4.15, 4.2, 4.3, 4.4)},
     {"probes": probes(4.16, 4.2, 4.3, 4.4)}, "the probe rose"),
    ("saturated", {"saturated": 0.26}, {"saturated": 0.25},
     "26% of the scores are beyond ±6, where little is learned: vectors too long: "
     "lower the learning rate (0.015)"),
    ("saturated", {"saturated": 0.26, "rate": 1e-4, "tokens": 84_000_000},
     {"saturated": 0.25, "rate": 1e-4, "tokens": 84_000_000},
     "vectors too long: lower the starting rate (0.025)"),
    ("rate-at-floor", {"rate": 1e-4}, {"rate": 1.01e-4},
     "the learning rate is at its floor, 0.0001, with 60% still to train: raise it or stop"),
    ("rate-at-floor", {"rate": 1e-4, "tokens": 67_000_000}, {"rate": 1e-4, "tokens": 68_000_000},
     "with 21% still"),
    ("rate-at-floor", {"rate": 0.002, "settings": live(alpha=0.002, min_alpha=0.002)},
     {"rate": 0.003, "settings": live(alpha=0.003, min_alpha=0.003)}, "floor"),
    ("vocabulary", {"dropped_share": 0.31}, {"dropped_share": 0.3},
     "the vocabulary of 71,290 words leaves out 31% of the text: lower min_count"),
    ("vocabulary", {"n_words": 99, "settings": live(negative=2)},
     {"n_words": 100, "settings": live(negative=2)}, "of 99 words leaves out 2%"),
    ("few-updates", {"n_words": 851_000}, {"n_words": 850_000},
     "the plan trains only 100 tokens for each of 851,000 words: epochs 6, or a higher min_count"),
    ("subsampling", {"kept_share": 0.24}, {"kept_share": 0.25},
     "subsampling drops 76% of the tokens: raise sample (0.001) unless text is plenty"),
    ("window", {"mean_sentence": 4.9}, {"mean_sentence": 5.0},
     "window 5 reaches past most sentences, 4.9 kept words on average: lower it, or join lines"),
    ("little-text", {"tokens_per_epoch": 299_999}, {"tokens_per_epoch": 300_000},
     "299,999 tokens are too little text for analogies: look at nearest words, or add text"),
    ("cbow-little-text", {"settings": live(model="cbow"), "tokens_per_epoch": CBOW_TOKENS - 1},
     {"settings": live(model="cbow"), "tokens_per_epoch": CBOW_TOKENS},
     "CBOW learns little from 1,999,999 tokens: skip-gram takes more steps on the same text"),
    ("many-noise-words", {"settings": live(negative=21)}, {"settings": live(negative=20)},
     "K 21 is more than 71,290 words need, and each noise word costs time: try 20"),
    ("many-noise-words", {"n_words": 119, "settings": live(negative=6)},
     {"n_words": 120, "settings": live(negative=6)}, "try 5"),
    ("no-subsampling", {"settings": live(sample=0.0)}, {"settings": live(sample=1e-5)},
     "without subsampling frequent words take most of the work: slow; try sample 0.001"),
    ("no-subsampling", {"settings": live(sample=0.0), "tokens_per_epoch": 1_000_000},
     {"settings": live(sample=0.0), "tokens_per_epoch": 999_999}, "sample"),
    ("threads", {"cores": 3}, {"cores": 4},
     "4 threads take turns on 3 cores: no faster than 3; lower threads"),
    ("loss-moved", {"changed": ("alpha", "negative")}, {"changed": ("alpha", "min_alpha")},
     "K changed: the objective loss is not comparable: look at the probe"),
    ("loss-moved", {"changed": ("window", "model"), "tokens_since_change": 4_250_000},
     {"changed": ("window", "model"), "tokens_since_change": 4_250_001},
     "model and window changed: the objective"),
    ("unused-noise", {"settings": live(objective="hierarchical-softmax", negative=15)},
     {"settings": live(objective="hierarchical-softmax")},
     "K 15 does nothing: hierarchical-softmax draws no noise words"),
    ("settled", {"settled": 0.9, "churn": 0.03}, {"settled": 0.89, "churn": 0.03},
     "90% of the words are settled, churn 3.0%: the 60% still to train may be saved: stop"),
    ("settled", {"settled": 0.95, "churn": 0.01, "tokens": 76_000_000},
     {"settled": 0.95, "churn": 0.01, "tokens": 77_000_000}, "the 11% still"),
    ("settled", {"settled": 0.95, "churn": 0.03}, {"settled": 0.95, "churn": 0.031}, "settled"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "ill", "well", "text"), SPEAKS)
def test_a_rule_speaks_where_it_should_and_not_just_below(name, ill, well, text):
    said = remarks(altered(WELL, **ill))
    assert [one.name for one in said] == [name]
    assert text in said[0].text
    assert remarks(altered(WELL, **well)) == ()


def test_every_rule_has_a_name_of_its_own_and_is_tried():
    names = [name for name, _, _ in RULES]
    assert len(set(names)) == len(names)
    assert {name for name, *_ in SPEAKS} == set(names)


def test_nothing_is_said_of_what_is_not_known():
    unknown = {
        field.name: field.default
        for field in dataclasses.fields(Case)
        if field.default is not dataclasses.MISSING
    }
    blind = dataclasses.replace(WELL.shot, churn=None, health=None)
    assert remarks(dataclasses.replace(WELL, shot=blind, **unknown)) == ()
    assert remarks(dataclasses.replace(WELL, losses=(2.0,) * 30 + (math.nan,) * 10)) == ()


def test_the_probe_of_cbow_may_rise():
    rising = probes(2.61, 2.63, 2.65, 2.8)
    assert remarks(altered(WELL, settings=live(model="cbow"), probes=rising)) == ()


def test_the_most_urgent_comes_first_and_lines_are_short():
    """Everything wrong at once, with numbers as long as they come."""
    everything = altered(
        WELL,
        settings=live(negative=256, window=64, workers=512, sample=0.0, epochs=1),
        cores=128,
        n_words=99_999_999,
        rate=1e-4,
        tokens_planned=1_111_111_111,
        tokens_per_epoch=1_111_111_111,
        tokens_since_change=0,
        dropped_share=0.995,
        mean_sentence=12.3,
        kept_share=0.001,
        saturated=0.995,
        losses=tuple(value * 1e8 for value in STEEPLY_RISING),
        probes=probes(3.61, 3.63, 3.65, 13.8),
        changed=("model", "objective", "negative", "window", "sample"),
        settled=1.0,
        churn=0.0,
        probe=Probe(tokens=1, loss=1.25e38, standard_error=1e38),
        now=1.25e38,
        mean=1.25e38,
    )
    small = {"tokens_per_epoch": 299_999, "changed": (), "pairs": 0}
    by_tree = live(model="cbow", objective="hierarchical-softmax", negative=255)
    said = remarks(everything)
    rest = remarks(altered(everything, settings=by_tree, **small))
    few = remarks(altered(everything, pairs=0, tokens=999))
    assert {one.name for one in said + rest + few} == {name for name, _, _ in RULES}
    for found in (said, rest, few):
        urgencies = [one.urgency for one in found]
        assert urgencies == sorted(urgencies, reverse=True)
        for one in found:
            assert len(one.text) <= LONGEST, one.text
            assert one.text.isprintable()


# ---- a real run


@pytest.mark.slow
def test_nothing_is_said_of_the_bundled_sample_at_default_settings():
    source = [str(sample_path("atlas.txt"))]
    run = Run(lambda progress, stop: open_corpus(source, CorpusSettings(), progress=progress))
    run.start()
    while not run.is_over(0.1):
        assert run.snapshot().remarks == ()
    assert run.wait(DEADLINE)
    case = run._trainer.doctor.case(run.snapshot(), run.curves.loss)
    assert remarks(case) == ()
    assert len(case.losses) > 1
    assert len(case.probes) > 1
    assert 0 < case.shot.health.saturated < 0.25
    assert np.isfinite([case.mean_sentence, case.kept_share]).all()
