"""`w2vtui clusters`: groups of words whose vectors point the same way."""

from __future__ import annotations

import argparse
import dataclasses
from typing import TYPE_CHECKING, Any

from w2vtui.cli.options.file_options import add_side, add_vectors, load
from w2vtui.cli.options.readers import whole_number
from w2vtui.cli.options.verb_options import add_lookup
from w2vtui.cli.output import show
from w2vtui.exploring.limits import CLUSTERED, N_CLUSTERS

if TYPE_CHECKING:
    from w2vtui.exploring.clusters import Clusters

USAGE = "w2vtui clusters VECTORS [options]"
HELP = f"""Group the most frequent words by their vectors, and name each group by its central words.

  w2vtui clusters notes.bin
  w2vtui clusters last -k 50 -n 5               50 groups of a saved run, 5 words of each
  w2vtui clusters notes.bin --restrict 100000   more words than the {CLUSTERED:,} most frequent

Groups are made by k-means of the vectors at length 1. The same --seed gives the same groups. The
number behind the words of a group is their mean cosine with its center."""
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui clusters` takes."""
    add_vectors(parser)
    parser.add_argument(
        "-k",
        metavar="N",
        type=whole_number,
        default=N_CLUSTERS,
        help=f"number of groups (default: {N_CLUSTERS})",
    )
    parser.add_argument(
        "--restrict",
        metavar="N",
        type=whole_number,
        default=CLUSTERED,
        help=f"group only the N most frequent words (default: {CLUSTERED})",
    )
    parser.add_argument(
        "--seed", metavar="N", type=int, default=1, help="where the groups begin (default: 1)"
    )
    add_side(parser)
    add_lookup(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the groups, that of the most words first."""
    from w2vtui.cli.results import print_json
    from w2vtui.exploring.clusters import Grouping, clusters

    how = Grouping(arguments.k, arguments.n, arguments.restrict, arguments.seed)
    found = clusters(load(arguments), how)
    if arguments.json:
        print_json(_as_json(found))
        return 0
    show(f"{len(found.clusters):,} clusters of the {found.searched:,} most frequent words of "
         f"{found.total:,}, mean cosine {found.cohesion:.3f}")  # fmt: skip
    for one in found.clusters:
        words = " ".join(word.word for word in one.words)
        what = "word" if one.n_words == 1 else "words"
        show(f"{one.n_words:6,} {what:<5}  {one.cohesion:.3f}  {words}")
    return 0


def _as_json(found: Clusters) -> dict[str, Any]:
    groups = [dataclasses.asdict(one) for one in found.clusters]
    for group in groups:
        del group["place"]  # of the arrays, which are left out
        group["cohesion"] = round(group["cohesion"], 6)
        for word in group["words"]:
            word["score"] = round(word["score"], 6)
    return {
        "clusters": groups,
        "searched": found.searched,
        "total": found.total,
        "cohesion": round(found.cohesion, 6),
    }
