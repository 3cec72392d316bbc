"""Tokens that are too long to be words are left out, in bounded memory."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.texts import (
    compiled_only,
    files_and_any_speed,
    keep_all,
    lines_of,
    sentences_of,
    words_by_hand,
    written,
)
from w2vtui.corpus import encode_sentences, open_corpus, reading
from w2vtui.corpus.counting import long_tokens
from w2vtui.corpus.counting.long_tokens import MOST_TOKEN_BYTES, LongTokens
from w2vtui.corpus.sample import take_sample
from w2vtui.errors import CorpusError

HINT = "of more than 65,536 bytes {} left out: is all of it text?"


@settings(parent=files_and_any_speed)
@given(
    text=st.text(st.sampled_from("ab,é\u3000。 \n\r\x1c"), max_size=80),
    block=st.integers(1, 20),
    tokenizer=st.sampled_from(["whitespace", "words"]),
)
@example(text="aaaa\u3000aéé。\u3000", block=1, tokenizer="whitespace")  # cuts within blanks
@example(text=" aa\u3000aé。。\u3000a", block=1, tokenizer="whitespace")
def test_only_long_tokens_are_left_out(text, block, tokenizer, tmp_path, monkeypatch):
    monkeypatch.setattr(long_tokens, "MOST_TOKEN_BYTES", 8)
    monkeypatch.setattr(reading, "BLOCK_BYTES", block)
    split = words_by_hand if tokenizer == "words" else str.split
    rules = keep_all(tokenizer=tokenizer)
    tokens = [split(line) for line in lines_of(text)]
    short = [[token for token in line if len(token.encode()) <= 8] for line in tokens]
    long = sum(map(len, tokens)) - sum(map(len, short))
    if not any(short):
        with pytest.raises(CorpusError, match="left out" if long else "no words in notes.txt$"):
            open_corpus([written(tmp_path, text)], rules, cache=False)
        return
    corpus = open_corpus([written(tmp_path, text)], rules, cache=False)
    assert sentences_of(corpus) == [line for line in short if line]
    assert corpus.n_raw_tokens == sum(map(len, short))
    remarks = [hint for hint in corpus.hints if "left out" in hint]
    assert remarks == ([long_tokens.remark(long)] if long else [])
    assert corpus.n_too_long == long


@settings(parent=files_and_any_speed)
@given(text=st.text(st.sampled_from("ab,é\u3000。 \n\x1c'-"), max_size=80), cuts=st.data())
def test_a_text_keeps_its_length_and_its_places(text, cuts, monkeypatch):
    monkeypatch.setattr(long_tokens, "MOST_TOKEN_BYTES", 8)
    left = LongTokens(keep_all(tokenizer="words"))
    encoded = text.encode()
    while encoded:
        at = cuts.draw(st.integers(1, len(encoded)))
        piece, encoded = encoded[:at], encoded[at:]
        found = left.blanked(piece)
        assert len(found) == len(piece)
        assert all(new in (old, 32) for new, old in zip(found, piece, strict=True))


@compiled_only
@pytest.mark.parametrize("tokenizer", ["whitespace", "words"])
def test_a_token_is_left_out_from_one_byte_over_the_limit(tokenizer, tmp_path):
    for more, kept in ((0, 3), (1, 2)):
        text = "before " + "x" * (MOST_TOKEN_BYTES + more) + " after\n"
        corpus = open_corpus([written(tmp_path, text)], keep_all(tokenizer=tokenizer))
        assert len(corpus.ids) == kept
        assert any(HINT.format("was") in hint for hint in corpus.hints) == bool(more)


@compiled_only
@pytest.mark.slow
def test_a_token_without_end_takes_no_memory(tmp_path):
    """64 MiB of one token, in blocks of 1 MiB."""
    path = tmp_path / "long.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"one two\n")
        for _ in range(64):
            file.write(b"x" * (1 << 20))
        file.write(b" three\n")
    open_corpus([written(tmp_path, "warm up")], keep_all())
    tracemalloc.start()
    try:
        corpus = open_corpus([path], keep_all(), cache=False, workers=2)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sentences_of(corpus) == [["one", "two"], ["three"]]
    assert corpus.hints[0] == "1 token " + HINT.format("was")
    assert most < 36 << 20


@compiled_only
def test_a_line_without_blanks_is_still_split_into_words(tmp_path):
    """Nothing is lost of text that has punctuation only, as East Asian text may."""
    for text in ("cat,dog,owl;" * 20_000, "猫。犬。鳥、" * 20_000):
        corpus = open_corpus([written(tmp_path, text)], keep_all(tokenizer="words"))
        assert len(corpus.vocab) == 3
        assert len(corpus.ids) == 60_000
        assert not any("left out" in hint for hint in corpus.hints)


def test_a_text_of_one_long_token_is_refused_with_the_reason(tmp_path):
    path = written(tmp_path, "x" * (MOST_TOKEN_BYTES + 1))
    with pytest.raises(CorpusError, match=r"no words in notes\.txt; 1 token of more than 65,536 b"):
        open_corpus([path], keep_all())


def test_a_sample_has_no_long_tokens_either(tmp_path):
    text = "a " + "x" * (MOST_TOKEN_BYTES + 1) + " b"
    sample = take_sample([written(tmp_path, text)], keep_all())
    assert sample.types == [b"a", b"b"]


def test_long_tokens_of_sentences_are_left_out():
    long = "é" * (MOST_TOKEN_BYTES // 2)
    corpus = encode_sentences([[long, "a"], [long + "x", "b"], [long + "x"]], keep_all())
    assert sentences_of(corpus) == [[long, "a"], ["b"]]
    assert corpus.hints[0] == "2 tokens " + HINT.format("were")
