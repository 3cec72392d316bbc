"""The vectors of a saved run, for the verbs that ask vectors."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from w2vtui.cli.options.setting_options import settle
from w2vtui.cli.output import report
from w2vtui.config import read_config
from w2vtui.display import safe_text
from w2vtui.errors import VectorsError
from w2vtui.settings import RunSettings
from w2vtui.vector_layouts import is_vector_folder

if TYPE_CHECKING:
    from w2vtui.vectors import WordVectors


def named_run(arguments: argparse.Namespace) -> Path | None:
    """The folder of the saved run that VECTORS names; None if it names a file or a folder of
    vectors. Of a run and a file of one name, the run is meant, which is reported.

    Raises:
        VectorsError: there is neither.
        RunError: the name is that of several runs.
    """
    if not hasattr(arguments, "named_run"):
        arguments.named_run = _named_run(arguments)
    found: Path | None = arguments.named_run
    return found


def _named_run(arguments: argparse.Namespace) -> Path | None:
    name, path = arguments.vectors, Path(arguments.vectors)
    is_file = is_vector_folder(path) or (os.path.lexists(path) and not path.is_dir())
    if is_file and (os.sep in name or path.suffix[1:2].isalpha()):  # no run has such a name
        return None
    from w2vtui.runs.listed.listing import (  # loads NumPy
        NoRunError,
        find_run,
        is_full_name,
        run_not_file,
    )
    from w2vtui.runs.root import runs_folder

    if not hasattr(arguments, "run_settings"):  # a verb with a screen has settled more than these
        settle(arguments, read_config(), (RunSettings,))
    root = runs_folder(arguments.run_settings.runs_dir)
    if is_file:
        if not is_full_name(root, name):
            return None
        report(f"hint: {run_not_file(name)}")
    try:
        return find_run(root, name)
    except NoRunError as error:
        if os.sep in name or Path(name).suffix or Path(name).exists():
            return None
        raise VectorsError(f"there is no file '{safe_text(name, 80)}', and {error}") from error


def vectors_of(run: Path, limit: int | None, at: str | None = None) -> WordVectors:
    """The vectors of a run's newest checkpoint, or as of a moment of its training.

    Raises:
        RunError: it has no checkpoint.
        DamagedRunError: what was saved of it cannot be read.
        SettingsError: `at` is not a moment of the run.
    """
    from w2vtui.vectors import WordVectors

    vectors, where, troubles = _newest(run) if at is None else _as_of(run, at)
    for trouble in troubles:
        report(trouble)
    report(f"vectors of run {run.name}, at {where}")
    if limit is None:
        return vectors
    words, counts, output = vectors.index_to_key, vectors.counts, vectors.output_vectors
    return WordVectors(
        words[:limit],
        vectors.vectors[:limit],
        None if counts is None else counts[:limit],
        None if output is None else output[:limit],
    )


def _newest(run: Path) -> tuple[WordVectors, str, list[str]]:
    """The newest vectors, from where in the training they are, and what is damaged."""
    from w2vtui.runs.agreement import checkpoint_vectors

    vectors, checkpoint, troubles = checkpoint_vectors(run)
    return vectors, f"{checkpoint.fraction:.1%} of the training", troubles


def _as_of(run: Path, at: str) -> tuple[WordVectors, str, list[str]]:
    """The same as of a moment."""
    from w2vtui.runs.past import SavedHistory

    history = SavedHistory(run)
    view = history.view_at(history.moment_at(at))
    where = f"{view.fraction:.1%} of the training, {view.tokens:,} tokens"
    remarks = [history.past_remark] if history.past_remark else []
    return view.vectors, where, [*history.troubles, *remarks]
