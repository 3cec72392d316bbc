"""Nearest words and cosines: the same answers as slow, obvious float64, and clear errors."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vtui.errors import SettingsError, UnknownWordError, VectorsError
from w2vtui.keyed_vectors import KeyedVectors
from w2vtui.vectors import similarity, spelling
from w2vtui.vectors.similarity import nearest, norms_of, unit
from w2vtui.vectors.spelling import edit_distances


def random_vectors(n_words: int = 60, size: int = 7, seed: int = 0) -> KeyedVectors:
    rng = np.random.default_rng(seed)
    matrix = rng.standard_normal((n_words, size)).astype(np.float32)
    return KeyedVectors([f"w{row}" for row in range(n_words)], matrix)


def naive_cosine(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a.astype(np.float64), b.astype(np.float64)
    length = np.linalg.norm(a) * np.linalg.norm(b)
    return float(a @ b / length) if length else 0.0


def naive_ranking(model: KeyedVectors, query: np.ndarray, leave_out: set[str]) -> list[str]:
    words = [word for word in model.index_to_key if word not in leave_out]
    return sorted(words, key=lambda word: -naive_cosine(model[word], query))


def words_of(found: list[tuple[str, float]]) -> list[str]:
    return [word for word, _ in found]


PLANE = KeyedVectors(
    ["east", "north", "northeast", "west", "nowhere"],
    np.array([[2, 0], [0, 3], [1, 1], [-4, 0], [0, 0]], dtype=np.float32),
)


def test_a_word_has_the_row_it_was_given() -> None:
    assert len(PLANE) == 5
    assert PLANE.vector_size == 2
    assert list(PLANE) == PLANE.index_to_key
    assert PLANE.key_to_index["northeast"] == PLANE.get_index("northeast") == 2
    assert "west" in PLANE
    assert "up" not in PLANE
    assert PLANE["west"].tolist() == [-4, 0]
    assert PLANE[["west", "east"]].tolist() == [[-4, 0], [2, 0]]
    assert PLANE[[]].shape == (0, 2)
    assert PLANE.get_vector("north", norm=True).tolist() == [0, 1]


def test_the_matrix_is_shared_not_copied() -> None:
    matrix = np.ones((2, 3), dtype=np.float32)
    assert KeyedVectors(["a", "b"], matrix).vectors is matrix


def test_a_vector_handed_out_cannot_change_the_model() -> None:
    with pytest.raises(ValueError, match="read-only"):
        PLANE["east"][0] = 9
    assert PLANE.vectors.flags.writeable


def test_similarity_is_the_cosine() -> None:
    assert PLANE.similarity("east", "north") == 0
    assert PLANE.similarity("east", "west") == -1
    assert PLANE.distance("east", "west") == 2
    assert PLANE.similarity("east", "northeast") == pytest.approx(np.sqrt(0.5))


def test_a_vector_of_zeros_is_alike_to_nothing() -> None:
    assert PLANE.similarity("nowhere", "east") == 0
    assert dict(PLANE.most_similar("nowhere")) == dict.fromkeys(
        ["east", "north", "northeast", "west"], 0.0
    )
    assert dict(PLANE.most_similar("east"))["nowhere"] == 0


@pytest.mark.parametrize("scale", [1e-25, 1e25])
def test_lengths_beyond_float32_squares_are_right(scale: float) -> None:
    model = KeyedVectors(["a", "b"], np.array([[3, 4], [4, 3]], dtype=np.float32) * scale)
    assert model.norms == pytest.approx([5 * scale] * 2, rel=1e-6)
    assert model.similarity("a", "b") == pytest.approx(0.96)
    assert model.most_similar("a") == [("b", pytest.approx(0.96))]


LARGEST = float(np.finfo(np.float32).max)


@pytest.mark.parametrize("scale", [1e-36, LARGEST])
def test_numbers_at_the_ends_of_float32_have_lengths_and_cosines(scale: float) -> None:
    """The length of such a vector is beyond float32, or its products with others are."""
    numbers = np.random.default_rng(0).uniform(-1, 1, (40, 100))
    plain = KeyedVectors([f"w{row}" for row in range(40)], numbers.astype(np.float32))
    mixed = numbers * np.where(np.arange(40) % 3, 1.0, scale)[:, None]
    for matrix in (numbers * scale, mixed):
        model = KeyedVectors(plain.index_to_key, matrix.astype(np.float32))
        assert model.norms == pytest.approx(np.linalg.norm(matrix, axis=1), rel=1e-6)
        assert model.similarity("w3", "w4") == pytest.approx(plain.similarity("w3", "w4"), abs=1e-6)
        assert model.doesnt_match(["w1", "w2", "w3"]) == plain.doesnt_match(["w1", "w2", "w3"])
        assert model.rank("w3", "w4") == plain.rank("w3", "w4")
        for asked in ({"positive": "w3"}, {"positive": ["w3", "w4"], "negative": "w5"}):
            expected = dict(plain.most_similar(**asked, topn=39))
            assert dict(model.most_similar(**asked, topn=39)) == pytest.approx(expected, abs=1e-6)
        found = dict(model.most_similar([(model["w3"], 4.0)], topn=39))
        assert found == pytest.approx(
            dict(plain.most_similar([(plain["w3"], 4.0)], topn=39)), abs=1e-6
        )


def test_rows_beyond_products_are_taken_a_block_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = np.full((50, 4), LARGEST, dtype=np.float32)
    matrix[:, 0] *= np.linspace(-1, 1, 50, dtype=np.float32)
    whole = nearest(matrix, matrix[0], 50)
    monkeypatch.setattr(similarity, "_BLOCK_NUMBERS", 12)
    assert np.array_equal(whole, nearest(matrix, matrix[0], 50))
    assert whole[0].tolist() == list(range(50))


def test_no_cosine_passes_1() -> None:
    row = np.random.default_rng(0).standard_normal((500, 50)).astype(np.float32)
    model = KeyedVectors([str(n) for n in range(1000)], np.concatenate([row, row * 3]))
    values = [model.similarity(str(n), str(n + 500)) for n in range(500)]
    values += [model.most_similar(str(n), topn=1)[0][1] for n in range(100)]
    assert max(values) <= 1


@pytest.mark.parametrize("seed", range(10))
def test_nearest_words_are_those_of_the_plain_formula(seed: int) -> None:
    model = random_vectors(seed=seed)
    offset = sum(
        sign * model[word].astype(float) / np.linalg.norm(model[word].astype(float))
        for word, sign in (("w1", 1), ("w2", 1), ("w3", -1))
    )
    found = model.most_similar(positive=["w1", "w2"], negative=["w3"], topn=8)
    assert words_of(found) == naive_ranking(model, offset, {"w1", "w2", "w3"})[:8]
    for word, cosine in found:
        assert cosine == pytest.approx(naive_cosine(model[word], offset), abs=1e-5)


def test_a_word_a_list_and_its_vector_ask_the_same() -> None:
    model = random_vectors()
    by_word = model.most_similar("w5", topn=4)
    assert model.most_similar(["w5"], topn=4) == by_word
    assert model.similar_by_word("w5", topn=4) == by_word
    assert words_of(model.most_similar(positive=[("w5", 3.0)], topn=4)) == words_of(by_word)
    assert words_of(model.most_similar(positive=("w5", 3.0), topn=4)) == words_of(by_word)
    by_vector = model.similar_by_vector(model["w5"], topn=5)
    assert by_vector[0] == ("w5", pytest.approx(1))  # only words asked about are left out
    assert words_of(by_vector[1:]) == words_of(by_word)
    assert model.most_similar(model[["w5", "w6"]], topn=1)[0][0] in ("w5", "w6")


def test_weights_replace_the_sign_of_their_side() -> None:
    model = random_vectors()
    plain = model.most_similar(positive=["w1"], negative=["w2"])
    assert model.most_similar(positive=[("w1", 1.0), ("w2", -1.0)]) == plain
    assert model.most_similar(positive=["w1"], negative=[("w2", -1.0)]) == plain
    assert model.most_similar(positive=["w1"], negative=[("w2", 0.5)]) == model.most_similar(
        positive=["w1", ("w2", 0.5)]
    )


def test_a_restricted_search_sees_the_first_words_only() -> None:
    model = random_vectors()
    found = model.most_similar("w50", topn=60, restrict_vocab=10)
    assert {word for word, _ in found} == {f"w{row}" for row in range(10)}
    assert (
        found[:3]
        == [pair for pair in model.most_similar("w50", topn=60) if int(pair[0][1:]) < 10][:3]
    )
    with pytest.raises(SettingsError, match="1 word or more, got 0"):
        model.most_similar("w1", restrict_vocab=0)


@pytest.mark.parametrize(("topn", "n_found"), [(0, 0), (-1, 0), (3, 3), (59, 59), (10**9, 59)])
def test_as_many_words_as_asked_for_or_all(topn: int, n_found: int) -> None:
    assert len(random_vectors().most_similar("w0", topn=topn)) == n_found


def test_of_equal_words_the_first_comes_first() -> None:
    columns = np.random.default_rng(0).integers(0, 3, 3000)
    rows, _ = nearest(np.eye(3, dtype=np.float32)[columns], np.float32([3, 2, 1]), 2500)
    assert rows.tolist() == np.lexsort((np.arange(3000), columns))[:2500].tolist()


def test_rows_that_are_not_numbers_are_never_near() -> None:
    matrix = np.array([[1, 0], [np.nan, 0], [0, 1], [np.inf, 0]], dtype=np.float32)
    for topn in (2, 4):
        rows, cosines = nearest(matrix, np.float32([1, 0]), topn)
        assert rows.tolist() == [0, 2]
        assert cosines.tolist() == [1, 0]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_query_that_is_not_of_numbers_says_so(value: float) -> None:
    vectors = KeyedVectors(["a", "b"], np.float32([[value, 0], [1, 0]]))
    with pytest.raises(VectorsError, match="no neighbors: the vector of 'a' holds NaN or infinity"):
        vectors.most_similar("a")
    with pytest.raises(VectorsError, match="no neighbors: the vectors are not numbers"):
        KeyedVectors(["a"], np.float32([[value, 0]])).most_similar("a")
    assert math.isnan(vectors.similarity("a", "b"))


def test_a_search_makes_no_second_copy_of_the_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    import tracemalloc

    monkeypatch.setattr(similarity, "_BLOCK_NUMBERS", 5_000)
    matrix = np.ones((20_000, 50), dtype=np.float32)
    tracemalloc.start()
    try:
        nearest(matrix, np.ones(50, dtype=np.float32), 5)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < matrix.nbytes / 3


def test_norms_do_not_depend_on_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = random_vectors(100).vectors
    whole = norms_of(matrix)
    monkeypatch.setattr(similarity, "_BLOCK_NUMBERS", 70)
    assert np.array_equal(norms_of(matrix), whole)
    assert whole == pytest.approx(np.linalg.norm(matrix, axis=1), rel=1e-6)


def test_rows_padded_in_memory_are_read_right() -> None:
    wide = np.random.default_rng(1).standard_normal((30, 16)).astype(np.float32)
    words = [f"w{row}" for row in range(30)]
    padded, compact = KeyedVectors(words, wide[:, :10]), KeyedVectors(words, wide[:, :10].copy())
    found, expected = padded.most_similar("w3"), compact.most_similar("w3")
    assert words_of(found) == words_of(expected)


def test_the_odd_one_out_is_farthest_from_the_mean() -> None:
    assert PLANE.doesnt_match(["east", "north", "northeast", "west"]) == "west"
    with pytest.raises(VectorsError, match="at least one"):
        PLANE.doesnt_match([])


def test_rank_counts_the_words_that_are_nearer() -> None:
    model = random_vectors()
    order = words_of(model.most_similar("w4", topn=59))
    assert [model.rank("w4", word) for word in order] == list(range(1, 60))


def test_an_unknown_word_is_answered_with_near_spellings() -> None:
    words = ["the", "their", "theirs", "cat"]
    model = KeyedVectors(words, np.ones((4, 2), np.float32), np.array([90_000, 46_512, 210, 7]))
    for ask in (
        lambda: model["thier"],
        lambda: model.similarity("cat", "thier"),
        lambda: model.most_similar(negative="thier"),
        lambda: model.rank("thier", "cat"),
    ):
        with pytest.raises(UnknownWordError) as caught:
            ask()
        assert str(caught.value) == (
            "no vector for 'thier': did you mean their (46,512), the (90,000), theirs (210)?"
        )
        assert isinstance(caught.value, KeyError)


def test_an_unknown_word_like_no_other_says_so() -> None:
    with pytest.raises(UnknownWordError) as caught:
        random_vectors()["\x1b[31mabracadabra"]
    assert str(caught.value) == (
        r"no vector for '\x1b[31mabracadabra': it is not among the 60 words"
    )


def test_a_missed_word_costs_no_search_until_its_message_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = random_vectors()
    searches = []
    monkeypatch.setattr(KeyedVectors, "suggestions", lambda *_: searches.append(1) or [])
    with pytest.raises(UnknownWordError) as caught:
        model["absent"]
    assert not searches
    assert "not among" in str(caught.value)
    assert searches


def test_an_error_sent_to_another_process_carries_its_message_only() -> None:
    with pytest.raises(UnknownWordError) as caught:
        random_vectors(1000, 100)["absent"]
    sent = pickle.dumps(caught.value)
    assert len(sent) < 1000
    assert str(pickle.loads(sent)) == str(caught.value)


def test_suggestions_put_case_first_then_fewest_edits_then_frequency() -> None:
    words = ["parish", "pairs", "Paris", "paris-", "PARIS", "berlin"]
    model = KeyedVectors(words, np.ones((6, 1), np.float32), np.array([9, 8, 7, 6, 5, 4]))
    assert model.suggestions("paris") == [
        ("Paris", 7),
        ("PARIS", 5),
        ("parish", 9),
        ("pairs", 8),
        ("paris-", 6),
    ]
    assert model.suggestions("paris", 2) == [("Paris", 7), ("PARIS", 5)]
    assert model.suggestions("Paris", 1) == [("PARIS", 5)]
    assert model.suggestions("paris", 0) == []


def test_suggestions_see_past_unicode_forms() -> None:
    model = KeyedVectors(["café", "STRASSE", "\ud800"], np.ones((3, 1), np.float32))
    assert model.suggestions("cafe\u0301") == [("café", None)]
    assert model.suggestions("straße") == [("STRASSE", None)]


@pytest.mark.parametrize("word", ["", "x" * 1_000_000])
def test_there_is_nothing_to_suggest_for_no_word_and_endless_ones(word: str) -> None:
    assert random_vectors().suggestions(word) == []


def naive_edits(a: str, b: str) -> int:
    table = {(i, 0): i for i in range(len(a) + 1)} | {(0, j): j for j in range(len(b) + 1)}
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            table[i, j] = min(
                table[i - 1, j] + 1,
                table[i, j - 1] + 1,
                table[i - 1, j - 1] + (a[i - 1] != b[j - 1]),
            )
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(a), len(b)]


few_letters = st.text("ab\u65e5\x00", max_size=6)


@given(few_letters, st.lists(few_letters, max_size=6))
def test_edits_are_those_of_the_plain_table(word: str, others: list[str]) -> None:
    assert edit_distances(word, others).tolist() == [naive_edits(word, b) for b in others]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], np.ones((0, 3))), "one row per word, got shape (0, 3)"),
        ((["a"], np.ones((1, 0))), "one row per word, got shape (1, 0)"),
        ((["a"], np.ones(3)), "one row per word, got shape (3,)"),
        ((["a"], np.ones((2, 3))), "vectors of 1 words must have shape (1, 3), got (2, 3)"),
        ((["a", "b"], np.ones((2, 3)), np.ones(1)), "counts of 2 words must have shape (2,)"),
        ((["a", "b"], np.ones((2, 3)), None, np.ones((2, 4))), "output_vectors of 2 words must"),
        ((["a", "\x1b", "\x1b"], np.ones((3, 3))), r"'\x1b' is word 2 and word 3"),
    ],
)
def test_words_and_arrays_that_do_not_fit_are_refused(arguments: tuple, message: str) -> None:
    with pytest.raises(VectorsError) as caught:
        KeyedVectors(*arguments)
    assert message in str(caught.value)


def test_questions_that_mean_nothing_are_refused() -> None:
    model = random_vectors()
    with pytest.raises(VectorsError, match="nothing to compare with"):
        model.most_similar()
    with pytest.raises(VectorsError, match="must hold 7 numbers"):
        model.most_similar(np.ones(3))
    with pytest.raises(TypeError, match="must be text, got 3"):
        model.most_similar([3])


def test_a_unit_vector_keeps_its_direction() -> None:
    assert unit(np.float32([0, 0])).tolist() == [0, 0]
    assert unit(np.float32([3, 4])) == pytest.approx([0.6, 0.8])


def test_a_single_letter_is_not_taken_for_another() -> None:
    rows, _ = spelling.near_spellings("I", ["a", "i", "is"])
    assert rows.tolist() == [1]


def test_only_the_first_words_are_compared_in_spelling(monkeypatch) -> None:
    monkeypatch.setattr(spelling, "MOST_COMPARED", 2)
    rows, _ = spelling.near_spellings("thier", ["the", "their", "theirs"])
    assert rows.tolist() == [0, 1]
