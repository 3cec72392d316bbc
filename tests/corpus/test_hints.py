"""What is said of a text whose tokens are not its words, and that what helps does."""

from __future__ import annotations

import subprocess

import pytest

from tests.support.texts import keep_all, posix_only, written
from w2vtui.corpus import hints, open_corpus
from w2vtui.corpus.hints import is_on_separators
from w2vtui.corpus.sample import take_sample
from w2vtui.errors import CorpusError
from w2vtui.settings import CorpusSettings

ROWS = [["12", "55", "p9", str(n)] for n in range(50)]
CHINESE = "".join(f"今天天气很好我们去公园散步吧第{n}次\n" for n in range(50))
JAPANESE = (
    "すべての人間は、生れながらにして自由であり、かつ、尊厳と権利とについて平等である。\n" * 9
)
THAI = "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ\n" * 9


def rows(separator: str) -> str:
    return "".join(separator.join(row) + "\n" for row in ROWS)


def the_hint(tmp_path, text: str, **settings) -> str:
    """The one hint on what separates words."""
    found = open_corpus([written(tmp_path, text)], keep_all(**settings)).hints
    assert not any("put a sentence on each line" in hint for hint in found)
    (hint,) = filter(is_on_separators, found)
    return hint


@pytest.mark.parametrize("separator", [",", ";", "|", "，", "、", "/"])
def test_ids_between_separators_are_split_by_the_option_that_is_named(tmp_path, separator):
    hint = the_hint(tmp_path, rows(separator))
    assert f"such as '12{separator}55{separator}p9" in hint
    assert "--tokenizer words splits there" in hint
    words = open_corpus([tmp_path / "notes.txt"], keep_all(tokenizer="words")).vocab.words
    assert set(words) == {one for row in ROWS for one in row}


@posix_only
def test_what_a_tokenizer_would_tear_apart_is_split_by_a_command(tmp_path):
    text = rows(",").replace("p9", "a_b.c")
    hint = the_hint(tmp_path, text)
    command = hint.split("as with: ")[1].split(" FILE |")[0]
    assert command == "sed 's/,/ /g'"
    split = subprocess.run(command, shell=True, input=text, stdout=subprocess.PIPE, text=True,
                           check=True).stdout  # fmt: skip
    assert "12 55 a_b.c" in split
    corpus = open_corpus([written(tmp_path, split)], keep_all())
    assert not any(map(is_on_separators, corpus.hints))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CHINESE, "--tokenizer chinese splits it into words"),
        (CHINESE.replace("我们", "，我们 "), "--tokenizer chinese"),
        (JAPANESE, "mecab -O wakati FILE | w2vtui train -"),
        (THAI, "with a segmenter of the language"),
        ('{"user":1,"items":["a","b"]}\n' * 9, "--field items reads one of its fields: user,"),
        ('{"text": "the king and the queen", "id": 3}\n' * 9, "--field text reads one of"),
        ('["a","b","c"]\n' * 9, "the text is JSON"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("tokenizer", ["whitespace", "words"])
def test_text_that_nothing_separates_is_said_to_be(tmp_path, text, said, tokenizer):
    if tokenizer == "words" and text[0] == "[":  # it does separate them
        found = open_corpus([written(tmp_path, text)], keep_all(tokenizer="words")).hints
        assert not any(map(is_on_separators, found))
        return
    hint = the_hint(tmp_path, text, tokenizer=tokenizer)
    assert said in hint
    assert ("nothing separates the words" in hint) != ("all of its fields are read" in hint)


@pytest.mark.parametrize(
    "text",
    [
        "今天 天气 很 好 我们 去 公园 散步 吧\n" * 9,
        "すべて の 人間 は 、 生れ ながら に し て 自由 で あり 、\n" * 9,
        "มนุษย์ ทั้งหลาย เกิด มา มี อิสระ และ เสมอภาค กัน\n" * 9,
        "the king, the queen; and/or 12:30 at 3,000 new_york\n" * 9,
        "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다\n" * 9,
        'he said "king": "yes"\n' * 3,
    ],
)
def test_text_with_blanks_between_its_words_is_left_alone(tmp_path, text):
    found = open_corpus([written(tmp_path, text)], keep_all()).hints
    assert not any(map(is_on_separators, found))


def test_the_hint_takes_the_place_of_a_lower_min_count(tmp_path):
    for text, said in ((rows(","), "--tokenizer words"), (CHINESE, "--tokenizer chinese")):
        with pytest.raises(CorpusError, match="no word occurs 5 times or more") as caught:
            open_corpus([written(tmp_path, text)], CorpusSettings())
        assert said in str(caught.value)
        assert "lower min_count" not in str(caught.value)


KOREAN = "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다\n" * 9


@pytest.mark.parametrize(
    ("text", "library", "taken", "advice"),
    [
        (CHINESE, True, "chinese", "--tokenizer chinese splits it into words"),
        (CHINESE, False, "characters", "'.[chinese]' in the clone of w2vtui; --tokenizer char"),
        (JAPANESE, True, "characters", "--tokenizer characters makes each character a token"),
        (KOREAN, True, "korean", "--tokenizer korean splits those off"),
        (KOREAN, False, "characters", "'.[korean]' in the clone of w2vtui; --tokenizer char"),
    ],
)
def test_the_tokenizer_of_the_language_is_proposed(
    tmp_path, monkeypatch, text, library, taken, advice
):
    monkeypatch.setattr(hints, "has_library", lambda tokenizer: library)
    sample = take_sample([written(tmp_path, text)], keep_all())
    (hint,) = hints.hints_on(sample.census(keep_all()), keep_all())
    assert (hint.setting, hint.value) == ("tokenizer", taken)
    assert advice in hint.cure
    rules = keep_all(tokenizer="characters")
    sample = take_sample([tmp_path / "notes.txt"], rules)
    assert not hints.hints_on(sample.census(rules), rules)  # it helps


def test_korean_that_was_split_is_left_alone(tmp_path):
    text = "모든 인간 은 태어나 ᆯ 때 부터 자유 롭 으며 그 존엄 과 권리 에 있 어 동등 하 다\n" * 9
    assert not open_corpus([written(tmp_path, text)], keep_all()).hints


def test_zeros_in_words_are_counted(tmp_path):
    (hint,) = open_corpus([written(tmp_path, b"a\0b a\0b cd\0 ef and more\n")], keep_all()).hints
    assert hint == "3 tokens hold NUL, byte 0: is all of it text?"


@pytest.mark.parametrize("at_once", [1, 2, 3, 100])
def test_capitals_and_punctuation_are_counted_over_all_tokens(tmp_path, monkeypatch, at_once):
    monkeypatch.setattr(hints, "_JOINED_AT_ONCE", at_once)
    text = "Élan sea, Ωmega .dot 𝐀-flat ocean… X ice ice ice\n" * 3
    found = open_corpus([written(tmp_path, text)], keep_all()).hints
    assert [hint.split(":")[0] for hint in found] == [
        "20 % of the tokens carry punctuation",
        "40 % of the tokens begin with a capital",
    ]
