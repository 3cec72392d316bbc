"""The screens over real runs on a tiny corpus: what a person does, and what they then see."""

from __future__ import annotations

import re
from typing import Any

import pytest
from textual.binding import Binding
from textual.widgets import Input

from tests.support.screens import (
    ask,
    events,
    form,
    notices,
    on_first_screen,
    pick,
    press,
    screen_lines,
    shows,
    state,
    text_of,
    training,
    until,
)
from w2vtui.errors import DivergedError, SettingsError
from w2vtui.formats import load_vectors
from w2vtui.settings import CorpusSettings, RunSettings
from w2vtui.training.state.snapshot import Snapshot
from w2vtui.tui.app import W2vApp
from w2vtui.tui.chosen.form import Form
from w2vtui.tui.dialogs.ask import Ask
from w2vtui.tui.dialogs.save_dialog import SaveDialog
from w2vtui.tui.first_screen.screen import NewRunScreen
from w2vtui.tui.help.screen import Help
from w2vtui.tui.train_screen.drawing import Drawing
from w2vtui.tui.train_screen.screen import TrainScreen
from w2vtui.tui.widgets.setting_rows import SettingRows

# ---- the first screen


async def test_two_presses_of_enter_start_the_training_and_a_loss_appears(topical_corpus):
    async with on_first_screen(form(topical_corpus)) as app:
        assert "enter goes to Start" in text_of(app)
        await press(app, "enter")
        await until(app, lambda: app.focused is not None and app.focused.id == "start")
        await press(app, "enter")
        await until(app, lambda: isinstance(app.screen, TrainScreen))
        await until(app, lambda: state(app) == "training")
        await shows(app, "● TRAINING", "topics.txt")
        await until(app, lambda: re.search(r"Loss   objective loss \d\.\d{3}", text_of(app)))
        braille = re.compile("[\u2801-\u28ff]")
        await until(app, lambda: braille.search(text_of(app)))


async def test_a_missing_file_is_named_before_anything_starts(topical_corpus):
    missing = topical_corpus.with_name("topcis.txt")
    async with on_first_screen(form(missing)) as app:
        await shows(app, "✗ there is no", "did you mean")
        await press(app, "ctrl+s")
        await until(app, lambda: "there is no" in notices(app))
        assert isinstance(app.screen, NewRunScreen)
        assert app.session is None


async def test_the_preview_escapes_what_a_terminal_would_obey(tmp_path):
    path = tmp_path / "evil.txt"
    path.write_text("a \x1b]0;title\x07 b [red]c[/red] \u202e d\n" * 50, encoding="utf-8")
    async with on_first_screen(form(path)) as app:
        await shows(app, r"\x1b]0;title\x07", "[red]c[/red]", r"\u202e")


async def test_settings_change_on_the_first_screen_and_so_does_the_command(topical_corpus):
    async with on_first_screen(form(topical_corpus)) as app:
        app.screen.query_one(SettingRows).focus()
        await until(app, lambda: isinstance(app.focused, SettingRows))
        await pick(app, "negative")
        await press(app, "right", "right")
        await pick(app, "vector_size")
        await press(app, "6", "4", "down")
        await until(app, lambda: "--negative 10" in app.screen.command())
        await until(app, lambda: "--vector-size 64" in app.screen.command())
        await press(app, "0", "down")
        await until(app, lambda: "window must be 1 to 10,000 words" in notices(app))
        assert app.screen.form.live.window == 5
        await pick(app, "negative")
        await press(app, "delete")
        await until(app, lambda: "--negative" not in app.screen.command())


# ---- live_changes


async def test_a_staged_change_is_applied_and_marked(topical_corpus, full_speed):
    async with training(form(topical_corpus)) as app:
        await until(app, lambda: app.session.snapshot().speed.now)  # a prediction needs one
        await pick(app, "negative")
        await press(app, "right", "right", "right")
        await shows(app, "5 → 15", "staged")
        assert app.session.snapshot().settings.negative == 5
        await press(app, "enter")
        await until(app, lambda: app.session.snapshot().settings.negative == 15)
        await shows(app, "① K 5→15", "① K 5 → 15  at ", "predicted")
        await until(app, lambda: "staged" not in text_of(app))


