"""Trainings that are saved in a folder, and resumed."""

from __future__ import annotations

import numpy as np
import pytest

from w2vtui import CallbackAny2Vec, Word2Vec
from w2vtui.errors import ChangedTextError, RunError, SettingsError

SETTINGS = {"vector_size": 8, "min_count": 1, "workers": 1, "epochs": 4}


class PowerCutError(Exception):
    pass


class Breaks(CallbackAny2Vec):
    """Ends the training after some epochs; keeps the model, which the constructor cannot return."""

    def __init__(self, after):
        self.left, self.model = after, None

    def on_epoch_end(self, model):
        self.model = model
        self.left -= 1
        if not self.left:
            raise PowerCutError


def interrupted(text, folder, **settings):
    breaks = Breaks(2)
    with pytest.raises(PowerCutError):
        Word2Vec(corpus_file=text, runs_dir=folder, callbacks=[breaks], **(SETTINGS | settings))
    return breaks.model.run_folder


@pytest.mark.parametrize("hs", [0, 1])
def test_a_resumed_training_ends_as_one_without_a_break(topical_corpus, tmp_path, hs):
    whole = Word2Vec(corpus_file=topical_corpus, hs=hs, **SETTINGS)
    resumed = Word2Vec.resume(interrupted(topical_corpus, tmp_path, hs=hs))
    assert np.array_equal(resumed.wv.vectors, whole.wv.vectors)
    assert resumed.wv.index_to_key == whole.wv.index_to_key
    assert np.array_equal(resumed.wv.counts, whole.wv.counts)
    last = "syn1" if hs else "syn1neg"
    assert np.array_equal(getattr(resumed, last), getattr(whole, last))
    for name in ("hs", "sg", "window", "negative", "epochs", "corpus_count", "corpus_total_words"):
        assert getattr(resumed, name) == getattr(whole, name), name


def test_a_run_that_is_done_gives_its_model_which_trains_on(topical_corpus, tmp_path):
    first = Word2Vec(corpus_file=topical_corpus, runs_dir=tmp_path, **SETTINGS)
    again = Word2Vec.resume(first.run_folder)
    assert np.array_equal(again.wv.vectors, first.wv.vectors)
    again.train([["the", "cow", "was"]] * 50, total_examples=50, epochs=1)
    assert not np.array_equal(again.wv["cow"], first.wv["cow"])


def test_a_run_gives_its_model_by_name(topical_corpus, tmp_path, monkeypatch):
    monkeypatch.setenv("W2VTUI_RUNS_DIR", str(tmp_path))
    folder = interrupted(topical_corpus, tmp_path)
    models = [Word2Vec.from_run(one) for one in ("last", folder.name[3:], folder, str(folder))]
    models.append(Word2Vec.from_run(runs_dir=tmp_path))
    rest = Word2Vec.resume(folder)  # trains what these have not
    for model in models:
        assert model.run_folder == folder
        assert (model.epochs, model.window) == (4, 5)
        assert not np.array_equal(model.wv["cow"], rest.wv["cow"])
    assert np.array_equal(Word2Vec.from_run().wv["cow"], rest.wv["cow"])
    with pytest.raises(RunError, match="there is no run 'zebra'"):
        Word2Vec.from_run("zebra")
    with pytest.raises(RunError, match="is not the folder of a run"):
        Word2Vec.from_run(tmp_path)


def test_what_cannot_be_resumed_is_refused_before_anything_is_read(topical_corpus, tmp_path):
    sentences = iter([["a", "b"]])
    with pytest.raises(SettingsError, match="give corpus_file"):
        Word2Vec(sentences, runs_dir=tmp_path, **SETTINGS)
    assert next(sentences) == ["a", "b"]
    with pytest.raises(SettingsError, match="does not go with null_word"):
        Word2Vec(corpus_file=topical_corpus, runs_dir=tmp_path, null_word=1, **SETTINGS)
    with pytest.raises(SettingsError, match=r"checkpoint_seconds must be 0\.1 to"):
        Word2Vec(corpus_file=topical_corpus, runs_dir=tmp_path, checkpoint_seconds=0, **SETTINGS)
    with pytest.raises(RunError, match="is not the folder of a run"):
        Word2Vec.resume(tmp_path)
    with pytest.raises(RunError, match="was not saved: give the constructor runs_dir"):
        Word2Vec.resume(Word2Vec(**SETTINGS).run_folder)
    assert not list(tmp_path.glob("*/run.json"))


def test_another_text_is_refused_and_the_run_stays_resumable(topical_corpus, tmp_path):
    folder = interrupted(topical_corpus, tmp_path / "runs")
    other = tmp_path / "other.txt"
    other.write_text("a b c d e f\n" * 50)
    with pytest.raises(ChangedTextError):
        Word2Vec.resume(folder, corpus_file=other)
    moved = tmp_path / "moved.txt"
    moved.write_bytes(topical_corpus.read_bytes())
    assert len(Word2Vec.resume(folder, corpus_file=moved).wv) > 10
