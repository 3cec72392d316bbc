"""Write the sample corpus ``atlas.txt`` and its ground truth.

The corpus is English prose about a small modeled world (see the folder ``world``): one sentence
a line, lower case, no punctuation. The ground truth follows from the same tables: analogies in
the questions-words format and word pairs with a similarity between 0 and 10.
"""

import argparse
import random
from collections import Counter
from pathlib import Path

from scenes import Storyteller
from truth import analogies, pairs
from world import load_world

DEFAULT_SEED = 1887
DEFAULT_TOKENS = 440_000
KNOWN = 20  # the ground truth asks only for words that occur this often


def write_atlas(folder: Path, *, seed: int, tokens: int) -> None:
    """Write the three files into a folder."""
    world = load_world()
    counts: Counter[str] = Counter()
    lines: list[str] = []
    for sentence in Storyteller(world, seed).sentences():
        lines.append(sentence)
        counts.update(sentence.split())
        if counts.total() >= tokens:
            break
    known = frozenset(word for word, count in counts.items() if count >= KNOWN)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "atlas.txt", lines)
    _write(folder / "atlas-analogies.txt", analogies(world, known, random.Random(seed)))
    _write(folder / "atlas-pairs.txt", pairs(world, known, random.Random(seed)))


def _write(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Write atlas.txt and its ground truth.")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="another seed, another text")
    parser.add_argument("--tokens", type=int, default=DEFAULT_TOKENS, help="length of the text")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent,
                        help="folder to write to")  # fmt: skip
    args = parser.parse_args()
    write_atlas(args.out, seed=args.seed, tokens=args.tokens)


if __name__ == "__main__":
    main()
