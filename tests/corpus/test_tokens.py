"""Text to tokens, against a plain Python reading of the same text."""

from __future__ import annotations

import codecs
import re
import tracemalloc

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.support.inner_loop import examples
from tests.support.texts import (
    by_hand,
    check_against_hand,
    compiled_only,
    files_and_any_speed,
    keep_all,
    sentences_of,
    written,
)
from w2vtui.corpus import encode_sentences, open_corpus, reading
from w2vtui.corpus.counting import counting, type_table
from w2vtui.corpus.sources.byte_stream import ByteStream
from w2vtui.corpus.sources.charsets import contradiction
from w2vtui.errors import CorpusError
from w2vtui.settings import CorpusSettings

# What every way of reading promises


odd_characters = st.sampled_from(
    ["\r\n", *"aAbBİΣσहिक中_'-.,!", *" \t\n\r\x0b\x0c\x1c\x1f\x85\xa0\u2028\u3000\0\xad"]
) | st.sampled_from("\u0301\u200b\u200d\ufe0f\ufeff\U0001f600")
odd_texts = st.lists(odd_characters | st.characters(exclude_categories=["Cs"]), max_size=50).map(
    "".join
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
all_rules = st.builds(
    CorpusSettings,
    min_count=st.integers(1, 3),
    max_final_vocab=st.none() | st.integers(1, 4),
    lowercase=st.booleans(),
    tokenizer=st.sampled_from(["whitespace", "words", "characters"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-7", "gb18030"]),
)


@settings(parent=files_and_any_speed, max_examples=examples(300))
@example("a\0", CorpusSettings(min_count=1), 1, 1)
@example("\u3000", CorpusSettings(encoding="utf-16-le"), 1, 1)
@given(text=odd_texts, rules=all_rules, block_bytes=st.integers(1, 20), block_ids=st.integers(1, 9))
@pytest.mark.slow
def test_any_text_reads_as_by_hand(tmp_path, text, rules, block_bytes, block_ids):
    text = text.lstrip("\ufeff")  # in front of a text it is a mark, tested below
    data = text.encode(rules.encoding)
    heads = data, data[: max(block_bytes, 3)]
    assume(not any(contradiction(head, rules.encoding) for head in heads))  # zeros here and there
    path = written(tmp_path, data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "BLOCK_BYTES", block_bytes)
        patch.setattr(reading, "BLOCK_IDS", block_ids)
        _, words, _ = by_hand(text, rules)
        if words:
            check_against_hand(open_corpus([path], rules, cache=False), text, rules)
        else:
            with pytest.raises(CorpusError, match=r"no words? "):
                open_corpus([path], rules, cache=False)


@settings(parent=files_and_any_speed)
@given(
    data=st.lists(
        st.sampled_from([b"a", b"\xc3\xa9", b"\xc3", b"\xa9", b"\xed\xa0\x80", b" ", b"\n"])
    )
    .map(b"".join)
    .map(lambda data: data + b" z"),
    errors=st.sampled_from(["strict", "replace", "ignore"]),
    encoding=st.sampled_from(["utf-8", "ascii"]),
    block_bytes=st.integers(1, 9),
    types_at_once=st.integers(1, 3),
)
def test_invalid_bytes_are_treated_as_python_does(
    tmp_path, data, errors, encoding, block_bytes, types_at_once
):
    path = written(tmp_path, data)
    rules = keep_all(encoding=encoding, encoding_errors=errors)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type_table, "_TYPES_AT_ONCE", types_at_once)
        patch.setattr(reading, "BLOCK_BYTES", block_bytes)
        try:
            text = data.decode(encoding, errors)
        except UnicodeDecodeError as error:
            found = f"byte 0x{data[error.start]:02X} at offset {error.start} "
            with pytest.raises(CorpusError, match=re.escape(found)):
                open_corpus([path], rules, cache=False)
        else:
            check_against_hand(open_corpus([path], rules, cache=False), text, rules)


def test_arrays_are_mapped_read_only_and_of_the_promised_types(tmp_path):
    corpus = open_corpus([written(tmp_path, "a b a\nb")], keep_all())
    assert corpus.ids.dtype == np.int32
    assert corpus.sentence_starts.dtype == np.int64
    assert corpus.vocab.counts.dtype == np.int64
    assert isinstance(corpus.ids.base, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        corpus.ids[0] = 1


# White space, line ends, odd bytes


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n", "\r\r\n"])
def test_line_ends(tmp_path, end):
    corpus = open_corpus([written(tmp_path, f"a b{end}c{end}")], keep_all())
    assert sentences_of(corpus) == [["a", "b"], ["c"]]


@pytest.mark.parametrize(
    "space", "\t\x0b\x0c\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2003\u2028\u2029\u3000"
)
def test_white_space_of_every_kind_separates_and_only_newlines_end_a_line(tmp_path, space):
    corpus = open_corpus([written(tmp_path, f"a{space}b a")], keep_all())
    assert sentences_of(corpus) == [["a", "b", "a"]]


def test_nul_is_an_ordinary_character(tmp_path):
    corpus = open_corpus([written(tmp_path, "a\0b \0 a\0b \0\0")], keep_all())
    assert sentences_of(corpus) == [["a\0b", "\0", "a\0b", "\0\0"]]


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF8, "UTF8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_BE, "utf-32"),
    ],
)
@pytest.mark.parametrize("block_bytes", [1, 1000])
def test_a_byte_order_mark_is_dropped_from_every_file(
    tmp_path, monkeypatch, mark, encoding, block_bytes
):
    monkeypatch.setattr(reading, "BLOCK_BYTES", block_bytes)
    wide = {"utf-16": "utf-16-le", "utf-32": "utf-32-be"}.get(encoding, encoding)
    files = [
        written(tmp_path, mark + text.encode(wide), name)
        for name, text in [("1.txt", "caf\xe9 a"), ("2.txt", "caf\xe9 \ufeffa")]
    ]
    corpus = open_corpus(files, keep_all(encoding=encoding))
    assert sentences_of(corpus) == [["caf\xe9", "a"], ["caf\xe9", "\ufeffa"]]


def test_a_mark_alone_is_an_empty_text(tmp_path):
    with pytest.raises(CorpusError, match=r"there are no words in notes\.txt"):
        open_corpus([written(tmp_path, codecs.BOM_UTF8)], keep_all())


def test_the_last_line_of_a_file_ends_with_the_file(tmp_path):
    files = [written(tmp_path, "a b", "1.txt"), written(tmp_path, "c", "2.txt")]
    assert sentences_of(open_corpus(files, keep_all())) == [["a", "b"], ["c"]]


@compiled_only
@pytest.mark.parametrize("block_bytes", [1 << 10, 1 << 20])
def test_a_token_longer_than_a_block(tmp_path, monkeypatch, block_bytes):
    monkeypatch.setattr(reading, "BLOCK_BYTES", block_bytes)
    n_reads = 0

    def counted(source, n_bytes, read=ByteStream.read):
        nonlocal n_reads
        n_reads += 1
        return read(source, n_bytes)

    monkeypatch.setattr(ByteStream, "read", counted)
    giants = ["x" * 60_000 + "1", "x" * 60_000 + "2"]
    corpus = open_corpus([written(tmp_path, " ".join([*giants, "a", giants[0]]))], keep_all())
    assert sentences_of(corpus) == [[giants[0], giants[1], "a", giants[0]]]
    assert n_reads < 100  # each is scanned a few times, not once for every block


@compiled_only
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.slow
def test_memory_does_not_grow_with_the_line(tmp_path, workers, monkeypatch):
    """One line of 8 MB and one of 24 MB; all that may grow lies on disk."""
    monkeypatch.setattr(counting, "N_ALONE", 1)

    def peak_of(n_bytes: int) -> int:
        path = written(tmp_path, b"some words " * (n_bytes // 11), f"{n_bytes}.txt")
        tracemalloc.start()
        try:
            corpus = open_corpus([path], keep_all(), workers=workers)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            assert corpus.n_sentences == 1
            assert len(corpus.ids) == 2 * (n_bytes // 11)

    peak_of(1000)  # imports and compiles
    # Threads wait for pieces, or pieces for them: one of five, of 1 MB and its ids, and its copies.
    assert peak_of(24_000_000) < peak_of(8_000_000) + 8_000_000


def test_lone_surrogates_survive(tmp_path):
    """UTF-7 can spell half a pair; two halves stay two characters."""
    lone, halves = "\ud800", "\ud83d\ude00"
    corpus = encode_sentences([[lone, halves, lone]], keep_all())
    assert corpus.vocab.words == [lone, halves]
    path = written(tmp_path, b"a +2AA- b")
    for _ in range(2):  # read, then from the cache
        assert sentences_of(open_corpus([path], keep_all(encoding="utf-7"))) == [["a", lone, "b"]]


# Tokens and the vocabulary


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't stop, Jean-Paul!", ["Don't", "stop", "Jean-Paul"]),
        ("'tis the dogs' -- rock'n'roll-", ["tis", "the", "dogs", "rock'n'roll"]),
        ("snake_case 3.14 (x)", ["snake", "case", "3", "14", "x"]),
        ("हिन्दी भाषा।", ["हिन्दी", "भाषा"]),
        ("می\u200cخواهم،", ["می\u200cخواهم"]),
        ("e\u0301te\u0301 don’t \u2764\ufe0f", ["e\u0301te\u0301", "don’t"]),
        ("co\xadoperate 你好，世界。", ["cooperate", "你好", "世界"]),
    ],
)
def test_the_words_tokenizer_in_several_scripts(tmp_path, text, words):
    corpus = open_corpus([written(tmp_path, text)], keep_all(tokenizer="words"))
    assert sentences_of(corpus) == [words]


def test_tokens_that_lower_casing_makes_equal_share_a_count(tmp_path):
    path = written(tmp_path, "Paris paris PARIS \u039f\u0394\u039f\u03a3 \u03bf\u03b4\u03bf\u03c2")
    corpus = open_corpus([path], keep_all(lowercase=True))
    assert corpus.vocab.words == ["paris", "\u03bf\u03b4\u03bf\u03c2"]
    assert corpus.vocab.counts.tolist() == [3, 2]
    assert (corpus.n_raw_types, corpus.n_raw_tokens) == (2, 5)
