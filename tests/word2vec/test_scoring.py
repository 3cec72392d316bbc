"""`predict_output_word` and `score`: probabilities that sum to 1 and agree with each other."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.corpora import topical_sentences
from w2vtui import Word2Vec

SENTENCES = topical_sentences(200)
SMALL = {"vector_size": 8, "min_count": 1, "workers": 1, "epochs": 3, "alpha": 0.05}


MODES = [(0, 0), (0, 1), (1, 0), (1, 1)]


@pytest.fixture(scope="module", params=MODES, ids="sg {0[0]} hs {0[1]}".format)
def model(request):
    sg, hs = request.param
    return Word2Vec(SENTENCES, sg=sg, hs=hs, **SMALL)


@pytest.fixture(scope="module", params=[0, 1], ids="sg {}".format)
def tree_model(request):
    return Word2Vec(SENTENCES, sg=request.param, hs=1, window=2, **SMALL)


def test_the_probabilities_of_all_words_sum_to_one(model):
    found = model.predict_output_word(["ship", "unknown", "captain"], topn=None)
    assert len(found) == len(model.wv)
    assert sum(share for _, share in found) == pytest.approx(1)
    assert [share for _, share in found] == sorted((share for _, share in found), reverse=True)
    assert found[:3] == model.predict_output_word(["ship", "captain"], topn=3)
    assert model.predict_output_word(["ship"], topn=0) == []
    assert len(model.predict_output_word(["ship"])) == 10


def test_prediction_is_gensims_softmax(model, gensim_models):
    if model.hs:
        pytest.skip("gensim has none for hierarchical softmax")
    theirs = gensim_models.Word2Vec(SENTENCES, sg=model.sg, vector_size=8, min_count=1, epochs=1)
    rows = [theirs.wv.key_to_index[word] for word in model.wv.index_to_key]
    theirs.wv.vectors[rows] = model.wv.vectors
    theirs.syn1neg[rows] = model.syn1neg
    theirs.wv.fill_norms(force=True)
    expected = theirs.predict_output_word(["ship", "cow"], topn=26)
    found = dict(model.predict_output_word(["ship", "cow"], topn=26))
    assert found == pytest.approx({word: float(share) for word, share in expected}, rel=1e-4)


def test_words_that_are_sorted_take_their_output_vectors_along():
    model = Word2Vec(SENTENCES, sorted_vocab=0, **SMALL)
    assert list(model.wv.counts) != sorted(model.wv.counts, reverse=True)
    before = dict(model.predict_output_word(["ship", "cow"], topn=None))
    model.wv.sort_by_descending_frequency()
    assert list(model.wv.counts) == sorted(model.wv.counts, reverse=True)
    assert dict(model.predict_output_word(["ship", "cow"], topn=None)) == pytest.approx(before)
    assert model.syn1neg is model.wv.output_vectors


def test_nothing_is_predicted_without_a_known_word(model):
    for words in (["unknown"], []):
        with pytest.warns(UserWarning, match="no context word has a vector"):
            assert model.predict_output_word(words) is None
    with pytest.raises(TypeError, match="split it first"):
        model.predict_output_word("ship")
    with pytest.raises(KeyError, match="text, got 3"):
        model.predict_output_word([3])


def log_share(model, word, *context):
    return np.log(dict(model.predict_output_word(context, topn=None))[word])


def test_a_sentence_is_scored_by_the_probabilities_of_its_words(tree_model):
    pair = log_share(tree_model, "ship", "cow") + log_share(tree_model, "cow", "ship")
    three = ["ship", "cow", "barn"]
    if tree_model.sg:
        others = [(a, b) for a in three for b in three if a != b]
        triple = sum(log_share(tree_model, a, b) for a, b in others)
    else:
        triple = sum(log_share(tree_model, a, *(b for b in three if b != a)) for a in three)
    scores = tree_model.score([["ship", "cow"], three, ["ship", "unheard", "cow"], [], ["ship"]])
    assert scores[:4] == pytest.approx([pair, triple, pair, 0.0], abs=1e-4)
    assert scores.dtype == np.float64


def test_words_beyond_the_window_do_not_count(tree_model):
    """With a window of 2 the ends of four words do not see each other."""
    near, far = tree_model.score([["a", "ship", "cow"], ["a", "ship", "cow", "barn"]])
    assert far < near
    if tree_model.sg:
        added = sum(
            log_share(tree_model, *pair)
            for a in ("ship", "cow") for pair in ((a, "barn"), ("barn", a))
        )  # fmt: skip
        assert far - near == pytest.approx(added, abs=1e-4)


def test_many_sentences_are_scored_as_each_alone(tree_model, monkeypatch):
    whole = tree_model.score(iter(SENTENCES))
    monkeypatch.setattr("w2vtui.word2vec.scoring_calls._WORDS_AT_ONCE", 50)
    assert tree_model.score(SENTENCES) == pytest.approx(whole, rel=1e-6)
    assert len(whole) == len(SENTENCES)
    assert tree_model.score([]).shape == (0,)


def test_sentences_of_the_text_are_likelier_than_shuffled_words(tree_model):
    random = np.random.default_rng(1)
    words = [word for sentence in SENTENCES for word in sentence]
    random.shuffle(words)
    shuffled = iter(words)
    mixed = [[next(shuffled) for _ in sentence] for sentence in SENTENCES]
    assert tree_model.score(SENTENCES).sum() > tree_model.score(mixed).sum()


def test_only_a_tree_scores_sentences():
    model = Word2Vec(**SMALL)
    with pytest.raises(RuntimeError, match="build the vocabulary"):
        model.score(SENTENCES)
    model.build_vocab(SENTENCES)
    with pytest.raises(RuntimeError, match="train a model with hs=1"):
        model.score(SENTENCES)
    with pytest.raises(TypeError, match="split it first"):
        Word2Vec(SENTENCES, hs=1, **SMALL).score(["the ship"])
