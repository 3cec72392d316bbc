"""`w2vtui export`: the vectors of a saved run."""

from __future__ import annotations

import argparse
from pathlib import Path

from w2vtui.cli.options.verb_options import add_output, add_run
from w2vtui.cli.output import report
from w2vtui.errors import SettingsError
from w2vtui.settings import RunSettings

USAGE = "w2vtui export RUN [-o FILE] [options]"
HELP = """Save the vectors of a run's newest checkpoint, without training.

  w2vtui export brisk-otter -o notes.bin"""
SETTINGS = (RunSettings,)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui export` takes."""
    add_run(parser)
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    """Save the vectors of a run's newest checkpoint.

    Raises:
        SettingsError: neither the run nor the command line says where.
    """
    from w2vtui.runs.listed.listing import find_run
    from w2vtui.runs.record import RunRecord
    from w2vtui.runs.root import runs_folder

    folder = find_run(runs_folder(arguments.run_settings.runs_dir), arguments.run)
    output = RunRecord.read(folder).output_for(folder.name, arguments.output)
    if output is None:
        raise SettingsError(f"{folder.name} has no output file: give one with -o FILE")
    export(folder, output, overwrite=arguments.overwrite, layout=arguments.layout)
    return 0


def export(folder: Path, output: str, *, overwrite: bool, layout: str | None = None) -> None:
    """Save the vectors of the newest checkpoint in a run's folder, and report it."""
    from w2vtui.runs.agreement import checkpoint_vectors
    from w2vtui.runs.record import RunRecord

    request = RunRecord.read(folder).own_request.to(output, overwrite=overwrite, layout=layout)
    request.check_outputs()
    vectors, checkpoint, troubles = checkpoint_vectors(folder)
    for trouble in troubles:
        report(trouble)
    request.save(vectors, folder, checkpoint.clock)
    report(
        f"saved {output}: {len(vectors):,} words x {vectors.vector_size}, "
        f"at {checkpoint.fraction:.1%} of the training"
    )
