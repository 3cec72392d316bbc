"""The Python class: gensim's names, errors before anything is read, vectors that mean something."""

from __future__ import annotations

import gzip
import hashlib
import inspect
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import pytest

import w2vtui
from tests.support.corpora import TOPICS, topic_margin, topical_sentences
from tests.support.inner_loop import outside
from tests.support.threads import until_threads_end
from w2v_kernels.machine import compiling
from w2vtui import Word2Vec
from w2vtui.errors import CorpusError, DivergedError, SettingsError
from w2vtui.training.run import Run

SMALL = {"vector_size": 8, "min_count": 1, "epochs": 1, "workers": 1}

GENSIM = {
    "sentences": None,
    "corpus_file": None,
    "vector_size": 100,
    "alpha": 0.025,
    "window": 5,
    "min_count": 5,
    "max_vocab_size": None,
    "sample": 1e-3,
    "seed": 1,
    "workers": 3,
    "min_alpha": 1e-4,
    "sg": 0,
    "hs": 0,
    "negative": 5,
    "ns_exponent": 0.75,
    "cbow_mean": 1,
    "hashfxn": hash,
    "epochs": 5,
    "null_word": 0,
    "trim_rule": None,
    "sorted_vocab": 1,
    "batch_words": 10_000,
    "compute_loss": False,
    "callbacks": (),
    "comment": None,
    "max_final_vocab": None,
    "shrink_windows": True,
}
"""Names, order and defaults of gensim 4's Word2Vec."""


class Lost(Exception):  # noqa: N818 - as a caller may name it
    """What an iterator of somebody else's raises."""


def untouchable():
    """Sentences that no test may read."""
    raise AssertionError("the corpus was read before the settings were checked")
    yield


@pytest.fixture
def settings_of_run(monkeypatch):
    """The settings that runs are made with, instead of training."""
    seen = []

    class Recorded(Exception):  # noqa: N818 - not a failure
        pass

    def record(self, read_corpus, training, live, **options):
        seen.append((training, live))
        raise Recorded

    monkeypatch.setattr(Run, "__init__", record)

    def settings_for(**named):
        with pytest.raises(Recorded):
            Word2Vec([["a", "b"]] * 5, **named)
        return seen[-1]

    return settings_for


# ---- names and defaults


def test_the_names_and_defaults_are_gensims():
    parameters = inspect.signature(Word2Vec).parameters
    named = {
        name: parameter.default
        for name, parameter in parameters.items()
        if parameter.kind is not parameter.VAR_KEYWORD
    }
    assert list(named.items()) == list(GENSIM.items())
    assert {name: type(value) for name, value in named.items()} == {
        name: type(value) for name, value in GENSIM.items()
    }


def test_a_model_has_the_attributes_of_gensims(gensim_models):
    theirs = gensim_models.Word2Vec([["a", "b"]] * 5, **SMALL)
    ours = Word2Vec([["a", "b"]] * 5, **SMALL)
    names, found = (
        {name for name in dir(model) if not name.startswith("_")} for model in (theirs, ours)
    )
    with pytest.warns(DeprecationWarning, match="unit_normalize_all"):
        ours.init_sims(replace=True)
    internal = {
        *("add_lifecycle_event", "lifecycle_events", "random", "seeded_vector"),
        *("add_null_word", "create_binary_tree", "make_cum_table"),
    }
    assert names - found == internal
    for name in GENSIM.keys() - {"sentences", "corpus_file", "trim_rule", "callbacks"}:
        assert getattr(ours, name) == getattr(theirs, name), name


def test_the_defaults_train_what_gensims_do(settings_of_run):
    training, live = settings_of_run()
    assert (training.vector_size, training.seed, training.probe) == (100, 1, False)
    assert (live.model, live.objective, live.negative) == ("cbow", "negative-sampling", 5)
    assert (live.window, live.alpha, live.min_alpha, live.sample) == (5, 0.025, 1e-4, 1e-3)
    assert (live.epochs, live.workers, live.ns_exponent) == (5, 3, 0.75)
    assert live.cbow_mean is True
    assert live.shrink_windows is True