async def test_digits_after_an_equals_sign_are_a_value_and_escape_drops_it(topical_corpus):
    async with training(form(topical_corpus)) as app:
        await pick(app, "window")
        await press(app, "equals_sign", "1", "2", "down")
        await shows(app, "5 → 12")
        await press(app, "escape")
        await until(app, lambda: "5 → 12" not in text_of(app))
        assert app.session.snapshot().settings.window == 5


async def test_the_learning_rate_steps_from_the_rate_of_this_moment(topical_corpus):
    async with training(form(topical_corpus)) as app:
        await pick(app, "alpha")
        await press(app, "equals_sign", "0", ".", "0", "1", "2", "enter")
        await until(app, lambda: "→ 0.012" in events(app))
        await until(app, lambda: app.screen.shot.rate <= 0.012)
        await press(app, "right")
        await until(app, lambda: app.screen.staging.staged == {"alpha": 0.015})


async def test_a_refused_change_is_a_notice_and_everything_stays(topical_corpus, monkeypatch):
    async with training(form(topical_corpus)) as app:

        def refuse(**settings: Any) -> None:
            raise SettingsError("softmax is for small vocabularies")

        monkeypatch.setattr(app.session.run, "change", refuse)
        await pick(app, "objective")
        await press(app, "right", "enter")
        await until(app, lambda: "softmax is for small vocabularies" in notices(app))
        cost = screen_lines(app)[-2]
        await until(app, lambda: screen_lines(app)[-2] != cost)  # the speed has changed
        assert "softmax is for small vocabularies" in notices(app)
        assert app.screen.staging.staged == {"objective": "hierarchical-softmax"}
        assert state(app) == "training"


async def test_model_and_objective_change_while_it_trains(topical_corpus):
    async with training(form(topical_corpus)) as app:
        await pick(app, "model")
        await press(app, "right", "down", "right", "enter")
        await until(app, lambda: app.session.snapshot().settings.model == "cbow")
        assert app.session.snapshot().settings.objective == "hierarchical-softmax"
        tokens = app.session.snapshot().progress.tokens
        await until(app, lambda: app.session.snapshot().progress.tokens > tokens + 100_000)
        assert state(app) == "training"
        await shows(app, "hierarchical-softmax", "cbow")


async def test_space_pauses_and_resumes(topical_corpus):
    async with training(form(topical_corpus)) as app:
        await press(app, "space")
        await shows(app, "‖ PAUSED", "space resumes")
        await press(app, "space")
        await shows(app, "● TRAINING")


async def test_a_frozen_display_does_not_change_while_training_continues(topical_corpus):
    async with training(form(topical_corpus)) as app:
        await press(app, "f")
        await shows(app, "display frozen")
        run_panel = app.screen.query_one("#run").plain
        tokens = app.session.snapshot().progress.tokens
        await until(app, lambda: app.session.snapshot().progress.tokens > tokens + 50_000)
        await until(app, lambda: app.screen.shot.progress.tokens > tokens + 50_000)
        assert app.screen.query_one("#run").plain == run_panel
        await press(app, "f")
        await until(app, lambda: app.screen.query_one("#run").plain != run_panel)


# ---- asking


async def test_a_query_shows_its_nearest_words(topical_corpus):
    async with training(form(topical_corpus)) as app:
        await ask(app, "ship")
        await until(app, lambda: " 1 " in app.screen.query_one("#nearest").plain)
        await until(app, lambda: "sailor" in app.screen.query_one("#nearest").plain)


async def test_a_query_typed_in_one_go_is_a_query(topical_corpus):
    """No key of it may reach the screen, where `s` would save and `e` would end it."""
    async with training(form(topical_corpus)) as app:
        for key in ("slash", "s", "a", "e", "n"):
            app.simulate_key(key)
        await until(app, lambda: isinstance(app.focused, Input) and app.focused.value == "saen")


