"""Sentences from Python to an encoded corpus."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.texts import files_and_any_speed, keep_all, sentences_of
from w2vtui.corpus import (
    encode_sentences,
)
from w2vtui.errors import CorpusError

# Sentences from Python


@settings(parent=files_and_any_speed)
@given(
    st.lists(st.lists(st.sampled_from(["a", "b", "New York", "\n", "A", ""]), max_size=6)),
    st.booleans(),
)
def test_sentences_keep_their_tokens_whole(sentences, lowercase):
    expected = [[w.lower() if lowercase else w for w in words if w] for words in sentences]
    expected = [words for words in expected if words]
    if expected:
        corpus = encode_sentences(iter(sentences), keep_all(lowercase=lowercase))
        assert sentences_of(corpus) == expected
        counts = Counter(word for words in expected for word in words)
        assert dict(zip(corpus.vocab.words, corpus.vocab.counts.tolist(), strict=True)) == counts
    else:
        with pytest.raises(CorpusError, match="there are no words in the sentences"):
            encode_sentences(iter(sentences), keep_all())


def test_one_sentence_of_many_tokens_from_a_generator():
    words = [str(n % 70_001) for n in range(200_000)]
    corpus = encode_sentences([(word for word in words)], keep_all())
    assert sentences_of(corpus) == [words]
    assert corpus.vocab.counts.sum() == 200_000


@pytest.mark.parametrize(
    ("sentences", "message"),
    [
        ("a text", "sentence 0 is str, not a list of words: split it first"),
        ([["a"], "a b"], "sentence 1 is str, not a list of words: split it first"),
        ([["a"], 7], "sentence 1 is int, not a list of words"),
        (7, "sentences is int, not a list of sentences: pass lists of words"),
        (Path("a.txt"), "or name a file as corpus_file"),
        ("a.txt", "name a file as corpus_file"),
        ([["a", 7]], "sentence 0 holds 7, which is not a str: write words as text, as in [[str("),
        ([["a", None]], "sentence 0 holds None, which is not a str: write words as text"),
        (
            [["a", ["b"]]],
            "sentence 0 holds ['b'], which is not a str: pass each sentence as a list",
        ),
        ([[b"a"]], "sentence 0 holds b'a', which is not a str: decode each word"),
        ([["1", True]], "sentence 0 holds True, which is not a str"),
    ],
)
def test_what_is_not_a_list_of_words_is_named(sentences, message):
    with pytest.raises(CorpusError, match=re.escape(message)):
        encode_sentences(sentences, keep_all())


@pytest.mark.parametrize("failure", [RuntimeError("broken"), TypeError("odd"), OSError(28, "full")])
@pytest.mark.parametrize("inner", [False, True])
def test_an_exception_of_the_iterator_passes_through(folders, failure, inner):
    def tokens():
        yield "a"
        raise failure

    def sentences():
        yield ["a"]
        if inner:
            yield tokens()
        raise failure

    with pytest.raises(type(failure)) as caught:
        encode_sentences(sentences(), keep_all())
    assert caught.value is failure
    assert not list(folders.temporary.iterdir())
