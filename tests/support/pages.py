"""The files that the examples of the pages name."""

from __future__ import annotations

import gzip
import random
from itertools import islice
from pathlib import Path

from w2vtui.bundled import sample_path

_LINES = 2000
"""Lines of the sample, besides those with the words that the pages ask for."""
_ASKED = {"king", "queen", "man", "woman"}


def write_example_files(folder: Path) -> None:
    """A small text under the names of the pages, with word pairs and analogies; `atlas*` stand for
    the sample.
    """
    with sample_path("atlas.txt").open(encoding="utf-8") as sample:
        text = "".join(islice(sample, _LINES))
        text += "".join(line for line in sample if not _ASKED.isdisjoint(line.split()))
    for name in ("atlas.txt", "notes.txt", "logs/monday.txt", "books/one.txt"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    for name, n in (("sessions.txt", 100), ("held-out.txt", 20)):
        (folder / name).write_text("tea cup sugar\nbread butter jam tea\n" * n)
    genome = "".join(random.Random(0).choices("ACGT", k=20_000)) + "ACGTAC" * 5
    (folder / "genome.fa").write_text(f">chr1\n{genome}\n")
    (folder / "genome.fa.gz").write_bytes(gzip.compress(f">chr1\n{genome}\n".encode()))
    (folder / "proteins.faa").write_text(">p1\nMKVLAAGIVQLD\n" * 20)
    (folder / "big.gz").write_bytes(gzip.compress(text.encode(), 1))
    for name, ours in (("pairs.txt", "atlas-pairs.txt"), ("questions.txt", "atlas-analogies.txt")):
        for copy in (name, ours):
            (folder / copy).write_bytes(sample_path(ours).read_bytes())