@pytest.mark.parametrize(
    ("given", "field", "value"),
    [
        ({"sg": 1}, "model", "skip-gram"),
        ({"sg": True}, "model", "skip-gram"),
        ({"sg": np.int64(1)}, "model", "skip-gram"),
        ({"hs": 1}, "objective", "hierarchical-softmax"),
        ({"hs": 1, "negative": 0}, "objective", "hierarchical-softmax"),
        ({"cbow_mean": 0}, "cbow_mean", False),
        ({"negative": 9}, "negative", 9),
        ({"shrink_windows": False}, "shrink_windows", False),
        ({"ns_exponent": -0.5}, "ns_exponent", -0.5),
        ({"noise_sharing": "pairs"}, "noise_sharing", "pairs"),
        ({"cbow_divide": True}, "cbow_divide", True),
        ({"objective": "softmax"}, "objective", "softmax"),
        ({"model": "skip-gram"}, "model", "skip-gram"),
        ({"epochs": None}, "epochs", None),
        ({"alpha": None}, "alpha", None),
        ({"workers": None}, "workers", None),
    ],
    ids=str,
)
def test_a_setting_reaches_the_training(settings_of_run, given, field, value):
    _, live = settings_of_run(**given)
    assert getattr(live, field) == value


@pytest.mark.parametrize(
    ("old", "new", "value"), [("size", "vector_size", 7), ("iter", "epochs", 3)]
)
def test_names_of_gensim_3_are_taken_with_a_warning_where_they_stand(
    settings_of_run, old, new, value
):
    with pytest.warns(DeprecationWarning, match=f"^{old} is {new} since gensim 4$") as caught:
        training, live = settings_of_run(**{old: value})
    assert getattr(training if new == "vector_size" else live, new) == value
    assert caught[0].filename == __file__


@pytest.mark.parametrize(("old", "new"), [("size", "vector_size"), ("iter", "epochs")])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_error_under_an_old_name_uses_the_new_one(old, new):
    with pytest.raises(SettingsError, match=f"{new} must be .*, got 0"):
        Word2Vec(untouchable(), **{old: 0})


def test_the_package_offers_the_class_and_the_vectors():
    assert w2vtui.Word2Vec is Word2Vec
    model = Word2Vec([["a", "b"]] * 5, **SMALL)
    assert isinstance(model.wv, w2vtui.KeyedVectors)
    with pytest.raises(AttributeError, match="Wrod2Vec"):
        _ = w2vtui.Wrod2Vec


# ---- errors


def test_only_one_corpus_may_be_given(tmp_path):
    with pytest.raises(TypeError, match=r"one of the two; got both"):
        Word2Vec(untouchable(), tmp_path / "missing.txt")


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"windw": 3}, r"no setting 'windw': did you mean window\?"),
        ({"noise_sharring": "none"}, "did you mean noise_sharing"),
        ({"vectorsize": 50}, "did you mean vector_size"),
        ({"min_cuont": 1}, "did you mean min_count"),
        ({"size": 50, "vector_size": 60}, "give vector_size or size.*got 60 and 50"),
        ({"iter": 3, "epochs": 4}, "give epochs or iter, one of them; got 4 and 3"),
        ({"lower_case": True}, "did you mean lowercase"),
        ({"window": 0}, "window must be 1 to 10,000 words, or all, got 0"),
        ({"window": True}, "window must be .*, got True"),
        ({"negative": -1}, "negative must be 1 to 256 noise words, got -1"),
        ({"negative": -1, "hs": 1}, "negative must be 1 to 256 noise words, got -1"),
        ({"negative": "5"}, "negative must be .*, got '5'"),
        ({"negative": None}, "negative must be .*, got None"),
        ({"negative": 0}, "hs=0 and negative=0 leave nothing to train"),
        ({"sg": 2}, "sg must be 0 or 1, got 2"),
        ({"sg": "1"}, "sg must be 0 or 1, got '1'"),
        ({"hs": -1}, "hs must be 0 or 1, got -1"),
        ({"cbow_mean": None}, "cbow_mean must be 0 or 1, got None"),
        ({"alpha": 0}, "alpha must be above 0"),
        ({"alpha": float("nan")}, "alpha must be .*, got nan"),
        ({"alpha": 1e-5}, "min_alpha must not be above alpha"),
        ({"sample": -0.1}, "sample must be 0 to 1"),
        ({"sample": float("nan")}, "sample must be 0 to 1.*, got nan"),
        ({"sample": None}, "sample must be .*, got None"),
        ({"window": -2}, "window must be .*, got -2"),
        ({"alpha": -1}, "alpha must be above 0"),
        ({"alpha": 1e30}, "alpha must be .*, got 1e\\+30"),
        ({"workers": -1}, "workers must be"),
        ({"min_count": -5}, "min_count must be"),
        ({"max_vocab_size": 0}, "max_vocab_size must be 1 words or more, got 0"),
        ({"null_word": 2}, "null_word must be 0 or 1"),
        ({"sorted_vocab": None}, "sorted_vocab must be 0 or 1"),
        ({"compute_loss": "yes"}, "compute_loss must be 0 or 1"),
        ({"batch_words": 0}, "batch_words must be"),
        ({"comment": 5}, "comment must be text, got 5"),
        ({"hashfxn": None}, "hashfxn must be a function"),
        ({"trim_rule": 2}, "trim_rule must be a function"),
        ({"callbacks": 5}, "callbacks must be a list of callbacks, got int"),
        ({"callbacks": ["x"]}, "str has no on_train_begin"),
        ({"vector_size": 0}, "vector_size must be"),
        ({"seed": -1}, "seed must be"),
        ({"seed": 1.5}, "seed must be"),
        ({"min_count": -1}, "min_count must be"),
        ({"max_final_vocab": 0}, "max_final_vocab must be"),
        ({"epochs": 0}, "epochs must be"),
        ({"workers": 0}, "workers must be"),
        ({"shrink_windows": 1}, "shrink_windows must be true or false, got 1"),
        ({"objective": "softmx"}, "did you mean softmax"),
        ({"tokenizer": "word"}, "did you mean words"),
    ],
    ids=str,
)
def test_a_wrong_setting_is_named_before_anything_is_read(named, message):
    with pytest.raises(SettingsError, match=message):
        Word2Vec(untouchable(), **named)


