"""Clusters of words: those that are there are found, whatever the numbers are like."""

from __future__ import annotations

import numpy as np
import pytest

from w2vtui.errors import SettingsError, VectorsError
from w2vtui.exploring.clusters import Grouping, clusters
from w2vtui.vectors import WordVectors


@pytest.fixture(scope="module")
def three() -> WordVectors:
    """90 words around three directions, of any length; word i is near direction i mod 3."""
    rng = np.random.default_rng(3)
    matrix = np.eye(3, 10)[np.arange(90) % 3] + rng.normal(scale=0.1, size=(90, 10))
    matrix *= rng.uniform(0.1, 9, size=(90, 1))
    return WordVectors([f"w{i}" for i in range(90)], matrix, np.arange(90, 0, -1))


def test_the_clusters_that_are_there_are_found(three):
    found = clusters(three, Grouping(k=3, n=4))
    assert [one.n_words for one in found.clusters] == [30, 30, 30]
    assert len(set(zip(found.labels.tolist(), [0, 1, 2] * 30, strict=True))) == 3
    for one in found.clusters:
        rows = np.flatnonzero(found.labels == one.place)
        assert one.n_tokens == three.counts[rows].sum()
        units = three.vectors[rows] / three.norms[rows, None]
        center = units.mean(axis=0) / np.linalg.norm(units.mean(axis=0))
        assert [word.row for word in one.words] == rows[np.argsort(-(units @ center))[:4]].tolist()
        assert one.cohesion == pytest.approx((units @ center).mean(), abs=1e-5)
    assert found.cohesion == pytest.approx(np.mean([one.cohesion for one in found.clusters]))


def test_the_same_seed_gives_the_same_clusters_and_a_start_keeps_places(three):
    first, again = clusters(three, Grouping(k=7)), clusters(three, Grouping(k=7))
    assert np.array_equal(first.labels, again.labels)
    turned = first.centers[::-1].copy()
    kept = clusters(three, Grouping(k=7, n_rounds=2), turned)
    assert np.array_equal(kept.labels, 6 - first.labels)
    assert clusters(three, Grouping(k=2), turned).centers.shape == (2, 10)


def test_another_number_of_clusters_leaves_those_that_stay(three):
    first = clusters(three, Grouping(k=3))
    more = clusters(three, Grouping(k=4), first.centers)
    fewer = clusters(three, Grouping(k=3), more.centers)
    assert len(more.centers) == 4
    stays = [(more.labels == first.labels)[first.labels == place].all() for place in range(3)]
    assert stays.count(True) == 2, "one was split"
    assert all(len(set(fewer.labels[first.labels == place])) == 1 for place in range(3))


def test_only_frequent_words_are_grouped(three):
    found = clusters(three, Grouping(k=3, restrict=10))
    assert (found.searched, found.total, len(found.labels)) == (10, 90, 10)
    assert max(word.row for one in found.clusters for word in one.words) < 10


@pytest.mark.parametrize("k", [1, 4, 9])
def test_vectors_of_any_kind_are_grouped(k: int):
    matrix = np.array([[1, 0], [1, 0], [0, 0], [np.nan, 1], [2, 0], [3e38, 3e38]])
    found = clusters(WordVectors(list("abcdef"), matrix), Grouping(k=k))
    assert sum(one.n_words for one in found.clusters) == 4
    assert found.labels[[2, 3]].tolist() == [-1, -1]
    assert found.cohesion <= 1
    assert all(one.n_tokens is None for one in found.clusters)


def test_nothing_to_group_is_said():
    with pytest.raises(VectorsError, match="no clusters: no vector is of numbers"):
        clusters(WordVectors(["a"], np.array([[np.nan]])))
    with pytest.raises(SettingsError, match="k must be 1 or more clusters, got 0"):
        Grouping(k=0)
