"""How fast text is counted and encoded, beside gensim's scan of it, in alternating rounds.

    python tools/reading_speed.py TEXT --threads 1,2 --rounds 7

Each measurement has a process of its own, which has read a part of the text before: what is
imported and compiled is not measured, and nothing comes from the cache of encoded texts. Prints
medians of wall clock and processor time, and the load of the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

GENSIM = 0
"""In place of a number of threads."""
_FIRST_BYTES = 1 << 23


def main() -> None:
    """Measure in rounds, and print a line for each number of threads, and for gensim."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--threads", default="1,2", help="numbers of threads, with commas")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one is not None:
        print(json.dumps(measured(arguments.text, arguments.one)))
        return
    contestants = [*map(int, arguments.threads.split(",")), GENSIM]
    found: dict[int, list[list[float]]] = {threads: [] for threads in contestants}
    for number in range(arguments.rounds):
        for threads in contestants if number % 2 == 0 else reversed(contestants):
            found[threads].append(in_process(arguments.text, threads))
    peer = statistics.median(wall for wall, *_ in found[GENSIM])
    for threads, rounds in found.items():
        walls, processors, loads = zip(*rounds, strict=True)
        name = f"{threads} threads" if threads else "gensim"
        print(
            f"{name:10} {statistics.median(walls):6.2f} s ({min(walls):.2f} to {max(walls):.2f}), "
            f"processor {statistics.median(processors):.2f} s, "
            f"{peer / statistics.median(walls):.1f}x gensim, load {min(loads):.0f}-{max(loads):.0f}"
        )


def in_process(text: Path, threads: int) -> list[float]:
    """The same as `measured`, from a process of its own."""
    command = [sys.executable, __file__, str(text), "--one", str(threads)]
    output = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    result: list[float] = json.loads(output)
    return result


def measured(text: Path, threads: int) -> list[float]:
    """Seconds of wall clock and of processor, and the load."""
    read = gensim_scan() if threads == GENSIM else our_reading(threads)
    with tempfile.NamedTemporaryFile(suffix=".txt") as beginning, text.open("rb") as file:
        beginning.write(file.read(_FIRST_BYTES))
        beginning.flush()
        read(Path(beginning.name))
    wall, processor = time.perf_counter(), time.process_time()
    read(text)
    return [time.perf_counter() - wall, time.process_time() - processor, os.getloadavg()[0]]


def our_reading(threads: int) -> Callable[[Path], object]:
    """Counts and encodes a text."""
    from w2vtui.corpus import open_corpus
    from w2vtui.settings import CorpusSettings

    return lambda text: open_corpus([text], CorpusSettings(), cache=False, workers=threads)


def gensim_scan() -> Callable[[Path], object]:
    """Counts a text, and makes a vocabulary of it."""
    from gensim.models import Word2Vec

    return lambda text: Word2Vec(vector_size=1, min_count=5).build_vocab(corpus_file=str(text))


if __name__ == "__main__":
    main()