def test_a_sentence_that_is_text_is_refused():
    with pytest.raises(CorpusError, match=r"sentence 0 is str, not a list of words: split it"):
        Word2Vec(["the ship sails", "the cow eats"], min_count=1)
    with pytest.raises(CorpusError, match="sentence 0 is str"):
        Word2Vec("the ship sails", min_count=1)


def test_words_of_other_types_are_refused_with_their_sentence():
    with pytest.raises(CorpusError, match=r"sentence 1 holds 7\.5, which is not a str"):
        Word2Vec([["a", "b"], ["a", 7.5]], min_count=1)


@pytest.mark.parametrize("wide", [{"min_count": 0}, {"window": 100}, {"window": 10_000}])
def test_the_ranges_are_those_of_gensim(wide):
    """node2vec takes every node, a recommender the whole basket."""
    vectors = Word2Vec([[str(n) for n in range(30)]] * 20, **(SMALL | wide)).wv
    assert len(vectors) == 30


def test_nothing_above_min_count_is_refused_with_advice():
    with pytest.raises(CorpusError, match=r"no word occurs 5 times or more.*lower min_count"):
        Word2Vec([["a", "b", "c"]])
    with pytest.raises(CorpusError, match="there are no words"):
        Word2Vec([])


def test_a_missing_file_is_reported(tmp_path):
    with pytest.raises(CorpusError, match=r"there is no .*notes\.txt"):
        Word2Vec(corpus_file=tmp_path / "notes.txt")


@pytest.mark.parametrize("model", ["skip-gram", "cbow"])
@pytest.mark.parametrize("objective", ["negative-sampling", "hierarchical-softmax", "softmax"])
def test_divergence_is_raised_and_leaves_no_thread(model, objective):
    mode = {"model": model, "objective": objective, "workers": 2}
    with pytest.raises(DivergedError, match=r"diverged.*lower the learning rate"):
        Word2Vec(topical_sentences(300), alpha=1000.0, **(SMALL | mode))
    until_threads_end()


# ---- sentences


def test_a_generator_is_read_once_and_trains_as_the_list_does():
    sentences = topical_sentences(300)
    of_list = Word2Vec(sentences, **SMALL)
    of_generator = Word2Vec((iter(sentence) for sentence in sentences), **SMALL)
    assert of_generator.wv.index_to_key == of_list.wv.index_to_key
    assert of_generator.wv.vectors.tobytes() == of_list.wv.vectors.tobytes()


