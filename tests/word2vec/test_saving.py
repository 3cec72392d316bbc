"""A saved model loads as it was and trains on; nothing that was saved is ever lost; no pickle."""

from __future__ import annotations

import copy
import errno
import json
import pickle

import numpy as np
import pytest

from tests.support.corpora import topical_sentences
from tests.support.inner_loop import outside
from tests.support.models import same_matrices
from w2vtui import CallbackAny2Vec, KeyedVectors, Word2Vec
from w2vtui.errors import DiskError, SettingsError, VectorsError
from w2vtui.formats.drafts import folder_drafts

SENTENCES = topical_sentences(60)
SMALL = {"vector_size": 8, "min_count": 2, "workers": 1, "epochs": 2, "comment": "small"}

FIGURES = (
    *("corpus_count", "corpus_total_words", "effective_min_count", "train_count", "comment"),
    *("total_train_time", "running_training_loss", "min_alpha_yet_reached"),
)


def trained(**named):
    return Word2Vec(SENTENCES, **(SMALL | named))


@pytest.mark.parametrize(
    "named",
    [{}, {"lowercase": True, "sample": 50, "noise_sharing": "pairs"},
     *outside([{"hs": 1}, {"sg": 1, "negative": 3}, {"objective": "softmax"},
               {"deterministic": True}])],
    ids=str,
)  # fmt: skip
def test_a_model_loads_as_it_was_and_trains_on(tmp_path, named):
    model = trained(**named)
    model.save(tmp_path / "m")
    loaded = Word2Vec.load(str(tmp_path / "m"))
    assert same_matrices(model, loaded)
    assert loaded.wv.index_to_key == model.wv.index_to_key
    assert loaded.wv.counts.tolist() == model.wv.counts.tolist()
    assert (loaded._live(), loaded._fixed(), loaded._corpus_settings()) == (
        model._live(), model._fixed(), model._corpus_settings(),
    )  # fmt: skip
    for name in FIGURES:
        assert getattr(loaded, name) == getattr(model, name)
    for one in (model, loaded):
        one.train(SENTENCES, total_examples=60, epochs=2)
    assert same_matrices(model, loaded)


def test_an_untrained_model_can_be_saved(tmp_path):
    Word2Vec(window=7, max_vocab_size=9).save(tmp_path / "m")
    loaded = Word2Vec.load(tmp_path / "m")
    assert (loaded.window, loaded.max_vocab_size, len(loaded.wv)) == (7, 9, 0)
    loaded.scan_vocab([["a", "b"]])
    loaded.save(tmp_path / "m")
    assert Word2Vec.load(tmp_path / "m").raw_vocab == {"a": 1, "b": 1}


def test_a_saved_model_is_vectors_too(tmp_path):
    model = trained()
    model.save(tmp_path / "m")
    vectors = KeyedVectors.load(tmp_path / "m")
    assert np.array_equal(vectors.vectors, model.wv.vectors)
    assert np.array_equal(vectors.output_vectors, model.syn1neg)


def test_a_mapped_model_is_copied_when_it_trains(tmp_path):
    trained().save(tmp_path / "m")
    loaded = Word2Vec.load(tmp_path / "m", mmap="r")
    assert not loaded.wv.vectors.flags.writeable
    loaded.train(SENTENCES, total_examples=60, epochs=1)
    assert not np.array_equal(loaded.wv.vectors, Word2Vec.load(tmp_path / "m").wv.vectors)


def test_a_callback_may_save(tmp_path):
    class Saves(CallbackAny2Vec):
        def on_epoch_end(self, model):
            model.save(tmp_path / "m")

    model = trained(callbacks=[Saves()])
    assert same_matrices(model, Word2Vec.load(tmp_path / "m"))


def test_a_full_disk_leaves_the_older_model(tmp_path, monkeypatch):
    old = trained()
    old.save(tmp_path / "m")

    def full(self, name, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(folder_drafts.FolderDraft, "write_json", full)
    with pytest.raises(DiskError, match="m"):
        trained(vector_size=16).save(tmp_path / "m")
    assert same_matrices(old, Word2Vec.load(tmp_path / "m"))
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_a_newer_model_replaces_an_older_one(tmp_path):
    trained().save(tmp_path / "m")
    newer = trained(vector_size=16)
    newer.save(tmp_path / "m")
    assert same_matrices(newer, Word2Vec.load(tmp_path / "m"))


def test_gensims_arguments_are_taken_with_a_warning(tmp_path):
    model = trained()
    with pytest.warns(UserWarning, match="have no effect") as caught:
        model.save(tmp_path / "m", separately=["syn1neg"], ignore=["x"], pickle_protocol=4)
    assert caught[0].filename == __file__
    assert same_matrices(model, Word2Vec.load(tmp_path / "m"))


# ---- refusals


class Harm:
    def __reduce__(self):
        return (pytest.fail, ("the pickle was run",))


def test_a_model_is_copied_and_sent_to_processes():
    model = trained()
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert np.array_equal(other.wv.vectors, model.wv.vectors)
        assert len(other.curves["loss"]) == 0
        other.train(SENTENCES, total_examples=60, epochs=1)
        assert not np.array_equal(other.wv.vectors, model.wv.vectors)


def test_a_pickle_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "gensim.model"
    path.write_bytes(pickle.dumps(Harm()))
    with pytest.raises(VectorsError, match=r"gensim\.model is a pickle.*save_word2vec_format"):
        Word2Vec.load(path)
    with pytest.raises(SettingsError, match="is a file"):
        trained().save(path)
    assert path.read_bytes() == pickle.dumps(Harm())


def test_what_is_not_a_model_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="missing"):
        Word2Vec.load(tmp_path / "missing")
    (tmp_path / "text.txt").write_text("hello")
    with pytest.raises(VectorsError, match="a saved model is a folder"):
        Word2Vec.load(tmp_path / "text.txt")
    trained().wv.save(tmp_path / "v")
    with pytest.raises(VectorsError, match="holds vectors, not a model"):
        Word2Vec.load(tmp_path / "v")
    with pytest.raises(TypeError, match="needs a path"):
        trained().save(5)
    with pytest.raises(SettingsError, match="mmap must be"):
        Word2Vec.load(tmp_path / "v", mmap="w")


@pytest.mark.parametrize(
    ("part", "name", "value", "message"),
    [
        ("settings", "window", 0, "its settings cannot be used: window must be"),
        ("settings", "windw", 5, "did you mean window"),
        ("settings", "vector_size", 9, r"must be float32 of shape \(\d+, 9\)"),
        ("settings", "hs", 1, "node_vectors must be .*, got nothing"),
        ("figures", "corpus_count", "many", "corpus_count must be a number"),
        ("figures", "total_train_time", None, "total_train_time must be a number"),
    ],
)
def test_damaged_settings_are_refused(tmp_path, part, name, value, message):
    trained().save(tmp_path / "m")
    path = tmp_path / "m" / "config.json"
    config = json.loads(path.read_text())
    config["metadata"]["word2vec"][part][name] = value
    path.write_text(json.dumps(config))
    with pytest.raises(VectorsError, match=message):
        Word2Vec.load(tmp_path / "m")


def test_nan_in_a_matrix_is_refused(tmp_path):
    model = trained()
    model.syn1neg[3, 3] = np.nan
    model.save(tmp_path / "m")
    with pytest.raises(VectorsError, match="output_vectors hold NaN"):
        Word2Vec.load(tmp_path / "m")
