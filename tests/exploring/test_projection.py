"""Maps of words: against a plain decomposition, turned onto the map before, and of odd vectors."""

from __future__ import annotations

import numpy as np
import pytest

from w2vtui.errors import SettingsError, UnknownWordError, VectorsError
from w2vtui.exploring.maps import components
from w2vtui.exploring.maps.label_places import LabelPlaces
from w2vtui.exploring.maps.projection import WordMap, axes_map, pair_of, pca_map, turned_onto
from w2vtui.vectors import WordVectors

REFINED = components._refined
GENERATOR = np.random.default_rng(15)
STRETCH = np.geomspace(3, 0.3, 12)
ROWS = (GENERATOR.normal(size=(60, 12)) * STRETCH).astype(np.float32)
TURN = np.linalg.qr(GENERATOR.normal(size=(12, 12)))[0].astype(np.float32)


def vectors_of(rows: object) -> WordVectors:
    array = np.asarray(rows, dtype=np.float32)
    return WordVectors([f"w{row}" for row in range(len(array))], array)


def distances(points: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points[:, None] - points[None], axis=2)


def test_pca_is_that_of_a_plain_decomposition():
    made = pca_map(vectors_of(ROWS))
    units = ROWS.astype(float) / np.linalg.norm(ROWS.astype(float), axis=1, keepdims=True)
    centered = units - units.mean(axis=0)
    left, scales, _ = np.linalg.svd(centered, full_matrices=False)
    assert np.allclose(distances(made.points), distances((left * scales)[:, :2]), atol=1e-4)
    assert made.shares == pytest.approx(scales[:2] ** 2 / (scales**2).sum(), abs=1e-4)
    assert made.words[:3] == ("w0", "w1", "w2")


def test_turned_space_is_the_same_map_after_the_last_one():
    """Another basis, mirrored too: signs and order of components may differ, the picture must not.

    Without the turn onto the last map a training would make the picture flip.
    """
    before = pca_map(vectors_of(ROWS))
    mirrored = ROWS @ TURN * np.array([-1.0, *[1.0] * 11], dtype=np.float32)
    after = pca_map(vectors_of(mirrored), last=before)
    assert np.allclose(after.points, before.points, atol=1e-4)


def test_words_move_as_far_as_their_vectors_did():
    before = pca_map(vectors_of(ROWS))
    moved = ROWS.copy()
    moved[7] = ROWS[3]
    after = pca_map(vectors_of(moved), last=before)
    steps = np.linalg.norm(after.points - before.points, axis=1)
    assert steps.argmax() == 7
    assert np.median(steps) < steps[7] / 5
    assert np.allclose(after.points[7], after.points[3], atol=1e-5)


def test_last_map_of_other_words_counts_by_those_in_common():
    before = pca_map(vectors_of(ROWS), 50)
    after = pca_map(vectors_of(-ROWS), 60, last=before)
    assert np.sign(after.points[:50] * before.points[:50]).sum() > 60
    strangers = WordVectors([f"other{row}" for row in range(60)], ROWS)
    assert pca_map(strangers, last=before).words[0] == "other0"


def test_further_words_lie_on_the_plane_of_the_frequent_ones():
    vectors = vectors_of(ROWS)
    few = pca_map(vectors, 40)
    more = pca_map(vectors, 40, also=(55, 45, 45, 3))
    assert more.words[40:] == ("w45", "w55")
    assert np.allclose(more.points[:40], few.points, atol=1e-5)
    assert more.place(ROWS[55] * 9) == pytest.approx(more.points[41], abs=1e-5)


def test_place_of_what_has_no_direction():
    made = pca_map(vectors_of(ROWS))
    assert made.place(np.zeros(12)) is None
    assert made.place(np.full(12, np.nan)) is None


def all_points(made: WordMap) -> np.ndarray:
    assert made.points.shape == (len(made.words), 2)
    assert np.isfinite(made.points).all()
    return made.points


@pytest.mark.parametrize(
    ("rows", "n_words"),
    [
        ([[1.0], [-2.0], [3.0]], 3),
        ([[1.0, 0.0], [0.0, 1.0]], 2),
        ([[1.0, 2.0, 3.0, 4.0, 5.0]], 1),
        (np.eye(3, 40), 3),
        ([[1.0, 2.0], [np.nan, 1.0], [0.0, 0.0], [np.inf, 1.0], [2.0, 1.0]], 2),
        ([[1e38, 3e38], [3e38, -1e38], [1e-38, 1e-40]], 3),
        ([[1.0, 1.0]] * 4, 4),
    ],
    ids=["one number", "two numbers", "one word", "few words", "NaN rows", "extremes", "equal"],
)
def test_odd_vectors_have_a_map(rows, n_words):
    made = pca_map(vectors_of(rows))
    assert len(all_points(made)) == n_words
    assert 0 <= made.share <= 1.001
    assert np.abs(made.points).max() <= 2
    all_points(pca_map(vectors_of(rows), last=made))
    assert np.linalg.norm(made.plane, axis=0)[0] == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("rows", [np.zeros((4, 3)), np.full((4, 3), np.nan)])
