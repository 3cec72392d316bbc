"""`w2vtui convert`: vectors from one layout to another."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from w2vtui.cli.options.file_options import add_vectors, check_moment, report_hint
from w2vtui.cli.options.run_vectors import named_run, vectors_of
from w2vtui.cli.options.verb_options import known_layout
from w2vtui.cli.output import report
from w2vtui.display import safe_text
from w2vtui.errors import SettingsError
from w2vtui.vector_layouts import described, layout_of

if TYPE_CHECKING:
    from w2vtui.formats.rows.blocks import Held

USAGE = "w2vtui convert VECTORS OUT [options]"
HELP = f"""Write vectors in another layout. The ending of OUT says which, or --to does:

{described()}
  .vocab      vocab         words and counts, without vectors

  w2vtui convert notes.bin notes.vec
  w2vtui convert glove.6B.100d.txt glove.bin
  w2vtui convert notes.bin notes.model2vec --sif --remove-common   for vectors of sentences
  w2vtui convert last notes.parquet                                of a saved run

.txt, .vec, .bin, .glove, .csv and .jsonl may be followed by .gz. What a file holds is found out
by reading it. Rows are read and written one after the other, so files may be larger than the
memory. OUT appears whole or not at all."""
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui convert` takes."""
    add_vectors(parser)
    parser.add_argument(
        "out", metavar="OUT", nargs="?", help="where the vectors go: a file, or a folder NAME/"
    )
    parser.add_argument("-o", "--output", metavar="OUT", help="the same, as an option")
    parser.add_argument(
        "--from",
        dest="from_layout",
        metavar="LAYOUT",
        type=known_layout,
        help="the layout of VECTORS (default: found out)",
    )
    parser.add_argument(
        "--to",
        "--layout",
        dest="to_layout",
        metavar="LAYOUT",
        type=known_layout,
        help="the layout of OUT (default: by its ending)",
    )
    parser.add_argument(
        "--vectors",
        dest="matrix",
        choices=("input", "output", "sum"),
        default="input",
        help="which vectors of each word, of a saved run or a folder of w2vtui's (default: input)",
    )
    parser.add_argument(
        "--sif",
        metavar="A",
        type=float,
        nargs="?",
        const=1e-4,
        help="multiply each vector by A / (A + the word's share of the text); 1e-4 if left out",
    )
    parser.add_argument(
        "--remove-common",
        action="store_true",
        help="subtract from each vector its part along the direction that all have in common",
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="let OUT replace a file that is not a vector file; never the one that is read",
    )


def run(arguments: argparse.Namespace) -> int:
    """Convert, and report it.

    Raises:
        SettingsError: OUT is not named, cannot be written like that, or is what is read.
        VectorsError: the vectors cannot be read, or OUT cannot hold a word.
        DiskError: OUT cannot be written.
    """
    from w2vtui.cli.work.converting import shown_progress
    from w2vtui.formats import Conversion, Wanted, convert
    from w2vtui.runs.requested.targets import check_conversion

    out = _out(arguments)
    layout = layout_of(out, arguments.to_layout)
    check_conversion(Path(arguments.vectors), Path(out), layout, overwrite=arguments.overwrite)
    how = Conversion(
        wanted=Wanted(
            arguments.limit,
            arguments.encoding_errors,
            arguments.skip_bad_rows,
            arguments.matrix,
            arguments.from_layout,
        ),
        layout=layout.name,
        sif=arguments.sif,
        removes_common=arguments.remove_common,
    )
    run = named_run(arguments)
    if run is None:
        check_moment(arguments)
    source = arguments.vectors if run is None else _of_run(run, arguments)
    with shown_progress() as progress:
        shape = convert(source, out, how, report=report_hint, progress=progress)
    size = f" x {shape.vector_size:,}" if layout.holds_vectors else ""
    report(f"saved {out}: {shape.most_words:,} words{size}, layout {layout.name}")
    return 0


def _out(arguments: argparse.Namespace) -> str:
    """Where the vectors go.

    Raises:
        SettingsError: no place is named, or two.
    """
    named = [one for one in (arguments.out, arguments.output) if one is not None]
    if len(named) != 1:
        found = " and ".join(safe_text(one, 80) for one in named) or "none"
        raise SettingsError(
            f"convert writes one file, got {found}: w2vtui convert {arguments.vectors} OUT"
        )
    return str(named[0])


def _of_run(run: Path, arguments: argparse.Namespace) -> Held:
    from w2vtui.formats import Held

    limit = arguments.limit if arguments.matrix == "input" else None
    return Held.of(vectors_of(run, limit, arguments.at), arguments.matrix, f"run {run.name}")
