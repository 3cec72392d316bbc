"""Scores on files that hold less than was asked for, and how significant a correlation is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from w2vtui import KeyedVectors
from w2vtui.errors import CorpusError
from w2vtui.keyed_vectors.significance import incomplete_beta, with_significance

PLANE = KeyedVectors(
    ["a", "b", "c", "d", "A"],
    np.array([[2, 0], [2, 1], [0, 2], [0, 3], [1, 1]], dtype=np.float32),
)


def test_analogies_come_with_the_questions_answered_right_and_wrong(tmp_path) -> None:
    path = tmp_path / "questions.txt"
    path.write_text("a b c d\n: other\na c b d\na x b d\n")
    score, sections = PLANE.evaluate_word_analogies(path, case_insensitive=False)
    assert [section["section"] for section in sections] == ["questions", "other", "Total accuracy"]
    answered = [len(section["correct"]) + len(section["incorrect"]) for section in sections]
    assert answered == [1, 1, 2]
    assert score == len(sections[-1]["correct"]) / 2
    with_unknown = PLANE.evaluate_word_analogies(path, dummy4unknown=True)[1]
    assert ("A", "X", "B", "D") in with_unknown[1]["incorrect"]


def test_another_method_answers_if_it_is_named(tmp_path) -> None:
    """gensim takes the name and asks most_similar all the same."""
    words = [f"w{row}" for row in range(30)]
    vectors = KeyedVectors(words, np.random.default_rng(3).standard_normal((30, 6)))
    path = tmp_path / "questions"
    rng = np.random.default_rng(5)
    fours = [tuple(rng.choice(words, 4, replace=False).tolist()) for _ in range(60)]
    path.write_text("\n".join(map(" ".join, fours)) + "\n")
    right = [
        (a, b, c, d)
        for a, b, c, d in fours
        if vectors.most_similar_cosmul([b, c], [a], topn=1)[0][0] == d
    ]
    _, sections = vectors.evaluate_word_analogies(
        path, case_insensitive=False, similarity_function="most_similar_cosmul"
    )
    assert sections[-1]["correct"] == right != []
    plain = vectors.evaluate_word_analogies(path, case_insensitive=False)[1]
    assert plain[-1]["correct"] != right


def test_lines_that_are_not_questions_are_left_out_with_a_warning(tmp_path) -> None:
    path = tmp_path / "questions"
    path.write_text(": s\na b c d\na b\n")
    with pytest.warns(UserWarning, match="1 line without a question is left out: line 3") as caught:
        PLANE.evaluate_word_analogies(path)
    assert caught[0].filename == __file__
    path = tmp_path / "pairs"
    path.write_text("# head\na\tb\t1\nb\tc\t2\nsome\x1b text\nc\td\t3\n")
    with pytest.warns(UserWarning, match=r"1 lines are not pairs .* first 'some\\x1b t") as caught:
        PLANE.evaluate_word_pairs(path)
    assert caught[0].filename == __file__


@pytest.mark.parametrize("text", ["", ": section\n", ": section\n\n", "\n\n"])
def test_a_file_without_questions_says_so(tmp_path, text) -> None:
    """D20: gensim divides by zero."""
    path = tmp_path / "questions"
    path.write_text(text)
    with pytest.raises(CorpusError, match="questions holds no questions: give a file of lines"):
        PLANE.evaluate_word_analogies(path)
    assert PLANE.most_similar("a")[0][0] == "b"  # nothing stays swapped


def test_questions_without_vectors_score_0_with_a_warning(tmp_path) -> None:
    path = tmp_path / "questions"
    path.write_text(": s\nk l m n\n")
    with pytest.warns(UserWarning, match="no question has a vector") as caught:
        score, sections = PLANE.evaluate_word_analogies(path)
    assert caught[0].filename == __file__
    assert score == 0
    assert sections[-1] == {"section": "Total accuracy", "correct": [], "incorrect": []}


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("a b 1\n", {}, r"with '\\t' between them are expected, got 'a b 1': delimiter=' '"),
        ("a\tb\t1\n", {}, "1 of the 1 pairs in .* have vectors for both words"),
        ("k\tl\t1\nm\tn\t2\n", {}, "0 of the 2 pairs"),
        ("a\tb\tx\n", {}, "holds no word pairs"),
        ("a\té\t1\n", {"encoding": "ascii"}, "cannot read .* as ascii"),
        ("a\tb\t1\n", {"encoding": "none"}, "cannot read .* as none"),
    ],
)
def test_pairs_that_cannot_be_scored_say_why(tmp_path, text, options, message) -> None:
    path = tmp_path / "pairs"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Exception, match=message) as caught:
        PLANE.evaluate_word_pairs(path, **options)
    assert type(caught.value).__module__ == "w2vtui.errors"


def test_a_missing_file_is_a_file_that_is_not_found(tmp_path) -> None:
    for score in (PLANE.evaluate_word_analogies, PLANE.evaluate_word_pairs):
        with pytest.raises(FileNotFoundError, match="is not there: check the name"):
            score(tmp_path / "none")
    path = tmp_path / "questions"
    path.write_text("a b c d\n")
    with pytest.raises(ValueError, match="must be most_similar or most_similar_cosmul, got 'k'"):
        PLANE.evaluate_word_analogies(path, similarity_function="k")


def test_the_beta_function_has_its_known_values() -> None:
    for x in (0.0, 0.1, 0.5, 0.999, 1.0):
        assert incomplete_beta(x, 1, 1) == pytest.approx(x)
        assert incomplete_beta(x, 3, 1) == pytest.approx(x**3)
        assert incomplete_beta(x, 0.5, 0.5) == pytest.approx(2 / math.pi * math.asin(math.sqrt(x)))
    assert incomplete_beta(0.5, 700, 700) == pytest.approx(0.5)
    assert with_significance(0.0, 100).pvalue == 1
    assert with_significance(1.0, 100).pvalue == 0
    assert math.isnan(with_significance(math.nan, 9).pvalue)
    assert 0 < with_significance(0.5, 1000).pvalue < 1e-60
