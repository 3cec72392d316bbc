"""`train` and its callbacks: once through, from the present vectors, errors that leave no harm."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from tests.support.corpora import topical_sentences
from tests.support.models import matrices_of, same_matrices
from tests.support.threads import until_threads_end
from w2vtui import CallbackAny2Vec, Word2Vec
from w2vtui.errors import CorpusError, DivergedError, SettingsError

SENTENCES = topical_sentences(60)
N_TOKENS = sum(map(len, SENTENCES))
SMALL = {"vector_size": 8, "min_count": 1, "workers": 1, "sample": 0}


@pytest.fixture
def model():
    """A model with a vocabulary, not yet trained."""
    model = Word2Vec(**SMALL)
    model.build_vocab(SENTENCES)
    return model


def vectors_of(model):
    return {name: matrix.copy() for name, matrix in matrices_of(model).items()}


def same(first, second):
    return all(np.array_equal(first[name], second[name]) for name in first)


class Recorder(CallbackAny2Vec):
    """Notes what each moment shows."""

    def __init__(self):
        self.seen = []
        self.vectors = []
        self.losses = []
        self.threads = set()

    def _note(self, moment, model):
        self.seen.append(moment)
        self.threads.add(threading.current_thread())
        if moment == "end":
            self.vectors.append(model.wv.vectors.copy())
            self.losses.append(model.get_latest_training_loss())

    def on_train_begin(self, model):
        self._note("train", model)

    def on_epoch_begin(self, model):
        self._note("begin", model)

    def on_epoch_end(self, model):
        self._note("end", model)

    def on_train_end(self, model):
        self._note("trained", model)


# ---- what it returns and changes


def test_it_returns_the_words_that_were_trained_and_those_of_the_text(model):
    assert model.train(SENTENCES, total_examples=60, epochs=3) == (3 * N_TOKENS, 3 * N_TOKENS)
    assert (model.train_count, model.epochs) == (1, 5)
    assert model.min_alpha_yet_reached == pytest.approx(1e-4, abs=1e-3)
    assert model.total_train_time > 0


def test_subsampling_thins_out_what_is_trained():
    model = Word2Vec(**(SMALL | {"sample": 1e-3}))
    model.build_vocab(SENTENCES)
    effective, raw = model.train(SENTENCES, total_words=N_TOKENS, epochs=2)
    assert raw == 2 * N_TOKENS
    assert 0 < effective < raw


def test_unknown_words_count_as_words_of_the_text_alone(model):
    sentences = [["ship", "unknown", "cow", "unheard"]] * 10
    assert model.train(sentences, total_examples=10, epochs=1) == (20, 40)


def test_building_and_training_is_what_the_constructor_does(model):
    model.train(SENTENCES, total_examples=model.corpus_count, epochs=model.epochs)
    at_once = Word2Vec(SENTENCES, **SMALL)
    assert same_matrices(model, at_once)
    assert at_once.corpus_count == model.corpus_count == 60
    assert at_once.corpus_total_words == model.corpus_total_words == N_TOKENS


def test_training_continues_from_the_present_vectors(model):
    before = vectors_of(model)
    wv, vectors = model.wv, model.wv.vectors
    model.train(SENTENCES, total_examples=60, epochs=1, start_alpha=1e-3, end_alpha=1e-3)
    assert model.wv is wv
    assert model.wv.vectors is vectors
    assert 0 < np.abs(vectors - before["vectors"]).max() < 1e-3
    assert (model.alpha, model.min_alpha) == (1e-3, 1e-3)


def test_locked_vectors_stay_and_others_move(model):
    before = vectors_of(model)
    model.wv.vectors_lockf = np.ones(len(model.wv), dtype=np.float32)
    model.wv.vectors_lockf[[0, 3]] = 0.0
    model.train(SENTENCES, total_examples=60, epochs=1)
    moved = (model.wv.vectors != before["vectors"]).any(axis=1)
    assert not moved[[0, 3]].any()
    assert moved.sum() == len(model.wv) - 2
    model.wv.vectors_lockf = np.ones(5, dtype=np.float32)
    with pytest.raises(SettingsError, match="26"):
        model.train(SENTENCES, total_examples=60, epochs=1)


def test_words_that_were_added_to_the_vectors_are_trained(model):
    model.wv.add_vectors(["brand", "new"], np.ones((2, 8), dtype=np.float32))
    model.train([["ship", "brand", "new"]] * 5, total_examples=5, epochs=1)
    assert model.syn1neg.shape == (28, 8)
    assert (model.wv["brand"] != 1).any()


def test_attributes_may_be_set_between_two_trainings(model):
    model.alpha, model.min_alpha, model.window, model.workers = 0.01, 0.001, 2, 2
    model.train(SENTENCES, total_examples=60, epochs=1)
    assert model.min_alpha_yet_reached == pytest.approx(0.001, abs=1e-4)
    model.window = 0
    with pytest.raises(SettingsError, match="window must be"):
        model.train(SENTENCES, total_examples=60, epochs=1)


def test_one_text_of_many_tokens_is_trained_whole(model):
    words = model.wv.index_to_key
    text = [words[n % len(words)] for n in range(25_000)]
    assert model.train([text], total_examples=1, epochs=1) == (25_000, 25_000)


@pytest.mark.parametrize("workers", [1, 8])
def test_each_word_of_a_file_is_trained_once_with_any_number_of_workers(tmp_path, workers):
    words = sorted({word for sentence in SENTENCES for word in sentence})
    lines = [" ".join(words[n % len(words)] for n in range(400)) for _ in range(3)]
    path = tmp_path / "text.txt"
    path.write_text("\n".join(lines))
    model = Word2Vec(**(SMALL | {"workers": workers}))
    model.build_vocab(corpus_file=str(path))
    assert model.train(corpus_file=str(path), total_words=1200, epochs=2) == (2400, 2400)


def test_deterministic_training_repeats_with_several_workers():
    first, second = (
        Word2Vec(SENTENCES, **(SMALL | {"workers": 3, "deterministic": True})) for _ in range(2)
    )
    assert same_matrices(first, second)


# ---- arguments


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        ({}, ValueError, "epochs"),
        ({"epochs": 0}, ValueError, "epochs"),
        ({"epochs": -1, "total_examples": 1}, ValueError, "epochs must be .*, got -1"),
        ({"epochs": 1}, ValueError, "give total_examples or total_words"),
        ({"epochs": 1, "total_examples": -1}, ValueError, "total_examples must be"),
        ({"epochs": 1, "total_words": "9"}, ValueError, "total_words must be"),
        ({"epochs": 1, "total_examples": 1, "start_alpha": 0}, ValueError, "alpha must be"),
        (
            {"epochs": 1, "total_examples": 1, "end_alpha": 1},
            ValueError,
            "min_alpha must not be above alpha",
        ),
        ({"epochs": 1, "total_examples": 1, "callbacks": [3]}, TypeError, "has no on_train"),
        ({"epochs": 1, "total_examples": 1, "corpus_file": "x"}, TypeError, "got both"),
        ({"epochs": 1, "total_examples": 1, "queue": 2}, TypeError, "unexpected keyword"),
    ],
)
def test_a_wrong_argument_is_refused_before_anything_is_read(model, call, error, message):
    def untouchable():
        raise AssertionError("the corpus was read")
        yield

    before = vectors_of(model)
    with pytest.raises(error, match=message):
        model.train(untouchable(), **call)
    assert same(before, vectors_of(model))
    assert (model.alpha, model.min_alpha, model.compute_loss) == (0.025, 1e-4, False)


def test_a_file_needs_its_words_and_a_corpus_must_be_given(model):
    with pytest.raises(ValueError, match="total_words with corpus_file"):
        model.train(corpus_file="x", total_examples=9, epochs=1)
    with pytest.raises(TypeError, match="got neither"):
        model.train(total_examples=9, epochs=1)


def test_a_model_without_words_cannot_train():
    with pytest.raises(RuntimeError, match="build the vocabulary"):
        Word2Vec(**SMALL).train(SENTENCES, total_examples=9, epochs=1)


def test_a_generator_serves_one_pass(model):
    with pytest.raises(TypeError, match="cannot support 2 passes"):
        model.train((words for words in SENTENCES), total_examples=60, epochs=2)
    trained = model.train((words for words in SENTENCES), total_examples=60, epochs=1)
    assert trained == (N_TOKENS, N_TOKENS)


@pytest.mark.parametrize("call", [[], [[]], [["unknown", "words"]]], ids=str)
def test_a_corpus_without_known_words_is_refused(model, call):
    with pytest.raises(CorpusError, match=r"no words|no word of the vocabulary"):
        model.train(call, total_examples=1, epochs=1)


# ---- errors


@pytest.mark.parametrize(
    ("failure", "error"),
    [(OSError("lost"), OSError), (["a"], CorpusError), (0.5, CorpusError), ("text", CorpusError)],
    ids=["an error", "a list as a word", "a number as a word", "text as a sentence"],
)
def test_what_the_corpus_raises_comes_through(model, failure, error):
    class Corpus:
        def __iter__(self):
            yield from SENTENCES
            if isinstance(failure, Exception):
                raise failure
            yield failure if isinstance(failure, str) else [failure]

    model.train(SENTENCES, total_examples=60, epochs=1)
    before = vectors_of(model)
    with pytest.raises(error):
        model.train(Corpus(), total_examples=60, epochs=5)
    assert same(before, vectors_of(model))
    assert model.run is None
    until_threads_end()
    model.train(SENTENCES, total_examples=60, epochs=1)


def test_a_training_that_diverges_leaves_the_vectors_as_they_were(model):
    before = vectors_of(model)
    with pytest.raises(DivergedError, match="lower the learning rate"):
        model.train(SENTENCES * 5, total_examples=60, epochs=3, start_alpha=1000.0)
    assert same(before, vectors_of(model))


def test_bytes_that_are_not_text_are_named_by_file_and_offset(tmp_path):
    path = tmp_path / "latin.txt"
    path.write_bytes(b"caf\xe9 caf\xe9\n")
    with pytest.raises(CorpusError, match=r"latin\.txt is not utf-8: .* offset 3"):
        Word2Vec(**SMALL).build_vocab(corpus_file=path)
    model = Word2Vec(encoding_errors="ignore", **SMALL)
    model.build_vocab(corpus_file=path)
    assert model.wv.index_to_key == ["caf"]


def test_ctrl_c_keeps_what_was_trained(model, monkeypatch):
    class Interrupts(CallbackAny2Vec):
        def on_epoch_begin(self, model):
            if model.run.snapshot().progress.tokens:
                raise KeyboardInterrupt

    before = vectors_of(model)
    with pytest.raises(KeyboardInterrupt):
        model.train(SENTENCES, total_examples=60, epochs=1000, callbacks=[Interrupts()])
    assert not same(before, vectors_of(model))
    assert model.run is None
    until_threads_end()
    assert model.train(SENTENCES, total_examples=60, epochs=1) == (N_TOKENS, N_TOKENS)


# ---- callbacks and the loss


def test_callbacks_see_each_epoch_on_the_callers_thread(model):
    calls = Recorder()
    model.train(SENTENCES, total_examples=60, epochs=3, callbacks=[calls])
    assert calls.seen == ["train", *["begin", "end"] * 3, "trained"]
    assert calls.threads == {threading.current_thread()}
    assert not np.array_equal(calls.vectors[0], calls.vectors[1])
    assert np.array_equal(calls.vectors[2], model.wv.vectors)


def test_callbacks_do_not_change_what_is_learned(model):
    model.train(SENTENCES, total_examples=60, epochs=5, callbacks=[Recorder()])
    assert same_matrices(model, Word2Vec(SENTENCES, **SMALL))


def test_an_epoch_ends_where_the_text_does(model):
    """The vectors after the first of two epochs are those of one, at the same rates."""
    calls = Recorder()
    model.train(
        SENTENCES, total_examples=60, epochs=2, start_alpha=0.02, end_alpha=0.02, callbacks=[calls]
    )
    one = Word2Vec(**SMALL)
    one.build_vocab(SENTENCES)
    one.train(SENTENCES, total_examples=60, epochs=1, start_alpha=0.02, end_alpha=0.02)
    assert np.array_equal(calls.vectors[0], one.wv.vectors)


def test_the_loss_is_the_mean_of_a_pair_in_the_latest_epoch(model):
    calls = Recorder()
    assert model.get_latest_training_loss() == 0
    model.train(SENTENCES, total_examples=60, epochs=6, start_alpha=0.1, callbacks=[calls])
    assert isinstance(model.get_latest_training_loss(), float)
    # Untrained it is that of 1 + K coins, less those that fall on the center.
    assert calls.losses[0] == pytest.approx(5 * np.log(2), rel=0.2)
    assert calls.losses == sorted(calls.losses, reverse=True)
    assert model.get_latest_training_loss() == calls.losses[-1] == model.running_training_loss


def test_compute_loss_measures_epochs_without_callbacks(model):
    other = Word2Vec(**SMALL)
    other.build_vocab(SENTENCES)
    calls = Recorder()
    model.train(SENTENCES, total_examples=60, epochs=3, callbacks=[calls])
    other.train(SENTENCES, total_examples=60, epochs=3, compute_loss=True)
    assert other.get_latest_training_loss() == calls.losses[-1]


def test_the_constructor_calls_back_too():
    calls = Recorder()
    model = Word2Vec(SENTENCES, epochs=2, callbacks=[calls], **SMALL)
    assert calls.seen == ["train", *["begin", "end"] * 2, "trained"]
    assert model.train_count == 1


@pytest.mark.parametrize("moment", ["on_train_begin", "on_epoch_begin", "on_epoch_end"])
def test_what_a_callback_raises_ends_the_training(model, moment):
    class Fails(CallbackAny2Vec):
        pass

    def fail(self, model):
        raise LookupError(moment)

    setattr(Fails, moment, fail)
    with pytest.raises(LookupError, match=moment):
        model.train(SENTENCES, total_examples=60, epochs=1000, callbacks=[Fails()])
    assert model.run is None
    until_threads_end()
    assert np.isfinite(model.wv.vectors).all()
    model.train(SENTENCES, total_examples=60, epochs=1)


def test_a_callback_may_change_the_vectors(model):
    class Freezes(CallbackAny2Vec):
        def on_epoch_end(self, model):
            model.wv.vectors[0] = 7.0

    model.train(SENTENCES, total_examples=60, epochs=2, callbacks=[Freezes()])
    assert (model.wv.vectors[0] == 7.0).all()


@pytest.mark.parametrize(
    "change",
    [
        lambda model: model.train(SENTENCES, total_examples=60, epochs=1),
        lambda model: model.build_vocab([["a"]], update=True),
        lambda model: model.build_vocab_from_freq({"a": 1}),
        lambda model: model.init_weights(),
        lambda model: model.reset_from(model),
    ],
)
def test_a_callback_cannot_change_what_trains(model, change):
    class Changes(CallbackAny2Vec):
        def on_epoch_end(self, model):
            change(model)

    with pytest.raises(RuntimeError, match="this model is training"):
        model.train(SENTENCES, total_examples=60, epochs=2, callbacks=[Changes()])


def test_a_callback_may_steer_the_run(model):
    class Steers(CallbackAny2Vec):
        def on_epoch_begin(self, model):
            if model.run.snapshot().state == "paused":
                model.run.change(epochs=3, alpha=0.01)

    calls = Recorder()
    model.train(SENTENCES, total_examples=60, epochs=2, callbacks=[Steers(), calls])
    assert calls.seen == ["train", *["begin", "end"] * 3, "trained"]


def test_a_run_that_is_stopped_ends_after_the_epoch_that_was_trained(model):
    class Stops(CallbackAny2Vec):
        def on_epoch_end(self, model):
            model.run.stop()

    calls = Recorder()
    words = model.train(SENTENCES, total_examples=60, epochs=9, callbacks=[Stops(), calls])
    assert words == (N_TOKENS, N_TOKENS)
    assert calls.seen == ["train", "begin", "end", "begin", "trained"]


def test_a_pause_that_is_asked_for_during_a_callback_holds(model):
    seen = []

    class Pauses(CallbackAny2Vec):
        def on_epoch_end(self, model):
            seen.append(time.monotonic())
            if len(seen) == 1:
                model.run.pause()
                threading.Timer(0.1, model.run.resume).start()

    model.train(SENTENCES, total_examples=60, epochs=2, callbacks=[Pauses()])
    assert seen[1] - seen[0] > 0.1


def test_the_objective_may_be_changed_between_two_trainings(model):
    for hs, name in ((1, "syn1"), (0, "syn1neg"), (1, "syn1")):
        model.hs = hs
        before = getattr(model, name, np.zeros(1)).copy()
        model.train(SENTENCES, total_examples=60, epochs=1)
        assert not np.array_equal(getattr(model, name), before)
    model.build_vocab([["brand", "new"]], update=True)
    assert (len(model.syn1), len(model.syn1neg)) == (27, 28)
    model.train(SENTENCES, total_examples=60, epochs=1)


def test_gensim_3s_name_of_the_corpus_is_taken_with_a_warning():
    model = Word2Vec(**SMALL)
    with pytest.warns(DeprecationWarning, match="sentences is corpus_iterable") as caught:
        model.build_vocab(sentences=SENTENCES)
    assert caught[0].filename == __file__
    with pytest.warns(DeprecationWarning, match="sentences is corpus_iterable"):
        assert model.train(sentences=SENTENCES, total_examples=60, epochs=1)[1] == N_TOKENS
    with pytest.raises(TypeError, match="got both"):
        model.build_vocab(SENTENCES, sentences=SENTENCES)


MISTAKES = {
    "no epochs": lambda m: m.train(SENTENCES, total_examples=60),
    "no epochs at all": lambda m: m.train(SENTENCES, total_examples=60, epochs=0),
    "no total": lambda m: m.train(SENTENCES, epochs=1),
    "a file without words": lambda m: m.train(corpus_file=__file__, total_examples=9, epochs=1),
    "no corpus": lambda m: m.train(total_examples=60, epochs=1),
    "two corpora": lambda m: m.train(SENTENCES, __file__, total_examples=60, epochs=1),
    "a generator": lambda m: m.train(iter_of(SENTENCES), total_examples=60, epochs=2),
    "a number": lambda m: m.build_vocab(5),
    "no vocabulary": lambda m: type(m)(min_count=1).train(SENTENCES, total_examples=9, epochs=1),
    "an early update": lambda m: type(m)().build_vocab(SENTENCES, update=True),
    "no tree": lambda m: type(m)().score(SENTENCES),
    "no objective": lambda m: type(m)(SENTENCES, hs=0, negative=0, min_count=1),
    "an unknown argument": lambda m: m.train(SENTENCES, total_examples=9, epochs=1, windows=3),
    "no such model": lambda m: type(m).load("missing"),
    "no name": lambda m: m.save(),
}


def iter_of(sentences):
    yield from sentences


@pytest.fixture(scope="module")
def gensim_model(gensim_models):
    model = gensim_models.Word2Vec(min_count=1, vector_size=8)
    model.build_vocab(SENTENCES)
    return model


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_raises_what_gensim_raises(model, gensim_model, mistake):
    with pytest.raises(Exception) as theirs:  # noqa: PT011 - whatever gensim raises
        mistake(gensim_model)
    with pytest.raises(theirs.type):
        mistake(model)


def test_gensims_own_callbacks_work(model, gensim_models):
    seen = []

    class Theirs(gensim_models.callbacks.CallbackAny2Vec):
        def on_epoch_end(self, model):
            seen.append(model.get_latest_training_loss())

    model.train(SENTENCES, total_examples=60, epochs=2, callbacks=[Theirs()])
    assert len(seen) == 2
