"""`w2vtui explore`: vectors on the explore screen."""

from __future__ import annotations

import argparse
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from w2vtui.cli.options.file_options import add_vectors, load_file
from w2vtui.cli.options.run_vectors import named_run
from w2vtui.cli.options.setting_options import add_settings
from w2vtui.cli.screens import has_screen, show_screens
from w2vtui.display import safe_text
from w2vtui.errors import SettingsError, VectorsError
from w2vtui.settings import RunSettings, ScreenSettings

if TYPE_CHECKING:
    from w2vtui.exploring.subject import Subject
    from w2vtui.tui.explore_screen.opening import Opens

USAGE = "w2vtui explore VECTORS|RUN [options]"
HELP = """Explore vectors on the screen: neighbors, analogies, a map, what taught them.

  w2vtui explore notes.bin                a file of vectors, in any layout
  w2vtui explore last                     the vectors of a saved run

w2vtui neighbors and w2vtui analogy answer without a screen."""
SETTINGS = (RunSettings, ScreenSettings)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui explore` takes."""
    add_vectors(parser, at=False)
    add_settings(parser, ["screen"])


def run(arguments: argparse.Namespace) -> int:
    """Show the explore screen.

    Raises:
        SettingsError: there is no terminal.
        VectorsError: there is no such file or run.
    """
    if not has_screen():
        raise SettingsError(
            "explore needs a terminal: w2vtui neighbors and w2vtui analogy answer without one"
        )
    from w2vtui.tui.chosen.form import Form

    opens = _opens(arguments)
    arguments.output = None
    return show_screens(arguments, Form(run_settings=arguments.run_settings), begins_with=opens)


def _opens(arguments: argparse.Namespace) -> Opens:
    """What is explored.

    Raises:
        VectorsError: there is no such file or run.
    """
    from w2vtui.tui.explore_screen.opening import Opens

    folder = named_run(arguments)
    if folder is not None:
        return Opens(folder.name, partial(_run, folder))
    name = safe_text(arguments.vectors)
    if not os.path.lexists(arguments.vectors):
        raise VectorsError(f"there is no file {name}: check the name")
    return Opens(name, partial(_file, name, arguments))


def _run(folder: Path) -> Subject:
    from w2vtui.runs.explored import explored_run  # loads NumPy

    return explored_run(folder)


def _file(name: str, arguments: argparse.Namespace) -> Subject:
    from w2vtui.exploring.subject import FileSubject  # loads NumPy

    return FileSubject(name, lambda report, progress: load_file(arguments, report, progress))
