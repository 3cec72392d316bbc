"""Sentences from Python to an encoded corpus."""

from __future__ import annotations

import re
import threading
from collections import Counter
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.texts import files_and_any_speed, keep_all, sentences_of
from w2vtui.corpus import ReadingStopped, encode_sentences
from w2vtui.corpus.counting import sentences as sentences_module
from w2vtui.errors import CorpusError

# Sentences from Python

TOKENS = ["a", "b", "New York", "\n", "A", "", "\x1c", "\u3000", "\udcff", "\udcff-", "\ud800"]
TOKENS += [5, "5", -1, 2**70, np.int8(5), np.uint64(2**64 - 1)]


def _as_array(words):
    array = np.empty(len(words), dtype=object)
    array[:] = words
    return array


@settings(parent=files_and_any_speed)
@given(
    st.lists(st.lists(st.sampled_from(TOKENS), max_size=6)),
    st.booleans(),
    st.sampled_from([list, tuple, iter, np.array]),
    st.sampled_from([1, 3, 1 << 16]),
)
def test_sentences_keep_their_tokens_whole(sentences, lowercase, kind, n_at_once):
    expected = [[str(w) for w in words if w != ""] for words in sentences]
    expected = [[w.lower() if lowercase else w for w in words] for words in expected if words]
    given = (kind(words) if kind is not np.array else _as_array(words) for words in sentences)
    if expected:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(sentences_module, "_TOKENS_AT_ONCE", n_at_once)
            corpus = encode_sentences(given, keep_all(lowercase=lowercase))
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
        ([["a", 7.0]], "sentence 0 holds 7.0, which is not a str: write words as text, as in [["),
        ([[1], [2, True]], "sentence 1 holds True, which is not a str"),
        ([[1, 2], [3, {4: 5}]], "sentence 1 holds {4: 5}, which is not a str: pass each sentence"),
        (np.array([[1.5]]), "sentence 0 holds 1.5, which is not a str"),
        (np.arange(3), "sentence 0 is int64, not a list of words"),
        (np.zeros((1, 1, 1), int), "sentence 0 holds array([0]), which is not a str"),
        ([np.array(3)], "sentence 0 is ndarray, not a list of words"),
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


WALKS = np.array([[3, 1, 2], [1, 3, 3], [70_000, 2, 1]])
WALKED = [[str(node) for node in walk] for walk in WALKS.tolist()]


@pytest.mark.parametrize(
    "walks",
    [
        WALKS,
        WALKS.astype(np.uint64),
        np.asfortranarray(WALKS.astype(np.int32)),
        WALKS.tolist(),
        list(WALKS),
        [WALKS[0].astype(np.int8), WALKS[1].astype(np.uint64), WALKS[2]],
        [WALKS[0], WALKED[1], tuple(WALKS[2])],
        WALKS.astype(str),
    ],
)
def test_ints_become_the_words_that_str_makes_of_them(walks):
    corpus = encode_sentences(walks, keep_all())
    assert sentences_of(corpus) == WALKED
    assert corpus.vocab.words == ["1", "3", "2", "70000"]
    assert corpus.vocab.counts.tolist() == [3, 3, 2, 1]


def test_rows_of_an_array_are_read_some_at_a_time(monkeypatch):
    monkeypatch.setattr(sentences_module, "_INTS_AT_ONCE", 4)
    assert sentences_of(encode_sentences(WALKS, keep_all())) == WALKED


def test_an_array_longer_than_a_batch_is_one_sentence():
    ids = np.arange(200_000) % 70_001
    assert sentences_of(encode_sentences([ids], keep_all())) == [ids.astype(str).tolist()]


def test_sentences_are_read_before_the_next_is_asked_for():
    """An iterator may use its list again, and those of groupby end with the next one."""

    def reusing(buffer):
        for words in WALKED:
            buffer[:] = words
            yield buffer

    assert sentences_of(encode_sentences(reusing([]), keep_all())) == WALKED
    assert sentences_of(encode_sentences(reusing(np.zeros(3, "U5")), keep_all())) == WALKED
    groups = (group for _, group in groupby(["a", "ab", "b", "bc", "c"], key=lambda word: word[0]))
    assert sentences_of(encode_sentences(groups, keep_all())) == [["a", "ab"], ["b", "bc"], ["c"]]


def test_an_odd_token_late_in_many_sentences_is_named_with_its_sentence():
    sentences = ([str(n % 7), "x"] if n != 150_000 else ["x", None] for n in range(200_000))
    with pytest.raises(CorpusError, match="sentence 150000 holds None"):
        encode_sentences(sentences, keep_all())


def test_a_source_is_left_at_its_next_sentence_once_it_is_stopped():
    stop, n_read = threading.Event(), 0

    def sentences():
        nonlocal n_read
        while True:
            n_read += 1
            if n_read == 3:
                stop.set()
            yield ["a", "b"]

    with pytest.raises(ReadingStopped):
        encode_sentences(sentences(), keep_all(), stop=stop)
    assert n_read == 3
