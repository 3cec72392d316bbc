"""Words that are added, replaced, chosen and sorted; attributes that follow them."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from w2vtui import KeyedVectors
from w2vtui.vectors import WordVectors

WORDS = ["a", "b", "c"]


def three(counts=None, **more) -> KeyedVectors:
    return KeyedVectors(WORDS, np.float32([[1, 0], [0, 1], [1, 1]]), counts, **more)


def test_vectors_begin_empty_and_grow_word_by_word() -> None:
    vectors = KeyedVectors(vector_size=2, count=4)
    assert len(vectors) == 0
    assert vectors.most_similar(np.ones(2)) == []
    rows = [vectors.add_vector(f"w{n}", [n, 1]) for n in range(50)]
    assert rows == list(range(50))
    assert vectors.vectors.tolist() == [[n, 1] for n in range(50)]
    assert vectors.most_similar("w9", topn=1)[0][0] == "w10"
    assert vectors.add_vector("w9", [0, -5]) == 9
    assert vectors.most_similar("w9", topn=1)[0][0] == "w49"
    assert KeyedVectors(2).vectors.shape == (0, 2)


def test_a_word_added_after_a_query_is_found() -> None:
    """D25: gensim keeps the earlier lengths of the vectors."""
    vectors = three()
    vectors.most_similar("a")
    vectors.add_vectors(["d"], [[2, 0.1]])
    assert vectors.most_similar("d", topn=1)[0][0] == "a"
    vectors["a"] = [0, 9]
    assert vectors.most_similar("a", topn=1)[0][0] == "b"
    vectors.vectors[0] = [5, 0]
    vectors.fill_norms(force=True)
    assert vectors.norms[0] == 5


@pytest.mark.parametrize("extras", [{"count": [7, 8], "color": ["red", "blue"]}, {"count": [7, 8]}])
def test_words_are_added_with_attributes(extras) -> None:
    """D24: gensim takes the names of the attributes for the attributes."""
    vectors = three(np.array([3, 2, 1]))
    vectors.set_vecattr("a", "size", 0.5)
    vectors.add_vectors(["b", "d"], np.ones((2, 2)), extras=extras)
    assert vectors.get_vecattr("d", "count") == 8
    assert vectors.get_vecattr("b", "count") == 2  # it keeps what it has
    assert vectors.get_vecattr("d", "size") == 0
    assert vectors.get_vecattr("d", "color") == "blue" if "color" in extras else True
    vectors.add_vectors(["b"], [[5, 5]], extras={"count": [9]}, replace=True)
    assert vectors.get_vecattr("b", "count") == 9
    assert vectors.counts.tolist() == [3, 9, 1, 8]


def test_counts_and_output_vectors_grow_with_the_words() -> None:
    """D26: gensim's counts do not, and saving fails."""
    vectors = three(np.array([3, 2, 1]), output_vectors=np.ones((3, 2), np.float32))
    vectors.vectors_lockf = np.float32([0, 1, 1])
    vectors.add_vectors(["d", "e"], np.zeros((2, 2)))
    assert vectors.counts.tolist() == [3, 2, 1, 0, 0]
    assert vectors.output_vectors[3:].tolist() == [[0, 0], [0, 0]]
    assert vectors.vectors_lockf.tolist() == [0, 1, 1, 1, 1]


def test_words_are_set_one_and_many() -> None:
    vectors = three()
    vectors["b"] = [4, 4]
    vectors[["c", "d"]] = np.full((2, 2), 7)
    assert vectors.index_to_key == ["a", "b", "c", "d"]
    assert vectors.vectors.tolist() == [[1, 0], [4, 4], [7, 7], [7, 7]]
    vectors.add_vectors("e", [1, 2])
    vectors.add_vectors(("a", "f", "f"), [[9, 9], [1, 1], [2, 2]])  # a stays; the first f counts
    assert vectors["a"].tolist() == [1, 0]
    assert vectors["f"].tolist() == [1, 1]
    vectors.add_vectors(("f", "f"), [[3, 3], [4, 4]], replace=True)
    assert vectors["f"].tolist() == [4, 4]


