"""`w2vtui map`: where words lie, as a picture."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from w2vtui.cli.options.file_options import add_vectors, load
from w2vtui.cli.options.readers import whole_number
from w2vtui.cli.options.verb_options import add_result_json
from w2vtui.cli.output import report
from w2vtui.errors import SettingsError
from w2vtui.exploring.maps.cluster_looks import letter_of

if TYPE_CHECKING:
    from w2vtui.exploring.maps.map_svg import Picture
    from w2vtui.vectors import WordVectors

USAGE = "w2vtui map VECTORS -o FILE [options]"
HELP = """Draw where words lie, as a picture: .svg, or .png with the extra `png`.

  w2vtui map notes.bin -o map.svg                 the 5,000 most frequent words
  w2vtui map last -o map.svg --label rome paris   of a saved run; two words are marked
  w2vtui map notes.bin -o map.png --clusters 8    colors and letters for eight groups
  w2vtui map notes.bin -o map.svg --axes man:woman small:big
  w2vtui map notes.bin --json                     where each word lies, as JSON

The plane is that of the two principal components of the words' directions, or, with --axes, the
one along two pairs of words. A browser shows the word of each dot of an SVG that is pointed at."""
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `w2vtui map` takes."""
    add_vectors(parser)
    group = parser.add_argument_group("Map")
    group.add_argument(
        "-o", "--output", metavar="FILE", help="the picture; its ending is .svg or .png"
    )
    group.add_argument(
        "--words",
        metavar="N",
        type=whole_number,
        help="how many of the most frequent words to show (default: 5,000)",
    )
    group.add_argument(
        "--axes",
        metavar="A:B",
        nargs=2,
        help="two pairs of words: x leads from the first to the second word of the first pair, y "
        "along the second pair, at right angles to x",
    )
    group.add_argument(
        "--label",
        metavar="WORD",
        nargs="+",
        default=[],
        help="mark these words, however rare, and label them before the others",
    )
    group.add_argument(
        "--clusters",
        metavar="K",
        type=whole_number,
        help="color the words by K groups, found by k-means of the vectors' directions",
    )
    group.add_argument(
        "--dark",
        action="store_true",
        help="light dots on a dark ground, whatever the viewer prefers",
    )
    group.add_argument("--overwrite", action="store_true", help="let -o replace a file")
    add_result_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Draw the map, and report it.

    Raises:
        SettingsError: there is nowhere to draw it, or an option is not what it must be.
        VectorsError: the vectors cannot be read, or a word has none.
        DiskError: the picture cannot be written.
    """
    _check_output(arguments)
    from w2vtui.cli.results import print_json
    from w2vtui.exploring.maps.map_files import write_picture
    from w2vtui.exploring.maps.map_svg import caption_of, svg_of
    from w2vtui.exploring.maps.projection import MAPPED_WORDS

    n_words = arguments.words or MAPPED_WORDS
    if arguments.limit is None and not arguments.label and not arguments.axes:
        arguments.limit = n_words  # no other word is looked at
    vectors = load(arguments)
    picture = _picture(arguments, vectors, n_words)
    if arguments.output is not None:
        write_picture(arguments.output, svg_of(picture))
        report(f"saved {arguments.output}: {caption_of(picture.map)}")
    if arguments.json:
        print_json(_as_json(arguments, picture, vectors))
    return 0


def _check_output(arguments: argparse.Namespace) -> None:
    """Refuse an output that cannot be written, before vectors are read.

    Raises:
        SettingsError: it cannot be, or is what is read.
        DiskError: it cannot be written.
    """
    from w2vtui.exploring.maps.map_files import check_picture
    from w2vtui.runs.requested.targets import Reads, check_not_read

    if arguments.output is None:
        if arguments.json:
            return
        raise SettingsError(
            "there is no file for the picture: give -o FILE.svg, or --json for where words lie"
        )
    output = Path(arguments.output)
    check_not_read(output, Reads((), "utf-8", (arguments.vectors,)))
    check_picture(output, overwrite=arguments.overwrite)


def _picture(arguments: argparse.Namespace, vectors: WordVectors, n_words: int) -> Picture:
    from w2vtui.exploring.clusters import Grouping, clusters
    from w2vtui.exploring.maps.map_svg import Picture
    from w2vtui.exploring.maps.projection import axes_map, labels_on, pair_of, pca_map

    marked = [vectors.get_index(word) for word in arguments.label]
    if arguments.axes:
        x, y = (pair_of(text, vectors) for text in arguments.axes)
        made = axes_map(vectors, (x, y), n_words, marked)
    else:
        made = pca_map(vectors, n_words, marked)
    grouped, names = None, {}
    if arguments.clusters:
        found = clusters(vectors, Grouping(k=arguments.clusters, n=3, restrict=n_words))
        grouped, names = labels_on(made, found.labels), found.names
    return Picture(
        map=made,
        name=Path(arguments.vectors).name,
        labels=[*arguments.label, *(word for pair in made.axes or () for word in pair)],
        clusters=grouped,
        names=names,
        ground="dark" if arguments.dark else "auto",
    )


def _as_json(
    arguments: argparse.Namespace, picture: Picture, vectors: WordVectors
) -> dict[str, Any]:
    """Where each word lies, in the order of frequency."""
    made, n_words = picture.map, len(picture.map.words)
    counts = [None] * n_words if vectors.counts is None else vectors.counts[made.rows].tolist()
    grouped = [-1] * n_words if picture.clusters is None else picture.clusters.tolist()
    return {
        "output": arguments.output,
        "method": made.method,
        "axes": made.axes,
        "remark": made.remark or None,
        "variance": made.shares,
        "searched": n_words,
        "total": len(vectors),
        "words": [
            {
                "word": word,
                "x": round(x, 6),
                "y": round(y, 6),
                "count": count,
                "row": row,
                "cluster": None if cluster < 0 else letter_of(cluster),
            }
            for word, (x, y), count, row, cluster in zip(
                made.words, made.points.tolist(), counts, made.rows.tolist(), grouped, strict=True
            )
        ],
    }
