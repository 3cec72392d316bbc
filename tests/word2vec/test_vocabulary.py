"""The vocabulary calls: gensim's words, counts and reports; exact limits; clear refusals."""

from __future__ import annotations

import numpy as np
import pytest

import w2vtui
from w2vtui import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP, Word2Vec
from w2vtui.errors import CorpusError, SettingsError

SENTENCES = [["d", "a", "b", "a", "c"], ["a", "b", "e"], ["a", "b", "b", "c", "f", "f", "f"]] * 3
"""a 12, b 12, f 9, c 6, d 3, e 3"""


def model_of(**named):
    return Word2Vec(**({"vector_size": 4, "min_count": 1} | named))


def counts_of(model):
    return dict(zip(model.wv.index_to_key, map(int, model._vocabulary().counts), strict=True))


@pytest.fixture
def both(gensim_models):
    """An untrained model of gensim's and of ours."""

    def make(**named):
        named = {"vector_size": 4, "min_count": 1} | named
        return gensim_models.Word2Vec(**named), Word2Vec(**named)

    return make


def known(model):
    """Words with counts, and what else a vocabulary sets, of either program's model."""
    wv = model.wv
    counts = {word: int(wv.get_vecattr(word, "count")) for word in wv.index_to_key}
    return counts, model.corpus_count, model.corpus_total_words, model.effective_min_count


# ---- as gensim has it


def discard_a_keep_e(word, count, min_count):
    return {"a": RULE_DISCARD, "e": RULE_KEEP}.get(word, RULE_DEFAULT)


def _named(arguments):
    """A name for a case; a function's address would differ from process to process."""
    return ", ".join(
        f"{name}={getattr(value, '__name__', value)}" for name, value in arguments.items()
    )


@pytest.mark.parametrize(
    ("model", "call"),
    [
        ({}, {}),
        ({"min_count": 4}, {}),
        ({"sorted_vocab": 0}, {}),
        ({"null_word": 1}, {}),
        ({"min_count": 4}, {"keep_raw_vocab": True}),
        ({"min_count": 4}, {"trim_rule": discard_a_keep_e}),
    ],
    ids=_named,
)
def test_the_words_counts_and_figures_are_gensims(both, model, call):
    theirs, ours = both(**model)
    for one in (theirs, ours):
        one.build_vocab(SENTENCES, **call)
    assert known(ours) == known(theirs)
    assert ours.raw_vocab == dict(theirs.raw_vocab)


def test_the_order_is_gensims_up_to_ties(both):
    for named in ({}, {"sorted_vocab": 0}, {"null_word": 1, "min_count": 4}):
        theirs, ours = both(**named)
        for one in (theirs, ours):
            one.build_vocab(SENTENCES)
        expected = theirs.wv.index_to_key
        if named.get("sorted_vocab", 1):
            counts = counts_of(ours)
            expected = sorted(expected, key=lambda word: (-counts[word], word))
        assert ours.wv.index_to_key == expected


@pytest.mark.parametrize(
    ("model", "call"),
    [
        ({}, {}),
        ({"min_count": 4}, {}),
        ({"min_count": 99}, {}),
        ({"sample": 0}, {}),
        ({"sample": 0.1}, {}),
        ({"sample": 3}, {}),
        ({}, {"min_count": 4, "sample": 0.2}),
        ({}, {"min_count": 4, "trim_rule": discard_a_keep_e}),
    ],
    ids=_named,
)
def test_the_report_is_gensims(both, model, call):
    theirs, ours = both(**model)
    assert ours.scan_vocab(SENTENCES) == theirs.scan_vocab(SENTENCES) == (45, 9)
    report = ours.prepare_vocab(dry_run=True, **call)
    assert report == theirs.prepare_vocab(dry_run=True, **call)
    assert not len(ours.wv)
    assert ours.raw_vocab