@pytest.mark.parametrize(
    ("keys", "weights", "extras", "message"),
    [
        (["d"], [[1, 2, 3]], None, r"1 words must have vectors of shape \(1, 2\), got \(1, 3\)"),
        (["d", "e"], [[1, 2]], None, r"2 words must have vectors of shape \(2, 2\), got \(1, 2\)"),
        (["d", "e"], [[1, 2], [3]], None, "got rows of other lengths"),
        (["d"], [["x", "y"]], None, "got rows of other lengths, or no numbers"),
        (["d", 5], np.ones((2, 2)), None, r"a word must be text, got 5: give str\(5\)"),
        (["d"], [[1, 2]], {"count": [1, 2]}, "'count' of 1 words must have shape"),
        (["d"], [[1, 2]], {"count": [0.5]}, "whole numbers of 0 or more"),
        (["d"], [[1, 2]], {"count": [-1]}, "whole numbers of 0 or more"),
    ],
)
def test_what_cannot_be_added_changes_nothing(keys, weights, extras, message) -> None:
    vectors = three(np.array([3, 2, 1]))
    with pytest.raises(ValueError, match=message):
        vectors.add_vectors(keys, weights, extras)
    assert vectors.index_to_key == WORDS
    assert list(vectors.key_to_index) == WORDS
    assert vectors.vectors.shape == (3, 2)
    assert vectors.counts.tolist() == [3, 2, 1]


def test_arrays_are_shared_until_they_are_changed() -> None:
    source = WordVectors(WORDS, np.ones((3, 2), np.float32), np.array([3, 2, 1]))
    vectors = KeyedVectors.of(source)
    assert vectors.vectors is source.vectors
    assert vectors.counts is source.counts
    vectors["a"] = [5, 5]
    vectors.add_vector("d", [6, 6])
    vectors.unit_normalize_all()
    assert source.vectors.tolist() == [[1, 1]] * 3
    assert source.index_to_key == WORDS == list(source.key_to_index)
    assert source.counts.tolist() == [3, 2, 1]
    assert vectors.norms == pytest.approx(np.ones(4))


def test_attributes_take_their_type_from_the_first_value() -> None:
    vectors = three()
    vectors.set_vecattr("b", "count", 7)
    vectors.set_vecattr("b", "color", "red")
    vectors.set_vecattr("b", "size", 2)
    vectors.set_vecattr("c", "weight", 1.5)
    assert vectors.counts.tolist() == [0, 7, 0]
    assert vectors.get_vecattr("a", "color") is None
    assert vectors.expandos["weight"].tolist() == [0, 0, 1.5]
    for count in (-1, 2.5):
        with pytest.raises((TypeError, ValueError), match="count"):
            vectors.set_vecattr("b", "count", count)
    with pytest.raises(TypeError, match="must be text, got 5"):
        vectors.set_vecattr("b", 5, 1)
    assert vectors.get_vecattr("b", "count") == 7
    with pytest.raises(TypeError, match="'size' is of type int64, which cannot hold float"):
        vectors.set_vecattr("a", "size", 0.5)
    with pytest.raises(KeyError, match=r"no attribute 'x' \(there is count, color, size, weight\)"):
        vectors.get_vecattr("a", "x")


def test_some_words_are_chosen_with_what_belongs_to_them() -> None:
    vectors = three(np.array([3, 2, 1]), output_vectors=np.float32([[1, 2], [3, 4], [5, 6]]))
    chosen = vectors.vectors_for_all(iter(["c", "x", "a", "c"]), copy_vecattrs=True)
    assert chosen.index_to_key == ["c", "a"]
    assert chosen.vectors.tolist() == [[1, 1], [1, 0]]
    assert chosen.output_vectors.tolist() == [[5, 6], [1, 2]]
    assert chosen.counts.tolist() == [1, 3]
    assert len(vectors.vectors_for_all(["x"])) == 0
    assert vectors.vectors_for_all(["a"]).counts is None


def test_the_most_frequent_words_are_sorted_to_the_front() -> None:
    vectors = three(np.array([1, 5, 1]), output_vectors=np.float32([[0, 0], [1, 1], [2, 2]]))
    vectors.set_vecattr("c", "color", "red")
    before = {word: vectors[word].tolist() for word in WORDS}
    vectors.sort_by_descending_frequency()
    assert vectors.index_to_key == ["b", "a", "c"]  # equal ones keep their order
    assert {word: vectors[word].tolist() for word in vectors} == before
    assert vectors.output_vectors.tolist() == [[1, 1], [0, 0], [2, 2]]
    assert vectors.counts.tolist() == [5, 1, 1]
    assert vectors.get_vecattr("c", "color") == "red"
    assert vectors.most_similar("b", topn=1)[0][0] == "c"
    with pytest.raises(ValueError, match="the counts are not known"):
        three().sort_by_descending_frequency()


def test_copies_are_whole_and_apart() -> None:
    vectors = three(np.array([3, 2, 1]))
    for made in (copy.deepcopy(vectors), pickle.loads(pickle.dumps(vectors))):
        made["a"] = [8, 8]
        made.set_vecattr("a", "count", 99)
        assert vectors["a"].tolist() == [1, 0]
        assert vectors.counts.tolist() == [3, 2, 1]
        assert made.most_similar("a", topn=1)[0][0] == "c"
