"""Scores follow the protocol: against a slow, obvious reading of it, and against known values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.inner_loop import outside
from w2vtui.errors import SettingsError
from w2vtui.evaluation import evaluate
from w2vtui.evaluation.evaluate import (
    AnalogyResult,
    PairsResult,
    SectionResult,
    correlation,
    evaluate_analogies,
    evaluate_pairs,
    ranks,
)
from w2vtui.vectors import WordVectors

# Correlations


def test_equal_values_share_their_mean_rank() -> None:
    assert ranks(np.array([30.0, 10, 20, 20, 5, 20])).tolist() == [6, 2, 4, 4, 1, 4]


def test_correlations_have_known_values() -> None:
    # the textbook case of hours of television and IQ, rho = -29/165
    iq = np.array([106.0, 86, 100, 101, 99, 103, 97, 113, 112, 110])
    hours = np.array([7.0, 0, 27, 50, 28, 29, 20, 12, 6, 17])
    assert correlation(ranks(iq), ranks(hours)) == pytest.approx(-29 / 165, abs=1e-12)
    # with ties, by hand: ranks 1.5 1.5 3 against 1 2.5 2.5
    a, b = np.array([1.0, 1, 2]), np.array([0.0, 9, 9])
    assert correlation(ranks(a), ranks(b)) == pytest.approx(0.5)


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0, 2.0]])
def test_a_correlation_that_does_not_exist_is_nan(values: list[float]) -> None:
    values = np.array(values)
    assert math.isnan(correlation(values, values))
    assert math.isnan(correlation(np.arange(len(values)), values))


small = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=30)


@given(small)
def test_correlations_are_numpys(points: list[tuple[int, int]]) -> None:
    a, b = (np.array(side, dtype=float) for side in zip(*points, strict=True))
    if len(set(a)) == 1 or len(set(b)) == 1:
        assert math.isnan(correlation(a, b))
        return
    assert correlation(a, b) == pytest.approx(np.corrcoef(a, b)[0, 1], abs=1e-9)
    mean_ranks = [np.mean(1 + np.flatnonzero(np.sort(a) == value)) for value in a]
    assert ranks(a).tolist() == mean_ranks


# Word pairs

PLANE = WordVectors(
    ["east", "North", "north", "northeast", "zero"],
    np.array([[1, 0], [0, 1], [1, 0], [2, 2], [0, 0]], dtype=np.float32),
)


def test_pairs_are_scored_where_both_words_have_vectors() -> None:
    pairs = [
        ("EAST", "east", 10.0),
        ("north", "east", 1.0),
        ("Northeast", "east", 5.0),
        ("west", "east", 0.0),
    ]
    # cosines 1, 0 (the first "north" counts) and sqrt 1/2: the order of the scores
    result = evaluate_pairs(PLANE, pairs, name="plane")
    assert result == PairsResult("plane", pytest.approx(1), result.pearson, 3, 4)
    expected = np.corrcoef([10, 1, 5], [1, 0, math.sqrt(0.5)])[0, 1]
    assert result.pearson == pytest.approx(expected, abs=1e-6)


def test_pairs_can_be_matched_with_their_case() -> None:
    pairs = [("EAST", "east", 10.0), ("north", "east", 1.0), ("northeast", "east", 5.0)]
    result = evaluate_pairs(PLANE, pairs, lowercase=False)
    assert result.covered == 2
    assert result.spearman == pytest.approx(-1)  # "north" itself points east


def test_pairs_that_are_not_covered_give_no_score() -> None:
    result = evaluate_pairs(PLANE, [("up", "down", 1.0)])
    assert (result.covered, result.total) == (0, 1)
    assert math.isnan(result.spearman)
    assert math.isnan(result.pearson)


def test_a_word_with_itself_is_always_equally_alike() -> None:
    rng = np.random.default_rng(0)
    model = WordVectors(
        [str(n) for n in range(200)], rng.standard_normal((200, 50)).astype(np.float32)
    )
    pairs = [(str(n), str(n), float(n)) for n in range(200)]
    assert math.isnan(evaluate_pairs(model, pairs).spearman)  # all cosines the same


def test_a_vector_of_zeros_has_cosine_0() -> None:
    pairs = [("zero", "east", 1.0), ("east", "east", 2.0), ("zero", "zero", 1.0)]
    assert evaluate_pairs(PLANE, pairs).spearman == pytest.approx(1)


# Analogies


def naive_answer(
    model: WordVectors, question: tuple[str, ...], restrict: int, lowercase: bool
) -> bool | None:
    """One question by the protocol in plain words; None when it is not covered."""
    fold = str.upper if lowercase else str
    words = model.index_to_key[:restrict]
    a, b, c, d = (fold(word) for word in question)
    first = {}
    for word in words:
        first.setdefault(fold(word), word)
    if not {a, b, c, d} <= set(first):
        return None
    unit = {word: model[word].astype(float) / (np.linalg.norm(model[word]) or 1) for word in words}
    query = unit[first[b]] - unit[first[a]] + unit[first[c]]
    allowed = [word for word in words if fold(word) not in (a, b, c)]
    return bool(allowed) and fold(max(allowed, key=lambda word: unit[word] @ query)) == d


Sections = dict[str, list[tuple[str, ...]]]


def drawn_questions(seed: int) -> tuple[WordVectors, Sections]:
    """Words in one to three cases each, and two sections of questions on them."""
    rng = np.random.default_rng(seed)
    words = [
        case(f"w{letter}")
        for letter in "abcdefghij"
        for case in rng.permutation([str.lower, str.upper, str.title])[: rng.integers(1, 4)]
    ]
    rng.shuffle(words)
    model = WordVectors(words, rng.standard_normal((len(words), 3)).astype(np.float32))
    names = [*words, "absent"]
    drawn = {
        name: [tuple(rng.choice(names, 4)) for _ in range(12)] for name in ("family", "gram1-x")
    }
    return model, drawn


@pytest.mark.parametrize("restrict", [20, *outside([4, 1000])])
@pytest.mark.parametrize("lowercase", [True, False])
def test_analogies_are_counted_as_by_the_plain_protocol(restrict: int, lowercase: bool) -> None:
    for model, sections in map(drawn_questions, range(20)):
        result = evaluate_analogies(model, sections, restrict, lowercase)
        assert [section.name for section in result.sections] == list(sections)
        for section in result.sections:
            answers = [
                naive_answer(model, question, restrict, lowercase)
                for question in sections[section.name]
            ]
            assert section == SectionResult(
                section.name, answers.count(True), 12 - answers.count(None), 12
            )


GRID = WordVectors(
    ["king", "queen", "man", "woman", "walk", "walked", "talk", "talked"],
    np.array(
        [
            [1, 1, 0, 0, 0],
            [1, -1, 0, 0, 0],
            [0, 1, 0, 0, 0.2],
            [0, -1, 0, 0, 0.2],
            [0, 0, 1, 0, 1],
            [0, 0, 1, 1, 1],
            [0, 0, 1, 0, -1],
            [0, 0, 1, 1, -1],
        ],
        dtype=np.float32,
    ),
)
ROYAL = ("man", "king", "woman", "queen")
WRONG = ("man", "king", "woman", "walk")
TENSE = ("Walk", "Walked", "Talk", "Talked")


def test_sections_add_up_to_semantic_syntactic_and_total() -> None:
    sections = {
        "family": [ROYAL, WRONG],
        "gram7-past-tense": [TENSE, ("walk", "walked", "jump", "jumped")],
        "grammar": [TENSE],
        "program": [ROYAL],
    }
    assert evaluate_analogies(GRID, sections) == AnalogyResult(
        sections=(
            SectionResult("family", 1, 2, 2),
            SectionResult("gram7-past-tense", 1, 1, 2),
            SectionResult("grammar", 1, 1, 1),
            SectionResult("program", 1, 1, 1),
        ),
        semantic=SectionResult("semantic", 2, 3, 3),
        syntactic=SectionResult("syntactic", 2, 2, 3),
        total=SectionResult("total", 4, 5, 6),
    )


def test_accuracy_is_a_share_of_what_is_covered() -> None:
    assert SectionResult("x", 1, 4, 9).accuracy == 0.25
    assert math.isnan(SectionResult("x", 0, 0, 9).accuracy)


def test_a_word_of_the_question_is_not_an_answer() -> None:
    questions = {"x": [("man", "king", "man", "king"), ("king", "man", "king", "man")]}
    assert evaluate_analogies(GRID, questions).total == SectionResult("total", 0, 2, 2)


def test_with_no_candidate_left_nothing_is_right() -> None:
    model = WordVectors(["a", "b", "c"], np.ones((3, 2), dtype=np.float32))
    assert evaluate_analogies(model, {"x": [("a", "b", "c", "a")]}).total.correct == 0


def test_words_beyond_the_restriction_are_neither_asked_nor_answered() -> None:
    assert evaluate_analogies(GRID, {"x": [ROYAL]}, restrict=3).total.covered == 0
    assert evaluate_analogies(GRID, {"x": [ROYAL]}, restrict=None).total.correct == 1
    with pytest.raises(SettingsError, match="1 word or more, got 0"):
        evaluate_analogies(GRID, {"x": [ROYAL]}, restrict=0)


def test_scores_do_not_depend_on_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    sections = {"x": [ROYAL, WRONG, TENSE] * 20}
    whole = evaluate_analogies(GRID, sections)
    monkeypatch.setattr(evaluate, "_SCORES_A_BLOCK", 17)
    assert evaluate_analogies(GRID, sections) == whole
    assert whole.total == SectionResult("total", 40, 60, 60)


@pytest.mark.parametrize("scale", [1e-37, 1e38])
def test_scores_do_not_depend_on_the_length_of_vectors(scale: float) -> None:
    rng = np.random.default_rng(0)
    words = [f"w{row}" for row in range(30)]
    numbers = rng.uniform(-1, 1, (30, 20))
    sections = {"x": [tuple(rng.choice(words, 4, replace=False)) for _ in range(200)]}
    pairs = [(a, b, float(n)) for n, (a, b, *_) in enumerate(sections["x"])]
    plain = WordVectors(words, numbers.astype(np.float32))
    for size in (scale, np.where(np.arange(30) % 2, scale, 1.0)[:, None]):
        model = WordVectors(words, (numbers * size).astype(np.float32))
        assert evaluate_analogies(model, sections) == evaluate_analogies(plain, sections)
        assert evaluate_pairs(model, pairs).pearson == pytest.approx(
            evaluate_pairs(plain, pairs).pearson, abs=1e-6
        )


# Vectors that are not numbers


def test_vectors_that_are_not_numbers_are_not_covered_and_never_an_answer() -> None:
    words = ["nan", "man", "woman", "king", "queen"]
    rows = [[np.nan, 0], [1, 0], [0, 1], [2, 0.1], [0.1, 2]]
    vectors = WordVectors(words, np.array(rows, dtype=np.float32))
    pairs = [("nan", "man", 1.0), ("man", "king", 9.0), ("man", "woman", 1.0)]
    result = evaluate_pairs(vectors, pairs)
    assert (result.covered, result.total) == (2, 3)
    assert result.spearman == pytest.approx(1)
    questions = {"x": [("man", "king", "woman", "queen"), ("nan", "man", "king", "queen")]}
    assert evaluate_analogies(vectors, questions).total.correct == 1
