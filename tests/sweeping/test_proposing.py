"""Which points are tried: each once, better ones in the end, and the same ones after a stop."""

from __future__ import annotations

import pytest

from tests.support.sweeps import all_over, over, space_of
from w2vtui.sweeping.space import key_of

pytest.importorskip("optuna")

from w2vtui.sweeping.proposing import N_COMPLETE, Proposer

GRID = {"window": "2,3,5,8,10,15", "negative": "2,5,10,15,20", "sample": "1e-3,1e-4,1e-5"}


def score(point) -> float:
    """Best at a window of 10, K 15 and 1e-4."""
    away = abs(point["window"] - 10) + abs(point["negative"] - 15) / 2
    return 80 - away - 5 * (point.get("sample") != 1e-4)


def proposed(proposer: Proposer, n_trials: int, begin=()) -> list:
    results = list(begin)
    for number in range(len(results) + 1, n_trials + 1):
        proposal = proposer.next(results, number, n_trials)
        if proposal is None:
            break
        results.append(over(number, proposal.point, score(proposal.point)))
    return results


def test_all_points_are_tried_once_where_there_are_no_more_than_trials():
    space = space_of(window="3,10", negative="5,15")
    tried = proposed(Proposer(space, is_loss=False, seed=1), 20)

    assert len(tried) == 4
    assert {key_of(one.point) for one in tried} == {key_of(point) for point in space.points()}


def test_no_point_is_tried_twice_and_good_ones_are_found():
    space = space_of(**GRID)
    ordered = sorted(score(point) for point in space.points())
    tried = proposed(Proposer(space, is_loss=False, seed=1), 18)

    assert len({key_of(one.point) for one in tried}) == 18
    assert max(one.value for one in tried) >= ordered[-4]  # of 90


def test_the_settings_that_are_there_are_tried_first():
    space = space_of(window="3,5,10", negative="5,15")

    first = Proposer(space, is_loss=True, seed=7).next([], 1, 4)

    assert first is not None
    assert first.point == {"window": 5, "negative": 5}


def test_a_sweep_that_was_stopped_proposes_what_it_would_have_proposed():
    space = space_of(**GRID, alpha="0.01..0.1")
    whole = proposed(Proposer(space, is_loss=False, seed=3), 14)

    again = proposed(Proposer(space, is_loss=False, seed=3), 14, begin=whole[:9])

    assert again == whole


def test_a_trial_that_is_behind_is_given_up_and_one_that_leads_is_not():
    space = space_of(**GRID)
    results = all_over(space, score)[: N_COMPLETE + 2]
    proposer = Proposer(space, is_loss=False, seed=1)

    for value, ends in ((0.0, True), (1000.0, False)):
        proposal = proposer.next(results, len(results) + 1, 20)
        assert proposal is not None
        assert not proposal.should_end(1, value)  # too early to say
        assert proposal.should_end(2, value) is ends

    behind = Proposer(space, is_loss=False, seed=1, gives_up=False).next(results, 9, 20)
    assert behind is not None
    assert not behind.should_end(2, 0.0)


def test_nothing_is_given_up_before_there_are_trials_to_compare_with():
    proposal = Proposer(space_of(**GRID), is_loss=True, seed=1).next([], 1, 20)

    assert proposal is not None
    assert not any(proposal.should_end(step, 99.0) for step in range(1, 6))


def test_a_point_stays_within_a_range_whose_ends_have_many_digits():
    space = space_of(alpha="0.025137..0.025149")
    proposer, results = Proposer(space, is_loss=True, seed=1), []
    for number in range(1, 5):
        proposal = proposer.next(results, number, 4)
        assert proposal is not None
        results.append(over(number, proposal.point, 1.0))

    tried = {one.point["alpha"] for one in results}
    assert len(tried) == 4
    assert all(0.025137 <= alpha <= 0.025149 for alpha in tried)
