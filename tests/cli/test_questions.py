"""Questions about words on the command line: analogies, comparisons, axes, odd ones, clusters."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.support.hostile_words import HOSTILE, assert_harmless
from tests.support.processes import QUICK
from w2vtui.formats import save_vectors
from w2vtui.vectors import WordVectors

TWO = f"{2 / 5**0.5:.3f}"


def test_neighbors_answers_every_question_of_the_line(w2v, vectors):
    result = w2v("neighbors", vectors, "man:king::woman:queen", "king | queen", "man -> woman",
                 "!king queen man", "/an$/", "-n", 1)  # fmt: skip
    assert (result.code, result.err) == (0, "")
    assert result.lines == [
        "man:king::woman:queen",
        f"  queen   {TWO}",
        f"  expected queen: place 1 ({TWO})",
        "king | queen",
        "  cosine 0.800",
        "  queen is number 2 of the nearest words of king",
        "  king is number 2 of the nearest words of queen",
        "  shared by the 4 nearest words of both: 4",
        "    北京   0.960   0.936",
        "man -> woman",
        "  woman  +1.000",
        "  queen  +0.600",
        "  ...",
        "  king   +0.000",
        "  man    -1.000",
        "  of the 6 most frequent words",
        "!king queen man",
        "  king    0.400",
        "  queen   0.100",
        "  man    -0.300  odd one out",
        "/an$/",
        "  man",
        "  2 of 6 words",
    ]


def test_odd_prints_as_many_words_as_are_wanted(w2v, vectors):
    result = w2v("odd", vectors, "king", "queen", "man", "-n", 1)
    assert result.lines == ["!king queen man", "  man  -0.300  odd one out"]


@pytest.mark.parametrize(
    "words", ["king | queen", "! king queen man", "man : king :: woman : ?", "!king queen man"]
)
def test_a_question_needs_no_quotes(w2v, vectors, words):
    result = w2v("neighbors", vectors, *words.split())
    assert result.code == 0
    assert result == w2v("neighbors", vectors, words)
    assert result.lines[0] == words


@pytest.mark.parametrize(
    ("argv", "others"),
    [
        (["analogy", "man:king::woman:?"], ["analogy", "man", "king", "woman"]),
        (["analogy", "man:king::woman:zu"], ["analogy", "man", "king", "woman", "zu"]),
        (["analogy", "man", ":", "king", "::", "woman", ":", "?"], ["analogy", "man:king::woman"]),
        (["compare", "king | queen"], ["compare", "king", "queen"]),
        (["axis", "man -> woman", "zu"], ["axis", "man", "woman", "zu"]),
        (["odd", "!king queen man"], ["odd", "king", "queen", "man"]),
    ],
)
def test_words_and_a_line_ask_the_same(w2v, vectors, argv, others):
    first, second = (w2v(verb, vectors, *words) for verb, *words in (argv, others))
    assert (first.code, first.err) == (0, "")
    assert first == second


def test_another_word_of_the_four_is_asked(w2v, vectors):
    # king + woman - queen: (1.96 / 2) * (1.28 / 2) / (1.936 / 2)
    result = w2v("analogy", vectors, "?:king::woman:queen", "-n", 1, "--method", "3cosmul")
    assert result.lines == ["? is to king as woman is to queen", "  北京   0.648"]


def test_answers_are_json(w2v, vectors):
    answer = json.loads(w2v("analogy", vectors, "man:king::woman:queen", "--json").out)
    assert (answer["question"], answer["rank"]) == ("man:king::woman:queen", 1)
    assert answer["words"][0] == {
        "word": "queen", "score": pytest.approx(2 / 5**0.5, abs=1e-6), "count": None, "row": 1,
    }  # fmt: skip
    assert json.loads(w2v("compare", vectors, "king", "queen", "--json").out)["rank_of_b"] == 2
    axis = json.loads(w2v("axis", vectors, "man", "woman", "zu", "--json").out)
    assert [one["word"] for one in (*axis["ends"], *axis["placed"])] == ["man", "woman", "zu"]
    assert json.loads(w2v("odd", vectors, "king", "queen", "man", "--json").out)["odd"] == "man"
    found = json.loads(w2v("neighbors", vectors, "king", "/an/", "--json").out)
    assert found["/an/"]["n_words"] == 2
    assert found["king"][0][0] == "北京"


def test_answers_as_json_have_their_words_under_one_key(w2v, vectors):
    for verb, words, question, first, last in (
        ("compare", ["king", "queen"], "king | queen", "king", "queen"),
        ("odd", ["king", "queen", "man"], "!king queen man", "king", "man"),
        ("axis", ["man", "woman", "-n", 1], "man -> woman", "woman", "man"),
    ):
        found = json.loads(w2v(verb, vectors, *words, "--json").out)
        listed = [one["word"] for one in found["words"]]
        assert (found["question"], listed[0], listed[-1]) == (question, first, last)
        assert all(one["count"] is None for one in found["words"])
    found = json.loads(w2v("map", vectors, "--json").out)
    assert [one["row"] for one in found["words"]] == list(range(found["total"]))


def test_clusters_are_named_by_their_words(w2v, vectors):
    result = w2v("clusters", vectors, "-k", 2, "-n", 2)
    assert (result.code, result.err) == (0, "")
    assert result.lines[0].startswith("2 clusters of the 6 most frequent words of 6, mean cosine 0")
    assert len(result.lines) == 3
    assert w2v("clusters", vectors, "-k", 6).lines[1].startswith("     1 word   1.000  ")
    found = json.loads(w2v("clusters", vectors, "-k", 2, "--restrict", 4, "--json").out)
    assert sum(one["n_words"] for one in found["clusters"]) == found["searched"] == 4
    assert w2v("clusters", vectors, "--json") == w2v("clusters", vectors, "--json", "--seed", 1)


@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        (["analogy", "king"], 2, "'king' is not an analogy: give three words a b c"),
        (["compare", "king"], 3, "there is no run 'king'"),
        (["axis", "king"], 2, "an axis leads from one word to another, got 'king'"),
        (["axis", "king", "king"], 2, "point the same way"),
        (["axis", "man", "woman", "kign"], 3, "did you mean king?"),
        (["odd", "king", "queen", "kign"], 3, "did you mean king?"),
        (["compare", "king", "kign"], 3, "did you mean king?"),
        (["analogy", "man", "king", "woman", "kign"], 3, "did you mean king?"),
        (["neighbors", "/(/"], 2, "is not a regular expression"),
        (["neighbors", "king | a | b"], 2, "a comparison takes two words"),
        (["compare", "king", "queen", "--vectors", "output"], 3, "output vectors are not known"),
    ],
)
def test_a_question_without_an_answer_is_explained(w2v, vectors, argv, code, message):
    result = w2v(argv[0], vectors, *argv[1:])
    assert (result.code, result.out) == (code, "")
    assert message in result.err
    assert result.err.count("\n") == 1


def test_output_vectors_are_asked(w2v, tmp_path):
    output = np.array([[0, 1], [1, 0], [1, 1]], dtype=np.float32)
    words = WordVectors(["a", "b", "c"], np.ones((3, 2)), None, output)
    save_vectors(words, tmp_path / "v", layout="folder")
    assert w2v("compare", tmp_path / "v", "a", "b").lines[1] == "  cosine 1.000"
    asked = w2v("compare", tmp_path / "v", "a", "b", "--vectors", "output")
    assert asked.lines[1] == "  cosine 0.000"
    summed = w2v("neighbors", tmp_path / "v", "a", "--vectors", "sum")
    assert summed.lines[1:] == ["  c   0.949", "  b   0.800"]


def test_hostile_words_stay_harmless(w2v, tmp_path):
    words = [*HOSTILE, "plain", "other"]
    path = tmp_path / "v.vec"
    rows = "".join(f"{word} {place + 1} {place % 3}\n" for place, word in enumerate(words))
    path.write_text(f"{len(words)} 2\n{rows}", encoding="utf-8")
    for argv in (
        ["neighbors", f"{HOSTILE[0]} | plain", "/./", f"{HOSTILE[1]}:plain::{HOSTILE[2]}:other"],
        ["compare", *HOSTILE[:2]],
        ["axis", *HOSTILE[:3]],
        ["odd", *HOSTILE[:4]],
        ["analogy", *HOSTILE[:4]],
        ["clusters", "-k", 2],
        ["compare", "plain", "\x1b[2K"],
        ["neighbors", "/(\x1b[2K/"],
    ):
        for flags in ([], ["--json"]):
            result = w2v(argv[0], path, *argv[1:], *flags)
            assert result.out or result.err
            assert_harmless(result.out, result.err)


def test_a_saved_run_is_asked(w2v, tmp_path, topical_corpus, monkeypatch):
    monkeypatch.setenv("W2VTUI_RUNS_DIR", str(tmp_path / "runs"))
    assert w2v("train", topical_corpus, *QUICK).code == 0
    given = w2v("compare", "last", "ship", "cow", "--vectors", "output", "--limit", 50)
    assert given.code == 0
    assert "vectors of run" in given.err
    assert w2v("compare", "last", "ship", "cow").out != given.out
