"""`w2vtui learn`: a lesson on the method, over a training of the bundled sample."""

from __future__ import annotations

import argparse

from w2vtui.cli.options.setting_options import add_settings
from w2vtui.cli.screens import has_screen, show_screens
from w2vtui.errors import SettingsError
from w2vtui.settings import LiveSettings, RunSettings, ScreenSettings, TrainingSettings

USAGE = "w2vtui learn [settings]"
HELP = """Learn how word2vec is trained: eight pages, in the order of Dive into Deep Learning 15.2.

  w2vtui learn

While you read, the sample that comes with the program is trained, at about 50,000 words a second
so that there is time to look. Each page has a formula, one thing to try, and what your own run
shows of it. The run is saved like any other; w2vtui resume last continues it at full speed.

The keys 1, 2 and 3 go to the training, to its words, and back to the lesson; ctrl+q leaves."""
SETTINGS = (LiveSettings, TrainingSettings, ScreenSettings, RunSettings)

EPOCHS = 200
"""Half an hour."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui learn` takes."""
    add_settings(parser, ["vectors", "training", "runs", "screen"])


def run(arguments: argparse.Namespace) -> int:
    """Train the sample, and show the lesson.

    Raises:
        SettingsError: there is no terminal.
    """
    if not has_screen():
        raise SettingsError(
            "learn needs a terminal: without one, w2vtui train trains, and docs/method.md has the "
            "same in text"
        )
    from w2vtui.tui.chosen.form import Form

    live: LiveSettings = arguments.live_settings
    form = Form(
        training=arguments.training_settings,
        live=live.changed(epochs=live.epochs or EPOCHS, workers=live.workers or 1),
        run_settings=arguments.run_settings,
    )
    arguments.output = None
    return show_screens(arguments, form, begins_with="lesson")