def test_vectors_without_direction_are_refused(rows):
    with pytest.raises(VectorsError, match="none of the 4 vectors has a direction"):
        pca_map(vectors_of(rows))


def test_components_found_from_the_last_ones_are_those_of_a_decomposition(monkeypatch):
    """They are tried first, for they take a fraction of the time; far from the last ones they
    are decomposed again.
    """
    generator = np.random.default_rng(4)
    rows = (generator.normal(size=(300, 70)) * np.geomspace(3, 0.3, 70)).astype(np.float32)
    before = pca_map(vectors_of(rows))
    near = vectors_of(rows + 0.02 * generator.normal(size=rows.shape))
    other = vectors_of(rows[:, ::-1])
    tried = []
    monkeypatch.setattr(
        components, "_refined", lambda *given: tried.append(REFINED(*given)) or tried[-1]
    )
    after = pca_map(near, last=before)
    assert tried[0] is not None
    assert np.abs(after.points - turned_onto(pca_map(near), before).points).max() < 0.02
    assert after.shares == pytest.approx(pca_map(near).shares, rel=0.01)
    far = pca_map(other, last=after)
    assert (len(tried), tried[1]) == (2, None)
    assert far.shares == pytest.approx(pca_map(other).shares, abs=1e-5)


# ---- axes

NAMED = WordVectors(
    ["man", "woman", "small", "big", "king", "void", "twin"],
    np.array(
        [[1, 0, 0], [0, 1, 0], [0.5, -0.5, 1], [0.5, 0.5, 1], [0.9, 0.1, 0], [0, 0, 0], [1, 0, 0]],
        dtype=np.float32,
    ),
)


def test_axes_lead_from_word_to_word():
    made = axes_map(NAMED, (("man", "woman"), ("man", "big")))
    at = dict(zip(made.words, made.points.tolist(), strict=True))
    assert at["man"][0] < at["king"][0] < 0 < at["woman"][0]
    assert at["big"][1] > at["man"][1]
    assert made.plane[:, 0] @ made.plane[:, 1] == pytest.approx(0, abs=1e-6)
    assert "void" not in at
    assert "the axes met at " in made.remark
    assert "y was made orthogonal to x" in made.remark


def test_axes_at_right_angles_need_no_remark():
    across = WordVectors(["a", "b", "c", "d"], np.array([[1, 0], [-1, 0], [0, 1], [0, -1]], "f4"))
    assert axes_map(across, (("a", "b"), ("c", "d"))).remark == ""


def test_words_of_axes_are_on_the_map_however_rare():
    made = axes_map(NAMED, (("man", "big"), ("woman", "king")), n_words=1)
    assert set(made.words) == {"man", "big", "woman", "king"}


@pytest.mark.parametrize(
    ("axes", "error", "message"),
    [
        ((("man", "woman"), ("man", "woman")), VectorsError, "point the same way"),
        ((("man", "woman"), ("woman", "man")), VectorsError, "cosine -1.00"),
        ((("man", "twin"), ("small", "big")), VectorsError, "man:twin has no direction"),
        ((("man", "wman"), ("small", "big")), UnknownWordError, "did you mean man, woman"),
    ],
)
def test_axes_that_span_no_plane_are_refused(axes, error, message):
    with pytest.raises(error, match=message):
        axes_map(NAMED, axes)


def test_pair_of_words():
    assert pair_of("man:woman") == ("man", "woman")
    assert pair_of("man -> woman") == ("man", "woman")
    odd = WordVectors(["a:b", "c", "d"], np.eye(3, dtype=np.float32))
    assert pair_of("a:b:c", odd) == ("a:b", "c")
    assert pair_of("c:a:b", odd) == ("c", "a:b")
    for text in ("man", "man:", ":", ""):
        with pytest.raises(SettingsError, match="two words with a colon between them"):
            pair_of(text)


# ---- labels


def test_labels_never_overlap_and_stay_on_the_grid():
    places = LabelPlaces(20, 3)
    assert places.take(2, 1, 5, gap=1)
    assert not places.take(6, 1, 3)
    assert not places.take(7, 1, 3, gap=1)
    assert places.take(8, 1, 3, gap=1)
    assert places.take(2, 2, 5)
    assert not places.take(16, 0, 5)
    assert not places.take(-1, 0, 5)
    assert not places.take(12, 1, 5, height=3)
    assert places.take(12, 0, 5, height=3)
