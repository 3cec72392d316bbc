"""The file of vectors that a verb asks, and the options of how it is read."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from w2vtui.cli.options import add_skip_bad_rows, whole_number
from w2vtui.cli.output import report

if TYPE_CHECKING:
    from w2vtui.vectors import KeyedVectors


def add_vectors(parser: argparse.ArgumentParser) -> None:
    """Add the positional VECTORS, and the options of how it is read."""
    parser.add_argument("vectors", metavar="VECTORS", help="a file of vectors")
    group = parser.add_argument_group("Reading vectors")
    group.add_argument(
        "--limit", metavar="N", type=whole_number, help="read the first N words only"
    )
    group.add_argument(
        "--encoding-errors",
        choices=("strict", "replace", "ignore"),
        default="strict",
        help="how to read words that are not UTF-8 (default: strict, which refuses them)",
    )
    add_skip_bad_rows(group)


def load(arguments: argparse.Namespace) -> KeyedVectors:
    """The vectors that the arguments name; reports what was left out or mended.

    Raises:
        VectorsError: they cannot be read.
    """
    from w2vtui.formats import load_vectors

    return load_vectors(
        arguments.vectors,
        limit=arguments.limit,
        encoding_errors=arguments.encoding_errors,
        skip_bad_rows=arguments.skip_bad_rows,
        report=report_hint,
    )


def report_hint(remark: str) -> None:
    """Report what a reader left out or mended."""
    report(f"hint: {remark}")
