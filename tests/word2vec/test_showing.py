"""How a model shows itself and its training."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from rich.console import Console

from tests.support.corpora import topical_sentences
from tests.support.wait import until
from w2vtui import Word2Vec
from w2vtui.errors import SettingsError

SENTENCES = topical_sentences(4000)


def test_curves_are_arrays_of_one_length():
    model = Word2Vec(vector_size=8, min_count=1, probe=True, workers=1, alpha=0.05, min_alpha=0.01)
    assert {name: len(values) for name, values in model.curves.items()} == dict.fromkeys(
        ("tokens", "seconds", "loss", "alpha", "probe"), 0
    )
    model.build_vocab(SENTENCES)
    model.train(SENTENCES, total_examples=4000, epochs=10)
    curves = model.curves
    assert len({len(values) for values in curves.values()}) == 1
    assert (np.diff(curves["tokens"]) > 0).all()
    assert (np.diff(curves["seconds"]) >= 0).all()
    assert np.isfinite(curves["loss"]).all()
    share = curves["tokens"] / curves["tokens"][-1]
    np.testing.assert_allclose(curves["alpha"], 0.05 - 0.04 * share, atol=1e-6)
    assert curves["probe"][-1] < np.log(64)


def test_without_a_probe_its_curve_holds_no_numbers():
    model = Word2Vec(SENTENCES, vector_size=8, min_count=1, workers=1, epochs=1)
    assert len(model.curves["loss"])
    assert np.isnan(model.curves["probe"]).all()


def test_a_model_shows_its_sizes_and_escapes_words():
    odd = "<b>\x1b[31m"
    model = Word2Vec([["[red]a", odd, "c"]] * 20, vector_size=8, min_count=1, workers=1, epochs=1)
    assert str(model) == repr(model) == "Word2Vec<vocab=3, vector_size=8, alpha=0.025>"
    html = model._repr_html_()
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
    assert "\x1b" not in html
    console = Console(width=200, no_color=True)
    with console.capture() as shown:
        console.print(model)
    assert "objective='negative-sampling'" in shown.get()
    assert "[red]a" in shown.get()
    assert "\x1b[31m" not in shown.get()


def test_an_untrained_model_shows_itself_too():
    model = Word2Vec(window=None, epochs=None, alpha=None, hs=1, negative=0)
    assert str(model) == "Word2Vec<vocab=0, vector_size=100, alpha=None>"
    assert str(model._facts()["window"]) == "all"
    assert "auto" in model._repr_html_()
    assert "negative" not in model._facts()


def test_another_thread_reads_changes_pauses_and_stops_a_training():
    model = Word2Vec(vector_size=8, min_count=1, workers=1)
    model.build_vocab(SENTENCES)
    thread = threading.Thread(
        target=model.train, args=(SENTENCES,), kwargs={"total_examples": 1, "epochs": 100_000}
    )
    thread.start()
    until(lambda: model.run is not None and model.run.snapshot().progress.tokens, "training")
    run = model.run
    run.pause()
    until(lambda: run.snapshot().state == "paused", "the pause")
    assert run.change(negative=7, window=None).negative == 7
    assert "run" in model._facts()
    run.resume()
    until(lambda: run.snapshot().settings.negative == 7, "the change")
    with pytest.raises(SettingsError, match="no checkpoints"):
        run.checkpoint()
    run.stop()
    thread.join()
    assert model.run is None
    assert model.wv.most_similar("ship", topn=1)
    assert model.curves["tokens"][-1] > 0