@pytest.mark.parametrize(
    "failure", [KeyboardInterrupt(), *outside([Lost("down"), OSError(5, "lost")])]
)
@pytest.mark.parametrize("n_before", [0, 100, 9_000], ids="{} sentences before".format)
@pytest.mark.parametrize("within", [False, True], ids=["between sentences", "within one"])
def test_what_the_iterator_raises_comes_through_and_nothing_is_left(
    tmp_path, monkeypatch, failure, n_before, within
):
    """9,000 sentences are more than a block of what is read at a time."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def tokens():
        yield "ship"
        raise failure

    def sentences():
        yield from topical_sentences(n_before)
        if within:
            yield tokens()
        raise failure

    with pytest.raises(type(failure)) as caught:
        Word2Vec(sentences(), **SMALL)
    assert caught.value is failure
    until_threads_end()
    assert not list(tmp_path.iterdir())


def test_an_interrupt_while_it_trains_leaves_no_thread(monkeypatch):
    def interrupted(self, timeout=None):
        raise KeyboardInterrupt

    monkeypatch.setattr(Run, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Word2Vec(topical_sentences(500), **(SMALL | {"epochs": 1_000_000}))
    until_threads_end()


def test_words_stay_whole_whatever_they_hold():
    sentences = [["new york", "a\tb", "\x1b[31m", "北京"], ["new york", "北京", ""]] * 3
    model = Word2Vec(sentences, **SMALL)
    assert set(model.wv.index_to_key) == {"new york", "a\tb", "\x1b[31m", "北京"}
    assert model.wv.counts[model.wv.key_to_index["new york"]] == 6


def test_min_count_and_max_final_vocab_choose_the_words():
    sentences = [["a"] * 9 + ["b"] * 8 + ["c"] * 7 + ["d"]]
    words = Word2Vec(sentences, **(SMALL | {"min_count": 2})).wv.index_to_key
    assert words == ["a", "b", "c"]
    words = Word2Vec(sentences, max_final_vocab=2, **SMALL).wv.index_to_key
    assert words == ["a", "b"]


# ---- a file


@pytest.mark.parametrize("as_path", [str, lambda path: path], ids=["str", "Path"])
def test_a_file_trains_as_its_sentences_do(topical_corpus, as_path):
    sentences = [line.split() for line in topical_corpus.read_text().splitlines()]
    of_file = Word2Vec(corpus_file=as_path(topical_corpus), **SMALL)
    of_sentences = Word2Vec(sentences, **SMALL)
    assert of_file.wv.index_to_key == of_sentences.wv.index_to_key
    assert of_file.wv.vectors.tobytes() == of_sentences.wv.vectors.tobytes()


def test_a_compressed_file_trains_as_the_file_does(topical_corpus, tmp_path):
    packed = tmp_path / "topics.txt.gz"
    packed.write_bytes(gzip.compress(topical_corpus.read_bytes()))
    plain, compressed = (
        Word2Vec(corpus_file=path, **SMALL).wv for path in (topical_corpus, packed)
    )
    assert compressed.vectors.tobytes() == plain.vectors.tobytes()


def test_settings_of_the_text_are_taken_by_name(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_bytes("Café, café! Thé\n".encode("latin-1") * 4)
    model = Word2Vec(
        corpus_file=path, lowercase=True, tokenizer="words", encoding="latin-1", **SMALL
    )
    assert model.wv.index_to_key == ["café", "thé"]


# ---- what is learned


@pytest.mark.parametrize("sg", [0, 1])
@pytest.mark.parametrize("hs", [0, 1])
def test_words_of_one_topic_come_near_each_other(sg, hs):
    model = Word2Vec(
        topical_sentences(1500),
        sg=sg, hs=hs, vector_size=16, epochs=10, alpha=0.05, workers=2, min_count=1,
    )  # fmt: skip
    assert topic_margin(model.wv) > 0.3
    for line in TOPICS.values():
        topic = line.split()
        nearest = [word for word, _ in model.wv.most_similar(topic[0], topn=3)]
        assert set(nearest) <= set(topic), (topic[0], nearest)


@pytest.mark.parametrize("sg", [0, 1])
@pytest.mark.parametrize("hs", [0, 1])
def test_one_worker_repeats_bit_for_bit_and_another_seed_differs(sg, hs):
    def vectors(seed):
        model = Word2Vec(topical_sentences(300), sg=sg, hs=hs, **(SMALL | {"seed": seed}))
        return model.wv.vectors

    first = vectors(7)
    assert first.tobytes() == vectors(7).tobytes()
    assert not np.allclose(first, vectors(8))


MODES = [{"sg": sg, "hs": hs} for sg in (0, 1) for hs in (0, 1)]


def digests(sentences, modes, small):
    """What each mode trains: a digest of the words in their order and of their vectors."""
    trained = [Word2Vec(sentences, **mode, **small).wv for mode in modes]
    return [
        hashlib.sha256(" ".join(wv.index_to_key).encode() + wv.vectors.tobytes()).hexdigest()
        for wv in trained
    ]


DIGESTS = f"""
import hashlib, json, sys
from w2vtui import Word2Vec
{inspect.getsource(digests)}
print(*digests(json.load(sys.stdin), {MODES}, {SMALL}))
"""


@pytest.mark.process
def test_one_worker_repeats_in_another_process_whatever_its_hashes(monkeypatch):
    """Many words are equally frequent: their order must not be that of a set or a dict."""
    sentences = topical_sentences(100) + [[f"rare{n}", "ship", f"odd{n}"] for n in range(100)]
    if compiling.CACHE_FOLDER is not None:
        monkeypatch.setenv("NUMBA_CACHE_DIR", str(compiling.CACHE_FOLDER))

    here = digests(sentences, MODES, SMALL)
    assert len(set(here)) == len(MODES)
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "4711"
    done = subprocess.run(
        [sys.executable, "-c", DIGESTS],
        env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
        input=json.dumps(sentences), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == here


@pytest.mark.parametrize(
    "other",
    [
        {"window": 1},
        {"negative": 2},
        {"sample": 0.0},
        {"alpha": 0.1},
        {"min_alpha": 0.02},
        {"ns_exponent": 0.0},
        {"epochs": 2},
        {"shrink_windows": False},
        {"cbow_mean": 0},
        {"cbow_divide": True},
        {"sg": 1},
        {"hs": 1},
        {"objective": "softmax"},
    ],
    ids=str,
)
def test_every_setting_changes_what_is_learned(other):
    """A name that is taken and then forgotten would train the same vectors."""
    sentences = topical_sentences(200)
    plain, changed = (Word2Vec(sentences, **(SMALL | named)).wv for named in ({}, other))
    assert plain.index_to_key == changed.index_to_key
    assert not np.array_equal(plain.vectors, changed.vectors)


@pytest.mark.parametrize(("sg", "n_ways"), [(1, 3), (0, 2)])
def test_noise_sharing_changes_what_is_learned(sg, n_ways):
    """A center of CBOW has one pair, and so none to share its noise words with."""
    learned = {
        Word2Vec(topical_sentences(200), sg=sg, noise_sharing=choice, **SMALL).wv.vectors.tobytes()
        for choice in ("centers", "pairs", "none")
    }
    assert len(learned) == n_ways


def test_the_vectors_have_the_asked_length_and_the_words_counts():
    sentences = topical_sentences(300)
    model = Word2Vec(sentences, **(SMALL | {"vector_size": 33}))
    assert model.wv.vectors.shape == (26, 33)
    assert np.isfinite(model.wv.vectors).all()
    counts = {word: sum(s.count(word) for s in sentences) for word in model.wv.index_to_key}
    assert model.wv.counts.tolist() == list(counts.values())
    assert model.wv.counts.tolist() == sorted(counts.values(), reverse=True)


def test_tokens_that_are_left_out_are_warned_of():
    sentences = [["a", "b", "x" * 70_000]] * 5
    with pytest.warns(UserWarning, match="5 tokens of more than 65,536 bytes were left out"):
        model = Word2Vec(sentences, vector_size=4, epochs=1, workers=1)
    assert len(model.wv) == 2


def test_only_what_is_left_out_is_warned_of(tmp_path):
    (tmp_path / "zeros.txt").write_text("a\0 b\0 c\n" * 9)
    model = Word2Vec(corpus_file=str(tmp_path / "zeros.txt"), vector_size=4, epochs=1, workers=1)
    assert len(model.wv) == 3


def test_a_file_is_read_by_the_settings_of_texts(tmp_path):
    genome = tmp_path / "genome.fa"
    genome.write_text(">chr1\n" + "ACGTTGCA" * 9 + "\n")
    table = tmp_path / "table.csv"
    table.write_text("id,text\n" + "1,the king bowed\n" * 9)
    assert "ACG" in Word2Vec(corpus_file=genome, kmer=3, **SMALL).wv
    assert set(Word2Vec(corpus_file=table, field="text", **SMALL).wv.index_to_key) == {
        *("the", "king", "bowed")
    }


def test_settings_of_texts_that_do_nothing_to_lists_are_warned_of():
    with pytest.warns(UserWarning, match="field, kmer: no effect on lists of words"):
        Word2Vec([["a", "b"]] * 9, field="text", kmer=None, min_count=1, vector_size=4, epochs=1)