async def test_an_unknown_word_is_explained(topical_corpus):
    async with training(form(topical_corpus)) as app:
        await ask(app, "shipp")
        await shows(app, "no vector for 'shipp'", "did you mean ship")


async def test_words_are_watched_from_the_start(topical_corpus):
    async with training(form(topical_corpus)) as app:
        await until(app, lambda: len(app.session.snapshot().neighbors) >= 4)
        watched = [answer.query for answer in app.session.snapshot().neighbors]
        await shows(app, *watched[:4])
        assert not {"the", "a", "of"} & set(watched)


async def test_questions_are_answered_after_the_end(topical_corpus):
    async with training(form(topical_corpus, epochs=20)) as app:
        await until(app, lambda: state(app) == "done")
        await shows(app, "✓ DONE", "n new run")
        await ask(app, "ship - sea")
        await shows(app, "no vector for 'sea'")
        await ask(app, "cow")
        await until(app, lambda: "barn" in app.screen.query_one("#nearest").plain)


# ---- saving, ending, leaving


async def test_vectors_are_saved_to_a_path(topical_corpus, tmp_path):
    async with training(form(topical_corpus)) as app:
        await press(app, "s")
        await until(app, lambda: isinstance(app.screen, SaveDialog) and app.focused)
        app.screen.query_one("#path", Input).value = str(tmp_path / "vectors.bin")
        await press(app, "enter")
        await until(app, lambda: "vectors saved to" in notices(app))
        assert len(load_vectors(tmp_path / "vectors.bin")) == 26
        assert state(app) == "training"


async def test_the_save_dialog_stays_open_where_nothing_can_be_saved(topical_corpus, tmp_path):
    async with training(form(topical_corpus)) as app:
        await press(app, "s")
        await until(app, lambda: isinstance(app.screen, SaveDialog) and app.focused)
        app.screen.query_one("#path", Input).value = str(tmp_path / "vectors.xyz")
        await press(app, "enter")
        await shows(app, "must end in")
        assert "--layout" not in text_of(app)
        for path, why in ((str(tmp_path / "none/v.txt"), "create"), ("-", "stdout")):
            app.screen.query_one("#path", Input).value = path
            await press(app, "enter")
            await shows(app, why)
            assert app.screen.query_one("#path", Input).value == path
        assert state(app) == "training"


async def test_the_output_is_written_when_the_training_is_done(topical_corpus, tmp_path):
    output = tmp_path / "vectors.txt"
    async with training(form(topical_corpus, epochs=20), output=str(output)) as app:
        await until(app, lambda: app.session.saved_to == str(output))
        assert len(load_vectors(output)) == 26


async def test_stop_asks_and_ends_the_training(topical_corpus):
    async with training(form(topical_corpus)) as app:
        await press(app, "e")
        await until(app, lambda: isinstance(app.screen, Ask) and app.focused)
        await press(app, "s")
        await until(app, lambda: state(app) == "stopped")
        await shows(app, "■ STOPPED", "n new run")


async def test_a_new_run_keeps_the_choices(topical_corpus):
    async with training(form(topical_corpus, epochs=20, window=3)) as app:
        await until(app, lambda: app.screen.shot.state == "done")
        await press(app, "n")
        await until(app, lambda: isinstance(app.screen, Ask) and app.focused)
        await press(app, "k")
        await until(app, lambda: isinstance(app.screen, NewRunScreen))
        command = app.screen.command()
        assert str(topical_corpus) in command
        assert "--window 3" in command


