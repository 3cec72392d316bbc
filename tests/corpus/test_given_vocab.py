"""Text encoded with a vocabulary that is given."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.texts import keep_all, sentences_of
from w2vtui.corpus import Vocab, encode_sentences, open_corpus
from w2vtui.errors import CorpusError
from w2vtui.settings import CorpusSettings

SENTENCES = [["b", "x", "a"], ["x"], ["a", "a", "New York"]]
VOCAB = Vocab(["c", "a", "New York", "b"], np.array([7, 2, 0, 9]))


def test_words_and_counts_are_those_given_and_other_tokens_are_left_out():
    corpus = encode_sentences(SENTENCES, CorpusSettings(min_count=5), vocab=VOCAB)
    assert sentences_of(corpus) == [["b", "a"], ["a", "a", "New York"]]
    assert corpus.vocab.words == VOCAB.words
    assert corpus.vocab.counts.tolist() == [7, 2, 1, 9]  # a word that is known can be drawn
    assert (corpus.n_raw_tokens, corpus.n_left_out) == (7, 2)
    assert corpus.hints == ("2 of 7 tokens are not in the vocabulary: left out",)


def test_the_cache_knows_one_vocabulary_from_another(tmp_path):
    text = tmp_path / "a.txt"
    text.write_text("b x a\nx\na a\n")
    others = [
        None,
        Vocab(["b", "a"], np.array([1, 1])),
        Vocab(["a", "b"], np.array([1, 1])),
        Vocab(["b", "a"], np.array([1, 2])),
    ]
    first = [open_corpus([text], keep_all(), vocab=vocab) for vocab in others]
    again = [open_corpus([text], keep_all(), vocab=vocab) for vocab in others]
    assert not any(corpus.from_cache for corpus in first)
    for corpus, same in zip(first, again, strict=True):
        assert same.from_cache
        assert same.vocab.words == corpus.vocab.words
        assert np.array_equal(same.vocab.counts, corpus.vocab.counts)
        assert np.array_equal(same.ids, corpus.ids)
        assert same.hints == corpus.hints
    assert [corpus.n_left_out for corpus in again] == [0, 2, 2, 2]


@pytest.mark.parametrize(
    ("vocab", "message"),
    [
        (Vocab(["c", "d"], np.array([1, 1])), "no word of the vocabulary occurs in the sentences"),
        (Vocab([], np.zeros(0, np.int64)), "no word of the vocabulary occurs in the sentences"),
        (Vocab(["a", "b", "a"], np.ones(3, np.int64)), "the vocabulary has 'a' twice"),
        (Vocab(["a", "b"], np.ones(3, np.int64)), "2 words and counts of shape"),
    ],
)
def test_a_vocabulary_that_fits_nothing_is_refused(vocab, message):
    with pytest.raises(CorpusError, match=message):
        encode_sentences(SENTENCES, keep_all(), vocab=vocab)
