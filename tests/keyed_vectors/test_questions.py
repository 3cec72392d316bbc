"""Questions that gensim answers wrongly or not at all, and what is said of them."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from w2vtui import KeyedVectors
from w2vtui.errors import MissingLibraryError, SettingsError, UnknownWordError, VectorsError

PLANE = KeyedVectors(
    ["east", "north", "northeast", "west", "nowhere"],
    np.array([[2, 0], [0, 3], [1, 1], [-4, 0], [0, 0]], dtype=np.float32),
)


@pytest.mark.parametrize(
    "ask",
    [
        lambda v: v[0],
        lambda v: v[["east", 0]],
        lambda v: v.get_vector(np.int64(0)),
        lambda v: v.get_index(0, -1),
        lambda v: v.most_similar(0),
        lambda v: v.most_similar([("east", 1.0), (0, 2.0)]),
        lambda v: v.distances("east", [0]),
        lambda v: v.set_vecattr(0, "color", "red"),
    ],
)
def test_a_number_is_not_a_word(ask) -> None:
    """D15: of tokens 5, 3, 1, gensim's `wv[0]` is the vector of a word that is not 0."""
    with pytest.raises(KeyError, match=r"a word must be text, got .*vectors\[i\].*index_to_key"):
        ask(PLANE)
    assert 0 not in PLANE
    assert not PLANE.has_index_for(0)


def test_each_side_may_be_any_collection() -> None:
    expected = PLANE.most_similar(["east", "north"], topn=2)
    for words in (("east", "north"), {"east": 1.0, "north": 1}, iter(["east", "north"])):
        assert PLANE.most_similar(words, topn=2) == expected
    weights = {"east": 2.0, "north": -0.5}
    assert PLANE.most_similar(weights) == PLANE.most_similar(list(weights.items()))


def test_an_index_answers_in_place_of_the_search() -> None:
    asked = []

    class Index:
        def most_similar(self, vector, n):
            asked.append((vector.tolist(), n))
            return [("other", 0.5)]

    assert PLANE.most_similar("north", topn=3, indexer=Index()) == [("other", 0.5)]
    assert asked == [([0.0, 1.0], 3)]
    assert PLANE.most_similar("north", topn=None, indexer=Index()).tolist() == pytest.approx(
        [0, 1, np.sqrt(0.5), 0, 0]
    )


def test_a_restricted_cosmul_searches_the_first_words_alone() -> None:
    assert [word for word, _ in PLANE.most_similar_cosmul("west", topn=9, restrict_vocab=2)] == [
        "north", "east",
    ]  # fmt: skip
    by_vector = PLANE.most_similar_cosmul(np.float32([9, 0]), topn=1)
    assert by_vector == [("east", pytest.approx(1, abs=1e-5))]
    assert PLANE.similar_by_vector([1, 2], topn=1) == PLANE.similar_by_vector(np.float32([1, 2]), 1)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda v: v.most_similar_cosmul([("east", 2.0)]), "takes no weights, got 2.0"),
        (lambda v: v.most_similar_cosmul("east", restrict_vocab=0), "1 word or more, got 0"),
        (lambda v: v.n_similarity([], ["east"]), "at least one word in each group"),
        (
            lambda v: v.doesnt_match("east west"),
            "words must be a list .* one text, 'east west'",
        ),
        (lambda v: v.wmdistance("east west", ["east"]), "document1 must be a list of words"),
        (lambda v: v.relative_cosine_similarity("east", "west", 0), "1 word or more, got 0"),
        (lambda v: v.most_similar_many("east"), "queries must be a list of words, got one text"),
        (lambda v: v.most_similar_to_given("east", "west"), "keys_list must be a list of words"),
        (lambda v: v.most_similar_many([[]]), "nothing to compare with"),
        (lambda v: v.using("outputs"), "side must be input, output, input[+]output, got 'outputs'"),
        (lambda v: v.using("output"), "the output vectors are not known"),
    ],
)
def test_what_cannot_be_answered_says_why(ask, message) -> None:
    with pytest.raises(ValueError, match=message):
        ask(PLANE)


def test_words_without_a_vector_are_left_out_of_a_group_with_a_warning() -> None:
    with pytest.warns(UserWarning, match=r"no vector for up, \\x1bdown: left out") as caught:
        assert PLANE.doesnt_match(["east", "up", "northeast", "west", "\x1bdown"]) == "west"
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match="no vector for up"):
        assert PLANE.rank_by_centrality(iter(["up", "east"])) == [(1.0, "east")]
    with pytest.raises(VectorsError, match="at least one that has"), pytest.warns(match="for up"):
        PLANE.doesnt_match(["up"])
    with pytest.warns(UserWarning, match="its distance is infinite"):
        assert PLANE.wmdistance(["up"], ["east"]) == np.inf


@pytest.mark.parametrize(
    "ask",
    [
        lambda v: v.doesnt_match(["east", "lost"]),
        lambda v: v.rank("east", "lost"),
        lambda v: v.closer_than("lost", "east"),
        lambda v: v.wmdistance(["east"], ["lost"]),
        lambda v: v.most_similar_many(["east", "lost"]),
    ],
)
def test_a_vector_that_is_not_of_numbers_is_not_compared(ask) -> None:
    vectors = KeyedVectors(["east", "lost"], np.float32([[1, 0], [np.nan, 0]]))
    with pytest.raises(VectorsError, match="the vector of 'lost' holds NaN or infinity"):
        ask(vectors)
    with pytest.raises(VectorsError, match=r"got shape \(2,\) of complex128"):
        vectors.most_similar(np.ones(2) * 1j)


