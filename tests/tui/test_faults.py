"""What goes wrong while a run is watched: nothing learned is lost, and all of it is said."""

from __future__ import annotations

import shutil

from tests.support.screens import events, form, press, shows, state, text_of, training, until
from w2vtui.corpus import open_corpus
from w2vtui.corpus.stored.cache import cache_folder
from w2vtui.formats import load_vectors
from w2vtui.training.engine.cpu_backend import CpuBackend


async def test_a_text_and_its_cache_deleted_in_mid_run_change_nothing(topical_corpus, tmp_path):
    async with training(form(topical_corpus)) as app:
        topical_corpus.unlink()
        shutil.rmtree(cache_folder())
        before = app.session.snapshot().progress.tokens
        await until(app, lambda: app.session.snapshot().progress.tokens > before + 100_000)
        assert await app.screen.save_to(str(tmp_path / "v.bin"))
        assert state(app) == "training"
    assert len(load_vectors(tmp_path / "v.bin")) > 20


async def test_a_damaged_cache_is_reported(topical_corpus):
    open_corpus([topical_corpus], form(topical_corpus).corpus_settings)
    (path,) = cache_folder().glob("*/ids.npy")
    path.write_bytes(path.read_bytes()[:-4] + b"\xff\xff\xff\x7f")
    async with training(form(topical_corpus)) as app:
        assert "the cached copy of this text was damaged (ids.npy" in " ".join(events(app).split())
        assert state(app) == "training"


async def test_an_error_in_a_worker_is_shown_and_what_was_learned_can_be_saved(
    topical_corpus, tmp_path, monkeypatch
):
    async with training(form(topical_corpus)) as app:

        def stumble(*arguments: object) -> None:
            raise RuntimeError("the worker [b]stumbled[/b]")

        monkeypatch.setattr(CpuBackend, "train_span", stumble)
        await until(app, lambda: state(app) == "failed")
        await shows(app, "✗ FAILED", "✗ the worker [b]stumbled[/b]")
        assert await app.screen.save_to(str(tmp_path / "v.bin"))
    assert len(load_vectors(tmp_path / "v.bin")) > 20


async def test_a_change_that_makes_a_run_diverge_ends_it_with_the_reason(topical_corpus):
    async with training(form(topical_corpus)) as app:
        await press(app, "colon", *"set alpha 900", "enter")
        await until(app, lambda: state(app) == "failed")
        await shows(app, "✗ training diverged", "lower the learning rate")
        assert "learning rate 0.0" in events(app)


async def test_hostile_tokens_never_reach_the_terminal(tmp_path):
    words = ["\x1b[31mred", "[bold]markup[/]", "\u202eright", "한국어", "中文词", "plain"]
    text = tmp_path / "hostile.txt"
    text.write_text("\n".join([" ".join(words)] * 400), encoding="utf-8")
    async with training(form(text)) as app:
        app.session.words.chosen = tuple(words)
        await shows(app, r"\x1b[31mred", "[bold]markup[/]", r"\u202eright", "한국어", "中文词")
        shown = text_of(app)
        assert not {"\x1b", "\u202e"} & set(shown)


async def test_an_unwritable_folder_is_named_and_training_continues(topical_corpus, tmp_path):
    async with training(form(topical_corpus)) as app:
        assert not await app.screen.save_to(str(tmp_path / "nowhere" / "v.bin"))
        await until(app, lambda: any("nowhere" in one.message for one in app._notifications))
        assert state(app) == "training"
        assert not (tmp_path / "nowhere").exists()
