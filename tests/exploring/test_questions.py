"""The query line: what each form asks, which signs are signs, and what is said of a bad line."""

from __future__ import annotations

import pytest

from w2vtui.errors import QuestionError, SettingsError
from w2vtui.exploring.questions import (
    Analogy,
    Axis,
    Comparison,
    Nearest,
    OddOneOut,
    Question,
    Search,
    parse_question,
)

COFFEE = Comparison("coffee", "tea")
ODD = OddOneOut(("breakfast", "cereal", "dinner", "lunch"))


@pytest.mark.parametrize(
    ("line", "question"),
    [
        ("rome", Nearest(("rome",))),
        ("  rome ", Nearest(("rome",))),
        ("paris - france + italy", Nearest(("paris", "italy"), ("france",))),
        ("- france + italy", Nearest(("italy",), ("france",))),
        ("king queen", Nearest(("king", "queen"))),
        ("a:b::c:?", Analogy("a", "b", "c", None)),
        (" a : b :: c : ? ", Analogy("a", "b", "c", None)),
        ("a: b ::c :?", Analogy("a", "b", "c", None)),
        ("a:b::?:d", Analogy("a", "b", None, "d")),
        ("a:?::c:d", Analogy("a", None, "c", "d")),
        ("?:b::c:d", Analogy(None, "b", "c", "d")),
        ("a:b::c", Analogy("a", "b", "c", None)),
        ("a:b::c:", Analogy("a", "b", "c", None)),
        ("a:b::c:d", Analogy("a", "b", "c", "d")),
        ("12:30 : noon :: 0:30 : ?", Analogy("12:30", "noon", "0:30", None)),
        ("coffee | tea", COFFEE),
        ("man -> woman", Axis("man", "woman")),
        ("man → woman", Axis("man", "woman")),
        ("!breakfast cereal dinner lunch", ODD),
        ("! breakfast cereal dinner lunch lunch", ODD),
        ("/^new/", Search("^new")),
        ("/^new/i", Search("^new", any_case=True)),
        ("/^new/I", Search("^new", any_case=True)),
        ("/ a b /", Search("a b")),
        ("/[[a]/", Search("[[a]")),
        ("/usr/bin", Search("usr/bin")),
        ("/", Nearest(("/",))),
        ("+ !not", Nearest(("!not",))),
        ("+ a | b", Nearest(("a", "|", "b"))),
        # signs in tokens
        ("co-op", Nearest(("co-op",))),
        ("a|b", Nearest(("a|b",))),
        ("man->woman", Nearest(("man->woman",))),
        ("std::vector", Nearest(("std::vector",))),
        ("and/or", Nearest(("and/or",))),
        ("yahoo! | google", Comparison("yahoo!", "google")),
    ],
)
def test_each_form_asks(line: str, question: Question):
    assert parse_question(line) == question


@pytest.mark.parametrize(
    ("line", "words", "question"),
    [
        ("a | b", ["a | b"], Nearest(("a | b",))),
        (" lead", [" lead", "lead"], Nearest((" lead",))),
        ("!a b c", ["!a", "b", "c"], Nearest(("!a", "b", "c"))),
        ("! a b c", ["!", "a", "b", "c"], OddOneOut(("a", "b", "c"))),
        ("!", ["!"], Nearest(("!",))),
        ("-", ["-"], Nearest(("-",))),
        ("?", ["?"], Nearest(("?",))),
        ("/s/", ["/s/"], Nearest(("/s/",))),
        ("/s/ + /t/", ["/s/", "/t/"], Nearest(("/s/", "/t/"))),
        ("std::vector - c", ["std::vector", "c"], Nearest(("std::vector",), ("c",))),
        ("std::map:x::c:?", ["std::map", "x", "c"], Analogy("std::map", "x", "c", None)),
        ("1:2:b::c:?", ["1:2", "b", "c"], Analogy("1:2", "b", "c", None)),
        ("?:b::c:?", ["?", "b", "c"], Analogy("?", "b", "c", None)),
        ("new york | rome", ["new york", "rome"], Comparison("new york", "rome")),
        # signs between known words count without blanks
        ("coffee|tea", ["coffee", "tea"], COFFEE),
        ("man->woman", ["man", "woman"], Axis("man", "woman")),
        ("a-b+c", ["a", "b", "c"], Nearest(("a", "c"), ("b",))),
        ("a-b", ["a", "b", "a-b"], Nearest(("a-b",))),
        ("x-y|z", ["x-y", "z"], Comparison("x-y", "z")),
    ],
)
def test_a_token_of_the_vocabulary_is_a_word(line: str, words: list[str], question: Question):
    assert parse_question(line, words) == question


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("  ", "no word in '': type one"),
        ("+ -", "no word in '[+] -'"),
        ("paris -", "no word after the - in 'paris -'"),
        ("a + + b", r"no word after the \+ in 'a \+ \+ b'"),
        ("!a b", "3 different words or more, .* got 2"),
        ("!", "3 different words or more, .* got 0"),
        ("//", "nothing to search for"),
        ("/(/", r"/\(/ is not a regular expression: missing"),
        ("a:b::", "two pairs of words"),
        ("a b::c:?", "two pairs of words"),
        ("1:2:b::c:?", "read in 2 ways: put blanks"),
        ("?:b::c:?", "one word to find, got 2 question marks"),
        ("a | b | c", "a comparison takes two words, as `coffee | tea`, got 'a | b | c'"),
        ("a |", "one word on each side, as `coffee | tea`: one is missing"),
        ("a b -> c", "one word on each side, as `man -> woman`: got 'a b'"),
        ("a | b -> c", "two words"),
    ],
)
def test_a_bad_line_is_explained(line: str, message: str):
    with pytest.raises(QuestionError, match=message) as caught:
        parse_question(line)
    assert isinstance(caught.value, SettingsError)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("line", ["a\x1b[2J | b | c", "/(\x1b[2J/", "\x1b[2J:x::"])
def test_what_is_said_of_a_line_is_safe(line: str):
    with pytest.raises(QuestionError) as caught:
        parse_question(line)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("question", "added", "taken"),
    [
        (Analogy("a", "b", "c", None), ("b", "c"), ("a",)),
        (Analogy("a", "b", None, "d"), ("a", "d"), ("b",)),
        (Analogy("a", None, "c", "d"), ("a", "d"), ("c",)),
        (Analogy(None, "b", "c", "d"), ("b", "c"), ("d",)),
        (Analogy("a", "b", "c", "d"), ("b", "c"), ("a",)),
    ],
)
def test_an_analogy_is_solved_for_its_place(question, added, taken):
    assert (question.sum.added, question.sum.taken) == (added, taken)
    assert set(question.words) == {*added, *taken}
    assert question.expected == ("d" if question == Analogy("a", "b", "c", "d") else None)


@pytest.mark.parametrize(
    "question",
    [
        Nearest(("a", "b"), ("c", "d")),
        Nearest((), ("c",)),
        Analogy("a", None, "c", "d"),
        Analogy("12:30", "noon", "0:30", "night"),
        COFFEE,
        Axis("man", "woman"),
        ODD,
        Search("a b", any_case=True),
    ],
)
def test_a_question_reads_back_from_its_text(question: Question):
    assert parse_question(question.text) == question
