"""word2vec.c's programs that ask vectors: distance, word-analogy, compute-accuracy."""

from __future__ import annotations

import io
import json
import sys

import pytest

HEAD = " " * 46 + "Word       Cosine distance\n" + "-" * 72 + "\n"
QUESTIONS = """: family
king man queen woman
MAN KING woman Queen
: gram-none
king man queen zzz
"""


@pytest.fixture
def typed(monkeypatch):
    """Give a text as standard input."""

    def give(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), "utf-8"))

    return give


def test_distance_asks_and_answers_as_the_original(w2v, vectors, typed):
    typed("king\n\nman woman\nEXIT\nqueen\n")
    result = w2v("distance", vectors, "-n", 2)
    assert (result.code, result.err) == (0, "")
    ask = "Enter word or sentence (EXIT to break): "
    assert result.out.count("Position in") == 3
    assert result.out.startswith(
        f"{ask}\nWord: king  Position in vocabulary: 0\n\n{HEAD}"
        f"{'北京':>48}\t\t0.960000\n{'queen':>50}\t\t0.800000\n{ask}{ask}"
        "\nWord: man  Position in vocabulary: 2\n\nWord: woman  Position in vocabulary: 3\n\n"
    )
    assert result.out.endswith(ask)


def test_an_unknown_word_is_said_with_suggestions_and_does_not_end_it(w2v, vectors, typed):
    typed("kin\nzzzzz king\nqueen")
    out = w2v("distance", vectors, "-n", 1).out
    assert (
        "Word: kin  Position in vocabulary: -1\nOut of dictionary word! Did you mean king?" in out
    )
    assert "Out of dictionary word!\n" in out
    assert out.endswith("(EXIT to break): \n")
    assert out.count(HEAD) == 1


def test_word_analogy_needs_three_words(w2v, vectors, typed):
    typed("man king\nman woman king x\nman queen woman\n")
    out = w2v("word-analogy", vectors, "-n", 1).out
    assert "Only 2 words were entered.. three words are needed" in out
    assert " " * 46 + "Word" + " " * 14 + "Distance\n" + "-" * 72 in out
    assert "Enter three words (EXIT to break): " in out
    typed("man queen woman")
    assert w2v("analogy", vectors, "man", "queen", "woman", "-n", 1).lines[1].split()[0] in out


def test_answers_as_json_are_a_line_each_without_prompts(w2v, vectors, typed):
    typed("king\nkin\n")
    found, unknown = map(json.loads, w2v("distance", vectors, "-n", 1, "--json").lines)
    assert found == {"words": ["king"], "found": [["北京", pytest.approx(0.96)]]}
    assert (unknown["unknown"], unknown["suggestions"]) == ("kin", ["king"])
    typed("man king\n")
    (short,) = map(json.loads, w2v("word-analogy", vectors, "--json").lines)
    assert short["error"] == "3 words are needed, got 2"


def test_hostile_questions_do_not_reach_the_terminal(w2v, vectors, typed):
    typed("\x1b]0;x\x07\nking\n")
    result = w2v("distance", vectors)
    assert result.code == 0
    assert not {"\x1b", "\x07"} & set(result.out)


def test_compute_accuracy_prints_each_section_and_the_sums(w2v, tmp_path, typed):
    path = tmp_path / "v.vec"
    path.write_text("5 3\nking 1 0 0.1\nqueen 1 1 0.1\nman 0 0 0.3\nWOMAN 0 1 0.3\nzu 0 -1 0\n")
    typed(QUESTIONS)
    result = w2v("compute-accuracy", path, 0)
    assert (result.code, result.err) == (0, "")
    scored = json.loads(
        (typed(QUESTIONS), w2v("evaluate", path, "--analogies", "-", "--json"))[1].out
    )["analogies"]["-"]
    right = scored["total"]["correct"]
    assert scored["total"]["covered"] == 2
    share = f"{100 * right / 2:.2f}"
    assert result.lines == [
        "family:",
        f"ACCURACY TOP1: {share} %  ({right} / 2)",
        f"Total accuracy: {share} %   Semantic accuracy: {share} %   Syntactic accuracy: nan % ",
        "gram-none:",
        "ACCURACY TOP1: nan %  (0 / 0)",
        f"Total accuracy: {share} %   Semantic accuracy: {share} %   Syntactic accuracy: nan % ",
        "Questions seen / total: 2 3   66.67 % ",
    ]
    typed(QUESTIONS)
    assert "Questions seen / total: 0 3   0.00 % " in w2v("compute-accuracy", path, 3).lines
    typed(QUESTIONS)
    as_json = json.loads(w2v("compute-accuracy", path, "--json").out)
    assert as_json == scored


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "stdin holds no questions"), (": a\nking man\n", "stdin, line 2: four words or")],
)
def test_bad_questions_are_refused(w2v, vectors, typed, text, message):
    typed(text)
    result = w2v("compute-accuracy", vectors)
    assert result.code == 3
    assert message in result.err


def test_a_threshold_that_is_not_a_number_is_refused_before_anything_is_read(w2v):
    result = w2v("compute-accuracy", "none.bin", "30k")
    assert result.code == 2
    assert "THRESHOLD must be a whole number, 0 for all words, got '30k'" in result.err
