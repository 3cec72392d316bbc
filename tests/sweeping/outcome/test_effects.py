"""How much each setting mattered."""

from __future__ import annotations

import random
from dataclasses import replace

from tests.support.sweeps import all_over, over, space_of
from w2vtui.sweeping.outcome.effects import effects_of, ends_of
from w2vtui.sweeping.outcome.table import few_trials, hardly_learned
from w2vtui.sweeping.yardstick import Yardstick

SCORES = Yardstick(kind="scores")


def test_the_settings_that_matter_come_first_with_their_best_values():
    space = space_of(window="3,5,10", negative="5,15", sample="1e-3,1e-5")
    noise = random.Random(0)
    results = all_over(
        space,
        lambda point: 70 + 6 * (point["window"] == 10) + 2 * (point["negative"] == 15)
        + noise.gauss(0, 0.2),
    )  # fmt: skip

    effects = {one.name: one for one in effects_of(space, results, SCORES)}

    assert list(effects) == ["window", "negative", "sample"]
    assert effects["window"].best == "10"
    assert 4.5 < effects["window"].difference < 6.5
    assert effects["window"].is_clear
    assert effects["negative"].is_clear
    assert not effects["sample"].is_clear  # did nothing


def test_of_a_loss_less_is_better():
    space = space_of(window="3,10", negative="5,15,20")
    results = all_over(space, lambda point: 2.0 - 0.5 * (point["window"] == 10))

    first = effects_of(space, results, Yardstick(kind="probe"))[0]

    assert (first.name, first.best, first.worst) == ("window", "10", "3")


def test_chance_is_seldom_called_an_effect():
    """Of scores that are noise alone."""
    space = space_of(window="2,3,5,10", negative="5,15,20", sample="1e-3,1e-5")
    n_wrong = 0
    for seed in range(40):
        noise = random.Random(seed)
        results = all_over(space, lambda point, noise=noise: noise.gauss(70, 1))
        n_wrong += any(one.is_clear for one in effects_of(space, results[:20], SCORES))

    assert n_wrong <= 0.12 * 40


def test_a_setting_without_a_part_in_some_runs_and_one_of_a_range():
    space = space_of(
        objective="negative-sampling,hierarchical-softmax", negative="5,15", alpha="0.01..0.1"
    )
    points = [
        {"objective": "negative-sampling", "negative": 5, "alpha": 0.01},
        {"objective": "negative-sampling", "negative": 15, "alpha": 0.05},
        {"objective": "hierarchical-softmax", "alpha": 0.03},
        {"objective": "hierarchical-softmax", "alpha": 0.1},
        {"objective": "negative-sampling", "negative": 15, "alpha": 0.02},
        {"objective": "negative-sampling", "negative": 5, "alpha": 0.09},
    ]
    results = [over(n, point, 100 * point["alpha"]) for n, point in enumerate(points, start=1)]

    first = effects_of(space, results, SCORES)[0]

    assert first.name == "alpha"
    assert first.best.startswith("0.0464..")  # the highest third, by ratio


def test_few_trials_say_nothing():
    space = space_of(window="3,10")
    assert effects_of(space, all_over(space, lambda point: 1.0), SCORES) == []


def test_trials_that_were_given_up_count_with_the_end_that_others_predict():
    """Every trial ends 10 points above its first step."""
    space = space_of(window="2,3,5,8,10,12")
    results = [
        over(n, point, 30.0 + n, "given up" if n > 4 else "done")
        for n, point in enumerate(space.points(), start=1)
    ]
    results = [
        replace(one, value=(one.value or 0) + 10) if one.state == "done" else one for one in results
    ]

    ends = [(one.number, round(value, 6)) for one, value in ends_of(results)]

    assert ends == [(n, 40.0 + n) for n in range(1, 7)]
    assert effects_of(space, results, SCORES)[0].best == "12"


def test_of_few_trials_and_of_values_near_chance_it_is_said():
    space, probe = space_of(window="3,10,15,20"), Yardstick(kind="probe")
    results = all_over(space, lambda point: 4.047)

    said = "4 were trained to their end, and 5 are needed; "
    for n_points, advice in ((None, "--trials N trains more"), (4, "give a setting more values")):
        assert few_trials(results, n_points).endswith(said + advice)
    assert "4.0470, and chance is 4.1589" in "".join(hardly_learned(results[0], probe))
    assert not hardly_learned(over(1, {}, 3.5), probe)
    assert not hardly_learned(over(1, {}, 44.0), SCORES)