def test_a_word_is_a_group_of_one() -> None:
    assert PLANE.n_similarity("east", "west") == -1
    assert PLANE.get_mean_vector("east").tolist() == [1, 0]
    assert PLANE.distances("east", "west").tolist() == [2]
    assert PLANE.vectors_for_all("east").index_to_key == ["east"]


def test_word_movers_distance_says_what_it_needs(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "ot", None)
    with pytest.raises(MissingLibraryError, match=r"pip install '\.\[wmd\]'") as caught:
        PLANE.wmdistance(["east"], ["west"])
    assert isinstance(caught.value, ImportError)


@pytest.mark.parametrize("block", [1 << 22, 7])
def test_many_questions_are_answered_as_one_by_one(monkeypatch, block) -> None:
    monkeypatch.setattr("w2vtui.keyed_vectors.batches._SCORES_A_BLOCK", block)
    queries = ["east", ["east", ("north", -1.0)], np.float32([1, 2]), ("west", 2.0), "nowhere"]
    for options in ({}, {"topn": 2}, {"clip_start": 1, "clip_end": 4}, {"restrict_vocab": 2}):
        many = PLANE.most_similar_many(queries, **options)
        for found, query in zip(many, queries, strict=True):
            one = PLANE.most_similar(query, **options)
            assert [word for word, _ in found] == [word for word, _ in one]
            assert [c for _, c in found] == pytest.approx([c for _, c in one], abs=1e-6)
    cosines = PLANE.most_similar_many(PLANE.vectors, topn=None)
    assert cosines == pytest.approx(np.stack([PLANE.most_similar(row, topn=None)
                                              for row in PLANE.vectors]))  # fmt: skip
    assert PLANE.most_similar_many([]) == []
    assert PLANE.most_similar_many(["east"], topn=0) == [[]]


def test_a_word_that_is_missing_among_many_stops_all_before_any_is_answered() -> None:
    with pytest.raises(UnknownWordError, match="no vector for 'up'"):
        PLANE.most_similar_many(["east", "up"])


def test_output_vectors_are_asked_as_input_vectors_are() -> None:
    output = np.float32([[0, 1], [1, 0], [1, -1], [0, 2], [2, 2]])
    both = KeyedVectors(PLANE.index_to_key, PLANE.vectors, np.arange(5, 0, -1), output)
    predicted = both.using("output")
    assert predicted.vectors is output
    assert predicted.similar_by_vector(both["east"], topn=1) == [("north", pytest.approx(1))]
    assert predicted.get_vecattr("east", "count") == 5
    assert np.array_equal(both.using("input+output").vectors, PLANE.vectors + output)
    assert both.using("input").vectors is both.vectors
    assert both.vectors is PLANE.vectors


def test_vectors_show_their_words_with_nothing_to_be_obeyed() -> None:
    rich_pretty = pytest.importorskip("rich.pretty")
    words = ["<script>alert(1)</script>", "\x1b[31m", *map(str, range(20))]
    vectors = KeyedVectors(words, np.ones((22, 3), np.float32), np.arange(2200, 0, -100))
    html = vectors._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "\x1b" not in html
    assert "2,200" in html
    assert "… and 12 more" in html
    assert "KeyedVectors: 22 words × 3" in html
    shown = rich_pretty.pretty_repr(vectors)
    assert "words=22" in shown
    assert "\x1b" not in shown
    assert repr(vectors) == "<KeyedVectors: 22 words x 3>"


@pytest.mark.parametrize(
    ("ask", "now"),
    [
        (lambda v: v.index2word, "index_to_key"),
        (lambda v: v.vocab, "key_to_index, and get_vecattr"),
        (lambda v: v.accuracy, "evaluate_word_analogies"),
        (lambda v: v.vectors_norm, "get_normed_vectors"),
    ],
)
def test_names_of_gensim_3_are_answered_with_those_of_today(ask, now) -> None:
    with pytest.raises(AttributeError, match=f"since gensim 4 it is {now}"):
        ask(PLANE)
    assert not hasattr(PLANE, "index2word")


def test_methods_of_gensim_3_work_with_a_warning() -> None:
    with pytest.warns(DeprecationWarning, match="word_vec is get_vector since gensim 4"):
        assert PLANE.word_vec("north", use_norm=True).tolist() == [0, 1]
    with pytest.warns(DeprecationWarning, match="closer_than"):
        assert PLANE.words_closer_than("east", "west") == PLANE.closer_than("east", "west")
    with pytest.warns(DeprecationWarning, match="fill_norms"):
        PLANE.init_sims()


def test_what_is_not_a_word_is_named() -> None:
    for key in (b"east", None, 1.5):
        with pytest.raises(TypeError, match=f"a word must be text, got {key!r}$"):
            PLANE[key]


def test_settings_are_refused_before_anything_is_made() -> None:
    for arguments, message in (
        ({"vector_size": 0}, "vector_size must be a whole number of 1 or more, got 0"),
        ({"vector_size": 2.5}, "got 2.5"),
        ({"vector_size": 3, "count": -1}, "count must be a whole number of 0 or more, got -1"),
        ({"vector_size": 3, "dtype": np.float16}, "dtype must be float32"),
        ({"vector_size": 3, "counts": np.float64}, "dtype must be float32"),  # gensim's third
    ):
        with pytest.raises(SettingsError, match=message):
            KeyedVectors(**arguments)