@pytest.mark.parametrize("dry_run", [True, False])
def test_an_update_reports_and_adds_as_gensims_does(both, dry_run):
    theirs, ours = both(min_count=2, sample=0.05)
    reports = []
    for one in (theirs, ours):
        one.build_vocab(SENTENCES)
        one.scan_vocab([["a", "new", "new", "f", "f"], ["x"]])
        reports.append(one.prepare_vocab(update=True, dry_run=dry_run))
    assert reports[0] == reports[1]
    assert known(ours) == known(theirs)


def test_counts_alone_make_a_vocabulary(both):
    theirs, ours = both(min_count=2)
    for one in (theirs, ours):
        one.build_vocab_from_freq({"b": 3, "a": 5, "rare": 1}, corpus_count=7)
        one.build_vocab_from_freq({"a": 1, "z": 3}, update=True, corpus_count=2)
    assert counts_of(ours) == known(theirs)[0] == {"a": 6, "b": 3, "z": 3}
    assert ours.corpus_count == theirs.corpus_count == 2
    assert ours.corpus_total_words == 4


def test_a_file_is_counted_as_its_sentences_are(both, tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("\n".join(map(" ".join, SENTENCES)) + "\n")
    theirs, ours = both()
    for one in (theirs, ours):
        one.build_vocab(corpus_file=str(path))
    assert known(ours) == known(theirs)
    assert ours.scan_vocab(corpus_file=path) == (45, 9)


def test_a_rule_of_the_constructor_chooses_the_words(both):
    theirs, ours = both(min_count=4)
    del theirs, ours
    model = model_of(
        sentences=iter(SENTENCES), trim_rule=discard_a_keep_e, min_count=4, epochs=1, workers=1
    )
    assert counts_of(model) == {"b": 12, "f": 9, "c": 6, "e": 3}
    assert (model.corpus_count, model.corpus_total_words) == (9, 45)


def test_the_constructor_scans_as_build_vocab_does():
    for named in ({"null_word": 1}, {"sorted_vocab": 0}, {"max_vocab_size": 3}, {"min_count": 4}):
        built = model_of(**named)
        built.build_vocab(SENTENCES)
        trained = model_of(sentences=SENTENCES, epochs=1, workers=1, **named)
        assert trained.wv.index_to_key == built.wv.index_to_key
        assert known(trained) == known(built)


# ---- where we are exact


@pytest.mark.parametrize("limit", ["max_vocab_size", "max_final_vocab"])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_limit_is_met_exactly(limit, n):
    model = model_of(**{limit: n})
    model.build_vocab(SENTENCES)
    assert model.wv.index_to_key == ["a", "b", "f", "c", "d"][:n]


def test_words_that_a_rule_keeps_are_within_the_limit_first():
    model = model_of(max_final_vocab=2)
    model.build_vocab(SENTENCES, trim_rule=discard_a_keep_e)
    assert model.wv.index_to_key == ["b", "e"]
    assert model.effective_min_count == 3


def test_the_memory_of_a_vocabulary_is_at_least_that_of_its_arrays():
    model = model_of(vector_size=100)
    found = model.estimate_memory(1000)
    assert set(found) == {"vocab", "vectors", "syn1neg", "total"}
    assert found["total"] == sum(found.values()) - found["total"]
    assert found["vectors"] >= 1000 * 100 * 4
    assert set(model_of(hs=1).estimate_memory(10)) == {"vocab", "vectors", "syn1", "total"}
    model.build_vocab(SENTENCES)
    assert model.estimate_memory() == model.estimate_memory(6)


# ---- online


@pytest.mark.parametrize("hs", [0, 1])
def test_an_update_keeps_the_old_vectors_and_begins_new_ones(hs):
    model = model_of(sentences=SENTENCES, hs=hs, epochs=1, workers=1)
    before = {word: model.wv[word].copy() for word in model.wv.index_to_key}
    model.build_vocab([["new", "a", "other"]], update=True)
    assert model.wv.index_to_key == [*before, "new", "other"]
    for word, vector in before.items():
        assert np.array_equal(model.wv[word], vector)
    assert np.ptp(model.wv["new"]) > 0
    assert not np.array_equal(model.wv["new"], model.wv["other"])
    assert (model.corpus_count, model.corpus_total_words) == (1, 3)
    model.train([["new", "a", "other"]] * 9, total_examples=9, epochs=2)
    assert not np.array_equal(model.wv["a"], before["a"])


def test_a_vocabulary_can_be_built_again():
    model = model_of(sentences=SENTENCES, epochs=1, workers=1)
    model.build_vocab([["x", "y"]])
    assert model.wv.index_to_key == ["x", "y"]
    assert not model.syn1neg.any()


def test_one_model_begins_with_the_words_of_another():
    first = model_of(sentences=SENTENCES, epochs=1, workers=1)
    second = model_of(vector_size=6)
    second.reset_from(first)
    assert second.wv.vectors.shape == (6, 6)
    assert second.wv.index_to_key == first.wv.index_to_key
    assert second.wv is not first.wv
    assert known(second) == known(first)
    second.train(SENTENCES, total_examples=9, epochs=1)


# ---- refusals


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda m: m.build_vocab(), TypeError, "one of the two; got neither"),
        (lambda m: m.build_vocab([], "x"), TypeError, "one of the two; got both"),
        (lambda m: m.build_vocab("text"), CorpusError, "sentence 0 is str"),
        (lambda m: m.build_vocab(["some text"]), CorpusError, "split it first"),
        (lambda m: m.build_vocab(5), CorpusError, "sentences is int"),
        (lambda m: m.build_vocab([["a", ["b"]]]), CorpusError, "which is not a str"),
        (lambda m: m.build_vocab(corpus_file="no.txt"), CorpusError, "there is no"),
        (lambda m: m.build_vocab([["a"]], update=True), RuntimeError, "online update"),
        (lambda m: m.build_vocab([["a"]], trim_rule=3), TypeError, "trim_rule must be"),
        (lambda m: m.build_vocab([["a"]], trim_rule=lambda *_: 9), ValueError, "got 9 for 'a'"),
        (lambda m: m.build_vocab([[]]), CorpusError, "no word"),
        (lambda m: m.build_vocab_from_freq({"a": -1}), ValueError, "got -1 for 'a'"),
        (lambda m: m.build_vocab_from_freq({3: 1}), ValueError, "words as keys, got 3"),
        (lambda m: m.build_vocab_from_freq([("a", 1)]), TypeError, "word_freq must be a dict"),
        (lambda m: m.prepare_vocab(), RuntimeError, "scan a corpus first"),
        (lambda m: m.prepare_vocab(sample=-1), SettingsError, "sample must be"),
        (lambda m: m.init_weights(), RuntimeError, "build the vocabulary"),
        (lambda m: m.reset_from(model_of()), RuntimeError, "build the vocabulary"),
    ],
)
def test_a_wrong_call_says_what_to_do(call, error, message):
    model = model_of()
    with pytest.raises(error, match=message):
        call(model)
    assert not len(model.wv)


def test_nothing_above_min_count_is_refused_with_advice():
    with pytest.raises(CorpusError, match=r"no word occurs 50 times or more.*lower min_count"):
        model_of(min_count=50).build_vocab(SENTENCES)


def test_what_a_rule_or_an_iterator_raises_passes_through():
    def failing():
        yield ["a"]
        raise OSError("lost")

    def rule(word, count, min_count):
        raise LookupError(word)

    model = model_of()
    with pytest.raises(OSError, match="lost"):
        model.build_vocab(failing())
    with pytest.raises(LookupError):
        model.build_vocab(SENTENCES, trim_rule=rule)


@pytest.mark.usefixtures("gensim_models")
def test_the_package_offers_the_rules():
    utils = pytest.importorskip("gensim.utils")
    assert (w2vtui.RULE_DEFAULT, w2vtui.RULE_DISCARD, w2vtui.RULE_KEEP) == (
        utils.RULE_DEFAULT, utils.RULE_DISCARD, utils.RULE_KEEP,
    )  # fmt: skip
