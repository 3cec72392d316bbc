"""Which words a vocabulary keeps, and the errors if none are left."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.support.texts import keep_all, sentences_of, written
from w2vtui.corpus import (
    Vocab,
    open_corpus,
    reading,
)
from w2vtui.errors import CorpusError
from w2vtui.settings import CorpusSettings


def test_a_vocabulary_counts_words_and_their_occurrences():
    vocab = Vocab(["the", "of"], np.array([3, 2]))
    assert (len(vocab), vocab.n_tokens) == (2, 5)


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, None])
def test_max_final_vocab_is_exact_and_breaks_ties_by_code_point(tmp_path, limit):
    path = written(tmp_path, "b b B B a a \U0001f600 \U0001f600 z z z \uffff")
    corpus = open_corpus([path], keep_all(max_final_vocab=limit))
    assert corpus.vocab.words == ["z", "B", "a", "b", "\U0001f600", "\uffff"][:limit]


def test_sentences_without_a_word_of_the_vocabulary_vanish(tmp_path):
    corpus = open_corpus([written(tmp_path, "x\na a\ny z\na\n")], keep_all(min_count=2))
    assert sentences_of(corpus) == [["a", "a"], ["a"]]
    assert (corpus.n_raw_tokens, corpus.n_raw_types, corpus.n_sentences) == (6, 4, 2)


@pytest.mark.parametrize(
    ("text", "changed", "hint"),
    [
        ("so it goes. and on, and on and on", {}, "22 % of the tokens carry punctuation"),
        ("So it goes and on", {}, "20 % of the tokens begin with a capital"),
        ("one\ntwo\nthree\nfour five", {}, "60 % of the tokens are alone on their line"),
        ("one\ntwo\nthree four", {}, None),
        ("one\ntwo\nthree", {}, "100 % of the tokens are alone on their line"),
        ("so it goes and on", {}, None),
        ("so it goes. and on.", {"tokenizer": "words"}, None),
        ("So It Goes", {"lowercase": True}, None),
    ],
)
@pytest.mark.parametrize("block_ids", [1, 1000])
def test_hints_name_the_setting_that_would_help(
    tmp_path, monkeypatch, text, changed, hint, block_ids
):
    monkeypatch.setattr(reading, "BLOCK_IDS", block_ids)
    hints = open_corpus([written(tmp_path, text)], keep_all(**changed)).hints
    assert len(hints) == (hint is not None)
    assert all(given.startswith(hint) for given in hints)


# Errors


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "there are no words in notes.txt"),
        (" \n\t\u3000\x85\r\n", "there are no words in notes.txt"),
        ("a a b b c", "no word occurs 3 times or more in notes.txt (5 tokens): lower min_count"),
    ],
)
def test_text_that_leaves_no_words(tmp_path, folders, content, message):
    with pytest.raises(CorpusError, match=re.escape(message)):
        open_corpus([written(tmp_path, content)], CorpusSettings(min_count=3))
    assert not list(folders.cached.iterdir())


def test_punctuation_alone_leaves_no_words(tmp_path):
    with pytest.raises(CorpusError, match="there are no words in"):
        open_corpus([written(tmp_path, "... -- !")], keep_all(tokenizer="words"))
