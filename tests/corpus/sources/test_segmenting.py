"""Tokenizers for text without blanks between its tokens."""

from __future__ import annotations

import pytest

from tests.support.texts import keep_all, sentences_of, written
from w2vtui.corpus import open_corpus
from w2vtui.corpus.sample import take_sample
from w2vtui.corpus.sources import segmenting
from w2vtui.corpus.sources.segmenting import by_character
from w2vtui.errors import CorpusError, SettingsError

CHINESE = "今天天气很好，我们去公园散步吧。\n他们的城市建设得很漂亮！"
KOREAN = "모든 인간은 태어날 때부터 자유롭다.\n친구를 만났다!"


def characters(text: str) -> list[str]:
    return by_character(text).split(" ")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("今天 very", list("今天very")),
        ("e\u0301a\u0308\u0323b", ["e\u0301", "a\u0308\u0323", "b"]),
        ("हिन्दी", ["हि", "न्", "दी"]),
        ("한글", ["한", "글"]),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", ["\u1112\u1161\u11ab", "\u1100\u1173\u11af"]),
        ("🇩🇪🇫🇷", ["🇩🇪", "🇫🇷"]),
        ("👍🏽ok👩‍👩‍👧", ["👍🏽", "o", "k", "👩‍👩‍👧"]),
        ("❤️!", ["❤️", "!"]),
        ("a\u3000b\u2028c", ["a", "b", "c"]),
    ],
)
def test_what_combines_with_a_character_stays_with_it(text, tokens):
    assert characters(text) == tokens


def test_each_line_of_characters_is_a_sentence(tmp_path, monkeypatch):
    text = "\ufeff今天，e\u0301\r\n\n天 气\rx"
    expected = [["今", "天", "，", "e\u0301"], ["天", "气"], ["x"]]
    for piece_bytes in (7, 1 << 16):
        monkeypatch.setattr(segmenting, "PIECE_BYTES", piece_bytes)
        corpus = open_corpus(
            [written(tmp_path, text)], keep_all(tokenizer="characters"), cache=False
        )
        assert sentences_of(corpus) == expected


def test_a_line_of_any_length_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(segmenting, "_MOST_PENDING", 100)
    monkeypatch.setattr(segmenting, "PIECE_BYTES", 64)
    path = written(tmp_path, "天气" * 50_000)  # one token of 300 KB, were it split at blanks
    corpus = open_corpus([path], keep_all(tokenizer="characters"), cache=False)
    assert corpus.vocab.words == ["天", "气"]
    assert len(corpus.ids) == 100_000
    assert len(sentences_of(corpus)) == 1


def test_bytes_that_are_not_utf_8_are_named_with_their_place(tmp_path):
    path = written(tmp_path, b"\xef\xbb\xbfab\ncd\xff\n")
    with pytest.raises(CorpusError, match="byte 0xFF at offset 8 "):
        open_corpus([path], keep_all(tokenizer="characters"))
    mended = keep_all(tokenizer="characters", encoding_errors="ignore")
    assert sentences_of(open_corpus([path], mended)) == [["a", "b"], ["c", "d"]]
    assert take_sample([path], mended).types == [b"a", b"b", b"c", b"d"]


def test_a_missing_library_is_refused_before_reading(tmp_path, monkeypatch):
    monkeypatch.setattr(segmenting, "is_installed", lambda package: False)
    for tokenizer in ("chinese", "korean"):
        with pytest.raises(SettingsError) as refused:
            open_corpus([tmp_path / "none.txt"], keep_all(tokenizer=tokenizer))
        assert str(refused.value) == (
            f"tokenizer {tokenizer} needs a library: pip install '.[{tokenizer}]' in the clone "
            "of w2vtui"
        )


def test_the_version_of_a_library_is_a_part_of_the_key():
    pytest.importorskip("jieba")
    assert segmenting.tokenizer_version(keep_all(tokenizer="chinese")) >= "0.42"
    assert segmenting.tokenizer_version(keep_all(tokenizer="words")) == ""


@pytest.mark.slow
def test_chinese_becomes_words(tmp_path, monkeypatch, capfd):
    pytest.importorskip("jieba")
    path = written(tmp_path, CHINESE)
    rules = keep_all(tokenizer="chinese")
    expected = [
        ["今天天气", "很", "好", "我们", "去", "公园", "散步", "吧"],
        ["他们", "的", "城市", "建设", "得", "很漂亮"],
    ]
    for piece_bytes in (9, 1 << 16):
        monkeypatch.setattr(segmenting, "PIECE_BYTES", piece_bytes)
        assert sentences_of(open_corpus([path], rules, cache=False)) == expected
    assert set(take_sample([path], rules).census(rules).tokens) == {*expected[0], *expected[1]}
    assert capfd.readouterr().err == ""  # it writes there, where a screen may be


@pytest.mark.slow
def test_korean_becomes_morphemes(tmp_path):
    pytest.importorskip("kiwipiepy")
    corpus = open_corpus([written(tmp_path, KOREAN)], keep_all(tokenizer="korean"))
    first, second = sentences_of(corpus)
    assert first[:3] == ["모든", "인간", "은"]
    assert {"친구", "를"} <= set(second)
    assert not {".", "!"} & {*first, *second}