async def test_quit_asks_while_training(topical_corpus):
    unsaved = RunSettings(checkpoints=False)
    async with training(form(topical_corpus, run_settings=unsaved)) as app:
        await press(app, "ctrl+q")
        await shows(app, "Save vectors and quit", "Quit without saving", "Stay")
        await press(app, "ctrl+q")  # nothing is saved, and no output is named
        assert isinstance(app.screen, Ask)
        await press(app, "escape")
        await until(app, lambda: isinstance(app.screen, TrainScreen))
        assert state(app) == "training"
        await press(app, "ctrl+q")
        await until(app, lambda: isinstance(app.screen, Ask) and app.focused)
        await press(app, "d")
        await until(app, lambda: app._exit)
    assert app.return_code == 0


@pytest.mark.usefixtures("no_hurry")
async def test_quit_twice_saves_to_the_output_and_leaves(topical_corpus, tmp_path):
    output = tmp_path / "vectors.txt"
    async with training(form(topical_corpus), output=str(output)) as app:
        await press(app, "ctrl+q", "ctrl+q")
        await until(app, lambda: app._exit)
    assert app.return_code == 0
    assert len(load_vectors(output)) == 26


@pytest.mark.usefixtures("no_hurry")
async def test_ctrl_c_twice_leaves_at_once(topical_corpus):
    async with training(form(topical_corpus)) as app:
        await press(app, "ctrl+c")
        assert not app._exit
        await press(app, "ctrl+c")
        await until(app, lambda: app._exit)
    assert app.return_code == 130


async def test_nothing_is_asked_when_nothing_would_be_lost(topical_corpus):
    async with on_first_screen(form(topical_corpus)) as app:
        await press(app, "ctrl+q")
        await until(app, lambda: app._exit)
    assert app.return_code == 0


# ---- failures


async def test_a_run_that_fails_shows_why_and_another_can_begin(topical_corpus):
    chosen = Form(corpus=str(topical_corpus), corpus_settings=CorpusSettings(min_count=100_000))
    async with on_first_screen(chosen) as app:
        await press(app, "ctrl+s")
        await until(app, lambda: state(app) == "failed")
        await shows(app, "✗ FAILED", "✗ no word occurs 100,000 times or more", "lower min_count")
        await press(app, "n")
        await until(app, lambda: isinstance(app.screen, NewRunScreen))


async def test_the_exit_code_is_that_of_the_failed_run(topical_corpus):
    async with training(form(topical_corpus, alpha=1000.0, min_alpha=1000.0)) as app:
        await until(app, lambda: state(app) == "failed")
        assert isinstance(app.session.snapshot().error, DivergedError)
        await shows(app, "✗ training diverged", "lower the learning rate")
        await press(app, "ctrl+q")
        await until(app, lambda: app._exit)
    assert app.return_code == 4


async def test_an_error_of_the_screen_is_not_swallowed(topical_corpus, monkeypatch):
    def broken(self: Drawing, shot: Snapshot) -> None:
        raise ZeroDivisionError("a defect")

    async def meet_it() -> None:
        async with training(form(topical_corpus)) as app:
            monkeypatch.setattr(Drawing, "draw_panes", broken)
            await until(app, lambda: app._exception is not None)

    with pytest.raises(ZeroDivisionError):
        await meet_it()


# ---- keys


async def test_every_key_is_in_the_help_and_can_be_rebound(topical_corpus):
    async with training(form(topical_corpus)) as app:
        await press(app, "question_mark")
        await until(app, lambda: isinstance(app.screen, Help))
        shown = {text for section in app.screen.sections for _, text in section.keys}
        ids = set()
        for owner in (W2vApp, NewRunScreen, TrainScreen, SettingRows):
            for binding in owner.BINDINGS:
                assert isinstance(binding, Binding)
                assert binding.id
                assert binding.id not in ids
                ids.add(binding.id)
                assert (binding.tooltip or binding.description) in shown


async def test_the_palette_knows_the_keys_of_the_screen(topical_corpus):
    async with training(form(topical_corpus)) as app:
        titles = {command.title for command in app.get_system_commands(app.screen)}
        assert {"Pause", "Save", "End", "Freeze", "Help", "Quit", "Theme"} <= titles
        assert "New run" not in titles
