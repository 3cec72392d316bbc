"""Let terminals die under the app, in each of its states and in each way, and look how it ends.

python tools/hangups.py [ROUNDS] [SEED]    prints what failed, and how long the ends took
python tools/hangups.py --rounds ROUNDS SEED FOLDER    the same in a folder, reported as JSON
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.support.hangups import STATES, TmuxTerminal, report_of, ways


def chosen(n_rounds: int, seed: int) -> list[tuple[str, str]]:
    """Every state in every way, from a shuffled deck that is dealt again where it ends."""
    dealt: list[tuple[str, str]] = []
    draw = random.Random(seed)
    while len(dealt) < n_rounds:
        deck = [(state, way) for state in STATES for way in ways()]
        draw.shuffle(deck)
        dealt += deck
    return dealt[:n_rounds]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--outlive"]:
        TmuxTerminal.outlive(sys.argv[2], Path(sys.argv[3]))
    elif sys.argv[1:2] == ["--rounds"]:
        _, _, rounds, number, where = sys.argv
        print(json.dumps(report_of(chosen(int(rounds), int(number)), Path(where))))
    else:
        rounds, number = (sys.argv[1:] + ["200", "1"][len(sys.argv) - 1 :])[:2]
        report = report_of(chosen(int(rounds), int(number)), Path(tempfile.mkdtemp()))
        print(json.dumps(report, indent=1))
