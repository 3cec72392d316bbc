"""`w2vtui neighbors`, `analogy` and `evaluate`: what is asked of saved vectors."""

from __future__ import annotations

import json
import unicodedata

import pytest

from tests.support.processes import Result

# ---- neighbors


def test_neighbors_are_shown_nearest_first_with_their_cosines(w2v, vectors):
    result = w2v("neighbors", vectors, "king", "woman", "-n", 3)
    assert result == Result(
        0,
        "king\n  北京    0.960\n  queen   0.800\n  man     0.000\n"
        "woman\n  queen   0.600\n  北京    0.280\n  king    0.000\n",
        "",
    )


def cells(text: str) -> int:
    """Terminal cells, by the Unicode tables themselves."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def test_the_cosines_stand_in_one_column_whatever_the_words(w2v, tmp_path):
    words = [
        "cow",
        "北京",
        "ｗｉｄｅ",
        "e\u0301te\u0301",
        "ñandú",
        "한국어",
        "مرحبا",
        "extraordinarily",
    ]
    path = tmp_path / "v.vec"
    rows = "".join(f"{word} {place + 1} 1\n" for place, word in enumerate(words))
    path.write_text(f"{len(words)} 2\n{rows}", encoding="utf-8")
    result = w2v("neighbors", path, "北京", "cow", "-n", 20)
    assert result.code == 0
    found = [line for line in result.lines if line.startswith(" ")]
    assert len(found) == 2 * (len(words) - 1)
    assert {word for line in found for word in [line.split()[0]]} == set(words)
    assert {cells(line) for line in found} == {cells("  extraordinarily   0.000")}


def test_sums_of_words_are_asked_for(w2v, vectors):
    result = w2v("neighbors", vectors, "king - man + woman", "- zu", "queen man", "-n", 1)
    assert result.code == 0
    # (0,1) - (-1,0) + (1,0) = (2,1): nearest of the words not asked about is queen, 2/sqrt 5.
    assert result.lines[:2] == ["king - man + woman", f"  queen   {2 / 5**0.5:.3f}"]
    assert result.lines[2:4] == ["- zu", "  king   1.000"]
    assert result.lines[4] == "queen man"


@pytest.mark.parametrize("minus", ["-", "\N{MINUS SIGN}"])
def test_a_sum_needs_no_quotes(w2v, vectors, minus):
    words = f"king {minus} man + woman"
    result = w2v("neighbors", vectors, *words.split(), "-n", 1)
    assert result.lines == [words, f"  queen   {2 / 5**0.5:.3f}"]


def test_a_word_that_begins_with_a_dash_and_a_sign_alone_are_words(w2v, tmp_path):
    path = tmp_path / "v.vec"
    path.write_text("-king 1 0\n- 1 0.1\nman 0 1\n")
    result = w2v("neighbors", path, "-n", 1, "--", "-king", "-")
    assert result.lines == ["-king", "  -   0.995", "-", "  -king   0.995"]


def test_vectors_of_a_training_that_diverged_can_be_looked_at(w2v, tmp_path):
    path = tmp_path / "v.vec"
    path.write_text("king nan 1\nqueen 1 0\nman 1 1\n")
    refused = w2v("neighbors", path, "queen")
    assert refused.code == 3
    assert "line 1: the vector of 'king' holds nan" in refused.err
    result = w2v("neighbors", path, "king", "queen", "--skip-bad-rows")
    assert result.code == 3
    assert result.lines == ["queen", "  man   0.707"]
    assert "hint: " in result.err
    assert "1 row cannot be read and is left out: line 1" in result.err
    assert "no vector for 'king'" in result.err


def test_what_was_mended_is_said_and_options_of_reading_work(w2v, tmp_path):
    path = tmp_path / "v.vec"
    path.write_bytes(b"king 1 0\nking 0 1\nna\xefve 1 0.5\nman 1 x\nqueen 1 0.1")
    assert "--encoding-errors replace" in w2v("neighbors", path, "king", "--skip-bad-rows").err
    assert "--skip-bad-rows" in w2v("neighbors", path, "king", "--encoding-errors", "replace").err
    flags = ("--encoding-errors", "replace", "--skip-bad-rows")
    result = w2v("neighbors", path, "king", *flags)
    assert result.lines == ["king", "  queen   0.995", "  na\ufffdve   0.894"]
    assert result.err.count("hint: ") == 4
    assert w2v("analogy", path, "king", "king", "king", "--limit", 1).lines == [
        "king is to king as king is to"
    ]
    assert w2v("neighbors", path, "king", "--limit", 2).lines == ["king"]


def test_an_unknown_word_gets_suggestions_and_the_others_are_answered(w2v, vectors):
    result = w2v("neighbors", vectors, "kign", "queen", "quen - man", "-n", 1)
    assert result.code == 3
    assert result.lines == ["queen", "  北京   0.936"]
    assert "no vector for 'kign': did you mean king?" in result.err
    assert "no vector for 'quen': did you mean queen?" in result.err


def test_neighbors_as_json(w2v, vectors):
    result = w2v("neighbors", vectors, "king", "nothing", "- zu", "-n", 2, "--json")
    assert result.code == 3
    assert "no vector for 'nothing'" in result.err
    found = json.loads(result.out)
    assert list(found) == ["king", "- zu"]
    assert [word for word, _ in found["king"]] == ["北京", "queen"]
    assert found["king"][0][1] == pytest.approx(0.96, abs=1e-5)
    assert "北京" in result.out  # letters as they are
    assert len(result.lines) == 1


@pytest.mark.parametrize("query", ["", " ", "+", "- +"])
def test_a_query_without_a_word_is_refused(w2v, vectors, query):
    result = w2v("neighbors", vectors, query)
    assert result.code == 2
    assert "no word in" in result.err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot read"),
        (b"", "is empty"),
        (b"\x80\x04\x95pickle", "is a pickle"),
        (b"2 2\na 1 2\n", "cut short"),
        (b"2 2\na 1 2\nb 1 x\n", "line 3"),
    ],
)
@pytest.mark.parametrize(
    "argv", [["neighbors", "{0}", "a"], ["analogy", "{0}", "a", "b", "c"]], ids=lambda a: a[0]
)
def test_unreadable_vectors_are_reported(w2v, tmp_path, content, message, argv):
    path = tmp_path / "v.vec"
    if content is not None:
        path.write_bytes(content)
    result = w2v(*(word.format(path) for word in argv))
    assert (result.code, result.out) == (3, "")
    assert message in result.err


# ---- analogy


def test_an_analogy_is_answered(w2v, vectors):
    result = w2v("analogy", vectors, "man", "king", "woman", "-n", 1)
    assert result == Result(0, f"man is to king as woman is to\n  queen   {2 / 5**0.5:.3f}\n", "")
    found = json.loads(w2v("analogy", vectors, "man", "king", "woman", "-n", 2, "--json").out)
    assert [word for word, _ in found] == ["queen", "北京"]


def test_an_unknown_word_of_an_analogy_is_reported(w2v, vectors):
    result = w2v("analogy", vectors, "man", "king", "womann")
    assert (result.code, result.out) == (3, "")
    assert "no vector for 'womann': did you mean woman?" in result.err


# ---- evaluate


@pytest.fixture
def questions(tmp_path):
    pairs, analogies = tmp_path / "pairs.txt", tmp_path / "analogies.txt"
    pairs.write_text("king queen 9\nking woman 5\nking zu 1\nking nobody 3\n")
    analogies.write_text(
        ": people\nman king woman queen\nking man queen nobody\n: gram-zu\nman king woman zu\n"
    )
    return pairs, analogies


def test_vectors_are_scored(w2v, vectors, questions):
    pairs, analogies = questions
    result = w2v("evaluate", vectors, "--pairs", pairs, "--analogies", analogies)
    assert result.code == 0
    assert result.lines == [
        "pairs.txt  Spearman 1.000  (3 of 4 pairs)",
        "analogies.txt",
        "  people     100.0%  (1 of 1 correct, 1 not covered)",
        "  gram-zu      0.0%  (0 of 1 correct, 0 not covered)",
        "  ---------",
        "  semantic   100.0%  (1 of 1 correct, 1 not covered)",
        "  syntactic    0.0%  (0 of 1 correct, 0 not covered)",
        "  total       50.0%  (1 of 2 correct, 1 not covered)",
    ]


def test_scores_as_json_and_restricted_to_frequent_words(w2v, vectors, questions):
    pairs, analogies = map(str, questions)
    command = ("evaluate", vectors, "--pairs", pairs, "--analogies", analogies, "--json")
    scores = json.loads(w2v(*command).out)
    assert scores["pairs"][pairs]["spearman"] == 1.0
    assert (scores["pairs"][pairs]["covered"], scores["pairs"][pairs]["total"]) == (3, 4)
    assert scores["analogies"][analogies]["total"] == {
        "accuracy": 0.5, "correct": 1, "covered": 2, "total": 3,
    }  # fmt: skip
    restricted = json.loads(w2v(*command, "--restrict", 3).out)["analogies"][analogies]
    assert restricted["total"] == {"accuracy": None, "correct": 0, "covered": 0, "total": 3}
    assert restricted["sections"]["gram-zu"]["total"] == 1


@pytest.mark.parametrize("flag", ["--pairs", "--analogies"])
def test_an_unreadable_file_of_questions_is_reported(w2v, vectors, tmp_path, flag):
    wrong = tmp_path / "wrong.txt"
    for content, message in ((None, "cannot read"), ("a b 1\na b\n", "line "), ("", "holds no")):
        if content is not None:
            wrong.write_text(content)
        result = w2v("evaluate", vectors, flag, wrong)
        assert (result.code, result.out) == (3, "")
        assert message in result.err
